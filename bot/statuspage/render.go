package statuspage

import (
	_ "embed"
)

//go:embed style.css
var style string

//go:embed live.js
var script string

//go:embed favicon.svg
var favicon string

//go:embed apercu.png
var preview []byte

//go:embed openapi.yaml
var openAPI string

const (
	// pageCache lets a cache in between answer for five seconds.
	pageCache = "public, max-age=5"
	// feedCache is for what programs fetch now and then.
	feedCache = "public, max-age=60"
)

// fixed renders a page that needs no facts, in every language.
func (p *Page) fixed(name string) []*document {
	var list []*document
	for i, l := range p.languages {
		q := filter{lang: i}
		list = append(list, p.page(name, "no-store", l, pageView{
			Lang: l.tag, Title: l.say("title."+name, nil), Front: homePath + p.query(q), Languages: p.translations(homePath, q), Draft: l.draft(),
		}))
	}
	return list
}

// page renders a template. A write to memory fails only with a template that names a field that is not there; what
// arrives then is cut short, which the golden tests would show.
func (p *Page) page(name, cache string, l language, view pageView) *document {
	body, err := l.render(name, view)
	if err != nil {
		p.config.Logger.Error("render a page", "page", name, "err", err)
	}
	return p.document("text/html; charset=utf-8", cache, body)
}
