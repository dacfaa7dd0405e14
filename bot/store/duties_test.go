package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// TestAStalledReplicaFreesItsLocks stops one replica in the middle of a transaction that holds its duty, as a signal or
// a cut cable does: another one can take the duty all the same, and what the first one wanted to write is refused.
func TestAStalledReplicaFreesItsLocks(t *testing.T) {
	address := storetest.Postgres(t)
	open := func() *store.Store {
		s, err := store.OpenPostgres(t.Context(), address, quiet())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
	first, second := open(), open()
	var held bot.Duty
	update(t, first, func(tx bot.Tx) (err error) {
		held, err = tx.TakeDuty(bot.Duty{Name: bot.WatchDuty}, "first")
		return err
	})
	locked, taken, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- first.Update(t.Context(), func(tx bot.Tx) error {
			err := tx.KeepDuty(held)
			close(locked)
			<-taken
			return errors.Join(err, tx.PutStanding(bot.Standing{Platform: "cned"}))
		})
	}()
	<-locked
	begun := time.Now()
	update(t, second, func(tx bot.Tx) error {
		_, err := tx.TakeDuty(held, "second")
		return err
	})
	close(taken)
	if err := <-ended; err == nil {
		t.Error("the stalled transaction was committed")
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("the duty was locked for %s", took)
	}
}
