package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Trouble is something that an operator must hear of once: a destination that fell asleep, an account that is no
// longer accepted. It holds no secret and no text of a person.
type Trouble struct {
	Kind        TroubleKind
	Account     AccountID
	Destination DestinationID
	Platform    PlatformID // with TroubleBlocked and TroubleSplit
	Vantage     string     // with TroubleSilent and TroubleHeard
	Split       Split      // with TroubleSplit
	Detail      string
	Owed        int                // with TroubleLate: how many deliveries are owed
	Cause       ErrorKind          // with TroubleLate: how most attempts failed; empty where none did
	Certificate CertificateWarning // of a TroubleCertificate
	Schools     *calendar.Schools  // of a TroubleCalendar: the zone's
	Step        int64              // told anew at each; 0 for a trouble that is told once
	Over        bool               // it has ended: nothing is told to who was not told of it
}

// TroubleKind is what a trouble is about.
type TroubleKind string

// The kinds of trouble.
const (
	TroubleAsleep       TroubleKind = "asleep"       // a chat is closed to us
	TroublePlain        TroubleKind = "plain"        // a platform does not take a text: a plain one is tried
	TroubleRejected     TroubleKind = "rejected"     // nor the plain one
	TroubleDeleted      TroubleKind = "deleted"      // somebody deletes our messages
	TroubleUnauthorised TroubleKind = "unauthorised" // an account's token is no longer accepted
)

// deliver carries out one task. It returns an error only when the whole account must stop.
func (s *Speaker) deliver(ctx context.Context, t Task) error {
	sending, done := s.bounded(ctx)
	defer done()
	ctx, written := lingering(ctx, parting+noting)
	defer written()
	found := t.Delivery.Flight
	if found.Act != ActNone {
		var settled bool
		var err error
		if t, settled, err = s.resolve(ctx, sending, t); settled || err != nil {
			return err
		}
		found = t.Delivery.Flight
	}
	t, leaving := s.depart(ctx, t)
	if !leaving || !s.lease.Valid() {
		return nil
	}
	receipt, err := s.send(sending, t)
	if moved := movedTo(err); moved != "" {
		t.Destination.Address.Channel = s.follow(ctx, t, moved)
		if t.Delivery.Flight.Act == ActEdit { // the message stayed behind
			return s.settle(ctx, t, found, Receipt{}, &DeliveryError{Kind: KindMissing, Err: err})
		}
		receipt, err = s.send(sending, t)
	}
	return s.settle(ctx, t, found, receipt, err)
}

// noting is how long the receipts of the last requests may take to be written when the program stops.
const noting = 2 * time.Second

// bounded returns the context of requests: it ends with the lease, and some time after its parent.
func (s *Speaker) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	child, arrived := lingering(ctx, parting)
	child, cancel := s.lease.Bound(child)
	return child, func() { cancel(); arrived() }
}

// lingering returns a context that ends some time after its parent: what has left is let arrive.
func lingering(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
	child, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(after, cancel) })
	return child, func() { stop(); cancel() }
}

// depart writes down that the task's next act is about to leave, as of the newest state. It reports false where there
// is nothing to send, or the ledger could not be written: nothing may leave then.
func (s *Speaker) depart(ctx context.Context, t Task) (Task, bool) {
	var next Task
	var leaving bool
	err := s.clerk.update(ctx, func(tx Tx) (err error) { // it may run twice, and after we have stopped waiting for it
		next, leaving, err = s.departIn(tx, t, time.Now())
		return err
	})
	if err != nil {
		s.log.Error("write a departure", "delivery", t.Key(), "err", err)
		pause(ctx, time.Second) // a ledger that takes no writes must not be asked in a loop
		return t, false
	}
	return next, leaving
}

func (s *Speaker) departIn(tx Tx, t Task, now time.Time) (Task, bool, error) {
	found := t.Delivery.Flight
	t.Delivery = t.Delivery.presumed(t.Incident)
	for {
		act, wait, err := s.nextIn(tx, &t, now)
		switch {
		case err != nil:
			return t, false, err
		case !wait.IsZero():
			return t, false, rest(tx, t, found, wait)
		case act == ActDrop:
			return t, false, tx.DropDelivery(t.Delivery, t.Incident.Revision)
		case act == ActNone:
			t.Delivery.Flight = Flight{}
			return t, false, tx.Settle(t.Delivery, found, t.Incident.Revision, time.Time{})
		default:
			flight := t.Delivery.FlightFor(act, t.Incident, now)
			if s.repeats(found, flight, t.Delivery) {
				flight.At = found.At.Add(repeatMark)
			}
			err := tx.Depart(t.Delivery, flight, s.lease.Duty())
			if err == nil {
				t.Delivery.Flight = flight
				return t, true, nil
			}
			if !errors.Is(err, ErrConflict) {
				return t, false, err
			}
			if t.Delivery.Flight.Act != ActNone || !s.lease.Valid() {
				return t, false, nil // still due: looked at again as it is now
			}
			if t, err = tx.Task(t.Key()); err != nil || !t.Destination.Asleep.Since.IsZero() {
				return t, false, err
			}
		}
	}
}

