package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// usualRhythm has everything on, at the hours that the documentation proposes.
func usualRhythm(zone string) bot.Rhythm {
	return bot.Rhythm{Zone: zone, Morning: "15 7 * * *", Evening: "30 18 * * *", Weekly: "0 17 * * 5"}
}

// moment reads a time of the tests.
func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// inRhythm runs a test with one chat in a zone, from a moment on.
func inRhythm(t *testing.T, r bot.Rhythm, s bot.Silence, from string, test func(s *stage)) {
	t.Helper()
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := calendar.Find(r.Zone)
	if err != nil {
		t.Fatal(err)
	}
	clock, err := zone.Location()
	if err != nil {
		t.Fatal(err)
	}
	chat := follower("-1")
	chat.Silence, chat.Rhythm, chat.Place = s, r, bot.Place{Location: clock, Name: zone.Name}
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, []bot.Destination{chat}, func(s *stage) {
		if err := s.halt(); err != nil {
			t.Error(err)
		}
		s.quiet, s.look = bot.NewQuiet(almanac), time.Hour
		s.critical = bot.NewCriticalDays(s.quiet, []string{zone.ID}, nil)
		time.Sleep(time.Until(moment(t, from)))
		s.start()
		test(s)
	})
}

// keepWriting has every verdict written down from now on.
func (s *stage) keepWriting() {
	s.t.Helper()
	if err := s.halt(); err != nil {
		s.t.Error(err)
	}
	s.writes = true
	s.start()
}

// until lets the time pass up to a moment, while the platform goes on as it is: it is seen every five minutes.
func (s *stage) until(at string, letter string) {
	s.t.Helper()
	end := moment(s.t, at)
	for time.Until(end) > 5*time.Minute {
		time.Sleep(5*time.Minute - time.Second)
		s.see(letter)
	}
	time.Sleep(time.Until(end))
	synctest.Wait()
}

// TestTheMorningCheck: what was told before the night and is still broken is said once, aloud; what the end of the silence
// tells is not said again.
func TestTheMorningCheck(t *testing.T) {
	rhythm := bot.Rhythm{Zone: "Lille", Morning: "15 7 * * *"}
	for name, test := range map[string]struct {
		from, story, end, night string
		want                    []string
	}{
		"told in the evening, still broken": {"2026-11-25T18:00:00+01:00", "ddd", "2026-11-26T09:00:00+01:00", "d",
			[]string{"bulletin down r1", "morning ent:down"}},
		"begun in the night": {"2026-11-26T01:00:00+01:00", "ddd", "2026-11-26T09:00:00+01:00", "d",
			[]string{"bulletin down r1"}},
		"begun at seven": {"2026-11-26T07:05:00+01:00", "ddd", "2026-11-26T09:00:00+01:00", "d",
			[]string{"bulletin down r1"}},
		"told in the evening, over": {"2026-11-25T18:00:00+01:00", "ddduu", "2026-11-26T09:00:00+01:00", "u",
			[]string{"bulletin normal r2", "back normal r2"}},
		"no school on Saturday": {"2026-11-27T18:00:00+01:00", "ddd", "2026-11-28T09:00:00+01:00", "d",
			[]string{"bulletin down r1"}},
		"nothing": {"2026-11-25T18:00:00+01:00", "uu", "2026-11-26T09:00:00+01:00", "u", nil},
	} {
		t.Run(name, func(t *testing.T) {
			inRhythm(t, rhythm, everyNight("Lille"), test.from, func(s *stage) {
				s.keepWriting()
				s.see(test.story)
				s.until(test.end, test.night)
				s.wantShown("-1", test.want...)
			})
		})
	}
}

// TestAMorningCheckWhoseStateIsOldIsNotSent: nobody knows how the platform is, because nothing was seen for long.
func TestAMorningCheckWhoseStateIsOldIsNotSent(t *testing.T) {
	inRhythm(t, bot.Rhythm{Zone: "Lille", Morning: "15 7 * * *"}, everyNight("Lille"), "2026-11-25T18:00:00+01:00", func(s *stage) {
		s.see("ddd")
		time.Sleep(14 * time.Hour)
		s.wantShown("-1", "bulletin down r1")
	})
}

