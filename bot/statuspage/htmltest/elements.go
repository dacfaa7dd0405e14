package htmltest

import "regexp"

// rule is what the standard says of an element.
type rule struct {
	kind       string   // what it counts as where it stands: "flow", "phrasing", "metadata", "graphic"
	in         []string // the only elements that it may stand in; empty for all that hold its kind
	holds      string   // the kinds that may stand in it
	attributes string   // its own, besides those that every element may have
	needs      string   // those that it must have
	void       bool     // it has neither content nor end
	text       bool     // text may stand in it
	filled     bool     // it must not be empty
	foreign    bool     // of SVG
}

// elements is the table of those that our pages use: https://html.spec.whatwg.org/multipage/indices.html#elements-3 and
// https://www.w3.org/TR/SVG2/eltindex.html.
func elements() map[string]rule {
	const all, words = "flow phrasing graphics", "phrasing graphics"
	lists := []string{"ul", "ol"}
	return map[string]rule{
		"":     {holds: "root"},
		"html": {kind: "root", needs: "lang"},
		"head": {in: []string{"html"}, holds: "metadata"},
		"body": {in: []string{"html"}, holds: all},

		"meta":  {kind: "metadata", attributes: "charset name content property", void: true},
		"title": {kind: "metadata", in: []string{"head", "svg"}, text: true, filled: true},
		"link":  {kind: "metadata", attributes: "rel href type title hreflang", needs: "rel href", void: true},
		"style": {kind: "metadata", text: true},

		"script":   {kind: "phrasing", text: true},
		"template": {kind: "phrasing", holds: all},

		"header":     {kind: "flow", holds: all, filled: true},
		"main":       {kind: "flow", holds: all, filled: true},
		"footer":     {kind: "flow", holds: all, filled: true},
		"section":    {kind: "flow", holds: all, filled: true},
		"figure":     {kind: "flow", holds: all + " caption", filled: true},
		"figcaption": {in: []string{"figure"}, holds: all, filled: true},
		"div":        {kind: "flow", holds: all, attributes: "style"},
		"article":    {kind: "flow", holds: all, filled: true},
		"hr":         {kind: "flow", void: true},
		"form":       {kind: "flow", holds: all, attributes: "action method", filled: true},
		"ul":         {kind: "flow", filled: true},
		"ol":         {kind: "flow", filled: true},
		"li":         {in: lists, holds: all, filled: true},
		"dl":         {kind: "flow", holds: "flow"},
		"dt":         {in: []string{"div", "dl"}, holds: words, filled: true},
		"dd":         {in: []string{"div", "dl"}, holds: all, filled: true},
		"p":          {kind: "flow", holds: words, filled: true},
		"h1":         {kind: "flow", holds: words, filled: true},
		"h2":         {kind: "flow", holds: words, filled: true},
		"h3":         {kind: "flow", holds: words, filled: true},

		"a":      {kind: "phrasing", holds: words, attributes: "href rel hreflang", needs: "href", filled: true},
		"b":      {kind: "phrasing", holds: words, filled: true},
		"i":      {kind: "phrasing", holds: words, filled: true},
		"br":     {kind: "phrasing", void: true},
		"span":   {kind: "phrasing", holds: words},
		"time":   {kind: "phrasing", holds: words, attributes: "datetime", filled: true},
		"label":  {kind: "phrasing", holds: words, attributes: "for", filled: true},
		"select": {kind: "phrasing", attributes: "name", needs: "name", filled: true},
		"option": {in: []string{"select"}, attributes: "value selected", text: true, filled: true},
		"input":  {kind: "phrasing", attributes: "type name value", needs: "name", void: true},
		"button": {kind: "phrasing", holds: words, attributes: "type", filled: true},
		"img":    {kind: "phrasing", attributes: "src alt width height", needs: "src alt", void: true},

		"svg":    {kind: "graphics", holds: "graphic", attributes: "viewbox preserveaspectratio width height", needs: "aria-hidden", foreign: true},
		"symbol": {kind: "graphic", holds: "graphic", attributes: "viewbox preserveaspectratio", needs: "id viewbox", foreign: true},
		"path":   {kind: "graphic", attributes: "d", needs: "d", foreign: true},
		"circle": {kind: "graphic", attributes: "cx cy r", needs: "r", foreign: true},
		"rect":   {kind: "graphic", attributes: "x y width height rx fill", needs: "width height", foreign: true},
		"use":    {kind: "graphic", attributes: "href", needs: "href", foreign: true},
	}
}

// forms is how the values of attributes must look.
func forms() map[string]*regexp.Regexp {
	number := regexp.MustCompile(`^\d+$`)
	return map[string]*regexp.Regexp{
		"id":          regexp.MustCompile(`^\S+$`),
		"lang":        regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`),
		"dir":         regexp.MustCompile(`^(ltr|rtl|auto)$`),
		"href":        regexp.MustCompile(`^[^\s"<>\\^` + "`" + `{|}]+$`),
		"src":         regexp.MustCompile(`^[^\s"<>\\^` + "`" + `{|}]+$`),
		"datetime":    regexp.MustCompile(`^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$`),
		"aria-hidden": regexp.MustCompile(`^(true|false)$`),
		"method":      regexp.MustCompile(`^(get|post)$`),
		"width":       number,
		"height":      number,
		"tabindex":    regexp.MustCompile(`^(0|-1)$`),
	}
}
