package locales

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// claims are what was said one day, against each other.
func claims(t testing.TB) []bot.Statement {
	t.Helper()
	return []bot.Statement{
		{
			Kind: bot.StatementClaim, At: school(t, 9, 30), Author: "l'hébergeur", Text: "Nos serveurs n'ont rien.",
			Link: "https://www.hebergeur.example/point?a=1&b=2",
		},
		{
			Kind: bot.StatementClaim, At: school(t, 12, 0), Author: "le ministère",
			Text: "La cause est un incendie <b>chez l'hébergeur</b> *hier*, aucune donnée n'est perdue.",
		},
		{Kind: bot.StatementClaim, At: school(t, 12, 5), Text: "La messagerie est suspendue.", Link: "https://ac.example/avis"},
	}
}

// readSaid shows what is said about incidents, and what an operator states of a platform.
func readSaid(g *reader) {
	t := g.t
	n := in(pronote(t), bot.Unreachable)
	n.Now, n.Statements = school(t, 12, 10), claims(t)
	g.notice("against each other", n)
	n.Statements = append(n.Statements, bot.Statement{
		Kind: bot.StatementCorrection, At: school(t, 12, 7), Text: "Le service est resté ouvert à Lille.",
	})
	g.notice("set right, afterwards", over(n, school(t, 12, 8)))
	stated := in(pronote(t), bot.Partial)
	stated.Incident.Reason, stated.Incident.Stated = bot.ReasonStated, bot.Partial
	stated.Incident.Evidence = bot.Evidence{}
	for _, stated.Audience = range bot.Audiences() {
		g.notice("stated, "+string(stated.Audience), stated)
	}
	g.notice("over by an operator's word", over(stated, school(t, 9, 0)))
	worse := stated
	worse.Audience, worse.Purpose, worse.Heard = bot.Families, bot.PurposeWorse, bot.Partial
	worse.Incident.Before, worse.Incident.Condition, worse.Incident.Stated = bot.Partial, bot.Unreachable, bot.Unreachable
	g.notice("stated to be worse", worse)
	back := over(stated, school(t, 9, 0))
	back.Purpose, back.Heard = bot.PurposeBack, bot.Unreachable
	g.notice("told to be back by an operator's word", back)
	view := bot.PlatformView{
		Platform: n.Platform, Condition: bot.Partial, Reason: bot.ReasonStated, Since: school(t, 8, 5), CheckedAt: school(t, 8, 6),
	}
	well := bot.PlatformView{Platform: bot.Platform{ID: "pix", Name: "Pix"}, Condition: bot.Normal, CheckedAt: school(t, 8, 6)}
	for _, list := range [][]bot.PlatformView{{view}, {view, well}} {
		m, err := g.r.Overview(g.lang, bot.Overview{Now: school(t, 8, 7), Place: n.Place, Platforms: list})
		g.add(fmt.Sprintf("asked about, one of %d", len(list)), m, err)
	}
	m, err := g.r.Said(g.lang, claims(t), bot.Place{Location: n.Place.Location, Name: "Paris"}, time.Time{})
	g.add("read at any time", m, err)
}

// TestCauseOnlyInAQuote: the word stands in no text of Panneau's about a statement, only in what is quoted.
func TestCauseOnlyInAQuote(t *testing.T) {
	for _, lang := range renderer(t).Languages() {
		list := claims(t)
		m, err := renderer(t).Said(lang, list, bot.Place{Location: time.UTC}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		text := layOut(m)
		quote := strings.ReplaceAll(list[1].Text, "'", "’")
		if strings.Count(text, "La cause est") != 1 {
			t.Errorf("%s: the quote is not there once:\n%s", lang, text)
		}
		rest := strings.NewReplacer(quote, "", list[1].Text, "").Replace(text)
		for _, word := range []string{"cause", "Cause"} {
			if strings.Contains(rest, word) {
				t.Errorf("%s: %q stands outside the quote:\n%s", lang, word, rest)
			}
		}
	}
}

// TestNothingIsKnownOfACauseBeneathAQuote: a notice that quotes people, who may name a cause, says that nobody here has
// checked it, and no longer that the cause is not known. One that only sets right what was told quotes nobody.
func TestNothingIsKnownOfACauseBeneathAQuote(t *testing.T) {
	r := renderer(t)
	for _, lang := range r.Languages() {
		c := r.texts[lang]
		said, unknown := c.messages["footer.said"].Other, c.messages["footer.cause"].Other
		begins := func(footer, text string) bool {
			return strings.HasPrefix(footer, strings.ReplaceAll(text, "'", "’")) || strings.HasPrefix(footer, text)
		}
		n := in(pronote(t), bot.Unreachable)
		n.Now = school(t, 12, 10)
		for _, test := range []struct {
			list []bot.Statement
			want string
		}{
			{nil, unknown},
			{claims(t), said},
			{claims(t)[2:], said},
			{[]bot.Statement{{Kind: bot.StatementCorrection, At: school(t, 12, 7), Text: "Lille est ouvert."}}, unknown},
		} {
			n.Statements = test.list
			m, err := r.Notice(lang, n)
			if err != nil {
				t.Fatal(err)
			}
			if !begins(normal(m.Footer), normal(test.want)) {
				t.Errorf("%s, %d statements: %q, want %q", lang, len(test.list), m.Footer, test.want)
			}
		}
	}
}

// normal is a text with plain spaces, and without marks of direction.
func normal(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2068", "", "\u2069", "", "\u2066", "", "\u200f", "").Replace(text)
}
