package console

import (
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// layout turns messages into blocks of lines.
type layout struct {
	width  int
	colour bool
}

// The escape sequences of ECMA-48, section 8.3.117 (select graphic rendition).
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[1;31m"
	green  = "\x1b[1;32m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
)

func (l layout) post(p bot.Posting) string {
	b := l.block()
	b.rule(p.To)
	b.message(p.Message)
	return b.String()
}

func (l layout) update(p bot.Posting) string {
	b := l.block()
	b.rule(p.To)
	b.line(faint, "— mise à jour —")
	b.gap()
	b.message(p.Message)
	return b.String()
}

func (l layout) block() *block { return &block{layout: l} }

// block is a message on its way to paper.
type block struct {
	layout
	strings.Builder
	rtl   bool // the language runs from right to left
	empty bool // the last line is empty
}

// rule opens a block: a line across the page that names the channel.
func (b *block) rule(to bot.Address) {
	name := clean(to.Channel)
	if to.Thread != "" {
		name += " / " + clean(to.Thread)
	}
	name = "── " + strings.ReplaceAll(name, "\n", " ") + " "
	b.line(faint, name+strings.Repeat("─", max(2, b.width-columns(name))))
}

// message writes the message and the same in its other languages.
func (b *block) message(m bot.Message) {
	b.rtl = rightToLeft(m.Lang)
	b.paragraph(tint(m.Tone), "", m.Title)
	b.gap()
	b.paragraph("", "", m.Summary)
	b.gap()
	for _, fact := range m.Facts {
		b.paragraph("", "", fact.Label+colon(m.Lang)+isolated(fact.Value))
	}
	b.gap()
	for _, section := range m.Sections {
		b.section(section)
	}
	for _, link := range m.Links {
		b.link(link, m.Lang)
	}
	b.gap()
	b.paragraph(faint, "", m.Footer)
	b.gap()
	for _, other := range m.Also {
		b.line(faint, "· · ·")
		b.gap()
		b.message(other)
	}
}

func (b *block) section(s bot.Section) {
	b.paragraph(bold, "", s.Heading)
	for _, text := range s.Text {
		b.paragraph("", "", text)
	}
	for _, item := range s.Items {
		b.paragraph("", "• ", item)
	}
	b.gap()
}

// link writes the address on the same line where there is room, else on a line of its own, never broken, so that it
// can be copied and clicked.
func (b *block) link(link bot.Link, lang string) {
	text, address := clean(link.Text), strings.ReplaceAll(clean(link.URL), "\n", "\uFFFD")
	if text == "" {
		b.line("", address)
		return
	}
	text += colon(lang)
	if columns(text)+columns(address) <= b.width && !strings.Contains(text, "\n") {
		b.line("", text+address)
		return
	}
	b.paragraph("", "", strings.TrimRight(text, " "))
	b.line("", "  "+address)
}

// paragraph writes a text, wrapped, the first line led by a mark and the others indented as far. An empty text is
// nothing.
func (b *block) paragraph(style, mark, text string) {
	if text = clean(text); text == "" {
		return
	}
	indent := strings.Repeat(" ", columns(mark))
	for part := range strings.SplitSeq(text, "\n") {
		for _, line := range wrap(part, b.width-columns(mark)) {
			b.line(style, mark+line)
			mark = indent
		}
	}
}

// line writes one line as it stands.
func (b *block) line(style, text string) {
	if b.rtl {
		text = rlm + text
	}
	if b.colour && style != "" {
		text = style + text + reset
	}
	b.WriteString(text + "\n")
	b.empty = false
}

// gap writes an empty line, unless there is one already.
func (b *block) gap() {
	if !b.empty {
		b.WriteString("\n")
	}
	b.empty = true
}

// tint is the colour of a title.
func tint(t bot.Tone) string {
	switch t {
	case bot.ToneCalm:
		return green
	case bot.ToneInfo:
		return blue
	case bot.ToneWarn:
		return yellow
	case bot.ToneAlarm:
		return red
	default:
		return bold
	}
}

// colon is what stands between a label and its value: French wants a space that does not break before it.
func colon(lang string) string {
	if language(lang) == "fr" {
		return "\u00a0: "
	}
	return ": "
}
