package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// TestNotesAreWrittenDownOnce: one for a destination, a kind and a day, which leaves once, under the duty's term.
func TestNotesAreWrittenDownOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		ledger(t, s)
		now := time.Now().Truncate(time.Millisecond)
		note := func(to bot.DestinationID) bot.NoteTask {
			return bot.NoteTask{
				NoteKey: bot.NoteKey{Destination: to, Kind: bot.NoteEvening, Day: "2026-11-27"},
				To:      bot.Destination{Account: "tg"}, At: now, Until: now.Add(time.Hour),
			}
		}
		due := func(want int) (list []bot.NoteTask) {
			t.Helper()
			update(t, s, func(tx bot.Tx) (err error) {
				list, _, err = tx.DueNotes("tg", now, 10)
				return err
			})
			if len(list) != want {
				t.Fatalf("%d notes are due, want %d", len(list), want)
			}
			return list
		}
		for range 2 {
			update(t, s, func(tx bot.Tx) error { return tx.AddNotes([]bot.NoteTask{note("-1"), note("-2")}) })
		}
		if got := due(2)[0]; !got.At.Equal(now) || len(got.To.Follows) != 1 || got.Day != "2026-11-27" {
			t.Errorf("read back as %+v", got)
		}
		first := note("-1").NoteKey
		update(t, s, func(tx bot.Tx) error { return tx.DepartNote(first, now, speaking) })
		due(1)
		for name, duty := range map[string]bot.Duty{"again": speaking, "under an old term": {Name: speaking.Name, Holder: "r1", Term: 0}} {
			key := first
			if name != "again" {
				key = note("-2").NoteKey
			}
			err := s.Update(t.Context(), func(tx bot.Tx) error { return tx.DepartNote(key, now, duty) })
			if !errors.Is(err, bot.ErrConflict) {
				t.Errorf("departed %s: %v", name, err)
			}
		}
		update(t, s, func(tx bot.Tx) error { return tx.LandNotes("tg") })
		update(t, s, func(tx bot.Tx) error { return tx.PostponeNote(first, now, 1) }) // it has ended
		update(t, s, func(tx bot.Tx) error { return tx.PostponeNote(note("-2").NoteKey, now.Add(time.Minute), 1) })
		due(0)
		update(t, s, func(tx bot.Tx) error { return tx.AddNotes([]bot.NoteTask{note("-1")}) })
		due(0)
	})
}

func TestAStepOfACalendarIsNewsOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		for _, step := range []struct {
			step int
			news bool
		}{{1, true}, {1, false}, {2, true}, {1, false}, {3, true}} {
			update(t, s, func(tx bot.Tx) error {
				news, err := tx.WarnOfCalendar("corse", 20000, step.step)
				if news != step.news {
					t.Errorf("step %d is news: %v", step.step, news)
				}
				return err
			})
		}
	})
}
