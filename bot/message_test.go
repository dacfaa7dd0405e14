package bot

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInEach(t *testing.T) {
	text := func(lang string) (Message, error) {
		return Message{
			Lang: lang, Title: "title " + lang,
			Facts:  []Fact{{Label: "since " + lang, Value: "08:05"}, {Label: "address " + lang, Value: "192.0.2.1", Evidence: true}},
			Links:  []Link{{Text: "page " + lang, URL: "https://a.example/"}, {Text: "more " + lang, URL: "https://b.example/" + lang}},
			Footer: "footer " + lang,
		}, nil
	}
	got, err := inEach([]string{"ar", "fr"}, text)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := text("ar")
	want.Also = []Message{{
		Lang: "fr", Title: "title fr", Facts: []Fact{{Label: "since fr", Value: "08:05"}},
		Links: []Link{{Text: "more fr", URL: "https://b.example/fr"}}, Footer: "footer fr",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	own := func(lang string) (Message, error) {
		list := []Section{{Heading: "do " + lang, Items: []string{"wait " + lang, "\u2068du même exploitant\u2069"}}, {Heading: "own", Items: []string{"du même exploitant"}}}
		if lang == "fr" {
			list[0].Items[1] = "du même exploitant"
		}
		return Message{Lang: lang, Sections: list}, nil
	}
	got, err = inEach([]string{"ar", "en", "fr"}, own)
	if err != nil {
		t.Fatal(err)
	}
	french, _ := own("fr")
	want = Message{Lang: "ar", Sections: []Section{{Heading: "do ar", Items: []string{"wait ar"}}}, Also: []Message{
		{Lang: "en", Sections: []Section{{Heading: "do en", Items: []string{"wait en"}}}}, french,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("an operator's own words (-want +got):\n%s", diff)
	}
	wrong := errors.New("no words")
	if _, err := inEach([]string{"ar", "fr"}, func(lang string) (Message, error) {
		if lang == "fr" {
			return Message{}, wrong
		}
		return Message{Title: "x"}, nil
	}); !errors.Is(err, wrong) {
		t.Errorf("got %v, want the error of the second language", err)
	}
}
