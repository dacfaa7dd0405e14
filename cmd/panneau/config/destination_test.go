package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
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
			Follows: []bot.PlatformID{
				"pcn", "ent77", "ecollege78", "moncollege91", "webcollege93", "moncollege95", "mon-ent-occitanie", "ecollege31",
				"educonnect", "apps", "tchap", "pronote", "ecoledirecte",
			},
		},
		{
			ID: "profs/12345678901234567890", Account: "profs", Address: bot.Address{Channel: "12345678901234567890"},
			Audience: bot.Teachers, Languages: fr, Place: bot.Place{Name: "La Réunion"},
			Follows: []bot.PlatformID{"educonnect", "apps", "tchap", "pronote", "ecoledirecte", "reunion-1d"},
		},
		{
			ID: "ecran/terminal", Account: "ecran", Address: bot.Address{Channel: "terminal"},
			Audience: bot.Families, Languages: fr, Place: bot.Place{Name: "Paris"},
			Follows: []bot.PlatformID{"leia", "educonnect", "pronote", "ecoledirecte"},
		},
	}
	var got []bot.Destination
	var zones []string
	for _, d := range c.Destinations {
		got = append(got, d.Destination)
		zones = append(zones, d.Zone.ID+" "+d.Place.Location.String())
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(bot.Place{}, "Location"), cmpopts.IgnoreFields(bot.Destination{}, "Silence", "Rhythm")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b Europe/Paris", "c Europe/Paris", "la-reunion Indian/Reunion", "corse Europe/Paris"}, zones); diff != "" {
		t.Error(diff)
	}
}

// TestFollowingEverything proves that « all » is what concerns the readers and serves their académie, and that nothing
// doubtful comes with it.
func TestFollowingEverything(t *testing.T) {
	const national, staff = "educonnect pronote ecoledirecte", "educonnect apps tchap pronote ecoledirecte"
	for _, test := range []struct{ zone, audience, platforms, want string }{
		{"Lille", "families", "", "enthdf " + national},
		{"lille", "teachers", "", "enthdf " + staff},
		{"La Réunion", "families", "", national + " reunion-1d"}, // metice is B
		{"Normandie", "families", "", national},                  // educ-normandie is doubtful
		{"Normandie", "families", "educ-normandie: {enabled: true}", "educ-normandie " + national},
		{"Lille", "families", "wilapa: {enabled: true}", "enthdf " + national}, // watched, for others
		{"Lille", "families", "lumni: {enabled: true}", "enthdf educonnect lumni pronote ecoledirecte"},
		{"Lille", "families", "enthdf: {enabled: false}", national},
		{"Lille", "families", "cantine: {name: Cantine, areas: [Amiens], checks: [{url: 'https://a.fr'}]}", "enthdf " + national},
		{"Lille", "families", "cantine: {name: Cantine, areas: [Lille], checks: [{url: 'https://a.fr'}]}", "enthdf " + national + " cantine"},
		{"wallis-et-futuna", "families", "", national},
	} {
		text := fmt.Sprintf("accounts: {e: {platform: console}}\ndestinations: [{account: e, zone: %s, audience: %s}]\n", test.zone, test.audience)
		if test.platforms != "" {
			text += "platforms:\n  " + test.platforms
		}
		c, err := load(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Fields(test.want), texts(c.Destinations[0].Follows)); diff != "" {
			t.Errorf("%s %s %s:\n%s", test.zone, test.audience, test.platforms, diff)
		}
	}
}

// TestEveryAcadémieHasItsOwn proves that a zone stands for its académies, and no destination for a foreign one.
func TestEveryAcadémieHasItsOwn(t *testing.T) {
	known, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range calendar.Zones() {
		for _, word := range append([]string{zone.ID}, zone.Académies...) {
			c, err := load(t, "accounts: {e: {platform: console}}\ndestinations: [{account: e, zone: "+word+"}]")
			if err != nil {
				t.Fatal(err)
			}
			d := c.Destinations[0]
			if len(d.Académies) == 0 || word != zone.ID && !slices.Equal(d.Académies, []string{word}) {
				t.Errorf("%s stands for %v", word, d.Académies)
			}
			for _, id := range d.Follows {
				if e, _ := known.Find(id); !e.Sure() || !e.Serves(d.Académies) {
					t.Errorf("%s follows %s", word, id)
				}
			}
			if len(c.Platforms) > len(d.Follows)+2 { // apps and tchap, which do not concern families
				t.Errorf("%s: %d platforms are watched, and %d followed", word, len(c.Platforms), len(d.Follows))
			}
		}
	}
}

func TestDoubtsOfTheAcadémieAreSaid(t *testing.T) {
	for text, want := range map[string][]string{
		"[{account: e, zone: Créteil}]":                                                 {"Mon collège Val-de-Marne", "MonLycée.net"},
		"[{account: e, zone: Créteil}, {account: e, zone: Créteil, channel: b}]":        {"Mon collège Val-de-Marne", "MonLycée.net"},
		"[{account: e, zone: Créteil, follows: [pronote]}]":                             nil,
		"[{account: e, zone: Lille}]":                                                   nil,
		"[{account: e, zone: Normandie}]\nplatforms: {educ-normandie: {enabled: true}}": nil,
	} {
		c, err := load(t, "watch: {contact: a@exemple.fr}\naccounts: {e: {platform: console}}\ndestinations: "+text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range c.Warnings {
			got = append(got, strings.Split(w.Text, " »")[0])
		}
		for i, name := range want {
			want[i] = "« " + name
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
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
