package locales

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Overview renders the answer to « what is the state of things? »: one platform in detail where there is one to show,
// otherwise the troubled ones first and the others in a line. The error wraps [ErrLanguage] for a language that Panneau
// does not have; a place without a clock is an error too.
func (r *Renderer) Overview(lang string, o bot.Overview) (bot.Message, error) {
	w, err := r.newWriter(lang, o.Audience, o.Place, o.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render overview: %w", err)
	}
	switch {
	case o.Offline:
		return w.finish(w.offline())
	case o.Asked != "" && len(o.Platforms) == 0:
		return w.finish(w.unknown(o))
	case len(o.Platforms) == 1:
		return w.finish(r.remembered(w, w.dated(w.detail(o.Platforms[0], o.PageURL), o.Days), o))
	default:
		return w.finish(w.dated(w.board(o), o.Days))
	}
}

// remembered adds the last school days of the one platform, in words and as a picture.
func (r *Renderer) remembered(w *writer, m bot.Message, o bot.Overview) bot.Message {
	if len(o.Recent) > 0 {
		m.Sections = append(m.Sections, w.recent(o.Recent)...)
		m.Picture = r.recentPicture(w, o.Platforms[0].Platform, o.Recent)
	}
	return m
}

// dated adds the critical days to a message.
func (w *writer) dated(m bot.Message, days []bot.CriticalDay) bot.Message {
	m.Sections = append(m.Sections, w.days(days)...)
	return m
}

// offline says that nothing can be said.
func (w *writer) offline() bot.Message {
	return bot.Message{
		Tone:    bot.ToneInfo,
		Title:   symbol(bot.Unverifiable) + w.say("overview.offline.title", nil),
		Summary: w.seal(w.then(w.part("overview.offline", nil), w.part("overview.offline.advice", nil))),
	}
}

// askedLimit is how much of a name that nobody knows is repeated, in characters.
const askedLimit = 60

// unknown answers a question about a platform that there is not.
func (w *writer) unknown(o bot.Overview) bot.Message {
	text := []phrase{w.part("overview.unknown", values{"Asked": w.asked(o.Asked)})}
	text = append(text, w.meant(o.Nearest)...)
	text = append(text, w.part("overview.hint", nil))
	return bot.Message{
		Tone:    bot.ToneInfo,
		Title:   symbol(bot.NotYetKnown) + w.say("overview.unknown.title", nil),
		Summary: w.seal(w.sentences(text)),
		Footer:  w.seal(w.sentences(w.glossary(o.Nearest))),
	}
}

// names are the platforms' names for an enumeration.
func (w *writer) names(platforms []bot.Platform) []phrase {
	var names []phrase
	for _, p := range platforms {
		names = append(names, w.bare(p))
	}
	return names
}

// asked is what a person typed, as far as it is shown.
func (w *writer) asked(typed string) phrase {
	asked := []rune(typed)
	if len(asked) > askedLimit {
		asked = append(asked[:askedLimit:askedLimit], '…')
	}
	return w.free(string(asked))
}

// meant asks whether some platforms were meant.
func (w *writer) meant(platforms []bot.Platform) []phrase {
	names := w.names(platforms)
	if len(names) == 0 {
		return nil
	}
	return []phrase{w.part("overview.meant", values{"Names": w.list("list.or", names)})}
}

// glossary explains « ENT » to families where it stands in a name of an enumeration.
func (w *writer) glossary(platforms []bot.Platform) []phrase {
	isENT := func(p bot.Platform) bool { return hasWord(p.Name, "ENT") }
	if w.audience != bot.Families || !slices.ContainsFunc(platforms, isENT) {
		return nil
	}
	return []phrase{w.part("footer.glossary", nil)}
}

// detail is everything about one platform.
func (w *writer) detail(v bot.PlatformView, page string) bot.Message {
	if v.Condition == bot.NotYetKnown {
		v.Since = time.Time{}
	}
	s := sight{v.Condition, v.Reason, v.Evidence, v.CheckedAt, v.Every, v.Vantages}
	return bot.Message{
		Tone:     tone(v.Condition),
		Title:    symbol(v.Condition) + w.seal(w.stateTitle(v.Condition, v.Platform)),
		Summary:  w.seal(w.standing(v)),
		Facts:    slices.Concat(w.seen(s), w.splitFact(v.Split), w.lastChecked(s), w.technical(s)),
		Sections: w.advice(word(v.Condition)),
		Links:    w.links(v.Platform, page, "link.page"),
		Footer:   w.say("footer.about", nil),
	}
}

// standing says how a platform stands, and since when it does, or when an operator said so.
func (w *writer) standing(v bot.PlatformView) phrase {
	c, name := matter(v.Condition, v.Reason), w.name(v.Platform)
	if v.Reason == bot.ReasonStated {
		return w.then(w.condition(c, "now", name, time.Time{}), w.part("summary.stated", values{"Moment": w.at(v.Since)}))
	}
	return w.condition(c, "since", name, v.Since)
}

// lastChecked tells how long ago the platform was looked at.
func (w *writer) lastChecked(s sight) []bot.Fact {
	if s.checkedAt.IsZero() {
		return nil
	}
	text := w.ago(s.checkedAt)
	if s.vantages > 0 {
		text = w.part("checked.from", values{"Moment": text, "Count": s.vantages})
	}
	label := "checked"
	if s.condition == bot.Unverifiable {
		label = "tried"
	}
	return []bot.Fact{w.fact(label, text)}
}