// send renders the task as its flight says and hands it to the chat platform.
func (s *Speaker) send(ctx context.Context, t Task) (Receipt, error) {
	posting, err := s.config.Writer.Write(ctx, t, time.Now())
	if err != nil {
		return Receipt{}, &DeliveryError{Kind: KindRejected, Err: err}
	}
	if err := s.pass(t); err != nil {
		return Receipt{}, err
	}
	var receipt Receipt
	if t.Delivery.Flight.Act == ActEdit {
		receipt, err = s.config.Notifier.Edit(ctx, t.Delivery.Receipt, posting)
	} else {
		receipt, err = s.config.Notifier.Post(ctx, posting)
	}
	if err == nil {
		s.answered(t, receipt)
	}
	return receipt, err
}

// movedTo returns the channel's new id where the error says that it has one.
func movedTo(err error) string {
	var failed *DeliveryError
	if errors.As(err, &failed) && failed.Kind == KindMoved {
		return failed.MovedTo
	}
	return ""
}

// follow writes the channel's new id down and returns it.
func (s *Speaker) follow(ctx context.Context, t Task, to string) string {
	from := t.Destination.Address.Channel
	err := s.clerk.update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil {
			return err
		}
		return tx.MoveChannel(s.config.Account, from, to)
	})
	if err != nil {
		s.log.Error("follow a channel", "destination", t.Destination.ID, "err", err)
	}
	s.log.Info("channel moved", "destination", t.Destination.ID, "to", to)
	return to
}

// settle writes down how an attempt ended and what follows. It returns an error only when the whole account must stop.
// Found is the attempt of before whose end was not known, if any: what surely fails after it takes nothing back.
func (s *Speaker) settle(ctx context.Context, t Task, found Flight, r Receipt, err error) error {
	now, flight := time.Now(), t.Delivery.Flight
	s.config.Observe(s.attempt(t, err, now))
	var failed *DeliveryError
	switch {
	case err == nil:
		t, due := s.landed(t, found, r)
		s.record(ctx, t, flight, due)
		s.rouse(ctx, t)
		return nil
	case !errors.As(err, &failed):
		failed = &DeliveryError{Kind: KindUncertain, Err: err}
	}
	s.log.Warn("delivery failed", "delivery", t.Key(), "act", t.Delivery.Flight.Act, "kind", failed.Kind, "err", failed.Err)
	if r.Posted() {
		t.Delivery = t.Delivery.partly(r)
	}
	t.Delivery.Tries++
	due := now.Add(backOff(t.Delivery.Tries))
	if failed.Kind != KindUncertain {
		t.Delivery.Flight = found.doubt()
	}
	switch failed.Kind {
	case KindThrottled:
		due = s.refused(ctx, t, failed, now)
		t.Delivery.Tries--
	case KindUncertain: // the flight stays in the ledger and is resolved when it is due again
		due = later(due, s.doubts.note(t.Key(), now))
	case KindTransient, KindMoved:
		due = later(due, now.Add(failed.RetryAfter))
	case KindMissing:
		if flight.Act == ActEdit { // a post cannot miss a message
			t.Delivery, due = s.missing(t.Delivery), now
		}
	case KindRejected:
		t.Delivery, due = s.rejected(t.Delivery, flight, failed, now)
	case KindGone:
		s.sleep(ctx, t, failed, now)
	case KindUnauthorised:
		s.last(ctx, t, flight, now)
		s.config.Trouble(Trouble{Kind: TroubleUnauthorised, Account: s.config.Account, Detail: failed.Error()})
		return failed
	}
	s.record(ctx, t, flight, due)
	return nil
}

// dueAfter is when a delivery that has just landed is due again: at once where there is more to tell.
func (s *Speaker) dueAfter(t Task) time.Time {
	if t.Delivery.Next(t.Incident) == ActNone {
		return time.Time{}
	}
	return time.Now()
}

// missing is the delivery after its living message was found deleted.
func (s *Speaker) missing(d Delivery) Delivery {
	d.Receipt, d.Told, d.Tries = Receipt{}, 0, 0
	d.Reposts++
	if d.Reposts > maxReposts {
		s.config.Trouble(Trouble{Kind: TroubleDeleted, Account: s.config.Account, Destination: d.Destination})
	}
	return d
}

// rejectedAgain is when a text is offered once more that was rejected even in its plain form: who rejects it may be a
// server in between, and for a while only.
const rejectedAgain = time.Hour

// rejected is the delivery after the content of a flight was rejected: tried again in plain form at once, and then
// rarely. A ring that is not taken is given up, so that at least the living message goes on. The operator is told of each
// step once.
func (s *Speaker) rejected(d Delivery, f Flight, failed *DeliveryError, now time.Time) (Delivery, time.Time) {
	trouble := Trouble{
		Kind: TroubleRejected, Account: s.config.Account, Destination: d.Destination, Detail: failed.Error(),
	}
	switch {
	case !d.Plain:
		d.Plain, d.Tries, trouble.Kind = true, 0, TroublePlain
	case f.Act == ActRing:
		d.Heard, d.Tries, d.Flight = f.Says, 0, Flight{}
	case d.Tries == 1:
		now = now.Add(rejectedAgain)
	default:
		return d, now.Add(rejectedAgain)
	}
	s.config.Trouble(trouble)
	return d, now
}

const (
	firstBackOff = time.Second
	maxBackOff   = 5 * time.Minute
)

// backOff is the wait before the next attempt after n failed ones: doubling, with a fifth of chance so that many do not
// return together.
func backOff(n int) time.Duration {
	wait := maxBackOff
	if n < 10 {
		wait = min(firstBackOff<<max(n-1, 0), maxBackOff)
	}
	return time.Duration(float64(wait) * (0.9 + 0.2*rand.Float64()))
}
