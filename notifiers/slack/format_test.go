package slack_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// indented is a payload as Slack keeps it, easier to read.
func indented(t *testing.T, raw string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(raw), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

func TestPayloads(t *testing.T) {
	for name, m := range map[string]bot.Message{
		"bulletin": bulletin(), "resolved": resolved(), "back": back(), "overview": overview(), "nasty": nasty(),
		"right-to-left": rightToLeft(), "long": long(),
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			if _, err := c.Post(t.Context(), posting(m)); err != nil {
				t.Fatal(err)
			}
			var payloads, texts strings.Builder
			for _, shown := range c.Shown(channel) {
				payloads.WriteString(indented(t, shown.Raw))
				texts.WriteString(shown.Text + "\n---\n")
			}
			golden(t, name+".json", payloads.String())
			golden(t, name+".txt", texts.String())
			c.faultless(t)
		})
	}
}

func TestNothingTypedBecomesMarkup(t *testing.T) {
	c := open(t)
	m := nasty()
	if _, err := c.Post(t.Context(), posting(m)); err != nil {
		t.Fatal(err)
	}
	shown := c.Shown(channel)[0].Text
	for _, text := range []string{
		m.Title, m.Summary, m.Facts[0].Label, m.Facts[0].Value, m.Sections[0].Heading, m.Sections[0].Text[0],
		m.Sections[0].Items[0], m.Links[0].Text, m.Links[1].Text + " javascript:alert(1)", m.Footer,
	} {
		if !strings.Contains(shown, text) {
			t.Errorf("a reader does not see %q in\n%s", text, shown)
		}
	}
	if n := c.Pings(); n > 0 {
		t.Errorf("%d people or groups were pinged", n)
	}
}

func TestHeadersShowEntitiesAsTyped(t *testing.T) {
	for _, title := range []string{"a &amp; b", "a &lt; b", strings.Repeat("long ", 40) + "titre", "deux\nlignes", "R&D <b>"} {
		c := open(t)
		if _, err := c.Post(t.Context(), posting(bot.Message{Lang: "fr", Title: title})); err != nil {
			t.Fatal(err)
		}
		if shown := c.Shown(channel)[0].Text; shown != title {
			t.Errorf("title %q is shown as %q", title, shown)
		}
		c.faultless(t)
	}
}

func TestDividedMessageLosesNothing(t *testing.T) {
	c := open(t)
	m := long()
	r, err := c.Post(t.Context(), posting(m))
	if err != nil {
		t.Fatal(err)
	}
	shown := c.Shown(channel)
	if len(r.IDs) < 2 || len(shown) != len(r.IDs) {
		t.Fatalf("%d messages for %d parts, want the same number, more than one", len(shown), len(r.IDs))
	}
	var all string
	for i, one := range shown {
		if one.ID != r.IDs[i] {
			t.Errorf("part %d is message %s, want %s", i, one.ID, r.IDs[i])
		}
		if i > 0 && (one.Audible || one.Thread != r.IDs[0]) {
			t.Errorf("part %d is audible or outside of the thread of the first one: %+v", i, one)
		}
		all += one.Text + "\n"
	}
	for _, s := range m.Sections {
		for _, text := range s.Text {
			if !strings.Contains(all, strings.TrimSpace(text)) {
				t.Errorf("section %s is not shown", s.Heading)
			}
		}
	}
	c.faultless(t)
}

func FuzzPost(f *testing.F) {
	f.Add("Pronote", "Il est 8 h", "x")
	f.Add("<!channel> &amp;", strings.Repeat("é&", 3000), "\u200f\x00\xff")
	f.Add("", "", "\n")
	f.Fuzz(func(t *testing.T, title, text, item string) {
		c := open(t)
		m := bot.Message{
			Lang: "fr", Title: title, Summary: text, Sections: []bot.Section{{Items: []string{item, text}}},
			Links: []bot.Link{{Text: title, URL: item}}, Footer: item,
		}
		_, err := c.Post(t.Context(), posting(m))
		if err != nil && !strings.HasPrefix(err.Error(), string(bot.KindRejected)) {
			t.Fatal(err)
		}
		c.faultless(t)
		if c.Pings() > 0 {
			t.Errorf("somebody was pinged by %q, %q, %q", title, text, item)
		}
	})
}
