package telegram

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// entity is a formatted part of a text; offset and length count UTF-16 units.
// https://core.telegram.org/bots/api#messageentity
type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
}

// parser reads Telegram's HTML as its server does, byte for byte, with its errors: td/telegram/MessageEntity.cpp.
type parser struct {
	in       string
	at       int
	out      strings.Builder
	units    int // of out, in UTF-16
	open     []openTag
	entities []entity
}

// openTag is a start tag whose end was not met yet.
type openTag struct {
	name, argument string
	units          int // where it stands
}

// entityTypes maps the tags that Telegram takes to the types of entity. https://core.telegram.org/bots/api#html-style
func entityTypes() map[string]string {
	return map[string]string{
		"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
		"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
		"a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
	}
}

// parseHTML takes the markup out of a text. An error is the reason that follows « can't parse entities: ».
func parseHTML(in string) (text string, entities []entity, err error) {
	p := &parser{in: in}
	for p.at < len(p.in) {
		switch c := p.in[p.at]; {
		case c == '&':
			p.character()
		case c != '<':
			_, size := utf8.DecodeRuneInString(p.in[p.at:])
			p.write(p.in[p.at : p.at+size])
			p.at += size
		case strings.HasPrefix(p.in[p.at:], "</"):
			err = p.endTag()
		default:
			err = p.startTag()
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, fmt.Errorf("Can't find end tag corresponding to start tag %q", p.open[n-1].name) //nolint:staticcheck // Telegram's text
	}
	slices.SortStableFunc(p.entities, func(a, b entity) int { return a.Offset - b.Offset })
	return p.out.String(), p.entities, nil
}

func (p *parser) write(text string) {
	p.out.WriteString(text)
	p.units += units(text)
}

// character reads a character reference, or an ampersand that starts none.
func (p *parser) character() {
	if r, size := reference(p.in[p.at:]); r != 0 {
		p.write(string(r))
		p.at += size
		return
	}
	p.write("&")
	p.at++
}

// reference decodes a character reference at the start of a text. The semicolon may be missing.
func reference(text string) (r rune, size int) {
	size = 1
	if strings.HasPrefix(text, "&#") {
		r, size = numeric(text)
	} else {
		for size < len(text) && isLetter(text[size]) {
			size++
		}
		r = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}[text[1:size]]
	}
	if r != 0 && size < len(text) && text[size] == ';' {
		size++
	}
	return r, size
}

func numeric(text string) (r rune, size int) {
	size, base := 2, rune(10)
	if len(text) > 2 && text[2] == 'x' {
		size, base = 3, 16
	}
	for size < len(text) && size < 10 {
		digit := rune(strings.IndexByte("0123456789abcdef", text[size]|0x20))
		if digit < 0 || digit >= base {
			break
		}
		r = r*base + digit
		size++
	}
	if !utf8.ValidRune(r) {
		return 0, 1
	}
	return r, size
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isSpace(c byte) bool { return strings.IndexByte(" \t\r\n\x00\v", c) >= 0 }

// peek is the byte at hand, 0 at the end.
func (p *parser) peek() byte {
	if p.at >= len(p.in) {
		return 0
	}
	return p.in[p.at]
}

// until moves on to the first byte that stop accepts, or to the end, and returns what it passed.
func (p *parser) until(stop func(byte) bool) string {
	from := p.at
	for p.at < len(p.in) && !stop(p.in[p.at]) {
		p.at++
	}
	return p.in[from:p.at]
}

func (p *parser) skipSpace() { p.until(func(c byte) bool { return !isSpace(c) }) }

func (p *parser) startTag() error {
	begin := p.at
	p.at++
	name := strings.ToLower(p.until(func(c byte) bool { return isSpace(c) || c == '>' }))
	if p.peek() == 0 {
		return fmt.Errorf("Unclosed start tag at byte offset %d", begin) //nolint:staticcheck // Telegram's text
	}
	if entityTypes()[name] == "" {
		return fmt.Errorf("Unsupported start tag %q at byte offset %d", name, begin) //nolint:staticcheck // Telegram's text
	}
	tag := openTag{name: name, units: p.units}
	for {
		p.skipSpace()
		if p.peek() == '>' {
			p.at++
			break
		}
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	if name == "span" && tag.argument != "tg-spoiler" {
		return fmt.Errorf(`Tag "span" must have class "tg-spoiler" at byte offset %d`, begin) //nolint:staticcheck // Telegram's text
	}
	p.open = append(p.open, tag)
	return nil
}

// attribute reads name="value" inside of a start tag.
func (p *parser) attribute(tag *openTag, begin int) error {
	name := p.until(func(c byte) bool { return isSpace(c) || strings.IndexByte(`=>/"'`, c) >= 0 })
	if name == "" && p.peek() != 0 {
		return fmt.Errorf("Empty attribute name in the tag %q at byte offset %d", tag.name, begin) //nolint:staticcheck // Telegram's text
	}
	p.skipSpace()
	if p.peek() != '=' && p.peek() != 0 {
		return fmt.Errorf("Expected equal sign in declaration of an attribute of the tag %q at byte offset %d", tag.name, begin) //nolint:staticcheck // Telegram's text
	}
	p.at++
	p.skipSpace()
	value := p.value()
	if p.peek() == 0 {
		return fmt.Errorf("Unclosed start tag at byte offset %d", begin) //nolint:staticcheck // Telegram's text
	}
	switch tag.name + " " + strings.ToLower(name) {
	case "a href", "span class":
		tag.argument = value
	}
	return nil
}

func (p *parser) value() string {
	quote := p.peek()
	if quote != '"' && quote != '\'' {
		return strings.ToLower(p.until(func(c byte) bool { return isSpace(c) || c == '>' }))
	}
	p.at++
	var value strings.Builder
	for p.peek() != 0 && p.peek() != quote {
		if r, size := reference(p.in[p.at:]); p.peek() == '&' && r != 0 {
			value.WriteRune(r)
			p.at += size
			continue
		}
		value.WriteByte(p.peek())
		p.at++
	}
	p.at = min(p.at+1, len(p.in))
	return value.String()
}

func (p *parser) endTag() error {
	begin := p.at
	if len(p.open) == 0 {
		return fmt.Errorf("Unexpected end tag at byte offset %d", begin) //nolint:staticcheck // Telegram's text
	}
	p.at += 2
	name := p.until(func(c byte) bool { return isSpace(c) || c == '>' })
	p.skipSpace()
	if p.peek() != '>' {
		return fmt.Errorf("Unclosed end tag at byte offset %d", begin) //nolint:staticcheck // Telegram's text
	}
	p.at++
	tag := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	if name != "" && !strings.EqualFold(name, tag.name) {
		return fmt.Errorf("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name) //nolint:staticcheck // Telegram's text
	}
	p.close(tag)
	return nil
}

// close makes an entity of what stands between a start tag and here.
func (p *parser) close(tag openTag) {
	e := entity{Type: entityTypes()[tag.name], Offset: tag.units, Length: p.units - tag.units}
	if e.Type == "text_link" {
		if e.URL = tag.argument; e.URL == "" {
			e.URL = string(utf16.Decode(utf16.Encode([]rune(p.out.String()))[tag.units:]))
		}
		if !linkable(e.URL) {
			return // the text stays, the link is lost
		}
	}
	if e.Length > 0 && e.Type != "custom_emoji" {
		p.entities = append(p.entities, e)
	}
}

// units is the length of a text as Telegram counts it.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
