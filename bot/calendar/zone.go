// Package calendar knows the French school territories: their clocks, and when their schools are open. It is pure and
// carries its data with it.
package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the clocks of the territories must be right on a machine without a time zone database
)

// Zone is a territory with a school calendar of its own.
type Zone struct {
	ID        string   // "a", "la-reunion"
	Name      string   // as it stands in a sentence after « heure de »: « Paris », « La Réunion »
	Timezone  string   // IANA name
	Académies []string // the académies or collectivités in it, as the ministry writes them
}

// Zones lists every zone. The académies of A, B and C are those of the ministry's open data for 2025-2027
// (https://data.education.gouv.fr/explore/dataset/fr-en-calendrier-scolaire/); Caen and Rouen are Normandie since 2020.
func Zones() []Zone {
	return []Zone{
		{"a", "Paris", "Europe/Paris", []string{
			"Besançon", "Bordeaux", "Clermont-Ferrand", "Dijon", "Grenoble", "Limoges", "Lyon", "Poitiers",
		}},
		{"b", "Paris", "Europe/Paris", []string{
			"Aix-Marseille", "Amiens", "Lille", "Nancy-Metz", "Nantes", "Nice", "Normandie", "Orléans-Tours", "Reims",
			"Rennes", "Strasbourg",
		}},
		{"c", "Paris", "Europe/Paris", []string{"Créteil", "Montpellier", "Paris", "Toulouse", "Versailles"}},
		{"corse", "Paris", "Europe/Paris", []string{"Corse"}},
		{"guadeloupe", "la Guadeloupe", "America/Guadeloupe", []string{"Guadeloupe"}},
		{"martinique", "la Martinique", "America/Martinique", []string{"Martinique"}},
		{"guyane", "la Guyane", "America/Cayenne", []string{"Guyane"}},
		{"saint-pierre-et-miquelon", "Saint-Pierre-et-Miquelon", "America/Miquelon", []string{"Saint-Pierre-et-Miquelon"}},
		{"la-reunion", "La Réunion", "Indian/Reunion", []string{"La Réunion"}},
		{"mayotte", "Mayotte", "Indian/Mayotte", []string{"Mayotte"}},
		{"nouvelle-caledonie", "Nouméa", "Pacific/Noumea", []string{"Nouvelle-Calédonie"}},
		{"polynesie", "Tahiti", "Pacific/Tahiti", []string{"Polynésie"}},
		{"wallis-et-futuna", "Wallis", "Pacific/Wallis", []string{"Wallis-et-Futuna"}},
	}
}

// Find returns the zone that a person means by a zone's id or by the name of one of its académies; letter case,
// accents and the word « zone » in front do not matter.
func Find(word string) (Zone, error) {
	key := fold(word)
	key = strings.TrimPrefix(key, "zone-")
	for _, zone := range Zones() {
		if zone.ID == key || slices.ContainsFunc(zone.Académies, func(a string) bool { return fold(a) == key }) {
			return zone, nil
		}
	}
	return Zone{}, fmt.Errorf("unknown school zone %q", word)
}

// Location loads the zone's clock. Its data is embedded, so that it cannot be missing.
func (z Zone) Location() (*time.Location, error) {
	location, err := time.LoadLocation(z.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load time zone of %s: %w", z.ID, err)
	}
	return location, nil
}

// fold brings a name to the form of a zone's id: lower case, no accents, hyphens for anything else.
func fold(word string) string {
	replacer := strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ç", "c", "ô", "o", " ", "-", "’", "-", "'", "-", "\u00a0", "-", "\u202f", "-")
	return replacer.Replace(strings.ToLower(strings.TrimSpace(word)))
}
