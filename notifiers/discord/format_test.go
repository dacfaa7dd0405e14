package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// specimens are the messages whose payloads are kept in testdata.
func specimens() map[string]bot.Posting {
	long := bot.Message{Lang: "fr", Title: "État des services", Summary: strings.Repeat("Phrase entière. ", 150)}
	for range 8 {
		long.Sections = append(long.Sections, bot.Section{
			Heading: "Pronote", Text: []string{strings.Repeat("Ce texte dépasse un champ. ", 50)}, Items: []string{"un", "deux"},
		})
	}
	return map[string]bot.Posting{
		"opened":   {Key: "7/1", Message: opened()},
		"resolved": {Key: "7/1", Message: resolved()},
		"back": {Key: "7/2", ReplyTo: bot.Receipt{IDs: []string{"99"}}, Message: bot.Message{
			Lang: "fr", Tone: bot.ToneCalm, Summary: "Pronote est de nouveau accessible depuis 9 h 20.",
		}},
		"overview": {Message: bot.Message{
			Lang: "fr", Tone: bot.ToneWarn, Title: "État des services à 8 h 12",
			Summary: "Deux services sur trois fonctionnent.",
			Sections: []bot.Section{
				{Heading: "Pronote", Text: []string{"Inaccessible depuis 8 h 05."}},
				{Heading: "ÉduConnect", Text: []string{"Fonctionne normalement."}},
				{Heading: "Ma classe à la maison", Text: []string{"Fonctionne normalement."}, Items: []string{"lycée", "collège"}},
			},
			Links: []bot.Link{{Text: "Page publique", URL: "https://panneau.example/?a=(b)"}},
		}},
		"nasty":       {Key: "<b>", Silent: true, Message: nasty()},
		"righttoleft": {Key: "7/3", Message: rightToLeftFirst()},
		"long":        {Key: "7/4", Message: long},
	}
}

func opened() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneAlarm, Title: "Pronote : inaccessible",
		Summary: "Pronote ne répond plus depuis 8 h 05.",
		Facts: []bot.Fact{
			{Label: "Depuis", Value: "8 h 05"},
			{Label: "Observé", Value: "La page de connexion ne répond pas, depuis deux endroits différents."},
		},
		Sections: []bot.Section{{Heading: "En attendant", Items: []string{"notez le travail", "réessayez plus tard"}}},
		Links:    []bot.Link{{Text: "Suivre", URL: "https://panneau.example/7"}, {Text: "Pronote", URL: "https://www.index-education.com"}},
		Footer:   "Nous vérifions toutes les minutes.",
	}
}

func resolved() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneCalm, Title: "Pronote : fonctionne de nouveau", Summary: "L’interruption a duré 1 h 15.",
		Facts: []bot.Fact{{Label: "De", Value: "8 h 05"}, {Label: "À", Value: "9 h 20"}},
	}
}

func nasty() bot.Message {
	const name = "<b>&_*@everyone"
	return bot.Message{
		Lang: "fr", Title: name, Summary: name + " https://evil.example/x <@123> :smile: `code` ||caché|| \\",
		Facts: []bot.Fact{{Label: "# " + name, Value: "> " + name + "\n- point\n1. un"}},
		Sections: []bot.Section{{
			Heading: name, Text: []string{"-# petit\n# grand\n+ plus", "[lien](https://evil.example)"}, Items: []string{"* " + name},
		}},
		Links:  []bot.Link{{Text: "a](b " + name, URL: "https://panneau.example/a)b?c=<d>"}, {Text: "js", URL: "javascript:alert(1)"}},
		Footer: name + " **gras**",
	}
}

