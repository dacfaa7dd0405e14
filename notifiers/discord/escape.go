package discord

import (
	"strings"
	"unicode"
)

// escape returns the text so that Discord shows it as it is: no markup, no mention, no emoji, no link, no preview.
// https://support.discord.com/hc/en-us/articles/210298617
func escape(text string) string {
	var out strings.Builder
	for i, line := range strings.Split(clean(text), "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		escapeLine(&out, line)
	}
	return out.String()
}

// clean makes line ends uniform and takes the characters out that nobody sees and JSON readers dislike.
func clean(text string) string {
	return cleaner.Replace(strings.ToValidUTF8(text, "\uFFFD"))
}

var cleaner = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "")

// single returns the text on one line. Spaces at which a line must not break stay what they are.
func single(text string) string {
	words := strings.FieldsFunc(strings.TrimSpace(clean(text)), func(r rune) bool {
		return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f'
	})
	return strings.Join(words, " ")
}

func escapeLine(out *strings.Builder, line string) {
	start := blockMark(line)
	for i, r := range line {
		if i == start || special(line[i:], r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
}

// blockMark finds the character that would make a list, a header or a quotation of the line; -1 if there is none.
func blockMark(line string) int {
	rest := strings.TrimLeft(line, " \t\u200e\u200f")
	at := len(line) - len(rest)
	if rest == "" {
		return -1
	}
	if strings.IndexByte("#-+", rest[0]) >= 0 {
		return at
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if digits > 0 && digits < len(rest) && (rest[digits] == '.' || rest[digits] == ')') {
		return at + digits
	}
	return -1
}

// special reports whether r, the first character of rest, has a meaning wherever it stands.
func special(rest string, r rune) bool {
	switch r {
	case '\\', '*', '_', '~', '`', '|', '<', '>', '[', ']', '@':
		return true
	case ':':
		return strings.HasPrefix(rest, "://") || emojiName(rest[1:])
	default:
		return false
	}
}

// emojiName reports whether the text goes on like the name of an emoji: letters and the closing colon.
func emojiName(rest string) bool {
	end := strings.IndexByte(rest, ':')
	return end == 0 || end > 0 && strings.Trim(rest[:end],
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-") == ""
}
