package discord

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

// layOut returns the payloads that show a message, in order: one, or more when it does not fit. The key, which may be
// empty, marks them.
func layOut(m bot.Message, key string) ([]payload, error) {
	if compose(m, "").empty() {
		return nil, rejected(errors.New("lay out message: nothing to show"))
	}
	// A mark of a late part is the longest that can be.
	longest := mark(key, 99)
	pages, err := m.Divide(func(m bot.Message) bool { return compose(m, longest).fits() })
	if err != nil {
		return nil, rejected(fmt.Errorf("lay out message: %w", err))
	}
	var parts []payload
	for i, page := range pages {
		parts = append(parts, compose(page, mark(key, i)))
	}
	return parts, nil
}

// compose lays a message out without regard to limits: the summary as the message's own text, which phones show and
// screen readers read, and everything else in an embed for each language. The border between embeds separates them.
func compose(m bot.Message, mark string) payload {
	w := writer{rightToLeft: rightToLeft(m.Lang)}
	p := payload{
		Content: w.text(m.Summary),
		Embeds:  []*discordgo.MessageEmbed{},
		// They are not part of a message's length.
		Components: rows(m.Buttons),
		// Nobody is ever rung, whatever the text says. An edit has to repeat it.
		AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
	}
	first := w.embed(m)
	first.Footer = footer(w, m.Footer, mark)
	if !bare(first) {
		p.Embeds = append(p.Embeds, first)
	}
	for _, other := range m.Also {
		w := writer{rightToLeft: rightToLeft(other.Lang)}
		e := w.embed(other)
		e.Description = w.text(other.Summary)
		e.Footer = footer(w, other.Footer, "")
		if !bare(e) {
			p.Embeds = append(p.Embeds, e)
		}
	}
	return p
}

// embed lays out everything but the summary and the small print.
func (w writer) embed(m bot.Message) *discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{Title: w.line(m.Title), Color: colour(m.Tone)}
	for _, fact := range m.Facts {
		e.Fields = append(e.Fields, w.fact(fact)...)
	}
	for _, section := range m.Sections {
		e.Fields = append(e.Fields, w.section(section)...)
	}
	e.Fields = append(e.Fields, w.links(m.Links)...)
	return e
}

func (w writer) fact(f bot.Fact) []*discordgo.MessageEmbedField {
	label, value := strings.TrimSpace(f.Label), strings.TrimSpace(f.Value)
	if label == "" && value == "" {
		return nil
	}
	fields := w.fields(label, w.lines("", value))
	fields[0].Inline = len(fields) == 1 && !strings.Contains(value, "\n") &&
		utf8.RuneCountInString(label) <= narrow && utf8.RuneCountInString(value) <= narrow
	return fields
}

func (w writer) section(s bot.Section) []*discordgo.MessageEmbedField {
	var lines []string
	for _, text := range s.Text {
		lines = append(lines, w.lines("", text)...)
	}
	for _, item := range s.Items {
		lines = append(lines, w.lines("- ", single(item))...)
	}
	if len(lines) == 0 && strings.TrimSpace(s.Heading) == "" {
		return nil
	}
	return w.fields(s.Heading, lines)
}

// links are text links, one a line. Discord shows no preview for what stands in an embed.
func (w writer) links(links []bot.Link) []*discordgo.MessageEmbedField {
	var lines []string
	for _, link := range links {
		lines = append(lines, w.direction()+masked(link))
	}
	if len(lines) == 0 {
		return nil
	}
	return w.fields("", lines)
}

// masked is a text that leads to an address. Discord does not mask an address with a text that looks like one.
func masked(link bot.Link) string {
	text := single(link.Text)
	u, err := url.Parse(link.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return escape(strings.TrimSpace(text + " " + single(link.URL)))
	}
	address := strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20").Replace(u.String())
	if text == "" || strings.Contains(text, "://") {
		return strings.TrimSpace(escape(text) + " <" + address + ">")
	}
	return "[" + escape(text) + "](" + address + ")"
}

