package locales

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func readHelp(g *reader) {
	m, err := g.r.Help(g.lang, bot.Help{
		Calls: []bot.Call{
			{Command: "status", Typed: "/status", Arg: true}, {Command: "que_faire", Typed: "/que_faire", Arg: true},
			{Command: "aide", Typed: "/aide"},
		},
		PageURL: "https://panneau.example.org/",
	})
	g.add("Telegram", m, err)
	m, err = g.r.Help(g.lang, bot.Help{Calls: []bot.Call{{Command: "status", Typed: "/panneau status", Arg: true}}})
	g.add("Slack, without a page", m, err)
	m, err = g.r.Help(g.lang, bot.Help{Asked: "abbonner", Meant: "/abonner"})
	g.add("a word that is none", m, err)
	var calls []bot.Call
	for _, c := range bot.Commands() {
		if c.For != bot.ForOperators {
			calls = append(calls, bot.Call{Command: c.Name, Typed: "/" + c.Name, Arg: c.Option != ""})
		}
	}
	m, err = g.r.Help(g.lang, bot.Help{Calls: calls})
	g.add("for an administrator", m, err)
	m, err = g.r.Help(g.lang, bot.Help{})
	g.add("no commands", m, err)
}

func TestHelpKnowsOnlyCommandsWithTexts(t *testing.T) {
	_, err := renderer(t).Help("fr", bot.Help{Calls: []bot.Call{{Command: "danse", Typed: "/danse"}}})
	if err == nil || !strings.Contains(err.Error(), "command.danse.does") {
		t.Errorf("got %v, want an error that names the missing text", err)
	}
}

func readWelcome(g *reader) {
	w := bot.Welcome{
		Chat: bot.Telegram, Account: "telegram-parents", Channel: "-1001234567890", Status: "/status", Help: "/aide",
		PageURL: "https://panneau.example.org/",
	}
	m, err := g.r.Welcome(g.lang, w)
	g.add("not subscribed", m, err)
	w.Subscribe = "/abonner"
	m, err = g.r.Welcome(g.lang, w)
	g.add("not subscribed, where chats may subscribe themselves", m, err)
	w.Follows = []bot.Platform{{Name: "Pronote"}, {Name: "Mon ENT Occitanie"}, {Name: "Ma classe à la maison"}}
	m, err = g.r.Welcome(g.lang, w)
	g.add("subscribed", m, err)
	w.Audience = bot.Staff
	m, err = g.r.Welcome(g.lang, w)
	g.add("subscribed, staff", m, err)
	w.Follows = nil
	m, err = g.r.Welcome(g.lang, w)
	g.add("subscribed to everything", m, err)
	m, err = g.r.Welcome(g.lang, bot.Welcome{Chat: bot.Console, Account: "console", Channel: "console"})
	g.add("no commands", m, err)
}

func TestWelcomeShowsTheIdentifierAsItIs(t *testing.T) {
	m, err := renderer(t).Welcome("fr", bot.Welcome{Account: "telegram-parents", Channel: "-1001234567890"})
	if err != nil {
		t.Fatal(err)
	}
	want := []bot.Fact{{Label: "Compte", Value: "telegram-parents"}, {Label: "Identifiant de la conversation", Value: "-1001234567890"}}
	if diff := cmp.Diff(want, m.Facts); diff != "" {
		t.Error(diff)
	}
}

func TestTerminal(t *testing.T) {
	g := newReader(t)
	data := map[string]any{
		"Version": "v1.2.0", "URL": "http://127.0.0.1:54321/", "File": "/srv/l'école/panneau.yaml", "Folder": "/srv/panneau-data",
		"Address": "127.0.0.1:54321", "Account": "telegram-parents", "Channel": "-1001234567890",
		"Why":  "La messagerie ne répond pas.",
		"Host": "ent.exemple.fr:443", "Platform": "ent-demo",
		"Backup": "/srv/panneau-data/backups/panneau-20210406T014000Z.db", "When": "06/04/2021 à 3\u00a0h\u00a040",
		"Aside": "/srv/panneau-data/panneau.db.damaged-20210406T061500Z", "Size": "12,3\u00a0Mo",
		"Day": "2021-04-06", "Seen": 8640, "Told": 12, "Title": "Le 06/04/2021, tel que les contrôles l’ont vu.", "Chat": "familles",
		"Decision": "08:00:15 Pronote\u00a0: inaccessible (refused)", "Delay": "5,0", "Before": "08:00:20",
		"Name": "lyon", "Names": "lyon, lille", "Split": "inaccessible depuis 1 point de contrôle sur 3",
		"Who": "claire", "Prefix": "/", "Moment": "8\u00a0h\u00a005", "Number": "12",
	}
	for _, key := range keysBelow(g.r.texts["fr"], "terminal.") {
		for _, count := range []int{0, 1, 71} {
			data["Count"] = count
			text, err := g.r.Text("fr", key, data)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&g.b, "=== %s, %d\n%s\n", key, count, text)
			if g.r.texts["fr"].messages[key].One == "" {
				break
			}
		}
	}
	g.compare("terminal")
}

