package bot

import (
	"context"
	"fmt"
	"time"
)

// obey does what operators order from chats, until ctx ends.
func (w *Watch) obey(ctx context.Context) {
	for pause(ctx, obeyEvery) {
		if err := w.follow(ctx, time.Now()); err != nil && ctx.Err() == nil {
			w.config.Logger.Error("do what operators order", "err", err)
		}
	}
}

// follow reads what is ordered, judges anew what is not checked, and notes what is checked again.
func (w *Watch) follow(ctx context.Context, now time.Time) error {
	w.term.RLock()
	defer w.term.RUnlock()
	if err := w.config.Orders.Read(ctx, w.config.Store); err != nil {
		return err
	}
	ended := false
	for _, h := range w.config.Orders.halts() {
		ended = ended || h.ended(now)
		if h.holds(now) {
			if err := w.recount(ctx, h.Platform); err != nil {
				return err
			}
		}
	}
	if !ended {
		return nil
	}
	return w.commits.update(ctx, w.lease.Duty(), func(tx Tx) error { return noteEnds(tx, now) })
}

// ended reports whether a halt is over and nobody was told.
func (h Halt) ended(now time.Time) bool { return !h.Noted && !now.Before(h.Until) }

// noteEnds writes into the journal which checks have begun again by themselves.
func noteEnds(tx Tx, now time.Time) error {
	halts, err := tx.Halts()
	if err != nil {
		return err
	}
	for _, h := range halts {
		if !h.ended(now) {
			continue
		}
		deed := Deed{
			At: h.Until, Account: h.Account, Who: h.Who, Operator: true,
			What: fmt.Sprintf("suspendre %s : fin au terme prévu", h.Platform),
		}
		h.Noted = true
		if err := tx.PutHalt(h); err != nil {
			return err
		}
		if err := tx.Keep(deed); err != nil {
			return err
		}
	}
	return nil
}
