package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// decide writes a ruling that changes something, with everything that follows from it. Where an operator has changed the
// incident meanwhile, what follows is found anew.
func (w *Watch) decide(
	ctx context.Context, b *book, r Ruling, seen []Verdict, next Incident, changed bool,
) error {
	err := w.enact(ctx, b, r, seen, next, changed)
	for tries := 0; errors.Is(err, ErrConflict) && tries < mostTries; tries++ {
		if err := w.reread(ctx, b); err != nil {
			return err
		}
		next, changed = w.advance(b, r)
		err = w.enact(ctx, b, r, seen, next, changed)
	}
	return err
}

// reread brings a platform's newest incident up to date with what is written. Its book is locked.
func (w *Watch) reread(ctx context.Context, b *book) error {
	written, err := w.newest(ctx)
	if err != nil {
		return err
	}
	b.renew(written)
	return nil
}

func (w *Watch) newest(ctx context.Context) (list []Incident, err error) {
	err = w.config.Store.View(ctx, func(tx Tx) error {
		list, err = tx.NewestIncidents()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the newest incidents: %w", err)
	}
	return list, nil
}

// renew takes the platform's incident from what is written, where that is newer than what is known, and reports whether
// it was.
func (b *book) renew(written []Incident) bool {
	known := orNone(b.incident)
	for _, i := range written {
		if i.Platform == b.platform.ID && (i.ID > known.ID || i.ID == known.ID && i.Revision > known.Revision) {
			b.incident = &i
			return true
		}
	}
	return false
}

// catchUp takes in what operators have done: incidents by hand explain what depends on their platforms.
func (w *Watch) catchUp(ctx context.Context) error {
	w.term.RLock()
	defer w.term.RUnlock()
	written, err := w.newest(ctx)
	if err != nil {
		return err
	}
	for _, b := range w.books {
		b.mu.Lock()
		if b.renew(written) {
			w.publish(b, w.glimpse(b.platform.ID).doubt)
		}
		b.mu.Unlock()
	}
	return nil
}

// enact writes a ruling that changes something, with everything that follows from it, and only then believes it.
func (w *Watch) enact(
	ctx context.Context, b *book, r Ruling, seen []Verdict, next Incident, changed bool,
) error {
	now, wanted := time.Now(), next
	err := w.commits.update(ctx, w.lease.Duty(), func(tx Tx) error {
		if err := writeRuling(tx, r, seen); err != nil || !changed {
			return err
		}
		var err error
		if next, err = w.writeIncident(tx, wanted, now); err != nil {
			return err
		}
		return tx.KeepBecause(next.ID, next.Revision, w.because(r, next))
	})
	if err != nil {
		return fmt.Errorf("decide on %s: %w", b.platform.ID, err)
	}
	if b.standing.Condition != r.Standing.Condition || changed {
		w.config.Logger.Info("platform condition",
			"platform", b.platform.ID, "condition", r.Standing.Condition, "reason", r.Standing.Reason,
			"since", r.Standing.Since, "incident", next.ID, "revision", next.Revision)
	}
	b.standing, b.tracks = r.Standing, r.Tracks
	if changed {
		b.incident = &next
	}
	w.config.Changed()
	return nil
}

func writeRuling(tx Tx, r Ruling, seen []Verdict) error {
	if err := tx.AddVerdicts(seen); err != nil {
		return err
	}
	for _, t := range r.Tracks {
		if err := tx.PutTrack(t); err != nil {
			return err
		}
	}
	return tx.PutStanding(r.Standing)
}

func (w *Watch) writeIncident(tx Tx, i Incident, now time.Time) (Incident, error) {
	if i.ID == 0 {
		added, err := tx.AddIncident(i)
		if err != nil {
			return i, err
		}
		return added, tx.Owe(added, w.web.Reach(added), true, now)
	}
	if err := tx.ReviseIncident(i); err != nil {
		return i, err
	}
	if !i.Open() {
		return i, tx.Owe(i, nil, true, now)
	}
	return i, tx.Owe(i, w.web.Reach(i), i.Calls(), now)
}

// glimpse is a platform as the judgement of others sees it.
type glimpse struct {
	standing Standing
	incident *Incident
	doubt    bool
	waits    bool
	grounds  []string  // what it has in common with others
	begins   *Incident // the outage that is being written; nil while there is none
}

// newest is the platform's newest incident, which may be one that is being written; the zero value where there never was
// one.
func (g glimpse) newest() Incident { return orNone(cmp.Or(g.begins, g.incident)) }

func orNone(i *Incident) Incident {
	if i == nil {
		return Incident{}
	}
	return *i
}

// publish shows the others how a platform stands. Its book is locked.
func (w *Watch) publish(b *book, doubt bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.show(b.platform.ID, glimpse{
		standing: b.standing, incident: b.incident, doubt: doubt, waits: !b.waits.IsZero(),
		grounds: grounds(*b.platform, b.tracks),
	})
}

func (w *Watch) glimpse(id PlatformID) glimpse {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.glimpses[id]
}

// waiting lists the books of those that wait for news of a platform.
func (w *Watch) waiting(root PlatformID) []*book {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*book
	for _, id := range w.web.below(root) {
		if w.glimpses[id].waits {
			list = append(list, w.books[id])
		}
	}
	return list
}

// reconsider judges a platform again that waited for news of what it depends on.
func (w *Watch) reconsider(ctx context.Context, b *book) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ruling := w.ruling(b, b.tracks, time.Now())
	next, changed := w.advance(b, ruling)
	defer func() { w.publish(b, len(ruling.Doubt) > 0) }()
	if !changed {
		return nil
	}
	return w.decide(ctx, b, ruling, nil, next, true)
}

