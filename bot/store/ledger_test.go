package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// ledger is a store with one open incident and three chats that follow its platform, two of them of families.
func ledger(t *testing.T, s *store.Store) bot.Incident {
	t.Helper()
	var incident bot.Incident
	update(t, s, func(tx bot.Tx) (err error) {
		for _, d := range []bot.Destination{
			chat("-1", bot.Families, "cned"), chat("-2", bot.Families, "cned"), chat("-3", bot.Staff, "cned"),
			chat("-4", bot.Families, "other"),
		} {
			if err := tx.PutDestination(d); err != nil {
				return err
			}
		}
		if incident, err = tx.AddIncident(cned(1, bot.Unreachable)); err != nil {
			return err
		}
		return errors.Join(give(tx, speaking), tx.Owe(incident, bot.Reach{bot.Families: {incident.Platform}}, true, at(1)))
	})
	return incident
}

// speaking is the duty under which these tests write.
var speaking = bot.Duty{Name: "account:tg", Holder: "r1", Term: 1}

func give(tx bot.Tx, d bot.Duty) error {
	_, err := tx.TakeDuty(bot.Duty{Name: d.Name, Term: d.Term - 1}, d.Holder)
	return err
}

func TestDuties(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		var first, second bot.Duty
		update(t, s, func(tx bot.Tx) (err error) {
			unheld, err := tx.Duty("watch")
			if err != nil || unheld != (bot.Duty{Name: "watch"}) {
				t.Errorf("before anybody held it: %+v %v", unheld, err)
			}
			first, err = tx.TakeDuty(unheld, "r1")
			return err
		})
		wantConflict := func(what string, f func(bot.Tx) error) {
			t.Helper()
			if err := s.Update(t.Context(), f); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("%s: %v, want ErrConflict", what, err)
			}
		}
		wantConflict("taken as seen before", func(tx bot.Tx) error {
			_, err := tx.TakeDuty(bot.Duty{Name: "watch"}, "r2")
			return err
		})
		stale := first
		update(t, s, func(tx bot.Tx) error { return tx.KeepDuty(first) })
		wantConflict("taken from a holder that has shown life since", func(tx bot.Tx) error {
			_, err := tx.TakeDuty(stale, "r2")
			return err
		})
		update(t, s, func(tx bot.Tx) error {
			seen, err := tx.Duty("watch")
			if err != nil {
				return err
			}
			second, err = tx.TakeDuty(seen, "r2")
			return err
		})
		if second.Term != first.Term+1 || second.Holder != "r2" {
			t.Errorf("taken over as %+v", second)
		}
		wantConflict("kept by the old holder", func(tx bot.Tx) error { return tx.KeepDuty(first) })
		wantConflict("left by the old holder", func(tx bot.Tx) error { return tx.LeaveDuty(first) })
		update(t, s, func(tx bot.Tx) error { return tx.LeaveDuty(second) })
	})
}

func TestADepartureUnderAnOldTermIsRefused(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		task := wantDue(t, s, at(1), "-1", "-2")[0]
		update(t, s, func(tx bot.Tx) error {
			seen, err := tx.Duty(speaking.Name)
			if err != nil {
				return err
			}
			_, err = tx.TakeDuty(seen, "r2")
			return err
		})
		err := s.Update(t.Context(), func(tx bot.Tx) error {
			return tx.Depart(task.Delivery, task.Delivery.FlightFor(bot.ActPost, incident, at(2)), speaking)
		})
		if !errors.Is(err, bot.ErrConflict) {
			t.Errorf("departed under an old term: %v", err)
		}
	})
}

func TestFlyingCountsWhatLeftLatelyAndIsNotSettled(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		want := func(since time.Time, n int) {
			t.Helper()
			view(t, s, func(tx bot.Tx) error {
				got, err := tx.Flying("tg", since)
				if got != n {
					t.Errorf("%d on their way, want %d", got, n)
				}
				return err
			})
		}
		want(at(0), 0)
		flights := []bot.Flight{}
		tasks := wantDue(t, s, at(1), "-1", "-2")
		update(t, s, func(tx bot.Tx) error {
			for i, task := range tasks {
				flight := task.Delivery.FlightFor(bot.ActPost, incident, at(2+i))
				flights = append(flights, flight)
				if err := tx.Depart(task.Delivery, flight, speaking); err != nil {
					return err
				}
			}
			return nil
		})
		want(at(2), 2)
		want(at(3), 1)
		update(t, s, func(tx bot.Tx) error {
			d := tasks[1].Delivery
			d.Flight = flights[1]
			return tx.Settle(d.Landed(bot.Receipt{Channel: "-2", IDs: []string{"1"}}), flights[1], incident.Revision, time.Time{})
		})
		want(at(2), 1)
		want(at(3), 0)
	})
}

