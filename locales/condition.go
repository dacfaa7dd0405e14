package locales

import "github.com/panneau-ecole/panneau/bot"

// word names a condition in the keys of the catalogue.
func word(c bot.Condition) string {
	if c == bot.NotYetKnown {
		return "pending"
	}
	return string(c)
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
