package bot

import (
	"context"
	"time"
)

// Sleep is why and since when nothing is sent to a destination.
type Sleep struct {
	Since time.Time
	Why   string    // the vendor's word, free of secrets
	Until time.Time // when it is tried once more, if there is something to say by then
}

// The chat platform tells when we are let in again, unless we were not there to hear it: a sleeping destination is
// tried as long after the last attempt as it has been asleep, within these bounds.
const (
	shortNap = 15 * time.Minute
	longNap  = 24 * time.Hour
)

// asleep is a sleep as it is after an attempt at now has failed.
func (s Sleep) asleep(now time.Time, why string) Sleep {
	if s.Since.IsZero() {
		s.Since = now
	}
	s.Why, s.Until = why, now.Add(min(max(now.Sub(s.Since), shortNap), longNap))
	return s
}

// sleep stops what goes to an address that is closed to us.
func (s *Speaker) sleep(ctx context.Context, t Task, failed *DeliveryError, now time.Time) {
	changed := 0
	err := s.clerk.update(ctx, func(tx Tx) (err error) {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil { // an old holder does not know of later invitations
			return err
		}
		nap := t.Destination.Asleep.asleep(now, failed.Err.Error())
		changed, err = tx.PutToSleep(s.config.Account, t.Destination.Address, nap)
		return err
	})
	if err != nil {
		s.log.Error("put a destination to sleep", "destination", t.Destination.ID, "err", err)
	}
	if changed > 0 {
		s.config.Trouble(Trouble{
			Kind: TroubleAsleep, Account: s.config.Account, Destination: t.Destination.ID, Detail: failed.Error(),
		})
	}
}

// rouse wakes a sleeping destination where something has arrived.
func (s *Speaker) rouse(ctx context.Context, t Task) {
	if t.Destination.Asleep.Since.IsZero() {
		return
	}
	err := s.clerk.update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(s.lease.Duty()); err != nil {
			return err
		}
		_, err := tx.Wake(s.config.Account, t.Destination.Address.Channel, time.Now())
		return err
	})
	if err != nil {
		s.log.Error("wake a destination", "destination", t.Destination.ID, "err", err)
		return
	}
	s.log.Info("destination woken", "destination", t.Destination.ID)
	s.config.Trouble(Trouble{Kind: TroubleAsleep, Account: s.config.Account, Destination: t.Destination.ID, Over: true})
	s.Wake()
}
