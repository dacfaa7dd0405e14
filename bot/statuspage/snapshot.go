package statuspage

import (
	"context"
	"fmt"
	"strings"
	"sync"
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
)

// facts is what the page tells.
type facts struct {
	overview  bot.Overview
	incidents []bot.Incident // of the listed platforms
	now       time.Time
	seen      time.Time // when everything could last be seen; zero for never
	doubt     doubt
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
	documents map[string]func() *document
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
	next.documents = p.documents(next.facts)
	return next
}

func (p *Page) read(ctx context.Context) (*facts, error) {
	overview, err := p.config.Source.Overview(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the overview: %w", err)
	}
	incidents, err := p.config.Source.Incidents(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the incidents: %w", err)
	}
	if overview.Place.Location == nil {
		overview.Place.Location = time.UTC
	}
	return &facts{overview: overview, incidents: listed(incidents, overview.Platforms), now: overview.Now}, nil
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

// documents lists what can be asked for, by path.
func (p *Page) documents(f *facts) map[string]func() *document {
	if f == nil {
		return nil
	}
	documents := map[string]func() *document{
		homePath:   sync.OnceValue(func() *document { return p.home(f, true) }),
		fixedPath:  sync.OnceValue(func() *document { return p.home(f, false) }),
		statusPath: sync.OnceValue(func() *document { return p.status(f) }),
	}
	for _, incident := range f.incidents {
		documents[incidentPath(incident.ID)] = sync.OnceValue(func() *document { return p.incident(f, incident) })
	}
	return documents
}

const (
	homePath      = "/"
	fixedPath     = "/fixe"
	statusPath    = "/api/v1/status.json"
	incidentsPath = "/incidents/"
)

func incidentPath(id bot.IncidentID) string { return fmt.Sprintf("%s%d", incidentsPath, id) }

// routed reports whether the path may lead to a document once there are facts.
func routed(path string) bool {
	return path == homePath || path == fixedPath || path == statusPath || strings.HasPrefix(path, incidentsPath)
}
