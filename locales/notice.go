package locales

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// settling is how long after a return slowness is still to be expected: until then a notice says « de nouveau
// accessible », afterwards « retour à la normale ».
const settling = 30 * time.Minute

// Notice renders a message about an incident. The error wraps [ErrLanguage] for a language that Panneau does not have;
// an unknown purpose and a place without a clock are errors too.
func (r *Renderer) Notice(lang string, n bot.Notice) (bot.Message, error) {
	w, err := r.newWriter(lang, n.Audience, n.Place, n.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render notice: %w", err)
	}
	var m bot.Message
	switch n.Purpose {
	case bot.PurposeBulletin:
		m = w.bulletin(n)
	case bot.PurposeWorse, bot.PurposeAgain, bot.PurposeBack:
		m = w.ring(n)
	default:
		return bot.Message{}, fmt.Errorf("render notice: unknown purpose %q", n.Purpose)
	}
	return w.finish(m)
}

// bulletin is the living message.
func (w *writer) bulletin(n bot.Notice) bot.Message {
	i := n.Incident
	if i.Announced() {
		return w.announcement(n)
	}
	title, say := w.stateTitle(i.Condition, n.Platform), w.state
	if back(i) {
		title = w.title(w.backKey(i.Worst, i), n.Platform)
		say = func(n bot.Notice) phrase { return w.returned(n, i.Worst) }
	}
	return bot.Message{
		Tone:     tone(i.Condition),
		Title:    symbol(i.Condition) + w.seal(title),
		Summary:  w.seal(w.announced(i, say(n))),
		Facts:    w.bulletinFacts(n),
		Sections: slices.Concat(w.corrections(n.Statements), w.advice(w.advised(i)), w.offers(n.Offers), w.claims(n.Statements)),
		Links: slices.Concat(
			w.links(n.Platform, n.PageURL, "link.incident"), w.offerLinks(n.Offers), w.sources(n.Statements),
		),
		Footer: w.bulletinFooter(n),
	}
}

// back reports whether the incident is over because the platform works again, and not because it was closed.
func back(i bot.Incident) bool { return !i.Open() && i.Condition == bot.Normal }

// state says what is the matter and since when. An incident that was over and begins anew counts from the new beginning.
func (w *writer) state(n bot.Notice) phrase {
	i, c := n.Incident, matter(n.Incident.Condition, n.Incident.Reason)
	name := w.name(n.Platform)
	switch {
	case i.Reason == bot.ReasonStated: // since when, nobody has seen
		return w.condition(c, "now", name, time.Time{})
	case i.Before == bot.NotYetKnown || i.Before == bot.Normal:
		return w.condition(c, "since", name, i.Since)
	case i.Before == i.Condition || i.Before == bot.Unverifiable:
		return w.lasting(n, w.condition(c, "now", name, time.Time{}))
	case i.Condition == bot.Unverifiable:
		return w.before(n, w.condition(c, "since", name, i.ChangedAt))
	case !i.Before.Usable() && i.Condition.Outage() && i.Condition.Usable():
		return w.began(n, w.condition(c, "eased", name, i.ChangedAt))
	default:
		return w.began(n, w.condition(c, "since", name, i.ChangedAt))
	}
}

// condition is the sentence about a condition, in the plain form where it is not known since when.
func (w *writer) condition(c, form string, name phrase, since time.Time) phrase {
	if since.IsZero() {
		return w.part("summary."+c+".now", values{"Name": name})
	}
	return w.part("summary."+c+"."+form, values{"Name": name, "Since": w.zoned(w.since(since))})
}

// lasting adds since when there are difficulties, where the time of the last change is not the beginning of the state.
func (w *writer) lasting(n bot.Notice, first phrase) phrase {
	if !n.Incident.Condition.Outage() || n.Incident.Since.IsZero() {
		return first
	}
	return w.then(first, w.part("summary.lasting", values{"Since": w.zoned(w.since(n.Incident.Since))}))
}

// began adds when the difficulties began, unless that was just said.
func (w *writer) began(n bot.Notice, first phrase) phrase {
	i := n.Incident
	if !i.Condition.Outage() || i.Since.IsZero() || i.ChangedAt.Truncate(time.Minute).Equal(i.Since.Truncate(time.Minute)) {
		return first
	}
	return w.then(first, w.part("summary.began", values{"Began": w.at(i.Since)}))
}

// before adds the last condition that is known.
func (w *writer) before(n bot.Notice, first phrase) phrase {
	key := "was." + word(n.Incident.Before)
	if !w.has(key) {
		return first
	}
	return w.then(first, w.part(key, nil))
}

// then puts a sentence after another.
func (w *writer) then(first, next phrase) phrase {
	return w.part("sentences", values{"First": first, "Next": next})
}

// backKey chooses how a return is told, by what the reader had to go without.
func (w *writer) backKey(from bot.Condition, i bot.Incident) string {
	switch {
	case w.now.Sub(i.ResolvedAt) >= settling:
		return "settled"
	case from.Usable():
		return "back.usable"
	case from == bot.LoginImpossible:
		return "back.login"
	default:
		return "back"
	}
}

// returned says that the platform is back, since when and how long it was not.
func (w *writer) returned(n bot.Notice, from bot.Condition) phrase {
	i := n.Incident
	text := w.part("summary."+w.backKey(from, i), values{
		"Name": w.name(n.Platform), "Since": w.zoned(w.since(i.ResolvedAt)),
	})
	if !i.Worst.Outage() || i.Since.IsZero() {
		return text
	}
	return w.then(text, w.part("summary.lasted", values{"Duration": w.duration(i.ResolvedAt.Sub(i.Since))}))
}

// advised names the advice that fits: none once everything is as usual.
func (w *writer) advised(i bot.Incident) string {
	if !back(i) {
		return word(i.Condition)
	}
	if key := w.backKey(i.Worst, i); key == "back" || key == "back.login" {
		return "back"
	}
	return "none"
}

func (w *writer) bulletinFooter(n bot.Notice) string {
	var parts []phrase
	i := n.Incident
	switch {
	case claimed(n.Statements): // which may name a cause
		parts = append(parts, w.part("footer.said", nil))
	case i.Open() && (i.Condition == bot.Unreachable || i.Condition == bot.LoginImpossible):
		parts = append(parts, w.part("footer.cause", nil))
	}
	switch {
	case i.Open():
		parts = append(parts, w.part("footer.living", nil))
	case n.Every > 0:
		parts = append(parts, w.part("footer.still", values{"Every": w.every(n.Every)}))
	}
	return w.seal(w.sentences(append(parts, w.part("footer.about", nil))))
}

// sentences puts sentences one after the other.
func (w *writer) sentences(list []phrase) phrase {
	if len(list) == 0 {
		return ""
	}
	text := list[0]
	for _, next := range list[1:] {
		text = w.then(text, next)
	}
	return text
}
