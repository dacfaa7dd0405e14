package console

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// The characters that steer the direction of text (Unicode Standard Annex 9).
const (
	rlm = "\u200f" // a mark that makes a line run from right to left
	fsi = '\u2068' // begins an isolate whose direction is that of its first letter
	pdi = '\u2069' // ends the isolate
)

func language(tag string) string {
	first, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return first
}

func rightToLeft(tag string) bool {
	return slices.Contains([]string{"ar", "fa", "he", "ps", "ur"}, language(tag))
}

// isolated keeps the direction of a value from mixing with that of its label.
func isolated(value string) string {
	if strings.IndexFunc(value, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }) < 0 {
		return value
	}
	return string(fsi) + value + string(pdi)
}

// clean makes a text harmless to a terminal: what could move the cursor, hide text or turn it around becomes U+FFFD,
// and what a text opens it closes. Line ends stay, as \n.
func clean(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	open := 0
	for _, r := range text {
		switch {
		case isIsolate(r):
			open++
		case r == pdi && open == 0:
			continue
		case r == pdi:
			open--
		}
		b.WriteRune(harmless(r))
	}
	for range open {
		b.WriteRune(pdi)
	}
	return strings.Trim(b.String(), "\n ")
}

func isIsolate(r rune) bool { return r >= '\u2066' && r <= fsi }

// harmless is the rune to show. A range over a string makes U+FFFD of broken UTF-8 already.
func harmless(r rune) rune {
	switch {
	case r == '\n' || r == '\u2028' || r == '\u2029':
		return '\n'
	case r == '\t':
		return ' '
	case unicode.IsControl(r),
		r >= '\u202a' && r <= '\u202e', // embeddings and overrides: they show a text in another order than it has
		r == '\u200b' || r == '\u2060' || r == '\ufeff',
		r >= 0xe0000 && r <= 0xe007f: // tags: invisible letters
		return utf8.RuneError
	default:
		return r
	}
}

// wrap divides a line at spaces so that no line is wider than the limit; a word that is wider itself is cut, unless
// it is an address. Spaces that do not break do not.
func wrap(text string, limit int) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && columns(line)+1+columns(word) <= limit {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		pieces := cut(word, limit)
		lines = append(lines, pieces[:len(pieces)-1]...)
		line = pieces[len(pieces)-1]
	}
	return append(lines, line)
}

// cut divides a word that is too wide, never before a character that combines with the one in front.
func cut(word string, limit int) []string {
	if columns(word) <= limit || strings.Contains(word, "://") {
		return []string{word}
	}
	var pieces []string
	start, taken, joined := 0, 0, false
	for i, r := range word {
		w := columnsOf(r)
		if w > 0 && !joined && taken+w > limit && i > start {
			pieces = append(pieces, word[start:i])
			start, taken = i, 0
		}
		taken += w
		joined = r == '\u200d'
	}
	return append(pieces, word[start:])
}

// columns is how many columns a terminal gives to a text.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

// columnsOf is 0 for what combines or is invisible, 2 for wide East Asian characters and emoji, else 1 (Unicode
// Standard Annex 11).
func columnsOf(r rune) int {
	switch kind := width.LookupRune(r).Kind(); {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}
