package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// line is a replica's connection to the database, which can be cut without a word.
type line struct {
	bot.Store
	cut atomic.Bool
}

var errCut = errors.New("no answer")

func (l *line) wait(ctx context.Context) error {
	if !l.cut.Load() {
		return nil
	}
	<-ctx.Done()
	return errors.Join(errCut, ctx.Err())
}

func (l *line) View(ctx context.Context, f func(bot.Tx) error) error {
	if err := l.wait(ctx); err != nil {
		return err
	}
	return l.Store.View(ctx, f)
}

func (l *line) Update(ctx context.Context, f func(bot.Tx) error) error {
	if err := l.wait(ctx); err != nil {
		return err
	}
	return l.Store.Update(ctx, f)
}

// replica is one of several that want the same duty.
type replica struct {
	name  string
	line  *line
	terms chan *bot.Lease // each time that it takes the duty
	lost  chan time.Time  // each time that its duty's context ends
	stop  context.CancelFunc
	ended chan error
}

// onReplicas runs a test in a bubble of simulated time with two replicas on one database, the first of which holds the
// duty to watch. Parting is how long their work goes on when it is told to end.
func onReplicas(t *testing.T, parting time.Duration, test func(t *testing.T, first, second *replica, lease *bot.Lease)) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		first := newReplica(t, "first", db, parting)
		lease := <-first.terms
		second := newReplica(t, "second", db, parting)
		time.Sleep(10 * time.Second) // beats keep the second one waiting
		test(t, first, second, lease)
		for _, r := range []*replica{first, second} {
			r.stop()
			if err := <-r.ended; err != nil {
				t.Error(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func newReplica(t *testing.T, name string, db bot.Store, parting time.Duration) *replica {
	ctx, stop := context.WithCancel(t.Context())
	r := &replica{
		name: name, line: &line{Store: db}, stop: stop,
		terms: make(chan *bot.Lease, 9), lost: make(chan time.Time, 9), ended: make(chan error, 1),
	}
	holder := bot.Holder{Store: r.line, Replica: name, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	go func() {
		r.ended <- holder.Hold(ctx, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
			r.terms <- lease
			<-ctx.Done()
			r.lost <- time.Now()
			time.Sleep(parting)
			return nil
		})
	}()
	return r
}

func TestADeadHoldersDutyIsTaken(t *testing.T) {
	onReplicas(t, 0, func(t *testing.T, first, second *replica, lease *bot.Lease) {
		if len(second.terms) > 0 {
			t.Fatal("the duty was taken from a holder that is alive")
		}
		first.line.cut.Store(true)
		died := time.Now()
		next := <-second.terms
		if took := time.Since(died); took > 8*time.Second {
			t.Errorf("taken after %s", took)
		}
		if next.Duty().Term != lease.Duty().Term+1 {
			t.Errorf("term %d after %d", next.Duty().Term, lease.Duty().Term)
		}
		if ended := <-first.lost; time.Since(ended) < time.Second {
			t.Errorf("the first one stopped only %s before the second began", time.Since(ended))
		}
		if lease.Valid() {
			t.Error("the first one still believes in its lease")
		}
		first.line.cut.Store(false)
		time.Sleep(30 * time.Second)
		if len(first.terms) > 0 || len(second.lost) > 0 {
			t.Error("the duty moved again for no reason")
		}
	})
}

// TestWhatIsBegunUnderALeaseEndsWithIt looks at a request that hangs, as all do when the network is cut.
func TestWhatIsBegunUnderALeaseEndsWithIt(t *testing.T) {
	onReplicas(t, 0, func(t *testing.T, first, second *replica, lease *bot.Lease) {
		request, cancel := lease.Bound(context.Background())
		defer cancel()
		time.Sleep(20 * time.Second)
		if request.Err() != nil || !bot.MayLeave(request) {
			t.Fatal("the request ended while the duty was held")
		}
		first.line.cut.Store(true)
		<-request.Done()
		if bot.MayLeave(request) {
			t.Error("a request may leave after its lease has ended")
		}
		ended := time.Now()
		<-second.terms
		if gap := time.Since(ended); gap < time.Second {
			t.Errorf("another replica may send %s after the last request of the old one ended", gap)
		}
	})
}

func TestNothingLeavesWhenALeaseHasRunOutUnnoticed(t *testing.T) {
	onReplicas(t, 0, func(t *testing.T, _, _ *replica, lease *bot.Lease) {
		request, cancel := lease.Bound(context.Background())
		defer cancel()
		if !bot.MayLeave(request) {
			t.Fatal("nothing may leave while the duty is held")
		}
		lease.RunOut()
		if bot.MayLeave(request) {
			t.Error("a request may leave after its lease has run out")
		}
	})
}

func TestADutyThatIsGivenBackIsTakenAtOnce(t *testing.T) {
	onReplicas(t, 0, func(t *testing.T, first, second *replica, _ *bot.Lease) {
		left := time.Now()
		first.stop()
		<-second.terms
		if took := time.Since(left); took > time.Second {
			t.Errorf("taken after %s", took)
		}
		first.ended <- <-first.ended
	})
}

// TestADutyIsKeptUntilItsWorkHasEnded lets the work of a replica that stops take longer than a lease is good for.
func TestADutyIsKeptUntilItsWorkHasEnded(t *testing.T) {
	onReplicas(t, 10*time.Second, func(t *testing.T, first, second *replica, lease *bot.Lease) {
		left := time.Now()
		first.stop()
		time.Sleep(9 * time.Second)
		if !lease.Valid() || len(second.terms) > 0 {
			t.Error("the lease ended while its work was ending")
		}
		<-second.terms
		if took := time.Since(left); took > 11*time.Second {
			t.Errorf("taken after %s", took)
		}
		first.ended <- <-first.ended
	})
}

func TestAHolderWhoseDutyIsTakenStopsAndIsFenced(t *testing.T) {
	onReplicas(t, 0, func(t *testing.T, first, second *replica, lease *bot.Lease) {
		err := second.line.Update(t.Context(), func(tx bot.Tx) error { // as if the first one had been stopped for long
			seen, err := tx.Duty(bot.WatchDuty)
			if err != nil {
				return err
			}
			_, err = tx.TakeDuty(seen, "somebody")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		<-first.lost
		err = first.line.Update(t.Context(), func(tx bot.Tx) error { return tx.KeepDuty(lease.Duty()) })
		if !errors.Is(err, bot.ErrConflict) || lease.Valid() {
			t.Errorf("the old term is good for writing: %v, valid %v", err, lease.Valid())
		}
	})
}

// slowReader is a store whose first reading takes long: what it sees is newer than its beginning.
type slowReader struct {
	bot.Store
	read atomic.Int32
}

func (s *slowReader) View(ctx context.Context, f func(bot.Tx) error) error {
	if s.read.Add(1) == 1 {
		time.Sleep(20 * time.Second)
	}
	return s.Store.View(ctx, f)
}

func TestASlowReadingTakesNoDutyFromTheLiving(t *testing.T) {
	onReplicas(t, 0, func(t *testing.T, first, _ *replica, lease *bot.Lease) {
		third := newReplica(t, "third", &slowReader{Store: first.line.Store}, 0)
		time.Sleep(19900 * time.Millisecond)
		first.line.cut.Store(true) // no beat after the one that the third one is about to see
		time.Sleep(3 * time.Second)
		if len(third.terms) > 0 && lease.Valid() {
			t.Error("two replicas hold the duty")
		}
		first.line.cut.Store(false)
		third.stop()
		if err := <-third.ended; err != nil {
			t.Error(err)
		}
	})
}
