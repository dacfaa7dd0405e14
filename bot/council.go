package bot

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// conferEvery is how often a place looks for what the others see.
	conferEvery = time.Second
	// showLife is how often a place shows life.
	showLife = 5 * time.Second
	// silentAfter is how long a place may show no life and still count: six beats, so that it takes more than a database
	// that is restarted.
	silentAfter = 30 * time.Second
	// absent is the time without a look at the others after which their silence says nothing: it was us.
	absent = 5 * time.Second
)

// council is what the places tell each other through the database, as one of them takes part in it.
type council struct {
	here, holder string
	fence        func(Tx) error // what each write is held against besides the name's holder

	mu     sync.Mutex
	mine   map[PlatformID]View
	unsaid map[PlatformID]bool // of mine, what is not written
	seats  map[string]*seat    // the other places
	beaten time.Time           // when life was last shown
	looked time.Time           // when the others were last looked at
}

// seat is one other place as it is known here.
type seat struct {
	Vantage
	heard time.Time // when its beat was last seen to change, or not known not to
	alive bool      // its beat has changed since it was called silent
	views map[PlatformID]View
}

func newCouncil(here, holder string) *council {
	return &council{
		here: here, holder: holder, fence: func(Tx) error { return nil }, mine: make(map[PlatformID]View),
		unsaid: make(map[PlatformID]bool), seats: make(map[string]*seat),
	}
}

// say takes note of what is seen here.
func (c *council) say(v View) {
	v.Vantage = c.here
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.mine[v.Platform]
	if v.Condition == NotYetKnown || v.Condition == before.Condition && v.Reason == before.Reason && v.Since.Equal(before.Since) {
		return
	}
	c.mine[v.Platform], c.unsaid[v.Platform] = v, true
}

// views lists what is seen of a platform by all those that show life.
func (c *council) views(p PlatformID) []View {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []View
	if v, known := c.mine[p]; known {
		list = append(list, v)
	}
	for _, name := range slices.Sorted(maps.Keys(c.seats)) {
		if v, known := c.seats[name].views[p]; known && c.seats[name].SilentSince.IsZero() {
			list = append(list, v)
		}
	}
	return list
}

// alarmed reports whether another place sees a platform fail that works as seen from here: it is worth another look.
func (c *council) alarmed(p PlatformID) bool {
	failing := func(v View) bool { return v.Condition.Outage() }
	list := c.views(p)
	own := slices.IndexFunc(list, func(v View) bool { return v.Vantage == c.here })
	return slices.ContainsFunc(list, failing) && (own < 0 || !failing(list[own]))
}

// confer writes what is seen here, if that is new or life is to be shown, and reads what is new of the others. It
// returns the platforms that another place sees otherwise than before.
func (c *council) confer(ctx context.Context, store Store) ([]PlatformID, error) {
	now := time.Now()
	words, known, due := c.prepare(now)
	var rows []Vantage
	fresh := make(map[string][]View)
	run := store.View
	if due || len(words) > 0 {
		run = store.Update
	}
	err := run(ctx, func(tx Tx) (err error) {
		clear(fresh)
		if due || len(words) > 0 {
			if err := c.write(tx, words); err != nil {
				return err
			}
		}
		rows, err = tx.Vantages()
		for _, row := range rows {
			if written, other := known[row.Name]; other && err == nil && written != row.Written {
				fresh[row.Name], err = tx.Views(row.Name)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if due || len(words) > 0 {
		c.said(words, now)
	}
	return c.take(rows, fresh, now), nil
}

// prepare returns what is to be written, what was read of the others, and whether life is to be shown.
func (c *council) prepare(now time.Time) (words []View, known map[string]int64, due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.unsaid {
		words = append(words, c.mine[p])
	}
	known = make(map[string]int64)
	for name, s := range c.seats {
		known[name] = s.Written
	}
	return words, known, now.Sub(c.beaten) >= showLife
}

func (c *council) write(tx Tx, words []View) error {
	if err := c.fence(tx); err != nil {
		return err
	}
	if err := tx.BeatVantage(c.here, c.holder, len(words)); err != nil {
		return err
	}
	for _, v := range words {
		if err := tx.PutView(v); err != nil {
			return err
		}
	}
	return nil
}

// said takes note of what was written. What was seen meanwhile is still to be.
func (c *council) said(words []View, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beaten = now
	for _, v := range words {
		if c.mine[v.Platform] == v {
			delete(c.unsaid, v.Platform)
		}
	}
}

// take takes in what was read of the others.
func (c *council) take(rows []Vantage, fresh map[string][]View, now time.Time) (news []PlatformID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	away := now.Sub(c.looked) > absent
	c.looked = now
	for _, row := range rows {
		s := c.seats[row.Name]
		if s == nil {
			continue
		}
		if changed := s.Beat != row.Beat; changed || away {
			s.heard, s.alive = now, s.alive || changed
		}
		if s.SilentSince.IsZero() != row.SilentSince.IsZero() {
			news = append(news, s.platforms()...)
		}
		s.Vantage = row
		if views, read := fresh[row.Name]; read {
			news = append(news, s.see(views)...)
		}
	}
	slices.Sort(news)
	return slices.Compact(news)
}

// see takes in all that a place sees, and returns what is new of it.
func (s *seat) see(views []View) (news []PlatformID) {
	before := s.views
	s.views = make(map[PlatformID]View)
	for _, v := range views {
		s.views[v.Platform] = v
		if old := before[v.Platform]; old.Condition != v.Condition || old.Reason != v.Reason || !old.Since.Equal(v.Since) {
			news = append(news, v.Platform)
		}
		delete(before, v.Platform)
	}
	return append(news, slices.Collect(maps.Keys(before))...)
}

func (s *seat) platforms() []PlatformID { return slices.Collect(maps.Keys(s.views)) }

// turned lists the places that have fallen silent, or are back, and are not known for it. Each is as it is now.
func (c *council) turned(now time.Time) []Vantage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Vantage
	for _, name := range slices.Sorted(maps.Keys(c.seats)) {
		s := c.seats[name]
		v := s.Vantage
		switch {
		case s.SilentSince.IsZero() && now.Sub(s.heard) > silentAfter:
			v.SilentSince = s.heard
		case !s.SilentSince.IsZero() && s.alive:
			v.SilentSince = time.Time{}
		default:
			continue
		}
		list = append(list, v)
	}
	return list
}

// turn takes note of a place that was written down to be silent or back, and returns the platforms that it sees.
func (c *council) turn(v Vantage) []PlatformID {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.seats[v.Name]
	s.SilentSince, s.alive = v.SilentSince, false
	return s.platforms()
}
