package locales

import (
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	r := renderer(t)
	for _, c := range []struct{ asker, chat, want string }{
		{"", "", "fr"}, // nothing is chosen
		{"", "fr", "fr"},
		{"", "fr-x-simple", "fr-x-simple"},
		{"", "fr fr-x-simple", "fr fr-x-simple"},
		{"", "ar", "ar fr"}, // nobody has reviewed it
		{"", "ar fr", "ar fr"},
		{"", "fr ar", "fr ar"},
		{"", "ar fr-x-simple", "ar fr-x-simple"},
		{"", "ar en", "ar en fr"},
		{"", "tlh", "fr"}, // a language that there is not
		{"", "pt-BR pt", "pt fr"},
		{"ar", "fr", "ar fr"}, // only the asker reads it
		{"ar", "tr", "ar fr"},
		{"fr", "ar tr", "fr"},
		{"fr-FR", "ar fr-x-simple", "fr-x-simple"},
		{"pt-BR", "fr", "pt fr"},
		{"zh-CN", "fr", "zh fr"},
		{"tlh", "ar", "ar fr"},
		{"!", "fr", "fr"},
	} {
		if got := strings.Join(r.Choose(c.asker, strings.Fields(c.chat)), " "); got != c.want {
			t.Errorf("asker %q, chat %q: got %q, want %q", c.asker, c.chat, got, c.want)
		}
	}
}
