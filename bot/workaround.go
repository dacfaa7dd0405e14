package bot

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Workaround is something that people can do while a platform fails.
type Workaround struct {
	ID         string       // names its text: "workaround.<id>" in the texts of a language; unique
	Text       string       // an operator's own words, in French, shown as they are; empty for those of Panneau
	Failing    []PlatformID // the platforms that it replaces, one of which fails
	Conditions []Condition  // of the platform in which it helps; empty: whenever people cannot use it as usual
	Readers    []Audience   // who can do it; empty for everybody
	// Through are the platforms that it can be done on, one of which must work and be followed by the chat; empty for
	// what needs none.
	Through []PlatformID
	From    time.Time // from when it holds; zero: from always
	Until   time.Time // until when it holds, exclusive; zero: for good
}

// Offer is a workaround that can be done at this moment.
type Offer struct {
	Workaround Workaround
	Through    Platform // where it is done, which works; the zero value for what needs no platform
}

// MostOffers is how many workarounds a notice holds at most.
const MostOffers = 3

// Failure is a platform that a chat cannot use as usual.
type Failure struct {
	Platform  PlatformID
	Condition Condition
	Reader    Audience
	Follows   []PlatformID // by the chat, in full
}

// Planner knows what people can do while a platform fails, and what of it works now. It is safe for concurrent use.
type Planner struct {
	Store       Store
	Web         Web
	Workarounds []Workaround // the best first
	Every       map[PlatformID]time.Duration
	Logger      *slog.Logger

	mu     sync.Mutex
	second time.Time
	good   map[PlatformID]bool
}

// Offers lists what a chat can do about a failure at a time, the best first. What goes through a platform is offered
// only while the newest verdicts say that this platform works, and everything that its reader enters it by. Where the
// state of the platforms cannot be read, that is none.
func (p *Planner) Offers(ctx context.Context, f Failure, now time.Time) []Offer {
	if p == nil {
		return nil
	}
	good := p.working(ctx, now)
	var list []Offer
	for _, w := range p.Workarounds {
		if !w.helps(f, now) {
			continue
		}
		if len(w.Through) == 0 {
			list = append(list, Offer{Workaround: w})
			continue
		}
		for _, id := range f.Follows {
			if slices.Contains(w.Through, id) && p.open(id, f, good) {
				list = append(list, Offer{Workaround: w, Through: p.Web.Platform(id)})
				break
			}
		}
	}
	return list
}

// helps reports whether a workaround is for a failure, whatever else works.
func (w Workaround) helps(f Failure, now time.Time) bool {
	switch {
	case !slices.Contains(w.Failing, f.Platform):
		return false
	case len(w.Readers) > 0 && !slices.Contains(w.Readers, f.Reader):
		return false
	case now.Before(w.From), !w.Until.IsZero() && !now.Before(w.Until):
		return false
	case len(w.Conditions) == 0:
		return f.Condition.Outage() || f.Condition.Planned()
	default:
		return slices.Contains(w.Conditions, f.Condition)
	}
}

// open reports whether the reader can use a platform in spite of a failure: it works, it is not what fails, and so is
// whatever it is entered by.
func (p *Planner) open(id PlatformID, f Failure, good map[PlatformID]bool) bool {
	if id == f.Platform || !good[id] || !p.Web.Platform(id).Concerns(f.Reader) {
		return false
	}
	return !slices.ContainsFunc(p.Web.Roots(id), func(root PlatformID) bool {
		needed := slices.Contains(p.Web.Dependants(root, f.Reader), id)
		return needed && (root == f.Platform || !good[root])
	})
}

// working lists the platforms that the checks found to work, read anew each second: in a broadcast most chats ask in
// the same one. A verdict that is stale says nothing.
func (p *Planner) working(ctx context.Context, now time.Time) map[PlatformID]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	second := now.Truncate(time.Second)
	if p.good != nil && second.Equal(p.second) {
		return p.good
	}
	good := make(map[PlatformID]bool)
	err := p.Store.View(ctx, func(tx Tx) error {
		standings, err := tx.Standings()
		for _, s := range standings {
			good[s.Platform] = s.Condition == Normal && s.Newest != Down && now.Sub(s.CheckedAt) < max(stale, 2*p.Every[s.Platform])
		}
		return err
	})
	if err != nil {
		p.Logger.Warn("read the state of the platforms for workarounds", "err", err)
		return nil
	}
	p.second, p.good = second, good
	return good
}
