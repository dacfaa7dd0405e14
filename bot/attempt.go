package bot

import (
	"errors"
	"time"
)

// Attempt is one attempt at a delivery, as it ended.
type Attempt struct {
	Account AccountID
	Act     Act
	Outcome ErrorKind     // empty for a success
	Took    time.Duration // from the departure's writing down to the platform's answer
	OwedAt  time.Time     // since when the chat is owed what the attempt told: the decision, for an incident's news
	EndedAt time.Time
}

// Told is how long the chat waited for what the attempt told.
func (a Attempt) Told() time.Duration { return a.EndedAt.Sub(a.OwedAt) }

// attempt describes the attempt that the task's flight was, as it ended at now.
func (s *Speaker) attempt(t Task, err error, now time.Time) Attempt {
	a := Attempt{
		Account: s.config.Account, Act: t.Delivery.Flight.Act, Took: now.Sub(t.Delivery.Flight.At),
		OwedAt: t.OwedAt, EndedAt: now,
	}
	if failed, ok := errors.AsType[*DeliveryError](err); ok {
		a.Outcome = failed.Kind
	} else if err != nil {
		a.Outcome = KindUncertain
	}
	return a
}
