package checks

import (
	"bytes"
	"cmp"
	"iter"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// findLink looks for the link that the step follows on a page at an address. Found is nil where no link matches or
// where those that do lead to no page; seen reports whether any matched.
func (m move) findLink(p page, at *url.URL) (found *url.URL, seen bool) {
	for l := range links(p.markup()) {
		text := l.text
		if m.Follow.Source {
			text = l.address
		}
		if !m.follow.matches(fold(text)) {
			continue
		}
		seen = true
		if to := l.resolve(at); to != nil {
			return to, true
		}
	}
	return nil, seen
}

// link is a way from a page to another one.
type link struct {
	base    string // to which the address is relative, where the page names one
	address string
	text    string // what a person reads or hears of it
}

// resolve is the address that the link leads to from a page; nil where that is no web address, or the page itself: links
// such as « # » open a menu or go on by a script.
func (l link) resolve(at *url.URL) *url.URL {
	if from, err := at.Parse(l.base); err == nil {
		at = from
	}
	address := strings.TrimSpace(l.address)
	to, err := at.Parse(address)
	if err != nil || strings.HasPrefix(address, "#") || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return nil
	}
	to.User, to.Fragment = nil, ""
	return to
}

// links are the links of a page in their order. The source is read no further than they are asked for.
func links(source []byte) iter.Seq[link] {
	return func(yield func(link) bool) {
		r := linkReader{tokens: html.NewTokenizer(bytes.NewReader(source))}
		for r.next() {
			if !yield(r.link) {
				return
			}
		}
	}
}

// linkReader goes through a page from link to link.
type linkReader struct {
	tokens *html.Tokenizer
	base   string
	link   link // the newest one that is complete
	open   *link
}

// next reads to the end of the next link with an address; false where there is none.
func (r *linkReader) next() bool {
	for {
		switch r.tokens.Next() {
		case html.ErrorToken:
			return r.complete(nil)
		case html.TextToken:
			if r.open != nil {
				r.open.text += string(r.tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			if r.start() {
				return true
			}
		case html.EndTagToken:
			if name, _ := r.tokens.TagName(); atom.Lookup(name) == atom.A && r.complete(nil) {
				return true
			}
		}
	}
}

// complete ends the open link, reports whether there was one, and opens the next.
func (r *linkReader) complete(next *link) bool {
	was := r.open
	r.open = next
	if was == nil {
		return false
	}
	r.link = *was
	return true
}

// start takes a tag in, and reports whether that completes a link: one that is not closed ends where the next begins.
func (r *linkReader) start() bool {
	name, _ := r.tokens.TagName()
	switch atom.Lookup(name) {
	case atom.Base:
		r.base = cmp.Or(r.base, r.attributes()["href"])
	case atom.A:
		if a := r.attributes(); a["href"] != "" {
			return r.complete(&link{r.base, a["href"], a["aria-label"] + " " + a["title"] + " "})
		}
	case atom.Img:
		if r.open != nil {
			r.open.text += " " + r.attributes()["alt"] + " "
		}
	}
	return false
}

func (r *linkReader) attributes() map[string]string {
	all := make(map[string]string)
	for more := true; more; {
		var key, value []byte
		key, value, more = r.tokens.TagAttr()
		if _, twice := all[string(key)]; !twice {
			all[string(key)] = string(value)
		}
	}
	return all
}
