package checks

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/panneau-ecole/panneau/bot"
)

// Manners is how the checks of a process behave towards the sites that they ask: one after the other, and not at all for
// a while where they are turned away. A site is a registrable domain with everything below it, so that the schools of
// one hosting (index-education.net) count together. It is safe for concurrent use. Checks inside the operator's own
// network ([Spec.AllowPrivate]) need none.
type Manners struct {
	mu    sync.Mutex
	sites map[string]*site
}

// site is what is owed to one site.
type site struct {
	next  time.Time // when the next run may start
	until time.Time // before it no run starts: the site turned us away
}

// NewManners makes manners to put into an [Env]. Everything that shares them shares the budget of each site.
func NewManners() *Manners { return &Manners{sites: make(map[string]*site)} }

// The budget. The vendors publish no limits for visitors; these are chosen to stay far below what a single family does.
const (
	gap         = 500 * time.Millisecond // between the starts of two runs on one site
	longestWait = 8 * time.Second        // for one's turn: with more than that ahead a run is given up

	firstPause   = 2 * time.Minute // after a refusal; twice as long after each further one in a row
	longestPause = time.Hour       // unless the site asks for more (Retry-After)

	// A failing site that asks to come back later is asked as often as the judge needs to be sure, and then as it wishes;
	// but a family must not wait for the all-clear for as long as such headers often say.
	confirming  = 3
	longestPlea = 2 * time.Minute
)

// around makes a check behave.
func (m *Manners) around(spec Spec, checker bot.Checker) bot.Checker {
	nameServers := strings.HasPrefix(spec.URL, "dns:") // they are asked, not the site
	if m == nil || spec.AllowPrivate || nameServers {
		return checker
	}
	return &polite{inner: checker, manners: m, url: spec.URL, home: Site(spec.URL)}
}

// Site is the registrable domain of an address's host, or the host itself where it has none.
func Site(address string) string {
	host := strings.ToLower(hostOf(address))
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// turn waits until a run on the site may start. It is false when that would take too long or ctx ends before.
func (m *Manners) turn(ctx context.Context, name string) bool {
	wait, ok := m.reserve(name)
	if !ok {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (m *Manners) reserve(name string) (time.Duration, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.at(name)
	now := time.Now()
	start := now
	if s.next.After(now) {
		start = s.next
	}
	if start.Sub(now) > longestWait {
		return 0, false
	}
	s.next = start.Add(gap)
	return start.Sub(now), true
}

// at is the state of a site. The lock is held.
func (m *Manners) at(name string) *site {
	if m.sites[name] == nil {
		m.sites[name] = &site{}
	}
	return m.sites[name]
}

// leave keeps everybody off a site for a while.
func (m *Manners) leave(name string, pause time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if until := time.Now().Add(pause); until.After(m.at(name).until) {
		m.at(name).until = until
	}
}

// left is for how long a site must still be left alone.
func (m *Manners) left(name string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Until(m.at(name).until)
}

// polite is a check with manners.
type polite struct {
	inner   bot.Checker
	manners *Manners
	url     string
	home    string // the site that is asked

	mu       sync.Mutex
	away     string    // the site that turned the last run away: redirects may lead to another one
	refusals int       // runs in a row that were turned away
	pleas    int       // runs in a row that failed and were asked to come back later
	until    time.Time // before it this check does not run: a failing site asked for it
}

// Check makes a run, unless the site is to be left alone: then nothing is claimed.
func (p *polite) Check(ctx context.Context) bot.Verdict {
	if v, resting := p.resting(); resting {
		return v
	}
	if !p.manners.turn(ctx, p.home) {
		return p.notRun(bot.ReasonCancelled, 0, "not asked: too many checks of this site at once, or the run was stopped")
	}
	// Somebody else may have been turned away while this run waited.
	if v, resting := p.resting(); resting {
		return v
	}
	v := p.inner.Check(ctx)
	p.learn(v)
	return v
}

// resting is the verdict of a run that is not made because the site wants none.
func (p *polite) resting() (bot.Verdict, bool) {
	p.mu.Lock()
	away, until := p.away, p.until
	p.mu.Unlock()
	pause := p.manners.left(p.home)
	if away != "" {
		pause = max(pause, p.manners.left(away))
	}
	if pause > 0 {
		return p.notRun(bot.ReasonBlockedUs, pause, "not asked: the site turned us away and is left alone"), true
	}
	if plea := time.Until(until); plea > 0 {
		return p.notRun(bot.ReasonCancelled, plea, "not asked: the failing site wants to be asked later"), true
	}
	return bot.Verdict{}, false
}

// notRun is the verdict of a run that was not made. Those that say nothing of the target are passed over by the judge.
func (p *polite) notRun(reason bot.Reason, pause time.Duration, detail string) bot.Verdict {
	v := verdict(bot.Unknown, reason, detail)
	if u, err := url.Parse(p.url); err == nil {
		v.Evidence.URL = presentable(u)
	}
	v.At, v.Evidence.RetryIn = time.Now(), pause
	return v
}

// learn draws the consequences of a run for the next ones.
func (p *polite) learn(v bot.Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case v.Reason == bot.ReasonBlockedUs:
		p.refusals++
		p.away = p.home
		if v.Evidence.URL != "" {
			p.away = Site(v.Evidence.URL)
		}
		pause := min(firstPause<<min(p.refusals-1, 10), longestPause)
		p.manners.leave(p.away, max(pause, v.Evidence.RetryIn))
	case v.Outcome == bot.Unknown: // our own trouble
	case v.Outcome == bot.Down && v.Evidence.RetryIn > 0:
		p.refusals, p.pleas = 0, p.pleas+1
		if p.pleas >= confirming {
			p.until = time.Now().Add(min(v.Evidence.RetryIn, longestPlea))
		}
	default:
		p.refusals, p.pleas, p.away = 0, 0, ""
	}
}
