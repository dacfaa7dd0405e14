package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// DutyName names a right that one replica holds at a time: to watch, or to speak for an account.
type DutyName string

// WatchDuty is the right to run the checks and to judge.
const WatchDuty DutyName = "watch"

// AccountDuty is the right to send and to listen on an account: a token's limits are the token's, whoever uses it.
func AccountDuty(id AccountID) DutyName { return DutyName("account:" + id) }

// Duty is a right as it was given. Each time that it changes hands its term grows, and what is written under an older
// term is refused.
type Duty struct {
	Name   DutyName
	Holder string // the replica; empty while nobody holds it
	Term   int64
	Beat   int64 // grows as long as the holder is alive
}

// DutyTx keeps the duties.
type DutyTx interface {
	// Duty reads a duty. One that was never held has no holder and term 0.
	Duty(name DutyName) (Duty, error)
	// TakeDuty gives the duty, as it was seen, to a holder under a new term. ErrConflict: it has changed since.
	TakeDuty(seen Duty, holder string) (Duty, error)
	// KeepDuty shows that the holder is alive, and holds other writers of the duty's term off until the transaction
	// ends. ErrConflict: the term is over.
	KeepDuty(d Duty) error
	// LeaveDuty gives the duty back.
	LeaveDuty(d Duty) error
}

// The times of a lease. The holder stops believing in it, and ends its requests, well before another replica may take
// it, so that they need no common clock, only clocks that run at the same speed. Failover takes leaseStale + lookEvery
// at most, counted from the last beat.
const (
	beatEvery  = time.Second
	beatLimit  = 1500 * time.Millisecond // for one beat: leaseGood has room for one that hangs and another one
	beatAgain  = 250 * time.Millisecond  // after one that failed
	leaseGood  = 4 * time.Second         // after the last beat that was written
	leaseStale = 6 * time.Second         // without a new beat
	lookEvery  = 500 * time.Millisecond
)

// Lease is a duty in the hands of this process. Once it is over it stays over.
type Lease struct {
	duty    Duty
	forever bool
	taken   time.Time
	over    context.Context //nolint:containedctx // it is how the lease's end reaches what was begun under it
	end     context.CancelFunc

	mu    sync.Mutex
	until time.Time
	timer *time.Timer
}

func newLease(forever bool, from time.Time) *Lease {
	l := &Lease{forever: forever}
	l.over, l.end = context.WithCancel(context.Background())
	if !forever {
		l.timer = time.AfterFunc(leaseGood, l.end)
		l.extend(from)
	}
	return l
}

// Duty returns the duty for writes that must be fenced by its term.
func (l *Lease) Duty() Duty { return l.duty }

// Taken is when the duty came into our hands: whoever had it before had stopped by then.
func (l *Lease) Taken() time.Time { return l.taken }

// Valid reports whether nobody else can hold the duty at this moment. Ask right before acting: the process may have
// been stopped for a while, or the whole machine, during which only one of its two clocks runs.
func (l *Lease) Valid() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.forever {
		return true
	}
	now := time.Now()
	return l.over.Err() == nil && now.Before(l.until) && now.Round(0).Before(l.until.Round(0))
}

// Bound returns a context that ends when its parent does, and at the latest with the lease, and is fenced by it: what is
// sent in it cannot be sent under another one's term.
func (l *Lease) Bound(parent context.Context) (context.Context, context.CancelFunc) {
	child, cancel := context.WithCancelCause(Fenced(parent, l.Valid))
	stop := context.AfterFunc(l.over, func() { cancel(errLost) })
	return child, func() { stop(); cancel(nil) }
}

// extend makes the lease good for some time after a beat that was begun at a time, unless it is over already.
func (l *Lease) extend(from time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = from.Add(leaseGood)
	if l.over.Err() == nil {
		l.timer.Reset(time.Until(l.until))
	}
}

// drop frees what the lease uses, at its end.
func (l *Lease) drop() {
	l.end()
	if l.timer != nil {
		l.timer.Stop()
	}
}

// Holder takes duties for one replica.
type Holder struct {
	Store   Store
	Replica string // this replica's name for good: another process with the same name must be certain to be dead
	Alone   bool   // no other replica can reach the database: duties are taken at once and need no beat
	Logger  *slog.Logger
}

