package console

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

func opened() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneAlarm, Title: "Pronote\u00a0: inaccessible",
		Summary: "Pronote est inaccessible depuis 8\u00a0h\u00a005. Les devoirs ne sont pas en retard à cause de la plateforme.",
		Facts: []bot.Fact{
			{Label: "Depuis", Value: "8\u00a0h\u00a005"}, {Label: "Dernière vérification", Value: "8\u00a0h\u00a012"},
		},
		Sections: []bot.Section{{
			Heading: "Que faire",
			Text:    []string{"Ne rechargez pas la page en boucle\u202f: cela n’aide pas."},
			Items: []string{
				"Revenez plus tard dans la matinée.",
				"Pour signaler une absence, appelez la vie scolaire\u00a0: le numéro est dans le carnet de correspondance de votre enfant.",
			},
		}},
		Links: []bot.Link{
			{Text: "Suivre l’incident", URL: "https://panneau.example/incidents/12"},
			{Text: "Le site de la collectivité", URL: "https://collectivite.example/" + strings.Repeat("tres-long/", 8)},
		},
		Footer: "Panneau est un service d’information non officiel.",
	}
}

func resolved() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneCalm, Title: "Pronote\u00a0: de nouveau accessible",
		Summary: "Pronote fonctionne depuis 9\u00a0h\u00a040. Des lenteurs sont possibles.",
	}
}

func arabic() bot.Message {
	return bot.Message{
		Lang: "ar", Tone: bot.ToneAlarm, Title: "\u2068Pronote\u2069: لا يمكن الوصول",
		Summary: "لا يمكن الوصول إلى \u2068Pronote\u2069 منذ الساعة \u20688\u00a0h\u00a005\u2069. يمكنكم المحاولة لاحقا، ولا داعي لإعادة تحميل الصفحة مرارا.",
		Facts:   []bot.Fact{{Label: "منذ", Value: "\u20688\u00a0h\u00a005\u2069"}, {Label: "الحالة", Value: "معطلة"}},
		Links:   []bot.Link{{Text: "متابعة", URL: "https://panneau.example/incidents/12"}},
	}
}

// nasty tries to clear the screen, to ring, to overwrite, to hide and to turn around.
func nasty() bot.Message {
	return bot.Message{
		Lang: "fr\x1b[31m", Tone: "\x1b[31m", Title: "\x1b[2J\x1b]0;titre\aPronote\r\b\bX",
		Summary: "Avant\u202egnirts\u202c, \u2067ouvert, \u009b31mC1, \xff\xfe, z\u200be\u200br\u200bo, \U000e0041cache, \u2069de trop\nligne\u2028autre\tfin\r\nCRLF",
		Facts:   []bot.Fact{{Label: "\x1b[8mCaché", Value: "\x00nul\x7f"}},
		Sections: []bot.Section{{
			Heading: "H\x1b[1A", Items: []string{"\n— mise à jour —\n", strings.Repeat("trèslong", 20), "学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校学校 👩‍👩‍👧 e\u0301"},
		}},
		Links:  []bot.Link{{Text: "\x1b]8;;https://evil.example\x1b\\clic\x1b]8;;\x1b\\", URL: "https://a.example/\x1b[2K\nhttps://b.example"}},
		Footer: "\v\f\x85",
	}
}

func both() bot.Message {
	m := opened()
	m.Sections, m.Links = nil, m.Links[:1]
	m.Also = []bot.Message{arabic()}
	return m
}

func TestGolden(t *testing.T) {
	parents := bot.Address{Channel: "parents"}
	tests := []struct {
		name    string
		config  Config
		posting bot.Posting
		edit    bool
	}{
		{"opened.txt", Config{}, bot.Posting{To: parents, Message: opened()}, false},
		{"update.txt", Config{}, bot.Posting{To: parents, Message: resolved()}, true},
		{"narrow.txt", Config{Width: 32}, bot.Posting{To: parents, Message: opened()}, false},
		{"colour.txt", Config{Colour: true}, bot.Posting{To: parents, Message: opened()}, false},
		{"colour-update.txt", Config{Colour: true}, bot.Posting{To: parents, Message: resolved()}, true},
		{"arabic.txt", Config{Width: 60}, bot.Posting{To: parents, Message: arabic()}, false},
		{"both.txt", Config{}, bot.Posting{To: parents, Message: both()}, false},
		{"nasty.txt", Config{}, bot.Posting{To: bot.Address{Channel: "\x1b[2J\nsalon", Thread: "fil\x07"}, Message: nasty()}, false},
		{"empty.txt", Config{}, bot.Posting{To: parents}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			test.config.Out = &out
			n := New(test.config)
			receipt := bot.Receipt{Channel: "parents", IDs: []string{"1"}}
			var err error
			if test.edit {
				_, err = n.Edit(t.Context(), receipt, test.posting)
			} else {
				_, err = n.Post(t.Context(), test.posting)
			}
			if err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, out.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}
