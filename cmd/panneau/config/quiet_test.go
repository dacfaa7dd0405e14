package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

func TestLoadQuietHours(t *testing.T) {
	usual := calendar.DefaultQuietHours()
	early, open := usual, usual
	early.From, early.To = calendar.Hour(19, 30), calendar.Hour(8, 0)
	open.Weekends, open.Holidays = false, false
	for entry, want := range map[string]bot.Silence{
		"account: parents, channel: -1, zone: Strasbourg":                                   {Zone: "Strasbourg", Hours: usual},
		"account: parents, channel: -1, zone: a, quiet: none":                               {},
		"account: parents, channel: -1, zone: a, quiet: {from: 19:30, to: \"08:00\"}":       {Zone: "a", Hours: early},
		"account: parents, channel: -1, zone: a, quiet: {weekends: false, holidays: false}": {Zone: "a", Hours: open},
		"account: parents, channel: -1, zone: a, quiet: {urgent: [login, down]}":            {Zone: "a", Hours: usual, Urgent: []bot.Condition{bot.LoginImpossible, bot.Unreachable}},
		"account: ecran, zone: a":                    {},
		"account: ecran, zone: a, quiet: {to: 7:00}": {Zone: "a", Hours: usual},
	} {
		c, err := load(t, accountsForTests+"destinations:\n  - {"+entry+"}\n")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, c.Destinations[0].Silence); diff != "" {
			t.Errorf("%s:\n%s", entry, diff)
		}
	}
}

func TestLoadRefusesQuietHours(t *testing.T) {
	for entry, want := range map[string]string{
		"never":               ".quiet : des heures de silence ou le mot none sont attendus. Remède : écrivez {from:",
		"[20:00]":             ".quiet : des heures de silence ou le mot none sont attendus",
		"{from: 20 h}":        ".quiet.from : heure incorrecte « 20 h ». Remède : écrivez par exemple",
		"{from: none}":        ".quiet.from : heure incorrecte « none »",
		"{to: 24:00}":         ".quiet.to : heure incorrecte « … »",
		"{to: 20}":            ".quiet.to : heure incorrecte « 20 »",
		"{weekends: parfois}": ".quiet.weekends : oui ou non attendu",
		"{urgent: []}":        ".quiet.urgent : liste vide",
		"{urgent: [normal]}":  ".quiet.urgent[1] : valeur inconnue « normal »",
		"{form: \"20:00\"}":   ".quiet.form : clé inconnue « form ». Remède : vouliez-vous dire « from »",
	} {
		got := refusal(t, accountsForTests+"destinations:\n  - {account: equipe, channel: C1, zone: a, quiet: "+entry+"}\n")
		if !strings.HasPrefix(got, "8: destinations[1]"+want) {
			t.Errorf("%s:\ngot  %s\nwant 8: destinations[1]%s…", entry, got, want)
		}
	}
}
