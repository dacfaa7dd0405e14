package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// target is a checker that behaves as its test says, and counts.
type target struct {
	mu     sync.Mutex
	behave func(ctx context.Context) bot.Verdict
	asked  []time.Time
	abreast, most,
	stopped int
}

func newTarget(behave func(context.Context) bot.Verdict) *target { return &target{behave: behave} }

func (f *target) Check(ctx context.Context) bot.Verdict {
	f.mu.Lock()
	f.asked = append(f.asked, time.Now())
	f.abreast++
	f.most = max(f.most, f.abreast)
	behave := f.behave
	f.mu.Unlock()
	v := behave(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.abreast--
	if v.Reason == bot.ReasonCancelled {
		f.stopped++
	}
	return v
}

func (f *target) become(behave func(context.Context) bot.Verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behave = behave
}

// count is how often it was asked since a moment.
func (f *target) count(since time.Time) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, at := range f.asked {
		if !at.Before(since) {
			n++
		}
	}
	return n
}

// crush is how many of its runs were under way at once at most, and how many were stopped.
func (f *target) crush() (most, stopped int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.most, f.stopped
}

func (f *target) times() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

// after answers with a letter of verdictOf after a while, unless it is stopped before.
func after(d time.Duration, letter rune) func(context.Context) bot.Verdict {
	return func(ctx context.Context) bot.Verdict {
		at := time.Now()
		select {
		case <-time.After(d):
			v := verdictOf(letter, "", at)
			v.Evidence.Address = "192.0.2.1:443"
			return v
		case <-ctx.Done():
			return verdictOf('c', "", at)
		}
	}
}

// fine answers well, as quickly as servers do.
func fine() func(context.Context) bot.Verdict { return after(50*time.Millisecond, 'u') }

// hang does not answer until the limit of 5 s that the check has itself.
func hang() func(context.Context) bot.Verdict { return after(5*time.Second, 'd') }

// beat is a patrol on a real SQLite file, in simulated time.
type beat struct {
	t       *testing.T
	store   bot.Store
	rounds  []bot.Round
	guard   bot.Guard
	burst   bot.Burst
	now     func() time.Time
	behind  func() bool
	changed func()
	stop    func()
}

// onBeat runs a test in a bubble of simulated time.
func onBeat(t *testing.T, test func(b *beat)) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		s, err := store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		b := &beat{t: t, store: s, guard: alwaysOnline{}, burst: bot.DefaultBurst()}
		test(b)
		b.stop()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// add puts a check of a platform of its own on the beat.
func (b *beat) add(name string, s cron.Schedule, c bot.Checker) {
	b.rounds = append(b.rounds, bot.Round{
		Check: bot.CheckID(name), Platform: bot.PlatformID(name), Checker: c, Schedule: s, Limit: time.Minute,
	})
}

// start runs the patrol until stop or the end of the test.
func (b *beat) start() {
	b.t.Helper()
	var platforms []bot.Platform
	for _, r := range b.rounds {
		platforms = append(platforms, bot.Platform{ID: r.Platform})
	}
	logger := slog.New(slog.NewTextHandler(b.t.Output(), nil))
	changed := func() {}
	if b.changed != nil {
		changed = b.changed
	}
	watch := bot.NewWatch(bot.WatchConfig{
		Store: b.store, Guard: b.guard, Platforms: platforms, Rule: bot.DefaultRule(), Flap: bot.DefaultFlap(),
		Vantage: "ici", Logger: logger, Changed: changed, Offline: func(bool) {},
	})
	patrol := &bot.Patrol{
		Rounds: b.rounds, Watch: watch, Vantage: "ici", Burst: b.burst, Logger: logger, Behind: b.behind, Now: b.now,
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan error, 1)
	holder := bot.Holder{Store: b.store, Replica: "r1", Alone: true, Logger: logger}
	go func() {
		done <- holder.Hold(ctx, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
			if err := watch.Load(ctx, lease); err != nil {
				return err
			}
			return patrol.Run(ctx)
		})
	}()
	b.stop = func() {
		b.t.Helper()
		cancel()
		if err := <-done; err != nil {
			b.t.Error(err)
		}
		b.stop = func() {}
	}
}

