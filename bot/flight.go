package bot

import (
	"context"
	"errors"
	"sync"
	"time"
)

// visible is how long after its request was cut off a message may still be carried out, and show up in a channel's
// history. No platform says; a second is long for all of them.
const visible = 2 * time.Second

// inherited is the same for a request of a process that we took over from. It was cut off before we began: what is left
// of the wait is this, because dying, being noticed and starting took some of it.
const inherited = 1500 * time.Millisecond

// repeatMark tells the attempt that repeats another one from it: it keeps the time of the first, so that its age counts
// from there however often the program is killed, and that what the first has left is looked for from there.
const repeatMark = time.Millisecond

// doubts remembers, for deliveries whose last request has no known end, when that request can last have been under way.
// It is safe for concurrent use.
type doubts struct {
	mu    sync.Mutex
	since map[DeliveryKey]time.Time
}

// note takes down that a request of the delivery was cut off at a time, and returns until when it may still arrive.
func (d *doubts) note(key DeliveryKey, at time.Time) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.since == nil {
		d.since = make(map[DeliveryKey]time.Time)
	}
	if at.After(d.since[key]) {
		d.since[key] = at
	}
	return d.since[key].Add(visible)
}

// quiet returns from when on nothing that was sent for the delivery can arrive any more; the zero time where that is
// so already.
func (d *doubts) quiet(key DeliveryKey) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.since[key]
	if !ok {
		return time.Time{}
	}
	if quiet := at.Add(visible); time.Now().Before(quiet) {
		return quiet
	}
	delete(d.since, key)
	return time.Time{}
}

// resolve decides about an attempt that left and whose end is not known. Edits are simply made again. So is a posting
// that the platform knows by its key. Where the platform lets us read, the message is looked for, and once more when it
// can no longer arrive unseen; elsewhere it is posted again, because silence is worse than a repeat. It reports true
// where nothing more is to be done now, and returns an error when the whole account must stop.
func (s *Speaker) resolve(ctx, reading context.Context, t Task) (Task, bool, error) {
	flight := t.Delivery.Flight
	s.doubts.note(t.Key(), s.lease.Taken().Add(inherited-visible)) // by whoever had the duty before us, if not by ourselves
	finder, can := s.config.Notifier.(Finder)
	if flight.Act == ActEdit || !can {
		return t, false, nil
	}
	if act := t.Delivery.Next(t.Incident); act != ActDrop &&
		s.known(flight, t.Delivery.FlightFor(act, t.Incident, time.Now()), t.Delivery) {
		return t, false, nil
	}
	quiet := s.doubts.quiet(t.Key())
	posting, err := s.config.Writer.Write(ctx, t, time.Now())
	if err != nil {
		return t, true, s.settle(ctx, t, flight, Receipt{}, &DeliveryError{Kind: KindRejected, Err: err})
	}
	receipt, err := finder.Find(reading, posting, flight.At)
	switch {
	case refused(err):
		s.log.Warn("what was sent cannot be read", "delivery", t.Key(), "err", err)
		return t, false, nil
	case err != nil:
		return t, true, s.unread(ctx, t, err)
	case !receipt.Posted() && !quiet.IsZero():
		s.record(ctx, t, flight, quiet)
		return t, true, nil
	case !receipt.Posted():
		t.Delivery.Flight.Says = NotYetKnown // known not to have arrived
		return t, false, nil
	}
	t.Delivery = t.Delivery.Landed(receipt)
	t.Delivery.Told = min(t.Delivery.Told, t.Incident.Revision-1) // edited once more: it may have been cut short
	s.record(ctx, t, flight, s.dueAfter(t))
	return t, true, nil
}

// known reports whether the platform answers the next attempt with the message of the one before, if that arrived: both
// have the same key, and it is recent.
func (s *Speaker) known(before, next Flight, d Delivery) bool {
	r, can := s.config.Notifier.(Repeater)
	return can && d.same(before, next) && time.Since(before.At).Abs() < r.Remembers()
}

// repeats reports whether the next attempt makes the posting of the one before again, which may have arrived and can be
// looked for.
func (s *Speaker) repeats(before, next Flight, d Delivery) bool {
	_, can := s.config.Notifier.(Finder)
	return can && d.same(before.doubt(), next)
}

// refused reports whether a platform does not let us read, now or later.
func refused(err error) bool {
	var failed *DeliveryError
	return errors.As(err, &failed) &&
		(failed.Kind == KindGone || failed.Kind == KindRejected || failed.Kind == KindMissing)
}

// unread puts off what could not be looked for. It returns an error when the whole account must stop.
func (s *Speaker) unread(ctx context.Context, t Task, err error) error {
	s.log.Warn("look for a message", "delivery", t.Key(), "err", err)
	t.Delivery.Tries++
	due := time.Now().Add(backOff(t.Delivery.Tries))
	var failed *DeliveryError
	if errors.As(err, &failed) {
		due = later(due, time.Now().Add(failed.RetryAfter))
	}
	if failed != nil && failed.Kind == KindUnauthorised {
		s.last(ctx, t, t.Delivery.Flight, due)
		s.config.Trouble(Trouble{Kind: TroubleUnauthorised, Account: s.config.Account, Detail: failed.Error()})
		return failed
	}
	s.record(ctx, t, t.Delivery.Flight, due)
	return nil
}

// landed is the delivery after its flight has arrived, and when it is due again. It is shown the truth once more where
// an earlier request, found without an end, may have had the last word: a posting that was answered with the message of
// an older revision, or an edit that is carried out late.
func (s *Speaker) landed(t Task, found Flight, r Receipt) (Task, time.Time) {
	flight, quiet := t.Delivery.Flight, s.doubts.quiet(t.Key())
	t.Delivery = t.Delivery.Landed(r)
	repeated := flight.Act == ActPost && flight.At.Equal(found.At.Add(repeatMark)) && found.Revision != flight.Revision
	overtaken := flight.Act == ActEdit && !quiet.IsZero()
	if repeated || overtaken {
		t.Delivery.Told = min(t.Delivery.Told, flight.Revision-1)
	}
	if overtaken && t.Incident.Revision == flight.Revision {
		return t, quiet
	}
	return t, s.dueAfter(t)
}
