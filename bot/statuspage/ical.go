package statuspage

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// calendar is the maintenances to come as iCalendar (RFC 5545).
func (p *Page) calendar(f *facts, q filter) *document {
	l := p.languages[q.lang]
	const form = "20060102T150405Z"
	var c icalendar
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//Panneau//Panneau//FR")
	c.line("X-WR-CALNAME:" + icalText(l.say("planned", nil)))
	c.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
	for _, view := range f.overview.Platforms {
		for _, m := range f.planned(l, view.Platform) {
			c.line("BEGIN:VEVENT")
			c.line(fmt.Sprintf("UID:%s-%d@panneau", view.Platform.ID, m.start.Unix()))
			c.line("DTSTAMP:" + f.now.UTC().Truncate(24*time.Hour).Format(form))
			c.line("DTSTART:" + m.start.UTC().Format(form))
			c.line("DTEND:" + m.end.UTC().Format(form))
			c.line("SUMMARY:" + icalText(l.say("planned.title", view.Platform.Name)))
			if base := f.base(); base != "" {
				c.line("URL:" + base + platformPath(view.Platform.ID))
			}
			c.line("TRANSP:TRANSPARENT")
			c.line("END:VEVENT")
		}
	}
	c.line("END:VCALENDAR")
	return p.open("text/calendar; charset=utf-8", feedCache, []byte(c.text.String()))
}

type icalendar struct{ text strings.Builder }

// line writes a content line, folded at 75 bytes without cutting a character (RFC 5545, section 3.1).
func (c *icalendar) line(text string) {
	const longest = 75
	for room := longest; len(text) > room; room = longest - 1 { // a fold begins with a space
		at := room
		for !utf8.RuneStart(text[at]) {
			at--
		}
		c.text.WriteString(text[:at] + "\r\n ")
		text = text[at:]
	}
	c.text.WriteString(text + "\r\n")
}

// icalText escapes a text (RFC 5545, section 3.3.11).
func icalText(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}
