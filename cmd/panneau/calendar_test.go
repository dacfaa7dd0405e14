package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/locales"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCalendarSheets prints the calendar of every zone as of 26 November 2026, and years with something odd in them.
func TestCalendarSheets(t *testing.T) {
	known, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	today := calendar.On(2026, time.November, 26)
	type sheet struct{ zone, year string }
	sheets := []sheet{
		{"b", "2018-2019"}, {"b", "2025-2026"}, {"c", "2027-2028"}, {"corse", "2025-2026"}, {"polynesie", "2020-2021"},
		{"polynesie", "2025-2026"}, {"martinique", "2025-2026"}, {"saint-martin", "2025-2026"}, {"wallis-et-futuna", "2025"},
		{"moselle", ""}, {"marquises", ""},
	}
	for _, zone := range calendar.Zones() {
		sheets = append(sheets, sheet{zone.ID, ""})
	}
	for _, s := range sheets {
		zone, err := calendar.Find(s.zone)
		if err != nil {
			t.Fatal(err)
		}
		schools, err := known.Schools(zone)
		if err != nil {
			t.Fatal(err)
		}
		year, name := s.year, s.zone+".golden"
		if year == "" {
			year = yearOf(zone, today)
		} else {
			name = s.zone + "-" + year + ".golden"
		}
		golden(t, "calendar/"+name, locales.Typeset(calendarSheet{known, schools, zone, year, today}.String()))
	}
	text, err := calendarOverview(known, today.At(calendar.Hour(12, 0), time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "calendar/overview.golden", locales.Typeset(text))
}

// golden compares a page with the one in testdata, and holds it to the rules of French.
func golden(t *testing.T, name, got string) {
	t.Helper()
	columns := regexp.MustCompile(` {2,}`)
	for _, fault := range locales.Lint(columns.ReplaceAllString(got, " ")) {
		t.Errorf("%s: %v", name, fault)
	}
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestSchoolYearOfADay(t *testing.T) {
	for _, c := range []struct {
		zone       string
		year       int
		month      time.Month
		day        int
		want, last string
	}{
		{"a", 2026, time.July, 31, "2025-2026", "2024-2025"},
		{"a", 2026, time.August, 1, "2026-2027", "2025-2026"},
		{"nouvelle-caledonie", 2026, time.December, 31, "2026", "2025"},
	} {
		zone, err := calendar.Find(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got := yearOf(zone, calendar.On(c.year, c.month, c.day))
		if got != c.want || previousYear(got) != c.last || !validYear(zone, got) {
			t.Errorf("%+v: got %s after %s", c, got, previousYear(got))
		}
	}
	zone, err := calendar.Find("a")
	if err != nil {
		t.Fatal(err)
	}
	for _, year := range []string{"", "2026", "2026-2028", "26-27", "2026-2027-2028", "1026-1027"} {
		if validYear(zone, year) {
			t.Errorf("%q passes for a school year of zone A", year)
		}
	}
}
