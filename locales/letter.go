package locales

import (
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

// Letter implements [bot.Renderer]. The error wraps [ErrLanguage] for a language that Panneau does not have; a notice
// without a letter, an unknown kind of letter and a place without a clock are errors too.
func (r *Renderer) Letter(lang string, n bot.Notice) (bot.Message, error) {
	w, err := r.newWriter(lang, n.Audience, n.Place, n.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render letter: %w", err)
	}
	l := n.Incident.Letter
	if l == nil {
		return bot.Message{}, fmt.Errorf("render letter: incident %d is none", n.Incident.ID)
	}
	var m bot.Message
	switch l.Kind {
	case bot.LetterTrouble:
		m = w.trouble(n, *l)
	case bot.LetterStorm:
		m = w.storm(n, *l)
	case bot.LetterCircular:
		m = w.circular(n, *l)
	default:
		return bot.Message{}, fmt.Errorf("render letter: unknown kind %q", l.Kind)
	}
	return w.finish(m)
}

// trouble tells an operator what goes wrong and, once it is over, that it is.
func (w *writer) trouble(n bot.Notice, l bot.Letter) bot.Message {
	m := bot.Message{Tone: bot.ToneWarn, Title: symbol(bot.Slowed) + l.Title}
	if !n.Incident.Open() {
		return w.troubleOver(n, l)
	}
	if len(l.Text) > 0 {
		m.Summary = l.Text[0]
		if len(l.Text) > 1 {
			m.Sections = append(m.Sections, bot.Section{Text: l.Text[1:]})
		}
	}
	if l.Remedy != "" {
		m.Sections = append(m.Sections, bot.Section{Text: []string{l.Remedy}})
	}
	return m
}

// troubleOver tells that a trouble is over or, where nobody knows that yet, what an operator did about it.
func (w *writer) troubleOver(n bot.Notice, l bot.Letter) bot.Message {
	m := bot.Message{Tone: bot.ToneCalm, Title: symbol(bot.Normal) + l.Title}
	m.Summary = w.say("terminal.trouble.over", values{"Moment": w.since(n.Incident.ResolvedAt)})
	if mend := l.Mend; mend != nil {
		m.Tone, m.Title = bot.ToneInfo, symbol(bot.Unverifiable)+l.Title
		m.Summary = w.say("terminal.trouble.mended."+string(mend.Action), values{
			"Who": w.free(mend.Who), "Moment": w.at(n.Incident.ResolvedAt),
		})
	}
	if len(l.Text) > 0 {
		m.Sections = []bot.Section{{Text: l.Text}}
	}
	return m
}

// storm tells an operator of many troubles together.
func (w *writer) storm(n bot.Notice, l bot.Letter) bot.Message {
	total, over := 0, 0
	s := bot.Section{}
	for _, tale := range l.Counts {
		total, over = total+tale.Count, over+tale.Over
		s.Items = append(s.Items, w.say("terminal.trouble.kind", values{"Name": tale.Title, "Number": digits(fmt.Sprint(tale.Count))}))
	}
	m := bot.Message{
		Tone: bot.ToneWarn, Title: symbol(bot.Slowed) + w.say("terminal.trouble.storm", nil),
		Summary: w.say("terminal.trouble.many", values{"Count": total}), Sections: []bot.Section{s},
	}
	switch {
	case !n.Incident.Open():
		m.Tone, m.Title = bot.ToneCalm, symbol(bot.Normal)+w.say("terminal.trouble.storm", nil)
		m.Summary = w.say("terminal.trouble.over", values{"Moment": w.since(n.Incident.ResolvedAt)})
	case over > 0:
		m.Sections = append(m.Sections, bot.Section{Text: []string{w.say("terminal.trouble.some", values{"Count": over})}})
	}
	return m
}

// circular gives an operator's own words, as they are, and says until when they hold.
func (w *writer) circular(n bot.Notice, l bot.Letter) bot.Message {
	i := n.Incident
	m := bot.Message{
		Tone: bot.ToneInfo, Title: symbol(bot.Maintenance) + w.say("circular.title", nil), Summary: w.say("circular.from", nil),
		Sections: []bot.Section{{Text: w.freely(l.Text)}}, Footer: w.say("footer.about", nil),
	}
	switch {
	case !i.Open():
		m.Tone, m.Title = bot.ToneCalm, symbol(bot.Maintenance)+w.say("circular.over.title", nil)
		m.Summary = w.say("circular.over", values{"Moment": w.zoned(w.since(i.ResolvedAt))})
	case l.Corrected:
		m.Summary = w.say("circular.corrected", values{"Moment": w.zoned(w.at(i.ChangedAt))})
	}
	if i.Open() {
		m.Facts = []bot.Fact{w.fact("ends", w.at(i.Until))}
	}
	return m
}

// freely gives paragraphs that are somebody's own words: isolated in a text of the other direction, and otherwise as they were typed.
func (w *writer) freely(paragraphs []string) []string {
	var list []string
	for _, p := range paragraphs {
		list = append(list, w.seal(w.free(p)))
	}
	return list
}
