package calendar

import "time"

// region is a set of territories with public holidays of their own.
type region uint16

const (
	alsaceMoselle region = 1 << iota
	corse
	guadeloupe
	saintMartin
	saintBarthélemy
	martinique
	guyane
	réunion
	mayotte
	calédonie
	polynésie
	wallis
	everyRegion region = 0
)

// Festival is a public holiday, or a day on which the schools of a region may be closed.
type Festival struct {
	Name      string
	Date      Date
	ToConfirm bool // not verified for that year: not asserted, and the day counts as a school day
}

// festivals are the rules of public holidays: code du travail L3133-1 (everywhere), L3134-13 (Alsace-Moselle), L3422-2
// (abolition of slavery; 28 May in Saint-Martin, as the ministry's school calendar has it since 2022). Polynésie's and
// Corse's own days were read in one secondary source only.
var festivals = [...]struct {
	regions   region
	month     time.Month // 0: counted from Easter Sunday
	day       int
	name      string
	toConfirm bool
	from, to  int // first and last year, 0 where there is none
}{
	{everyRegion, time.January, 1, "Jour de l’An", false, 0, 0},
	{everyRegion, 0, 1, "Lundi de Pâques", false, 0, 0},
	{everyRegion, time.May, 1, "Fête du Travail", false, 0, 0},
	{everyRegion, time.May, 8, "Victoire de 1945", false, 0, 0},
	{everyRegion, 0, 39, "Ascension", false, 0, 0},
	{everyRegion, 0, 50, "Lundi de Pentecôte", false, 0, 0},
	{everyRegion, time.July, 14, "Fête nationale", false, 0, 0},
	{everyRegion, time.August, 15, "Assomption", false, 0, 0},
	{everyRegion, time.November, 1, "Toussaint", false, 0, 0},
	{everyRegion, time.November, 11, "Armistice de 1918", false, 0, 0},
	{everyRegion, time.December, 25, "Noël", false, 0, 0},

	{alsaceMoselle | guadeloupe | martinique | polynésie, 0, -2, "Vendredi saint", false, 0, 0},
	{alsaceMoselle, time.December, 26, "Saint-Étienne", false, 0, 0},

	{mayotte, time.April, 27, abolition, false, 0, 0},
	{martinique, time.May, 22, abolition, false, 0, 0},
	{guadeloupe, time.May, 27, abolition, false, 0, 0},
	{saintMartin, time.May, 28, abolition, false, 2022, 0},
	{guyane, time.June, 10, abolition, false, 0, 0},
	{saintBarthélemy, time.October, 9, abolition, false, 0, 0},
	{réunion, time.December, 20, abolition, false, 0, 0},

	{calédonie, time.September, 24, "Fête de la citoyenneté", false, 0, 0},
	{wallis, time.April, 28, "Saint-Pierre-Chanel", false, 0, 0},
	{wallis, time.June, 29, "Saint-Pierre et Saint-Paul", false, 0, 0},
	{wallis, time.July, 29, "Fête du Territoire", false, 0, 0},

	{polynésie, time.March, 5, "Arrivée de l’Évangile", true, 0, 0},
	{polynésie, time.June, 29, "Fête de l’autonomie", true, 0, 2024},
	{polynésie, time.November, 20, "Matari’i", true, 2025, 0},
	{corse, time.September, 8, "Nativité de la Vierge", true, 0, 0},
	{corse, time.December, 8, "Immaculée Conception", true, 0, 0},
}

const abolition = "Abolition de l’esclavage"

// festival returns the public holiday of a day in some regions: the first one of the list, where those that are certain
// stand before the others.
func festival(d Date, regions region) (Festival, bool) {
	year, month, day := d.Civil()
	sinceEaster := int(d - easter(year))
	for i := range festivals {
		f := festivals[i]
		counted := f.month == 0 && f.day == sinceEaster
		fixed := f.month == month && f.day == day
		here := f.regions == everyRegion || f.regions&regions != 0
		if here && (counted || fixed) && year >= f.from && (f.to == 0 || year <= f.to) {
			return Festival{f.name, d, f.toConfirm}, true
		}
	}
	return Festival{}, false
}
