package locales

import (
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// announcement is the message about a maintenance that is planned: ahead, while it lasts, after it, or given up.
func (w *writer) announcement(n bot.Notice) bot.Message {
	i := n.Incident
	step, advice := "ahead", "ahead"
	switch {
	case i.Cancelled():
		step, advice = "cancelled", ""
	case !i.Open():
		step, advice = "over", ""
	case !n.Now.Before(i.Since):
		step, advice = "now", word(bot.Maintenance)
	}
	m := bot.Message{
		Tone:  bot.ToneInfo,
		Title: symbol(bot.Maintenance) + w.seal(w.title("planned."+step, n.Platform)),
		Summary: w.seal(w.part("summary.planned."+step, values{
			"Name": w.name(n.Platform), "From": w.zoned(w.at(i.Since)), "Ended": w.zoned(w.since(i.ResolvedAt)),
		})),
		Sections: slices.Concat(w.advice(advice), w.offers(n.Offers), w.claims(n.Statements)),
		Links:    slices.Concat(w.links(n.Platform, "", ""), w.offerLinks(n.Offers), w.sources(n.Statements)),
	}
	parts := []phrase{w.part("footer.about", nil)}
	if i.Open() {
		m.Facts = []bot.Fact{w.fact("starts", w.at(i.Since)), w.fact("ends", w.at(i.Until))}
		parts = append([]phrase{w.part("footer.living", nil)}, parts...)
	}
	if claimed(n.Statements) {
		parts = append([]phrase{w.part("footer.said", nil)}, parts...)
	}
	m.Footer = w.seal(w.sentences(parts))
	return m
}
