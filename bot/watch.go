package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Guard tells our own trouble from the platforms'. Online reports whether our own network is good enough to believe
// a verdict with this reason.
type Guard interface {
	Online(ctx context.Context, reason Reason) bool
}

// Watch receives the verdicts, judges, and writes what follows: the standing of the platform, its incident and the
// deliveries that it causes, in one transaction. Make one with NewWatch; it is safe for concurrent use.
type Watch struct {
	config WatchConfig
	lease  *Lease

	mu    sync.Mutex
	books map[PlatformID]*book
	late  []Verdict // seen and not yet written; they decided nothing
}

// WatchConfig is what a Watch needs.
type WatchConfig struct {
	Store     Store
	Guard     Guard
	Platforms []Platform
	Rule      Rule
	Flap      Flap
	Vantage   string // the name of this place
	Logger    *slog.Logger
	Changed   func() // called after each decision was written
	// Offline is called when our own network is found broken (true) or well again (false).
	Offline func(offline bool)
}

// book is what is known of one platform. Its lock is held while a verdict about it is judged and written.
type book struct {
	mu       sync.Mutex
	platform Platform
	standing Standing
	tracks   []Track
	incident Incident // the newest one, open or not
}

// NewWatch returns a Watch that knows nothing yet: call Load before the first verdict.
func NewWatch(c WatchConfig) *Watch {
	w := &Watch{config: c, books: make(map[PlatformID]*book)}
	for _, p := range c.Platforms {
		w.books[p.ID] = &book{platform: p, standing: Standing{Platform: p.ID}}
	}
	return w
}

// Load reads where things stood when they were last written, at the beginning of each term of the duty to watch.
func (w *Watch) Load(ctx context.Context, lease *Lease) error {
	w.lease = lease
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
			b.incident = i
		}
	}
}

// Observe takes a verdict in. Doubt is true when asking the same check again soon would decide.
func (w *Watch) Observe(ctx context.Context, v Verdict) (doubt bool, err error) {
	b := w.books[v.Platform]
	if b == nil {
		return false, fmt.Errorf("verdict of %s: platform %q: %w", v.Check, v.Platform, ErrNotFound)
	}
	v = w.trust(ctx, v)
	b.mu.Lock()
	defer b.mu.Unlock()
	tracks := remember(b.tracks, v, w.config.Rule.Memory())
	ruling := Judge(b.standing, tracks, w.config.Rule, b.platform.PlanAt(v.At))
	doubt = slices.Contains(ruling.Doubt, v.Check)
	if _, changed := Advance(b.incident, ruling.Standing, w.config.Flap, time.Now()); !changed && !settledAnything(b, ruling) {
		b.tracks, b.standing = ruling.Tracks, ruling.Standing
		w.keep(v)
		return doubt, nil
	}
	return doubt, w.decide(ctx, b, ruling, v)
}

// trust turns a verdict that our own broken network explains into one that claims nothing.
func (w *Watch) trust(ctx context.Context, v Verdict) Verdict {
	if v.Vantage == "" {
		v.Vantage = w.config.Vantage
	}
	if v.Outcome == Up {
		w.config.Offline(false)
	}
	if !v.Outcome.Bad() {
		return v
	}
	online := w.config.Guard.Online(ctx, v.Reason)
	w.config.Offline(!online)
	if !online {
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
	recent := append(slices.Clone(tracks[i].Recent), v)
	tracks[i].Recent = recent[max(0, len(recent)-n):]
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

// decide writes a ruling that changes something, with everything that follows from it, and only then believes it.
func (w *Watch) decide(ctx context.Context, b *book, r Ruling, v Verdict) error {
	now := time.Now()
	next, changed := Advance(b.incident, r.Standing, w.config.Flap, now)
	err := w.config.Store.Update(ctx, func(tx Tx) error {
		if err := tx.KeepDuty(w.lease.Duty()); err != nil {
			return err
		}
		if err := writeRuling(tx, r, v); err != nil || !changed {
			return err
		}
		var err error
		next, err = writeIncident(tx, next, b.platform, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("decide on %s: %w", b.platform.ID, err)
	}
	if b.standing.Condition != r.Standing.Condition || changed {
		w.config.Logger.Info("platform condition",
			"platform", b.platform.ID, "condition", r.Standing.Condition, "reason", r.Standing.Reason,
			"since", r.Standing.Since, "incident", next.ID, "revision", next.Revision)
	}
	b.standing, b.tracks, b.incident = r.Standing, r.Tracks, next
	w.config.Changed()
	return nil
}

func writeRuling(tx Tx, r Ruling, v Verdict) error {
	if err := tx.AddVerdicts([]Verdict{v}); err != nil {
		return err
	}
	for _, t := range r.Tracks {
		if err := tx.PutTrack(t); err != nil {
			return err
		}
	}
	return tx.PutStanding(r.Standing)
}

func writeIncident(tx Tx, i Incident, p Platform, now time.Time) (Incident, error) {
	if i.ID == 0 {
		added, err := tx.AddIncident(i)
		if err != nil {
			return i, err
		}
		return added, tx.Owe(added, p.Readers, true, now)
	}
	if err := tx.ReviseIncident(i); err != nil {
		return i, err
	}
	return i, tx.Owe(i, p.Readers, i.Calls(), now)
}

func (w *Watch) keep(v Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, v)
}

// flushEvery is how long a verdict that decided nothing may stay unwritten: what a crash may cost the history, never a
// notice.
const flushEvery = time.Second

// retention is how long single verdicts are kept.
const retention = 48 * time.Hour

// Run writes the verdicts that decided nothing, until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	flush, prune := time.NewTicker(flushEvery), time.NewTicker(time.Hour)
	defer flush.Stop()
	defer prune.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.flush(context.WithoutCancel(ctx))
		case <-flush.C:
			if err := w.flush(ctx); err != nil {
				w.config.Logger.Error("write verdicts", "err", err)
			}
		case now := <-prune.C:
			err := w.config.Store.Update(ctx, func(tx Tx) error { return tx.PruneVerdicts(now.Add(-retention)) })
			if err != nil {
				w.config.Logger.Error("prune verdicts", "err", err)
			}
		}
	}
}

// flush writes what is kept back. What cannot be written is tried again, up to a bound.
func (w *Watch) flush(ctx context.Context) error {
	w.mu.Lock()
	list := w.late
	w.late = nil
	w.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	err := w.config.Store.Update(ctx, func(tx Tx) error {
		if err := tx.AddVerdicts(list); err != nil {
			return err
		}
		return tx.TouchStandings(list)
	})
	if err != nil {
		w.mu.Lock()
		w.late = append(list[max(0, len(list)-maxLate):], w.late...)
		w.mu.Unlock()
		return fmt.Errorf("write %d verdicts: %w", len(list), err)
	}
	return nil
}

// maxLate bounds the verdicts kept in memory while the database takes none (a full disk).
const maxLate = 100_000
