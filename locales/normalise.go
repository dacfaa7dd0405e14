package locales

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normalise folds what a person typed, for comparison: accents, case, every kind of space, apostrophe and dash,
// ligatures and invisible characters. « ÉduConnect », « educonnect » and « ÉDUCONNECT » become the same. It is
// idempotent, and meant for matching only, never for display.
func Normalise(input string) string {
	folded := fold(fold(input)) // small letters of capitals that decompose may decompose again
	return strings.Join(strings.Fields(folded), " ")
}

func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteRune(' ')
		case strings.ContainsRune("’‘ʼ´`′", r):
			b.WriteRune('\'')
		case unicode.Is(unicode.Pd, r):
			b.WriteRune('-')
		default:
			b.WriteString(foldLetter(r))
		}
	}
	return b.String()
}

// foldLetter spells the letters out that Unicode does not decompose.
func foldLetter(r rune) string {
	switch r {
	case 'œ', 'Œ':
		return "oe"
	case 'æ', 'Æ':
		return "ae"
	case 'ß', 'ẞ':
		return "ss"
	default:
		return string(unicode.ToLower(r))
	}
}
