package calendar

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads an export of the ministry's data set « fr-en-calendrier-scolaire », in CSV or JSON. Its times are Paris
// midnights written in UTC, for territories of the other side of the world as well; rows for teachers are left out, rows
// that differ by académie only are one, and those of the académie of Guadeloupe are divided among its islands. The error
// is a [*FileError] that names the file.
func Parse(file string, data []byte, source string) ([]Period, error) {
	list, problem := records(data)
	if problem != nil {
		return nil, &FileError{file, []Problem{*problem}}
	}
	var periods []Period
	var problems []Problem
	known := zoneIDs()
	lines, seen := map[Period]int{}, map[[len(columns)]string]bool{}
	for _, r := range list {
		if repeated := seen[r.values()]; repeated {
			continue // another académie
		}
		seen[r.values()] = true
		found, problem := r.periods(source, known)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		for _, p := range found {
			lines[p] = max(lines[p], r.line)
		}
		periods = append(periods, found...)
	}
	periods = sorted(periods)
	problems = append(problems, contradictions(periods, lines)...)
	if len(problems) == 0 && len(periods) == 0 {
		problems = []Problem{{1, "", "aucune période de vacances", exportRemedy}}
	}
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b Problem) int { return a.Line - b.Line })
		return nil, &FileError{file, problems}
	}
	return periods, nil
}

// contradictions finds periods of one name that overlap and differ: the académies of a zone have the same dates.
func contradictions(periods []Period, lines map[Period]int) []Problem {
	var problems []Problem
	for i, p := range periods {
		for _, q := range periods[i+1:] {
			if q.Zone != p.Zone || q.Year != p.Year || q.Start >= p.back() {
				break
			}
			if q.key() == p.key() && q.Levels&p.Levels != 0 && !p.Open() && !q.Open() {
				problems = append(problems, Problem{max(lines[p], lines[q]), "", fmt.Sprintf(
					"%s, %s, %s : deux dates différentes, ligne %d et ligne %d", p.Zone, p.Year, quote(p.Name), lines[p], lines[q],
				), "gardez celle que publie le ministère"})
			}
		}
	}
	return problems
}

// periods is what a record says: nothing for teachers, several periods for several islands.
func (r record) periods(source string, known []string) ([]Period, *Problem) {
	problem := func(field, text, remedy string) ([]Period, *Problem) {
		return nil, &Problem{r.line, field, r.where + text, remedy}
	}
	p := Period{Year: r.fields["annee_scolaire"], Name: strings.TrimSpace(r.fields["description"]), Source: source}
	if p.Name == "" || quote(p.Name) == "« … »" {
		return problem("description", "nom de période vide ou illisible", exportRemedy)
	}
	zones, ok := zonesOf(r.fields["zones"], known)
	if !ok {
		return problem("zones", "zone inconnue "+quote(r.fields["zones"]), "écrivez « Zone A », « Corse », « Réunion »")
	}
	who, ok := population(r.fields["population"])
	if !ok {
		return problem("population", "population inconnue "+quote(r.fields["population"]), "écrivez « - » ou « Élèves »")
	}
	var err error
	if p.Start, err = parisDay(r.fields["start_date"]); err != nil {
		return problem("start_date", "date inconnue "+quote(r.fields["start_date"]), dateRemedy)
	}
	if p.Return, err = parisDay(r.fields["end_date"]); err != nil {
		return problem("end_date", "date inconnue "+quote(r.fields["end_date"]), dateRemedy)
	}
	if p.Return < p.Start {
		return problem("end_date", "reprise avant le départ", "corrigez l’une des deux dates")
	}
	if p.Return-p.Start > longestSummer {
		return problem("end_date", fmt.Sprintf("période de %d jours", p.Return-p.Start), "corrigez l’une des deux dates")
	}
	if !yearHolds(p.Year, p.Start) {
		return problem("annee_scolaire", "année "+quote(p.Year)+" qui ne contient pas le "+p.Start.String(),
			"écrivez par exemple 2026-2027, ou 2026 pour la Nouvelle-Calédonie et Wallis-et-Futuna")
	}
	if who.teachers {
		return nil, nil
	}
	p.Levels = who.levels
	var list []Period
	for _, zone := range zones {
		if p.Zone = zone; who.zones == nil || slices.Contains(who.zones, zone) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return problem("population", "population "+quote(r.fields["population"])+" hors de la zone", "écrivez « - » ou « Élèves »")
	}
	return list, nil
}

