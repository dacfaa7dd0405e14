package locales

import (
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Answer renders the answer to a command about the chat itself. The error wraps [ErrLanguage] for a language that Panneau
// does not have; a kind without texts is an error too.
func (r *Renderer) Answer(lang string, a bot.Answer) (bot.Message, error) {
	w, err := r.newWriter(lang, a.Settings.Audience, bot.Place{Location: time.UTC}, time.Time{})
	if err != nil {
		return bot.Message{}, fmt.Errorf("render answer: %w", err)
	}
	m := bot.Message{Tone: bot.ToneInfo, Title: w.say("answer."+string(a.Kind)+".title", nil)}
	m.Summary = w.seal(w.sentences(w.answer(a)))
	switch a.Kind {
	case bot.AnswerSubscribed, bot.AnswerChanged:
		m.Facts, m.Sections = w.settings(a.Settings), w.follows(a.Settings)
	case bot.AnswerSettings:
		m.Facts, m.Sections = w.settings(a.Settings), append(w.follows(a.Settings), w.changing(a.Typed)...)
	case bot.AnswerUnclear:
		m.Sections = w.changing(a.Typed)
	case bot.AnswerClosed:
		m.Facts = w.identity(a.Account, a.Channel)
	case bot.AnswerKept:
		m.Facts = append(w.identity(a.Account, a.Channel), w.settings(a.Settings)...)
		m.Sections = append(w.follows(a.Settings), w.kept(a.Kept))
	case bot.AnswerPlatforms:
		m.Sections = w.platforms(a)
	case bot.AnswerPrivacy:
		m.Sections = []bot.Section{{
			Heading: w.say("heading.kept", nil), Items: lines(w.say("privacy.lines", values{"Typed": a.Typed})),
		}}
	}
	m.Footer = w.seal(w.sentences(w.glossary(append(a.Platforms, a.Settings.Follows...))))
	return w.finish(m)
}

// answer is the main text of an answer.
func (w *writer) answer(a bot.Answer) []phrase {
	v := values{
		"Typed": a.Typed, "Asked": w.asked(a.Word), "Names": w.list("list.and", w.words(a)),
		"Example": w.example(a.Typed, bot.ExampleArea), "Area": w.free(bot.ExampleArea),
	}
	key := "answer." + string(a.Kind)
	switch {
	case a.Kind == bot.AnswerLanguages && a.Word != "":
		return []phrase{w.part("overview.unknown", v), w.part(key, v)}
	case a.Kind == bot.AnswerNoPlatforms && len(a.Platforms) == 0:
		return []phrase{w.part("overview.unknown", v), w.part("answer.which.none", v)}
	case a.Kind == bot.AnswerNoPlatforms:
		return append([]phrase{w.part("overview.unknown", v)}, w.meant(a.Platforms)...)
	case a.Kind == bot.AnswerWhich && len(a.Platforms) == 0:
		return []phrase{w.part(key, v), w.part("answer.which.none", v)}
	case a.Kind == bot.AnswerWhich:
		return append([]phrase{w.part(key, v)}, w.meant(a.Platforms)...)
	case a.Kind == bot.AnswerSubscribed && len(a.Platforms) == 0:
		return []phrase{w.part(key+".none", v)}
	case a.Kind == bot.AnswerPlatforms:
		v["Count"] = len(a.Platforms) + a.More
		if a.Settings.Area != "" {
			return []phrase{w.part(key+".area", values{"Count": v["Count"], "Area": w.free(a.Settings.Area)})}
		}
	}
	return []phrase{w.part(key, v)}
}

// words are the names in an answer: of platforms, or of what can be chosen.
func (w *writer) words(a bot.Answer) []phrase {
	list := w.names(a.Platforms)
	for _, name := range a.Names {
		list = append(list, w.foreign(name))
	}
	return list
}

// settings shows what a chat has decided, or the configuration for it.
func (w *writer) settings(s bot.Settings) []bot.Fact {
	var facts []bot.Fact
	if s.Area != "" {
		facts = append(facts, w.fact("area", w.free(s.Area)))
	}
	facts = append(facts, w.fact("readers", w.part("readers."+string(s.Audience), nil)))
	if len(s.Languages) > 0 {
		facts = append(facts, w.fact("languages", w.list("list.and", w.words(bot.Answer{Names: s.Languages}))))
	}
	return append(facts, w.fact("silence", w.silence(s.Silence)))
}

// silence tells when a chat is not rung.
func (w *writer) silence(s bot.Silence) phrase {
	var when []phrase
	if s.Zone != "" && s.Hours.From != s.Hours.To {
		when = append(when, w.part("silence.hours", values{"From": w.clock(s.Hours.From), "To": w.clock(s.Hours.To)}))
	}
	if s.Zone != "" && s.Hours.Weekends {
		when = append(when, w.part("silence.weekends", nil))
	}
	if s.Zone != "" && s.Hours.Holidays {
		when = append(when, w.part("silence.holidays", nil))
	}
	if len(when) == 0 {
		return w.part("silence.none", nil)
	}
	return w.list("list.and", when)
}

func (w *writer) clock(c calendar.Clock) phrase {
	return w.time(time.Date(2000, 1, 1, 0, int(c), 0, 0, time.UTC))
}

// follows lists what is announced in a chat.
func (w *writer) follows(s bot.Settings) []bot.Section {
	section := bot.Section{Heading: w.say("heading.follows", nil)}
	if s.All && s.Area != "" {
		section.Text = []string{w.say("follows.all", values{"Area": w.free(s.Area)})}
	}
	for _, name := range w.names(s.Follows) {
		section.Items = append(section.Items, w.seal(name))
	}
	if len(section.Items) == 0 {
		section.Text = []string{w.say("follows.none", nil)}
	}
	return []bot.Section{section}
}

// changing tells how settings are changed by a command; nothing without one.
func (w *writer) changing(command string) []bot.Section {
	if command == "" {
		return nil
	}
	section := bot.Section{Heading: w.say("heading.changing", nil)}
	for _, e := range bot.Examples() {
		section.Items = append(section.Items, w.say("help.call", values{
			"Typed": w.example(command, e.Typed()), "Does": w.part("setting."+e.Setting, values{"Choices": w.choices(e)}),
		}))
	}
	return []bot.Section{section}
}

// choices are words that a person types: French in every language.
func (w *writer) choices(e bot.Example) phrase {
	var words []phrase
	for _, choice := range e.Choices {
		words = append(words, w.free(choice))
	}
	return w.list("list.or", words)
}

// example is a command with what may follow it, in one piece.
func (w *writer) example(command, follows string) phrase { return w.free(command + " " + follows) }

func (w *writer) kept(k bot.Kept) bot.Section {
	return bot.Section{Heading: w.say("heading.also", nil), Items: []string{
		w.say("kept.deliveries", values{"Count": k.Deliveries}), w.say("kept.deeds", values{"Count": k.Deeds}),
	}}
}

// platforms lists what is watched, those of the whole country last where an area was asked for.
func (w *writer) platforms(a bot.Answer) []bot.Section {
	here, everywhere := bot.Section{Heading: w.say("heading.here", nil)}, bot.Section{Heading: w.say("heading.everywhere", nil)}
	for i, name := range w.names(a.Platforms) {
		section := &everywhere
		if len(a.Platforms[i].Areas) > 0 {
			section = &here
		}
		section.Items = append(section.Items, w.seal(name))
	}
	var sections []bot.Section
	for _, s := range []bot.Section{here, everywhere} {
		if len(s.Items) > 0 {
			sections = append(sections, s)
		}
	}
	if a.More > 0 {
		sections = append(sections, bot.Section{
			Text: []string{w.say("platforms.more", values{"Count": a.More, "Example": w.example(a.Typed, bot.ExampleArea)})},
		})
	}
	return sections
}

// Trial renders a notice that is marked as an example, above all else and in every part that is read alone.
func (r *Renderer) Trial(lang string, n bot.Notice) (bot.Message, error) {
	m, err := r.Notice(lang, n)
	if err != nil {
		return m, err
	}
	w, err := r.newWriter(lang, n.Audience, n.Place, n.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render trial: %w", err)
	}
	m.Title = w.say("trial.title", values{"Title": phrase(m.Title)})
	m.Summary = w.say("trial.summary", values{"Summary": phrase(m.Summary)})
	m.Footer = w.say("trial.footer", nil)
	return w.finish(m)
}
