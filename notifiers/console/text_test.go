package console

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		text  string
		limit int
		want  []string
	}{
		{"un deux trois", 20, []string{"un deux trois"}},
		{"un deux trois", 7, []string{"un deux", "trois"}},
		{"depuis 8\u00a0h\u00a005", 10, []string{"depuis", "8\u00a0h\u00a005"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"voir https://panneau.example/long", 10, []string{"voir", "https://panneau.example/long"}},
		{"学校学校", 5, []string{"学校", "学校"}},
		{"éééé", 2, []string{"éé", "éé"}},
		{"e\u0301e\u0301e\u0301", 2, []string{"e\u0301e\u0301", "e\u0301"}},
		{"a👩\u200d👧b", 3, []string{"a👩\u200d👧", "b"}},
		{"", 5, []string{""}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, wrap(test.text, test.limit)); diff != "" {
			t.Errorf("%q at %d (-want +got):\n%s", test.text, test.limit, diff)
		}
	}
}

// FuzzPost demands of any text that it commands nothing, stays within the width, and arrives whole.
func FuzzPost(f *testing.F) {
	f.Add("Pronote\x1b[2J", "une phrase, puis une autre\u202e", 40)
	f.Add("\u2067\u2069\u2069", strings.Repeat("é", 200), 20)
	f.Add("学校 \U000e0001", "a\nb\u0085c \u200d\u0301", 33)
	f.Fuzz(func(t *testing.T, title, text string, width int) {
		width = minWidth + (width%100+100)%100
		l := layout{width: width}
		block := l.post(bot.Posting{Message: bot.Message{Title: title, Sections: []bot.Section{{Items: []string{text}}}}})
		for _, r := range block {
			if unicode.IsControl(r) && r != '\n' || r >= '\u202a' && r <= '\u202e' {
				t.Fatalf("%q holds %q", block, r)
			}
		}
		if !utf8.ValidString(block) {
			t.Fatalf("%q is no UTF-8", block)
		}
		for line := range strings.SplitSeq(block, "\n") {
			if strings.Contains(line, "://") {
				continue
			}
			if n := columns(line); n > width+2 { // a wide character joined to one that just fitted
				t.Fatalf("%q has %d columns of %d", line, n, width)
			}
		}
		opened := strings.Count(block, "\u2066") + strings.Count(block, "\u2067") + strings.Count(block, string(fsi))
		if closed := strings.Count(block, string(pdi)); opened != closed {
			t.Fatalf("%q opens %d isolates and closes %d", block, opened, closed)
		}
		if got, want := letters(block), letters(clean(title)+clean(text)); !strings.Contains(got, want) {
			t.Fatalf("%q lost something of %q", got, want)
		}
	})
}

// letters is a text without what the layout adds or moves.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '•' || r == '─' {
			return -1
		}
		return r
	}, text)
}