func TestSentListsTheLastOperationOfEachDelivery(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		tasks := wantDue(t, s, at(1), "-1", "-2")
		update(t, s, func(tx bot.Tx) error {
			for i, task := range tasks {
				if err := tx.Depart(task.Delivery, task.Delivery.FlightFor(bot.ActPost, incident, at(2+i)), speaking); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, s, func(tx bot.Tx) error {
			got, err := tx.Sent("tg", at(3))
			want := []bot.Sent{{Op: bot.OpPost, To: bot.Address{Channel: "-2"}, At: at(3)}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error("on their way:", diff)
			}
			return err
		})
		update(t, s, func(tx bot.Tx) error {
			d := tasks[0].Delivery
			d.Flight = d.FlightFor(bot.ActPost, incident, at(2))
			return tx.Settle(d.Landed(bot.Receipt{Channel: "-1", IDs: []string{"1"}}), d.Flight, incident.Revision, time.Time{})
		})
		view(t, s, func(tx bot.Tx) error {
			got, err := tx.Sent("tg", at(3))
			if len(got) != 2 || got[1].To.Channel != "-1" || got[1].Op != bot.OpPost || got[1].At.Before(at(3)) {
				t.Errorf("after a receipt: %v", got)
			}
			return err
		})
	})
}

func due(t *testing.T, s *store.Store, now time.Time) (tasks []bot.Task, next time.Time) {
	t.Helper()
	view(t, s, func(tx bot.Tx) (err error) {
		tasks, next, err = tx.Due("tg", now, 10)
		return err
	})
	return tasks, next
}

func names(tasks []bot.Task) []string {
	var list []string
	for _, task := range tasks {
		list = append(list, string(task.Destination.ID))
	}
	return list
}

func wantDue(t *testing.T, s *store.Store, now time.Time, want ...string) []bot.Task {
	t.Helper()
	tasks, _ := due(t, s, now)
	if diff := cmp.Diff(want, names(tasks)); diff != "" {
		t.Errorf("due at %v: %s", now, diff)
	}
	return tasks
}

func TestOweReachesThoseItConcerns(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		tasks := wantDue(t, s, at(1), "-1", "-2")
		want := bot.Task{
			Delivery:    bot.Delivery{Incident: incident.ID, Destination: "-1"},
			Destination: chat("-1", bot.Families), Incident: incident, OwedAt: at(1),
		}
		if diff := cmp.Diff(want, tasks[0], cmp.Comparer(sameZone)); diff != "" {
			t.Error(diff)
		}
		wantDue(t, s, at(0))
	})
}

func TestDepartAndSettle(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		task := wantDue(t, s, at(1), "-1", "-2")[0]
		flight := task.Delivery.FlightFor(bot.ActPost, incident, at(2))
		update(t, s, func(tx bot.Tx) error { return tx.Depart(task.Delivery, flight, speaking) })
		err := s.Update(t.Context(), func(tx bot.Tx) error { return tx.Depart(task.Delivery, flight, speaking) })
		if !errors.Is(err, bot.ErrConflict) {
			t.Errorf("departed twice: %v", err)
		}
		task = wantDue(t, s, at(2), "-1", "-2")[0]
		if diff := cmp.Diff(flight, task.Delivery.Flight); diff != "" {
			t.Error(diff)
		}
		landed := task.Delivery.Landed(bot.Receipt{Channel: "-1", IDs: []string{"7", "8"}})
		update(t, s, func(tx bot.Tx) error { return tx.Settle(landed, flight, incident.Revision, time.Time{}) })
		err = s.Update(t.Context(), func(tx bot.Tx) error { return tx.Settle(landed, flight, 1, time.Time{}) })
		if !errors.Is(err, bot.ErrConflict) {
			t.Errorf("settled twice: %v", err)
		}
		wantDue(t, s, at(9), "-2")
		view(t, s, func(tx bot.Tx) error {
			again, err := tx.Task(task.Key())
			if again.Delivery.HeardAt.IsZero() {
				t.Error("when the chat was rung is not known")
			}
			landed.HeardAt = again.Delivery.HeardAt
			if diff := cmp.Diff(landed, again.Delivery); diff != "" || err != nil {
				t.Error(diff, err)
			}
			return nil
		})
	})
}

