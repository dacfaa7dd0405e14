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
	title, form := word(i.Condition), w.ringForm(n)
	m := bot.Message{
		Tone:   tone(i.Condition),
		Title:  w.headline(i.Condition, w.choose("title."+string(n.Purpose)+"."+title, "title."+title), n.Platform),
		Footer: w.say("footer.details", nil),
	}
	since := i.ChangedAt
	if form == "now" {
		since = time.Time{}
	}
	m.Summary = w.seal(w.condition(title, form, w.name(n.Platform), since))
	return m
}

// ringForm chooses the sentence. Where the last change was none of the condition, its time says nothing.
func (w *writer) ringForm(n bot.Notice) string {
	i := n.Incident
	if i.Before == i.Condition {
		return "now"
	}
	if w.has("summary." + word(i.Condition) + "." + string(n.Purpose)) {
		return string(n.Purpose)
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
		Title:   w.headline(bot.Normal, "title."+w.backKey(from, n.Incident), n.Platform),
		Summary: w.seal(w.returned(n, from)),
	}
}
