package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Speaker closes, for one account, the gap between what each destination was told and what is true. It is the only
// one that sends on its account. Make one with NewSpeaker.
type Speaker struct {
	config SpeakerConfig
	clerk  *clerk
	lease  *Lease
	pacer  *Pacer
	wake   chan struct{} // the ledger has changed
	more   chan struct{} // a delivery that ended has more to tell
	doubts doubts        // of requests without a known end
	log    *slog.Logger

	notebook notebook
	promises promises

	mu   sync.Mutex
	busy map[DeliveryKey]*Use            // on their way
	hush struct{ read, until time.Time } // until when an operator keeps the chats still, as it was read
}

// SpeakerConfig is what a Speaker needs.
type SpeakerConfig struct {
	Account  AccountID
	Store    Store
	Notifier Notifier
	Writer   Writer
	Quiet    *Quiet        // when destinations are silent, and when their schools are open; nil for never: no notes then
	Days     *CriticalDays // that notes announce; nil for none
	Parallel int           // requests under way at once, at most; 0 for the default
	Look     time.Duration // how often the ledger is read when nobody calls: what another process wrote is found then
	Trouble  func(Trouble)
	Observe  func(Attempt) // told how each attempt ended; may be nil
	Logger   *slog.Logger
}

const (
	defaultParallel = 64
	// defaultLook suits a ledger that only this process writes: whoever writes to it calls.
	defaultLook = time.Minute
	// patience is the longest refusal that is kept in memory alone, and how long after it left a request can be on its
	// way to the server.
	patience = 5 * time.Second
	// impatience is the longest wait of errands that keep others from being looked at.
	impatience = 250 * time.Millisecond
	// memory is how long what was sent before a restart counts: the longest period of a limit that all share, Slack's.
	memory = time.Minute
	// parting is how long a delivery on its way may take to end when the program stops.
	parting = 4 * time.Second
)

// NewSpeaker returns a speaker for an account.
func NewSpeaker(c SpeakerConfig) *Speaker {
	if c.Parallel == 0 {
		c.Parallel = defaultParallel
	}
	if c.Look == 0 {
		c.Look = defaultLook
	}
	if c.Observe == nil {
		c.Observe = func(Attempt) {}
	}
	c.Writer.Renderer = &memo{Renderer: c.Writer.Renderer}
	pacer := NewPacer()
	if _, readable := c.Notifier.(Finder); !readable {
		pacer.Spare()
	}
	s := &Speaker{
		config: c, clerk: newClerk(c.Store), pacer: pacer, wake: make(chan struct{}, 1), more: make(chan struct{}, 1),
		busy: make(map[DeliveryKey]*Use), log: c.Logger.With("account", c.Account),
	}
	s.notebook.report = Reporter{
		Store: c.Store, Web: c.Writer.Web, Every: c.Writer.Every, Quiet: c.Quiet, Days: c.Days, PageURL: c.Writer.PageURL,
	}
	return s
}

// Wake tells the speaker that the ledger has changed. It never blocks.
func (s *Speaker) Wake() {
	s.promises.fresh.Store(false)
	ring(s.wake)
}

// ring leaves a sign in a channel with room for one.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// Run delivers while the lease of the account's duty is held, until ctx ends, and then lets what is on its way arrive.
// It returns a [*DeliveryError] of
// KindUnauthorised when the account is no longer accepted: it sends nothing more then, and loses nothing.
func (s *Speaker) Run(ctx context.Context, lease *Lease) error {
	s.lease = lease
	speaking, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	writing, stopWriting := context.WithCancel(context.WithoutCancel(ctx))
	var clerkDone, sends sync.WaitGroup
	clerkDone.Go(func() { s.clerk.run(writing) })

	if s.config.Quiet != nil {
		s.landNotes(speaking)
		sends.Go(func() { s.keepRhythm(speaking) })
	}
	slots := make(chan struct{}, s.config.Parallel)
	s.speak(speaking, func(work func() error, done func()) {
		slots <- struct{}{}
		sends.Go(func() {
			defer func() { <-slots }()
			if err := work(); err != nil {
				s.pacer.Halt()
				stop(err)
			}
			done()
			ring(s.more)
		})
	})
	sends.Wait()
	stopWriting()
	clerkDone.Wait()
	if ctx.Err() == nil {
		return context.Cause(speaking)
	}
	return nil
}

// keepRhythm writes down which notes are due, until ctx ends.
func (s *Speaker) keepRhythm(ctx context.Context) {
	m := metronome{
		account: s.config.Account, store: s.config.Store, quiet: s.config.Quiet, lease: s.lease, look: s.config.Look, log: s.log,
		wake: func() {
			s.notebook.fresh.Store(false)
			s.Wake()
		},
	}
	m.run(ctx)
}

// speak reads the agenda and starts each task at its time, until ctx ends. Notes leave while nothing on it can.
func (s *Speaker) speak(ctx context.Context, launch func(work func() error, done func())) {
	s.recall(ctx)
	begin := func(t Task) {
		launch(func() error { return s.deliver(ctx, t) }, func() { s.free(t.Key()) })
	}
	for ctx.Err() == nil {
		a, err := s.agenda(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("read the ledger", "err", err)
		}
		next, idle := s.work(ctx, &a, begin)
		if !idle {
			continue
		}
		start := func(work func() error) { launch(work, func() {}) }
		note, busy := s.routine(ctx, start)
		if busy {
			continue
		}
		if promise, busy := s.keep(ctx, start); !busy {
			s.wait(ctx, earliest(earliest(next, note), promise), s.more)
		}
	}
}

