package statuspage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func TestSeen(t *testing.T) {
	start := time.Date(2027, 4, 6, 8, 0, 0, 0, time.UTC)
	hour := func(check bot.CheckID, vantage string, up, slow, down, unknown int) bot.Hour {
		return bot.Hour{Check: check, Vantage: vantage, Start: start, Up: up, Slow: slow, Down: down, Unknown: unknown}
	}
	got := seen([]bot.Hour{
		hour("a", "lille", 60, 0, 0, 0), hour("a", "lyon", 30, 0, 30, 0), // a quarter of what both saw
		hour("b", "lille", 50, 10, 0, 0), // ten minutes in sixty, at another check
		hour("c", "lille", 0, 0, 0, 60),  // nothing
	})
	want := []hourSeen{{start: int32(start.Unix() / 3600), slow: 10, down: 15}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(hourSeen{})); diff != "" {
		t.Error(diff)
	}
}

// TestSchoolHoursOfTheZone: the same outage counts where there is class at that hour of the local clock.
func TestSchoolHoursOfTheZone(t *testing.T) {
	s := morning(t)
	// Tuesday 9 March 2027, from 5 to 7 in UTC: 6 to 8 o'clock in Paris, 9 to 11 at La Réunion.
	bad := time.Date(2027, 3, 9, 5, 0, 0, 0, time.UTC)
	s.hours = func(p bot.PlatformID, from, until time.Time) []bot.Hour {
		var list []bot.Hour
		for start := from.Truncate(time.Hour); start.Before(until); start = start.Add(time.Hour) {
			h := bot.Hour{Platform: p, Check: "a", Start: start, Up: 60}
			if !start.Before(bad) && start.Before(bad.Add(2*time.Hour)) {
				h.Up, h.Down = 0, 60
			}
			list = append(list, h)
		}
		return list
	}
	page := newPage(t, s)
	get(t, page, "/")
	f := page.current.Load().facts
	find := func(query string) day {
		q, ok := page.filter(query)
		if !ok {
			t.Fatal(query)
		}
		for _, d := range page.days(f, q, "pronote") {
			if d.date.String() == "2027-03-09" {
				return d
			}
		}
		t.Fatal("the day is missing")
		return day{}
	}
	if d := find(""); d.down != 0 || d.level != levelCalm || d.hours != 10 {
		t.Errorf("for Paris: %+v", d)
	}
	if d := find("academie=la-reunion"); d.down != 120 || d.level != levelAlarm {
		t.Errorf("for La Réunion: %+v", d)
	}
	days := page.days(f, filter{}, "pronote")
	if len(days) != 90 || days[89].date.String() != "2027-04-06" {
		t.Errorf("%d days, the last is %s", len(days), days[len(days)-1].date)
	}
	for _, d := range days {
		if !d.school && (d.hours > 0 || d.down > 0) {
			t.Errorf("%s counts, and there is no class", d.date)
		}
	}
	text := strings.ReplaceAll(textOf(get(t, page, "/plateformes/pronote?academie=la-reunion").Body.String()), nbsp, " ")
	if !strings.Contains(text, "9 mars") || !strings.Contains(text, "inaccessible : 2 h") {
		t.Errorf("the day is not told in words: %s", text)
	}
}

func TestPercentIsNeverMoreThanTrue(t *testing.T) {
	for _, test := range []struct {
		part, whole int
		want        string
	}{{600, 600, "100"}, {59999, 60000, "99,9"}, {1, 60000, "0,1"}, {0, 60, "0,0"}, {994, 1000, "99,4"}} {
		if got := percent(test.part, test.whole, ","); got != test.want {
			t.Errorf("%d of %d: %s, want %s", test.part, test.whole, got, test.want)
		}
	}
}

func TestRuns(t *testing.T) {
	days := make([]day, 8)
	for i := range days {
		days[i].level, days[i].school = levelCalm, i != 3
	}
	days[6].level = levelAlarm
	if got := runs(days, []string{levelCalm}, "6.3"); got != "M0 6.3h3m1 0h2m1 0h1" {
		t.Error(got)
	}
}
