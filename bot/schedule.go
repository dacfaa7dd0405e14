package bot

import (
	"hash/fnv"
	"math/bits"
	"time"

	"github.com/robfig/cron/v3"
)

// slot is the step of time in which checks start: those that fall into the same one start together, which costs much
// less than as many separate starts.
const slot = 250 * time.Millisecond

// Spread is a schedule as the checks keep it: moved by a stable part of its interval, so that many checks with the same
// one do not start together, and true to the clock on the days on which the clock changes. Schedules that name clock
// times keep to the minute that they name.
func Spread(s cron.Schedule, name string) cron.Schedule {
	switch s := s.(type) {
	case cron.ConstantDelaySchedule:
		return evenly{every: s.Delay, offset: offset(name, s.Delay)}
	case *cron.SpecSchedule:
		return shifted{inner: steady(*s), by: offset(name, 30*time.Second)}
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

// evenly is due every so often, counted from a fixed moment and not from the start of the program: a restart changes
// nothing.
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

// rhythm is how many minutes of an hour a schedule names at least to be a rhythm rather than some clock times.
const rhythm = 4

// steady keeps a schedule whole when the clock changes: by itself, « 30 2 * * * » in Paris does not run on the last
// Sunday of March and runs twice on that of October. Every hour has its runs as it is. Of named hours, clock times
// count once a day, and a rhythm (« */10 1-4 * * * ») goes on in the hour that the clock repeats as well.
func steady(s cron.SpecSchedule) cron.Schedule {
	const star = 1 << 63 // how the library marks a field that was written as « * »
	if s.Hour&star != 0 {
		return &s
	}
	civil := newCivil(s)
	if bits.OnesCount64(s.Minute&^star) >= rhythm {
		return either{&s, civil}
	}
	return civil
}

// either is due when one of two schedules is.
type either [2]cron.Schedule

func (e either) Next(t time.Time) time.Time {
	first, second := e[0].Next(t), e[1].Next(t)
	if first.IsZero() || !second.IsZero() && second.Before(first) {
		return second
	}
	return first
}

// civil is a schedule by the time that people read off a clock. One that the clock skips counts at the first moment
// after the gap, one that it shows twice counts the first time.
type civil struct {
	times cron.SpecSchedule // on UTC, which skips and repeats nothing
	clock *time.Location
}

func newCivil(s cron.SpecSchedule) civil {
	c := civil{times: s, clock: s.Location}
	c.times.Location = time.UTC
	return c
}

func (c civil) Next(t time.Time) time.Time {
	wall := reading(t, c.clock)
	for {
		wall = c.times.Next(wall)
		if wall.IsZero() {
			return wall
		}
		if at := firstMoment(wall, c.clock); at.After(t) {
			return at
		}
	}
}

// reading is what a clock shows at t, written as a time of UTC.
func reading(t time.Time, clock *time.Location) time.Time {
	t = t.In(clock)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// firstMoment is when a clock first shows a reading, or has passed it.
func firstMoment(wall time.Time, clock *time.Location) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), clock)
	start, end := at.ZoneBounds()
	shown := reading(at, clock)
	switch {
	case shown.After(wall): // in a gap, and counted from before it: at is behind the gap
		return start
	case shown.Before(wall): // in a gap, and counted from behind it
		return end
	case start.IsZero():
		return at
	}
	_, before := start.Add(-time.Nanosecond).Zone()
	if earlier := wall.Add(-time.Duration(before) * time.Second).In(clock); earlier.Before(start) {
		return earlier
	}
	return at
}

// tighter is a schedule that is due in between as well while something holds. Where the usual one pauses, so does this.
type tighter struct {
	usual cron.Schedule
	extra evenly
	when  func(time.Time) bool
}

func (s tighter) Next(t time.Time) time.Time {
	usual, extra := s.usual.Next(t), s.extra.Next(t)
	if extra.Before(usual) && usual.Sub(t) <= 2*s.extra.every && s.when(extra) {
		return extra
	}
	return usual
}
