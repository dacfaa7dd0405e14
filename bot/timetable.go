package bot

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
)

// timetable starts jobs when their schedules say so, by the clock on the wall. The runner of robfig/cron sleeps until
// the next job, by a clock that stands still while the machine sleeps and that knows nothing of a clock that is put
// back: a daily check would come hours late, and all checks would wait until the old time comes again.
type timetable struct {
	now  func() time.Time
	jobs []*job
}

// job is something that is due again and again.
type job struct {
	name     string
	schedule cron.Schedule
	start    func() // must return at once

	due  time.Time // zero: never again
	late bool      // it was missed, and due is when it is made up for
}

const (
	// lookAgain is how often the clock is looked at when nothing is due: how late a woken machine notices.
	lookAgain = time.Second
	// overslept is how late a start is a sign that the program, or the machine, was asleep.
	overslept = 2 * time.Second
	// makeUp is the time over which everything is spread that is due at once: at a start, so that somebody who starts
	// Panneau sees something soon, and after a sleep.
	makeUp = 2 * time.Second
	// eachFirst is what one more check adds to that time when there are many: no more than 500 a second are made up for.
	eachFirst = 2 * time.Millisecond
)

// run starts every job once soon, and then by its schedule, until ctx ends.
func (t *timetable) run(ctx context.Context) {
	last := t.clock()
	for _, j := range t.jobs {
		j.due, j.late = j.schedule.Next(last), true
		if j.due.IsZero() || j.due.After(last.Add(t.span())) { // what is due soon anyway need not run twice
			j.due = last.Add(offset(j.name, t.span()))
		}
	}
	for {
		now := t.clock()
		if now.Before(last) {
			t.putBack(now)
		}
		last = now
		if !pause(ctx, t.startDue(now).Sub(t.clock())) {
			return
		}
	}
}

// clock is the time on the wall, and only that: Go's times also carry one that stands still while the machine sleeps.
func (t *timetable) clock() time.Time { return t.now().Round(0) }

// span is the time over which all jobs together are spread.
func (t *timetable) span() time.Duration {
	return max(makeUp, time.Duration(len(t.jobs))*eachFirst)
}

// startDue starts what is due, and returns when to look again.
func (t *timetable) startDue(now time.Time) time.Time {
	next := now.Add(lookAgain)
	for _, j := range t.jobs {
		if !j.due.IsZero() && !j.due.After(now) {
			t.turn(j, now)
		}
		if !j.due.IsZero() && j.due.Before(next) {
			next = j.due
		}
	}
	return next
}

// turn starts a job that is due, once however often it was missed. One of many that were missed together waits a
// little for its turn.
func (t *timetable) turn(j *job, now time.Time) {
	if wait := offset(j.name, t.span()); now.Sub(j.due) > overslept && !j.late && wait > 0 {
		j.due, j.late = now.Add(wait), true
		return
	}
	j.start()
	j.due, j.late = j.schedule.Next(now), false
}

// putBack plans anew after the clock was set to an earlier time.
func (t *timetable) putBack(now time.Time) {
	for _, j := range t.jobs {
		j.due, j.late = j.schedule.Next(now), false
	}
}
