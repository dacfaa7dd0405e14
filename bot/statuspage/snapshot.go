package statuspage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// lifetime is how long a snapshot is served before the facts are read again.
	lifetime = time.Second
	// patience is how long the source may take. Only the request that reads waits for it, once there are facts.
	patience = 3 * time.Second
	// grace is how long facts that cannot be read again still count as those of now.
	grace = time.Minute
	// rest is how long documents are served while only the times of the last checks have moved: as long as a cache in
	// between may serve them anyway (pageCache).
	rest = 5 * time.Second
)

// facts is what the page tells.
type facts struct {
	overview  bot.Overview
	incidents []bot.Incident // of the listed platforms
	said      map[bot.IncidentID][]bot.Statement
	now       time.Time
	seen      time.Time // when everything could last be seen; zero for never
	doubt     doubt
	newest    bot.IncidentID // of all incidents, listed or not
	past      *past          // nil: it could not be read yet
}

// doubt is why the facts may no longer be true; empty while they are.
type doubt string

const (
	offline doubt = "offline" // our own line is down
	unread  doubt = "unread"  // the source does not answer
)

// snapshot is everything that can be asked for, as it was at one moment. Each document is rendered when it is first
// asked for.
type snapshot struct {
	facts     *facts // nil: none were ever read
	failed    bool   // the source did not answer this time
	made      time.Time
	changes   int64 // of the page when the facts were read
	shelf     *shelf
	shelvedAt time.Time // since when the shelf is filled
}

func (s *snapshot) fresh(changes int64) bool {
	return s != nil && s.changes == changes && time.Since(s.made) < lifetime
}

// latest returns the snapshot to serve. One request at a time makes a new one; the others get the one before, unless
// there is none yet.
func (p *Page) latest(ctx context.Context) *snapshot {
	s := p.current.Load()
	if s.fresh(p.changes.Load()) {
		return s
	}
	if s == nil {
		p.making.Lock()
	} else if !p.making.TryLock() {
		return s
	}
	defer p.making.Unlock()
	if s = p.current.Load(); s.fresh(p.changes.Load()) {
		return s
	}
	s = p.snapshot(ctx, s)
	p.current.Store(s)
	return s
}

// snapshot reads the facts. The reader who happens to wait for it may leave: the others still need it.
func (p *Page) snapshot(ctx context.Context, before *snapshot) *snapshot {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if before == nil {
		before = &snapshot{}
	}
	next := &snapshot{changes: p.changes.Load()}
	f, err := p.read(ctx)
	next.made = time.Now()
	next.failed = err != nil
	switch {
	case err == nil:
		next.facts = f.after(before.facts)
	case before.facts != nil:
		next.facts = before.facts.aged(next.made)
	}
	p.report(before.failed, err)
	if next.facts != nil {
		next.facts.past = p.past(ctx, before.facts, next.facts)
	}
	next.shelf, next.shelvedAt = before.shelf, before.shelvedAt
	if before.shelf == nil || !next.facts.like(before.facts) || next.made.Sub(before.shelvedAt) >= rest {
		next.shelf, next.shelvedAt = before.shelf.after(), next.made
	}
	return next
}

// like reports whether two readings tell the same, except for when there was a check last.
func (f *facts) like(before *facts) bool {
	return f != nil && before != nil && f.doubt == before.doubt && f.past == before.past &&
		f.overview.PageURL == before.overview.PageURL &&
		slices.EqualFunc(f.incidents, before.incidents, sameRevision) &&
		slices.EqualFunc(f.overview.Platforms, before.overview.Platforms, func(a, b bot.PlatformView) bool {
			return a.Platform.ID == b.Platform.ID && a.Platform.Name == b.Platform.Name && a.Condition == b.Condition &&
				a.Since.Equal(b.Since) && a.Vantages == b.Vantages && a.Split == b.Split && f.current(a) == before.current(b)
		})
}

func sameRevision(a, b bot.Incident) bool { return a.ID == b.ID && a.Revision == b.Revision }

func (p *Page) read(ctx context.Context) (*facts, error) {
	overview, err := p.config.Source.Overview(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the overview: %w", err)
	}
	incidents, err := p.config.Source.Incidents(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the incidents: %w", err)
	}
	said, err := p.config.Source.Said(ctx, incidents)
	if err != nil {
		return nil, fmt.Errorf("read what is said: %w", err)
	}
	if overview.Place.Location == nil {
		overview.Place.Location = time.UTC
	}
	f := &facts{overview: overview, incidents: listed(incidents, overview.Platforms), said: said, now: overview.Now}
	for _, incident := range incidents {
		f.newest = max(f.newest, incident.ID)
	}
	return f, nil
}

// listed leaves out the incidents of platforms that the page does not show.
func listed(incidents []bot.Incident, platforms []bot.PlatformView) []bot.Incident {
	shown := make(map[bot.PlatformID]bool, len(platforms))
	for _, view := range platforms {
		shown[view.Platform.ID] = true
	}
	var list []bot.Incident
	for _, incident := range incidents {
		if shown[incident.Platform] {
			list = append(list, incident)
		}
	}
	return list
}

// after completes facts just read with what was known before.
func (f *facts) after(before *facts) *facts {
	switch {
	case !f.overview.Offline:
		f.seen = f.now
	case before != nil:
		f.seen, f.doubt = before.seen, offline
	default:
		f.doubt = offline
	}
	return f
}

// aged is what is left of facts that could not be read again.
func (f *facts) aged(now time.Time) *facts {
	old := *f
	old.now = now
	if old.doubt == "" && now.Sub(old.seen) >= grace {
		old.doubt = unread
	}
	return &old
}

// report logs the change between a source that answers and one that does not.
func (p *Page) report(failed bool, err error) {
	switch {
	case err != nil && !failed:
		p.config.Logger.Error("status page cannot read the facts", "err", err)
	case err == nil && failed:
		p.config.Logger.Info("status page reads the facts again")
	}
}
