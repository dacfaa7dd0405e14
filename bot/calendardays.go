package bot

import (
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Days says on which days of the school calendar something is kept.
type Days string

// The kinds of days. A day of which nobody has said anything yet is a school day.
const (
	SchoolDays Days = "school_days" // there is class
	Holidays   Days = "holidays"    // school holidays and bridges, with the weekends within them, and public holidays
	NoClass    Days = "no_class"    // neither: weekends, holidays, public holidays
)

// AllDays lists the kinds of days.
func AllDays() []Days { return []Days{SchoolDays, Holidays, NoClass} }

// Have reports whether a day of the calendar is one of them.
func (d Days) Have(day calendar.Day) bool {
	switch d {
	case SchoolDays:
		return day.School()
	case Holidays:
		return day.Off()
	case NoClass:
		return !day.School()
	}
	return false
}

// OnDays is a schedule that is kept on some days of the calendar of some schools only. The day is the one on which it is
// due on their own clock, whatever clock its times are read on.
type OnDays struct {
	Schedule cron.Schedule
	Schools  *calendar.Schools
	Only     Days
}

// farthestDays is how many days ahead Next looks: more than any calendar has without a holiday.
const farthestDays = 400

// Next implements cron.Schedule. It is zero where nothing is due on such a day in more than a year.
func (s *OnDays) Next(t time.Time) time.Time {
	end := t.AddDate(0, 0, farthestDays)
	for at := s.Schedule.Next(t); !at.IsZero() && at.Before(end); {
		date := calendar.DateOf(at.In(s.Schools.Clock()))
		if s.Only.Have(s.Schools.Day(date, calendar.AllLevels)) {
			return at
		}
		at = s.Schedule.Next((date + 1).At(0, s.Schools.Clock()).Add(-time.Nanosecond)) // no other time of this day will do
	}
	return time.Time{}
}
