package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
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
	// Tight is how often at least it is run while its platform's day is a critical one; 0: as on other days.
	Tight time.Duration
	// Over makes the same check for one family of addresses, to look at a doubt from the other side as well. Nil where
	// there is no such thing.
	Over func(Family) Checker
}

// Family is one of the two internets.
type Family string

// The families.
const (
	IPv4 Family = "ipv4"
	IPv6 Family = "ipv6"
)

// GCPercent is by how much the heap of a process with a patrol may grow between two collections of garbage. Thousands of
// checks keep little and throw much away: with 5,000 HTTPS checks every ten seconds half takes 93 MB where as much again
// takes 109, for a seventh more processor time (.ci/bench checks).
const GCPercent = 50

// Patrol runs the checks when their schedules say so, and again within seconds while there is doubt.
type Patrol struct {
	Rounds  []Round
	Watch   Observer
	Vantage string
	Burst   Burst
	Logger  *slog.Logger
	Orders  *Orders       // nil for none
	Days    *CriticalDays // on which some rounds are run more often; nil for none
	// Behind reports whether this machine does not keep up, as [Strain] does: then only so many runs are under way at once.
	// Nil: it always keeps up.
	Behind func() bool
	// Now is the clock on the wall. Nil: that of the system.
	Now func() time.Time

	gate  gate
	mu    sync.Mutex
	desks map[PlatformID][]*desk // while it runs
	open  func(*desk)            // starts an inquiry; nil while it does not run
}

// Run checks until ctx ends, and waits for the runs under way. Each run has a goroutine of its own and shares nothing
// with others that could run out, except a machine that does not keep up: a target that hangs holds up nobody else.
func (p *Patrol) Run(ctx context.Context) error {
	var running sync.WaitGroup
	p.gate.behind = p.Behind
	running.Go(func() { p.gate.run(ctx) })
	p.furnish(func(d *desk) {
		if p.Orders.Halted(d.round.Platform, time.Now()) {
			return
		}
		if d.busy.CompareAndSwap(false, true) { // a tick that comes while the last one is being settled is left out
			running.Go(func() {
				defer d.busy.Store(false)
				d.inquire(ctx)
			})
		}
	})
	p.timetable().run(ctx)
	p.mu.Lock()
	p.open = nil // nobody may ask any more
	p.mu.Unlock()
	running.Wait()
	return nil
}

// furnish makes a desk for each check.
func (p *Patrol) furnish(open func(*desk)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open, p.desks = open, make(map[PlatformID][]*desk)
	for _, round := range p.Rounds {
		p.desks[round.Platform] = append(p.desks[round.Platform], &desk{patrol: p, round: round, habit: newHabit()})
	}
}

// timetable plans the work of all desks.
func (p *Patrol) timetable() *timetable {
	table := &timetable{now: p.Now}
	if table.now == nil {
		table.now = time.Now
	}
	for _, desks := range p.desks {
		for _, d := range desks {
			name := string(d.round.Check)
			start := func() {
				d.habit.earn()
				p.open(d)
			}
			table.jobs = append(table.jobs, &job{name: name, schedule: p.schedule(d.round), start: start})
		}
	}
	return table
}

// schedule is when a round is due: by its schedule, and in between on critical days.
func (p *Patrol) schedule(r Round) cron.Schedule {
	s := Spread(r.Schedule, string(r.Check))
	if r.Tight <= 0 || p.Days == nil {
		return s
	}
	return tighter{
		usual: s, extra: evenly{every: r.Tight, offset: offset(string(r.Check), r.Tight)},
		when: func(t time.Time) bool { return p.Days.Tight(r.Platform, t) },
	}
}

// Ask checks a platform out of turn, at once, as far as its checks have credit for that. It does not wait.
func (p *Patrol) Ask(id PlatformID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		return
	}
	for _, d := range p.desks[id] {
		if !d.busy.Load() && d.habit.spend(0) {
			p.open(d)
		}
	}
}

// check makes one run. A panic is a run that says nothing.
func (p *Patrol) check(ctx context.Context, round Round, checker Checker) (v Verdict) {
	started := time.Now()
	defer func() {
		if r := recover(); r != nil {
			p.Logger.Error("a check panicked", "check", round.Check, "err", r, "stack", string(debug.Stack()))
			v = Verdict{Reason: ReasonCancelled}
		}
		v.Check, v.Platform, v.Vantage = round.Check, round.Platform, p.Vantage
		if v.At.IsZero() {
			v.At = started
		}
	}()
	return checker.Check(ctx)
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
