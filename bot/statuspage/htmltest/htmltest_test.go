package htmltest

import (
	"strings"
	"testing"
)

const good = `<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>Titre</title>
</head>
<body>
<a class="skip" href="#main">Aller</a>
<main id="main"><h1>Un</h1><section aria-labelledby="a"><h2 id="a">Deux</h2><ul><li>x &amp; y <time datetime="2027-04-06T07:12Z">à 9 h</time></li></ul>
<dl><div><dt>Nom</dt><dd><a href="/?a=b&amp;c=d">lien</a></dd></div></dl>
<svg aria-hidden="true" viewBox="0 0 2 2"><path d="M0 0h1"/></svg></section></main>
</body>
</html>
`

func TestAGoodPageHasNoProblems(t *testing.T) {
	for _, problem := range Problems([]byte(good)) {
		t.Error(problem)
	}
}

// TestProblemsAreFound breaks the good page in one place each.
func TestProblemsAreFound(t *testing.T) {
	for name, change := range map[string][2]string{
		"no doctype":           {"<!doctype html>\n", ""},
		"no encoding":          {`<meta charset="utf-8">`, ""},
		"no language":          {` lang="fr"`, ""},
		"empty title":          {"Titre", ""},
		"no title":             {"<title>Titre</title>", ""},
		"two headings":         {"<h1>Un</h1>", "<h1>Un</h1><h1>Une</h1>"},
		"skipped level":        {"h2", "h3"},
		"open element":         {"</ul>", ""},
		"crossed elements":     {"</li></ul>", "</ul></li>"},
		"unknown element":      {"<li>x", "<li><blink>x</blink>"},
		"obsolete attribute":   {"<ul>", `<ul align="left">`},
		"block in a paragraph": {"<h1>Un</h1>", "<h1>Un</h1><p>x<div>y</div></p>"},
		"text in a list":       {"<ul>", "<ul>texte"},
		"paragraph in a list":  {"<ul>", "<ul><p>x</p>"},
		"link in a link":       {">lien", `><a href="/">lien</a>`},
		"empty link":           {">lien<", "><"},
		"bare ampersand":       {"&amp; y", "& y"},
		"ampersand in a link":  {"b&amp;c", "b& c"},
		"same id":              {`<h2 id="a">`, `<h2 id="main">`},
		"broken reference":     {`labelledby="a"`, `labelledby="b"`},
		"link to nowhere":      {`href="#main"`, `href="#nowhere"`},
		"bad time":             {"2027-04-06T07:12Z", "6 avril"},
		"picture without text": {"lien", `lien<img src="/a.png">`},
		"closed like XML":      {"x &amp;", "x<br/>&amp;"},
		"attribute twice":      {`<ul>`, `<ul class="a" class="b">`},
		"comment":              {"<ul>", "<!-- ici --><ul>"},
		"drawing read aloud":   {` aria-hidden="true"`, ""},
		"no main part":         {"main", "div"},
		"nested form":          {"<ul>", `<form action="/"><form action="/"><p>x</p></form></form><ul>`},
	} {
		page := strings.ReplaceAll(good, change[0], change[1])
		if page == good {
			t.Errorf("%s: nothing was changed", name)
		}
		if len(Problems([]byte(page))) == 0 {
			t.Errorf("%s: no problem was found", name)
		}
	}
}
