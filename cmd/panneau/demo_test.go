package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// demoMain is the program with what it prints.
func demoMain() (Main, *bytes.Buffer) {
	var out bytes.Buffer
	return Main{Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &out}, &out
}

// TestDemo plays every story of the program to its end, and holds its summary: for each chat one living message per
// incident, and what rang. The morning of 6 April 2021 is also drawn.
func TestDemo(t *testing.T) {
	names := storyNames()
	if raced { // one is enough for races
		names = []string{"acces-coupe"}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, out := demoMain()
			var logged bytes.Buffer
			m.Stderr = &logged
			page := filepath.Join(t.TempDir(), "chats.html")
			if err := m.demonstrate(t.Context(), demoOptions{story: name, once: true, html: page}); err != nil {
				t.Fatalf("%v\n%s\n%s", err, out, &logged)
			}
			golden(t, "demo/"+name+".txt", out.String())
			drawn, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			told := 0
			for _, n := range regexp.MustCompile(`(?:vivants|courts).(\d+)`).FindAllStringSubmatch(out.String(), -1) {
				count, err := strconv.Atoi(n[1])
				if err != nil {
					t.Fatal(err)
				}
				told += count
			}
			if n := len(regexp.MustCompile(`<article class="message">`).FindAll(drawn, -1)); n != told {
				t.Errorf("%d messages are drawn, want %d", n, told)
			}
		})
	}
}

// demoStory plays a story of a test.
func demoStory(t *testing.T, story string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "histoire.yaml")
	if err := os.WriteFile(file, []byte(story), 0o600); err != nil {
		t.Fatal(err)
	}
	m, out := demoMain()
	err := m.complain(m.demonstrate(t.Context(), demoOptions{story: file, once: true}))
	if err != exitOK {
		return plain(out.String()), errSaid
	}
	return plain(out.String()), nil
}

// TestDemoOfADocument plays the example of the operator's document: our own line is cut while all platforms work, and no
// chat hears of it; then a platform that comes and goes stays one message.
func TestDemoOfADocument(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "fr", "demonstration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(doc), "```yaml\n")
	story, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the document has no example")
	}
	text, err := demoStory(t, story)
	// Panneau tells the operator, not the chats, that its own line is cut: that is no broken promise.
	if err != nil || !strings.Contains(text, "telegram (families) : messages vivants 1,") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestDemoRefusesBadStories(t *testing.T) {
	for name, c := range map[string]struct{ events, want string }{
		"platform": {`{at: "8:00", platform: enthfd, page: down}`, `histoire.yaml:5: events[1].platform : valeur inconnue « enthfd ». Remède : `},
		"page":     {`{at: "8:00", platform: enthdf, page: broken}`, "events[1].page : valeur inconnue « broken »"},
		"time":     {`{at: "23:00", platform: enthdf, page: down}`, "events[1].at : ce moment est hors de l'histoire"},
		"quote":    {`{at: "8:00", quote: Tout va bien}`, "une citation sans auteur ou sans source"},
		"key":      {`{at: "8:00", plateform: enthdf, page: down}`, "clé inconnue « plateform »"},
		"nothing":  {`{at: "8:00"}`, "événement incomplet"},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := demoStory(t, "title: Essai\nstart: \"2026-09-01 07:00\"\nend: \"2026-09-01 09:00\"\nevents:\n  - "+c.events+"\n")
			if err == nil || !strings.Contains(text, c.want) {
				t.Errorf("no %q in\n%s", c.want, text)
			}
		})
	}
}

// TestDemoSeesBrokenPromises: the report is no formality.
func TestDemoSeesBrokenPromises(t *testing.T) {
	to := bot.Destination{ID: "parents", Account: "telegram", Audience: bot.Families}
	open := bot.Incident{ID: 1, Platform: "ent", Condition: bot.Unreachable, Revision: 2}
	over := open
	over.Condition, over.ResolvedAt = bot.Normal, opening()
	good := bot.Delivery{Incident: 1, Destination: "parents", Told: 2, Heard: bot.Unreachable, Receipt: bot.Receipt{Channel: "-1", IDs: []string{"7"}}}
	stale, lost := good, good
	stale.Told, lost.Receipt.IDs = 1, []string{"9"}
	message := emulator.Shown{ID: "7", Bot: true, Text: "a"}
	twice := []emulator.Shown{message, {ID: "8", Bot: true, Text: "a"}}
	for name, c := range map[string]struct {
		shown    []emulator.Shown
		incident bot.Incident
		delivery bot.Delivery
		broken   int
	}{
		"all is well": {[]emulator.Shown{message}, open, good, 0}, "twice": {twice, open, good, 2}, "stale": {[]emulator.Shown{message}, open, stale, 1},
		"lost": {[]emulator.Shown{message}, open, lost, 2}, "down without back": {[]emulator.Shown{message}, over, good, 1},
		"nothing": {nil, open, bot.Delivery{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var r report
			tasks := map[bot.DeliveryKey]bot.Task{{Incident: 1, Destination: "parents"}: {Delivery: c.delivery}}
			r.judgeChat(to, c.shown, []bot.Incident{c.incident}, tasks)
			if len(r.broken) != c.broken {
				t.Errorf("got %q, want %d", r.broken, c.broken)
			}
		})
	}
}
