package locales

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/panneau-ecole/panneau/bot"
)

// readButtons reads the labels of the buttons and what pressing them answers.
func readButtons(g *reader) {
	fmt.Fprint(&g.b, "=== labels\n")
	for _, action := range bot.Actions() {
		label, err := g.r.Button(g.lang, action)
		if err != nil {
			g.t.Fatal(err)
		}
		fmt.Fprintf(&g.b, "[%s]\n", label)
	}
	m, err := g.r.Details(g.lang, details(g.t))
	g.add("details", m, err)
	over := details(g.t)
	over.Incident.Condition, over.Incident.ResolvedAt = bot.Normal, over.Now.Add(-2*time.Minute)
	over.Revisions = append(over.Revisions, bot.Revision{Number: 3, At: over.Now.Add(-time.Minute), Condition: bot.Normal})
	m, err = g.r.Details(g.lang, over)
	g.add("details of one that is over", m, err)
	for _, a := range presses() {
		m, err := g.r.Answer(g.lang, a)
		g.add(string(a.Kind), m, err)
	}
	w := clockwork(g.t, g.lang, school(g.t, 8, 5))
	for _, n := range []int{1, 2} {
		fmt.Fprintln(&g.b, w.say("kept.promises", values{"Count": n}))
	}
	for _, text := range lines(w.say("privacy.buttons", nil)) {
		fmt.Fprintln(&g.b, text)
	}
}

// presses is an answer of each kind that a press can have.
func presses() []bot.Answer {
	var list []bot.Answer
	for _, kind := range bot.AnswerKinds() {
		if pressed(kind) {
			list = append(list, bot.Answer{Kind: kind, Typed: "/panneau stop", Platforms: []bot.Platform{{ID: "enthdf", Name: "ENT Hauts-de-France"}}})
		}
	}
	return list
}

// details is what is known of an incident that became worse.
func details(t *testing.T) bot.Details {
	t.Helper()
	n := pronote(t)
	began := n.Incident.Since
	return bot.Details{
		Now: began.Add(10 * time.Minute), Place: n.Place, Audience: bot.Teachers, Incident: n.Incident, Platform: n.Platform, CheckedAt: began.Add(9 * time.Minute),
		Every: time.Minute, Vantages: 2, PageURL: "https://panneau.example/incidents/12",
		Revisions: []bot.Revision{
			{Number: 1, At: began.Add(time.Minute), Condition: bot.Slowed}, {Number: 2, At: began.Add(4 * time.Minute), Condition: bot.Unreachable},
		},
	}
}

// TestButtonsAreShort keeps two labels in a row of a phone, and answers in the window that Telegram shows.
func TestButtonsAreShort(t *testing.T) {
	const label, alone, window = 20, 24, 200 // https://core.telegram.org/bots/api#answercallbackquery
	r := renderer(t)
	for _, lang := range r.Languages() {
		for _, action := range bot.Actions() {
			most := label
			if action == bot.ActionTell { // has a row of its own
				most = alone
			}
			text, err := r.Button(lang, action)
			if n := len([]rune(text)); err != nil || n == 0 || n > most {
				t.Errorf("%s: %s: %q has %d characters, want at most %d (%v)", lang, action, text, n, most, err)
			}
		}
		for _, a := range presses() {
			m, err := r.Answer(lang, a)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(utf16.Encode([]rune(m.Title + "\n" + m.Summary))); n > window || m.Footer != "" {
				t.Errorf("%s: %s: %d characters, want at most %d, without small print: %q", lang, a.Kind, n, window, m.Summary)
			}
		}
	}
	for _, action := range bot.OperatorActions() {
		most := label
		if action == bot.ActionSuspend { // stands alone beneath its letter
			most = 28
		}
		text, err := r.Button("ar", action)
		if n := len([]rune(text)); err != nil || n == 0 || n > most || strings.ContainsAny(text, "أبتثجح") {
			t.Errorf("%s: %q has %d characters, want at most %d, in French (%v)", action, text, n, most, err)
		}
	}
	if _, err := r.Button("tlh", bot.ActionTell); !errors.Is(err, ErrLanguage) {
		t.Errorf("got %v, want ErrLanguage", err)
	}
	if label, err := r.Button("fr", "dance"); err == nil {
		t.Errorf("an action that there is not is called %q", label)
	}
}

// TestKeptPromises tells a person of their promises only where there are some.
func TestKeptPromises(t *testing.T) {
	for n, want := range map[int]int{0: 2, 1: 3, 4: 3} {
		m, err := renderer(t).Answer("fr", bot.Answer{Kind: bot.AnswerKept, Kept: bot.Kept{Promises: n}, Settings: bot.Settings{Audience: bot.Families}})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(m.Sections[len(m.Sections)-1].Items); got != want {
			t.Errorf("%d promises: %d lines, want %d", n, got, want)
		}
	}
}
