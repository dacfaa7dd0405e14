package bot_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// rig is a patrol as the program runs it, on a real SQLite file and the real clock, for benchmarks.
type rig struct {
	ledger *spyStore
	stop   func()
}

// newRig runs rounds, each of a platform of its own, until stop.
func newRig(b *testing.B, rounds []bot.Round, guard bot.Guard, burst bot.Burst) *rig {
	b.Helper()
	s, err := store.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	r := &rig{ledger: &spyStore{Store: s, opened: map[bot.PlatformID]time.Time{}, ended: map[bot.PlatformID]time.Time{}}}
	var platforms []bot.Platform
	for _, round := range rounds {
		platforms = append(platforms, bot.Platform{ID: round.Platform})
	}
	logger := slog.New(slog.NewTextHandler(b.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	watch := bot.NewWatch(bot.WatchConfig{
		Store: r.ledger, Guard: guard, Platforms: platforms, Rule: bot.DefaultRule(), Flap: bot.DefaultFlap(),
		Vantage: "ici", Logger: logger, Changed: func() {}, Offline: func(bool) {},
	})
	patrol := &bot.Patrol{
		Rounds: rounds, Watch: watch, Vantage: "ici", Burst: burst, Behind: bot.NewStrain().Behind, Logger: logger,
	}
	ctx, cancel := context.WithCancel(b.Context())
	holder := bot.Holder{Store: s, Replica: "r1", Alone: true, Logger: logger}
	var running sync.WaitGroup
	running.Go(func() {
		err := holder.Hold(ctx, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
			if err := watch.Load(ctx, lease); err != nil {
				return err
			}
			running.Go(func() { watch.Run(ctx) })
			return patrol.Run(ctx)
		})
		if err != nil {
			b.Error(err)
		}
	})
	r.stop = func() {
		cancel()
		running.Wait()
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}
	return r
}

// spyStore notes when an incident's opening and its end were committed.
type spyStore struct {
	bot.Store
	mu            sync.Mutex
	opened, ended map[bot.PlatformID]time.Time
}

func (s *spyStore) Update(ctx context.Context, f func(bot.Tx) error) error {
	var seen []bot.Incident
	err := s.Store.Update(ctx, func(tx bot.Tx) error {
		seen = nil
		return f(spyTx{tx, &seen})
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range seen {
		times := s.opened
		if !i.Open() {
			times = s.ended
		}
		if times[i.Platform].IsZero() {
			times[i.Platform] = time.Now()
		}
	}
	return nil
}

// times are when the incident of a platform was opened and ended; zero for not yet.
func (s *spyStore) times(p bot.PlatformID) (opened, ended time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened[p], s.ended[p]
}

// spyTx sees the incidents that a transaction writes.
type spyTx struct {
	bot.Tx
	seen *[]bot.Incident
}

func (t spyTx) AddIncident(i bot.Incident) (bot.Incident, error) {
	added, err := t.Tx.AddIncident(i)
	*t.seen = append(*t.seen, added)
	return added, err
}

func (t spyTx) ReviseIncident(i bot.Incident) error {
	*t.seen = append(*t.seen, i)
	return t.Tx.ReviseIncident(i)
}

// clocked notes when its check is run.
type clocked struct {
	bot.Checker
	mu     sync.Mutex
	starts []time.Time
}

func (c *clocked) Check(ctx context.Context) bot.Verdict {
	c.mu.Lock()
	c.starts = append(c.starts, time.Now())
	c.mu.Unlock()
	return c.Checker.Check(ctx)
}

// first is when the first run started, or the end of the measurement.
func (c *clocked) first(end time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.starts) == 0 {
		return end
	}
	return c.starts[0]
}

// between lists the runs that started between two moments.
func (c *clocked) between(from, to time.Time) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []time.Time
	for _, at := range c.starts {
		if !at.Before(from) && at.Before(to) {
			found = append(found, at)
		}
	}
	return found
}

// sample is a set of measured durations.
type sample []time.Duration

func (s sample) mean() time.Duration {
	var sum time.Duration
	for _, d := range s {
		sum += d
	}
	return sum / time.Duration(max(len(s), 1))
}

// quantile is the value that a share of the sample does not exceed.
func (s sample) quantile(share float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
