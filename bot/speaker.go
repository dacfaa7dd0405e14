package bot

import (
	"context"
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
	log    *slog.Logger

	mu   sync.Mutex
	busy map[DeliveryKey]bool // on their way
}

// SpeakerConfig is what a Speaker needs.
type SpeakerConfig struct {
	Account  AccountID
	Store    Store
	Notifier Notifier
	Writer   Writer
	Parallel int           // requests under way at once, at most; 0 for the default
	Look     time.Duration // how often the ledger is read when nobody calls: what another process wrote is found then
	Trouble  func(Trouble)
	Observe  func(Attempt) // told how each attempt ended; may be nil
	Logger   *slog.Logger
}

const (
	defaultParallel = 64
	// agendaSize is how many tasks are looked at together.
	agendaSize = 512
	// defaultLook suits a ledger that only this process writes: whoever writes to it calls.
	defaultLook = time.Minute
	// patience is the longest wait that a task spends in memory. Longer ones are written down and make room.
	patience = 5 * time.Second
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
	return &Speaker{
		config: c, clerk: newClerk(c.Store), pacer: NewPacer(), wake: make(chan struct{}, 1), more: make(chan struct{}, 1),
		busy: make(map[DeliveryKey]bool), log: c.Logger.With("account", c.Account),
	}
}

// Wake tells the speaker that the ledger has changed. It never blocks.
func (s *Speaker) Wake() { ring(s.wake) }

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

	slots := make(chan struct{}, s.config.Parallel)
	s.speak(speaking, func(t Task) {
		slots <- struct{}{}
		sends.Go(func() {
			defer func() { <-slots }()
			if err := s.deliver(speaking, t); err != nil {
				stop(err)
			}
			s.free(t.Key())
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

// speak reads the agenda and starts each task at its time, until ctx ends.
func (s *Speaker) speak(ctx context.Context, start func(Task)) {
	for ctx.Err() == nil {
		tasks, next, err := s.agenda(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("read the ledger", "err", err)
		}
		if len(tasks) == 0 {
			s.wait(ctx, next, s.more)
			continue
		}
		s.work(ctx, tasks, start)
	}
}

// agenda lists what is due and not on its way.
func (s *Speaker) agenda(ctx context.Context) (tasks []Task, next time.Time, err error) {
	s.mu.Lock()
	n := agendaSize + len(s.busy)
	s.mu.Unlock()
	err = s.config.Store.View(ctx, func(tx Tx) error {
		tasks, next, err = tx.Due(s.config.Account, time.Now(), n)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(tasks, func(t Task) bool { return s.busy[t.Key()] }), next, err
}

// work starts the tasks, each as soon as its limits allow, the first that can go first. It returns when all have
// started, when the ledger has changed, or when ctx ends.
func (s *Speaker) work(ctx context.Context, tasks []Task, start func(Task)) {
	for len(tasks) > 0 && ctx.Err() == nil {
		now := time.Now()
		i, at := s.first(tasks, now)
		if at.Sub(now) > patience {
			s.postpone(ctx, tasks, now)
			return
		}
		if at.After(now) {
			if s.wait(ctx, at, nil) {
				return
			}
			continue
		}
		s.pacer.Take(s.limits(tasks[i]), now)
		s.hold(tasks[i].Key())
		start(tasks[i])
		tasks = slices.Delete(tasks, i, i+1)
	}
}

// first finds the task that may leave soonest, the first of the list where several may, and when.
func (s *Speaker) first(tasks []Task, now time.Time) (index int, at time.Time) {
	for i, task := range tasks {
		ready := s.pacer.Ready(s.limits(task), now)
		if !ready.After(now) {
			return i, now
		}
		if i == 0 || ready.Before(at) {
			index, at = i, ready
		}
	}
	return index, at
}

// postpone writes down until when tasks must wait that cannot go soon.
func (s *Speaker) postpone(ctx context.Context, tasks []Task, now time.Time) {
	err := s.clerk.update(ctx, func(tx Tx) error {
		for _, task := range tasks {
			if at := s.pacer.Ready(s.limits(task), now); at.Sub(now) > patience {
				if err := tx.Postpone(task.Key(), at); err != nil {
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

// limits names the limits that the task's next request draws on.
func (s *Speaker) limits(t Task) []Bucket {
	op := OpPost
	if t.Delivery.Next(t.Incident) == ActEdit {
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

func (s *Speaker) hold(key DeliveryKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[key] = true
}

// free lets a delivery be looked at again.
func (s *Speaker) free(key DeliveryKey) {
	s.mu.Lock()
	delete(s.busy, key)
	s.mu.Unlock()
}
