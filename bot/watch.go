package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Guard tells our own trouble from the platforms'. Believe reports whether our own network is good enough for a bad
// verdict, and whether it is good for anything: of two families of addresses one may be down.
type Guard interface {
	Believe(ctx context.Context, v Verdict) (believed, online bool)
}

// Watch receives the verdicts, judges, and writes what follows: the standing of the platform, its incident and the
// deliveries that it causes, in one transaction. Make one with NewWatch; it is safe for concurrent use.
type Watch struct {
	config  WatchConfig
	web     Web
	commits commits

	term  sync.RWMutex // held while a new term of the duty begins
	lease *Lease

	mu         sync.Mutex
	books      map[PlatformID]*book
	glimpses   map[PlatformID]glimpse // of each platform, for the judgement of those that depend on it
	gatherings gatherings             // of the glimpses' newest incidents, by event
	late       []Verdict              // seen and not yet written; they decided nothing

	warned   warned                   // certificates
	baseline atomic.Pointer[Baseline] // what is usual for the checks; nil before it was learned

	council *council                    // of the places; nil where there is only this one
	splits  map[PlatformID]disagreement // what places disagree about; used by confer alone
}

// WatchConfig is what a Watch needs.
type WatchConfig struct {
	Store     Store
	Guard     Guard
	Platforms []Platform
	Rule      Rule
	Flap      Flap
	Vantage   string         // the name of this place
	Panel     Panel          // the other places
	Place     *time.Location // the clock by which hours and weekends differ in what is usual; nil: UTC
	Logger    *slog.Logger
	Changed   func() // called after each decision was written
	// Ask asks for fresh verdicts about a platform, soon: whether one fails alone depends on others. It must not wait.
	Ask func(PlatformID)
	// Orders is what operators order from chats. Nil: nothing.
	Orders *Orders
	// Offline is called when our own network is found broken (true) or well again (false).
	Offline func(offline bool)
	// Trouble is told what the operator must hear of: certificates that are about to run out. Nil: nobody is told.
	Trouble func(Trouble)
}

// book is what is known of one platform. Its lock is held while a verdict about it is judged and written.
type book struct {
	mu       sync.Mutex
	platform *Platform
	standing Standing
	tracks   []Track
	incident *Incident // the newest one, open or not, which is replaced and never changed; nil: there never was one
	blocked  bool      // it refuses our checks, and the operator knows
	waits    time.Time // since when its outage waits for news of what it depends on; zero while it does not
}

// NewWatch returns a Watch that knows nothing yet: call Load before the first verdict.
func NewWatch(c WatchConfig) *Watch {
	if c.Ask == nil {
		c.Ask = func(PlatformID) {}
	}
	if c.Orders == nil {
		c.Orders = &Orders{}
	}
	w := &Watch{
		config: c, web: NewWeb(c.Platforms), commits: commits{store: c.Store},
		books: make(map[PlatformID]*book), glimpses: make(map[PlatformID]glimpse),
		gatherings: make(gatherings),
	}
	for i := range c.Platforms {
		p := &c.Platforms[i]
		w.books[p.ID] = &book{platform: p, standing: Standing{Platform: p.ID}}
	}
	return w
}