// TestNotesAtTheRightTime: by the chat's own clock, also on the days on which it changes, and in other territories.
func TestNotesAtTheRightTime(t *testing.T) {
	for name, test := range map[string]struct{ zone, night, due string }{
		"an ordinary day":          {"Lille", "2026-11-26T00:00:00+01:00", "2026-11-26T18:30:00+01:00"},
		"before the clocks change": {"Lille", "2026-10-12T00:00:00+02:00", "2026-10-12T18:30:00+02:00"},
		"after the clocks changed": {"Lille", "2027-03-30T00:00:00+02:00", "2027-03-30T18:30:00+02:00"},
		"La Réunion":               {"la-reunion", "2026-11-26T00:00:00+04:00", "2026-11-26T18:30:00+04:00"},
	} {
		t.Run(name, func(t *testing.T) {
			r := bot.Rhythm{Zone: test.zone, Evening: "30 18 * * *", Always: true}
			inRhythm(t, r, bot.Silence{}, test.night, func(s *stage) {
				time.Sleep(time.Until(moment(t, test.due)) - time.Millisecond)
				synctest.Wait()
				s.wantShown("-1")
				time.Sleep(time.Second)
				synctest.Wait()
				s.wantShown("-1", "evening (silent)")
			})
		})
	}
}

// TestAnEveningNote: what was over before the chat was awake stands in it, and what is broken; nothing comes where there
// was nothing.
func TestAnEveningNote(t *testing.T) {
	r := bot.Rhythm{Zone: "Lille", Evening: "30 18 * * *"}
	inRhythm(t, r, everyNight("Lille"), "2026-11-26T02:00:00+01:00", func(s *stage) {
		s.keepWriting()
		s.see("uddd")
		time.Sleep(time.Hour)
		s.see("uuu")
		s.until("2026-11-26T19:00:00+01:00", "u")
		want := []string{"evening over ent:down (silent)"}
		s.wantShown("-1", want...)
		s.until("2026-11-27T19:00:00+01:00", "u") // a day without anything
		s.wantShown("-1", want...)
		s.until("2026-11-30T12:00:00+01:00", "u")
		s.see("ddd")
		s.until("2026-11-30T19:00:00+01:00", "d")
		s.wantShown("-1", append(want, "bulletin down r1", "evening ent:down (silent)")...)
	})
}

// TestTheEveningBeforeClassBegins announces it, also weeks ahead.
func TestTheEveningBeforeClassBegins(t *testing.T) {
	r := bot.Rhythm{Zone: "Lille", Evening: "30 18 * * *"}
	inRhythm(t, r, everyNight("Lille"), "2026-12-17T12:00:00+01:00", func(s *stage) {
		time.Sleep(20 * 24 * time.Hour)
		s.wantShown("-1", "evening on 2027-01-04: (silent)")
	})
}

// TestTheWeekly comes on Friday at five, once, whatever restarts; not in holidays.
func TestTheWeekly(t *testing.T) {
	r := bot.Rhythm{Zone: "Lille", Weekly: "0 17 * * 5"}
	inRhythm(t, r, everyNight("Lille"), "2026-12-07T12:00:00+01:00", func(s *stage) {
		for range 35 * 8 {
			time.Sleep(3 * time.Hour)
			s.restart()
		}
		s.wantShown("-1", "weekly (silent)", "weekly on 2027-01-04: (silent)", "weekly (silent)")
	})
}

// TestANoteIsToldAtMostOnce: what has no known end is not made again, what certainly failed is, as long as it is of use.
func TestANoteIsToldAtMostOnce(t *testing.T) {
	fail := func(kind bot.ErrorKind) func(bot.Op, bot.Posting) error {
		return func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: kind, RetryAfter: 30 * time.Second, Err: errors.New("no")}
		}
	}
	for name, test := range map[string]struct {
		kind bot.ErrorKind
		late time.Duration // when the platform takes messages again
		want []string
	}{
		"uncertain":            {bot.KindUncertain, time.Minute, []string{"evening (silent)"}}, // it had arrived
		"transient":            {bot.KindTransient, 10 * time.Minute, []string{"evening (silent)"}},
		"throttled":            {bot.KindThrottled, 10 * time.Minute, []string{"evening (silent)"}},
		"refused":              {bot.KindRejected, time.Minute, nil},
		"transient, for hours": {bot.KindTransient, 3 * time.Hour, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := bot.Rhythm{Zone: "Lille", Evening: "30 18 * * *", Always: true}
			inRhythm(t, r, bot.Silence{}, "2026-11-26T18:29:00+01:00", func(s *stage) {
				s.chat.failWith(fail(test.kind))
				time.Sleep(time.Minute + test.late)
				s.restart()
				s.chat.failWith(nil)
				time.Sleep(4 * time.Hour)
				s.wantShown("-1", test.want...)
			})
		})
	}
}

