package calendar

import (
	"errors"
	"time"
)

// Date is a day of the civil calendar, counted from 1 January 1970. It belongs to no time zone.
type Date int32

// On makes the date of a year, month and day. Days beyond the month's end run over, as with [time.Date].
func On(year int, month time.Month, day int) Date {
	seconds := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
	return Date((seconds - ((seconds%86400)+86400)%86400) / 86400)
}

// DateOf is the day that t's own clock shows.
func DateOf(t time.Time) Date { return On(t.Date()) }

// ParseDate reads « 2026-12-19 ».
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, errors.New("not a date like 2026-12-19")
	}
	return DateOf(t), nil
}

// Civil is the date as year, month and day.
func (d Date) Civil() (int, time.Month, int) { return d.At(0, time.UTC).Date() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) } // 1 January 1970 was a Thursday

// At is the moment at which the clock of a place shows a time of that day. Where a change of clocks leaves that time out,
// it is the moment that [time.Date] takes instead.
func (d Date) At(c Clock, place *time.Location) time.Time {
	return time.Date(1970, time.January, 1+int(d), int(c)/60, int(c)%60, 0, 0, place)
}

// String is the date as 2026-12-19.
func (d Date) String() string { return d.At(0, time.UTC).Format(time.DateOnly) }

// Clock is a time of day in minutes since midnight.
type Clock int16

// Hour is a full hour of the day, or a part of it.
func Hour(hour, minute int) Clock { return Clock(hour*60 + minute) }

// easter is Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, as given by Meeus).
func easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return On(year, time.Month(month), day)
}
