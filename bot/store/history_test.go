package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// hour is what a check came to in an hour of 6 April 2021, counted from midnight.
func hour(check bot.CheckID, vantage string, n int) bot.Hour {
	return bot.Hour{
		Platform: "cned", Check: check, Vantage: vantage, Start: at(0).Add(time.Duration(n-6) * time.Hour),
		Up: 55, Slow: 3, Down: 2 + n, Unknown: 1, Median: 120 * time.Millisecond, NineInTen: 480 * time.Millisecond,
	}
}

func TestHours(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		view(t, s, func(tx bot.Tx) error {
			last, err := tx.LastHour()
			if !last.IsZero() || err != nil {
				t.Errorf("of an empty history: %v %v", last, err)
			}
			return err
		})
		first, second, nextDay := hour("cned/a", "ici", 6), hour("cned/a", "ici", 7), hour("cned/a", "ici", 24)
		elsewhere, other := hour("cned/a", "là", 6), hour("cned/b", "ici", 23)
		stranger := hour("ent/a", "ici", 6)
		stranger.Platform = "ent"
		update(t, s, func(tx bot.Tx) error { return tx.PutHours([]bot.Hour{first, nextDay, stranger}) })
		second.Up = 1
		update(t, s, func(tx bot.Tx) error { return tx.PutHours([]bot.Hour{second, elsewhere, other}) })
		second.Up = 58 // an hour that is written again replaces what was there, and nothing else
		update(t, s, func(tx bot.Tx) error { return tx.PutHours([]bot.Hour{second}) })

		wantHours(t, s, 0, 48, first, second, nextDay, elsewhere, other)
		wantHours(t, s, 7, 24, second, other)
		view(t, s, func(tx bot.Tx) error {
			last, err := tx.LastHour()
			if !last.Equal(nextDay.Start) {
				t.Errorf("the last hour is %v, want %v", last, nextDay.Start)
			}
			return err
		})
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.PruneHours(nextDay.Start.Add(3*time.Hour), 2)
			if n != 2 {
				t.Errorf("forgot %d days, want 2", n)
			}
			more, again := tx.PruneHours(nextDay.Start, 99)
			if more != 2 {
				t.Errorf("then forgot %d days, want 2", more)
			}
			return errors.Join(err, again)
		})
		wantHours(t, s, 0, 48, nextDay)
	})
}

func wantHours(t *testing.T, s *store.Store, from, until int, want ...bot.Hour) {
	t.Helper()
	view(t, s, func(tx bot.Tx) error {
		midnight := at(0).Add(-6 * time.Hour)
		got, err := tx.Hours("cned", midnight.Add(time.Duration(from)*time.Hour), midnight.Add(time.Duration(until)*time.Hour))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %d until %d: %s", from, until, diff)
		}
		return err
	})
}

func TestVerdictsByTime(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		var all []bot.Verdict
		for i := range 234 { // more than one statement holds
			all = append(all, bot.Verdict{
				Check: bot.CheckID(fmt.Sprint("cned/", i%3)), Platform: "cned", Vantage: "ici", At: at(i / 3), Outcome: bot.Up,
				Evidence: bot.Evidence{Status: 200, Latency: time.Duration(i)},
			})
		}
		for range 2 { // the second time changes nothing
			update(t, s, func(tx bot.Tx) error { return tx.AddVerdicts(all) })
		}
		count := func(from, until, want int) {
			t.Helper()
			view(t, s, func(tx bot.Tx) error {
				list, err := tx.Verdicts(at(from), at(until))
				if len(list) != want {
					t.Errorf("from minute %d until %d: %d verdicts, want %d", from, until, len(list), want)
				}
				return err
			})
		}
		count(0, 99, len(all))
		count(3, 5, 6)
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.PruneVerdicts(at(70), 200)
			if n != 200 {
				t.Errorf("forgot %d, want 200", n)
			}
			return err
		})
		count(0, 99, 34) // the oldest went first
		count(70, 99, 24)
	})
}

func TestOldIncidentsAreKeptSmall(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		prune := func(want int) {
			t.Helper()
			update(t, s, func(tx bot.Tx) error {
				n, err := tx.PruneIncidents(at(60), 100)
				if n != want {
					t.Errorf("forgot %d details, want %d", n, want)
				}
				return err
			})
		}
		told := wantDue(t, s, at(1), "-1", "-2")[0]
		flight := told.Delivery.FlightFor(bot.ActPost, incident, at(2))
		landed := told.Delivery
		landed.Flight = flight
		landed = landed.Landed(bot.Receipt{Channel: "-1", IDs: []string{"7"}})
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(tx.Depart(told.Delivery, flight, speaking), tx.Settle(landed, flight, 1, time.Time{}))
		})
		prune(0) // it goes on

		over := incident
		over.Revision, over.Before, over.Condition, over.ResolvedAt = 2, bot.Unreachable, bot.Normal, at(5)
		update(t, s, func(tx bot.Tx) error {
			why := bot.Because{Verdicts: []bot.Verdict{{Check: "cned/accueil", Platform: "cned", At: at(5), Outcome: bot.Up}}}
			return errors.Join(tx.ReviseIncident(over), tx.KeepBecause(over.ID, 2, why), tx.Owe(over, nil, true, at(5)))
		})
		// Who heard « down » is still owed « back »; who heard nothing has nothing to hear. Both revisions have evidence.
		prune(1 + 2)
		wantDue(t, s, at(60), "-1")
		edit := landed.FlightFor(bot.ActEdit, over, at(6))
		update(t, s, func(tx bot.Tx) error { return tx.Depart(landed, edit, speaking) })
		prune(0)
		done := landed
		done.Flight = edit
		done = done.Landed(landed.Receipt)
		update(t, s, func(tx bot.Tx) error { return tx.Settle(done, edit, 2, time.Time{}) })
		prune(1)
		prune(0)
		view(t, s, func(tx bot.Tx) error {
			kept, err := tx.Incident(incident.ID)
			if diff := cmp.Diff(over, kept); diff != "" {
				t.Error(diff)
			}
			revisions, errRevisions := tx.Revisions(incident.ID)
			for _, r := range revisions {
				if diff := cmp.Diff(bot.Because{}, r.Because); diff != "" {
					t.Error(diff)
				}
			}
			return errors.Join(err, errRevisions)
		})
	})
}
