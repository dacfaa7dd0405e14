// Package calendar knows the French school territories: their clocks, and when their schools are open. It is pure and
// carries its data with it.
//
// [Embedded] reads that data, [Almanac.Merge] adds a newer export of the ministry's that [Parse] has read, and
// [Almanac.Schools] gives the schools of one [Zone], which answer for a [Date]: is there class, at what hours, until when is
// the calendar known. [Quiet.Until] says when a chat of the zone may ring again.
//
// What is not known is said to be [Unknown] and counts as a school day: a notice too many is better than an outage that
// nobody was told of. What is known from the press only, or supposed, is marked ToConfirm. The times of the ministry's
// file are Paris midnights for every territory, and its end dates are days of return: see [Parse] and [Period].
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
	Title     string   // as it stands by itself: « Zone A », « La Réunion »
	Name      string   // as it stands in a sentence after « heure de »: « Paris », « La Réunion »
	Timezone  string   // IANA name
	Académies []string // the académies or collectivités in it, as the ministry writes them
	regions   region   // whose public holidays are observed
}

// Zones lists every zone. The académies of A, B and C are those of the ministry's open data for 2025-2027
// (https://data.education.gouv.fr/explore/dataset/fr-en-calendrier-scolaire/); Caen and Rouen are Normandie since 2020.
func Zones() []Zone {
	return []Zone{
		{"a", "Zone A", "Paris", "Europe/Paris", []string{
			"Besançon", "Bordeaux", "Clermont-Ferrand", "Dijon", "Grenoble", "Limoges", "Lyon", "Poitiers",
		}, 0},
		{"b", "Zone B", "Paris", "Europe/Paris", []string{
			"Aix-Marseille", "Amiens", "Lille", "Nancy-Metz", "Nantes", "Nice", "Normandie", "Orléans-Tours", "Reims",
			"Rennes", "Strasbourg",
		}, 0},
		{"c", "Zone C", "Paris", "Europe/Paris", []string{"Créteil", "Montpellier", "Paris", "Toulouse", "Versailles"}, 0},
		overseas("corse", "Corse", "Paris", "Europe/Paris", corse),
		overseas("guadeloupe", "Guadeloupe", "la Guadeloupe", "America/Guadeloupe", guadeloupe),
		overseas("saint-martin", "Saint-Martin", "Saint-Martin", "America/Marigot", saintMartin),
		overseas("saint-barthelemy", "Saint-Barthélemy", "Saint-Barthélemy", "America/St_Barthelemy", saintBarthélemy),
		overseas("martinique", "Martinique", "la Martinique", "America/Martinique", martinique),
		overseas("guyane", "Guyane", "la Guyane", "America/Cayenne", guyane),
		overseas("saint-pierre-et-miquelon", "Saint-Pierre-et-Miquelon", "Saint-Pierre-et-Miquelon", "America/Miquelon", 0),
		overseas("la-reunion", "La Réunion", "La Réunion", "Indian/Reunion", réunion),
		overseas("mayotte", "Mayotte", "Mayotte", "Indian/Mayotte", mayotte),
		overseas("nouvelle-caledonie", "Nouvelle-Calédonie", "Nouméa", "Pacific/Noumea", calédonie),
		overseas("polynesie", "Polynésie", "Tahiti", "Pacific/Tahiti", polynésie),
		overseas("wallis-et-futuna", "Wallis-et-Futuna", "Wallis", "Pacific/Wallis", wallis),
	}
}

// overseas is a zone that is one académie or collectivité.
func overseas(id, title, name, timezone string, regions region) Zone {
	return Zone{id, title, name, timezone, []string{title}, regions}
}

// Find returns the zone that a person means by a zone's id, by the name of one of its académies, or by a place whose
// clock or public holidays differ from those of its zone (« Moselle », « Marquises »); letter case, accents and the word
// « zone » in front do not matter.
func Find(word string) (Zone, error) {
	key := fold(word)
	key = strings.TrimPrefix(key, "zone-")
	key, zone := place(key)
	for _, z := range Zones() {
		if z.ID != key && !slices.ContainsFunc(z.Académies, func(a string) bool { return fold(a) == key }) {
			continue
		}
		z.regions |= zone.regions
		if zone.Title != "" {
			z.Title = zone.Title
		}
		if zone.Timezone != "" {
			z.Name, z.Timezone = zone.Name, zone.Timezone
		}
		return z, nil
	}
	return Zone{}, fmt.Errorf("unknown school zone %q", word)
}

// place knows what lies inside a zone and differs from it, and other names of zones. The académie of Nancy-Metz is
// Moselle and three départements without Moselle's holidays: only « Moselle » has them.
func place(key string) (string, Zone) {
	switch key {
	case "strasbourg", "alsace", "moselle", "alsace-moselle", "bas-rhin", "haut-rhin":
		return "b", Zone{Title: "Zone B (Alsace et Moselle)", regions: alsaceMoselle}
	case "marquises", "iles-marquises":
		return "polynesie", Zone{Title: "Polynésie (Marquises)", Name: "Nuku Hiva", Timezone: "Pacific/Marquesas"}
	case "gambier", "iles-gambier":
		return "polynesie", Zone{Title: "Polynésie (Gambier)", Name: "Mangareva", Timezone: "Pacific/Gambier"}
	case "polynesie-francaise":
		return "polynesie", Zone{}
	case "reunion":
		return "la-reunion", Zone{}
	default:
		return key, Zone{}
	}
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
func fold(word string) string { return folder.Replace(strings.ToLower(strings.TrimSpace(word))) }

var folder = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ç", "c", "ô", "o", "î", "i", " ", "-", "’", "-", "'", "-",
	"\u00a0", "-", "\u202f", "-")

// AcadémiesOf lists the académies that a word for a zone or an académie stands for: an académie for itself, a zone or a
// place for all of its zone. It is empty for any other word.
func AcadémiesOf(word string) []string {
	zone, err := Find(word)
	if err != nil {
		return nil
	}
	named := func(académie string) bool { return fold(académie) == fold(word) }
	if i := slices.IndexFunc(zone.Académies, named); i >= 0 {
		return zone.Académies[i : i+1]
	}
	return zone.Académies
}
