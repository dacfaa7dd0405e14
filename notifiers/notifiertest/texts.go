package notifiertest

import (
	"strings"
	"testing"
	"unicode"

	"github.com/panneau-ecole/panneau/bot"
)

// message is a notice as families get them.
func message(title string) bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneAlarm, Title: title, Summary: "Pronote est inaccessible depuis 8 h 05.",
		Facts: []bot.Fact{{Label: "Depuis", Value: "8 h 05"}, {Label: "Vérifié", Value: "8 h 12"}},
		Sections: []bot.Section{{
			Heading: "Que faire", Text: []string{"Patientez."}, Items: []string{"Revenez plus tard.", "Appelez l’école."},
		}},
		Links:  []bot.Link{{Text: "Page de l’incident", URL: "https://exemple.fr/incidents/1?a=b&c=d"}},
		Footer: "Service d’information non officiel.",
	}
}

// nasty lists texts that markup, mentions and links are made of. Each must be shown as it stands.
func nasty() []string {
	return []string{
		`<b>&_*@everyone`, `@here <@U123> <!channel> <#C1> <@&9> <:a:1>`, `**gras** __souligné__ ~~barré~~ ||caché|| ` + "`code`",
		`<script>alert("x")</script> &lt; &amp; &#64;`, `[texte](https://exemple.fr) <https://exemple.fr|texte>`,
		`> citation`, `# titre`, `- liste`, `1. liste`, `_italique_ *gras*`, `\* \_ \\`, "```bloc```", `$&{}()[]!.|~=+`,
		`Élève « Zoë » à 8 h 05 : l’ENT…`, `👩‍🏫 école 🇫🇷`, `مدرسة`, "@channel", "/status", "<tg-spoiler>x</tg-spoiler>",
		"a\u202eb", `http://exemple.fr/_a_*b*`, ":smile: :+1:", "<!date^1^x|y>",
	}
}

func (s Subject) texts(t *testing.T) {
	t.Run("what is posted is shown, and edited in place", func(t *testing.T) {
		b := s.bench(t)
		receipt := b.mustPost("k1", message("Pronote : inaccessible"))
		receipt, err := b.edit(receipt, b.posting("k1", message("Pronote : saturé")))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.edit(receipt, b.posting("k1", message("Pronote : saturé"))); err != nil {
			t.Errorf("an edit that changes nothing: %v", err)
		}
		shown := b.shown()
		if len(shown) != 1 || !shown[0].Audible {
			t.Fatalf("the channel shows %+v, want one audible message", shown)
		}
		for _, part := range []string{
			"Pronote : saturé", "Pronote est inaccessible depuis 8 h 05.", "Depuis", "Vérifié", "8 h 12", "Que faire",
			"Patientez.", "Revenez plus tard.", "Appelez l’école.", "Page de l’incident", "Service d’information non officiel.",
		} {
			if !strings.Contains(shown[0].Text, part) {
				t.Errorf("not shown: %q in\n%s", part, shown[0].Text)
			}
		}
		b.wantNoProblem()
	})
	for _, text := range nasty() {
		t.Run("nasty/"+text, func(t *testing.T) { s.nasty(t, text) })
	}
	t.Run("a text of 12,000 characters arrives whole", s.long)
	t.Run("a text that grows and shrinks", s.growing)
	t.Run("an empty part is left out", func(t *testing.T) {
		b := s.bench(t)
		b.mustPost("k1", bot.Message{Lang: "fr", Title: "Titre"})
		b.mustPost("k2", bot.Message{Lang: "fr", Summary: "Phrase."})
		b.wantNoProblem()
	})
}

func (s Subject) nasty(t *testing.T, text string) {
	b := s.bench(t)
	m := message(text)
	m.Summary += " " + text
	m.Facts = append(m.Facts, bot.Fact{Label: text, Value: text})
	m.Sections = append(m.Sections, bot.Section{Heading: text, Text: []string{text}, Items: []string{text}})
	m.Links = append(m.Links, bot.Link{Text: text, URL: "https://exemple.fr"})
	m.Footer = text
	receipt := b.mustPost("k1", m)
	if _, err := b.edit(receipt, b.posting("k1", m)); err != nil {
		t.Error(err)
	}
	var all strings.Builder
	for _, shown := range b.shown() {
		all.WriteString(shown.Text + "\n")
	}
	if n := strings.Count(visible(all.String()), visible(text)); n < 8 {
		t.Errorf("%q stands %d times in what is shown, want at least 8:\n%s", text, n, all.String())
	}
	b.wantNoProblem()
}

// visible leaves out what nobody sees: characters without a form of their own, which adapters put in to disarm markup,
// and differences of white space.
func visible(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// counted is a text of n numbered words, so that a lost or doubled one is noticed.
func counted(n int) (text string, words []string) {
	for i := range n {
		words = append(words, "mot"+string(rune('a'+i%26))+strings.Repeat("é", i/26%9)+"n"+itoa(i))
	}
	return strings.Join(words, " "), words
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func (s Subject) long(t *testing.T) {
	b := s.bench(t)
	text, words := counted(900)
	m := message("Un long avis")
	m.Sections = append(m.Sections, bot.Section{Heading: "Suite", Text: []string{text}, Items: []string{"fin"}})
	receipt := b.mustPost("k1", m)
	if len(receipt.IDs) != len(b.shown()) {
		t.Errorf("the receipt names %d messages, the channel shows %d", len(receipt.IDs), len(b.shown()))
	}
	wantWords(t, b, words)
	b.wantNoProblem()
}

func wantWords(t *testing.T, b *bench, words []string) {
	t.Helper()
	var all strings.Builder
	for _, shown := range b.shown() {
		all.WriteString(shown.Text + " ")
	}
	text := all.String()
	for _, word := range words {
		i := strings.Index(text, word)
		if i < 0 {
			t.Fatalf("%q is missing, or stands out of order", word)
		}
		text = text[i+len(word):]
	}
}

func (s Subject) growing(t *testing.T) {
	b := s.bench(t)
	text, words := counted(900)
	short, long := message("Court"), message("Long")
	long.Sections = append(long.Sections, bot.Section{Text: []string{text}})
	receipt := b.mustPost("k1", short)
	receipt, err := b.edit(receipt, b.posting("k1", long))
	if err != nil {
		t.Fatalf("grow: %v", err)
	}
	wantWords(t, b, words)
	for _, shown := range b.shown()[1:] {
		if shown.Audible && b.canBeSilent() {
			t.Error("a part that an edit added made a sound")
		}
	}
	receipt, err = b.edit(receipt, b.posting("k1", short))
	if err != nil {
		t.Fatalf("shrink: %v", err)
	}
	if len(b.shown()) != 1 || len(receipt.IDs) != 1 {
		t.Errorf("after shrinking %d messages and %d ids are left", len(b.shown()), len(receipt.IDs))
	}
	b.wantNoProblem()
}

// canBeSilent reports whether the platform lets a bot post without a sound.
func (b *bench) canBeSilent() bool {
	posting := b.posting("silence", message("Silence"))
	posting.Silent = true
	if _, err := b.post(posting); err != nil {
		b.t.Fatal(err)
	}
	shown := b.shown()
	last := shown[len(shown)-1]
	b.chat.Erase(b.subject.Channel, last.ID)
	return !last.Audible
}
