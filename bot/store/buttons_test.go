package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// promised promises a person to tell of the first incident's end.
func promised(tx bot.Tx) error {
	_, err := tx.AddPromise(bot.Promise{Account: "tg", Channel: "71001", Incident: 1, Lang: "ar"})
	return err
}

// sealed keeps a key.
func sealed(tx bot.Tx) error {
	_, err := tx.SealKey("abc")
	return err
}

// TestSealKeyIsMadeOnce gives every replica the key that was kept first.
func TestSealKeyIsMadeOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		for _, fresh := range []string{"first", "second"} {
			update(t, s, func(tx bot.Tx) error {
				key, err := tx.SealKey(fresh)
				if key != "first" {
					t.Errorf("got %q for %q", key, fresh)
				}
				return err
			})
		}
	})
}

// TestSignalsAreBounded counts what chats say of an incident, never below nothing and never above the bound, and forgets
// a chat that is erased.
func TestSignalsAreBounded(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		mine := made("-7", "")
		update(t, s, func(tx bot.Tx) error { return tx.PutDestination(mine) })
		add := func(chat bot.DestinationID, also, fine, at0 int) {
			update(t, s, func(tx bot.Tx) error {
				return tx.AddSignals(incident.ID, chat, bot.Signals{Also: also, Fine: fine}, 3, at(at0))
			})
		}
		for i := range 5 {
			add(mine.ID, 1, 0, i)
		}
		add("-1", -1, 2, 7)
		want := bot.Echo{Platform: "cned", Chats: 2, At: at(7), Signals: bot.Signals{Also: 3, Fine: 2}}
		view(t, s, func(tx bot.Tx) error {
			echo, err := tx.Echo(incident.ID)
			if diff := cmp.Diff(want, echo, cmp.Comparer(sameZone)); diff != "" {
				t.Errorf("echo (-want +got):\n%s", diff)
			}
			return err
		})
		view(t, s, func(tx bot.Tx) error {
			echoes, err := tx.Echoes()
			if diff := cmp.Diff([]bot.Echo{want}, echoes, cmp.Comparer(sameZone)); diff != "" {
				t.Errorf("echoes (-want +got):\n%s", diff)
			}
			return err
		})
		update(t, s, func(tx bot.Tx) error {
			_, err := tx.EraseChat("tg", "-7")
			return err
		})
		view(t, s, func(tx bot.Tx) error {
			echo, err := tx.Echo(incident.ID)
			if echo.Also != 0 || echo.Chats != 1 {
				t.Errorf("after the chat was erased: %+v", echo)
			}
			nothing, err2 := tx.Echo(999)
			if nothing.Chats != 0 || err2 != nil {
				t.Errorf("of no incident: %+v, %v", nothing, err2)
			}
			return err
		})
	})
}

// TestPromises are due once the incident is over, in the order in which they fell due, and forgotten with it.
func TestPromises(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		incident := ledger(t, s)
		for i := range 3 {
			p := bot.Promise{Account: "tg", Channel: fmt.Sprint(71001 + i), Incident: incident.ID, Lang: "fr"}
			for _, want := range []bool{true, false} {
				update(t, s, func(tx bot.Tx) error {
					made, err := tx.AddPromise(p)
					if made != want {
						t.Errorf("%s: made %t, want %t", p.Channel, made, want)
					}
					return err
				})
			}
		}
		due := func(when int) (list []bot.Promise, next time.Time) {
			view(t, s, func(tx bot.Tx) (err error) {
				list, next, err = tx.DuePromises("tg", at(when), 9)
				return err
			})
			return list, next
		}
		if list, next := due(99); len(list) != 0 || !next.IsZero() {
			t.Errorf("due while it goes on: %v, %v", list, next)
		}
		incident.Revision, incident.ResolvedAt, incident.Condition = incident.Revision+1, at(5), bot.Normal
		update(t, s, func(tx bot.Tx) error { return tx.ReviseIncident(incident) })
		list, _ := due(6)
		if len(list) != 3 || list[0].Channel != "71001" || list[0].Lang != "fr" {
			t.Fatalf("due: %+v", list)
		}
		list[0].Due, list[0].Tries = at(20), 1
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.Promises("tg", "71002", "", "71003")
			if n != 2 {
				t.Errorf("%d promises, want 2", n)
			}
			if err == nil {
				err = tx.RetryPromise(list[0])
			}
			if err == nil {
				err = tx.DropPromise(list[1])
			}
			return err
		})
		left, next := due(6)
		if len(left) != 1 || left[0].Channel != "71003" || !next.Equal(at(20)) {
			t.Errorf("due: %+v, next %v", left, next)
		}
		update(t, s, func(tx bot.Tx) error {
			n, err := tx.DropPromises("tg", "71003")
			early, err2 := tx.PrunePromises(at(5), 9)
			late, err3 := tx.PrunePromises(at(6), 9)
			if n != 1 || early != 0 || late != 1 || err2 != nil || err3 != nil {
				t.Errorf("forgotten: %d, %d, %d (%v, %v)", n, early, late, err2, err3)
			}
			return err
		})
	})
}