// incidents reads the newest incident of each platform.
func (b *beat) incidents() map[bot.PlatformID]bot.Incident {
	b.t.Helper()
	found := make(map[bot.PlatformID]bot.Incident)
	err := b.store.View(b.t.Context(), func(tx bot.Tx) error {
		list, err := tx.NewestIncidents()
		for _, i := range list {
			found[i.Platform] = i
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// waitFor waits, at most two minutes, for the only platform's incident to be open or not, and returns how long it took.
func (b *beat) waitFor(platform bot.PlatformID, open bool) time.Duration {
	b.t.Helper()
	begun := time.Now()
	for time.Since(begun) < 2*time.Minute {
		if i, found := b.incidents()[platform]; found && i.Open() == open {
			return time.Since(begun)
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatalf("%s: after two minutes no incident with open = %v", platform, open)
	return 0
}

// tickOf is when a check with a schedule is due next.
func tickOf(s cron.Schedule, name string) time.Time { return bot.Spread(s, name).Next(time.Now()) }

const every10 = 10 * time.Second

// TestDecisionTimes breaks and repairs a target right before its check is due, and asks for the time from there: the
// wait for the check is left out.
func TestDecisionTimes(t *testing.T) {
	for _, test := range []struct {
		name     string
		broken   func(context.Context) bot.Verdict
		decide   time.Duration
		back     time.Duration
		requests int // until the decision
	}{
		{"refused at once", after(time.Millisecond, 'd'), 2 * time.Second, time.Second, 3},
		{"an error after a moment", after(400*time.Millisecond, 'x'), 2*time.Second + 1200*time.Millisecond, time.Second, 3},
		{"hangs to its limit", hang(), 7 * time.Second, time.Second, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			onBeat(t, func(b *beat) {
				f := newTarget(fine())
				b.add("ent", cron.Every(every10), f)
				b.start()
				time.Sleep(time.Minute)
				time.Sleep(time.Until(tickOf(cron.Every(every10), "ent")) - time.Millisecond)
				begun := time.Now()
				f.become(test.broken)
				if got := b.waitFor("ent", true); got > test.decide+100*time.Millisecond {
					t.Errorf("decided after %v, want %v", got, test.decide)
				}
				if n := f.count(begun); n != test.requests {
					t.Errorf("%d requests until the decision, want %d", n, test.requests)
				}
				time.Sleep(5 * time.Minute)
				from := time.Now()
				time.Sleep(10 * time.Minute)
				if n := f.count(from); n < 59 || n > 61 {
					t.Errorf("%d requests in ten minutes of outage, want 60", n)
				}
				f.become(fine())
				time.Sleep(time.Until(tickOf(cron.Every(every10), "ent")) - time.Millisecond)
				if got := b.waitFor("ent", false); got > test.back+200*time.Millisecond {
					t.Errorf("all-clear after %v, want %v", got, test.back)
				}
			})
		})
	}
}

// TestSteadyCost counts the requests to targets that are well, quick or slow, over an hour.
func TestSteadyCost(t *testing.T) {
	onBeat(t, func(b *beat) {
		quick, slow := newTarget(fine()), newTarget(after(3*time.Second, 'u'))
		turns := 0
		unsteady := newTarget(nil) // every fifth answer takes 4 s
		unsteady.become(func(ctx context.Context) bot.Verdict {
			unsteady.mu.Lock()
			turns++
			late := turns%5 == 0
			unsteady.mu.Unlock()
			if late {
				return after(4*time.Second, 'u')(ctx)
			}
			return fine()(ctx)
		})
		b.add("quick", cron.Every(every10), quick)
		b.add("slow", cron.Every(every10), slow)
		b.add("unsteady", cron.Every(every10), unsteady)
		b.start()
		time.Sleep(time.Minute)
		from := time.Now()
		time.Sleep(time.Hour)
		for _, c := range []struct {
			name string
			f    *target
			most int
		}{{"quick", quick, 361}, {"slow", slow, 361}, {"unsteady", unsteady, 361 * 5 / 4}} {
			if n := c.f.count(from); n < 359 || n > c.most {
				t.Errorf("%s: %d requests an hour, want 360 to %d", c.name, n, c.most)
			}
		}
		if len(b.incidents()) > 0 {
			t.Error("a target that is well has an incident")
		}
	})
}

// TestASlowAnswerStopsTheRunsBesideIt: what is no longer needed is stopped and leaves no verdict.
func TestASlowAnswerStopsTheRunsBesideIt(t *testing.T) {
	onBeat(t, func(b *beat) {
		f := newTarget(fine())
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(time.Minute)
		time.Sleep(time.Until(tickOf(cron.Every(every10), "ent")) - time.Millisecond)
		from := time.Now()
		f.become(after(2500*time.Millisecond, 'u'))
		time.Sleep(9 * time.Second)
		f.mu.Lock()
		defer f.mu.Unlock()
		if n := len(f.asked); !f.asked[n-3].After(from) || f.stopped != 2 || f.most != 3 {
			t.Errorf("asked at %v, %d abreast, %d stopped; want 3, 3, 2", f.asked[n-3:], f.most, f.stopped)
		}
		if len(b.incidents()) > 0 {
			t.Error("a slow answer became an incident")
		}
	})
}

// TestDoubtWithoutEndIsBounded gives a target that fails every other time: for six hours it is asked hardly more often
// than its schedule says.
func TestDoubtWithoutEndIsBounded(t *testing.T) {
	onBeat(t, func(b *beat) {
		turns := 0
		f := newTarget(nil)
		f.become(func(ctx context.Context) bot.Verdict {
			f.mu.Lock()
			turns++
			bad := turns%2 == 0
			f.mu.Unlock()
			if bad {
				return after(10*time.Millisecond, 'x')(ctx)
			}
			return fine()(ctx)
		})
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(6 * time.Hour)
		if n, most := f.count(time.Time{}), 6*360*5/4+10; n > most {
			t.Errorf("%d requests in six hours, want at most %d", n, most)
		}
	})
}

// TestHangingTargetsDelayNobody puts three hundred targets that hang beside ten that do not.
func TestHangingTargetsDelayNobody(t *testing.T) {
	onBeat(t, func(b *beat) {
		var hanging, well []*target
		for i := range 300 {
			f := newTarget(fine())
			hanging = append(hanging, f)
			b.add(fmt.Sprint("hanging/", i), cron.Every(every10), f)
		}
		for i := range 10 {
			f := newTarget(fine())
			well = append(well, f)
			b.add(fmt.Sprint("well/", i), cron.Every(every10), f)
		}
		b.start()
		time.Sleep(time.Minute)
		from := time.Now()
		for _, f := range hanging {
			f.become(hang())
		}
		time.Sleep(17500 * time.Millisecond)
		incidents := b.incidents()
		if len(incidents) != len(hanging) {
			t.Errorf("%d incidents after the interval, the limit and the burst, want %d", len(incidents), len(hanging))
		}
		for _, i := range incidents {
			if took := i.OpenedAt.Sub(i.Since); took > 7200*time.Millisecond {
				t.Errorf("%s: decided %v after its first bad run, want the limit and 2 s", i.Platform, took)
			}
		}
		time.Sleep(time.Minute)
		for i, f := range well {
			s := bot.Spread(cron.Every(every10), fmt.Sprint("well/", i))
			for _, at := range f.times() {
				if due := s.Next(at.Add(-every10)); at.After(from) && !at.Equal(due) {
					t.Errorf("well/%d ran at %v, due at %v", i, at, due)
				}
			}
			if n := f.count(from); n < 7 {
				t.Errorf("well/%d ran %d times in 78 s", i, n)
			}
		}
	})
}

// busyGuard takes a while to look, as when references do not answer.
type busyGuard struct {
	mu    sync.Mutex
	asked int
	takes time.Duration
	found bool
}

func (g *busyGuard) Believe(context.Context, bot.Verdict) (believed, online bool) {
	g.mu.Lock()
	g.asked++
	g.mu.Unlock()
	time.Sleep(g.takes)
	return g.found, g.found
}

// TestTheGuardLooksWhileTheBurstGoesOn: a look that takes almost a second, at each of three verdicts, costs the decision
// that of the last one.
func TestTheGuardLooksWhileTheBurstGoesOn(t *testing.T) {
	onBeat(t, func(b *beat) {
		guard := &busyGuard{takes: 900 * time.Millisecond, found: true}
		b.guard = guard
		f := newTarget(fine())
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(time.Minute)
		time.Sleep(time.Until(tickOf(cron.Every(every10), "ent")) - time.Millisecond)
		f.become(after(time.Millisecond, 'd'))
		if got := b.waitFor("ent", true); got > 3100*time.Millisecond {
			t.Errorf("decided after %v with a guard that takes %v a look", got, guard.takes)
		}
	})
}

// TestOwnNetworkDownEndsTheBurst: nothing is asked again while the trouble is ours.
func TestOwnNetworkDownEndsTheBurst(t *testing.T) {
	onBeat(t, func(b *beat) {
		b.guard = &busyGuard{takes: 100 * time.Millisecond}
		f := newTarget(fine())
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(time.Minute)
		from := time.Now()
		f.become(after(time.Millisecond, 'd'))
		time.Sleep(10 * time.Minute)
		if n := f.count(from); n > 61 {
			t.Errorf("%d requests in ten minutes, want 60", n)
		}
		if len(b.incidents()) > 0 {
			t.Error("our own network became an incident")
		}
	})
}

// TestACheckThatPanicsGoesOn: once is a run that says nothing, and the next ones are made.
func TestACheckThatPanicsGoesOn(t *testing.T) {
	onBeat(t, func(b *beat) {
		f := newTarget(func(context.Context) bot.Verdict { panic("essai") })
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(time.Minute)
		if n := f.count(time.Time{}); n < 6 {
			t.Errorf("ran %d times in a minute", n)
		}
		f.become(after(time.Millisecond, 'd'))
		b.waitFor("ent", true)
	})
}

// TestTheOtherFamilyIsAskedOnce looks at who is asked in a burst of a target with both families, with one, and with one
// that this machine has no way to.
func TestTheOtherFamilyIsAskedOnce(t *testing.T) {
	for _, test := range []struct {
		name  string
		other func(context.Context) bot.Verdict
		open  bool
		asked int // over the other family, for two outages
	}{
		{"both are down", after(time.Millisecond, 'x'), true, 2},
		{"the other is well", fine(), false, 9},
		{"there is no other", after(time.Millisecond, 'n'), true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			onBeat(t, func(b *beat) {
				f, other := newTarget(fine()), newTarget(test.other)
				b.add("ent", cron.Every(every10), f)
				b.rounds[0].Over = func(family bot.Family) bot.Checker {
					if family != bot.IPv6 {
						t.Errorf("asked over %s after an answer over IPv4", family)
					}
					return other
				}
				b.start()
				time.Sleep(time.Minute)
				for range 2 {
					f.become(after(time.Millisecond, 'x'))
					time.Sleep(45 * time.Second)
					if i, found := b.incidents()["ent"]; (found && i.Open()) != test.open {
						t.Errorf("open: %v, want %v", found && i.Open(), test.open)
					}
					f.become(fine())
					time.Sleep(10 * time.Minute)
				}
				if n := other.count(time.Time{}); n > test.asked || n == 0 {
					t.Errorf("asked %d times over the other family, want 1 to %d", n, test.asked)
				}
			})
		})
	}
}
