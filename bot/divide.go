package bot

import (
	"errors"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrIndivisible is returned for a message with a part that fits nowhere and cannot be cut: a link or a heading over
// the platform's limit.
var ErrIndivisible = errors.New("a part of the message does not fit and cannot be divided")

// Divide returns the message as one or more messages that each fit, in reading order and without losing a character.
// A message that fits stays whole. Otherwise every language gets messages of its own, and texts are cut where it
// hurts least: between paragraphs, then sentences, then words. The buttons stand beneath the first language, a picture
// stays with the first message. fits must be monotonic: what contains a message that
// does not fit does not fit either.
func (m Message) Divide(fits func(Message) bool) ([]Message, error) {
	if fits(m) {
		return []Message{m}, nil
	}
	also, picture := m.Also, m.Picture
	m.Also, m.Picture = nil, nil
	room := func(page Message) bool { // any page may be the last one
		page.Buttons = m.Buttons
		return fits(page)
	}
	pages, err := divider{lang: m.Lang, tone: m.Tone, fits: room}.divide(pieces(m))
	if err != nil {
		return nil, err
	}
	if len(pages) > 0 {
		pages[len(pages)-1].Buttons = m.Buttons
	}
	for _, other := range also {
		more, err := other.Divide(fits)
		if err != nil {
			return nil, err
		}
		pages = append(pages, more...)
	}
	if len(pages) > 0 {
		pages[0].Picture = picture
	}
	return pages, nil
}

// piece is the smallest part of a message that keeps its place: a title, a paragraph, a list item…
type piece struct {
	text    string
	whole   bool   // must not be cut
	section int    // number of the section it stands in, from 1; 0 for none
	heading string // of that section, with its first piece
	add     func(m *Message, text string)
}

// pieces takes a message apart in reading order.
func pieces(m Message) []piece {
	var list []piece
	if m.Title != "" {
		list = append(list, piece{text: m.Title, add: func(m *Message, s string) { m.Title += s }})
	}
	if m.Summary != "" {
		list = append(list, piece{text: m.Summary, add: func(m *Message, s string) { m.Summary += s }})
	}
	for _, fact := range m.Facts {
		list = append(list, piece{text: fact.Value, add: func(m *Message, s string) {
			m.Facts = append(m.Facts, Fact{Label: fact.Label, Value: s, Evidence: fact.Evidence})
		}})
	}
	for i, section := range m.Sections {
		list = append(list, sectionPieces(i+1, section)...)
	}
	for _, link := range m.Links {
		list = append(list, piece{whole: true, add: func(m *Message, _ string) { m.Links = append(m.Links, link) }})
	}
	if m.Footer != "" {
		list = append(list, piece{text: m.Footer, add: func(m *Message, s string) { m.Footer += s }})
	}
	return list
}

func sectionPieces(number int, s Section) []piece {
	var list []piece
	for _, text := range s.Text {
		list = append(list, piece{text: text, section: number, add: func(m *Message, s string) {
			last := &m.Sections[len(m.Sections)-1]
			last.Text = append(last.Text, s)
		}})
	}
	for _, item := range s.Items {
		list = append(list, piece{text: item, section: number, add: func(m *Message, s string) {
			last := &m.Sections[len(m.Sections)-1]
			last.Items = append(last.Items, s)
		}})
	}
	if len(list) == 0 {
		list = []piece{{whole: true, section: number, add: func(*Message, string) {}}}
	}
	list[0].heading = s.Heading
	return list
}

// divider fills one message after the other.
type divider struct {
	lang string
	tone Tone
	fits func(Message) bool
}

func (d divider) divide(list []piece) ([]Message, error) {
	var pages []Message
	var page []piece
	for len(list) > 0 {
		next := list[0]
		if d.fits(d.assemble(append(page, next))) {
			page, list = append(page, next), list[1:]
			continue
		}
		head, tail := d.cut(page, next)
		switch {
		case head.text != "":
			pages = append(pages, d.assemble(append(page, head)))
			list[0] = tail
		case len(page) > 0:
			pages = append(pages, d.assemble(page))
		default:
			return nil, ErrIndivisible
		}
		page = nil
	}
	if len(page) > 0 {
		pages = append(pages, d.assemble(page))
	}
	return pages, nil
}

// assemble builds the message that consists of the pieces.
func (d divider) assemble(list []piece) Message {
	m := Message{Lang: d.lang, Tone: d.tone}
	section := 0
	for _, p := range list {
		if p.section != section && p.section > 0 {
			m.Sections = append(m.Sections, Section{Heading: p.heading})
		}
		section = p.section
		p.add(&m, p.text)
	}
	return m
}

// cut divides a piece so that its head still fits on the page. The head is empty when a cut there would be too small to be
// worth it: a new page is better then.
func (d divider) cut(page []piece, p piece) (head, tail piece) {
	head, tail = p, p
	head.text, tail.heading = "", ""
	if p.whole {
		return head, p
	}
	starts := runeStarts(p.text)
	n := sort.Search(len(starts), func(i int) bool {
		head.text = p.text[:starts[i]]
		return !d.fits(d.assemble(append(page, head)))
	})
	head.text = ""
	if n == 0 {
		return head, p
	}
	at := breakBefore(p.text, starts[n-1])
	if at == 0 || len(page) > 0 && at < len(p.text)/4 {
		return head, p
	}
	head.text, tail.text = p.text[:at], p.text[at:]
	return head, tail
}

// runeStarts lists the places where a text may be cut at all, the end excluded.
func runeStarts(text string) []int {
	var starts []int
	joined := false
	for i, r := range text {
		if i > 0 && !joined && !unicode.Is(unicode.M, r) && r != '\u200d' {
			starts = append(starts, i)
		}
		joined = r == '\u200d'
	}
	return starts
}

// breakBefore finds the best place to cut a text at or before limit: after a paragraph, a sentence, a word.
func breakBefore(text string, limit int) int {
	for _, mark := range []string{"\n", ". ", " "} {
		if i := strings.LastIndex(text[:limit], mark); i > limit/2 {
			return i + len(mark)
		}
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return limit
}