// fields puts lines under a heading, in as many fields as their length needs.
func (w writer) fields(heading string, lines []string) []*discordgo.MessageEmbedField {
	name := w.line(heading)
	if utf8.RuneCountInString(name) > maxFieldName {
		lines = append(w.lines("", single(heading)), lines...)
		name = ""
	}
	if name == "" {
		name = blank
	}
	fields := []*discordgo.MessageEmbedField{{Name: name}}
	for _, line := range lines {
		last := fields[len(fields)-1]
		switch {
		case last.Value == "":
			last.Value = line
		case utf8.RuneCountInString(last.Value)+1+utf8.RuneCountInString(line) <= maxValue:
			last.Value += "\n" + line
		default:
			fields = append(fields, &discordgo.MessageEmbedField{Name: blank, Value: line})
		}
	}
	for _, f := range fields {
		if strings.TrimSpace(f.Value) == "" {
			f.Value = blank
		}
	}
	return fields
}

// writer escapes texts of one language.
type writer struct{ rightToLeft bool }

// direction is what makes a line run right to left: Discord lets the first letter decide, which may be Latin.
func (w writer) direction() string {
	if w.rightToLeft {
		return "\u200f"
	}
	return ""
}

// line is a text on one line, escaped; empty for a blank one.
func (w writer) line(text string) string {
	if text = single(text); text == "" {
		return ""
	}
	return w.direction() + escape(text)
}

// text is a text of any number of lines.
func (w writer) text(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	lines := strings.Split(escape(strings.TrimSpace(text)), "\n")
	for i := range lines {
		lines[i] = w.direction() + lines[i]
	}
	return strings.Join(lines, "\n")
}

// lines are the lines of a text that each fit into a field, the first with a prefix.
func (w writer) lines(prefix, text string) []string {
	var lines []string
	room := maxValue - len(prefix) - len("\u200f")
	for line := range strings.SplitSeq(strings.TrimSpace(clean(text)), "\n") {
		for {
			head, tail := cut(line, room)
			lines = append(lines, prefix+w.direction()+escape(head))
			if prefix = ""; tail == "" {
				break
			}
			line = tail
		}
	}
	return lines
}

// cut divides a line so that its head, once escaped, has at most n characters: after a word if there is one.
func cut(line string, n int) (head, tail string) {
	if utf8.RuneCountInString(line) <= n && utf8.RuneCountInString(escape(line)) <= n {
		return line, ""
	}
	// Escaping at most doubles a text, so half of n always fits.
	end, space := 0, 0
	for count := 0; count < n/2 && end < len(line); count++ {
		r, size := utf8.DecodeRuneInString(line[end:])
		if end += size; r == ' ' {
			space = end
		}
	}
	if space > end/2 {
		end = space
	}
	return line[:end], line[end:]
}

// footer is the small print, in which Discord knows no markup, with the mark.
func footer(w writer, text, mark string) *discordgo.MessageEmbedFooter {
	text = strings.TrimSpace(clean(text))
	if text != "" {
		text = w.direction() + text
	}
	if mark != "" && text != "" {
		text += " · "
	}
	if text+mark == "" {
		return nil
	}
	return &discordgo.MessageEmbedFooter{Text: text + mark}
}

func rightToLeft(lang string) bool {
	base, _, _ := strings.Cut(lang, "-")
	return slices.Contains([]string{"ar", "fa", "he", "ur", "ps", "yi", "dv", "ckb"}, base)
}

// colour goes with the tone. The words say the same without it.
func colour(t bot.Tone) int {
	switch t {
	case bot.ToneCalm:
		return 0x2E7D32
	case bot.ToneInfo:
		return 0x1565C0
	case bot.ToneWarn:
		return 0xF9A825
	case bot.ToneAlarm:
		return 0xC62828
	default:
		return 0
	}
}
