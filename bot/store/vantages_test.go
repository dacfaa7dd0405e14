package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

func TestVantages(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		sight := bot.View{
			Platform: "ent", Vantage: "lyon", Condition: bot.Unreachable, Since: at(1), SeenAt: at(2), Reason: bot.ReasonDNS,
			Evidence: bot.Evidence{Status: 503},
		}
		other := sight
		other.Vantage, other.Condition = "lille", bot.Normal
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(
				tx.EnterVantage("lyon", "first"), tx.ExpectVantage("lille"), tx.ExpectVantage("lyon"),
				tx.BeatVantage("lyon", "first", 1), tx.PutView(other), tx.PutView(sight), tx.PutView(sight),
			)
		})
		wantVantages(t, s, bot.Vantage{Name: "lille"}, bot.Vantage{Name: "lyon", Beat: 2, Written: 1})
		wantPresent(t, s, other, sight)

		update(t, s, func(tx bot.Tx) error { // another process enters, and the first finds out
			return errors.Join(tx.EnterVantage("lyon", "second"), tx.SilenceVantage("lille", at(9)))
		})
		err := s.Update(t.Context(), func(tx bot.Tx) error { return tx.BeatVantage("lyon", "first", 0) })
		if !errors.Is(err, bot.ErrConflict) {
			t.Errorf("a beat of the first process: %v, want a conflict", err)
		}
		wantVantages(t, s, bot.Vantage{Name: "lille", SilentSince: at(9)}, bot.Vantage{Name: "lyon", Beat: 3, Written: 1})
		wantPresent(t, s, sight)

		update(t, s, func(tx bot.Tx) error {
			return errors.Join(tx.SilenceVantage("lille", time.Time{}), tx.DropView("lyon", "ent"))
		})
		wantPresent(t, s, other)
		update(t, s, func(tx bot.Tx) error { return tx.DropVantage("lille") })
		wantVantages(t, s, bot.Vantage{Name: "lyon", Beat: 3, Written: 1})
		wantPresent(t, s)
	})
}

func wantVantages(t *testing.T, s *store.Store, want ...bot.Vantage) {
	t.Helper()
	view(t, s, func(tx bot.Tx) error {
		got, err := tx.Vantages()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		return err
	})
}

func wantPresent(t *testing.T, s *store.Store, want ...bot.View) {
	t.Helper()
	view(t, s, func(tx bot.Tx) error {
		got, err := tx.PresentViews()
		slices.SortFunc(got, func(a, b bot.View) int { return strings.Compare(a.Vantage, b.Vantage) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("views (-want +got):\n%s", diff)
		}
		return err
	})
}
