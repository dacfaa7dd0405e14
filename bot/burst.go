package bot

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Burst is how a doubt is settled: by asking again, on a fresh connection, a few times in quick succession.
type Burst struct {
	Times int           // how often at most, besides the run that the schedule asked for; zero: not at all
	Pause time.Duration // after an answer
	// Beside is how long an answer is waited for before the next run starts beside it. A run that the schedule asked for
	// has to be slower than is usual for its target, too.
	Beside time.Duration
	// Abreast is how many answers are sought at once.
	Abreast int
}

// DefaultBurst asks up to five times more, a second apart: three bad verdicts or two good ones are reached in 2 s,
// three that hang in 2 s and the time limit of one, and six, which a shaky line takes, are possible.
func DefaultBurst() Burst {
	return Burst{Times: 5, Pause: time.Second, Beside: time.Second, Abreast: 3}
}

// tooBusy is how late a timer of our own shows that not the target but this machine is slow.
const tooBusy = 250 * time.Millisecond

// desk is where one check is worked on.
type desk struct {
	patrol *Patrol
	round  Round
	habit  *habit
	busy   atomic.Bool
}

// inquiry is a run that the schedule asked for, with those that settle the doubt which it raises.
type inquiry struct {
	*desk
	ctx   context.Context // of the patrol: what was seen is taken in although its run is over
	parts sync.WaitGroup  // runs under way and timers that may start one
	order sync.Mutex      // verdicts are taken in one after the other

	mu      sync.Mutex
	runs    []*run // under way, oldest first
	asked   int
	heard   int
	planned *time.Timer
	failed  string // the address that gave the last bad verdict
	surprise,
	over bool
}

// run is one run of an inquiry.
type run struct {
	ctx    context.Context
	stop   context.CancelFunc
	other  Checker     // over the family that no answer came from yet; nil for the check as it is
	beside *time.Timer // starts the next run while this one does not answer; nil where it must not
}

// inquire checks once, and as often as the doubt asks for.
func (d *desk) inquire(ctx context.Context) {
	q := &inquiry{desk: d, ctx: ctx}
	q.ask()
	q.parts.Wait()
}

// ask makes a run and takes in what it says.
func (q *inquiry) ask() {
	v, took := q.make()
	if v.Reason == ReasonCancelled {
		return
	}
	if q.note(v) {
		q.again() // not after the guard has looked at our own line: both take their time
	}
	q.habit.learn(v.Outcome == Up, took)
	q.hear(v)
}

// make makes a run when the machine has room for it, and returns what it says and how long it took. One that is not
// needed any more is cancelled.
func (q *inquiry) make() (Verdict, time.Duration) {
	if !q.patrol.gate.enter(q.ctx, q.doubtful()) {
		return Verdict{Reason: ReasonCancelled}, 0
	}
	defer q.patrol.gate.leave()
	started := time.Now()
	r := q.begin()
	if r == nil {
		return Verdict{Reason: ReasonCancelled}, 0
	}
	v := q.try(r)
	v.Overtook = q.end(r)
	return v, time.Since(started)
}

// doubtful reports whether a run was made already, and raised a doubt.
func (q *inquiry) doubtful() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.asked > 0
}

// try makes a run, over one family first where that may tell more.
func (q *inquiry) try(r *run) Verdict {
	if r.other != nil {
		v := q.patrol.check(r.ctx, q.round, r.other)
		if r.ctx.Err() != nil || !v.onlyOfFamily() {
			return v
		}
		q.habit.find()
	}
	return q.patrol.check(r.ctx, q.round, q.round.Checker)
}

// hear has a verdict judged.
func (q *inquiry) hear(v Verdict) {
	q.order.Lock()
	defer q.order.Unlock()
	doubt, err := q.patrol.Watch.Observe(q.ctx, v)
	if err != nil && q.ctx.Err() == nil {
		q.patrol.Logger.Error("observe a verdict", "check", q.round.Check, "err", err)
	}
	if !doubt {
		q.settle()
		return
	}
	q.again()
}

