package locales

import (
	"fmt"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// clockwork returns a writer on a Paris clock.
func clockwork(t *testing.T, lang string, now time.Time) *writer {
	t.Helper()
	w, err := renderer(t).newWriter(lang, bot.Families, bot.Place{Location: location(t, "Europe/Paris")}, now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// readClock reads every form of time that a text can hold.
func readClock(g *reader) {
	t := g.t
	now := school(t, 8, 5)
	w := clockwork(t, g.lang, now)
	put := func(of any, text phrase) { fmt.Fprintf(&g.b, "=== %v\n%s\n", of, w.seal(text)) }
	for day := range 14 {
		put(fmt.Sprintf("%d days before", day), w.at(now.AddDate(0, 0, -day)))
	}
	for month := range 13 {
		put(fmt.Sprintf("%d months before", month), w.since(now.AddDate(0, -month, -5)))
	}
	for _, d := range spans() {
		put("lasted "+d.String(), w.duration(d))
	}
	for _, d := range spans() {
		put("ago "+d.String(), w.ago(now.Add(-d)))
	}
	for _, d := range append(spans(), 90*time.Second, 15*time.Minute) {
		if d > 0 {
			put("every "+d.String(), w.every(d))
		}
	}
	for _, d := range []time.Duration{40 * time.Microsecond, 850 * time.Millisecond, time.Second, 2340 * time.Millisecond, 20 * time.Minute} {
		put("latency "+d.String(), w.latency(d))
	}
	if w.err != nil {
		t.Fatal(w.err)
	}
}

func spans() []time.Duration {
	day := 24 * time.Hour
	return []time.Duration{
		0, time.Second, 2 * time.Second, 40 * time.Second, time.Minute, 2 * time.Minute, 45*time.Minute + 59*time.Second,
		time.Hour, time.Hour + time.Minute, time.Hour + 20*time.Minute, 2 * time.Hour, 23*time.Hour + 59*time.Minute,
		day, day + time.Hour, day + time.Minute, 2*day + 3*time.Hour, 400 * day,
	}
}

func TestDurationsNeverGoBack(t *testing.T) {
	w := clockwork(t, "fr", school(t, 8, 5))
	for _, d := range []time.Duration{-time.Hour, -1} {
		if got := w.seal(w.duration(d)); got != "moins d’une minute" {
			t.Errorf("a duration of %v reads %q", d, got)
		}
		if got := w.seal(w.ago(w.now.Add(-d))); got != "à l’instant" {
			t.Errorf("%v from now reads %q", -d, got)
		}
	}
}
