package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// carriedOut reports whether the store knows a request.
func carriedOut(t *testing.T, s *store.Store, account bot.AccountID, request string) (known bool) {
	t.Helper()
	view(t, s, func(tx bot.Tx) (err error) {
		known, err = tx.CarriedOut(account, request)
		return err
	})
	return known
}

func TestRequestsAreCarriedOutOnce(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		if carriedOut(t, s, "tg", "7") {
			t.Error("known before it was carried out")
		}
		failed := errors.New("what it does fails")
		err := s.Update(t.Context(), func(tx bot.Tx) error { return errors.Join(tx.CarryOut("tg", "7", at(0)), failed) })
		if !errors.Is(err, failed) || carriedOut(t, s, "tg", "7") {
			t.Errorf("%v; known although nothing came of it", err)
		}
		update(t, s, func(tx bot.Tx) error { return tx.CarryOut("tg", "7", at(0)) })
		err = s.Update(t.Context(), func(tx bot.Tx) error {
			if _, err := tx.AddIncident(cned(1, bot.Unreachable)); err != nil {
				return err
			}
			return tx.CarryOut("tg", "7", at(1))
		})
		if !errors.Is(err, bot.ErrRepeated) || errors.Is(err, bot.ErrConflict) {
			t.Errorf("a second time: %v, want ErrRepeated", err)
		}
		if n := len(incidents(t, s)); n != 0 {
			t.Errorf("%d incidents of a request that was carried out before", n)
		}
		update(t, s, func(tx bot.Tx) error { return tx.CarryOut("slack", "7", at(0)) }) // another's number
		if !carriedOut(t, s, "tg", "7") || !carriedOut(t, s, "slack", "7") || carriedOut(t, s, "tg", "8") {
			t.Error("known are others than those that were carried out")
		}
	})
}

func TestRequestsAreForgotten(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx bot.Tx) error {
			return errors.Join(tx.CarryOut("tg", "old", at(0)), tx.CarryOut("tg", "young", at(1)))
		})
		update(t, s, func(tx bot.Tx) error { return tx.CarryOut("slack", "new", at(1).Add(bot.RequestsKept)) })
		if carriedOut(t, s, "tg", "old") || !carriedOut(t, s, "tg", "young") {
			t.Error("forgotten too late or too soon")
		}
	})
}

// TestRequestsInARace carries one request out in many transactions at once: one of them does it.
func TestRequestsInARace(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		var done atomic.Int32
		var running sync.WaitGroup
		for range 8 {
			running.Go(func() {
				err := s.Update(t.Context(), func(tx bot.Tx) error {
					time.Sleep(5 * time.Millisecond)
					return tx.CarryOut("tg", "7", at(0))
				})
				switch {
				case err == nil:
					done.Add(1)
				case !errors.Is(err, bot.ErrRepeated):
					t.Error(err)
				}
			})
		}
		running.Wait()
		if n := done.Load(); n != 1 {
			t.Errorf("carried out %d times", n)
		}
	})
}
