package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Period is a stretch without class of a school year, as it was published. « Le départ en vacances a lieu après la classe
// des jours indiqués. La reprise des cours s'effectue le matin des jours indiqués »
// (https://www.data.gouv.fr/datasets/le-calendrier-scolaire): there is class on a weekday of departure.
type Period struct {
	Zone   string // its id
	Year   string // school year: "2026-2027"; "2026" where it follows the civil one
	Name   string // « Vacances de Noël »
	Levels Level  // whose pupils are off
	Start  Date   // the day of departure, or the first day off of a bridge
	Return Date   // the day of return; Start for a single day off, and where only the beginning is published
	Origin Origin
	Source string // for a person: where it was read
}

// Origin is how far a period can be trusted.
type Origin uint8

// The origins.
const (
	Official Origin = iota // the ministry's open data
	Deduced                // follows from what is official for others
	Press                  // read in a newspaper
)

// longestPeriod is the longest stretch of days, summers apart, that is believed: the longest one in the ministry's file
// that is no mistake has 30 days (Polynésie and Mayotte, Noël). Two of Polynésie's are longer, and run into the next one.
const longestPeriod = 35

// longestSummer is the longest summer that is believed: the longest one in the ministry's file has 68 days.
const longestSummer = 100

// Closing reports whether the period ends its school year.
func (p Period) Closing() bool {
	key := p.key()
	return strings.Contains(key, "grandes-vacances") || strings.Contains(key, "hiver-austral") ||
		strings.HasSuffix(key, "d-ete")
}

// summer reports whether the period may last for months.
func (p Period) summer() bool { return p.Closing() || strings.Contains(p.key(), "ete-austral") }

// Open reports whether only the beginning of the period is known.
func (p Period) Open() bool { return p.Closing() && p.Return <= p.Start }

// Suspect reports whether the period is too long to be true. Its days then count as unknown.
func (p Period) Suspect() bool { return !p.summer() && p.Return-p.Start > longestPeriod }

// ToConfirm reports whether the period, or its end, is not certain.
func (p Period) ToConfirm() bool { return p.Origin != Official || p.Open() || p.Suspect() }

// Title is the name of the whole of it, where the row was about the beginning: « Vacances d'Été ».
func (p Period) Title() string { return strings.TrimPrefix(p.Name, "Début des ") }

// key names what the period is, whatever is known of it: « Début des Vacances d'Été » and « Vacances d'Été » are the same.
func (p Period) key() string { return strings.TrimPrefix(fold(p.Name), "debut-des-") }

// afterClass reports whether there is class on the day of departure. A Monday cannot be one: the old years of Corse have
// the first day off there. A bridge begins with its first day off, unless that is the eve of a public holiday (Ascension
// 2019 and 2020, written Wednesday to Monday).
func (p Period) afterClass(regions region) bool {
	if p.Return <= p.Start && !p.Closing() {
		return false
	}
	switch p.Start.Weekday() {
	case time.Sunday, time.Monday:
		return false
	}
	if strings.Contains(p.key(), "vacances") {
		return true
	}
	today, off := festival(p.Start, regions)
	eve, ok := festival(p.Start+1, regions)
	return ok && !eve.ToConfirm && !(off && !today.ToConfirm)
}

// back is the first day that no longer belongs to the period. A return on a Sunday (Nouvelle-Calédonie, Wallis) is the
// last day off.
func (p Period) back() Date {
	switch {
	case p.Return <= p.Start:
		return p.Start + 1
	case p.Return.Weekday() == time.Sunday:
		return p.Return + 1
	default:
		return p.Return
	}
}

// sorted puts periods into the order in which people read them, and drops repetitions: the ministry's file has a row for
// each académie.
func sorted(periods []Period) []Period {
	slices.SortStableFunc(periods, func(a, b Period) int {
		return cmp.Or(
			cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Year, b.Year), cmp.Compare(a.Start, b.Start),
			cmp.Compare(a.Return, b.Return), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Levels, b.Levels),
		)
	})
	return slices.CompactFunc(periods, func(a, b Period) bool {
		a.Source, a.Origin = b.Source, b.Origin
		return a == b
	})
}
