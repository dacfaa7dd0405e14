package locales

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// answers is an answer of each kind, and of each variety of a kind, by a heading.
func answers() []struct {
	heading string
	answer  bot.Answer
} {
	pronote := bot.Platform{ID: "pronote", Name: "Pronote"}
	regional := bot.Platform{ID: "enthdf", Name: "ENT Hauts-de-France", Areas: []string{"Lille"}}
	settings := bot.Settings{
		Area: "Lille", Audience: bot.Families, Languages: []string{"français", "العربية"}, All: true,
		Silence: bot.Silence{Zone: "Lille", Hours: calendar.DefaultQuietHours()}, Follows: []bot.Platform{pronote, regional},
	}
	bare := bot.Settings{Audience: bot.Teachers, Languages: []string{"français"}}
	staff := bot.Settings{Audience: bot.Staff, Silence: bot.Silence{Zone: "b", Hours: calendar.QuietHours{
		From: calendar.Hour(19, 30), To: calendar.Hour(8, 0),
	}}}
	type entry = struct {
		heading string
		answer  bot.Answer
	}
	list := []entry{
		{"to nothing", bot.Answer{Kind: bot.AnswerSubscribed, Settings: bare}},
		{"with little decided", bot.Answer{Kind: bot.AnswerSettings, Settings: bare}},
		{"of an office", bot.Answer{Kind: bot.AnswerChanged, Settings: staff}},
		{"of a language that there is not", bot.Answer{Kind: bot.AnswerLanguages, Word: "klingon", Names: []string{"français", "English"}}},
		{"one", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{pronote}}},
		{"one of an académie", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{regional}, Settings: settings}},
		{"too many", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{pronote}, More: 41}},
		{"one too many", bot.Answer{Kind: bot.AnswerPlatforms, Platforms: []bot.Platform{pronote}, More: 1}},
		{"of one thing", bot.Answer{Kind: bot.AnswerKept, Settings: bare, Kept: bot.Kept{Deliveries: 1, Deeds: 1}}},
		{"near a word", bot.Answer{Kind: bot.AnswerNoPlatforms, Word: "xyzzy"}},
	}
	for _, kind := range bot.AnswerKinds() {
		a := bot.Answer{Kind: kind, Word: "ent du nord", Settings: settings}
		a.Platforms = []bot.Platform{pronote, regional}
		if kind == bot.AnswerLanguages {
			a.Word, a.Platforms, a.Names = "", nil, []string{"français", "English", "العربية"}
		}
		a.Kept = bot.Kept{Deliveries: 3, Deeds: 2}
		list = append(list, entry{"", a})
	}
	for i := range list {
		a := &list[i].answer
		a.Typed, a.Account, a.Channel = "/abonner", "telegram-parents", "-1001234567890"
		list[i].heading = strings.TrimSpace(string(a.Kind) + " " + list[i].heading)
	}
	return list
}

func TestAnswers(t *testing.T) {
	g := newReader(t)
	for _, e := range answers() {
		m, err := g.r.Answer("fr", e.answer)
		g.add(e.heading, m, err)
		text := m.Title + "\n" + layOut(m)
		for _, fault := range append(Lint(text), Jargon(text)...) {
			t.Errorf("%s: %v", e.heading, fault)
		}
		if m.Title == "" || m.Summary == "" {
			t.Errorf("%s: no title or no summary", e.heading)
		}
	}
	g.compare("answers")
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

func TestTrialIsMarked(t *testing.T) {
	g := newReader(t)
	n := pronote(t)
	n.Now = n.Now.Truncate(time.Minute)
	m, err := g.r.Trial("fr", n)
	g.add("trial", m, err)
	for _, text := range []string{m.Title, m.Summary, m.Footer} {
		if !strings.Contains(text, "ssai") {
			t.Errorf("%q does not say that it is an example", text)
		}
	}
	g.compare("trial")
}