func rightToLeftFirst() bot.Message {
	return bot.Message{
		Lang: "ar", Tone: bot.ToneAlarm, Title: "Pronote: لا يمكن الوصول إليه", Summary: "لا يستجيب Pronote منذ الساعة 8:05.",
		Facts:    []bot.Fact{{Label: "منذ", Value: "8:05"}},
		Sections: []bot.Section{{Heading: "في هذه الأثناء", Items: []string{"Pronote: دوّنوا الواجبات"}}},
		Footer:   "نتحقق كل دقيقة.", Also: []bot.Message{opened()},
	}
}

func TestGoldenPayloads(t *testing.T) {
	for name, p := range specimens() {
		t.Run(name, func(t *testing.T) {
			parts, err := layOut(p.Message, p.Key)
			if err != nil {
				t.Fatal(err)
			}
			for i := range parts {
				if !parts[i].fits() {
					t.Errorf("part %d does not fit", i+1)
				}
				parts[i] = parts[i].toPost(p, i)
			}
			golden(t, name+".json", parts)
		})
	}
}

func golden(t *testing.T, name string, value any) {
	t.Helper()
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got); run with -update if it is meant:\n%s", name, diff)
	}
}

func TestNothingToShowIsRefused(t *testing.T) {
	if _, err := layOut(bot.Message{Lang: "fr", Title: " \n"}, "key"); !isKind(err, bot.KindRejected) {
		t.Errorf("error %v, want rejected", err)
	}
}

func TestNonceAndMark(t *testing.T) {
	if a, b := nonce("key", 0), nonce("key", 1); a == b || len(a) != maxNonce || nonce("key", 0) != a {
		t.Errorf("nonces %q and %q", a, b)
	}
	if got := mark("", 3); got != "" {
		t.Errorf("mark without a key: %q", got)
	}
}

func TestInviteURL(t *testing.T) {
	want := "https://discord.com/oauth2/authorize?client_id=42&permissions=2252074691709952&scope=bot+applications.commands"
	if got := InviteURL("42"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// However long the parts of a message are, what is sent fits and says all of it.
func TestLimitsAreNeverExceeded(t *testing.T) {
	word := "møt*"
	for _, n := range []int{1, 63, 64, 65, 255, 256, 257, 600, 1023, 1024, 1025, 3000} {
		text := strings.Repeat(word, n)
		for name, m := range map[string]bot.Message{
			"title":   {Title: text},
			"summary": {Summary: text},
			"fact":    {Facts: []bot.Fact{{Label: "x", Value: text}}},
			"label":   {Facts: []bot.Fact{{Label: strings.Repeat("é", min(n, 1000)), Value: word}}},
			"text":    {Sections: []bot.Section{{Heading: "x", Text: []string{text, text}}}},
			"items":   {Sections: []bot.Section{{Heading: "x", Items: []string{text, text}}}},
			"footer":  {Footer: text},
			"also":    {Title: "x", Also: []bot.Message{{Summary: text}}},
		} {
			parts, err := layOut(m, "key")
			if err != nil {
				t.Errorf("%s of %d: %v", name, n, err)
				continue
			}
			all := ""
			for _, p := range parts {
				if !p.fits() {
					t.Errorf("%s of %d: does not fit", name, n)
				}
				data, _ := json.Marshal(p)
				all += string(data)
			}
			if strings.Count(all, "ø") < strings.Count(m.Title+m.Summary+m.Footer+facts(m), "ø") {
				t.Errorf("%s of %d: something is lost", name, n)
			}
		}
	}
}

func facts(m bot.Message) string {
	text := ""
	for _, f := range m.Facts {
		text += f.Value
	}
	for _, s := range m.Sections {
		text += strings.Join(s.Text, "") + strings.Join(s.Items, "")
	}
	for _, other := range m.Also {
		text += other.Summary
	}
	return text
}

func TestSpacesThatDoNotBreakStay(t *testing.T) {
	text := " Que faire\u00a0:\n attendez\u202f!  "
	if got, want := single(text), "Que faire\u00a0: attendez\u202f!"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := single("\u00a0\u202f "); got != "" {
		t.Errorf("got %q, want nothing of a blank text", got)
	}
}
