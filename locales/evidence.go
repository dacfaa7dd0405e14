package locales

import (
	"strconv"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// sight is what the last verdict saw, as a notice and a status answer have it alike.
type sight struct {
	condition bot.Condition
	reason    bot.Reason
	evidence  bot.Evidence
	checkedAt time.Time
	every     time.Duration
	vantages  int
}

// bulletinFacts lists the facts of a living message.
func (w *writer) bulletinFacts(n bot.Notice) []bot.Fact {
	i := n.Incident
	s := sight{i.Condition, i.Reason, i.Evidence, n.CheckedAt, n.Every, n.Vantages}
	if i.Reason == bot.ReasonHalted { // nobody looks for a while
		s.every = 0
	}
	if back(i) {
		s.every = 0
		return append(w.span(i), w.checked(s)...)
	}
	facts := append(append(w.seen(s), w.affected(n)...), w.beside(n)...)
	return append(facts, append(w.checked(s), w.technical(s)...)...)
}

// affected names what the reader cannot use either while the platform fails.
func (w *writer) affected(n bot.Notice) []bot.Fact {
	if len(n.Affected) == 0 || !n.Incident.Condition.Outage() {
		return nil
	}
	return []bot.Fact{w.fact("affected", w.list("list.and", w.names(n.Affected)))}
}

// beside names what else the reader follows and fails at the same time.
func (w *writer) beside(n bot.Notice) []bot.Fact {
	if len(n.Beside) == 0 || !n.Incident.Condition.Outage() {
		return nil
	}
	names := w.list("list.and", w.names(n.Beside))
	return []bot.Fact{w.fact("beside", w.part("beside", values{"Names": names, "Count": len(n.Beside)}))}
}

// span tells when an incident began, where that is known, and when it ended.
func (w *writer) span(i bot.Incident) []bot.Fact {
	back := w.fact("back", w.since(i.ResolvedAt))
	if i.Since.IsZero() {
		return []bot.Fact{back}
	}
	return []bot.Fact{w.fact("began", w.since(i.Since)), back}
}

// fact is a labelled value.
func (w *writer) fact(label string, value phrase) bot.Fact {
	return bot.Fact{Label: w.say("label."+label, nil), Value: w.seal(value)}
}

// seen tells what was seen, in words that fit the audience.
func (w *writer) seen(s sight) []bot.Fact {
	key := "seen." + string(s.reason)
	if !w.has(key) {
		return nil
	}
	if w.audience == bot.Staff {
		key = w.choose(key+".staff", key)
	}
	return []bot.Fact{w.fact("seen", w.part(key, nil))}
}

// checked tells when it was seen, from how many places (families need not know) and how often it is looked at.
func (w *writer) checked(s sight) []bot.Fact {
	var text phrase
	switch {
	case s.checkedAt.IsZero() && s.every <= 0:
		return nil
	case s.checkedAt.IsZero():
		text = w.every(s.every)
	default:
		text = w.from(s, w.at(s.checkedAt))
		if s.every > 0 {
			text = w.part("checked.then", values{"Checked": text, "Every": w.every(s.every)})
		}
	}
	label := "checked"
	if s.condition == bot.Unverifiable {
		label = "tried"
	}
	return []bot.Fact{w.fact(label, text)}
}

// from adds from how many places it was seen.
func (w *writer) from(s sight, moment phrase) phrase {
	if s.vantages <= 0 || w.audience == bot.Families {
		return moment
	}
	return w.part("checked.from", values{"Moment": moment, "Count": s.vantages})
}

// technical lists the evidence, for staff only.
func (w *writer) technical(s sight) []bot.Fact {
	if w.audience != bot.Staff {
		return nil
	}
	var facts []bot.Fact
	add := func(label, value string) {
		if value != "" {
			fact := w.fact(label, w.foreign(value))
			fact.Evidence = true
			facts = append(facts, fact)
		}
	}
	e := s.evidence
	if e.Status > 0 {
		add("status", strconv.Itoa(e.Status))
	}
	add("url", e.URL)
	add("address", e.Address)
	if e.Latency > 0 {
		facts = append(facts, w.fact("latency", w.latency(e.Latency)))
	}
	if s.reason == bot.ReasonTLSExpired && !e.TLSExpiry.IsZero() {
		facts = append(facts, w.fact("certificate", w.since(e.TLSExpiry)))
	}
	return facts
}

// advice is the block of what to do, if there is any for the audience.
func (w *writer) advice(name string) []bot.Section {
	key := "advice." + name + "." + string(w.audience)
	if !w.has(key) {
		return nil
	}
	return []bot.Section{{Heading: w.say("heading.advice", nil), Items: lines(w.say(key, nil))}}
}

// links leads to the platform and to the public page, where there are such addresses.
func (w *writer) links(p bot.Platform, page, pageKey string) []bot.Link {
	var links []bot.Link
	if p.URL != "" {
		links = append(links, bot.Link{Text: w.say("link.platform", values{"Name": w.bare(p)}), URL: p.URL})
	}
	if page != "" {
		links = append(links, bot.Link{Text: w.say(pageKey, nil), URL: page})
	}
	return links
}
