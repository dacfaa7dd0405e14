package locales

import (
	"strings"
	"unicode"
)

// The spaces that keep a line from breaking.
const (
	noBreak       = '\u00A0'
	narrowNoBreak = '\u202F'
)

// Typeset sets plainly typed French: no-break spaces (narrow before « ; ! ? », wide before « : % € », inside guillemets
// and between a number and its unit, as the Imprimerie nationale does), thousands from five digits, the apostrophe « ’ »
// and the ellipsis « … ». Addresses, commands (/status) and identifiers (-100123456) stay as they are, and so does what a
// text of the catalogue was given to show. It only turns spaces into others and never adds one before a sign: a text
// that lacks it is a mistake that [Lint] reports. Typeset is idempotent.
func Typeset(text string) string {
	return setSpaces(setThousands(setEllipses(setApostrophes(text))))
}

// setApostrophes turns the straight apostrophe after a letter.
func setApostrophes(text string) string {
	t := read(text)
	for i := range t {
		if t[i].r == '\'' && t[i].free() && unicode.IsLetter(t.before(i, 1)) {
			t[i].r = '’'
		}
	}
	return t.String()
}

// setEllipses turns three dots into one character.
func setEllipses(text string) string {
	t := read(text)
	for i := 0; i+2 < len(t); i++ {
		if t[i].r == '.' && t[i+1].r == '.' && t[i+2].r == '.' && t[i].free() {
			t[i].r = '…'
			t = append(t[:i+1], t[i+3:]...)
		}
	}
	return t.String()
}

// setThousands groups the digits of a number that stands by itself. A number with a leading zero is a code.
func setThousands(text string) string {
	t := read(text)
	var b strings.Builder
	for i := 0; i < len(t); {
		n := t.number(i)
		for j := range max(n, 1) {
			if n >= 5 && j > 0 && (n-j)%3 == 0 {
				b.WriteRune(narrowNoBreak)
			}
			b.WriteRune(t[i+j].r)
		}
		i += max(n, 1)
	}
	return b.String()
}

// setSpaces turns the spaces at which a line must not break.
func setSpaces(text string) string {
	t := read(text)
	for i := range t {
		if t[i].r == ' ' && !t[i].kept {
			t[i].r = t.space(i)
		}
	}
	return t.String()
}

// space chooses the space between two signs.
func (t line) space(i int) rune {
	switch next := t.after(i); {
	case strings.ContainsRune(";!?", next):
		return narrowNoBreak
	case strings.ContainsRune(":»%€", next), t.before(i, 1) == '«':
		return noBreak
	case t.numberBefore(i) && isUnit(t.wordAfter(i)):
		return noBreak
	case unicode.IsDigit(next) && t.hourBefore(i):
		return noBreak
	default:
		return ' '
	}
}

// numberBefore reports whether what stands before the space at i ends in a number, « 1er » included.
func (t line) numberBefore(i int) bool {
	if t.before(i, 1) == 'r' && t.before(i, 2) == 'e' {
		return t.before(i, 3) == '1'
	}
	return unicode.IsDigit(t.before(i, 1))
}

// hourBefore reports whether « 8 h » stands before the space at i.
func (t line) hourBefore(i int) bool {
	return t.before(i, 1) == 'h' && unicode.IsSpace(t.before(i, 2)) && unicode.IsDigit(t.before(i, 3))
}

// isUnit reports whether a word is kept together with the number before it.
func isUnit(word string) bool {
	switch word {
	case "h", "min", "s", "ms", "ko", "Mo", "Go",
		"seconde", "secondes", "minute", "minutes", "heure", "heures", "jour", "jours",
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre":
		return true
	default:
		return false
	}
}