// Load reads where things stood when they were last written, at the beginning of each term of the duty to watch.
func (w *Watch) Load(ctx context.Context, lease *Lease) error {
	w.term.Lock()
	defer w.term.Unlock()
	w.lease = lease
	if err := w.seat(ctx, lease); err != nil {
		return err
	}
	if err := w.config.Orders.Read(ctx, w.config.Store); err != nil {
		return err
	}
	for id, b := range w.books {
		w.books[id] = &book{platform: b.platform, standing: Standing{Platform: id}}
	}
	err := w.config.Store.View(ctx, func(tx Tx) error {
		standings, err := tx.Standings()
		if err != nil {
			return err
		}
		tracks, err := tx.Tracks(w.config.Rule.Memory())
		if err != nil {
			return err
		}
		incidents, err := tx.NewestIncidents()
		if err != nil {
			return err
		}
		w.fill(standings, tracks, incidents)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the state of the platforms: %w", err)
	}
	return nil
}

func (w *Watch) fill(standings []Standing, tracks []Track, incidents []Incident) {
	for _, s := range standings {
		if b := w.books[s.Platform]; b != nil {
			b.standing = s
		}
	}
	for _, t := range tracks {
		if b := w.books[t.Platform]; b != nil {
			b.tracks = append(b.tracks, t)
		}
	}
	for _, i := range incidents {
		if b := w.books[i.Platform]; b != nil {
			b.incident = &i
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.glimpses)
	clear(w.gatherings)
	for id, b := range w.books {
		w.show(id, glimpse{standing: b.standing, incident: b.incident, grounds: grounds(*b.platform, b.tracks)})
	}
}

// Observe takes a verdict in. Doubt is true when asking the same check again soon would decide.
func (w *Watch) Observe(ctx context.Context, v Verdict) (doubt bool, err error) {
	w.term.RLock()
	defer w.term.RUnlock()
	b := w.books[v.Platform]
	if b == nil {
		return false, fmt.Errorf("verdict of %s: platform %q: %w", v.Check, v.Platform, ErrNotFound)
	}
	if v.Vantage == "" {
		v.Vantage = w.config.Vantage
	}
	v = trust(ctx, w.config.Guard, w.config.Offline, w.weigh(v))
	w.warn(ctx, v)
	doubt, err = w.judge(ctx, b, v)
	for _, waiting := range w.waiting(v.Platform) {
		err = errors.Join(err, w.reconsider(ctx, waiting))
	}
	return doubt, err
}

// judge judges a platform anew with one more verdict, and writes what follows.
func (w *Watch) judge(ctx context.Context, b *book, v Verdict) (doubt bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.refuses(b, v)
	tracks := remember(b.tracks, v, w.config.Rule.Memory())
	ruling := w.ruling(b, tracks, v.At)
	next, changed := w.advance(b, ruling)
	doubt = slices.Contains(ruling.Doubt, v.Check) || !b.waits.IsZero()
	defer func() { w.publish(b, len(ruling.Doubt) > 0) }()
	if !changed && !settledAnything(b, ruling) {
		b.tracks, b.standing = ruling.Tracks, ruling.Standing
		w.keep(v)
		return doubt, nil
	}
	if err = w.decide(ctx, b, ruling, []Verdict{v}, next, changed); err != nil {
		w.keep(v) // it was seen, whatever became of the decision: the next verdict makes it again
	}
	return doubt, err
}

// trust turns a verdict that our own broken network explains into one that claims nothing.
func trust(ctx context.Context, guard Guard, offline func(bool), v Verdict) Verdict {
	if v.Outcome == Up {
		offline(false)
	}
	if !v.Outcome.Bad() {
		return v
	}
	believed, online := guard.Believe(ctx, v)
	offline(!online)
	if !believed {
		v.Outcome, v.Reason = Unknown, ReasonOwnNetwork
	}
	return v
}

// remember returns the tracks with the verdict at the end of its own, which keeps the last n.
func remember(tracks []Track, v Verdict, n int) []Track {
	tracks = slices.Clone(tracks)
	i := slices.IndexFunc(tracks, func(t Track) bool { return t.Check == v.Check })
	if i < 0 {
		tracks = append(tracks, Track{Check: v.Check, Platform: v.Platform})
		i = len(tracks) - 1
	}
	tracks[i] = tracks[i].with(v, n)
	return tracks
}

func settledAnything(b *book, r Ruling) bool {
	if r.Standing.Condition != b.standing.Condition || r.Standing.Reason != b.standing.Reason ||
		len(r.Tracks) != len(b.tracks) {
		return true
	}
	for i := range r.Tracks {
		if r.Tracks[i].Condition != b.tracks[i].Condition || r.Tracks[i].Reason != b.tracks[i].Reason {
			return true
		}
	}
	return false
}

func (w *Watch) keep(v Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, v)
}

// flushEvery is how long a verdict that decided nothing may stay unwritten: what a crash may cost the history, never a
// notice.
const flushEvery = time.Second

// Run writes the verdicts that decided nothing, and keeps the history within bounds, until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	beside.Go(func() { history{w.config.Store, w.config.Logger}.run(ctx) })
	beside.Go(func() { w.keepLearning(ctx) })
	beside.Go(func() { w.herald(ctx) })
	beside.Go(func() { w.obey(ctx) })
	if w.council != nil {
		beside.Go(func() { w.confer(ctx) })
	}
	for pause(ctx, flushEvery) {
		w.flush(ctx)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	w.flush(last)
	beside.Wait()
	return nil
}

// flush writes what is kept back. What cannot be written is tried again, up to a bound.
func (w *Watch) flush(ctx context.Context) {
	w.mu.Lock()
	list := w.late
	w.late = nil
	w.mu.Unlock()
	if len(list) == 0 {
		return
	}
	err := w.config.Store.Update(ctx, func(tx Tx) error {
		if err := tx.AddVerdicts(list); err != nil {
			return err
		}
		return tx.TouchStandings(list)
	})
	if err != nil {
		w.config.Logger.Error("write verdicts", "count", len(list), "err", err)
		w.mu.Lock()
		w.late = append(list[max(0, len(list)-maxLate):], w.late...)
		w.mu.Unlock()
	}
}

// maxLate bounds the verdicts kept in memory while the database takes none (a full disk).
const maxLate = 100_000