func keysBelow(c *catalogue, prefix string) []string {
	var keys []string
	for key := range c.messages {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestConditionNames(t *testing.T) {
	r := renderer(t)
	for _, c := range append(bot.Conditions(), bot.NotYetKnown) {
		name, err := r.Condition("fr", c)
		if err != nil || name == "" || strings.ToLower(name) != name {
			t.Errorf("%q is named %q, %v", c, name, err)
		}
	}
	if name, err := r.Condition("fr", bot.Unreachable); name != "inaccessible" {
		t.Errorf("got %q, %v", name, err)
	}
	if _, err := r.Condition("tlh", bot.Normal); !errors.Is(err, ErrLanguage) {
		t.Errorf("got %v, want ErrLanguage", err)
	}
	if name, err := r.Condition("fr", "other"); err == nil {
		t.Errorf("a condition that there is not is named %q", name)
	}
}

func TestTextErrors(t *testing.T) {
	r := renderer(t)
	for name, call := range map[string]func() (string, error){
		"unknown key":         func() (string, error) { return r.Text("fr", "terminal.none", nil) },
		"missing placeholder": func() (string, error) { return r.Text("fr", "terminal.page", nil) },
		"missing count":       func() (string, error) { return r.Text("fr", "terminal.chats", nil) },
		"count of other type": func() (string, error) { return r.Text("fr", "terminal.chats", map[string]any{"Count": "2"}) },
		"unknown language":    func() (string, error) { return r.Text("tlh", "terminal.stop", nil) },
		"no language":         func() (string, error) { return r.Text("", "terminal.stop", nil) },
	} {
		if text, err := call(); err == nil {
			t.Errorf("%s: got %q, want an error", name, text)
		}
	}
	if text, err := r.Text("en", "terminal.stop", nil); err == nil {
		t.Errorf("got %q: what a terminal shows is French", text)
	}
}

func TestMenu(t *testing.T) {
	r := renderer(t)
	items, err := r.Menu(bot.Command{Name: "status", Option: "plateforme"}, bot.Command{Name: "aide"})
	if err != nil || len(items) != 2 {
		t.Fatalf("got %v, %v", items, err)
	}
	for lang := range r.menus {
		got := []string{items[0].Description[lang], items[0].Option.Description[lang], items[1].Description[lang]}
		if slices.Contains(got, "") || items[1].Option != nil || items[0].Option.Name != "plateforme" {
			t.Errorf("%s: got %q, option %v", lang, got, items[1].Option)
		}
	}
	if got := items[0].Names["fr"] + ", " + items[0].Description["fr"]; got != "état, L’état des plateformes scolaires suivies ici" {
		t.Errorf("got %q", got)
	}
	if _, err := r.Menu(bot.Command{Name: "danse"}); err == nil {
		t.Error("a command without texts got a menu")
	}
}

// TestMenuFits holds the menus against Discord's limits, the tightest ones: names of 1 to 32 small letters, descriptions
// of 1 to 100 characters (https://discord.com/developers/docs/interactions/application-commands).
func TestMenuFits(t *testing.T) {
	for lang, c := range renderer(t).menus {
		for key, m := range c.messages {
			limit := 100
			if strings.HasSuffix(key, ".name") {
				limit = 32
				if m.Other != strings.ToLower(m.Other) || strings.Contains(m.Other, " ") {
					t.Errorf("%s: %s: %q is no command name", lang, key, m.Other)
				}
			}
			if n := utf8.RuneCountInString(m.Other); n < 1 || n > limit {
				t.Errorf("%s: %s has %d characters, want 1 to %d", lang, key, n, limit)
			}
		}
	}
}

func TestRendererErrors(t *testing.T) {
	r := renderer(t)
	n := pronote(t)
	if _, err := r.Notice("tlh", n); !errors.Is(err, ErrLanguage) {
		t.Errorf("got %v, want ErrLanguage", err)
	}
	if m, err := r.Notice("fr-CA", n); err != nil || m.Lang != "fr" {
		t.Errorf("got %q, %v: a variety must be written in its language", m.Lang, err)
	}
	n.Purpose = "other"
	if _, err := r.Notice("fr", n); err == nil {
		t.Error("an unknown purpose was rendered")
	}
	n = pronote(t)
	n.Place.Location = nil
	if _, err := r.Notice("fr", n); err == nil {
		t.Error("a place without a clock was rendered")
	}
	if _, err := r.Overview("fr", bot.Overview{Now: time.Now()}); err == nil {
		t.Error("an overview without a clock was rendered")
	}
}
