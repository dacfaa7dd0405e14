package statuspage

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// node is an XML element whatever it is.
type node struct {
	XMLName    xml.Name
	Attributes []xml.Attr `xml:",any,attr"`
	Children   []node     `xml:",any"`
	Text       string     `xml:",chardata"`
}

// production is what a grammar says of an element. A child's mark is "1" for exactly one, "?" for at most one, "*" for
// any number.
type production struct {
	children   map[string]string
	attributes string // that may be; with a ! those that must
	text       *regexp.Regexp
}

const atomSpace = "http://www.w3.org/2005/Atom"

var (
	anyText  = regexp.MustCompile(`(?s)^\s*\S.*$`)
	iri      = regexp.MustCompile(`^[^\s<>"{}|\\^]+$`)
	dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
	mailTime = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$`)
)

// atomGrammar is the RELAX NG schema of RFC 4287, appendix B, as far as no extension is used. Every element may have
// xml:lang and xml:base.
func atomGrammar() map[string]production {
	text := production{attributes: "type", text: anyText}
	person := production{children: map[string]string{"name": "1", "uri": "?", "email": "?"}}
	return map[string]production{
		"feed": {children: map[string]string{
			"author": "*", "category": "*", "contributor": "*", "generator": "?", "icon": "?", "id": "1", "link": "*", "logo": "?", "rights": "?",
			"subtitle": "?", "title": "1", "updated": "1", "entry": "*",
		}},
		"entry": {children: map[string]string{
			"author": "*", "category": "*", "content": "?", "contributor": "*", "id": "1", "link": "*", "published": "?", "rights": "?", "source": "?",
			"summary": "?", "title": "1", "updated": "1",
		}},
		"author": person, "contributor": person, "name": {text: anyText}, "title": text, "summary": text, "subtitle": text, "rights": text,
		"id": {text: iri}, "icon": {text: iri}, "logo": {text: iri}, "updated": {text: dateTime}, "published": {text: dateTime},
		"link": {attributes: "!href rel type hreflang title length"},
	}
}

// rssGrammar is https://www.rssboard.org/rss-specification, as far as it is used.
func rssGrammar() map[string]production {
	return map[string]production{
		"rss": {children: map[string]string{"channel": "1"}, attributes: "!version"},
		"channel": {children: map[string]string{
			"title": "1", "link": "1", "description": "1", "language": "?", "lastBuildDate": "?", "pubDate": "?", "ttl": "?", "item": "*",
		}},
		"item":  {children: map[string]string{"title": "1", "link": "?", "description": "?", "guid": "?", "pubDate": "?"}},
		"title": {text: anyText}, "description": {text: anyText}, "link": {text: iri}, "guid": {attributes: "isPermaLink", text: iri},
		"language": {text: regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)}, "lastBuildDate": {text: mailTime}, "pubDate": {text: mailTime},
		"ttl": {text: regexp.MustCompile(`^\d+$`)},
	}
}

// check lists how an element and all in it deviate from a grammar.
func check(n node, space string, grammar map[string]production) (problems []string) {
	name := n.XMLName.Local
	rule, known := grammar[name]
	if !known || n.XMLName.Space != space {
		return []string{fmt.Sprintf("%s in %q is not known", name, n.XMLName.Space)}
	}
	wrong := func(format string, args ...any) { problems = append(problems, name+": "+fmt.Sprintf(format, args...)) }
	count := map[string]int{}
	for _, child := range n.Children {
		count[child.XMLName.Local]++
		if rule.children[child.XMLName.Local] == "" {
			wrong("has no child %s", child.XMLName.Local)
		}
		problems = append(problems, check(child, space, grammar)...)
	}
	for child, mark := range rule.children {
		if mark == "1" && count[child] != 1 || mark == "?" && count[child] > 1 {
			wrong("%d times %s", count[child], child)
		}
	}
	var given []string
	for _, a := range n.Attributes {
		given = append(given, a.Name.Local)
		common := a.Name.Local == "xmlns" || a.Name.Space == "http://www.w3.org/XML/1998/namespace"
		if !common && !slices.Contains(strings.Fields(strings.ReplaceAll(rule.attributes, "!", "")), a.Name.Local) {
			wrong("has no attribute %s", a.Name.Local)
		}
	}
	for attribute := range strings.FieldsSeq(rule.attributes) {
		if must, needed := strings.CutPrefix(attribute, "!"); needed && !slices.Contains(given, must) {
			wrong("lacks %s", must)
		}
	}
	switch text := strings.TrimSpace(n.Text); {
	case rule.text == nil && text != "":
		wrong("has text: %q", text)
	case rule.text != nil && !rule.text.MatchString(text):
		wrong("has the text %q", text)
	}
	return problems
}

func conforms(t *testing.T, name, space string, grammar map[string]production, body string) {
	t.Helper()
	var root node
	if err := xml.Unmarshal([]byte(body), &root); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, problem := range check(root, space, grammar) {
		t.Errorf("%s: %s", name, problem)
	}
	if space == atomSpace && slices.IndexFunc(root.Children, func(n node) bool { return n.XMLName.Local == "author" }) < 0 {
		t.Errorf("%s: a feed without author, whose entries have none (RFC 4287, 4.1.1)", name)
	}
}

// TestFeedsFollowTheirGrammar: nothing is missing, nothing is there that does not belong.
func TestFeedsFollowTheirGrammar(t *testing.T) {
	for name, s := range map[string]*source{"morning": morning(t), "nothing": serene(t), "no address": without(t), "all": crowd(t)} {
		page := newPage(t, s)
		for _, path := range []string{"/incidents", "/plateformes/pronote"} {
			if w := get(t, page, path+".atom"); w.Code == 200 {
				conforms(t, name+" "+path, atomSpace, atomGrammar(), w.Body.String())
			}
			if w := get(t, page, path+".rss"); w.Code == 200 {
				conforms(t, name+" "+path, "", rssGrammar(), w.Body.String())
			}
		}
	}
}

// TestGrammarFindsFaults breaks a feed in one place each.
func TestGrammarFindsFaults(t *testing.T) {
	good := get(t, newPage(t, morning(t)), "/incidents.atom").Body.String()
	for name, change := range map[string][2]string{
		"no id": {"<id>https://panneau.example/</id>", ""}, "no date": {"<updated>", "<updated>hier "}, "two titles": {"<author>", "<title>x</title><author>"},
		"stranger": {"<author>", "<pubDate>x</pubDate><author>"}, "attribute": {"<entry>", `<entry lang="fr">`}, "no address": {" href=", " hrefs="},
		"text": {"<author>", "texte<author>"}, "other language": {atomSpace, "http://purl.org/atom/ns#"},
	} {
		broken := strings.Replace(good, change[0], change[1], 1)
		if name == "no id" {
			broken = regexp.MustCompile(`<id>[^<]*</id>`).ReplaceAllString(good, "")
		}
		var root node
		if err := xml.Unmarshal([]byte(broken), &root); err != nil || broken == good {
			t.Fatalf("%s: %v", name, err)
		}
		if len(check(root, atomSpace, atomGrammar())) == 0 {
			t.Errorf("%s: no problem was found", name)
		}
	}
}
