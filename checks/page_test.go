package checks

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// readSlowly is visible without its short cuts.
func readSlowly(source string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(source))
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
		case html.EndTagToken:
			hidden = max(0, hidden-hides(tokens, &b))
		case html.SelfClosingTagToken:
			hides(tokens, &b)
		}
	}
}

// TestSkippedScriptsChangeNothing puts pieces of pages together at random and compares with the long way.
func TestSkippedScriptsChangeNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		"<script>", "</script>", "<SCRIPT src=x>", "</Script >", "<style>", "</style>", "</styled>", "<!--", "-->", "<scripty>",
		"</scripty>", strings.Repeat("x=1;", 60), "</", " < ", "<div a='<script>'>", "</div>", "texte", "<script/>", "<title>",
		"</title>", "<textarea>", "</textarea>", "\x00", "</script", "é", "<noscript>", "</noscript>", "<style", ">", "<![CDATA[",
		"]]>", strings.Repeat("é </b>", 50),
	}
	for range 20_000 {
		var source strings.Builder
		for range 1 + random.IntN(14) {
			source.WriteString(pieces[random.IntN(len(pieces))])
		}
		if got, want := visible([]byte(source.String())), readSlowly(source.String()); got != want {
			t.Fatalf("of %q remains %q, want %q", source.String(), got, want)
		}
	}
}

// foldSlowly is fold by the book: the whole text decomposed, then rune by rune.
func foldSlowly(text string) string {
	f := folder{}
	for _, r := range norm.NFKD.String(html.UnescapeString(text)) {
		f.add(r)
	}
	return f.folded.String()
}

// TestFoldTakesNoWrongTurn compares the short ways of fold with the long one, for every fifth character there is.
func TestFoldTakesNoWrongTurn(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r += 5 {
		text := "A  " + string(r) + string(r) + "\u0301b"
		if got, want := fold(text), foldSlowly(text); got != want {
			t.Fatalf("%q becomes %q, want %q", text, got, want)
		}
	}
}
