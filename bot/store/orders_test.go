package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

func TestUpkeeps(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		late := bot.Upkeep{Platform: "cned", From: at(50), To: at(60), Who: "karim"}
		soon := bot.Upkeep{Platform: "cned", From: at(5), To: at(9), Text: "Mise à jour", Link: "https://cned.fr/", Who: "claire"}
		add := func(u *bot.Upkeep) {
			update(t, s, func(tx bot.Tx) (err error) {
				*u, err = tx.AddUpkeep(*u)
				return err
			})
		}
		add(&late)
		add(&soon)
		if late.ID != 1 || soon.ID != 2 {
			t.Errorf("numbered %d and %d", late.ID, soon.ID)
		}
		twice := s.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.AddUpkeep(bot.Upkeep{Platform: "cned", From: at(5), To: at(7)})
			return err
		})
		if !errors.Is(twice, bot.ErrConflict) {
			t.Errorf("planned twice: %v", twice)
		}
		wantUpkeeps(t, s, 0, soon, late)
		wantUpkeeps(t, s, 9, late) // an end is excluded
		update(t, s, func(tx bot.Tx) error { return tx.EndUpkeepAt(soon.ID, at(20)) })
		soon.To = at(20)
		wantUpkeeps(t, s, 9, soon, late)
		update(t, s, func(tx bot.Tx) error { return tx.CancelUpkeep(late.ID, at(30)) })
		wantUpkeeps(t, s, 9, soon)
		for name, lost := range map[string]func(bot.Tx) error{
			"given up before":   func(tx bot.Tx) error { return tx.CancelUpkeep(late.ID, at(30)) },
			"over":              func(tx bot.Tx) error { return tx.CancelUpkeep(soon.ID, at(20)) },
			"never planned":     func(tx bot.Tx) error { return tx.CancelUpkeep(99, at(1)) },
			"moved, given up":   func(tx bot.Tx) error { return tx.EndUpkeepAt(late.ID, at(90)) },
			"moved, never seen": func(tx bot.Tx) error { return tx.EndUpkeepAt(99, at(90)) },
		} {
			if err := s.Update(t.Context(), lost); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		late.ID = 0
		add(&late) // the same beginning is free again, under a number of its own
		if late.ID != 3 {
			t.Errorf("numbered %d", late.ID)
		}
	})
}

// wantUpkeeps compares what is planned and ends after a moment.
func wantUpkeeps(t *testing.T, s *store.Store, after int, want ...bot.Upkeep) {
	t.Helper()
	view(t, s, func(tx bot.Tx) error {
		list, err := tx.Upkeeps(at(after))
		if diff := cmp.Diff(want, list, cmp.Comparer(sameZone)); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

func TestHalts(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		ent := bot.Halt{Platform: "ent", Since: at(1), Until: at(9), Account: "tg", Who: "claire"}
		cned := bot.Halt{Platform: "cned", Since: at(2), Until: at(3), Account: "sl", Who: "karim", Noted: true}
		update(t, s, func(tx bot.Tx) error { return errors.Join(tx.PutHalt(ent), tx.PutHalt(cned)) })
		ent.Until, ent.Who, ent.Noted = at(4), "karim", true
		update(t, s, func(tx bot.Tx) error { return tx.PutHalt(ent) })
		view(t, s, func(tx bot.Tx) error {
			list, err := tx.Halts()
			if diff := cmp.Diff([]bot.Halt{cned, ent}, list, cmp.Comparer(sameZone)); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
