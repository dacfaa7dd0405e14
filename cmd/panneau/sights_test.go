package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// sight is a message as a reader sees it.
type sight struct {
	word    string
	audible bool
	edits   int
	plain   bool
	reply   bool
}

// String is the short form of the tables.
func (x sight) String() string {
	text := "🔇 "
	if x.audible {
		text = "🔊 "
	}
	text += x.word
	if x.plain {
		text += " (plain)"
	}
	if x.edits > 0 {
		text += fmt.Sprintf(" +%d", x.edits)
	}
	return text
}

// shown is what a chat shows of the notices. Greetings are left out.
func (c *cell) shown(channel string) []sight {
	var list []sight
	for _, m := range c.at.Shown(channel) {
		if x, ok := look(m); ok {
			list = append(list, x)
		}
	}
	return list
}

// look reads a message.
func look(m emulator.Shown) (sight, bool) {
	text := strings.Join(strings.Fields(m.Text), " ")
	x := sight{audible: m.Audible, edits: m.Edits, reply: m.ReplyTo != ""}
	if !strings.Contains(text, "ENT : ") || strings.Contains(text, "status") { // a greeting says how to ask
		return x, false
	}
	for _, word := range []struct{ in, short string }{
		{"de nouveau accessible", "back"}, {"retour à la normale", "back"}, {"saturé", "full"}, {"inaccessible", "down"},
	} {
		if strings.Contains(text, word.in) {
			x.word = word.short
			break
		}
	}
	x.plain = !x.reply && !strings.Contains(text, "non officiel")
	return x, m.Bot
}

// words lists messages, those that are alike once.
func words(list []sight) string {
	var texts []string
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n] == list[0] {
			n++
		}
		text := list[0].String()
		if n > 1 {
			text += " × " + about(n)
		}
		texts, list = append(texts, text), list[n:]
	}
	if texts == nil {
		return "nothing"
	}
	return strings.Join(texts, ", ")
}

// lag is a time in words that chance does not change.
func lag(from, to time.Time) string {
	d := to.Sub(from)
	switch {
	case to.IsZero():
		return "never"
	case d <= 6*time.Second: // the verdicts alone take up to two
		return "at once"
	case d <= 15*time.Second:
		return "< 15 s"
	case d <= time.Minute:
		return "< 1 min"
	case d <= 6*time.Minute:
		return "< 6 min"
	case d <= 12*time.Minute:
		return "< 12 min"
	default:
		return "< " + (d.Truncate(time.Hour) + time.Hour).String()
	}
}

// about is a number in words that chance does not change.
func about(n int) string {
	for _, limit := range []int{10, 30, 100, 1000} {
		if n <= 5 {
			return fmt.Sprint(n)
		}
		if n <= limit {
			return fmt.Sprintf("≤ %d", limit)
		}
	}
	return "> 1000"
}
