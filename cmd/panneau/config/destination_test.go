package config

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/panneau-ecole/panneau/bot"
)

const accountsForTests = `
accounts:
  parents: {platform: telegram, token: {env: TELEGRAM_TOKEN}}
  equipe: {platform: slack, token: {file: /run/secrets/slack}}
  profs: {platform: discord, token: {file: discord}}
  ecran: {platform: console}
`

func TestLoadDestinations(t *testing.T) {
	c, err := load(t, accountsForTests+`
destinations:
  - {account: parents, channel: -1001234567890, thread: 42, zone: Lille, follows: [pronote, educonnect]}
  - {account: equipe, channel: C012AB3CD, thread: 1700000000.123400, audience: staff, zone: Zone C, languages: [fr]}
  - {account: profs, channel: 12345678901234567890, audience: teachers, zone: La Réunion, follows: all}
  - {account: ecran, zone: corse}
`)
	if err != nil {
		t.Fatal(err)
	}
	fr := []string{"fr"}
	want := []bot.Destination{
		{
			ID: "parents/-1001234567890/42", Account: "parents", Address: bot.Address{Channel: "-1001234567890", Thread: "42"},
			Audience: bot.Families, Languages: fr, Follows: []bot.PlatformID{"pronote", "educonnect"}, Place: bot.Place{Name: "Paris"},
		},
		{
			ID: "equipe/C012AB3CD/1700000000.123400", Account: "equipe",
			Address:  bot.Address{Channel: "C012AB3CD", Thread: "1700000000.123400"},
			Audience: bot.Staff, Languages: fr, Place: bot.Place{Name: "Paris"},
		},
		{
			ID: "profs/12345678901234567890", Account: "profs", Address: bot.Address{Channel: "12345678901234567890"},
			Audience: bot.Teachers, Languages: fr, Place: bot.Place{Name: "La Réunion"},
		},
		{
			ID: "ecran/terminal", Account: "ecran", Address: bot.Address{Channel: "terminal"},
			Audience: bot.Families, Languages: fr, Place: bot.Place{Name: "Paris"},
		},
	}
	var got []bot.Destination
	var zones []string
	for _, d := range c.Destinations {
		got = append(got, d.Destination)
		zones = append(zones, d.Zone.ID+" "+d.Place.Location.String())
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(bot.Place{}, "Location")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b Europe/Paris", "c Europe/Paris", "la-reunion Indian/Reunion", "corse Europe/Paris"}, zones); diff != "" {
		t.Error(diff)
	}
}

func TestLoadRefusesADestination(t *testing.T) {
	for entry, want := range map[string]string{
		"{account: parents, zone: a}":                                 "channel : clé manquante",
		"{account: parents, channel: 2147483647214748364, zone: a}":   "channel : cet identifiant ne convient pas",
		"{account: parents, channel: 12.5, zone: a}":                  "channel : cet identifiant ne convient pas",
		"{account: parents, channel: [1], zone: a}":                   "channel : identifiant attendu",
		"{account: parents, channel: -0, zone: a}":                    "channel : cet identifiant ne convient pas",
		"{account: parents, channel: -1, thread: -1, zone: a}":        "thread : cet identifiant ne convient pas",
		"{account: equipe, channel: c012ab3cd, zone: a}":              "channel : cet identifiant ne convient pas",
		"{account: equipe, channel: C1, thread: 1700000000, zone: a}": "thread : cet identifiant ne convient pas",
		"{account: ecran, thread: 1, zone: a}":                        "thread : cet identifiant ne convient pas",
		"{account: ecran, zone: a, languages: []}":                    "languages : liste vide",
		"{account: ecran, zone: a, languages: [fr, fr]}":              "languages[2] : langue donnée deux fois",
		"{account: ecran, zone: a, languages: [en]}":                  "languages[1] : valeur inconnue « en »",
		"{account: ecran, zone: a, follows: []}":                      "follows : liste vide",
		"{account: ecran, zone: a, follows: [pronote, pronote]}":      "follows[2] : plateforme donnée deux fois",
		"{account: ecran, zone: a, follows: [pronotte]}":              "follows[1] : plateforme inconnue « pronotte ». Remède : vouliez-vous dire « pronote »",
		"{account: ecran, zone: a, follows: [{}]}":                    "follows[1] : texte attendu",
	} {
		got := refusal(t, accountsForTests+"destinations:\n  - "+entry+"\n")
		if !strings.HasPrefix(got, "8: destinations[1]."+want) {
			t.Errorf("%s:\ngot  %s\nwant 8: destinations[1].%s…", entry, got, want)
		}
	}
}

// BenchmarkLoad reads as many destinations as one installation is built for.
func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString("accounts: {ecran: {platform: console}}\ndestinations:\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "  - {account: ecran, channel: salon-%d, zone: Lille}\n", i)
	}
	o := machine(b, map[string]*fstest.MapFile{"/etc/panneau.yaml": {Data: []byte(text.String())}}, nil)
	for b.Loop() {
		if c, err := Load("/etc/panneau.yaml", o); err != nil || len(c.Destinations) != 10_000 {
			b.Fatal(err)
		}
	}
}

func TestLoadRefusesTheSameChatTwice(t *testing.T) {
	const entry = "\n  - {account: parents, channel: -1001, zone: a}"
	got := refusal(t, accountsForTests+"destinations:"+entry+entry)
	if !strings.HasPrefix(got, "9: destinations[2] : même salon que destinations[1]") {
		t.Errorf("got %s", got)
	}
	if _, err := load(t, accountsForTests+"destinations:"+entry+strings.Replace(entry, "zone", "thread: 7, zone", 1)); err != nil {
		t.Errorf("a topic of the same group is refused: %v", err)
	}
}