// TestAStopIsCaughtUpSensibly: a note that is a little late is sent, one that is out of date is not.
func TestAStopIsCaughtUpSensibly(t *testing.T) {
	for name, test := range map[string]struct {
		stop, start string
		want        []string
	}{
		"an hour late":        {"2026-11-26T18:00:00+01:00", "2026-11-26T19:30:00+01:00", []string{"evening (silent)"}},
		"too late":            {"2026-11-26T18:00:00+01:00", "2026-11-26T20:31:00+01:00", nil},
		"a report, in time":   {"2026-11-27T16:00:00+01:00", "2026-11-27T19:00:00+01:00", []string{"evening (silent)", "weekly (silent)"}},
		"a report, on Monday": {"2026-11-27T16:00:00+01:00", "2026-11-30T08:00:00+01:00", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := usualRhythm("Lille")
			r.Always = true
			inRhythm(t, r, bot.Silence{}, test.stop, func(s *stage) {
				if err := s.halt(); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Until(moment(t, test.start)))
				s.start()
				time.Sleep(time.Hour)
				got := slices.Sorted(slices.Values(s.chat.lines("-1"))) // both leave at once
				if !slices.Equal(got, test.want) {
					t.Errorf("shows %q, want %q", got, test.want)
				}
			})
		})
	}
}

// TestUrgentGoesFirst: an outage that begins while a report goes to many chats is told at once.
func TestUrgentGoesFirst(t *testing.T) {
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var chats []bot.Destination
	for i := range 300 {
		chat := follower(string(rune('a'+i%26)) + string(rune('a'+i/26)))
		chat.Rhythm = bot.Rhythm{Zone: "Lille", Weekly: "0 17 * * 5"}
		chats = append(chats, chat)
	}
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, chats, func(s *stage) {
		if err := s.halt(); err != nil {
			t.Error(err)
		}
		s.quiet, s.look = bot.NewQuiet(almanac), time.Hour
		s.chat.bucket = []bot.Bucket{{Name: "bot", N: 30, Per: time.Second}}
		time.Sleep(time.Until(moment(t, "2026-11-27T16:59:58+01:00")))
		s.start()
		time.Sleep(4 * time.Second) // some 60 of the reports have left
		s.see("ddd")
		time.Sleep(20 * time.Second)
		synctest.Wait()
		first, both := 0, 0
		for _, chat := range chats {
			switch got := s.chat.lines(chat.Address.Channel); {
			case cmp.Equal(got, []string{"bulletin down r1", "weekly (silent)"}):
				first++
			case cmp.Equal(got, []string{"weekly (silent)", "bulletin down r1"}):
				both++
			default:
				t.Errorf("%s shows %q", chat.Address.Channel, got)
			}
		}
		if first < 100 || both < 30 {
			t.Errorf("%d chats were told of the outage before the report, %d after it", first, both)
		}
	})
}

// TestTwoReplicasSendEachNoteOnce: whenever the first one stops around the time at which a note is due, it is sent once.
func TestTwoReplicasSendEachNoteOnce(t *testing.T) {
	for _, stop := range []time.Duration{-time.Second, time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 3 * time.Second} {
		r := bot.Rhythm{Zone: "Lille", Evening: "30 18 * * *", Always: true}
		inRhythm(t, r, bot.Silence{}, "2026-11-25T18:29:00+01:00", func(s *stage) {
			if err := s.halt(); err != nil {
				t.Error(err)
			}
			hold := func(name string, speaker *bot.Speaker, until time.Duration) chan error {
				done := make(chan error, 1)
				holding, stop := context.WithTimeout(s.t.Context(), until)
				go func() {
					defer stop()
					holder := bot.Holder{Store: s.store, Replica: name, Logger: slog.New(slog.DiscardHandler)}
					done <- holder.Hold(holding, bot.AccountDuty("tg"), speaker.Run)
				}()
				return done
			}
			one := hold("one", s.another(), time.Minute+stop)
			time.Sleep(time.Second)
			two := hold("two", s.another(), 5*time.Minute)
			if err := errors.Join(<-one, <-two); err != nil {
				t.Error(err)
			}
			s.wantShown("-1", "evening (silent)")
			s.start()
		})
	}
}
