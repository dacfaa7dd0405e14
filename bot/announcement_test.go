package bot_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
)

// herald runs the watch's own work beside a test until the function that it returns is called.
func (s *stage) herald() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	watch := s.watch
	go func() { done <- watch.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	}
}

// plan starts the stage anew with other maintenances of its platform, told of a day ahead, and lets the herald speak.
func (s *stage) plan(list ...bot.Period) (stop func()) {
	s.platforms = []bot.Platform{{ID: "ent", Name: "ENT", Ahead: 24 * time.Hour, Maintenances: list}}
	s.restart()
	s.enrol()
	return s.herald()
}

// enrol does what a start does with the destinations.
func (s *stage) enrol() {
	s.t.Helper()
	err := s.store.Update(s.t.Context(), func(tx bot.Tx) error {
		list, err := tx.Destinations()
		if err != nil {
			return err
		}
		return bot.Enrol(tx, list, nil, s.platforms, time.Now())
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// until lets the time pass.
func until(t time.Time) {
	time.Sleep(time.Until(t))
	synctest.Wait()
}

// announcedOn runs a test that begins on a Tuesday at noon in Paris, with a chat that is silent at night.
func announcedOn(t *testing.T, test func(s *stage, at func(day, hour, minute int) time.Time)) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	inSilence(t, everyNight("Lille"), "2026-11-24T12:00:00+01:00", func(s *stage) {
		test(s, func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, paris) })
	})
}

// TestAnAnnouncementStaysTrue follows one message from the day before to the end, over stops of the program.
func TestAnAnnouncementStaysTrue(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		window := bot.Period{From: at(25, 18, 0), To: at(25, 20, 0)}
		stop := s.plan(window)
		until(at(24, 17, 59))
		s.wantShown("-1")
		until(at(24, 18, 1))
		s.wantShown("-1", "bulletin maintenance r1")
		stop()
		stop = s.plan(window) // a stop repeats nothing
		until(at(25, 17, 59))
		s.wantShown("-1", "bulletin maintenance r1")
		until(at(25, 18, 1))
		s.wantShown("-1", "bulletin maintenance r2")
		stop()
		stop = s.plan(bot.Period{From: window.From, To: at(25, 21, 0)}) // it takes longer
		until(at(25, 20, 30))
		s.wantShown("-1", "bulletin maintenance r3")
		until(at(25, 21, 1))
		s.wantShown("-1", "bulletin maintenance r4")
		until(at(25, 22, 0))
		stop()
		s.wantShown("-1", "bulletin maintenance r4")
	})
}

// TestAnAnnouncementIsTakenBack: what is no longer planned is told by the message that announced it, without a sound;
// what was not told yet is not told at all, and what is planned for another hour is announced by itself.
func TestAnAnnouncementIsTakenBack(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		stop := s.plan(bot.Period{From: at(25, 10, 0), To: at(25, 11, 0)})
		until(at(24, 12, 1))
		s.wantShown("-1", "bulletin maintenance r1")
		stop()
		stop = s.plan(bot.Period{From: at(25, 23, 0), To: at(26, 1, 0)})
		until(at(24, 12, 30))
		s.wantShown("-1", "bulletin maintenance r2")
		if open, cancelled := s.announcements(1); open || !cancelled {
			s.t.Errorf("open %v, cancelled %v", open, cancelled)
		}
		until(at(25, 6, 0)) // due at 23 h, in the chat's silence
		s.wantShown("-1", "bulletin maintenance r2")
		stop()
		stop = s.plan()
		until(at(25, 7, 10))
		s.wantShown("-1", "bulletin maintenance r2")
		stop()
	})
}

// announcements reads one announcement from the ledger.
func (s *stage) announcements(id bot.IncidentID) (open, cancelled bool) {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		task, err := tx.Task(bot.DeliveryKey{Incident: id, Destination: "tg:-1"})
		open, cancelled = task.Incident.Open(), task.Incident.Cancelled()
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return open, cancelled
}

// TestAnAnnouncementWaitsForTheMorning: it rings when the chat's silence is over; one whose time has passed by then
// never does.
func TestAnAnnouncementWaitsForTheMorning(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		stop := s.plan(bot.Period{From: at(25, 22, 0), To: at(25, 23, 0)})
		until(at(25, 6, 59))
		s.wantShown("-1")
		until(at(25, 7, 1))
		s.wantShown("-1", "bulletin maintenance r1")
		until(at(25, 21, 0))
		stop()
		stop = s.plan(bot.Period{From: at(25, 22, 0), To: at(25, 23, 0)}, bot.Period{From: at(26, 2, 0), To: at(26, 3, 0)})
		until(at(26, 7, 10))
		stop()
		s.wantShown("-1", "bulletin maintenance r3")
	})
}

// TestHabitsAreNotAnnounced: what comes back every night is no news, what comes back every week is.
func TestHabitsAreNotAnnounced(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string]int{
		"CRON_TZ=Europe/Paris 0 2 * * *": 0, "CRON_TZ=Europe/Paris 0 2 * * 1-5": 0, "CRON_TZ=Europe/Paris 0 14 * * 3": 1,
	} {
		t.Run(spec, func(t *testing.T) {
			schedule, err := cron.ParseStandard(spec)
			if err != nil {
				t.Fatal(err)
			}
			announcedOn(t, func(s *stage, _ func(int, int, int) time.Time) {
				stop := s.plan(bot.Period{Start: schedule, Length: time.Hour})
				until(time.Date(2026, 11, 25, 15, 30, 0, 0, paris)) // the first of them is over
				stop()
				if got := len(s.chat.lines("-1")); got != want || s.audible("-1") != want {
					s.t.Errorf("announced %d times, want %d: %q", got, want, s.chat.lines("-1"))
				}
			})
		})
	}
}

// TestAnOutageBesideAnAnnouncement: before its time an announced maintenance excuses nothing, and the incidents of its
// platform are counted without it.
func TestAnOutageBesideAnAnnouncement(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		stop := s.plan(bot.Period{From: at(25, 10, 0), To: at(25, 11, 0)})
		until(at(24, 12, 1))
		s.see("ddduu")
		s.wantShown("-1", "bulletin maintenance r1", "bulletin normal r2", "back normal r2")
		stop()
		err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
			newest, err := tx.NewestIncidents()
			if err != nil {
				return err
			}
			last, err := tx.LastIncidents(10)
			if len(newest) != 1 || len(last) != 1 || last[0].Announced() || newest[0].ID != last[0].ID {
				s.t.Errorf("newest %+v, last %+v", newest, last)
			}
			return err
		})
		if err != nil {
			s.t.Error(err)
		}
	})
}
