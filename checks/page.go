package checks

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
)

// page is an answer's body as texts to compare with. Each form is made only when it is asked for.
type page struct {
	read   func() string // what a person reads, folded
	source func() string // the source, folded
	markup func() []byte // the source as it is, in UTF-8
	length func() int    // how much a person reads, in characters
}

func newPage(body []byte, contentType string) page {
	text := sync.OnceValue(func() []byte { return decode(body) })
	read := sync.OnceValue(func() string {
		if !isHTML(contentType) {
			return fold(string(text()))
		}
		return fold(visible(text()))
	})
	return page{
		read:   read,
		markup: text,
		source: sync.OnceValue(func() string { return fold(string(text())) }),
		length: sync.OnceValue(func() int { return utf8.RuneCountInString(read()) }),
	}
}

// isHTML reports whether an answer of this type has markup. What says nothing about itself is taken for a page.
func isHTML(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err != nil || strings.Contains(kind, "html") || strings.Contains(kind, "xml")
}

// decode reads the body as UTF-8 or, where it is none, as Windows-1252: whatever older French pages declare, it is that
// or one of its subsets (https://encoding.spec.whatwg.org/#names-and-labels maps ISO 8859-1 to it).
func decode(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return text
}

// visible is the text of a page as a person reads it, title included. Scripts are left out: many pages carry there, for
// later use, the very error messages that signatures look for.
func visible(source []byte) string {
	var b strings.Builder
	b.Grow(len(source) / 2)
	rest := &feed{source: source}
	tokens := html.NewTokenizer(rest)
	hidden := 0
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(tokens.Text())
			}
		case html.StartTagToken:
			hidden += hides(tokens, &b)
			rest.skip(tokens)
		case html.EndTagToken:
			hidden = max(0, hidden-hides(tokens, &b))
		case html.SelfClosingTagToken:
			hides(tokens, &b)
		}
	}
}

// feed hands a page to a tokenizer in small pieces, so that most of a long script can be left out: the tokenizer has to
// read what it was given.
type feed struct {
	source []byte
	given  int
}

// piece is how much of a page is handed over at once, in bytes.
const piece = 512

// Read implements io.Reader.
func (f *feed) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), piece)], f.source[f.given:])
	f.given += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// skip leaves out what the tokenizer was not given yet of the script or style that its newest start tag begins.
func (f *feed) skip(tokens *html.Tokenizer) {
	unread := len(tokens.Buffered())
	f.given += max(0, idle(tokens.Raw(), f.source[f.given-unread:])-unread)
}

// idle is how much of what follows a start tag is certain to be the script or style that it begins. A script with a
// comment in it may hold its own end tag, and is left to the tokenizer.
func idle(tag, rest []byte) int {
	for _, name := range []string{"script", "style"} {
		if !begins(tag, "<"+name) {
			continue
		}
		for n := 0; ; n++ {
			i := bytes.Index(rest[n:], []byte("</"))
			if i < 0 {
				return 0
			}
			if n += i; begins(rest[n:], "</"+name) {
				if bytes.Contains(rest[:n], []byte("<!--")) {
					return 0
				}
				return n
			}
		}
	}
	return 0
}

// begins reports whether a text begins with a tag, whatever its letter case.
func begins(text []byte, tag string) bool {
	return len(text) > len(tag) && strings.EqualFold(string(text[:len(tag)]), tag) &&
		strings.IndexByte(" \n\r\t\f/>", text[len(tag)]) >= 0
}

// hides returns 1 for a tag whose content nobody reads. A tag that stands between words leaves a space.
func hides(tokens *html.Tokenizer, b *strings.Builder) int {
	name, _ := tokens.TagName()
	switch atom.Lookup(name) {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Textarea:
		return 1
	case atom.A, atom.Abbr, atom.B, atom.Big, atom.Em, atom.Font, atom.I, atom.Mark, atom.Small, atom.Span, atom.Strong,
		atom.Sub, atom.Sup, atom.U, atom.Wbr:
	default:
		b.WriteByte(' ')
	}
	return 0
}
