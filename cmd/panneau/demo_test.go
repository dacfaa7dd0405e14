package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
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

// TestDemoSaysWhatIsSaid: on each chat platform alone, two statements that contradict each other stand side by side in the
// message of the platform that they are about, and nothing rings for them; what is about no outage is told to no chat.
func TestDemoSaysWhatIsSaid(t *testing.T) {
	const story = `title: Essai
start: "2026-09-01 07:00"
end: "2026-09-01 08:30"
events:
  - {at: "07:30", platform: enthdf, page: error}
  - {at: "07:40", quote: Une attaque est en cours, author: Le ministère, about: [enthdf, pcn], source: son site, link: "https://www.exemple.fr/a"}
  - {at: "07:50", quote: Cette information est erronée, author: l’hébergeur, about: [enthdf], source: un journal}
  - {at: "07:55", quote: Je suis inquiet, author: un parent, source: un journal}
  - {at: "08:00", quote: Tout va bien à Paris, author: la Ville, about: [pcn], source: son site}
`
	for account, c := range map[string]string{
		"{platform: telegram, token: {env: T}}":                                          `"-1001"`,
		"{platform: slack, token: {env: T}, app_token: {env: A}, command: /ecole}":       "C0CHAT000",
		`{platform: discord, token: {env: T}, operators: {claire: "80351110224678912"}}`: `"2000000000000000000"`,
	} {
		dir := t.TempDir()
		files := map[string]string{
			"histoire.yaml": story,
			"panneau.yaml": "accounts:\n  chat: " + account + "\ndestinations:\n  - {account: chat, channel: " + c +
				", audience: families, zone: Lille, follows: [enthdf, pcn]}\n",
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, out := demoMain()
		page := filepath.Join(dir, "chats.html")
		err := m.demonstrate(t.Context(), demoOptions{config: filepath.Join(dir, "panneau.yaml"), story: filepath.Join(dir, "histoire.yaml"), once: true, html: page})
		if err != nil || !strings.Contains(plain(out.String()), "chat (families) : messages vivants 1, modifications 2, messages courts 0, sonneries 1") {
			t.Errorf("%s: %v\n%s", account, err, out)
		}
		drawn, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		shown := plain(regexp.MustCompile(`(<[^>]*>|\s)+`).ReplaceAllString(string(drawn), " "))
		one := strings.Index(shown, "Selon le ministère (7 h 40) : « Une attaque est en cours »")
		other := strings.Index(shown, "Selon l'hébergeur (7 h 50) : « Cette information est erronée »")
		if one < 0 || other < one || !strings.Contains(string(drawn), `href="https://www.exemple.fr/a"`) ||
			strings.Contains(shown, "inquiet") || strings.Contains(shown, "Paris") {
			t.Errorf("%s shows\n%s", account, shown)
		}
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
		"about":    {`{at: "8:00", quote: Tout va bien, author: le maire, source: son site, about: [enthdf, enthfd]}`, "histoire.yaml:5: events[1].about[2] : valeur inconnue « enthfd ». Remède : "},
		"author":   {`{at: "8:00", quote: Tout va bien, author: "le maire : un élu", source: son site}`, "histoire.yaml:5: events[1].author : cet auteur ne peut pas suivre"},
		"words":    {`{at: "8:00", quote: "il dit « oui »", author: le maire, source: son site}`, "histoire.yaml:5: events[1].quote : cette citation ne peut pas être publiée telle quelle"},
		"link":     {`{at: "8:00", quote: Tout va bien, author: le maire, source: son site, link: "http://exemple.fr"}`, "histoire.yaml:5: events[1].link : cette adresse n'est pas celle d'une page publique"},
		"no quote": {`{at: "8:00", platform: enthdf, page: down, about: [enthdf]}`, "histoire.yaml:5: events[1].about : cette clé ne va qu'avec quote"},
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

// TestDemoMissesWhatWasNotPublished: what the operator typed and nobody reads is a broken promise.
func TestDemoMissesWhatWasNotPublished(t *testing.T) {
	one := bot.Statement{Incident: 1, Author: "le ministère", Text: "a\u00a0b"}
	kept := one
	kept.Text = "a b"
	for name, c := range map[string]struct {
		said   []bot.Statement
		broken int
	}{
		"it is there": {[]bot.Statement{kept}, 0}, "it is not": {nil, 1}, "another": {[]bot.Statement{{Incident: 1, Text: "b"}}, 1},
		"twice": {[]bot.Statement{kept, kept}, 1},
	} {
		var r report
		r.judgeSaid([]bot.Statement{one}, map[bot.IncidentID][]bot.Statement{1: c.said})
		if len(r.broken) != c.broken {
			t.Errorf("%s: %q, want %d", name, r.broken, c.broken)
		}
	}
}

// TestDemoLeavesASlowPage: a story that is ended while a page is on its way does not wait for it.
func TestDemoLeavesASlowPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &streets{fronts: map[string]front{"exemple.fr": {platform: "ent"}}, pages: map[bot.PlatformID]string{"ent": "slow"}}
		for limit, want := range map[time.Duration]time.Duration{time.Second: time.Second, time.Minute: slowness} {
			ctx, stop := context.WithTimeout(t.Context(), limit)
			began := time.Now()
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "http://exemple.fr/", nil))
			stop()
			if took := time.Since(began); took != want {
				t.Errorf("with %s left a page takes %s, want %s", limit, took, want)
			}
		}
		s, _ = newStreets([]config.Platform{{Platform: bot.Platform{ID: "ent"}, Checks: []config.Check{{Spec: checks.Spec{URL: "http://exemple.fr/"}}}}})
		for _, page := range []string{"slow", "down"} {
			s.apply(config.Event{Platform: "ent", Page: page})
			go func() {
				s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), http.MethodGet, "http://exemple.fr/", nil))
			}()
			go func() { _, _ = s.dial(context.Background(), "tcp", "exemple.fr:80") }()
		}
		synctest.Wait()
		if err := s.leave(); err != nil { // what still waits then would be a deadlock of the bubble
			t.Error(err)
		}
	})
}
