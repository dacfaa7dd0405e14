package locales

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// reply is an answer with what it is about, to be read.
type reply struct {
	heading string
	answer  bot.Answer
}

// typed is the command that goes on from an answer, as the desk puts it.
func typed(k bot.AnswerKind) string {
	return map[bot.AnswerKind]string{
		bot.AnswerSubscribed: "/reglages", bot.AnswerUnsubscribed: "/stop", bot.AnswerNotFollowed: "/reglages",
		bot.AnswerNothing: "/abonner", bot.AnswerWhere: "/abonner Pronote,", bot.AnswerSettings: "/reglages",
		bot.AnswerUnclear: "/reglages", bot.AnswerLanguages: "/langue", bot.AnswerStopped: "/abonner", bot.AnswerKept: "/stop",
		bot.AnswerPlatforms: "/plateformes", bot.AnswerPrivacy: "/stop",
	}[k]
}

// answers is an answer of each kind, and of each variety of a kind, by a heading.
func answers() []reply {
	pronote := bot.Platform{ID: "pronote", Name: "Pronote"}
	regional := bot.Platform{ID: "enthdf", Name: "ENT Hauts-de-France", Areas: []string{"Lille"}}
	both := []bot.Platform{pronote, regional}
	settings := bot.Settings{
		Area: "Lille", Audience: bot.Families, Languages: []string{"français", "العربية"}, All: true,
		Silence: bot.Silence{Zone: "Lille", Hours: calendar.DefaultQuietHours()}, Follows: both,
	}
	bare := bot.Settings{Audience: bot.Teachers, Languages: []string{"français"}}
	staff := bot.Settings{Audience: bot.Staff, Silence: bot.Silence{Zone: "b", Hours: calendar.QuietHours{
		From: calendar.Hour(19, 30), To: calendar.Hour(8, 0),
	}}}
	languages := []string{"français", "English", "العربية"}
	list := []reply{
		{"", bot.Answer{Kind: bot.AnswerSubscribed, Settings: settings, Platforms: both}},
		{"to nothing", bot.Answer{Kind: bot.AnswerSubscribed, Settings: bare}},
		{"", bot.Answer{Kind: bot.AnswerUnsubscribed, Platforms: both}},
		{"", bot.Answer{Kind: bot.AnswerNotFollowed, Platforms: []bot.Platform{pronote}}},
		{"", bot.Answer{Kind: bot.AnswerWhich, Word: "ent du nord", Platforms: both}},
		{"near no name", bot.Answer{Kind: bot.AnswerWhich, Word: "xyzzy"}},
		{"", bot.Answer{Kind: bot.AnswerSettings, Settings: settings}},
		{"with little decided", bot.Answer{Kind: bot.AnswerSettings, Settings: bare}},
		{"", bot.Answer{Kind: bot.AnswerChanged, Settings: settings}},
		{"of an office", bot.Answer{Kind: bot.AnswerChanged, Settings: staff}},
		{"", bot.Answer{Kind: bot.AnswerUnclear, Word: "silence le mardi"}},
		{"", bot.Answer{Kind: bot.AnswerLanguages, Names: languages}},
		{"of a language that there is not", bot.Answer{Kind: bot.AnswerLanguages, Word: "klingon", Names: languages[:2]}},
		{"", bot.Answer{Kind: bot.AnswerKept, Settings: settings, Kept: bot.Kept{Deliveries: 3, Deeds: 2}}},
		{"of one thing", bot.Answer{Kind: bot.AnswerKept, Settings: bare, Kept: bot.Kept{Deliveries: 1, Deeds: 1}}},
		{"of an académie", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: both, Settings: bot.Settings{Area: "Lille"}}},
		{"one of an académie", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: both[1:], Settings: bot.Settings{Area: "Lille"}}},
		{"one", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{pronote}}},
		{"too many", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{pronote}, More: 41}},
		{"one too many", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{pronote}, More: 1}},
		{"", bot.Answer{Kind: bot.AnswerNoPlatforms, Word: "ent du nord", Platforms: both}},
		{"near no name", bot.Answer{Kind: bot.AnswerNoPlatforms, Word: "xyzzy"}},
	}
	for _, kind := range bot.AnswerKinds() {
		if !slices.ContainsFunc(list, func(e reply) bool { return e.answer.Kind == kind }) {
			list = append(list, reply{"", bot.Answer{Kind: kind}})
		}
	}
	for i := range list {
		a := &list[i].answer
		a.Typed, a.Account, a.Channel = typed(a.Kind), "telegram-parents", "-1001234567890"
		list[i].heading = strings.TrimSpace(string(a.Kind) + " " + list[i].heading)
	}
	return list
}

