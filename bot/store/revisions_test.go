package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// TestDossier follows an incident of two revisions through three chats of two accounts, one of which hears of it.
func TestDossier(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		start := time.Now().Truncate(time.Millisecond)
		incident := ledger(t, s)
		why := bot.Because{
			Verdicts: []bot.Verdict{{
				Check: "cned/accueil", Platform: "cned", Vantage: "ici", At: at(2), Outcome: bot.Down, Reason: bot.ReasonQuotaPage,
				Evidence: bot.Evidence{Status: 200, Latency: time.Second, Matched: "trop de monde"},
			}},
			Left:  3,
			Roots: []bot.Root{{Platform: "educonnect", Condition: bot.Normal, CheckedAt: at(2)}},
		}
		task := wantDue(t, s, at(1), "-1", "-2")[0]
		posted := carryOut(t, s, task, incident, bot.ActPost)
		incident.Revision, incident.Before, incident.Condition = 2, bot.Unreachable, bot.Saturated
		incident.Reason, incident.Evidence = bot.ReasonQuotaPage, bot.Evidence{Status: 200, Matched: "trop de monde"}
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(
				tx.ReviseIncident(incident), tx.KeepBecause(incident.ID, 2, why), tx.Owe(incident, nil, false, at(3)))
		})
		task.Delivery = posted
		carryOut(t, s, task, incident, bot.ActEdit)
		view(t, s, func(tx bot.Tx) error {
			revisions, err := tx.Revisions(incident.ID)
			if err != nil {
				return err
			}
			for i := range revisions {
				if revisions[i].At.Before(start) || revisions[i].At.After(time.Now()) {
					t.Errorf("revision %d is of %s", i, revisions[i].At)
				}
				revisions[i].At = time.Time{}
			}
			want := []bot.Revision{
				{Number: 1, Condition: bot.Unreachable, Reason: bot.ReasonRefused, Evidence: bot.Evidence{Address: "192.0.2.1:443"}},
				{Number: 2, Condition: bot.Saturated, Reason: bot.ReasonQuotaPage, Evidence: incident.Evidence, Because: why},
			}
			if diff := cmp.Diff(want, revisions); diff != "" {
				t.Error(diff)
			}
			tallies, err := tx.Tallies(incident.ID)
			if err != nil || len(tallies) != 1 {
				t.Fatalf("%v %v", tallies, err)
			}
			got := tallies[0]
			if got.First.Before(start) || got.Last.Before(got.First) || got.Last.After(time.Now()) {
				t.Errorf("told from %s to %s", got.First, got.Last)
			}
			got.First, got.Last = time.Time{}, time.Time{}
			if diff := cmp.Diff(bot.Tally{Account: "tg", Chats: 1, Edits: 1, Waiting: 1}, got); diff != "" {
				t.Error(diff)
			}
			none, err := tx.Tallies(99)
			if len(none) != 0 {
				t.Errorf("of an incident that is not there: %v", none)
			}
			return err
		})
	})
}

// carryOut posts or edits the living message of a task.
func carryOut(t *testing.T, s *store.Store, task bot.Task, i bot.Incident, act bot.Act) bot.Delivery {
	t.Helper()
	flight := task.Delivery.FlightFor(act, i, at(2))
	update(t, s, func(tx bot.Tx) error { return tx.Depart(task.Delivery, flight, speaking) })
	d := task.Delivery
	d.Flight = flight
	d = d.Landed(bot.Receipt{Channel: "-1", IDs: []string{"7"}})
	update(t, s, func(tx bot.Tx) error { return tx.Settle(d, flight, i.Revision, time.Time{}) })
	return d
}

func TestLastVerdicts(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		verdict := func(check bot.CheckID, platform bot.PlatformID, minute int) bot.Verdict {
			return bot.Verdict{Check: check, Platform: platform, Vantage: "ici", At: at(minute), Outcome: bot.Down, Reason: bot.ReasonDNS}
		}
		all := []bot.Verdict{
			verdict("cned/a", "cned", 1), verdict("cned/b", "cned", 2), verdict("ent/a", "ent", 2), verdict("cned/a", "cned", 3),
			verdict("cned/a", "cned", 4),
		}
		update(t, s, func(tx bot.Tx) error {
			err := tx.AddVerdicts(all)
			for _, v := range all {
				err = errors.Join(err, tx.PutTrack(bot.Track{Check: v.Check, Platform: v.Platform}))
			}
			return err
		})
		view(t, s, func(tx bot.Tx) error {
			got, err := tx.LastVerdicts("cned", at(1), at(4), 9)
			if diff := cmp.Diff([]bot.Verdict{all[0], all[1], all[3]}, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
			got, err = tx.LastVerdicts("cned", at(0), at(9), 2)
			if diff := cmp.Diff([]bot.Verdict{all[3], all[4]}, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
			return nil
		})
	})
}

// TestIncidentsKeepOldOnesThatGoOn: an incident that goes on is not lost behind newer ones.
func TestIncidentsKeepOldOnesThatGoOn(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		var ids []bot.IncidentID
		for _, platform := range []bot.PlatformID{"a", "b", "c"} {
			i := cned(1, bot.Unreachable)
			i.Platform = platform
			if platform != "a" {
				i.ResolvedAt = at(9)
			}
			update(t, s, func(tx bot.Tx) (err error) {
				i, err = tx.AddIncident(i)
				return err
			})
			ids = append(ids, i.ID)
		}
		list, err := (&bot.Board{Store: s}).Incidents(t.Context(), 1)
		if err != nil || len(list) != 2 || list[0].ID != ids[2] || list[1].ID != ids[0] {
			t.Errorf("got %v %v, want incidents %d and %d", list, err, ids[2], ids[0])
		}
		if _, err := (&bot.Board{Store: s}).Dossier(t.Context(), 99); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("a dossier of nothing: %v", err)
		}
		d, err := (&bot.Board{Store: s}).Dossier(t.Context(), ids[0])
		if err != nil || d.Incident.Platform != "a" || len(d.Revisions) != 1 {
			t.Errorf("the dossier is %+v, %v", d, err)
		}
	})
}
