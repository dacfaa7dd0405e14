package locales

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// letterOf is a notice whose incident is a letter of this morning.
func letterOf(t *testing.T, l bot.Letter) bot.Notice {
	n := pronote(t)
	n.Incident = bot.Incident{
		ID: 9, Condition: bot.Written, Revision: 1, Since: school(t, 8, 5), Until: school(t, 8, 5).AddDate(0, 1, 0), Letter: &l,
	}
	n.Now, n.Audience = school(t, 9, 0), bot.Staff
	return n
}

func (g *reader) letter(heading string, n bot.Notice) {
	g.t.Helper()
	m, err := g.r.Letter(g.lang, n)
	g.add(heading, m, err)
}

// TestTroubles holds what operators are told to a golden file: it is French alone.
func TestTroubles(t *testing.T) {
	g := newReader(t)
	asleep := letterOf(t, bot.Letter{
		Kind: bot.LetterTrouble, Title: "Conversation inaccessible", Remedy: Typeset("Pour la réveiller : …"),
		Text: []string{Typeset("La conversation telegram/-1001 du compte telegram n'est plus accessible : rien n'y est envoyé.")},
	})
	g.letter("a chat is closed", asleep)
	asleep.Incident.ResolvedAt = school(t, 8, 45)
	g.letter("it is open again", asleep)
	asleep.Incident.Letter.Mend = &bot.Mend{Who: "claire", Action: bot.ActionRetry}
	g.letter("an operator has it tried again", asleep)
	asleep.Incident.Letter.Text, asleep.Incident.Letter.Mend = nil, &bot.Mend{Who: "*karim*", Action: bot.ActionForget}
	g.letter("an operator has it forgotten", asleep)
	storm := letterOf(t, bot.Letter{Kind: bot.LetterStorm, Counts: []bot.Tale{
		{Title: "Conversation inaccessible", Count: 412}, {Title: "Vérifications refusées", Count: 1},
	}})
	g.letter("many troubles", storm)
	storm.Incident.Letter.Counts[1].Over = 1
	g.letter("one of many is over", storm)
	storm.Incident.ResolvedAt = school(t, 8, 45)
	g.letter("all are over", storm)
	g.compare("troubles")
}

func TestALetterThatCannotBeRendered(t *testing.T) {
	r := renderer(t)
	n := letterOf(t, bot.Letter{Kind: "other"})
	if m, err := r.Letter("fr", n); err == nil {
		t.Errorf("an unknown kind is rendered: %+v", m)
	}
	n.Incident.Letter = nil
	if m, err := r.Letter("fr", n); err == nil {
		t.Errorf("no letter is rendered: %+v", m)
	}
	n.Place.Location = (*time.Location)(nil)
	if m, err := r.Letter("fr", n); err == nil {
		t.Errorf("a place without a clock is rendered: %+v", m)
	}
}

// readCirculars reads an operator's own words in the course of their life.
func readCirculars(g *reader) {
	n := letterOf(g.t, bot.Letter{
		Kind: bot.LetterCircular, Text: []string{"L’ENT ferme ce soir de 18 h à 20 h pour un exercice. @everyone <b>Rien</b> à faire."},
	})
	n.Incident.Until, n.Audience = school(g.t, 18, 0), bot.Families
	g.letter("published", n)
	n.Incident.Letter.Corrected, n.Incident.ChangedAt = true, school(g.t, 8, 30)
	g.letter("corrected", n)
	n.Incident.ResolvedAt, n.Now = school(g.t, 18, 0), school(g.t, 18, 1)
	g.letter("over", n)
}
