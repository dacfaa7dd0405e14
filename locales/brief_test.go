package locales

import (
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// briefs is an answer to an operator of each kind, and of each variety of a kind, by a heading.
func briefs(t *testing.T) []struct {
	heading string
	brief   bot.Brief
} {
	t.Helper()
	type entry = struct {
		heading string
		brief   bot.Brief
	}
	now := school(t, 12, 5)
	deeds := []bot.Deed{
		{At: now.Add(-time.Hour), Account: "telegram-parents", Who: "claire", Operator: true, What: "incident ouvrir pronote partial #12"},
		{At: now.Add(-26 * time.Hour), Account: "slack-equipe", Who: "karim", Operator: true, What: "declaration #11"},
	}
	list := []entry{
		{"of nothing", bot.Brief{Kind: bot.BriefJournal, Days: 7}},
		{"that is long", bot.Brief{Kind: bot.BriefJournal, Days: 90, Deeds: deeds, More: 40}},
		{"of one day too many", bot.Brief{Kind: bot.BriefJournal, Days: 90, More: 1}},
	}
	for _, kind := range bot.BriefKinds() {
		list = append(list, entry{"", bot.Brief{
			Kind: kind, Days: 7, Word: "quinze", Typed: "/journal", Deeds: deeds, Statement: claims(t)[1],
			Incident: bot.Incident{ID: 12, Condition: bot.Partial}, Platforms: []bot.Platform{{ID: "pronote", Name: "Pronote"}},
		}})
	}
	for i := range list {
		list[i].brief.Now, list[i].brief.Place = now, bot.Place{Location: now.Location(), Name: "Paris"}
		list[i].heading = strings.TrimSpace(string(list[i].brief.Kind) + " " + list[i].heading)
	}
	return list
}

func TestBriefs(t *testing.T) {
	g := newReader(t)
	for _, e := range briefs(t) {
		m, err := g.r.Brief(e.brief)
		g.add(e.heading, m, err)
		for _, fault := range Lint(m.Title + "\n" + layOut(m)) {
			t.Errorf("%s: %v", e.heading, fault)
		}
		if m.Title == "" || m.Summary == "" {
			t.Errorf("%s: no title or no summary", e.heading)
		}
	}
	m, err := g.r.Help("fr", bot.Help{Reserved: reserved()})
	g.add("help for an operator", m, err)
	items, err := g.r.Menu(bot.Commands()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if item.For == bot.ForOperators {
			g.add("menu, "+item.Name, bot.Message{Title: item.Description["zh"], Summary: item.Option.Description["ar"]}, nil)
		}
	}
	g.compare("briefs")
}

// reserved are the commands of operators, as they are typed.
func reserved() []bot.Call {
	var calls []bot.Call
	for _, c := range bot.Commands() {
		if c.For == bot.ForOperators {
			calls = append(calls, bot.Call{Command: c.Name, Typed: "/" + c.Name})
		}
	}
	return calls
}

// TestOperatorsAreHelpedInFrench: whatever the language of the chat, beneath what everybody is told.
func TestOperatorsAreHelpedInFrench(t *testing.T) {
	r := renderer(t)
	calls := reserved()
	for _, lang := range r.Languages() {
		m, err := r.Help(lang, bot.Help{Reserved: calls})
		if err != nil {
			t.Errorf("%s: %v", lang, err)
			continue
		}
		last := m.Sections[len(m.Sections)-1]
		if len(last.Items) < len(calls) || !strings.HasPrefix(last.Items[0], "/"+calls[0].Command) {
			t.Errorf("%s: %v", lang, last)
		}
	}
}