// TestADepartureKeepsWhatIsTakenAsHeard: a program that is killed while it tells the end of something that may have been
// told still knows why.
func TestADepartureKeepsWhatIsTakenAsHeard(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		task := wantDue(t, s, at(1), "-1", "-2")[0]
		task.Delivery.Heard = bot.Unreachable
		flight := bot.Flight{Act: bot.ActRing, Purpose: bot.PurposeBack, Revision: incident.Revision, Says: bot.Normal, At: at(2)}
		update(t, s, func(tx bot.Tx) error { return tx.Depart(task.Delivery, flight, speaking) })
		again := wantDue(t, s, at(2), "-1", "-2")[0].Delivery
		if again.Heard != bot.Unreachable || again.HeardAt.IsZero() {
			t.Errorf("the reader heard %q at %v", again.Heard, again.HeardAt)
		}
	})
}

func TestARevisionThatComesMeanwhileIsDueAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		task := wantDue(t, s, at(1), "-1", "-2")[0]
		flight := task.Delivery.FlightFor(bot.ActPost, incident, at(2))
		update(t, s, func(tx bot.Tx) error { return tx.Depart(task.Delivery, flight, speaking) })
		next := incident
		next.Revision, next.Before, next.Condition = 2, bot.Unreachable, bot.Saturated
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(tx.ReviseIncident(next), tx.Owe(next, bot.NewWeb(nil).Reach(next), false, at(3)))
		})
		task.Delivery.Flight = flight
		update(t, s, func(tx bot.Tx) error {
			return tx.Settle(task.Delivery.Landed(bot.Receipt{Channel: "-1", IDs: []string{"7"}}), flight, 1, time.Time{})
		})
		wantDue(t, s, time.Now(), "-1", "-2", "-3") // who waits for a first word stays urgent
		stale := task.Delivery
		stale.Flight = bot.Flight{}
		err := s.Update(t.Context(), func(tx bot.Tx) error { return tx.Depart(stale, flight, speaking) })
		if !errors.Is(err, bot.ErrConflict) {
			t.Errorf("departed with an old revision: %v", err)
		}
	})
}

func TestSleepAndPostponement(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		sleep := func() (n int) {
			update(t, s, func(tx bot.Tx) (err error) {
				n, err = tx.PutToSleep("tg", bot.Address{Channel: "-1"}, bot.Sleep{Since: at(2), Until: at(25), Why: "kicked"})
				return err
			})
			return n
		}
		if first, second := sleep(), sleep(); first != 1 || second != 0 {
			t.Errorf("put to sleep %d, then %d; want 1, 0", first, second)
		}
		key := bot.DeliveryKey{Incident: incident.ID, Destination: "-2"}
		update(t, s, func(tx bot.Tx) error { return tx.Postpone(key, at(30)) })
		wantDue(t, s, at(5))
		if _, next := due(t, s, at(5)); !next.Equal(at(25)) {
			t.Errorf("next due at %v: a sleeping destination is tried once more", next)
		}
		wantDue(t, s, at(25), "-1")
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.Wake("tg", "-1", at(6))
			if n != 1 {
				t.Errorf("woke %d", n)
			}
			return err
		})
		wantDue(t, s, at(6), "-1")
		drop := func(d bot.Delivery, seen int64) {
			t.Helper()
			d.Incident, d.Destination = key.Incident, key.Destination
			update(t, s, func(tx bot.Tx) error { return tx.DropDelivery(d, seen) })
		}
		drop(bot.Delivery{}, incident.Revision+1)
		drop(bot.Delivery{Flight: bot.Flight{At: at(7)}}, incident.Revision)
		wantDue(t, s, at(40), "-1", "-2") // it is not what the drop was decided on
		drop(bot.Delivery{}, incident.Revision)
		wantDue(t, s, at(40), "-1")
	})
}

func TestARetiredDestinationIsStillToldTheEnd(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		update(t, s, func(tx bot.Tx) error { return tx.RetireDestination("-1") })
		incident.Revision, incident.Before, incident.Condition, incident.ResolvedAt = 2, bot.Unreachable, bot.Normal, at(8)
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(tx.ReviseIncident(incident), tx.Owe(incident, nil, true, at(8)))
		})
		wantDue(t, s, at(8), "-1", "-2")
	})
}

// The rows of a broadcast are new to PostgreSQL's planner when they are read first: sorting must be its last resort.
func TestDueIsReadInTheOrderOfTheIndex(t *testing.T) {
	t.Parallel()
	s := storetest.OpenPostgres(t)
	ledger(t, s)
	sorts, plan, err := store.DuePlan(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if sorts != "off" || strings.Contains(plan, "Sort") || !strings.Contains(plan, "deliveries_due") {
		t.Errorf("enable_sort is %s, the plan:\n%s", sorts, plan)
	}
}
