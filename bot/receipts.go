package bot

import (
	"context"
	"errors"
	"time"
)

// maxUnwritten is the longest wait before a receipt is written once more: a disk that has room again must not wait long
// for what only this process knows.
const maxUnwritten = 10 * time.Second

// record writes a delivery as it is after a flight. A ledger that takes no writes is asked again and again, at the latest
// until the program stops or the duty is lost: the delivery stays busy meanwhile, so that nothing that arrived is sent
// again, and so many as may be under way at once wait like this at most. What is not written in the end is resolved
// later as an attempt whose end is not known.
func (s *Speaker) record(ctx context.Context, t Task, flight Flight, due time.Time) {
	err := s.write(ctx, t, flight, due)
	if err == nil {
		return
	}
	s.log.Error("write a receipt", "delivery", t.Key(), "err", err)
	for n := 1; err != nil && !errors.Is(err, ErrConflict) && pause(ctx, min(backOff(n), maxUnwritten)); n++ {
		err = s.write(ctx, t, flight, due)
	}
	if err == nil {
		s.log.Info("receipt written after all", "delivery", t.Key())
	}
}

// last writes a delivery as it is after a flight that ends the account's work: nothing waits for a ledger then.
func (s *Speaker) last(ctx context.Context, t Task, flight Flight, due time.Time) {
	if err := s.write(ctx, t, flight, due); err != nil {
		s.log.Error("write a receipt", "delivery", t.Key(), "err", err)
	}
}

// write writes a delivery as it is after a flight, if it can.
func (s *Speaker) write(ctx context.Context, t Task, flight Flight, due time.Time) error {
	return s.clerk.update(ctx, func(tx Tx) error {
		return tx.Settle(t.Delivery, flight, t.Incident.Revision, due)
	})
}
