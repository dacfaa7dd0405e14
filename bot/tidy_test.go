package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// stubborn is a store that takes no writes for a while.
type stubborn struct {
	bot.Store
	full atomic.Bool
}

func (s *stubborn) Update(ctx context.Context, f func(bot.Tx) error) error {
	if s.full.Load() {
		return errors.New("the disk is full")
	}
	return s.Store.Update(ctx, f)
}

// TestWatchSumsUpAndForgets watches a platform for 52 simulated hours. During three of them, in which the platform fails,
// nothing can be written. In the end each hour that is over has its twelve verdicts, and the oldest are gone.
func TestWatchSumsUpAndForgets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		file, err := store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s := &stubborn{Store: file}
		start := time.Now().UTC()
		watch, stop := startWatch(t, s)
		for n := range 52 * 12 {
			hour := n / 12
			s.full.Store(hour >= 20 && hour < 23)
			v := bot.Verdict{
				Check: "ent/a", Platform: "ent", At: time.Now(), Outcome: bot.Up,
				Evidence: bot.Evidence{Latency: time.Duration(1+n%12) * 100 * time.Millisecond},
			}
			if hour == 21 {
				v.Outcome, v.Reason = bot.Down, bot.ReasonRefused
			}
			if _, err := watch.Observe(t.Context(), v); err != nil && !s.full.Load() {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Minute)
		}
		time.Sleep(15 * time.Minute)
		stop()
		wantHistory(t, s, start)
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
}

// startWatch runs a watch until stop is called.
func startWatch(t *testing.T, s bot.Store) (watch *bot.Watch, stop func()) {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	watch = bot.NewWatch(bot.WatchConfig{
		Store: s, Guard: alwaysOnline{}, Platforms: []bot.Platform{{ID: "ent", Name: "ENT"}}, Rule: bot.DefaultRule(),
		Flap: bot.DefaultFlap(), Vantage: "ici", Logger: logger, Changed: func() {}, Offline: func(bool) {},
		Ask: func(bot.PlatformID) {},
	})
	ctx, cancel := context.WithCancel(t.Context())
	loaded, done := make(chan error, 1), make(chan error, 1)
	go func() {
		done <- bot.Holder{Store: s, Replica: "r1", Alone: true, Logger: logger}.Hold(ctx, bot.WatchDuty,
			func(ctx context.Context, lease *bot.Lease) error {
				loaded <- watch.Load(ctx, lease)
				return watch.Run(ctx)
			})
	}()
	if err := <-loaded; err != nil {
		t.Fatal(err)
	}
	return watch, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func wantHistory(t *testing.T, s bot.Store, start time.Time) {
	t.Helper()
	err := s.View(t.Context(), func(tx bot.Tx) error {
		hours, err := tx.Hours("ent", start, start.Add(99*time.Hour))
		if err != nil {
			return err
		}
		var want []bot.Hour
		for n := range 52 {
			hour := bot.Hour{
				Platform: "ent", Check: "ent/a", Vantage: "ici", Start: start.Add(time.Duration(n) * time.Hour), Up: 12,
				Median: 600 * time.Millisecond, NineInTen: 1100 * time.Millisecond,
			}
			if n == 21 {
				hour.Up, hour.Down, hour.Median, hour.NineInTen = 0, 12, 0, 0
			}
			want = append(want, hour)
		}
		if diff := cmp.Diff(want, hours); diff != "" {
			t.Error(diff)
		}
		old, err := tx.Verdicts(start, start.Add(4*time.Hour))
		if len(old) != 0 {
			t.Errorf("%d verdicts are older than 48 hours", len(old))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
