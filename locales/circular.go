package locales

import (
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// circularBrief answers an operator about a circular.
func (w *writer) circularBrief(m *bot.Message, t bot.Brief) {
	key := "operator." + string(t.Kind)
	m.Summary = w.say(key, values{
		"Count": len(t.Draft.To), "Typed": t.Typed, "Number": whole(int(t.Number)),
		"Who": w.free(t.Draft.Who),
	})
	if t.Kind != bot.BriefCircularPreview && t.Kind != bot.BriefCircularSecond {
		return
	}
	m.Sections = []bot.Section{{Heading: w.say("operator.circular.text", nil), Text: w.freely(t.Draft.Letter.Text)}}
	m.Facts = []bot.Fact{
		w.fact("ends", w.at(t.Draft.Until)), {Label: w.say("operator.circular.before", nil), Value: w.seal(w.since(t.Draft.Expires))},
	}
	if t.Draft.Letter.Urgent {
		m.Facts = append(m.Facts, bot.Fact{Label: w.say("operator.circular.quiet", nil), Value: w.say("operator.circular.urgent", nil)})
	}
}

// circulars lists what operators have published and goes on.
func (w *writer) circulars(m *bot.Message, t bot.Brief) {
	m.Summary = w.say("operator.circulars", values{"Count": len(t.Circulars), "Typed": t.Typed})
	var items []string
	for _, i := range t.Circulars {
		items = append(items, w.say("operator.circulars.line", values{
			"Number": whole(int(i.ID)), "Moment": w.at(i.Until), "Text": w.free(strings.Join(i.Letter.Text, " ")),
		}))
	}
	if len(items) > 0 {
		m.Sections = []bot.Section{{Items: items}}
	}
}

// mutes lists what is kept still.
func (w *writer) mutes(m *bot.Message, t bot.Brief) {
	m.Summary = w.say("operator.mutes", values{"Typed": t.Typed})
	var s bot.Section
	for _, mute := range t.Mutes {
		key, account := "operator.mutes.line", mute.Account
		if account == "" {
			key = "operator.mutes.all"
		}
		s.Items = append(s.Items, w.say(key, values{
			"Account": w.free(string(account)), "Moment": w.at(mute.Until), "Who": w.free(mute.Who),
		}))
	}
	if len(s.Items) > 0 {
		m.Sections = []bot.Section{s}
	}
}
