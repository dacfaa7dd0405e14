package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/bot/store"
)

// TestSilenceIsKept: with its destination, and brought up to date with it.
func TestSilenceIsKept(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		silent := chat("-1", bot.Families, "cned")
		silent.Silence = bot.Silence{
			Zone: "La Réunion", Hours: calendar.DefaultQuietHours(), Urgent: []bot.Condition{bot.Unreachable},
		}
		for _, want := range []bot.Destination{chat("-1", bot.Families, "cned"), silent, chat("-1", bot.Families, "cned")} {
			update(t, s, func(tx bot.Tx) error { return tx.PutDestination(want) })
			update(t, s, func(tx bot.Tx) error {
				list, err := tx.Destinations()
				if err != nil {
					return err
				}
				if diff := cmp.Diff(want.Silence, list[0].Silence); diff != "" {
					t.Error(diff)
				}
				return nil
			})
		}
	})
}

// TestWhatWaitsForTheEndOfASilence: it is due and owed then, or as soon as the silences are looked at anew.
func TestWhatWaitsForTheEndOfASilence(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		i := ledger(t, s)
		later := time.Now().Add(time.Hour).Truncate(time.Millisecond)
		wantOwed := func(want int) {
			t.Helper()
			update(t, s, func(tx bot.Tx) error {
				owed, err := tx.Backlog("tg")
				if owed.Count != want {
					t.Errorf("%d are owed, want %d", owed.Count, want)
				}
				return err
			})
		}
		wantOwed(2)
		update(t, s, func(tx bot.Tx) error {
			key := bot.DeliveryKey{Incident: i.ID, Destination: "-1"}
			return errors.Join(
				tx.OweFrom(key, later), // not due then: nothing changes
				tx.Postpone(key, later), tx.OweFrom(key, later),
			)
		})
		wantOwed(1)
		wantDue(t, s, later.Add(-time.Second), "-2")
		if tasks := wantDue(t, s, later, "-2", "-1"); !tasks[1].OwedAt.Equal(later) {
			t.Errorf("owed since %v, want %v", tasks[1].OwedAt, later)
		}
		update(t, s, func(tx bot.Tx) error { return tx.EndSilence(at(5)) })
		wantOwed(2)
		wantDue(t, s, at(5), "-2", "-1")
	})
}
