package bot_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// everyNight is silent from 20 h to 7 h and at no other time.
func everyNight(zone string, urgent ...bot.Condition) bot.Silence {
	return bot.Silence{Zone: zone, Hours: calendar.QuietHours{From: calendar.Hour(20, 0), To: calendar.Hour(7, 0)}, Urgent: urgent}
}

// inSilence runs a test with one chat in Paris, from a moment on.
func inSilence(t *testing.T, s bot.Silence, from string, test func(s *stage)) {
	t.Helper()
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	chat := follower("-1")
	chat.Silence = s
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, []bot.Destination{chat}, func(s *stage) {
		if err := s.halt(); err != nil {
			t.Error(err)
		}
		s.quiet, s.look = bot.NewQuiet(almanac), time.Hour
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(at))
		s.start()
		test(s)
	})
}

// TestR9_ClockChangesAndLeapDays: a silence ends at seven by the chat's own clock, also after a night that has one
// hour more or less, and after a leap day.
func TestR9_ClockChangesAndLeapDays(t *testing.T) {
	for name, test := range map[string]struct{ zone, night, end string }{
		"clocks put back":    {"Lille", "2026-10-25T01:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		"clocks put forward": {"Lille", "2027-03-28T01:00:00+01:00", "2027-03-28T07:00:00+02:00"},
		"Miquelon":           {"saint-pierre-et-miquelon", "2027-03-14T01:00:00-03:00", "2027-03-14T07:00:00-02:00"},
		"leap day":           {"Lille", "2028-02-28T21:00:00+01:00", "2028-02-29T07:00:00+01:00"},
		"Nouméa":             {"nouvelle-caledonie", "2026-11-26T20:00:00+11:00", "2026-11-27T07:00:00+11:00"},
	} {
		t.Run(name, func(t *testing.T) {
			inSilence(t, everyNight(test.zone), test.night, func(s *stage) {
				s.see("ddd")
				end, err := time.Parse(time.RFC3339, test.end)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Until(end) - time.Millisecond)
				synctest.Wait()
				s.wantShown("-1")
				time.Sleep(time.Second)
				s.wantShown("-1", "bulletin down r1")
			})
		})
	}
}

// TestDoubtBeforeASilence: the last message before it has no known end. Its reader is told the contrary in the morning,
// where that is true by then, and what is true otherwise.
func TestDoubtBeforeASilence(t *testing.T) {
	for name, test := range map[string]struct {
		night string
		want  []string
	}{
		"over":         {"uu", []string{"bulletin down r1", "back normal r2"}},
		"still broken": {"", []string{"bulletin down r1", "bulletin down r1"}},
	} {
		t.Run(name, func(t *testing.T) {
			inSilence(t, everyNight("Lille"), "2026-11-26T19:59:57+01:00", func(s *stage) {
				s.chat.failWith(func(bot.Op, bot.Posting) error {
					return &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New("cut")}
				})
				s.see("ddd")
				time.Sleep(time.Hour)
				s.chat.failWith(nil)
				s.see(test.night)
				time.Sleep(9 * time.Hour)
				s.wantShown("-1", test.want[:1]...)
				time.Sleep(2 * time.Hour)
				s.wantShown("-1", test.want...)
			})
		})
	}
}

// TestAZoneThatNobodyKnowsIsNeverSilent: a message too many is better than none.
func TestAZoneThatNobodyKnowsIsNeverSilent(t *testing.T) {
	inSilence(t, everyNight("atlantide"), "2026-11-26T23:00:00+01:00", func(s *stage) {
		s.see("ddd")
		time.Sleep(time.Second)
		s.wantShown("-1", "bulletin down r1")
	})
}
