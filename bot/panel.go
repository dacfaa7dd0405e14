package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// splitLasts is how long places must disagree before the operator hears of it: one sees an outage begin or end before
	// another one does.
	splitLasts = time.Minute
	// splitAgain is how long the operator does not hear of the same platform again.
	splitAgain = time.Hour
	// recount is how long an outage that only other places see must outlast the outage of what its platform depends on
	// before it is told by itself: those places check again within this time.
	recount = 3 * time.Minute
)

// disagreement is what is known of the places' disagreement about a platform.
type disagreement struct{ since, told time.Time }

// ruling judges a platform, as it is seen from here or, where there are other places, as they see it together.
func (w *Watch) ruling(b *book, tracks []Track, at time.Time) Ruling {
	halt := w.config.Orders.halt(b.platform.ID)
	tracks = halt.forget(tracks)
	plan := w.config.Orders.planned(*b.platform).PlanAt(at)
	if w.council == nil {
		return Judge(b.standing, tracks, w.config.Rule, plan)
	}
	ruling := Judge(Standing{Platform: b.platform.ID}, tracks, w.config.Rule, Plan{})
	w.council.say(ruling.Standing.view())
	if halt.holds(at) { // whatever other places saw before
		return Judge(b.standing, tracks, w.config.Rule, plan)
	}
	together := Convene(w.council.views(b.platform.ID), w.config.Panel.Quorum[b.platform.ID])
	ruling.Elsewhere = together.Condition.Outage() && !ruling.Standing.Condition.Outage()
	ruling.Standing = together.standing(b.standing, ruling.Standing, plan)
	return ruling
}

// failedAfter reports whether a platform was seen to fail after a moment, as often as it takes.
func (w *Watch) failedAfter(r Ruling, t time.Time) bool {
	if r.Elsewhere {
		return time.Since(t) >= recount
	}
	return badSince(r.Tracks, t) >= w.config.Rule.Bad
}

// seat reads, at the beginning of a term, what the other places see. It forgets those that are gone.
func (w *Watch) seat(ctx context.Context, lease *Lease) error {
	if len(w.config.Panel.Others) == 0 {
		return nil
	}
	c := newCouncil(w.config.Vantage, lease.Duty().Holder)
	c.fence = func(tx Tx) error { return tx.KeepDuty(lease.Duty()) }
	err := w.config.Store.Update(ctx, func(tx Tx) error {
		if err := c.fence(tx); err != nil {
			return err
		}
		return c.enter(tx, w.config.Panel.Others, w.books)
	})
	if err != nil {
		return fmt.Errorf("read what other places see: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.council, w.splits = c, make(map[PlatformID]disagreement)
	return nil
}

// enter takes the council's own place, gives the others theirs, and forgets all that is not configured.
func (c *council) enter(tx Tx, others []string, books map[PlatformID]*book) error {
	if err := tx.EnterVantage(c.here, c.holder); err != nil {
		return err
	}
	for _, name := range others {
		if err := tx.ExpectVantage(name); err != nil {
			return err
		}
	}
	rows, err := tx.Vantages()
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Name != c.here && !slices.Contains(others, row.Name) {
			err = tx.DropVantage(row.Name)
		} else {
			err = c.place(tx, row, func(p PlatformID) bool { return books[p] != nil })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// place reads what one place sees, without what is not watched any more.
func (c *council) place(tx Tx, row Vantage, watched func(PlatformID) bool) error {
	list, err := tx.Views(row.Name)
	if err != nil {
		return err
	}
	views := make(map[PlatformID]View)
	for _, v := range list {
		if !watched(v.Platform) {
			if err := tx.DropView(row.Name, v.Platform); err != nil {
				return err
			}
			continue
		}
		views[v.Platform] = v
	}
	if row.Name == c.here {
		c.mine = views
	} else {
		c.seats[row.Name] = &seat{Vantage: row, heard: time.Now(), views: views}
	}
	return nil
}

// confer listens to the other places until ctx ends.
func (w *Watch) confer(ctx context.Context) {
	for pause(ctx, conferEvery) {
		if err := w.hear(ctx); err != nil && ctx.Err() == nil {
			w.config.Logger.Error("hear what other places see", "err", err)
		}
	}
}

// hear tells the other places what is seen here, and judges anew what they see otherwise than before.
func (w *Watch) hear(ctx context.Context) error {
	w.term.RLock()
	defer w.term.RUnlock()
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	news, err := w.council.confer(ctx, w.config.Store)
	if err != nil {
		return err
	}
	turned, err := w.notice(ctx)
	if err != nil {
		return err
	}
	for _, p := range append(news, turned...) {
		if err := w.recount(ctx, p); err != nil {
			return err
		}
		if w.council.alarmed(p) {
			w.config.Ask(p)
		}
	}
	if len(news)+len(turned) > 0 {
		w.config.Changed()
	}
	w.compare(time.Now())
	return nil
}

// notice writes down which places have fallen silent or are back, tells the operator, and returns what they see.
func (w *Watch) notice(ctx context.Context) (news []PlatformID, err error) {
	turned := w.council.turned(time.Now())
	if len(turned) == 0 {
		return nil, nil
	}
	err = w.config.Store.Update(ctx, func(tx Tx) error {
		if err := w.council.fence(tx); err != nil {
			return err
		}
		for _, v := range turned {
			if err := tx.SilenceVantage(v.Name, v.SilentSince); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("write down which places are silent: %w", err)
	}
	for _, v := range turned {
		news = append(news, w.council.turn(v)...)
		kind := TroubleHeard
		if !v.SilentSince.IsZero() {
			kind = TroubleSilent
		}
		w.tell(Trouble{Kind: kind, Vantage: v.Name})
	}
	return news, nil
}

func (w *Watch) tell(t Trouble) {
	if w.config.Trouble != nil {
		w.config.Trouble(t)
	}
}

// recount judges a platform again because of what other places see.
func (w *Watch) recount(ctx context.Context, p PlatformID) error {
	b := w.books[p]
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	ruling := w.ruling(b, b.tracks, time.Now())
	next, changed := w.advance(b, ruling)
	defer func() { w.publish(b, len(ruling.Doubt) > 0) }()
	if !changed && !settledAnything(b, ruling) {
		return nil
	}
	return w.decide(ctx, b, ruling, nil, next, changed)
}

// compare tells the operator of what places have disagreed about for a while.
func (w *Watch) compare(now time.Time) {
	for p := range w.books {
		split := Convene(w.council.views(p), w.config.Panel.Quorum[p]).Split
		d := w.splits[p]
		switch {
		case split == Split{}:
			if !d.since.IsZero() {
				w.tell(Trouble{Kind: TroubleSplit, Platform: p, Over: true})
			}
			d.since = time.Time{}
		case d.since.IsZero():
			d.since = now
		case now.Sub(d.since) >= splitLasts && (d.told.IsZero() || d.told.Before(d.since) && now.Sub(d.told) >= splitAgain):
			d.told = now
			w.tell(Trouble{Kind: TroubleSplit, Platform: p, Split: split, Detail: describe(w.council.views(p))})
		}
		if d != w.splits[p] {
			w.splits[p] = d
		}
	}
}

// describe says who sees what.
func describe(views []View) string {
	var list []string
	for _, v := range views {
		list = append(list, fmt.Sprintf("%s: %s since %s", v.Vantage, v.Condition, v.Since.UTC().Format(time.RFC3339)))
	}
	return strings.Join(list, "; ")
}
