package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Observer takes the verdicts of a patrol in. Doubt is true when asking the same check again soon would decide.
type Observer interface {
	Observe(ctx context.Context, v Verdict) (doubt bool, err error)
}

// Lookout receives the verdicts at another place than the one that decides, settles what they amount to there, and
// tells that by way of the database. Make one with NewLookout; it is safe for concurrent use.
type Lookout struct {
	config  LookoutConfig
	council *council

	mu     sync.Mutex
	tracks map[PlatformID][]Track
	obeyed time.Time // when the orders were last asked for
	deaf   bool      // they could not be read then
}

// LookoutConfig is what a Lookout needs.
type LookoutConfig struct {
	Store     Store
	Guard     Guard
	Platforms []Platform
	Rule      Rule
	Vantage   string // the name of this place
	Holder    string // the name of this process, for good: the last one to enter under the place's name has it
	Logger    *slog.Logger
	// Ask asks for fresh verdicts about a platform, soon: another place sees it fail. It must not wait.
	Ask func(PlatformID)
	// Orders is what operators order from chats. Nil: nothing.
	Orders *Orders
	// Offline is called when our own network is found broken (true) or well again (false).
	Offline func(offline bool)
}

// NewLookout returns a Lookout that has seen nothing yet.
func NewLookout(c LookoutConfig) *Lookout {
	return &Lookout{config: c, council: newCouncil(c.Vantage, c.Holder), tracks: make(map[PlatformID][]Track)}
}

// Observe implements Observer.
func (l *Lookout) Observe(ctx context.Context, v Verdict) (doubt bool, err error) {
	v = trust(ctx, l.config.Guard, l.config.Offline, v)
	l.mu.Lock()
	defer l.mu.Unlock()
	tracks := remember(l.tracks[v.Platform], v, l.config.Rule.Memory())
	ruling := l.settle(v.Platform, tracks)
	for _, check := range ruling.Doubt {
		doubt = doubt || check == v.Check
	}
	return doubt, nil
}

// settle judges a platform as it is seen from here, and takes note of that.
func (l *Lookout) settle(p PlatformID, tracks []Track) Ruling {
	ruling := Judge(Standing{Platform: p}, l.config.Orders.halt(p).forget(tracks), l.config.Rule, Plan{})
	l.tracks[p] = ruling.Tracks
	l.council.say(ruling.Standing.view())
	return ruling
}

// obey reads what operators order, and takes note of what is not checked: nothing can be said of it, from here either. A
// place that may not read that goes on.
func (l *Lookout) obey(ctx context.Context, now time.Time) {
	if l.config.Orders == nil || now.Sub(l.obeyed) < obeyEvery {
		return
	}
	err := l.config.Orders.ReadHalts(ctx, l.config.Store)
	if err != nil && !l.deaf {
		l.config.Logger.Warn("what operators have stopped is checked from here", "err", err)
	}
	l.obeyed, l.deaf = now, err != nil
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.config.Orders.halts() {
		watched := slices.ContainsFunc(l.config.Platforms, func(p Platform) bool { return p.ID == h.Platform })
		if watched && h.holds(now) {
			l.settle(h.Platform, l.tracks[h.Platform])
			l.council.say(View{Platform: h.Platform, Condition: Unverifiable, Since: h.Since, SeenAt: h.Since, Reason: ReasonHalted})
		}
	}
}

// Run tells what is seen until ctx ends. The error wraps ErrConflict when another process has entered under the name of
// this place.
func (l *Lookout) Run(ctx context.Context) error {
	entered, failing := false, false
	for ok := true; ok; ok = pause(ctx, conferEvery) {
		err := l.speak(ctx, &entered)
		switch {
		case ctx.Err() != nil:
			continue // it failed because the end has come
		case errors.Is(err, ErrConflict):
			return fmt.Errorf("vantage %s: %w", l.config.Vantage, err)
		case err != nil && !failing:
			l.config.Logger.Error("tell what is seen from here", "err", err)
		case err == nil && failing:
			l.config.Logger.Info("what is seen from here is told again")
		}
		failing = err != nil
	}
	return nil
}

// speak tells what is seen, and looks again at what others see fail.
func (l *Lookout) speak(ctx context.Context, entered *bool) error {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	if !*entered {
		if err := l.config.Store.Update(ctx, l.enter); err != nil {
			return err
		}
		*entered = true
	}
	l.obey(ctx, time.Now())
	news, err := l.council.confer(ctx, l.config.Store)
	for _, p := range news {
		if l.council.alarmed(p) {
			l.config.Ask(p)
		}
	}
	return err
}

// enter takes the name of this place. What was seen before from here goes on to count until it is seen anew, without
// what is not watched any more.
func (l *Lookout) enter(tx Tx) error {
	watched := make(map[PlatformID]bool)
	for _, p := range l.config.Platforms {
		watched[p.ID] = true
	}
	if err := tx.EnterVantage(l.config.Vantage, l.config.Holder); err != nil {
		return err
	}
	rows, err := tx.Vantages()
	if err != nil {
		return err
	}
	seats := make(map[string]*seat)
	for _, row := range rows {
		if row.Name != l.config.Vantage {
			row.Written = -1 // not read yet
			seats[row.Name] = &seat{Vantage: row, heard: time.Now(), views: make(map[PlatformID]View)}
		}
	}
	l.council.admit(seats)
	seen, err := tx.Views(l.config.Vantage)
	for _, v := range seen {
		if err == nil && !watched[v.Platform] {
			err = tx.DropView(v.Vantage, v.Platform)
		}
	}
	return errors.Join(err, tx.BeatVantage(l.config.Vantage, l.config.Holder, 1))
}

// admit gives the other places their seats.
func (c *council) admit(seats map[string]*seat) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seats = seats
}
