package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// BenchmarkTogether fails many platforms of one network at once and reports what a decision costs: it should not grow
// with their number.
func BenchmarkTogether(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint("platforms=", n), func(b *testing.B) {
			for b.Loop() {
				failTogether(b, n)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/platform")
		})
	}
}

// failTogether lets three bad verdicts of each platform of a network be seen, round after round, by as many goroutines.
func failTogether(b *testing.B, n int) {
	b.Helper()
	b.StopTimer()
	s, err := store.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	platforms := make([]bot.Platform, n)
	for i := range platforms {
		platforms[i].ID = bot.PlatformID(fmt.Sprint("ent-", i))
	}
	watch := bot.NewWatch(bot.WatchConfig{
		Store: s, Guard: alwaysOnline{}, Platforms: platforms, Rule: bot.DefaultRule(), Flap: bot.DefaultFlap(), Vantage: "ici",
		Logger: slog.New(slog.DiscardHandler), Changed: func() {}, Offline: func(bool) {},
	})
	holder := bot.Holder{Store: s, Replica: "r1", Alone: true, Logger: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancel(b.Context())
	err = holder.Hold(ctx, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
		defer stop()
		if err := watch.Load(ctx, lease); err != nil {
			return err
		}
		b.StartTimer()
		for round := range 5 { // the last two tell of companions
			observeAll(ctx, b, watch, platforms, time.Now().Add(time.Duration(round)*time.Second))
		}
		b.StopTimer()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var open []bot.Incident
	err = s.View(b.Context(), func(tx bot.Tx) (err error) {
		open, err = tx.OpenIncidents()
		return err
	})
	if err != nil || len(open) != n {
		b.Fatalf("%d open incidents of %d: %v", len(open), n, err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
}

// observeAll sees every platform fail.
func observeAll(ctx context.Context, b *testing.B, watch *bot.Watch, platforms []bot.Platform, at time.Time) {
	b.Helper()
	var seeing sync.WaitGroup
	for i, p := range platforms {
		seeing.Go(func() {
			v := bot.Verdict{
				Check: bot.CheckID(p.ID) + "/accueil", Platform: p.ID, At: at, Outcome: bot.Down, Reason: bot.ReasonRefused,
				Evidence: bot.Evidence{Address: fmt.Sprintf("192.0.2.%d:443", i%250)},
			}
			if _, err := watch.Observe(ctx, v); err != nil {
				b.Error(err)
			}
		})
	}
	seeing.Wait()
}
