package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// promises is what a speaker knows of the promises of its account that can be kept. They leave when nothing else can.
type promises struct {
	fresh atomic.Bool // what is known of them is as it is written
	read  time.Time
	list  []Promise
	next  time.Time // when the next one falls due; zero: none is known

	mu   sync.Mutex
	busy map[Promise]bool // on their way
}

// keepTries is how often a promise is tried that may have been kept: once more, since it was asked for.
const keepTries = 2

// keep sees to the first promise that can be kept. It returns false where there is none that could leave now, and when
// to look again (zero: no time is known).
func (s *Speaker) keep(ctx context.Context, launch func(work func() error)) (next time.Time, busy bool) {
	k := &s.promises
	if !s.readPromises(ctx) || len(k.list) == 0 {
		return k.next, false
	}
	p := k.list[0]
	limits := s.config.Notifier.Buckets(OpPost, Address{Channel: p.Channel})
	if ready := s.pacer.Ready(limits, time.Now()); ready.After(time.Now()) {
		return ready, false
	}
	k.list = k.list[1:]
	if len(k.list) == 0 {
		k.fresh.Store(false)
	}
	if !k.take(p.name()) {
		return time.Time{}, true
	}
	use := s.pacer.Take(limits, time.Now())
	launch(func() error {
		defer k.leave(p.name())
		defer func() { s.pacer.Drop(use, time.Now()) }()
		return s.fulfil(ctx, p, use)
	})
	return time.Time{}, true
}

// name is a promise without what changes.
func (p Promise) name() Promise {
	return Promise{Account: p.Account, Channel: p.Channel, Incident: p.Incident}
}

// take marks a promise as on its way; false where it is.
func (k *promises) take(name Promise) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy[name] {
		return false
	}
	if k.busy == nil {
		k.busy = make(map[Promise]bool)
	}
	k.busy[name] = true
	return true
}

func (k *promises) leave(name Promise) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.busy, name)
	k.fresh.Store(false)
}

// readPromises reads which promises can be kept where that is not known. It reports false where it could not.
func (s *Speaker) readPromises(ctx context.Context) bool {
	k, now := &s.promises, time.Now()
	known := k.fresh.Load() && now.Sub(k.read) < max(s.config.Look, time.Second)
	if known && (len(k.list) > 0 || k.next.IsZero() || k.next.After(now)) {
		return true
	}
	k.fresh.Store(true) // before they are read: what is written meanwhile makes them stale
	k.read = now
	err := s.config.Store.View(ctx, func(tx Tx) (err error) {
		k.list, k.next, err = tx.DuePromises(s.config.Account, now, agendaSize)
		return err
	})
	if err == nil {
		return true
	}
	if ctx.Err() == nil {
		s.log.Error("read the promises", "err", err)
	}
	k.list, k.next = nil, now.Add(metronomeLook)
	return false
}

// fulfil tells a person what they were promised. It returns an error only when the whole account must stop.
func (s *Speaker) fulfil(ctx context.Context, p Promise, use *Use) error {
	sending, done := s.bounded(ctx)
	defer done()
	ctx, written := lingering(ctx, parting+noting)
	defer written()
	posting, err := s.returned(ctx, p)
	switch {
	case err != nil:
		s.log.Error("write what was promised", "incident", p.Incident, "err", err)
		return nil
	case posting.Key == "": // it began anew
		return nil
	}
	if at := s.pacer.Left(use, time.Now()); at.After(time.Now()) || !s.lease.Valid() {
		return nil // it stays due
	}
	receipt, err := s.config.Notifier.Post(sending, posting)
	if err == nil {
		s.pacer.Answered(use, max(len(receipt.IDs), 1), time.Now())
		s.writePromise(ctx, func(tx Tx) error { return tx.DropPromise(p) })
		return nil
	}
	return s.unfulfilled(ctx, p, use, err)
}

// returned is what a person was promised, from the incident as it is now; empty where it goes on.
func (s *Speaker) returned(ctx context.Context, p Promise) (Posting, error) {
	var i Incident
	err := s.config.Store.View(ctx, func(tx Tx) (err error) {
		i, err = tx.Incident(p.Incident)
		return err
	})
	if err != nil || i.Open() {
		return Posting{}, err
	}
	answer := Answer{Kind: AnswerReturned, Platforms: []Platform{s.config.Writer.Web.Platform(i.Platform)}}
	if i.Condition != Normal { // it was closed, and did not come back
		answer.Kind = AnswerOver
	}
	words := s.config.Writer.Renderer
	message, err := inEach(words.Choose(p.Lang, nil), func(lang string) (Message, error) { return words.Answer(lang, answer) })
	return Posting{
		To: Address{Channel: p.Channel}, Message: message, Key: fmt.Sprintf("promise/%d/%s", p.Incident, p.Channel),
	}, err
}

// unfulfilled writes down how an attempt failed. What cannot be kept is forgotten.
func (s *Speaker) unfulfilled(ctx context.Context, p Promise, use *Use, err error) error {
	s.log.Warn("a promise failed", "incident", p.Incident, "err", err)
	failed, ok := errors.AsType[*DeliveryError](err)
	if !ok {
		failed = &DeliveryError{Kind: KindUncertain, Err: err}
	}
	p.Tries++
	wait := max(failed.RetryAfter, backOff(p.Tries))
	switch failed.Kind {
	case KindThrottled:
		p.Tries--
		wait = time.Until(s.pacer.Refuse(use, failed.Scope, failed.RetryAfter, time.Now()).Until)
	case KindTransient:
	case KindUncertain:
		if p.Tries >= keepTries {
			s.writePromise(ctx, func(tx Tx) error { return tx.DropPromise(p) })
			return nil
		}
	case KindUnauthorised:
		s.config.Trouble(Trouble{Kind: TroubleUnauthorised, Account: s.config.Account, Detail: failed.Error()})
		return failed
	default:
		s.writePromise(ctx, func(tx Tx) error { return tx.DropPromise(p) })
		return nil
	}
	p.Due = time.Now().Add(max(wait, time.Millisecond))
	s.writePromise(ctx, func(tx Tx) error { return tx.RetryPromise(p) })
	return nil
}

// writePromise writes what becomes of a promise.
func (s *Speaker) writePromise(ctx context.Context, write func(Tx) error) {
	err := s.clerk.update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil {
			return err
		}
		return write(tx)
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("write what became of a promise", "err", err)
	}
}
