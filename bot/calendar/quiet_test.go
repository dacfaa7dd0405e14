package calendar_test

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

func TestQuietUntil(t *testing.T) {
	standard := calendar.DefaultQuietHours()
	nights := calendar.QuietHours{From: calendar.Hour(20, 0), To: calendar.Hour(7, 0)}
	weekends := calendar.QuietHours{Weekends: true}
	siesta := calendar.QuietHours{From: calendar.Hour(12, 0), To: calendar.Hour(14, 0)}
	cases := []struct {
		why   string
		zone  string
		hours calendar.QuietHours
		at    string
		want  string // empty: not quiet
	}{
		{"a school morning", "Lille", standard, "2026-11-26T08:00:00+01:00", ""},
		{"the first minute of the day", "Lille", standard, "2026-11-26T07:00:00+01:00", ""},
		{"the last second of the night", "Lille", standard, "2026-11-26T06:59:59+01:00", "2026-11-26T07:00:00+01:00"},
		{"the evening", "Lille", standard, "2026-11-26T20:00:00+01:00", "2026-11-27T07:00:00+01:00"},
		{"Friday evening", "Lille", standard, "2026-11-27T21:00:00+01:00", "2026-11-30T07:00:00+01:00"},
		{"Sunday afternoon", "Lille", standard, "2026-11-29T15:00:00+01:00", "2026-11-30T07:00:00+01:00"},
		{"a public holiday on Wednesday", "Lille", standard, "2026-11-11T10:00:00+01:00", "2026-11-12T07:00:00+01:00"},
		{"Ascension and its bridge", "Lille", standard, "2027-05-06T10:00:00+02:00", "2027-05-10T07:00:00+02:00"},
		{"Christmas", "Lille", standard, "2026-12-18T20:00:00+01:00", "2027-01-04T07:00:00+01:00"},
		{"a Wednesday without class is not quiet", "Lille", standard, "2026-11-25T15:00:00+01:00", ""},
		{"an unknown day is not quiet", "Martinique", standard, "2026-11-26T10:00:00-04:00", ""},
		{"an unknown night is", "Martinique", standard, "2026-11-26T23:00:00-04:00", "2026-11-27T07:00:00-04:00"},
		{"morning in Nouméa, night in Paris", "nouvelle-caledonie", standard, "2026-11-26T00:00:00+01:00", ""},
		{"night in Nouméa, day in Paris", "nouvelle-caledonie", standard, "2026-11-26T10:00:00+01:00", "2026-11-27T07:00:00+11:00"},
		{"Nuku Hiva, half an hour after Tahiti", "Marquises", standard, "2026-11-26T06:45:00-09:30", "2026-11-26T07:00:00-09:30"},
		{"Tahiti at that moment", "polynesie", standard, "2026-11-26T06:45:00-09:30", "2026-11-26T07:00:00-10:00"},

		// Nights in which clocks change: 10 and 12 hours of silence where 11 are usual.
		{"summer time begins", "Lille", nights, "2027-03-27T20:00:00+01:00", "2027-03-28T07:00:00+02:00"},
		{"winter time begins", "Lille", nights, "2026-10-24T20:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		{"winter time, the hour that is twice", "Lille", nights, "2026-10-25T02:30:00+01:00", "2026-10-25T07:00:00+01:00"},
		{"Miquelon changes two weeks before Paris", "saint-pierre-et-miquelon", nights, "2027-03-13T20:00:00-03:00", "2027-03-14T07:00:00-02:00"},
		{"La Réunion never changes", "la-reunion", nights, "2027-03-27T20:00:00+04:00", "2027-03-28T07:00:00+04:00"},

		{"nights only, in the holidays", "Lille", nights, "2026-12-25T10:00:00+01:00", ""},
		{"weekends only, Friday night", "Lille", weekends, "2026-11-27T23:00:00+01:00", ""},
		{"weekends only", "Lille", weekends, "2026-11-28T00:00:00+01:00", "2026-11-30T00:00:00+01:00"},
		{"a weekend within holidays", "Lille", weekends, "2026-12-26T10:00:00+01:00", "2026-12-28T00:00:00+01:00"},
		{"within a day", "Lille", siesta, "2026-11-26T12:30:00+01:00", "2026-11-26T14:00:00+01:00"},
		{"before it", "Lille", siesta, "2026-11-26T11:59:00+01:00", ""},
		{"after it", "Lille", siesta, "2026-11-26T14:00:00+01:00", ""},
		{"never", "Lille", calendar.QuietHours{}, "2026-12-25T03:00:00+01:00", ""},
	}
	almanac := embedded(t)
	for _, c := range cases {
		at := moment(t, c.at)
		end, quiet := schoolsOf(t, almanac, c.zone).Quiet(c.hours).Until(at)
		want := at
		if c.want != "" {
			want = moment(t, c.want)
		}
		if quiet != (c.want != "") || !end.Equal(want) {
			t.Errorf("%s: quiet %v until %v, want until %q", c.why, quiet, end, c.want)
		}
	}
}

// TestQuietEnds walks through a year and a half of every zone: silence ends, its end is not quiet, and no moment before
// its end is loud.
func TestQuietEnds(t *testing.T) {
	almanac := embedded(t)
	for _, zone := range calendar.Zones() {
		s := schoolsOf(t, almanac, zone.ID)
		quiet := s.Quiet(calendar.DefaultQuietHours())
		t0 := date(t, "2026-01-01").At(0, s.Clock())
		var silence time.Time
		for at := t0; at.Before(t0.AddDate(1, 6, 0)); at = at.Add(97 * time.Minute) {
			end, silent := quiet.Until(at)
			switch again, still := quiet.Until(end); {
			case still || !again.Equal(end):
				t.Fatalf("%s: the silence of %v ends at %v, which is quiet", zone.ID, at, end)
			case silent && !end.After(at), !silent && !end.Equal(at):
				t.Fatalf("%s: quiet %v at %v until %v", zone.ID, silent, at, end)
			case at.Before(silence) && !end.Equal(silence):
				t.Fatalf("%s: at %v silence ends at %v, before it was to end at %v", zone.ID, at, end, silence)
			}
			if silent {
				silence = end
			}
		}
	}
}

func TestZeroQuietIsNeverQuiet(t *testing.T) {
	at := moment(t, "2026-12-25T03:00:00+01:00")
	if end, silent := (calendar.Quiet{}).Until(at); silent || !end.Equal(at) {
		t.Errorf("quiet %v until %v", silent, end)
	}
}

func TestAlwaysQuiet(t *testing.T) {
	s := schools(t, "a")
	at := moment(t, "2026-11-26T10:00:00+01:00")
	end, silent := s.Quiet(calendar.QuietHours{From: 0, To: calendar.Hour(24, 0)}).Until(at)
	if !silent || end.Sub(at) < 365*24*time.Hour {
		t.Errorf("quiet %v until %v", silent, end)
	}
}
