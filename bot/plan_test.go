package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
)

func TestPlans(t *testing.T) {
	nightly, err := cron.ParseStandard("CRON_TZ=UTC 0 22 * * 3") // Wednesdays
	if err != nil {
		t.Fatal(err)
	}
	p := bot.Platform{
		OnDemand: true, Openings: []bot.Period{{From: minute(0), To: minute(30)}},
		Maintenances: []bot.Period{{Start: nightly, Length: 2 * time.Hour}},
		Suspensions:  []bot.Period{{From: minute(10), To: minute(20)}},
	}
	wednesday := time.Date(2021, 4, 7, 22, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		at   time.Time
		want bot.Plan
	}{
		{minute(0), bot.Plan{}},
		{minute(10), bot.Plan{Suspended: true}},
		{minute(20), bot.Plan{Returning: true}},
		{minute(25), bot.Plan{}},
		{minute(30), bot.Plan{Closed: true}},
		{wednesday.Add(-time.Second), bot.Plan{Closed: true}},
		{wednesday, bot.Plan{Closed: true, Maintenance: true}},
		{wednesday.Add(2*time.Hour - time.Second), bot.Plan{Closed: true, Maintenance: true}},
		{wednesday.Add(2 * time.Hour), bot.Plan{Closed: true}},
	} {
		if diff := cmp.Diff(test.want, p.PlanAt(test.at)); diff != "" {
			t.Errorf("at %v: %s", test.at, diff)
		}
	}
}

func TestWhatIsPlannedIsNoOutage(t *testing.T) {
	var during, always bot.Plan
	during.Maintenance, always.Closed = true, true
	for _, test := range []struct {
		name, story, want string
		plan              func(minute int) bot.Plan
	}{
		{"closed while it is not opened", "ddddd", "closed@2/2", func(int) bot.Plan { return always }},
		{"open without having been announced", "uuu", "normal@0/0", func(int) bot.Plan { return always }},
		{"a maintenance that ends in time", "udddduuuu", "normal@0/0 maintenance@3/3 normal@5/6", func(i int) bot.Plan {
			return bot.Plan{Maintenance: i < 6}
		}},
		{"a maintenance that overruns counts from its end", "uddddddd", "normal@0/0 maintenance@3/3 down@6/6", func(i int) bot.Plan {
			return bot.Plan{Maintenance: i < 6}
		}},
		{"a maintenance that nobody notices", "uuuu", "normal@0/0", func(int) bot.Plan { return during }},
		{"not back at the minute, and then", "ddddduuu", "suspended@0/0 normal@5/6", func(i int) bot.Plan {
			return bot.Plan{Suspended: i < 3, Returning: i < 8}
		}},
		{"switched off by decision, whatever is seen", "uuddd", "normal@0/0 suspended@1/1", func(i int) bot.Plan {
			return bot.Plan{Suspended: i >= 1}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, judgedUnder(test.story, test.plan)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAFreezeOfTheNightKeepsToTheClock: from 20 h to 7 h and over the weekend, also where the clock changes in it; what
// does not come back at the minute is given some.
func TestAFreezeOfTheNightKeepsToTheClock(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := func(spec string) cron.Schedule {
		s, err := cron.ParseStandard("CRON_TZ=Europe/Paris " + spec)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	frozen := bot.Platform{Suspensions: []bot.Period{{Start: at("0 20 * * 1-5"), End: at("0 7 * * 1-5")}}}
	for text, want := range map[string]bot.Plan{
		"2026-10-22 19:59": {}, "2026-10-22 20:00": {Suspended: true}, // a Thursday
		"2026-10-23 06:59": {Suspended: true, Returning: true}, "2026-10-23 07:00": {Returning: true}, "2026-10-23 07:05": {},
		"2026-10-24 12:00": {Suspended: true, Returning: true}, // Saturday; the clocks change in the night to Sunday
		"2026-10-26 06:30": {Suspended: true, Returning: true}, "2026-10-26 07:06": {},
		"2027-03-28 03:30": {Suspended: true, Returning: true}, "2027-03-29 06:59": {Suspended: true, Returning: true},
		"2027-03-29 07:30": {},
	} {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, paris)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, frozen.PlanAt(when)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// TestNextEndsByTheClock: what is announced of a period that ends by the clock ends when it does, also in the night of a
// change of the clock.
func TestNextEndsByTheClock(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	schedule := func(spec string) cron.Schedule {
		s, err := cron.ParseStandard("TZ=Europe/Paris " + spec)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	saturday := bot.Period{Start: schedule("0 22 * * 6"), End: schedule("0 7 * * 0")}
	from, to := saturday.Next(time.Date(2026, time.March, 26, 12, 0, 0, 0, paris))
	if want := time.Date(2026, time.March, 28, 22, 0, 0, 0, paris); !from.Equal(want) {
		t.Errorf("begins %v, want %v", from, want)
	}
	if want := time.Date(2026, time.March, 29, 7, 0, 0, 0, paris); !to.Equal(want) {
		t.Errorf("ends %v, want %v", to, want)
	}
}

func TestABusyServerIsSaturated(t *testing.T) {
	tracks := []bot.Track{{Check: "ent/a", Platform: "ent"}}
	for i := range 3 {
		v := verdictOf('x', "ent/a", minute(i))
		v.Evidence = bot.Evidence{Status: 503, RetryIn: 2 * time.Minute}
		tracks[0].Recent = append(tracks[0].Recent, v)
	}
	if got := bot.Judge(bot.Standing{}, tracks, bot.DefaultRule(), bot.Plan{}).Standing.Condition; got != bot.Saturated {
		t.Errorf("503 with Retry-After is %s", got)
	}
}

// TestR8FlappingIsBounded lets a platform come and go for six hours, at several rhythms: a chat hears a handful of
// messages, and of its end.
func TestR8FlappingIsBounded(t *testing.T) {
	for _, half := range []time.Duration{time.Minute, 4 * time.Minute, 12 * time.Minute, 25 * time.Minute} {
		t.Run(half.String(), func(t *testing.T) {
			onStage(t, []string{"-1"}, func(s *stage) {
				for end := time.Now().Add(6 * time.Hour); time.Now().Before(end); {
					s.see("ddd")
					time.Sleep(half - 3*time.Second)
					s.see("uu")
					for until := time.Now().Add(half - 2*time.Second); time.Now().Before(until); time.Sleep(time.Minute) {
						s.see("u")
					}
				}
				for range 90 {
					s.see("u")
					time.Sleep(time.Minute)
				}
				rings := len(s.chat.lines("-1"))
				t.Logf("down and up for %v each: %d audible messages", half, rings)
				if limit := 6; rings > limit {
					t.Errorf("%d audible messages in six hours, want at most %d: %q", rings, limit, s.chat.lines("-1"))
				}
				if lines := s.chat.lines("-1"); lines[len(lines)-1][:4] != "back" {
					t.Errorf("the end was not told: %q", lines)
				}
			})
		})
	}
}
