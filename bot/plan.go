package bot

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Period is a time that people have decided on: one with a beginning and an end, or one that comes back.
type Period struct {
	From, To time.Time     // a single time, To excluded; zero for one that comes back
	Start    cron.Schedule // when it begins, each time; nil for a single time
	End      cron.Schedule // when it ends, each time; nil where its length is given
	Length   time.Duration // how long it lasts then
}

// Contains reports whether t lies in the period.
func (p Period) Contains(t time.Time) bool {
	if p.Start == nil {
		return !t.Before(p.From) && t.Before(p.To)
	}
	if p.End != nil { // it goes on where it ends before it begins again; a clock that changes makes no difference
		ends, begins := p.End.Next(t), p.Start.Next(t)
		return !ends.IsZero() && (begins.IsZero() || !begins.Before(ends))
	}
	begun := p.Start.Next(t.Add(-p.Length))
	return !begun.IsZero() && !begun.After(t)
}

// Next is the first beginning of the period after t, and the end that belongs to it; zero where it never begins again.
func (p Period) Next(t time.Time) (from, to time.Time) {
	if p.Start == nil {
		if !p.From.After(t) {
			return time.Time{}, time.Time{}
		}
		return p.From, p.To
	}
	if from = p.Start.Next(t); from.IsZero() {
		return from, from
	}
	if p.End != nil {
		return from, p.End.Next(from)
	}
	return from, from.Add(p.Length)
}

// daily reports whether the period begins at least once a day on some days of the week that follows t.
func (p Period) daily(t time.Time) bool {
	const day, week = 25 * time.Hour, 7 * 24 * time.Hour // the longest day of the year
	for from, end := t, t.Add(week); from.Before(end); {
		next, _ := p.Next(from)
		if next.IsZero() {
			return false
		}
		if next.Sub(from) <= day {
			return true
		}
		from = next
	}
	return false
}

// endOf is when the period ends that begins at a moment; zero where none does.
func (p Period) endOf(from time.Time) time.Time {
	if next, to := p.Next(from.Add(-time.Millisecond)); next.Equal(from) {
		return to
	}
	return time.Time{}
}

// Plan is what people have decided about a platform for a moment. It turns what would be an outage into what it is.
type Plan struct {
	Suspended   bool // its owner has switched it off, whatever a check sees
	Returning   bool // it was, until just now: it is given some time to come back
	Maintenance bool // its owner works on it
	Closed      bool // it exists in some periods only, and this is none of them
}

// returning is how long a service that was switched off by decision may take to come back after the time that was given:
// clocks differ, and what was asleep starts slowly.
const returning = 5 * time.Minute

// PlanAt is what is decided about p for a moment.
func (p Platform) PlanAt(t time.Time) Plan {
	within := func(list []Period, t time.Time) bool {
		for _, period := range list {
			if period.Contains(t) {
				return true
			}
		}
		return false
	}
	return Plan{
		Suspended: within(p.Suspensions, t), Returning: within(p.Suspensions, t.Add(-returning)), Maintenance: within(p.Maintenances, t),
		Closed: p.OnDemand && !within(p.Openings, t),
	}
}

// condition is what a condition as seen amounts to under the plan.
func (p Plan) condition(seen Condition) Condition {
	switch {
	case p.Suspended:
		return Suspended
	case p.Returning && (seen.Outage() || seen == Unverifiable):
		return Suspended
	case p.Maintenance && (seen.Outage() || seen == Unverifiable):
		return Maintenance
	case p.Closed && (seen.Outage() || seen == Unverifiable):
		return Closed
	default:
		return seen
	}
}