// zonesOf reads the column « zones ». The académie of Guadeloupe has three zones of ours.
func zonesOf(name string, known []string) ([]string, bool) {
	key, _ := place(strings.TrimPrefix(fold(name), "zone-"))
	if key == "guadeloupe" {
		return []string{"guadeloupe", "saint-martin", "saint-barthelemy"}, true
	}
	return []string{key}, slices.Contains(known, key)
}

func zoneIDs() []string {
	var ids []string
	for _, z := range Zones() {
		ids = append(ids, z.ID)
	}
	return ids
}

// people are those for whom a row is.
type people struct {
	levels   Level
	zones    []string // nil: everywhere
	teachers bool
}

// population reads the column « population », in all the ways in which the ministry has filled it in since 2009.
func population(name string) (people, bool) {
	islands := func(zones ...string) (people, bool) { return people{levels: AllLevels, zones: zones}, true }
	key := fold(name)
	if strings.HasPrefix(key, "enseignants") {
		return people{teachers: true}, true
	}
	switch strings.TrimPrefix(key, "eleves-") {
	case "", "-", "eleves":
		return people{levels: AllLevels}, true
	case "premier-degre", "du-premier-degre":
		return people{levels: École}, true
	case "second-degre", "du-second-degre":
		return people{levels: Collège | Lycée}, true
	case "premier-degre-et-colleges":
		return people{levels: École | Collège}, true
	case "premier-degre-et-lycees":
		return people{levels: École | Lycée}, true
	case "colleges", "des-colleges":
		return people{levels: Collège}, true
	case "lycees", "des-lycees":
		return people{levels: Lycée}, true
	case "guadeloupe":
		return islands("guadeloupe")
	case "saint-martin":
		return islands("saint-martin")
	case "saint-barthelemy":
		return islands("saint-barthelemy")
	case "guadeloupe-&-saint-martin":
		return islands("guadeloupe", "saint-martin")
	case "guadeloupe-&-saint-barthelemy", "guadeloupe-sauf-saint-martin":
		return islands("guadeloupe", "saint-barthelemy")
	case "guadeloupe,-saint-martin-&-saint-barthelemy":
		return islands("guadeloupe", "saint-martin", "saint-barthelemy")
	default:
		return people{}, false
	}
}

const dateRemedy = "écrivez minuit à Paris, comme 2026-12-18T23:00:00+00:00, ou le jour, comme 2026-12-19"

// parisDay reads a moment that is midnight in Paris, or a day. It needs no clock of Paris: midnight there is one or two
// hours before midnight in UTC, so that twelve hours later it is the same day in both.
func parisDay(text string) (Date, error) {
	if day, err := ParseDate(text); err == nil {
		return day, sane(day)
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, err
	}
	t = t.UTC()
	if clock := t.Hour()*3600 + t.Minute()*60 + t.Second(); clock != 22*3600 && clock != 23*3600 {
		return 0, fmt.Errorf("%s is not midnight in Paris", text)
	}
	day := DateOf(t.Add(12 * time.Hour))
	return day, sane(day)
}

// sane refuses dates that no school calendar has.
func sane(d Date) error {
	if year, _, _ := d.Civil(); year < 2000 || year > 2100 {
		return fmt.Errorf("year %d", year)
	}
	return nil
}

var schoolYear = regexp.MustCompile(`^(20\d\d)(?:-(20\d\d))?$`)

// yearHolds reports whether a school year is well written and a period that begins on a day can be part of it.
func yearHolds(name string, start Date) bool {
	match := schoolYear.FindStringSubmatch(name)
	if match == nil {
		return false
	}
	first, _ := strconv.Atoi(match[1])
	if match[2] == "" {
		year, _, _ := start.Civil()
		return year == first
	}
	last, _ := strconv.Atoi(match[2])
	return last == first+1 && start >= On(first, time.August, 1) && start < On(last, time.August, 1)
}
