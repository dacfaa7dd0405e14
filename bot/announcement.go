package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// heraldEvery is how often there is a look at what is planned.
const heraldEvery = 30 * time.Second

// herald announces what is planned, and keeps what it announced true, until ctx ends.
func (w *Watch) herald(ctx context.Context) {
	for {
		if err := w.announce(ctx, time.Now()); err != nil && ctx.Err() == nil {
			w.config.Logger.Error("announce what is planned", "err", err)
		}
		if err := w.expire(ctx, time.Now()); err != nil && ctx.Err() == nil {
			w.config.Logger.Error("end the circulars whose time is over", "err", err)
		}
		if err := w.catchUp(ctx); err != nil && ctx.Err() == nil {
			w.config.Logger.Error("take in what operators did", "err", err)
		}
		if !pause(ctx, heraldEvery) {
			return
		}
	}
}

// announce brings the announcements in line with what is planned at now: what is to come soon is announced, what begins,
// ends, was moved or given up is told by the message that announced it.
func (w *Watch) announce(ctx context.Context, now time.Time) error {
	w.term.RLock()
	defer w.term.RUnlock()
	known, err := w.announced(ctx)
	if err != nil {
		return err
	}
	var due []Incident
	for _, i := range known {
		if next := w.config.Orders.planned(w.web.Platform(i.Platform)).foresee(i, now); next.Revision != i.Revision {
			due = append(due, next)
		}
	}
	for _, p := range w.config.Platforms {
		for _, i := range w.config.Orders.planned(p).upcoming(now) {
			if !slices.ContainsFunc(known, func(k Incident) bool { return k.Platform == p.ID && k.Since.Equal(i.Since) }) {
				due = append(due, i)
			}
		}
	}
	if len(due) == 0 {
		return nil
	}
	return w.proclaim(ctx, due, now)
}

func (w *Watch) announced(ctx context.Context) (known []Incident, err error) {
	err = w.config.Store.View(ctx, func(tx Tx) (err error) {
		known, err = tx.Announcements()
		return err
	})
	return known, err
}

// proclaim writes announcements and makes them due.
func (w *Watch) proclaim(ctx context.Context, list []Incident, now time.Time) error {
	err := w.commits.update(ctx, w.lease.Duty(), func(tx Tx) error {
		for _, i := range list {
			if err := w.proclaimOne(tx, i, now); err != nil && !errors.Is(err, ErrConflict) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write announcements: %w", err)
	}
	for _, i := range list {
		w.config.Logger.Info("maintenance announced",
			"platform", i.Platform, "from", i.Since, "until", i.Until, "open", i.Open(), "cancelled", i.Cancelled())
	}
	w.config.Changed()
	return nil
}

// proclaimOne writes an announcement. A new one has from the beginning what an operator says of it.
func (w *Watch) proclaimOne(tx Tx, i Incident, now time.Time) error {
	written, err := w.writeIncident(tx, i, now)
	if err != nil || i.ID != 0 {
		return err
	}
	words := w.config.Orders.words(i.Platform, i.Since)
	words.At = now
	if written, err = sayMore(tx, written, words); err != nil || written.Said == 0 {
		return err
	}
	return tx.Owe(written, w.web.Reach(written), true, now)
}

// upcoming lists the announcements of the maintenances of a platform that begin so soon that they are told of. What
// comes back every day is not: a message a day would be no news.
func (p Platform) upcoming(now time.Time) []Incident {
	var list []Incident
	for _, period := range p.Maintenances {
		from, to := period.Next(now)
		if !from.IsZero() && from.Sub(now) <= p.Ahead && !period.daily(from) {
			list = append(list, Incident{
				Platform: p.ID, Condition: Maintenance, Worst: Maintenance, Since: from, Until: to, OpenedAt: now, ChangedAt: now,
				Revision: 1,
			})
		}
	}
	return list
}

// foresee is an announcement as it is at now, by what is planned for its platform: the next revision where something is
// to be told. One whose maintenance is planned no more is over, or given up.
func (p Platform) foresee(i Incident, now time.Time) Incident {
	next, until := i, time.Time{}
	for _, period := range p.Maintenances {
		if end := period.endOf(i.Since); end.After(until) {
			until = end
		}
	}
	switch {
	case until.IsZero():
		next.ResolvedAt = now
	case !until.After(now):
		next.Until, next.ResolvedAt = until, until
	default:
		next.Until = until
	}
	begins := !now.Before(i.Since) && i.ChangedAt.Before(i.Since)
	if next.Open() && next.Until.Equal(i.Until) && !begins {
		return i
	}
	next.Revision, next.ChangedAt = i.Revision+1, now
	return next
}
