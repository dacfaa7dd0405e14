package config

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
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
