package locales

import (
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Brief renders an answer to an operator. It is French, like all that those read who run Panneau. A kind without texts and a
// place without a clock are errors.
func (r *Renderer) Brief(t bot.Brief) (bot.Message, error) {
	w, err := r.newWriter("fr", bot.Staff, t.Place, t.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render what an operator is told: %w", err)
	}
	key := "operator." + string(t.Kind)
	m := bot.Message{Tone: bot.ToneInfo, Title: w.say(key+".title", nil)}
	switch t.Kind {
	case bot.BriefJournal:
		w.journal(&m, t)
	case bot.BriefCircularPreview, bot.BriefCircularSecond, bot.BriefCircularSent, bot.BriefCircularOther, bot.BriefCircularEnded:
		w.circularBrief(&m, t)
	case bot.BriefCirculars:
		w.circulars(&m, t)
	case bot.BriefUpkeeps:
		w.upkeeps(&m, t)
	case bot.BriefHalts:
		w.halts(&m, t)
	case bot.BriefChats:
		w.sleepers(&m, t)
	case bot.BriefMutes:
		w.mutes(&m, t)
	default:
		m.Summary = w.seal(w.sentences(append([]phrase{w.part(key, w.subject(t))}, w.nearest(t)...)))
		m.Sections, m.Links = append(w.corrections(quoted(t)), w.claims(quoted(t))...), w.sources(quoted(t))
	}
	return w.finish(m)
}

// subject is what an answer to an operator is about.
func (w *writer) subject(t bot.Brief) values {
	v := values{"Asked": w.asked(t.Word), "Typed": t.Typed, "Number": whole(int(t.Incident.ID))}
	v["Name"], v["State"] = w.list("list.and", w.names(t.Platforms)), w.part("state."+word(t.Incident.Condition), nil)
	for _, u := range t.Upkeeps {
		v["Number"], v["From"], v["To"] = whole(int(u.ID)), w.at(u.From), w.at(u.To)
	}
	for _, h := range t.Halts {
		v["From"], v["To"] = w.at(h.Since), w.at(h.Until)
	}
	for _, c := range t.Chats {
		v["Chat"] = w.free(string(c.ID))
	}
	return v
}

// nearest asks which platform was meant.
func (w *writer) nearest(t bot.Brief) []phrase {
	if t.Kind != bot.BriefNoPlatform {
		return nil
	}
	return w.meant(t.Platforms)
}

// quoted is what an operator is shown as it was understood.
func quoted(t bot.Brief) []bot.Statement {
	if t.Kind != bot.BriefPublished {
		return nil
	}
	return []bot.Statement{t.Statement}
}

// journal lists who did what when.
func (w *writer) journal(m *bot.Message, t bot.Brief) {
	m.Summary = w.say("operator.journal", values{"Count": len(t.Deeds) + t.More, "Days": whole(t.Days)})
	var items []string
	for _, d := range t.Deeds {
		items = append(items, w.say("operator.journal.line", values{
			"Moment": w.at(d.At), "Who": w.free(d.Who), "What": w.free(d.What), "Account": w.free(string(d.Account)),
		}))
	}
	if len(items) > 0 {
		m.Sections = []bot.Section{{Heading: w.say("operator.journal.heading", nil), Items: items}}
	}
	if t.More > 0 {
		m.Footer = w.say("operator.journal.more", values{"Count": t.More})
	}
}

// reserved explains the operators' commands.
func (r *Renderer) reserved(calls []bot.Call) (bot.Section, error) {
	w, err := r.newWriter("fr", bot.Staff, bot.Place{Location: time.UTC}, time.Time{})
	if err != nil {
		return bot.Section{}, err
	}
	s := bot.Section{Heading: w.say("operator.heading", nil)}
	for _, c := range calls {
		s.Items = append(s.Items, lines(w.say("operator.help."+c.Command, values{"Typed": c.Typed}))...)
	}
	return s, w.err
}
