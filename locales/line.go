package locales

import (
	"strings"
	"unicode"
)

// line is a text as typography sees it.
type line []sign

// sign is a character and what may be done to it.
type sign struct {
	r       rune
	kept    bool // inserted: stays as it is
	address bool // part of an address, a command or a code: only the spaces around it may change
}

func (s sign) free() bool  { return !s.kept && !s.address }
func (s sign) guard() bool { return s.r == guardOpen || s.r == guardClose }

// read marks what typography must leave alone.
func read(text string) line {
	var t line
	depth, word := 0, 0
	for _, r := range text {
		if r == guardOpen {
			depth++
		}
		t = append(t, sign{r: r, kept: depth > 0})
		if r == guardClose && depth > 0 {
			depth--
		}
		if unicode.IsSpace(r) {
			t[word:].markAddress()
			word = len(t)
		}
	}
	t[word:].markAddress()
	return t
}

func (t line) markAddress() {
	if !isAddress(t.String()) {
		return
	}
	for i := range t {
		t[i].address = true
	}
}

// isAddress reports whether a word is an address or a command, whatever bracket stands before it.
func isAddress(word string) bool {
	word = strings.TrimLeft(word, "(«\""+string(guardOpen))
	if strings.Contains(word, "://") || strings.ContainsAny(word, "@`") || strings.HasPrefix(word, "www.") {
		return true
	}
	return len(word) > 1 && word[0] == '/' && word[1] != '/'
}

// String returns the text.
func (t line) String() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteRune(s.r)
	}
	return b.String()
}

// before returns the n-th character before position i that a reader sees, or 0.
func (t line) before(i, n int) rune {
	for i--; i >= 0; i-- {
		if t[i].guard() {
			continue
		}
		if n--; n == 0 {
			return t[i].r
		}
	}
	return 0
}

// after returns the next character that a reader sees, or 0.
func (t line) after(i int) rune {
	for _, s := range t[i+1:] {
		if !s.guard() {
			return s.r
		}
	}
	return 0
}

// wordAfter returns the word that follows position i, elided or not.
func (t line) wordAfter(i int) string {
	var b strings.Builder
	for _, s := range t[i+1:] {
		switch {
		case s.guard():
		case unicode.IsLetter(s.r), unicode.IsDigit(s.r), s.r == '\'', s.r == '’':
			b.WriteRune(s.r)
		default:
			return b.String()
		}
	}
	return b.String()
}

// number returns how many digits the number at i has, or 0 where there is none that may be grouped.
func (t line) number(i int) int {
	n := 0
	for i+n < len(t) && t[i+n].free() && t[i+n].r >= '0' && t[i+n].r <= '9' {
		n++
	}
	if n == 0 || t[i].r == '0' || i > 0 && !standsBefore(t[i-1].r) || i+n < len(t) && !standsAfter(t[i+n].r) {
		return 0
	}
	return n
}

func standsBefore(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(«", r) }

func standsAfter(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.;:!?)»…", r) }
