package config

import (
	"strings"
	"testing"
)

func TestPlaces(t *testing.T) {
	const postgres = "database: {postgres: {env: DATABASE}}\n"
	for name, test := range map[string]struct{ content, want string }{
		"SQLite": {
			"watch: {vantages: [lyon]}",
			"plusieurs points de contrôle avec une base SQLite",
		},
		"bad name": {postgres + "watch: {vantages: [Lyon 2]}", "watch.vantages[1]"},
		"own name": {postgres + "watch: {vantage: lyon, vantages: [lyon]}", "est déjà le nom de ce lieu-ci"},
		"twice":    {postgres + "watch: {vantages: [lyon, lyon]}", "est écrit deux fois"},
		"quorum":   {postgres + "watch: {vantages: [lyon]}\nplatforms: {pronote: {quorum: 3}}", "3 lieux demandés, pour 2 en tout"},
		"no quorum": {
			postgres + "watch: {vantages: [lyon]}\nplatforms: {pronote: {quorum: 0}}", "écrivez un nombre de 1 à 2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := load(t, test.content); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want an error with %q", err, test.want)
			}
		})
	}
}
