package locales

import (
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

// Playbook renders the answer to « what can be done now? »: for each platform that is not as usual, how to go about it
// and what to do in the meantime. The error wraps [ErrLanguage] for a language that Panneau does not have; a place
// without a clock and a workaround without a text are errors too.
func (r *Renderer) Playbook(lang string, p bot.Playbook) (bot.Message, error) {
	w, err := r.newWriter(lang, p.Audience, p.Place, p.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render playbook: %w", err)
	}
	switch {
	case p.Offline:
		return w.finish(w.offline())
	case p.Asked != "" && len(p.Platforms) == 0:
		return w.finish(w.unknown(p.Overview))
	default:
		return w.finish(w.playbook(p))
	}
}

func (w *writer) playbook(p bot.Playbook) bot.Message {
	m := bot.Message{Tone: bot.ToneCalm, Footer: w.boardFooter(p.Overview)}
	worst := bot.Normal
	for i, v := range p.Platforms {
		items := w.doable(v, p.Offers[i])
		if len(items) == 0 {
			continue
		}
		if v.Condition.Severity() > worst.Severity() || worst == bot.Normal {
			worst = v.Condition
		}
		heading := symbol(v.Condition) + w.seal(w.stateTitle(v.Condition, v.Platform))
		m.Sections = append(m.Sections, bot.Section{Heading: heading, Items: items})
		m.Links = append(m.Links, w.offerLinks(p.Offers[i])...)
	}
	m.Title = symbol(worst) + w.say("playbook.title", values{"Moment": w.at(w.now)})
	m.Tone, m.Summary = tone(worst), w.say("playbook.summary", nil)
	if g := group(p.Platforms); len(m.Sections) == 0 {
		m.Summary = w.boardSummary(g, len(p.Platforms))
		if len(g.working) > 0 {
			m.Summary = w.say("playbook.none", nil)
		}
	}
	return m
}

// doable lists what to do about one platform: how to go about it, then what else there is.
func (w *writer) doable(v bot.PlatformView, offers []bot.Offer) []string {
	if v.Condition == bot.Normal || v.Condition == bot.NotYetKnown {
		return nil
	}
	var items []string
	for _, s := range w.advice(word(v.Condition)) {
		items = append(items, s.Items...)
	}
	return append(items, w.offerItems(offers)...)
}

// offers is the block of what else to do in the meantime.
func (w *writer) offers(offers []bot.Offer) []bot.Section {
	if len(offers) == 0 {
		return nil
	}
	return []bot.Section{{Heading: w.say("heading.meanwhile", nil), Items: w.offerItems(offers)}}
}

func (w *writer) offerItems(offers []bot.Offer) []string {
	var items []string
	for _, o := range offers {
		if o.Workaround.Text != "" {
			items = append(items, string(w.foreign(Typeset(o.Workaround.Text))))
			continue
		}
		items = append(items, w.say("workaround."+o.Workaround.ID, values{"Name": w.name(o.Through)}))
	}
	return items
}

// offerLinks leads to the platforms that workarounds go through, each once.
func (w *writer) offerLinks(offers []bot.Offer) []bot.Link {
	var links []bot.Link
	seen := map[bot.PlatformID]bool{}
	for _, o := range offers {
		if o.Through.URL != "" && !seen[o.Through.ID] {
			seen[o.Through.ID] = true
			links = append(links, w.links(o.Through, "", "")...)
		}
	}
	return links
}
