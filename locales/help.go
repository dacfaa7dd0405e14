package locales

import (
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Help renders the answer to a call for help: what can be asked, what Panneau does and what it does not. The error wraps
// [ErrLanguage] for a language that Panneau does not have; a command without a text is an error too.
func (r *Renderer) Help(lang string, h bot.Help) (bot.Message, error) {
	w, err := r.newWriter(lang, "", bot.Place{Location: time.UTC}, time.Time{})
	if err != nil {
		return bot.Message{}, fmt.Errorf("render help: %w", err)
	}
	var items []string
	for _, c := range h.Calls {
		items = append(items, w.call(c)...)
	}
	m := bot.Message{
		Tone:    bot.ToneInfo,
		Title:   w.say("help.title", nil),
		Summary: w.helpSummary(h),
		Links:   w.page(h.PageURL),
		Footer:  w.say("footer.about", nil),
	}
	if len(items) > 0 {
		m.Sections = append(m.Sections, bot.Section{Heading: w.say("heading.commands", nil), Items: items})
	}
	m.Sections = append(m.Sections, w.about())
	if len(h.Reserved) > 0 {
		reserved, err := r.reserved(h.Reserved)
		if err != nil {
			return bot.Message{}, fmt.Errorf("render help: %w", err)
		}
		m.Sections = append(m.Sections, reserved)
	}
	return w.finish(m)
}

// helpSummary says what Panneau does, after what was not understood, if anything.
func (w *writer) helpSummary(h bot.Help) string {
	var text []phrase
	if h.Asked != "" {
		text = append(text, w.part("help.unknown", values{"Asked": w.asked(h.Asked)}))
	}
	if h.Meant != "" {
		text = append(text, w.part("help.meant", values{"Typed": h.Meant}))
	}
	return w.seal(w.sentences(append(text, w.part("help.summary", nil))))
}

// call explains a command, with and without its argument.
func (w *writer) call(c bot.Call) []string {
	key := "command." + c.Command
	items := []string{w.say("help.call", values{"Typed": c.Typed, "Does": w.part(key+".does", nil)})}
	if c.Arg {
		items = append(items, w.say("help.call.option", values{
			"Typed": c.Typed, "Option": w.part(key+".option", nil), "Does": w.part(key+".narrow", nil),
		}))
	}
	return items
}

func (w *writer) about() bot.Section {
	return bot.Section{Heading: w.say("heading.about", nil), Items: lines(w.say("about.lines", nil))}
}

func (w *writer) page(url string) []bot.Link {
	if url == "" {
		return nil
	}
	return []bot.Link{{Text: w.say("link.page", nil), URL: url}}
}

// Welcome renders the greeting in a chat that the bot was just added to: what it follows (everything, where it has an
// audience and no list), or how to subscribe it. The error wraps [ErrLanguage] for a language that Panneau does not have.
func (r *Renderer) Welcome(lang string, g bot.Welcome) (bot.Message, error) {
	w, err := r.newWriter(lang, g.Audience, bot.Place{Location: time.UTC}, time.Time{})
	if err != nil {
		return bot.Message{}, fmt.Errorf("render welcome: %w", err)
	}
	m := bot.Message{Tone: bot.ToneInfo, Title: w.say("welcome.title", nil), Links: w.page(g.PageURL)}
	switch {
	case len(g.Follows) > 0:
		m.Summary = w.say("welcome.known", values{"Names": w.list("list.and", w.names(g.Follows))})
	case g.Audience != "":
		m.Summary = w.say("welcome.all", nil)
	case g.Subscribe != "":
		m.Summary, m.Sections = w.say("welcome.new", nil), w.subscribing("welcome.open", values{
			"Example": w.example(g.Subscribe, bot.ExampleArea), "Area": w.free(bot.ExampleArea),
		})
	default:
		m.Summary, m.Facts = w.say("welcome.new", nil), w.identity(g.Account, g.Channel)
		m.Sections = w.subscribing("welcome.subscribe", nil)
	}
	m.Sections = append(m.Sections, w.asking(g)...)
	m.Sections = append(m.Sections, w.about())
	m.Footer = w.seal(w.sentences(append(w.glossary(g.Follows), w.part("footer.about", nil))))
	return w.finish(m)
}

// subscribing tells how a chat is subscribed.
func (w *writer) subscribing(key string, v values) []bot.Section {
	return []bot.Section{{Heading: w.say("heading.subscribe", nil), Text: []string{w.say(key, v)}}}
}

// identity is what the operator copies into the configuration.
func (w *writer) identity(account bot.AccountID, channel string) []bot.Fact {
	return []bot.Fact{
		w.fact("account", w.foreign(string(account))),
		w.fact("channel", w.foreign(channel)),
	}
}

// asking explains the commands of the chat.
func (w *writer) asking(g bot.Welcome) []bot.Section {
	s := bot.Section{Heading: w.say("heading.commands", nil)}
	for _, c := range []bot.Call{{Command: "status", Typed: g.Status}, {Command: "aide", Typed: g.Help}} {
		if c.Typed != "" {
			s.Items = append(s.Items, w.call(c)...)
		}
	}
	if len(s.Items) == 0 {
		return nil
	}
	return []bot.Section{s}
}
