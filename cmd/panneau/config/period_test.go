package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

func TestPeriods(t *testing.T) {
	c, err := load(t, `
platforms:
  cned-college:
    open: [{from: 2026-12-01, to: 2026-12-05}]
  pronote:
    timezone: Indian/Reunion
    maintenance: [{start: "0 22 * * 3", lasts: 2h}]
    suspended: [{from: "2026-12-18 18:00", to: 2026-12-19}]
`)
	if err != nil {
		t.Fatal(err)
	}
	plan := func(id bot.PlatformID, at string) bot.Plan {
		for _, p := range c.Platforms {
			if p.ID == id {
				moment, err := time.Parse(time.RFC3339, at)
				if err != nil {
					t.Fatal(err)
				}
				return p.PlanAt(moment)
			}
		}
		t.Fatalf("%s is not watched", id)
		return bot.Plan{}
	}
	for _, test := range []struct {
		id   bot.PlatformID
		at   string
		want bot.Plan
	}{
		{"cned-college", "2026-11-30T23:30:00+01:00", bot.Plan{Closed: true}},
		{"cned-college", "2026-12-01T00:00:00+01:00", bot.Plan{}},
		{"cned-college", "2026-12-05T23:59:00+01:00", bot.Plan{}},
		{"cned-college", "2026-12-06T00:00:00+01:00", bot.Plan{Closed: true}},
		{"pronote", "2026-12-02T21:59:00+04:00", bot.Plan{}},
		{"pronote", "2026-12-02T22:00:00+04:00", bot.Plan{Maintenance: true}},
		{"pronote", "2026-12-03T00:00:00+04:00", bot.Plan{}},
		{"pronote", "2026-12-18T18:00:00+04:00", bot.Plan{Suspended: true}},
		{"pronote", "2026-12-20T00:00:00+04:00", bot.Plan{Returning: true}},
	} {
		if got := plan(test.id, test.at); got != test.want {
			t.Errorf("%s at %s: %+v, want %+v", test.id, test.at, got, test.want)
		}
	}
}

// TestPeriodsOfTheSchoolCalendar reads windows that come back on some days of a zone's calendar: over the change of
// clocks within the autumn holidays of 2026 (17 October to 1 November), and where the platform's clock shows another day
// than the schools'.
func TestPeriodsOfTheSchoolCalendar(t *testing.T) {
	c, err := load(t, `
platforms:
  pronote:
    maintenance: [{start: "0 22 * * *", lasts: 4h, only: holidays, zone: Lille}]
    suspended: [{start: "30 2 * * *", lasts: 1h, only: no_class, zone: Lille}]
  educonnect:
    timezone: Indian/Reunion
    maintenance: [{start: "0 1 * * *", lasts: 1h, only: holidays, zone: Lille}]
    suspended: [{start: "0 12 * * *", lasts: 1h, only: school_days, zone: la-reunion}]
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		id                     bot.PlatformID
		at                     string
		maintenance, suspended bool
	}{
		{"pronote", "2026-10-16T22:30:00+02:00", false, false}, // the last day of class
		{"pronote", "2026-10-17T02:40:00+02:00", false, true},  // a Saturday
		{"pronote", "2026-10-17T22:30:00+02:00", true, false},
		{"pronote", "2026-10-18T01:59:00+02:00", true, false},
		{"pronote", "2026-10-18T02:00:00+02:00", false, false},
		{"pronote", "2026-10-25T01:59:00+02:00", true, false},
		{"pronote", "2026-10-25T02:45:00+02:00", false, true}, // the first time that the clock shows it
		{"pronote", "2026-10-25T02:45:00+01:00", false, true}, // the second time: such windows come back with the hour
		{"pronote", "2026-10-25T23:00:00+01:00", true, false},
		{"pronote", "2026-11-01T22:30:00+01:00", true, false}, // a public holiday within the holidays
		{"pronote", "2026-11-02T01:30:00+01:00", true, false}, // it began on a holiday
		{"pronote", "2026-11-02T22:30:00+01:00", false, false},
		{"pronote", "2026-11-11T22:30:00+01:00", true, false},     // a public holiday
		{"educonnect", "2026-10-17T01:30:00+04:00", false, false}, // still the 16th for the schools
		{"educonnect", "2026-10-18T01:30:00+04:00", true, false},
		{"educonnect", "2026-11-02T01:30:00+04:00", true, false}, // the 1st for the schools
		{"educonnect", "2026-11-03T01:30:00+04:00", false, false},
		{"educonnect", "2026-10-12T12:30:00+04:00", false, false}, // holidays there
		{"educonnect", "2026-10-27T12:30:00+04:00", false, true},  // class there
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(c.Platforms, func(p Platform) bool { return p.ID == test.id })
		plan := c.Platforms[i].PlanAt(at)
		if plan.Maintenance != test.maintenance || plan.Suspended != test.suspended {
			t.Errorf("%s at %s: maintenance %v, suspended %v", test.id, test.at, plan.Maintenance, plan.Suspended)
		}
	}
}

// TestAnotherCalendar: a calendar that was imported moves the windows that follow the calendar.
func TestAnotherCalendar(t *testing.T) {
	c, err := load(t, `platforms: {pronote: {maintenance: [{start: "0 22 * * *", lasts: 4h, only: holidays, zone: Lille}]}}`)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Keep(func() (*calendar.Almanac, error) { return calendar.Of(nil), nil }); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(c.Platforms, func(p Platform) bool { return p.ID == "pronote" })
	if c.Platforms[i].PlanAt(time.Date(2026, 10, 20, 21, 0, 0, 0, time.UTC)).Maintenance {
		t.Error("holidays that the other calendar does not have")
	}
}

func TestBadPeriodsOfTheSchoolCalendar(t *testing.T) {
	for text, want := range map[string]string{
		`{start: "0 22 * * *", lasts: 4h, only: vacances, zone: Lille}`:        `only : jours inconnus « vacances »`,
		`{start: "0 22 * * *", lasts: 4h, only: holidays}`:                     "zone",
		`{start: "0 22 * * *", lasts: 4h, only: holidays, zone: Lilliput}`:     "zone : zone ou académie inconnue",
		`{start: "0 22 * * *", lasts: 4h, zone: Lille}`:                        "only : jours inconnus",
		`{start: "0 22 * * *", end: "0 4 * * *", only: holidays, zone: Lille}`: "only : des jours du calendrier scolaire",
		`{from: 2026-12-01, to: 2026-12-02, only: holidays, zone: Lille}`:      "only : des jours du calendrier scolaire",
	} {
		_, err := load(t, "platforms: {pronote: {maintenance: ["+text+"]}}")
		if err == nil || !strings.Contains(err.Error(), "platforms.pronote.maintenance[1]."+want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
