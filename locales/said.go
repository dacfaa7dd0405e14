package locales

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Said renders what is said about an incident, as sections and links, with what Panneau says of it as the footer. With a zero now its times have
// their dates. The error wraps [ErrLanguage] for a language that Panneau does not have.
func (r *Renderer) Said(lang string, list []bot.Statement, place bot.Place, now time.Time) (bot.Message, error) {
	w, err := r.newWriter(lang, bot.Families, place, now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render what is said: %w", err)
	}
	m := bot.Message{Tone: bot.ToneInfo, Sections: append(w.corrections(list), w.claims(list)...), Links: w.sources(list)}
	if claimed(list) {
		m.Footer = w.say("footer.said", nil)
	}
	return w.finish(m)
}

// claimed reports whether anything is quoted that is not Panneau's own: nobody has checked it here.
func claimed(list []bot.Statement) bool {
	return slices.ContainsFunc(list, func(s bot.Statement) bool { return s.Kind == bot.StatementClaim })
}

// claims quotes what people say, each under their name: nothing of it is Panneau's own.
func (w *writer) claims(list []bot.Statement) []bot.Section {
	return w.quotes(list, bot.StatementClaim, "heading.said")
}

// corrections sets right what was told before.
func (w *writer) corrections(list []bot.Statement) []bot.Section {
	return w.quotes(list, bot.StatementCorrection, "heading.correction")
}

func (w *writer) quotes(list []bot.Statement, kind bot.StatementKind, heading string) []bot.Section {
	var items []string
	for _, s := range list {
		if s.Kind == kind {
			items = append(items, w.quote(s))
		}
	}
	if len(items) == 0 {
		return nil
	}
	return []bot.Section{{Heading: w.say(heading, nil), Items: items}}
}

// quote is one statement with its author and its time.
func (w *writer) quote(s bot.Statement) string {
	key := "said.claim"
	switch {
	case s.Kind == bot.StatementCorrection:
		key = "said.correction"
	case s.Author == "":
		key = "said.operator"
	}
	return w.say(key, values{"Author": w.free(s.Author), "Moment": w.zoned(w.stamp(s.At)), "Text": w.free(s.Text)})
}

// stamp is a moment by itself: « 12 h 05 », with its date where that is not today's.
func (w *writer) stamp(t time.Time) phrase {
	local, now := t.In(w.place.Location), w.now.In(w.place.Location)
	if midnight(local).Equal(midnight(now)) {
		return w.time(local)
	}
	return w.since(t)
}

// sources leads to where the statements can be read. The name of the site stands in the text: nobody is sent anywhere
// unseen.
func (w *writer) sources(list []bot.Statement) []bot.Link {
	var links []bot.Link
	for _, s := range list {
		if s.Link == "" {
			continue
		}
		key := "link.said"
		if s.Author == "" {
			key = "link.said.operator"
		}
		text := w.say(key, values{"Author": w.free(s.Author), "Host": w.foreign(s.Host())})
		links = append(links, bot.Link{Text: text, URL: s.Link})
	}
	return links
}

// announced adds that it is an operator who says so, and that no check sees it, or that the end is one by their word.
func (w *writer) announced(i bot.Incident, text phrase) phrase {
	switch {
	case i.Open() && i.Reason == bot.ReasonStated:
		return w.then(text, w.part("summary.stated", values{"Moment": w.at(i.ChangedAt)}))
	case !i.Open() && i.Stated != bot.NotYetKnown:
		return w.then(text, w.part("summary.stated.over", nil))
	default:
		return text
	}
}