// Hold waits for a duty, does it, and gives it back; when it is lost, it waits for it again. It returns when ctx ends
// or do returns while the duty was held: its error then.
func (h Holder) Hold(ctx context.Context, name DutyName, do func(context.Context, *Lease) error) error {
	for ctx.Err() == nil {
		lease := h.take(ctx, name)
		if lease == nil {
			return nil
		}
		h.Logger.Info("duty taken", "duty", name, "term", lease.duty.Term)
		lost, err := h.serve(ctx, lease, do)
		if !lost {
			return err
		}
		h.Logger.Warn("duty lost", "duty", name, "term", lease.duty.Term, "err", err)
	}
	return nil
}

// take waits until the duty is free or its holder has shown no life for too long; nil when ctx ends before.
func (h Holder) take(ctx context.Context, name DutyName) *Lease {
	var seen Duty
	var since time.Time // when it was seen first: its beat was begun before
	for {
		looked := time.Now()
		var duty Duty
		err := h.Store.View(ctx, func(tx Tx) (err error) {
			duty, err = tx.Duty(name)
			return err
		})
		if err == nil && duty != seen {
			seen, since = duty, time.Now()
		}
		if err == nil && (duty.Holder == "" || duty.Holder == h.Replica || h.Alone || looked.Sub(since) >= leaseStale) {
			if lease := h.seize(ctx, duty); lease != nil {
				return lease
			}
		}
		if err != nil && ctx.Err() == nil {
			h.Logger.Error("look for a duty", "duty", name, "err", err)
		}
		if !pause(ctx, lookEvery) {
			return nil
		}
	}
}

// seize tries to take a duty; nil when somebody else was first.
func (h Holder) seize(ctx context.Context, seen Duty) *Lease {
	lease := newLease(h.Alone, time.Now())
	err := h.Store.Update(ctx, func(tx Tx) (err error) {
		lease.duty, err = tx.TakeDuty(seen, h.Replica)
		return err
	})
	if err != nil {
		lease.drop()
		if !errors.Is(err, ErrConflict) && ctx.Err() == nil {
			h.Logger.Error("take a duty", "duty", seen.Name, "err", err)
		}
		return nil
	}
	lease.taken = time.Now()
	return lease
}

// errLost ends a duty whose term is over.
var errLost = errors.New("the duty's term is over")

// serve does the duty while it is held. Lost is true when it ended because the duty was lost. The duty is kept until
// what was begun under it has ended, also after ctx.
func (h Holder) serve(ctx context.Context, lease *Lease, do func(context.Context, *Lease) error) (lost bool, err error) {
	defer lease.drop()
	held, stop := lease.Bound(ctx)
	defer stop()
	living, rest := context.WithCancel(context.WithoutCancel(ctx))
	defer rest()
	var beating sync.WaitGroup
	if !h.Alone {
		beating.Go(func() { h.beat(living, lease) })
	}
	err = do(held, lease)
	rest()
	beating.Wait()
	if lease.over.Err() != nil {
		return true, errors.Join(errLost, err)
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseGood)
	defer cancel()
	leave := h.Store.Update(leaving, func(tx Tx) error { return tx.LeaveDuty(lease.duty) })
	if leave != nil && !errors.Is(leave, ErrConflict) {
		h.Logger.Warn("give a duty back", "duty", lease.duty.Name, "err", leave)
	}
	return false, err
}

// beat shows that the holder is alive until ctx ends or the lease does. It ends the lease when another one has the duty.
func (h Holder) beat(ctx context.Context, lease *Lease) {
	wait := beatEvery
	for pause(ctx, wait) && lease.over.Err() == nil {
		begun := time.Now()
		limited, cancel := context.WithTimeout(ctx, beatLimit)
		err := h.Store.Update(limited, func(tx Tx) error { return tx.KeepDuty(lease.duty) })
		cancel()
		wait = beatEvery
		switch {
		case err == nil:
			lease.extend(begun)
		case ctx.Err() != nil:
		case errors.Is(err, ErrConflict):
			lease.end()
		default:
			h.Logger.Warn("keep a duty", "duty", lease.duty.Name, "err", err)
			wait = beatAgain
		}
	}
}
