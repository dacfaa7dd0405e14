package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// flat is every character that a reader sees, in reading order.
func flat(m Message) string {
	var b strings.Builder
	b.WriteString(m.Title + m.Summary)
	for _, f := range m.Facts {
		b.WriteString(f.Value)
	}
	for _, s := range m.Sections {
		b.WriteString(s.Heading + strings.Join(s.Text, "") + strings.Join(s.Items, ""))
	}
	for _, l := range m.Links {
		b.WriteString(l.Text + l.URL)
	}
	b.WriteString(m.Footer)
	for _, also := range m.Also {
		b.WriteString(flat(also))
	}
	return b.String()
}

func under(limit int) func(Message) bool {
	return func(m Message) bool { return utf8.RuneCountInString(flat(m)) <= limit }
}

func long(word string, n int) string { return strings.Repeat(word, n) }

func sample() Message {
	return Message{
		Lang: "fr", Title: "Pronote : inaccessible", Summary: "Pronote est inaccessible depuis 8 h 05.",
		Facts: []Fact{{Label: "Depuis", Value: "8 h 05"}, {Label: "Vérifié", Value: "8 h 12"}},
		Sections: []Section{
			{Heading: "Que faire", Items: []string{"Patientez.", long("Revenez plus tard. ", 9)}},
			{Text: []string{long("mot ", 50), long("é", 120)}},
		},
		Links:  []Link{{"Page", "https://exemple.fr/incident"}},
		Footer: "Service d’information non officiel.",
		Also:   []Message{{Lang: "ar", Title: "بروينوت", Summary: long("كلمة ", 40)}},
	}
}

func TestDivideKeepsAMessageThatFitsWhole(t *testing.T) {
	pages, err := sample().Divide(under(4096))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Message{sample()}, pages); diff != "" {
		t.Error(diff)
	}
}

func TestDivideLosesNothing(t *testing.T) {
	for limit := 45; limit < 900; limit += 7 {
		pages, err := sample().Divide(under(limit))
		if err != nil {
			t.Fatalf("limit %d: %v", limit, err)
		}
		var got strings.Builder
		for _, page := range pages {
			if !under(limit)(page) {
				t.Errorf("limit %d: a page has %d characters", limit, utf8.RuneCountInString(flat(page)))
			}
			got.WriteString(flat(page))
		}
		if diff := cmp.Diff(flat(sample()), got.String()); diff != "" {
			t.Errorf("limit %d: %s", limit, diff)
		}
	}
}

func TestDivideGivesEachLanguageItsOwnPages(t *testing.T) {
	pages, err := sample().Divide(under(300))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if len(page.Also) > 0 {
			t.Errorf("a page in %s carries another language", page.Lang)
		}
	}
	if last := pages[len(pages)-1]; last.Lang != "ar" {
		t.Errorf("the last page is in %q, want ar", last.Lang)
	}
}

func TestDivideRefusesALinkThatFitsNowhere(t *testing.T) {
	m := Message{Title: "x", Links: []Link{{"Page", "https://exemple.fr/" + long("a", 100)}}}
	if _, err := m.Divide(under(50)); err == nil {
		t.Error("a link over the limit was divided")
	}
}

func FuzzDivide(f *testing.F) {
	f.Add("Titre", "Une phrase. Une autre.\nUn paragraphe", "👩‍🏫 é̂ à", 20)
	f.Fuzz(func(t *testing.T, title, text, item string, limit int) {
		if limit < 12 || limit > 5000 || len(title)+len(text)+len(item) > 5000 {
			t.Skip("outside the sizes of real messages")
		}
		m := Message{Title: title, Summary: text, Sections: []Section{{Text: []string{text}, Items: []string{item}}}}
		pages, err := m.Divide(under(limit))
		if err != nil {
			return // a run of combining marks longer than the limit
		}
		var got strings.Builder
		for _, page := range pages {
			if !under(limit)(page) {
				t.Errorf("a page of %d characters exceeds %d", utf8.RuneCountInString(flat(page)), limit)
			}
			got.WriteString(flat(page))
		}
		if got.String() != flat(m) {
			t.Errorf("got %q, want %q", got.String(), flat(m))
		}
	})
}