// work starts the errands, each as soon as its limits allow, the first that can go first. It returns when the ledger
// should be read again: at once, or, when idle, at the time next (zero: none is known).
func (s *Speaker) work(ctx context.Context, a *agenda, start func(Task)) (next time.Time, idle bool) {
	fresh := max(s.config.Look, time.Second)
	for len(a.errands) > 0 {
		now := time.Now()
		if ctx.Err() != nil || now.Sub(a.read) > fresh {
			return now, false
		}
		i, at, all := a.first(s.pacer, now)
		switch {
		case !at.After(now):
			s.begin(a, i, now, start)
		case a.full && at.Sub(now) > impatience && (!all || at.Sub(now) > patience):
			s.putOff(ctx, a, now)
			return now, false
		case at.Sub(now) > patience:
			return sooner(a.next, at), true
		default:
			if s.wait(ctx, at, nil) {
				return now, false
			}
		}
	}
	return a.next, !a.full
}

// begin starts the i-th errand, if its limits are still as they were when the agenda was read.
func (s *Speaker) begin(a *agenda, i int, now time.Time, start func(Task)) {
	e := a.errands[i]
	e.limits = s.limits(e.Task)
	if s.pacer.Ready(e.limits, now).After(now) {
		return
	}
	s.hold(e.Key(), s.pacer.Take(e.limits, now))
	start(e.Task)
	a.errands = slices.Delete(a.errands, i, i+1)
}

// putOff writes down until when errands must wait that cannot go soon, to make room for those that stand behind them.
// Each gets a time of its own, as if those before it had gone at theirs.
func (s *Speaker) putOff(ctx context.Context, a *agenda, now time.Time) {
	queue := make(map[string]int)
	err := s.clerk.update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil {
			return err
		}
		clear(queue)
		for _, e := range a.errands {
			if at := s.pacer.Behind(e.limits, queue, now); at.Sub(now) > impatience {
				if err := tx.Postpone(e.Key(), at); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("postpone deliveries", "err", err)
		s.wait(ctx, now.Add(time.Second), nil)
	}
}

// recall learns from the ledger which limits were shut before we came, and what was sent that may still be carried out.
func (s *Speaker) recall(ctx context.Context) {
	err := s.config.Store.View(ctx, func(tx Tx) error {
		now := time.Now()
		list, err := tx.Refusals(s.config.Account, now)
		if err != nil {
			return err
		}
		flying, err := tx.Flying(s.config.Account, now.Add(-patience))
		if err != nil {
			return err
		}
		s.pacer.Restore(list, flying, now)
		sent, err := tx.Sent(s.config.Account, now.Add(-memory))
		for _, one := range sent {
			s.pacer.Remember(s.config.Notifier.Buckets(one.Op, one.To), one.At)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("read what was sent before", "err", err)
	}
}

// refused learns from a refusal and returns until when the delivery waits. A long one is written down.
func (s *Speaker) refused(ctx context.Context, t Task, failed *DeliveryError, now time.Time) time.Time {
	if errors.Is(failed, errHeld) {
		return now.Add(failed.RetryAfter)
	}
	r := s.pacer.Refuse(s.use(t.Key()), failed.Scope, failed.RetryAfter, now)
	r.Until = r.Until.Truncate(time.Millisecond).Add(time.Millisecond) // the ledger's times are whole milliseconds
	if r.Bucket == "" || r.Until.Sub(now) <= patience {
		return r.Until
	}
	err := s.clerk.update(ctx, func(tx Tx) error { return tx.PutRefusal(s.config.Account, r, now) })
	if err != nil {
		s.log.Error("write a refusal down", "bucket", r.Bucket, "err", err)
	}
	return r.Until
}

// errHeld is that a refusal of something else came in just before the request left.
var errHeld = errors.New("a limit was found empty by another delivery")

// pass looks at the limits again right before the request leaves.
func (s *Speaker) pass(t Task) error {
	now := time.Now()
	if at := s.pacer.Left(s.use(t.Key()), now); at.After(now) {
		return &DeliveryError{Kind: KindThrottled, RetryAfter: at.Sub(now), Err: errHeld}
	}
	return nil
}

// answered teaches the pacer by a success.
func (s *Speaker) answered(t Task, r Receipt) {
	s.pacer.Answered(s.use(t.Key()), max(len(r.IDs), 1), time.Now())
}

// limits names the limits that the task's next request draws on.
func (s *Speaker) limits(t Task) []Bucket {
	op := OpPost
	if act, _ := s.next(t, time.Now()); act == ActEdit {
		op = OpEdit
	}
	return s.config.Notifier.Buckets(op, t.Destination.Address)
}

// wait returns at a time (zero: any), at the latest after a look's time, or earlier, and true, when the ledger has changed
// or the other bell rings.
func (s *Speaker) wait(ctx context.Context, at time.Time, other <-chan struct{}) (woken bool) {
	pause := s.config.Look
	if !at.IsZero() {
		pause = min(max(time.Until(at), 0), pause)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-s.wake:
		return true
	case <-other:
		return true
	case <-timer.C:
		return false
	}
}

func (s *Speaker) hold(key DeliveryKey, u *Use) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[key] = u
}

// use is what a delivery on its way draws on.
func (s *Speaker) use(key DeliveryKey) *Use {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy[key]
}

// free lets a delivery be looked at again.
func (s *Speaker) free(key DeliveryKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pacer.Drop(s.busy[key], time.Now())
	delete(s.busy, key)
}
