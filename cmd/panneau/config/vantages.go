package config

import (
	"fmt"
	"slices"
)

// others checks the names of the other places.
func (b *builder) others(names []string, c *Config) []string {
	const path = "watch.vantages"
	if len(names) > 0 && c.Database.Postgres.IsZero() && !b.has("database.postgres") {
		b.add(path, "plusieurs points de contrôle avec une base SQLite, qui reste sur une seule machine",
			"indiquez une base commune dans database.postgres, ou retirez watch.vantages")
	}
	for i, other := range names {
		at := fmt.Sprintf("%s[%d]", path, i+1)
		switch {
		case !named(other):
			b.add(at, "nom de lieu incorrect "+quote(other), howToName)
		case other == c.Watch.Vantage:
			b.add(at, quote(other)+" est déjà le nom de ce lieu-ci (watch.vantage)", "donnez un nom différent à chaque lieu")
		case slices.Contains(names[:i], other):
			b.add(at, quote(other)+" est écrit deux fois", "donnez un nom différent à chaque lieu")
		}
	}
	return names
}

// quorums checks that no platform asks for more places than there are.
func (b *builder) quorums(c *Config) {
	places := 1 + len(c.Watch.Others)
	for _, p := range c.Platforms {
		path := "platforms." + string(p.ID) + ".quorum"
		if b.has(path) && (p.Quorum < 1 || p.Quorum > places) {
			b.add(path, fmt.Sprintf("%d lieux demandés, pour %d en tout", p.Quorum, places),
				fmt.Sprintf("écrivez un nombre de 1 à %d, ou complétez watch.vantages", places))
		}
	}
}
