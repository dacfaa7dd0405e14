package locales

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// ring is a short audible message that calls attention to the living one.
func (w *writer) ring(n bot.Notice) bot.Message {
	i := n.Incident
	if back(i) {
		return w.ringBack(n)
	}
	return bot.Message{
		Tone:    tone(i.Condition),
		Title:   symbol(i.Condition) + w.seal(w.ringTitle(n)),
		Summary: w.seal(w.announced(i, w.condition(matter(i.Condition, i.Reason), w.ringForm(n), w.name(n.Platform), ringSince(i)))),
		Footer:  w.say("footer.details", nil),
	}
}

// ringTitle is the title that says what changed, where the condition has one.
func (w *writer) ringTitle(n bot.Notice) phrase {
	key := string(n.Purpose) + "." + word(n.Incident.Condition)
	if !w.has("title." + key) {
		return w.stateTitle(n.Incident.Condition, n.Platform)
	}
	return w.title(key, n.Platform)
}

// ringSince is since when the condition holds. Where the last change was none of the condition, nobody knows.
func ringSince(i bot.Incident) time.Time {
	switch {
	case i.Before == i.Condition, i.Reason == bot.ReasonStated:
		return time.Time{}
	case i.Before == bot.Normal:
		return i.Since
	default:
		return i.ChangedAt
	}
}

// ringForm chooses the sentence: the one that says what changed, where the condition has one.
func (w *writer) ringForm(n bot.Notice) string {
	if form := string(n.Purpose); w.has("summary." + word(n.Incident.Condition) + "." + form) {
		return form
	}
	return "since"
}

// ringBack says that the platform works again to somebody who was told aloud that it did not.
func (w *writer) ringBack(n bot.Notice) bot.Message {
	from := n.Heard
	if !from.Outage() {
		from = n.Incident.Worst
	}
	return bot.Message{
		Tone:    bot.ToneCalm,
		Title:   symbol(bot.Normal) + w.seal(w.title(w.backKey(from, n.Incident), n.Platform)),
		Summary: w.seal(w.announced(n.Incident, w.returned(n, from))),
	}
}
