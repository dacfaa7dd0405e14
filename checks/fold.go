package checks

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to the form in which texts are compared: HTML entities resolved, lower case, no accents, plain
// quotation marks and dashes, one plain space for any run of spaces, no-break ones included. Every page passes through
// here, so that plain letters, which are most of it, take the shortest way.
func fold(text string) string {
	text = html.UnescapeString(text)
	var f folder
	f.folded.Grow(len(text))
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			f.addPlain(text[i])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		f.addDecomposed(text[i:i+size], r)
		i += size
	}
	return f.folded.String()
}

// folder is a text being folded.
type folder struct {
	folded strings.Builder
	gap    bool // spaces came after what is there
}

// addPlain adds a character of ASCII.
func (f *folder) addPlain(c byte) {
	switch {
	case c == ' ' || '\t' <= c && c <= '\r':
		f.gap = f.folded.Len() > 0
		return
	case 'A' <= c && c <= 'Z':
		c += 'a' - 'A'
	case c == '`':
		c = '\''
	}
	f.close()
	f.folded.WriteByte(c)
}

// addDecomposed adds what any other character is made of.
func (f *folder) addDecomposed(text string, r rune) {
	decomposition := norm.NFKD.PropertiesString(text).Decomposition()
	if decomposition == nil && unicode.Is(unicode.Hangul, r) { // composed by rule, not by table
		decomposition = norm.NFKD.Bytes([]byte(text))
	}
	if decomposition == nil {
		f.add(r)
	}
	for len(decomposition) > 0 {
		part, size := utf8.DecodeRune(decomposition)
		f.add(part)
		decomposition = decomposition[size:]
	}
}

// add adds a rune that is not made of others.
func (f *folder) add(r rune) {
	switch {
	case r < utf8.RuneSelf:
		f.addPlain(byte(r))
	case unicode.IsSpace(r):
		f.gap = f.folded.Len() > 0
	case unicode.In(r, unicode.Mn, unicode.Cf):
	default:
		f.close()
		f.addFolded(r)
	}
}

// close writes the space that came before what follows.
func (f *folder) close() {
	if f.gap {
		f.folded.WriteByte(' ')
		f.gap = false
	}
}

// addFolded folds one rune of a decomposed text that is neither a space nor a mark.
func (f *folder) addFolded(r rune) {
	switch r {
	case '’', '‘', '‛', 'ʼ', '´':
		f.folded.WriteByte('\'')
	case '“', '”', '„', '«', '»':
		f.folded.WriteByte('"')
	case '‐', '‑', '‒', '–', '—', '−':
		f.folded.WriteByte('-')
	case 'œ', 'Œ':
		f.folded.WriteString("oe")
	case 'æ', 'Æ':
		f.folded.WriteString("ae")
	default:
		f.folded.WriteRune(unicode.ToLower(r))
	}
}