func readAnswers(g *reader) {
	for _, e := range answers() {
		m, err := g.r.Answer(g.lang, e.answer)
		g.add(e.heading, m, err)
	}
}

// TestAnswersReadWell holds both kinds of French to their rules, and the simple one to a golden file of its own.
func TestAnswersReadWell(t *testing.T) {
	for _, lang := range []string{"fr", "fr-x-simple"} {
		g := newReader(t)
		g.lang = lang
		for _, e := range answers() {
			m, err := g.r.Answer(lang, e.answer)
			g.add(e.heading, m, err)
			text := m.Title + "\n" + layOut(m)
			for _, fault := range append(Lint(text), Jargon(text)...) {
				t.Errorf("%s: %s: %v", lang, e.heading, fault)
			}
			if m.Title == "" || m.Summary == "" {
				t.Errorf("%s: %s: no title or no summary", lang, e.heading)
			}
		}
		if lang == "fr-x-simple" {
			g.compareIn(lang, "answers")
		}
	}
}

// TestSettingsThatCannotBeChanged tells no way to change them.
func TestSettingsThatCannotBeChanged(t *testing.T) {
	m, err := renderer(t).Answer("fr", bot.Answer{Kind: bot.AnswerSettings, Settings: bot.Settings{Audience: bot.Families}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.Sections {
		if strings.Contains(s.Heading, "changer") {
			t.Errorf("got %+v", s)
		}
	}
}

func TestAnswersInEveryLanguage(t *testing.T) {
	r := renderer(t)
	for _, lang := range r.Languages() {
		for _, e := range answers() {
			if _, err := r.Answer(lang, e.answer); err != nil {
				t.Errorf("%s: %s: %v", lang, e.heading, err)
			}
		}
	}
	if _, err := r.Answer("tlh", answers()[0].answer); !errors.Is(err, ErrLanguage) {
		t.Errorf("got %v, want ErrLanguage", err)
	}
	if m, err := r.Answer("fr", bot.Answer{Kind: "dance"}); err == nil {
		t.Errorf("a kind that there is not says %q", m.Title)
	}
}

// TestAnswersHoldWhatPeopleTyped puts what breaks layouts into an answer.
func TestAnswersHoldWhatPeopleTyped(t *testing.T) {
	typed := "a\u202eb\n<b>&*_`" + strings.Repeat("é", 10_000)
	m, err := renderer(t).Answer("fr", bot.Answer{Kind: bot.AnswerUnclear, Word: typed})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Summary) > 1000 || strings.ContainsAny(m.Summary, "\u202e\n") || !strings.Contains(m.Summary, "<b>&*_`") {
		t.Errorf("got %d bytes: %.200q", len(m.Summary), m.Summary)
	}
}

func readTrial(g *reader) {
	m, err := g.r.Trial(g.lang, pronote(g.t))
	g.add("trial", m, err)
}

// TestTrialIsMarked looks for the mark in every part that is read alone, in every language.
func TestTrialIsMarked(t *testing.T) {
	r := renderer(t)
	for _, lang := range r.Languages() {
		m, err := r.Trial(lang, pronote(t))
		if err != nil {
			t.Fatal(err)
		}
		mark, _, _ := strings.Cut(r.texts[lang].messages["trial.title"].Other, "{{")
		mark = strings.ToLower(strings.TrimRight(mark, " :："))
		for _, text := range []string{m.Title, m.Summary, m.Footer} {
			if !strings.Contains(strings.ToLower(text), mark) {
				t.Errorf("%s: %q does not hold %q", lang, text, mark)
			}
		}
	}
}
