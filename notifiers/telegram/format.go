package telegram

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/panneau-ecole/panneau/bot"
)

// maxText is the length of a message after its markup was resolved, in UTF-16 units
// (https://core.telegram.org/bots/api#sendmessage, https://core.telegram.org/api/entities#entity-length).
const maxText = 4096

// maxEntities is how many formatted parts a message has: Telegram drops further ones without a word, links included.
// It is no number of Telegram's own documentation (https://limits.tginfo.me).
const maxEntities = 100

// payload is a message as Telegram takes it.
type payload struct {
	html   string
	length int // of what is shown, in UTF-16 units
	marked int // how many parts are formatted
	// keyboard is what stands beneath, in JSON; empty for nothing.
	keyboard string
}

// divide lays a message out, in as many parts as it needs.
func divide(m bot.Message) ([]payload, error) {
	messages, err := m.Divide(func(m bot.Message) bool { return format(m).fits() })
	if err != nil {
		return nil, &bot.DeliveryError{Kind: bot.KindRejected, Err: err}
	}
	parts := make([]payload, len(messages))
	for i, one := range messages {
		parts[i] = format(one)
		if parts[i].html == "" {
			return nil, &bot.DeliveryError{Kind: bot.KindRejected, Err: errors.New("the message is empty")}
		}
	}
	return parts, nil
}

func (p payload) fits() bool { return p.length <= maxText && p.marked <= maxEntities }

// separator stands between a message and the same in another language.
const separator = "· · ·"

// format lays a message out as HTML. Telegram has no colours, no headings and no lists of its own: blocks stand apart by
// an empty line.
func format(m bot.Message) payload {
	var l layout
	l.message(m)
	for _, also := range m.Also {
		l.mark = ""
		l.block(l.text(separator))
		l.message(also)
	}
	html := strings.Join(l.blocks, "\n\n")
	return payload{html: html, length: l.length + 2*max(len(l.blocks)-1, 0), marked: l.marked, keyboard: keyboard(m.Buttons)}
}

// layout collects blocks and counts what is shown of them.
type layout struct {
	blocks []string
	length int
	marked int
	mark   string // starts every line of a right-to-left language
}

func (l *layout) message(m bot.Message) {
	l.mark = ""
	if rightToLeft(m.Lang) {
		l.mark = "\u200f" // Telegram takes a line's direction from its first strong character
	}
	l.block(l.tag("b", m.Title))
	l.block(l.text(m.Summary))
	var facts []string
	for _, f := range m.Facts {
		facts = append(facts, l.tag("b", f.Label+colon(m.Lang))+l.count(" ")+escape(l.count(f.Value)))
	}
	l.block(facts...)
	for _, s := range m.Sections {
		l.block(l.section(s)...)
	}
	var links []string
	for _, link := range m.Links {
		links = append(links, l.link(link))
	}
	l.block(links...)
	l.block(l.tag("i", m.Footer))
}

// block adds a block of the lines that there are.
func (l *layout) block(lines ...string) {
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	if len(lines) == 0 {
		return
	}
	l.length += len(lines) - 1
	l.blocks = append(l.blocks, strings.Join(lines, "\n"))
}

func (l *layout) section(s bot.Section) []string {
	lines := []string{l.tag("b", s.Heading)}
	for _, text := range s.Text {
		lines = append(lines, l.text(text))
	}
	for _, item := range s.Items {
		if !blank(item) {
			lines = append(lines, l.text("• "+item))
		}
	}
	return lines
}

// text is a line as it stands.
func (l *layout) text(text string) string {
	if blank(text) {
		return ""
	}
	return escape(l.count(l.directed(text)))
}

// tag is a line in an element.
func (l *layout) tag(element, text string) string {
	if blank(text) {
		return ""
	}
	l.marked++
	return "<" + element + ">" + l.text(text) + "</" + element + ">"
}

// link is a line with a link. An address that Telegram would not link is written out.
func (l *layout) link(link bot.Link) string {
	link.URL = strings.ToValidUTF8(link.URL, "\ufffd")
	if !linkable(link.URL) || blank(link.Text) {
		return l.text(strings.TrimSpace(link.Text + " " + link.URL))
	}
	l.marked++
	return `<a href="` + strings.ReplaceAll(escape(link.URL), `"`, "&quot;") + `">` + l.text(link.Text) + "</a>"
}

// linkable reports whether Telegram makes a link of an address: not where the host has no dot, as in a private network
// (LinkManager::check_link in https://github.com/tdlib/td).
func linkable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") &&
		(strings.Contains(u.Host, ".") || strings.HasPrefix(u.Host, "["))
}

func (l *layout) directed(text string) string {
	if l.mark == "" {
		return text
	}
	return l.mark + strings.ReplaceAll(text, "\n", "\n"+l.mark)
}

// count disarms a text and counts it. Telegram refuses what is not UTF-8.
func (l *layout) count(text string) string {
	text = disarm(strings.ToValidUTF8(text, "\ufffd"))
	l.length += units(text)
	return text
}

// disarm keeps Telegram from taking a word for the name of a user, who would be told of it: an invisible character
// parts the @ from the name.
func disarm(text string) string {
	return mention.ReplaceAllString(text, "@\u2060$1")
}

// escape is what Telegram's HTML demands (https://core.telegram.org/bots/api#html-style).
func escape(text string) string {
	return escaper.Replace(text)
}

var (
	escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	mention = regexp.MustCompile(`@(\w)`)
)

func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// colon stands between a label and its value. French sets a space that does not break before it.
func colon(lang string) string {
	switch base(lang) {
	case "fr":
		return "\u00a0:"
	case "zh":
		return "："
	default:
		return ":"
	}
}

func base(lang string) string {
	code, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return code
}

// rightToLeft reports whether a language is written so.
func rightToLeft(lang string) bool {
	return slices.Contains([]string{"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}, base(lang))
}
