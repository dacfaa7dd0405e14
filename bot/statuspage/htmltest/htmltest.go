// Package htmltest judges pages by the HTML standard (https://html.spec.whatwg.org), as far as a page of ours goes: which
// elements there are, what stands in what, which attributes they have, and what refers to what. It is stricter than
// browsers, which repair everything, and than the standard where that lets end tags be left out. It knows only what our
// pages use: whoever uses more adds it to the tables, from the standard.
package htmltest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Problems lists what is wrong with a page, in reading order; nothing for a page without fault.
func Problems(page []byte) []string {
	c := checker{known: elements(), shapes: forms(), ids: map[string]int{}, count: map[string]int{}}
	if !bytes.HasPrefix(page, []byte("<!doctype html>\n<html")) {
		c.wrongf("the page does not begin with its doctype")
	}
	if i := bytes.Index(page, []byte(`<meta charset="utf-8">`)); i < 0 || i > 1024 {
		c.wrongf("the encoding is not named in the first 1024 bytes")
	}
	c.tokens(page)
	c.references()
	c.once()
	c.asParsed(page)
	return c.problems
}

type checker struct {
	known    map[string]rule
	shapes   map[string]*regexp.Regexp
	problems []string
	open     []element      // the elements that are open, the innermost last
	ids      map[string]int // how often each stands
	refs     []string       // ids that something refers to
	count    map[string]int // of elements
	level    int            // of the last heading
	seen     []string       // start and end tags, for asParsed
}

// element is one that is open.
type element struct {
	name       string
	text       bool // it has text that is not space
	children   int
	attributes map[string]string
}

func (c *checker) wrongf(format string, args ...any) {
	var path []string
	for _, e := range c.open {
		path = append(path, e.name)
	}
	c.problems = append(c.problems, strings.Join(path, ">")+": "+fmt.Sprintf(format, args...))
}

func (c *checker) parent() element {
	if len(c.open) == 0 {
		return element{}
	}
	return c.open[len(c.open)-1]
}

// within reports whether an element is open.
func (c *checker) within(names ...string) bool {
	return slices.ContainsFunc(c.open, func(e element) bool { return slices.Contains(names, e.name) })
}

// tokens reads the page tag by tag.
func (c *checker) tokens(page []byte) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			if len(c.open) > 0 {
				c.wrongf("the page ends before its elements")
			}
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			c.start(z.Token(), raw, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			c.end(z.Token().Data)
		case html.TextToken:
			c.text(raw)
		case html.CommentToken:
			c.wrongf("a comment, which is nobody's business: %s", raw)
		}
	}
}

func (c *checker) start(t html.Token, raw string, selfClosing bool) {
	e := element{name: t.Data, attributes: map[string]string{}}
	for _, a := range t.Attr {
		e.attributes[a.Key] = a.Val
		if strings.Count(strings.ToLower(raw), " "+a.Key+"=") > 1 { // the tokenizer keeps the first
			c.wrongf("<%s> has the attribute %s twice", e.name, a.Key)
		}
	}
	rule, known := c.known[e.name]
	switch {
	case !known:
		c.wrongf("<%s> is not known here", e.name)
	case selfClosing && !rule.foreign:
		c.wrongf("<%s/> is closed like XML", e.name)
	}
	c.placed(e, rule)
	c.described(e, rule, raw)
	if len(c.open) > 0 {
		c.open[len(c.open)-1].children++
	}
	c.count[e.name]++
	c.seen = append(c.seen, e.name)
	if !rule.void && !selfClosing {
		c.open = append(c.open, e)
	}
}

// placed checks where an element stands.
func (c *checker) placed(e element, rule rule) {
	parent := c.parent()
	if len(rule.in) > 0 {
		if !slices.Contains(rule.in, parent.name) {
			c.wrongf("<%s> does not belong here", e.name)
		}
	} else if holds := c.known[parent.name].holds; !slices.Contains(strings.Fields(holds), rule.kind) {
		c.wrongf("<%s> (%s) does not belong here", e.name, rule.kind)
	}
	for outer, inner := range map[string][]string{
		"a": {"a", "button", "select", "label"}, "button": {"a", "button", "select", "label"}, "label": {"label", "button"}, "form": {"form"},
		"header": {"header", "footer", "main"}, "footer": {"header", "footer", "main"},
	} {
		if slices.Contains(inner, e.name) && c.within(outer) {
			c.wrongf("<%s> within <%s>", e.name, outer)
		}
	}
	if e.name == "main" && c.within("section", "article", "nav") {
		c.wrongf("<main> within a part of the page")
	}
	if len(e.name) == 2 && e.name[0] == 'h' && e.name[1] >= '1' && e.name[1] <= '6' {
		level := int(e.name[1] - '0')
		if level > c.level+1 {
			c.wrongf("<%s> follows a heading of level %d", e.name, c.level)
		}
		c.level = level
	}
}

