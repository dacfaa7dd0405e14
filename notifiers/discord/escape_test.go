package discord_test

import (
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

func TestTextIsShownAsItIs(t *testing.T) {
	s := newStage(t, emulated.Options{Unlimited: true}, nil)
	for _, text := range []string{
		"<b>&_*@everyone", "@here <@123> <@&456> <#789> <:a:1> <t:1:R> </status:1>", "**gras** __souligné__ ~~barré~~",
		"||caché|| `code` ```bloc```", "# titre", "-# petit", "> citation", ">>> tout", "- point", "* point", "+ plus",
		"1. un", "10) dix", "https://evil.example/a_b", "<https://evil.example>", "[lien](https://evil.example)",
		":smile: 8:05:30 :100:", "\\*", "\\", "a_b_c", "http://x", "  # après des blancs", "ligne\n# titre\n- point",
		"Pronote : inaccessible", "عربي *مائل*", "🏫 l’école", "a\u200db",
	} {
		checkExact(t, s, text)
	}
	if n := s.Pings(channel); n != 0 {
		t.Errorf("%d pings", n)
	}
}

func FuzzTextIsShownAsItIs(f *testing.F) {
	for _, text := range []string{"a*b*c", "<@1>", "`", "1. a\n2. b", "\\\\*", ":a:b:", "https://a_b", "[a](http://b)", "||", "@everyone"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		checkExact(t, newStage(t, emulated.Options{Unlimited: true}, nil), text)
	})
}

// checkExact posts the text in every place and demands that it is read as it was written, white space around it and
// characters that no text holds aside.
func checkExact(t *testing.T, s *stage, text string) {
	t.Helper()
	plain := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	line := strings.Join(strings.Fields(plain), " ")
	if line == "" {
		return
	}
	m := bot.Message{
		Title: text, Summary: text, Facts: []bot.Fact{{Label: text, Value: text}},
		Sections: []bot.Section{{Heading: text, Text: []string{text}, Items: []string{text}}},
		Links:    []bot.Link{{Text: "x" + text, URL: "https://panneau.example/"}}, Footer: text,
	}
	p := posting(m)
	p.Key = ""
	if _, err := s.n.Post(t.Context(), p); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	shown := s.Shown(channel)
	got := shown[len(shown)-1].Text
	block := strings.TrimSpace(plain)
	link := strings.Join(strings.Fields("x"+plain), " ")
	if strings.Contains(link, "://") {
		link += " https://panneau.example/"
	}
	want := []string{block, line, line, block, line, block, "• " + line, link, block}
	if joined := strings.Join(want, "\n"); got != joined {
		t.Errorf("%q is shown as\n%q, want\n%q", text, got, joined)
	}
}
