package bot

import (
	"context"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// Round is one check with its schedule.
type Round struct {
	Check    CheckID
	Platform PlatformID
	Checker  Checker
	Schedule cron.Schedule
	Limit    time.Duration // how long one run may take
}

// Patrol runs the checks when their schedules say so, and again within seconds while there is doubt.
type Patrol struct {
	Rounds  []Round
	Watch   *Watch
	Vantage string
	Burst   Burst
	Logger  *slog.Logger
}

// Burst is how a doubt is settled: by asking again, on a fresh connection, a few times in quick succession.
type Burst struct {
	Times int
	Pause time.Duration
}

// DefaultBurst asks up to four times more, a second apart: three bad verdicts or two good ones are reached in 2 s.
func DefaultBurst() Burst { return Burst{Times: 4, Pause: time.Second} }

// slot is the step of time in which checks start: those that fall into the same one start together, which costs much
// less than as many separate starts.
const slot = 250 * time.Millisecond

// firstRounds is the time over which the checks of a fresh start are spread, so that somebody who starts Panneau sees
// something soon.
const firstRounds = 2 * time.Second

// Run checks until ctx ends, and waits for the runs under way.
func (p *Patrol) Run(ctx context.Context) error {
	chain := cron.NewChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(panicLogger{p.Logger}))
	table := cron.New(cron.WithLocation(time.UTC))
	var first sync.WaitGroup
	for _, round := range p.Rounds {
		job := chain.Then(cron.FuncJob(func() { p.run(ctx, round) }))
		table.Schedule(Spread(round.Schedule, string(round.Check)), job)
		first.Go(func() {
			if pause(ctx, offset(string(round.Check), firstRounds)) {
				job.Run()
			}
		})
	}
	table.Start()
	<-ctx.Done()
	<-table.Stop().Done()
	first.Wait()
	return nil
}

// run checks once, and then as often as the doubt asks for.
func (p *Patrol) run(ctx context.Context, round Round) {
	for i := 0; ctx.Err() == nil; i++ {
		doubt, err := p.Watch.Observe(ctx, p.check(ctx, round))
		if err != nil && ctx.Err() == nil {
			p.Logger.Error("observe a verdict", "check", round.Check, "err", err)
		}
		if !doubt || i >= p.Burst.Times || !pause(ctx, p.Burst.Pause) {
			return
		}
	}
}

func (p *Patrol) check(ctx context.Context, round Round) Verdict {
	limited, cancel := context.WithTimeout(ctx, round.Limit)
	defer cancel()
	started := time.Now()
	v := round.Checker.Check(limited)
	v.Check, v.Platform, v.Vantage = round.Check, round.Platform, p.Vantage
	if v.At.IsZero() {
		v.At = started
	}
	return v
}

// pause waits, and reports whether it was long enough: false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

// Spread moves a schedule by a stable part of its interval, so that many checks with the same one do not start
// together. Schedules that name clock times keep to the minute that they name.
func Spread(s cron.Schedule, name string) cron.Schedule {
	if every, ok := s.(cron.ConstantDelaySchedule); ok {
		return evenly{every: every.Delay, offset: offset(name, every.Delay)}
	}
	return shifted{inner: s, by: offset(name, 30*time.Second)}
}

// offset is a stable share of span for a name, in whole slots.
func offset(name string, span time.Duration) time.Duration {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	slots := uint64(max(span/slot, 1))
	return time.Duration(hash.Sum64()%slots) * slot
}

// evenly is due every so often, counted from 1970 and not from the start of the program: a restart changes nothing.
type evenly struct{ every, offset time.Duration }

func (e evenly) Next(t time.Time) time.Time {
	base := t.Add(-e.offset).Truncate(e.every).Add(e.offset)
	for !base.After(t) {
		base = base.Add(e.every)
	}
	return base
}

// shifted is another schedule a little later.
type shifted struct {
	inner cron.Schedule
	by    time.Duration
}

func (s shifted) Next(t time.Time) time.Time {
	next := s.inner.Next(t.Add(-s.by))
	if next.IsZero() {
		return next
	}
	return next.Add(s.by)
}

// panicLogger takes the panics that cron recovers.
type panicLogger struct{ log *slog.Logger }

func (panicLogger) Info(string, ...any) {}

func (l panicLogger) Error(err error, message string, _ ...any) {
	l.log.Error("a check panicked", "message", message, "err", err)
}
