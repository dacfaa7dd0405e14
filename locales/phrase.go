package locales

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot"
)

// phrase is a text in the making. What was inserted into it stands between guards: typography leaves it alone.
type phrase string

// The guards are noncharacters, which no text that is exchanged may hold (https://www.unicode.org/faq/private_use.html).
const (
	guardOpen  = '\uFDD0'
	guardClose = '\uFDD1'
)

// The isolates of the Unicode bidirectional algorithm (https://www.unicode.org/reports/tr9/, section 2.4).
const (
	isolateOpen  = "\u2068" // first strong isolate
	isolateClose = "\u2069" // pop directional isolate
)

// insert prepares a value for a placeholder.
func (c *catalogue) insert(value any) string {
	switch v := value.(type) {
	case phrase:
		return guard(string(v))
	case digits:
		return string(v)
	default:
		return guard(string(c.foreign(fmt.Sprint(v))))
	}
}

// foreign is a text that is not of the language: an address, a command, a code.
func (c *catalogue) foreign(text string) phrase { return c.isolate(phrase(clean(text))) }

// isolate keeps a name, an address or a time from jumping to another place in a language written from right to left. The
// language's own phrases are not isolated: a list of Latin names would run from left to right within.
func (c *catalogue) isolate(p phrase) phrase {
	if !c.rightToLeft() || p == "" {
		return p
	}
	return isolateOpen + p + isolateClose
}

func guard(text string) string { return string(guardOpen) + text + string(guardClose) }

// typeset applies the typography of the language.
func (c *catalogue) typeset(text string) phrase {
	if !c.french() {
		return phrase(text)
	}
	return phrase(Typeset(text))
}

// seal finishes a phrase: the guards vanish.
func (c *catalogue) seal(p phrase) string {
	return strings.NewReplacer(string(guardOpen), "", string(guardClose), "").Replace(string(p))
}

// clean makes foreign text harmless for the layout around it: no line breaks or other controls, no characters that turn
// the direction of what follows, nothing that is not UTF-8.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == guardOpen, r == guardClose, r == utf8.RuneError:
			return -1
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		default:
			return r
		}
	}, text)
}

// bare is a platform's name with the spaces and apostrophes of the language and every other character as its owner
// writes it.
func (w *writer) bare(p bot.Platform) phrase {
	if p.Name == "" {
		return w.free(string(p.ID))
	}
	return w.free(p.Name)
}

// free is a text that a person typed.
func (c *catalogue) free(text string) phrase {
	text = strings.Join(strings.Fields(clean(text)), " ")
	if c.french() {
		text = setSpaces(setApostrophes(text))
	}
	return c.isolate(phrase(text))
}

// name is a platform's name within a sentence. A name that reads like a part of the sentence (« Ma classe à la maison »)
// is quoted; « ENT » is explained to families the first time.
func (w *writer) name(p bot.Platform) phrase {
	name := w.bare(p)
	ent := hasWord(string(name), "ENT")
	if readsLikeProse(string(name)) {
		name = w.part("name.quoted", values{"Name": name})
	}
	if ent && w.audience == bot.Families && !w.glossed {
		w.glossed = true
		name = w.part("name.glossed", values{"Name": name})
	}
	return name
}

// readsLikeProse reports whether a word of the name starts with a small letter.
func readsLikeProse(name string) bool {
	for word := range strings.FieldsSeq(name) {
		if first, _ := utf8.DecodeRuneInString(strings.TrimPrefix(word, isolateOpen)); unicode.IsLower(first) {
			return true
		}
	}
	return false
}

// hasWord reports whether a word stands in the text by itself.
func hasWord(text, word string) bool {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if part == word {
			return true
		}
	}
	return false
}

// list joins names: « A, B et C » with the key "list.and".
func (w *writer) list(key string, names []phrase) phrase {
	if len(names) == 0 {
		return ""
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return w.part(key, values{"Head": w.row(names[:last]), "Last": names[last]})
}

// row puts names beside each other, by halves: hundreds of them would be set hundreds of times one by one.
func (w *writer) row(names []phrase) phrase {
	if len(names) == 1 {
		return names[0]
	}
	half := len(names) / 2
	return w.part("list.more", values{"Head": w.row(names[:half]), "Next": w.row(names[half:])})
}
