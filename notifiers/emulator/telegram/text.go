package telegram

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxText     = 4096  // UTF-16 units after parsing, https://core.telegram.org/bots/api#sendmessage
	maxRaw      = 35000 // bytes before parsing: what is longer is cut off silently, td/telegram/misc.cpp
	maxEntities = 100   // the servers drop further ones silently; https://limits.tginfo.me
)

// content is the text of a message with its formatting.
type content struct {
	Text     string   `json:"text"`
	Entities []entity `json:"entities,omitempty"`
	Preview  object   `json:"link_preview_options,omitempty"`
	Markup   *markup  `json:"reply_markup,omitempty"`
}

// readText makes a message's content of the parameters text and parse_mode.
func readText(args arguments) (content, error) {
	text := args["text"]
	if !utf8.ValidString(text) {
		return content{}, errNotUTF8
	}
	c := content{Text: clean(text)}
	switch strings.ToLower(args["parse_mode"]) {
	case "":
	case "html":
		var err error
		if c.Text, c.Entities, err = parseHTML(c.Text); err != nil {
			return content{}, Refusal(parsePrefix + err.Error())
		}
	default:
		return content{}, errNoParseMode
	}
	c = c.trimmed()
	switch {
	case invisible(c.Text):
		return content{}, errTextEmpty
	case units(c.Text) > maxText:
		return content{}, errTooLong
	}
	c.Entities = append(c.Entities[:min(len(c.Entities), maxEntities)], found(c.Text)...)
	return c, nil
}

// clean does with a text what td/telegram/misc.cpp (clean_input_string) does.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r >= 0x2028 && r <= 0x202e, r == 0x333, r == 0x33f, r == 0x30a:
			return -1
		case r < ' ' && r != '\n':
			return ' '
		}
		return r
	}, text)
	if len(text) <= maxRaw {
		return text
	}
	end := maxRaw
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// trimmed is the content without the space at both ends, its entities moved along.
func (c content) trimmed() content {
	left := len(c.Text) - len(strings.TrimLeft(c.Text, " \n"))
	shift := units(c.Text[:left])
	c.Text = strings.Trim(c.Text, " \n")
	end := units(c.Text)
	var kept []entity
	for _, e := range c.Entities {
		from, to := max(0, e.Offset-shift), min(end, e.Offset-shift+e.Length)
		if e.Offset, e.Length = from, to-from; e.Length > 0 {
			kept = append(kept, e)
		}
	}
	c.Entities = kept
	return c
}

// invisible reports whether a text has nothing to see.
func invisible(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0
}

// linkable reports whether Telegram makes a link of an address: LinkManager::check_link in td/telegram.
func linkable(address string) bool {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "tg":
		return true
	case "http", "https":
		return strings.Contains(u.Host, ".") || strings.HasPrefix(u.Host, "[")
	}
	return false
}

// signs are the patterns of what Telegram finds in any text by itself.
var signs = []struct {
	kind    string
	pattern *regexp.Regexp
}{
	{"mention", regexp.MustCompile(`(?:^|[^\pL\pN_@])(@[A-Za-z0-9_]{2,32})\b`)},
	{"bot_command", regexp.MustCompile(`(?:^|[^\pL\pN_/<>])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)},
	{"url", regexp.MustCompile(`(?:^|[^\pL\pN_@.])(https?://[^\s<>"«»]+)`)},
}

// found are the entities that Telegram finds in any text by itself: mentions, which alert people, commands and
// addresses. https://core.telegram.org/bots/api#messageentity
func found(text string) []entity {
	var list []entity
	for _, sign := range signs {
		for _, at := range sign.pattern.FindAllStringSubmatchIndex(text, -1) {
			list = append(list, entity{Type: sign.kind, Offset: units(text[:at[2]]), Length: units(text[at[2]:at[3]])})
		}
	}
	sortEntities(list)
	return list
}

// part is the text that an entity stands for.
func (c content) part(e entity) string {
	return string(utf16.Decode(utf16.Encode([]rune(c.Text))[e.Offset : e.Offset+e.Length]))
}