// begin prepares a run; there is none when everything is settled.
func (q *inquiry) begin() *run {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.over || q.ctx.Err() != nil {
		return nil
	}
	r := &run{other: q.other()}
	r.ctx, r.stop = context.WithTimeout(q.ctx, q.round.Limit)
	q.runs = append(q.runs, r)
	q.asked++
	if q.asked <= q.patrol.Burst.Times && (q.asked > 1 || q.habit.good()) {
		r.beside = q.suspect(r)
	}
	return r
}

// suspect plans the run that starts beside another one if that one takes too long. The target pays for it only if it
// was well before, took longer than it ever does, and is not always this unsteady.
func (q *inquiry) suspect(r *run) *time.Timer {
	wait, reserved := q.patrol.Burst.Beside, 0
	if q.asked == 1 {
		wait, reserved = q.habit.patience(wait), reserve
	}
	due := time.Now().Add(wait)
	return q.plan(wait, func() {
		if time.Since(due) < tooBusy && q.mayStartBeside(r) && q.habit.spend(reserved) {
			q.ask()
		}
	})
}

func (q *inquiry) mayStartBeside(r *run) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.over && slices.Contains(q.runs, r) && len(q.runs)+q.heard < q.patrol.Burst.Abreast
}

// end takes note that a run is over, and returns how many began before it and are not.
func (q *inquiry) end(r *run) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	r.stop()
	q.drop(r.beside)
	earlier := slices.Index(q.runs, r)
	q.runs = slices.Delete(q.runs, earlier, earlier+1)
	q.heard++
	return earlier
}

// note keeps where a bad verdict came from, and reports whether it belongs to a surprise: all was well before.
func (q *inquiry) note(v Verdict) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if v.Outcome.Bad() {
		q.failed = v.Evidence.Address
		q.surprise = q.surprise || q.habit.good()
	}
	return v.Outcome.Bad() && q.surprise
}

// again plans the next run, unless one is planned or enough are under way.
func (q *inquiry) again() {
	q.mu.Lock()
	defer q.mu.Unlock()
	enough := len(q.runs) > 0 && len(q.runs)+q.heard >= q.patrol.Burst.Abreast
	if q.over || q.planned != nil || enough || q.asked > q.patrol.Burst.Times || !q.habit.spend(0) {
		return
	}
	q.planned = q.plan(q.patrol.Burst.Pause, func() {
		q.mu.Lock()
		q.planned = nil
		q.mu.Unlock()
		q.ask()
	})
}

// settle stops whatever is under way or planned: it says nothing any more.
func (q *inquiry) settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	q.drop(q.planned)
	for _, r := range q.runs {
		q.drop(r.beside)
		r.stop()
	}
}

// plan calls f after a while, unless drop comes first.
func (q *inquiry) plan(wait time.Duration, f func()) *time.Timer {
	q.parts.Add(1)
	return time.AfterFunc(wait, func() {
		defer q.parts.Done()
		f()
	})
}

func (q *inquiry) drop(timer *time.Timer) {
	if timer != nil && timer.Stop() {
		q.parts.Done()
	}
}

// other is, once after an answer over one family, the check over the other one.
func (q *inquiry) other() Checker {
	at, err := netip.ParseAddrPort(q.failed)
	if err != nil || q.round.Over == nil || q.asked != 1 || q.habit.single() {
		return nil
	}
	if at.Addr().Unmap().Is4() {
		return q.round.Over(IPv6)
	}
	return q.round.Over(IPv4)
}

// onlyOfFamily reports whether a verdict over one family speaks of the addresses that a target has, or of our own way
// out, rather than of the target.
func (v Verdict) onlyOfFamily() bool {
	connect := v.Reason == ReasonDNS || v.Reason == ReasonUnreachable || v.Reason == ReasonTimeoutConnect
	return v.Outcome == Unknown || connect
}
