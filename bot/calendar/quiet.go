package calendar

import "time"

// QuietHours are the times at which a chat does not want to be rung.
type QuietHours struct {
	From, To Clock // every day, over midnight where From is later than To; none where they are equal
	Weekends bool  // the whole of Saturday and Sunday
	Holidays bool  // the whole of school holidays and public holidays
}

// DefaultQuietHours are those that the ministry set for updates of ENT and « vie scolaire » software: 20 h to 7 h and the
// whole weekend (circulaire du 10 juillet 2025); and the holidays.
func DefaultQuietHours() QuietHours {
	return QuietHours{From: Hour(20, 0), To: Hour(7, 0), Weekends: true, Holidays: true}
}

// Quiet is when a chat in a zone is not to be rung.
type Quiet struct {
	schools *Schools
	hours   QuietHours
}

// Quiet applies quiet hours to the calendar of the zone. A day that is not known is not quiet.
func (s *Schools) Quiet(h QuietHours) Quiet { return Quiet{s, h} }

// Until returns when the quiet time that holds at t ends. It is false where t is not quiet. The zero Quiet never is.
func (q Quiet) Until(t time.Time) (time.Time, bool) {
	if q.schools == nil {
		return t, false
	}
	today := DateOf(t.In(q.schools.clock))
	for d := today; d < today+farthest; d++ {
		if q.wholeDay(d) {
			continue
		}
		if open, ok := q.opening(d, t); ok {
			return open, open.After(t)
		}
	}
	return (today + farthest).At(0, q.schools.clock), true
}

// wholeDay reports whether a day is quiet from midnight to midnight.
func (q Quiet) wholeDay(d Date) bool {
	weekday := d.Weekday()
	if q.hours.Weekends && (weekday == time.Saturday || weekday == time.Sunday) {
		return true
	}
	return q.hours.Holidays && q.schools.Day(d, AllLevels).Off()
}

// opening is the first moment of a day, at t or after it, that is not quiet.
func (q Quiet) opening(d Date, t time.Time) (time.Time, bool) {
	from, to := q.hours.From, q.hours.To
	windows := [2]Hours{{0, 24 * 60}, {}}
	switch {
	case from > to:
		windows = [2]Hours{{to, from}, {}}
	case from < to:
		windows = [2]Hours{{0, from}, {to, 24 * 60}}
	}
	for _, w := range windows {
		if w.Empty() || !t.Before(d.At(w.To, q.schools.clock)) {
			continue
		}
		if start := d.At(w.From, q.schools.clock); start.After(t) {
			return start, true
		}
		return t, true
	}
	return time.Time{}, false
}