// described checks an element's attributes.
func (c *checker) described(e element, rule rule, raw string) {
	for name, value := range e.attributes {
		global := slices.Contains([]string{"class", "id", "lang", "dir", "hidden", "role", "tabindex", "title"}, name)
		if !global && !slices.Contains(strings.Fields(rule.attributes), name) && !strings.HasPrefix(name, "data-") && !aria(name) {
			c.wrongf("<%s> has no attribute %s", e.name, name)
		}
		form := c.shapes[name]
		if e.name == "meta" || rule.foreign && (name == "width" || name == "height") { // SVG has percentages
			continue
		}
		if form != nil && !form.MatchString(value) {
			c.wrongf("<%s %s=%q> is malformed", e.name, name, value)
		}
	}
	for name := range strings.FieldsSeq(rule.needs) {
		if _, given := e.attributes[name]; !given {
			c.wrongf("<%s> lacks %s", e.name, name)
		}
	}
	if ampersand.MatchString(raw) {
		c.wrongf("a bare & in %s", raw)
	}
	if id := e.attributes["id"]; id != "" {
		if c.ids[id]++; c.ids[id] > 1 {
			c.wrongf("the id %s stands twice", id)
		}
	}
	for _, name := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "for"} {
		c.refs = append(c.refs, strings.Fields(e.attributes[name])...)
	}
	if target, local := strings.CutPrefix(e.attributes["href"], "#"); local {
		c.refs = append(c.refs, target)
	}
}

func aria(name string) bool {
	return slices.Contains([]string{"aria-hidden", "aria-label", "aria-labelledby", "aria-describedby", "aria-current", "aria-live"}, name)
}

func (c *checker) end(name string) {
	e := c.parent()
	c.seen = append(c.seen, "/"+name)
	if e.name != name {
		c.wrongf("</%s> ends what is not open", name)
		return
	}
	rule := c.known[name]
	if rule.filled && !e.text && e.children == 0 && e.attributes["aria-label"] == "" {
		c.wrongf("<%s> is empty", name)
	}
	c.open = c.open[:len(c.open)-1]
	if e.text && len(c.open) > 0 { // what is in it is in what holds it
		c.open[len(c.open)-1].text = true
	}
}

func (c *checker) text(raw string) {
	if strings.TrimSpace(raw) == "" {
		return
	}
	parent := c.parent()
	rule := c.known[parent.name]
	if !rule.text && !slices.Contains(strings.Fields(rule.holds), "phrasing") {
		c.wrongf("text where none belongs: %.40q", raw)
	}
	if parent.name != "style" && parent.name != "script" {
		if ampersand.MatchString(raw) || strings.ContainsAny(raw, "<>") {
			c.wrongf("a bare &, < or > in %.40q", raw)
		}
	}
	if len(c.open) > 0 {
		c.open[len(c.open)-1].text = true
	}
}

// references checks that what is referred to exists.
func (c *checker) references() {
	for _, id := range c.refs {
		if c.ids[id] == 0 {
			c.wrongf("nothing has the id %q, which is referred to", id)
		}
	}
}

// once checks what a page has exactly once.
func (c *checker) once() {
	for _, name := range []string{"html", "head", "title", "body", "main", "h1"} {
		if c.count[name] != 1 {
			c.wrongf("%d times <%s>, want one", c.count[name], name)
		}
	}
}

// asParsed compares the tags with what a browser makes of them: it must add nothing, and move nothing.
func (c *checker) asParsed(page []byte) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		c.wrongf("the page cannot be parsed: %v", err)
		return
	}
	var parsed []string
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			parsed = append(parsed, n.Data)
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
		if n.Type == html.ElementNode && !c.known[strings.ToLower(n.Data)].void {
			parsed = append(parsed, "/"+n.Data)
		}
	}
	walk(root)
	var written []string
	for _, tag := range c.seen {
		written = append(written, tag)
		if c.known[tag].foreign && !slices.Contains([]string{"svg", "symbol", "title"}, tag) {
			written = append(written, "/"+tag) // written as <path/>
		}
	}
	for i := range max(len(parsed), len(written)) {
		if i >= len(parsed) || i >= len(written) || !strings.EqualFold(parsed[i], written[i]) {
			c.wrongf("a browser reads other elements from tag %d on: %v, written is %v", i, near(parsed, i), near(written, i))
			return
		}
	}
}

func near(tags []string, i int) []string {
	return tags[min(max(i-2, 0), len(tags)):min(i+3, len(tags))]
}

// ampersand finds one that begins no character reference.
var ampersand = regexp.MustCompile(`&(?:[^a-zA-Z#]|$|[a-zA-Z]+[^a-zA-Z;]|#[^0-9x])`)
