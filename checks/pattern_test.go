package checks

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"  Élève\u00a0: « ŒUVRE »\n\t… ":  `eleve : " oeuvre " ...`,
		"l’e\u0301cole":                   "l'ecole",
		"25\u202f%&nbsp;&eacute;&#8239;!": "25 % e !",
		"sup\u00adport\u200b – quota":     "support - quota",
		"ﬁn":                              "fin",
		"":                                "",
	} {
		if got := fold(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for source, want := range map[string]string{
		"<title>A</title><p>Bon<b>jour</b></p><p>toi</p>":                 "a bonjour toi",
		"<script>if (a < b) { alert('Service indisponible') }</script>ok": "ok",
		"<style>p{}</style><noscript>Activez JavaScript</noscript>ok":     "ok",
		"<template><p>caché</p></template>ok<!-- maintenance -->":         "ok",
		"a<br/>b &amp; c &lt;d&gt;":                                       "a b & c <d>",
		"pas de balise":                                                   "pas de balise",
		"</script>texte":                                                  "texte",
	} {
		if got := newPage([]byte(source), "text/html").read(); got != want {
			t.Errorf("%s reads %q, want %q", source, got, want)
		}
	}
}

func TestOldEncodingIsRead(t *testing.T) {
	latin := []byte("Acc\xe8s momentan\xe9ment indisponible\x85")
	if got := newPage(latin, "text/html; charset=iso-8859-1").read(); got != "acces momentanement indisponible..." {
		t.Errorf("reads %q", got)
	}
}

func TestPatterns(t *testing.T) {
	page := newPage([]byte("<p>L’accès est&nbsp;limité à 20&#8239;h&nbsp;: réessayez.</p>"), "text/html")
	for _, test := range []struct {
		pattern Pattern
		match   bool
	}{
		{Pattern{Text: "L'ACCES EST LIMITE"}, true},
		{Pattern{Text: "l&rsquo;accès est\u00a0limité"}, true},
		{Pattern{Text: "accès illimité"}, false},
		{Pattern{Regexp: `limité à \d+\s?h`}, true},
		{Pattern{Regexp: `Réessay(ez|é)`}, true},
		{Pattern{Regexp: `r[éè]essay[^a-d]z`}, true},
		{Pattern{Regexp: `l[’']accès`}, true},
		{Pattern{Regexp: `^limité`}, false},
		{Pattern{Regexp: `[^\w\s'.:]`}, false},
		{Pattern{Text: "<p>", Source: true}, true},
		{Pattern{Text: "<p>"}, false},
	} {
		m, err := test.pattern.compile()
		if err != nil {
			t.Fatal(err)
		}
		if got := m.match(page); got != test.match {
			t.Errorf("%q: match is %t, want %t", test.pattern, got, test.match)
		}
	}
}

func TestSignatureFits(t *testing.T) {
	s := Signature{
		ID: "x", Reason: bot.ReasonClosed, Statuses: []int{200}, MaxLength: 40,
		All: []Pattern{{Text: "fermé"}, {Text: "été"}},
	}
	r, err := NewRecogniser([]Signature{s})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		status int
		body   string
		found  bool
	}{
		{200, "Le site est fermé l'été.", true},
		{503, "Le site est fermé l'été.", false},
		{200, "Le site est fermé.", false},
		{200, "Le site est fermé l'été." + strings.Repeat(" Actualité", 10), false},
	} {
		if _, found := r.Recognise(test.status, "text/html", []byte(test.body)); found != test.found {
			t.Errorf("%d %q: found is %t", test.status, test.body, found)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Élève\u00a0: « ŒUVRE » &eacute; …")
	f.Add("\xff&#0;&amp;amp;")
	f.Fuzz(func(t *testing.T, text string) {
		folded := fold(text)
		if strings.Contains(folded, "  ") || strings.TrimSpace(folded) != folded {
			t.Errorf("%q has spaces left: %q", text, folded)
		}
		if utf8.ValidString(text) && !utf8.ValidString(folded) {
			t.Errorf("%q is no longer valid: %q", text, folded)
		}
	})
}

func FuzzSignature(f *testing.F) {
	f.Add("nous avons limité", `quota\s+\d`, "<p>nous avons limit&eacute; quota 3</p>", true)
	f.Add("é", `[é-ü]{2,}|(a|é)`, "\xe9<script>", false)
	f.Fuzz(func(t *testing.T, text, expression, body string, source bool) {
		s := Signature{ID: "x", Reason: bot.ReasonClosed, All: []Pattern{{Text: text, Source: source}, {Regexp: expression}}}
		if s.Validate() != nil {
			return
		}
		r, err := NewRecogniser([]Signature{s})
		if err != nil {
			t.Fatalf("a valid signature does not compile: %v", err)
		}
		if _, found := r.Recognise(200, "", nil); found {
			t.Error("an empty page bears the signature")
		}
		_, found := r.Recognise(200, "text/html", []byte(body))
		_, upper := r.Recognise(200, "text/html", []byte(strings.ReplaceAll(body, " ", "\u00a0")))
		if found && utf8.ValidString(body) && !strings.ContainsAny(body, "<&") && !upper {
			t.Errorf("no-break spaces matter: %q in %q", text, body)
		}
	})
}
