package bot_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// parsed is a cron expression on a clock, as the configuration reads it.
func parsed(t testing.TB, spec, clock string) cron.Schedule {
	t.Helper()
	s, err := cron.ParseStandard(spec)
	if err != nil {
		t.Fatal(err)
	}
	location, err := time.LoadLocation(clock)
	if err != nil {
		t.Fatal(err)
	}
	if times, ok := s.(*cron.SpecSchedule); ok {
		times.Location = location
	}
	return s
}

// unmoved is a name whose share of a schedule's interval is nothing, so that tests can name times.
func unmoved(t testing.TB) string {
	t.Helper()
	every, day := cron.Every(time.Hour), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100_000 {
		name := fmt.Sprint("essai/", i)
		if bot.Spread(every, name).Next(day.Add(-time.Second)).Equal(day) && shiftOf(t, name) == 0 {
			return name
		}
	}
	t.Fatal("no name found")
	return ""
}

// shiftOf is how much later than the minute a check of clock times starts.
func shiftOf(t testing.TB, name string) time.Duration {
	t.Helper()
	at := bot.Spread(parsed(t, "0 8 * * *", "UTC"), name).Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	return at.Sub(time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC))
}

// TestClockChanges holds the schedules to what people mean by them on the days when the clock is put forward and back.
// The library alone leaves out the second case and doubles the fourth.
func TestClockChanges(t *testing.T) {
	name := unmoved(t)
	spring, autumn := "2026-03-28T23:00:00Z", "2026-10-24T22:00:00Z" // midnight in Paris
	for _, test := range []struct {
		what, spec, clock, from string
		hours                   int
		want                    []string
	}{
		{"before the gap", "30 1 * * *", "Europe/Paris", spring, 23, []string{"29 01:30 CET"}},
		{"in the gap", "30 2 * * *", "Europe/Paris", spring, 23, []string{"29 03:00 CEST"}},
		{"two in the gap are one", "0,30 2 * * *", "Europe/Paris", spring, 23, []string{"29 03:00 CEST"}},
		{"in the hour that comes twice", "30 2 * * *", "Europe/Paris", autumn, 25, []string{"25 02:30 CEST"}},
		{"after it", "30 3 * * *", "Europe/Paris", autumn, 25, []string{"25 03:30 CET"}},
		{"on a list of hours", "15 1-4 * * *", "Europe/Paris", autumn, 25, []string{"25 01:15 CEST", "25 02:15 CEST", "25 03:15 CET", "25 04:15 CET"}},
		{"every hour in spring", "0 * * * *", "Europe/Paris", "2026-03-29T00:30:00Z", 2, []string{"29 03:00 CEST", "29 04:00 CEST"}},
		{"every hour in autumn", "0 * * * *", "Europe/Paris", "2026-10-24T23:30:00Z", 3, []string{"25 02:00 CEST", "25 02:00 CET", "25 03:00 CET"}},
		{"a rhythm goes on", "*/15 2 * * *", "Europe/Paris", autumn, 25, []string{
			"25 02:00 CEST", "25 02:15 CEST", "25 02:30 CEST", "25 02:45 CEST", "25 02:00 CET", "25 02:15 CET", "25 02:30 CET", "25 02:45 CET",
		}},
		{"a rhythm over a gap", "*/15 2 * * *", "Europe/Paris", spring, 23, []string{"29 03:00 CEST"}},
		{"a clock without changes", "30 2 * * *", "Indian/Reunion", autumn, 24, []string{"25 02:30 +04"}},
		{"other dates for the change", "30 2 * * *", "America/Miquelon", "2026-03-08T03:00:00Z", 23, []string{"8 03:00 -02"}},
		{"a gap of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", 23, []string{"4 02:30 +11"}},
	} {
		t.Run(test.what, func(t *testing.T) {
			s := bot.Spread(parsed(t, test.spec, test.clock), name)
			location, _ := time.LoadLocation(test.clock)
			at, _ := time.Parse(time.RFC3339, test.from)
			end := at.Add(time.Duration(test.hours) * time.Hour)
			var got []string
			for at = s.Next(at.Add(-time.Second)); at.Before(end); at = s.Next(at) {
				got = append(got, at.In(location).Format("2 15:04 MST"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestADailyCheckRunsOnceADay counts the runs of each date over four years, at every time of day, on every clock of
// the French territories, asking from arbitrary moments.
func TestADailyCheckRunsOnceADay(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	clocks := []string{"Australia/Lord_Howe", "America/Sao_Paulo"}
	for _, zone := range calendar.Zones() {
		clocks = append(clocks, zone.Timezone)
	}
	for _, clock := range clocks {
		location, err := time.LoadLocation(clock)
		if err != nil {
			t.Fatal(err)
		}
		spec := fmt.Sprintf("%d %d * * *", random.IntN(60), random.IntN(5))
		s := bot.Spread(parsed(t, spec, clock), "essai")
		at := time.Date(2016, 1, 1, 12, 0, 0, 0, location)
		for day := 1; day < 4*365; day++ {
			for range random.IntN(3) { // a later question before the run gives the same answer
				if next, asked := s.Next(at), at.Add(time.Duration(random.Int64N(int64(s.Next(at).Sub(at))))); !s.Next(asked).Equal(next) {
					t.Fatalf("%s %s: from %v the next is %v, from %v %v", spec, clock, at, next, asked, s.Next(asked))
				}
			}
			at = s.Next(at)
			want := time.Date(2016, 1, 1+day, 12, 0, 0, 0, location).Format(time.DateOnly)
			if got := at.In(location).Format(time.DateOnly); got != want {
				t.Fatalf("%s %s: ran on %s, want %s", spec, clock, got, want)
			}
		}
	}
}

// TestSpreadIsStableAndEven asks that a restart moves no check, and that no moment is crowded.
func TestSpreadIsStableAndEven(t *testing.T) {
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	crowd := make(map[time.Time]int)
	for i := range 4000 {
		name := fmt.Sprint("ent/", i)
		s := bot.Spread(cron.Every(10*time.Second), name)
		first := s.Next(day)
		crowd[first]++
		if again := bot.Spread(cron.Every(10*time.Second), name).Next(day.Add(3 * time.Millisecond)); !again.Equal(first) {
			t.Fatalf("%s: %v, after a restart %v", name, first, again)
		}
		if gap := s.Next(first).Sub(first); gap != 10*time.Second {
			t.Fatalf("%s: %v between two runs", name, gap)
		}
	}
	for at, n := range crowd {
		if n > 150 { // 40 moments, 100 each
			t.Errorf("%d of 4000 checks start at %v", n, at)
		}
	}
	if len(crowd) != 40 {
		t.Errorf("the checks start at %d moments, want 40", len(crowd))
	}
}

// TestAScheduleThatIsNeverDue follows the library: no time.
func TestAScheduleThatIsNeverDue(t *testing.T) {
	if next := bot.Spread(parsed(t, "0 0 31 2 *", "Europe/Paris"), "essai").Next(time.Now()); !next.IsZero() {
		t.Error(next)
	}
}
