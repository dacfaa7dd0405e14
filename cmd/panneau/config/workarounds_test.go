package config

import (
	"slices"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

func TestWorkarounds(t *testing.T) {
	c, err := load(t, `
workarounds:
  hidden: [franceconnect]
  own:
    - text: Les devoirs sont affichés à l’entrée.
      failing: [ent, pronote]
      readers: [families]
      through: [tchap]
      from: 2026-12-01
      until: 2026-12-05
`)
	if err != nil {
		t.Fatal(err)
	}
	own := c.Workarounds[0]
	if own.Text == "" || !slices.Contains(own.Failing, "enthdf") || !slices.Contains(own.Failing, "pronote") ||
		!slices.Equal(own.Through, []bot.PlatformID{"tchap"}) || !slices.Equal(own.Readers, []bot.Audience{bot.Families}) {
		t.Errorf("got %+v", own)
	}
	if from, until := own.From.Format(time.DateTime), own.Until.Format(time.DateTime); from != "2026-12-01 00:00:00" || until != "2026-12-06 00:00:00" {
		t.Errorf("it holds from %s until %s", from, until)
	}
	hidden := func(w bot.Workaround) bool { return w.ID == "franceconnect" }
	if len(c.Workarounds) < 10 || slices.ContainsFunc(c.Workarounds, hidden) {
		t.Errorf("got %d workarounds, with the hidden one: %v", len(c.Workarounds), slices.ContainsFunc(c.Workarounds, hidden))
	}
}
