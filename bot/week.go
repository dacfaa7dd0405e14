package bot

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Week is what a school week was like in school hours, platform by platform. It has all that a picture of it needs.
type Week struct {
	First, Last calendar.Date // Monday, and the day of the report
	Until       time.Time     // the end of the last hour that is counted
	Lines       []WeekLine    // in the order of the destination's platforms
}

// WeekLine is one platform in a school week.
type WeekLine struct {
	Platform  Platform
	Now       Attendance
	Before    Attendance // of the week before
	Incidents int        // outages that touched the school hours of this week
	Days      []DaySeen  // the school days of this week, the same for every line
}

// Attendance is what checks saw of a platform within school hours, at its worst check.
type Attendance struct {
	Of         int // school hours that there were
	Hours      int // of them, those that something was seen in
	Slow, Down int // minutes
}

// Enough reports whether so much was seen that a figure may stand for the whole: three hours in four.
func (a Attendance) Enough() bool { return a.Hours > 0 && 4*a.Hours >= 3*a.Of }

// Share is the part of the time observed in which the platform could be reached, from 0 to 1; 0 where nothing was seen.
func (a Attendance) Share() float64 {
	if a.Hours == 0 {
		return 0
	}
	return 1 - float64(a.Down)/float64(60*a.Hours)
}

// HourSeen is an hour of a platform at its worst check.
type HourSeen struct {
	Start      time.Time
	Slow, Down int // minutes
}

// WorstHours reduces the hours of a platform's checks to the worst of them, in the order of their first appearance. What
// several places saw of a check counts together; an hour of which nothing is known is left out.
func WorstHours(hours []Hour) []HourSeen {
	type key struct {
		start int64
		check CheckID
	}
	checks := make(map[key]Hour)
	var order []key
	for _, h := range hours {
		k := key{h.Start.Unix(), h.Check}
		sum, known := checks[k]
		if !known {
			order = append(order, k)
		}
		sum.Up, sum.Slow, sum.Down = sum.Up+h.Up, sum.Slow+h.Slow, sum.Down+h.Down
		checks[k] = sum
	}
	index := make(map[int64]int)
	var list []HourSeen
	for _, k := range order {
		h := checks[k]
		total := h.Up + h.Slow + h.Down
		if total == 0 {
			continue
		}
		i, known := index[k.start]
		if !known {
			i = len(list)
			index[k.start], list = i, append(list, HourSeen{Start: time.Unix(k.start, 0)})
		}
		list[i].Slow = max(list[i].Slow, minutesOf(h.Slow, total))
		list[i].Down = max(list[i].Down, minutesOf(h.Down, total))
	}
	return list
}

// minutesOf is a part of an hour in whole minutes, rounded.
func minutesOf(part, total int) int { return (120*part + total) / (2 * total) }

// lesson is the school hours of one day.
type lesson struct{ from, to time.Time }

// lessons lists the school hours of some days, both ends included, as far as they lie before a moment.
func lessons(schools *calendar.Schools, first, last calendar.Date, until time.Time) []lesson {
	var list []lesson
	for d := first; d <= last; d++ {
		day := schools.Day(d, calendar.AllLevels)
		if !day.School() || day.Hours.Empty() {
			continue
		}
		l := lesson{d.At(day.Hours.From, schools.Clock()), d.At(day.Hours.To, schools.Clock())}
		if l.to.After(until) {
			l.to = until
		}
		if l.from.Before(l.to) {
			list = append(list, l)
		}
	}
	return list
}

// attendance folds what was seen into school hours.
func attendance(seen []HourSeen, during []lesson) Attendance {
	var a Attendance
	for _, l := range during {
		a.Of += int(l.to.Sub(l.from) / time.Hour)
		for _, h := range seen {
			if !h.Start.Before(l.from) && !h.Start.Add(time.Hour).After(l.to) {
				a.Hours, a.Slow, a.Down = a.Hours+1, a.Slow+h.Slow, a.Down+h.Down
			}
		}
	}
	return a
}

// weekly finds the figures of the school week, up to the last hour that is summed up, and of the one before.
func (r Reporter) weekly(tx Tx, n *Note, t NoteTask, schools *calendar.Schools) error {
	day := calendar.DateOf(t.At.In(schools.Clock()))
	last, err := tx.LastHour()
	if err != nil {
		return err
	}
	w := Week{First: monday(day), Last: day, Until: last.Add(time.Hour)}
	if last.IsZero() || w.Until.After(n.Now) {
		w.Until = n.Now.Truncate(time.Hour)
	}
	from := (w.First - 7).At(0, schools.Clock())
	incidents, err := tx.IncidentsSince(from)
	if err != nil {
		return err
	}
	now, before := lessons(schools, w.First, w.Last, w.Until), lessons(schools, w.First-7, w.First-1, w.Until)
	for _, id := range t.To.Follows {
		hours, err := tx.Hours(id, from, w.Until)
		if err != nil {
			return fmt.Errorf("read the hours of %s: %w", id, err)
		}
		seen := WorstHours(hours)
		w.Lines = append(w.Lines, WeekLine{
			Platform: r.Web.Platform(id), Now: attendance(seen, now), Before: attendance(seen, before),
			Incidents: r.count(incidents, id, t.To.Audience, now), Days: daysSeen(seen, now, schools.Clock()),
		})
	}
	n.Week = w
	n.Days = r.Days.Between(schools, t.To.Follows, day+1, monday(nextSchoolDay(schools, day))+6)
	return nil
}

// count is how many outages touched school hours in which a platform could not be used as it should.
func (r Reporter) count(incidents []Incident, id PlatformID, reader Audience, during []lesson) int {
	n := 0
	for _, i := range incidents {
		if !slices.Contains(r.Web.Reach(i)[reader], id) {
			continue
		}
		touches := func(l lesson) bool { return i.Since.Before(l.to) && (i.Open() || i.ResolvedAt.After(l.from)) }
		if slices.ContainsFunc(during, touches) {
			n++
		}
	}
	return n
}
