package checks

import (
	"html"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to the form in which texts are compared: HTML entities resolved, lower case, no accents, plain
// quotation marks and dashes, one plain space for any run of spaces, no-break ones included.
func fold(text string) string {
	text = html.UnescapeString(text)
	var b strings.Builder
	b.Grow(len(text))
	gap := false
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.IsSpace(r):
			gap = b.Len() > 0
			continue
		case r > unicode.MaxASCII && unicode.In(r, unicode.Mn, unicode.Cf):
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteString(foldRune(r))
	}
	return b.String()
}

// foldRune folds one rune of a decomposed text that is neither a space nor a mark.
func foldRune(r rune) string {
	switch r {
	case '’', '‘', '‛', 'ʼ', '`', '´':
		return "'"
	case '“', '”', '„', '«', '»':
		return `"`
	case '‐', '‑', '‒', '–', '—', '−':
		return "-"
	case 'œ', 'Œ':
		return "oe"
	case 'æ', 'Æ':
		return "ae"
	}
	return string(unicode.ToLower(r))
}