const (
	// longestWait bounds how long an outage waits for news of what it depends on: a check's time limit, and a burst.
	longestWait = 40 * time.Second
	// stale is the age from which a verdict about what a platform depends on says nothing any more: it is not checked.
	stale = 10 * time.Minute
)

// advance says what a ruling means for the platform's incident. An outage that another one explains begins none, and
// one that may turn out to be explained waits for news of what it depends on.
func (w *Watch) advance(b *book, r Ruling) (next Incident, changed bool) {
	now, last := time.Now(), orNone(b.incident)
	next, changed = Advance(last, r.Standing, w.config.Flap, now)
	if begins := changed && next.Open() && !(last.ID != 0 && last.Open()); !begins {
		b.waits = time.Time{}
		return w.accompany(next, changed)
	}
	if !r.Standing.Newest.Bad() || w.explained(b, r) {
		b.waits = time.Time{}
		return last, false
	}
	if asked := w.unheard(b.platform.ID, r.Standing, now); len(asked) > 0 {
		if b.waits.IsZero() {
			b.waits = now
			for _, root := range asked {
				w.config.Ask(root)
			}
		}
		if now.Sub(b.waits) < longestWait {
			return last, false
		}
	}
	b.waits = time.Time{}
	next.Event = w.event(b, r, next)
	return w.accompany(next, true)
}

// explained reports whether the outage of something that the platform depends on says enough about it, or did until
// just now: what has failed with its root must be seen to fail after the root's return before it is told by itself.
func (w *Watch) explained(b *book, r Ruling) bool {
	for _, root := range w.web.Roots(b.platform.ID) {
		i := w.glimpse(root).newest()
		if w.web.Explains(i, b.platform.ID, r.Standing.Condition) {
			return true
		}
		if i.ID != 0 && !i.Open() && r.Standing.Since.Before(i.ResolvedAt) && !w.failedAfter(r, i.ResolvedAt) {
			return true
		}
	}
	return false
}

// badSince is how many bad verdicts in a row the worst check has had since t.
func badSince(tracks []Track, t time.Time) int {
	n := 0
	for _, v := range slices.Backward(worst(tracks).Recent) {
		if v.Reason == ReasonCancelled {
			continue
		}
		if !v.Outcome.Bad() || v.At.Before(t) {
			break
		}
		n++
	}
	return n
}

// unheard lists what a platform depends on and that was not heard of, without a doubt, since its outage began.
func (w *Watch) unheard(id PlatformID, s Standing, now time.Time) []PlatformID {
	var list []PlatformID
	for _, root := range w.web.Roots(id) {
		g := w.glimpse(root)
		if now.Sub(g.standing.CheckedAt) < stale && (g.doubt || g.standing.CheckedAt.Before(s.Since)) {
			list = append(list, root)
		}
	}
	return list
}
