package locales

import (
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

// Condition names a condition in a few words, in lower case, as they stand after a platform's name and a colon:
// « inaccessible ». The error wraps [ErrLanguage] for a language that Panneau does not have.
func (r *Renderer) Condition(lang string, c bot.Condition) (string, error) {
	known, err := find(r.texts, lang)
	if err != nil {
		return "", fmt.Errorf("name condition: %w", err)
	}
	w := &writer{catalogue: known}
	text := w.say("state."+word(c), nil)
	return text, w.err
}

// title is a title with a wording of its own.
func (w *writer) title(key string, p bot.Platform) phrase {
	return w.part("title."+key, values{"Name": w.bare(p)})
}

// stateTitle is the plain title of a condition: the platform's name and the state.
func (w *writer) stateTitle(c bot.Condition, p bot.Platform) phrase {
	return w.part("title.state", values{"Name": w.bare(p), "State": w.part("state."+word(c), nil)})
}

// word names a condition in the keys of the catalogue.
func word(c bot.Condition) string {
	if c == bot.NotYetKnown {
		return "pending"
	}
	return string(c)
}

// matter names in the keys of summaries what is the matter: a platform that is only very late turns nobody away, and one
// whose checks were stopped could be checked.
func matter(c bot.Condition, r bot.Reason) string {
	switch {
	case c == bot.Saturated && r == bot.ReasonVerySlow:
		return "late"
	case c == bot.Unverifiable && r == bot.ReasonHalted:
		return "halted"
	default:
		return word(c)
	}
}

// tone is the mood of a message about a condition.
func tone(c bot.Condition) bot.Tone {
	switch {
	case c == bot.Normal:
		return bot.ToneCalm
	case !c.Outage():
		return bot.ToneInfo
	case c.Usable():
		return bot.ToneWarn
	default:
		return bot.ToneAlarm
	}
}

// symbol is the one sign that may open a title. The words after it say the same.
func symbol(c bot.Condition) string {
	if c == bot.Unverifiable || c == bot.NotYetKnown {
		return "⚪ "
	}
	switch tone(c) {
	case bot.ToneCalm:
		return "🟢 "
	case bot.ToneWarn:
		return "🟠 "
	case bot.ToneAlarm:
		return "🔴 "
	default:
		return "🔵 "
	}
}
