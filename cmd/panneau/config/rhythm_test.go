package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func TestLoadRhythm(t *testing.T) {
	for text, want := range map[string]bot.Rhythm{
		"destinations:\n  - {account: parents, channel: -1, zone: Lille}":                                                       {Zone: "Lille", Morning: "15 7 * * *"},
		"destinations:\n  - {account: parents, channel: -1, zone: a, rhythm: none}":                                             {},
		"destinations:\n  - {account: ecran, zone: a}":                                                                          {},
		"destinations:\n  - {account: parents, channel: -1, zone: a, rhythm: {morning: none, weekly: \"0 17 * * 5\"}}":          {Zone: "a", Weekly: "0 17 * * 5"},
		"rhythm: {evening: \"30 18 * * *\", evening_always: true}\ndestinations:\n  - {account: parents, channel: -1, zone: a}": {Zone: "a", Morning: "15 7 * * *", Evening: "30 18 * * *", Always: true},
		"rhythm: none\ndestinations:\n  - {account: parents, channel: -1, zone: a}":                                             {},
		"rhythm: none\ndestinations:\n  - {account: parents, channel: -1, zone: a, rhythm: {evening: \"0 18 * * *\"}}":          {Zone: "a", Evening: "0 18 * * *"},
	} {
		c, err := load(t, accountsForTests+text+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, c.Destinations[0].Rhythm); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}

func TestLoadRefusesRhythms(t *testing.T) {
	for entry, want := range map[string]string{
		"souvent":                    ".rhythm : un rythme ou le mot none est attendu",
		"{morning: 7 h 15}":          ".rhythm.morning : horaire incorrect. Remède : écrivez cinq champs",
		"{evening: \"@every 1h\"}":   ".rhythm.evening : plusieurs heures le même jour",
		"{weekly: \"0 8,17 * * 5\"}": ".rhythm.weekly : plusieurs heures le même jour",
		"{soir: none}":               ".rhythm.soir : clé inconnue",
	} {
		got := refusal(t, accountsForTests+"destinations:\n  - {account: equipe, channel: C1, zone: a, rhythm: "+entry+"}\n")
		if !strings.HasPrefix(got, "8: destinations[1]"+want) {
			t.Errorf("%s:\ngot  %s\nwant 8: destinations[1]%s…", entry, got, want)
		}
	}
}
