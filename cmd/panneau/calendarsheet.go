package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// calendarSheet is a school year of a zone on a page.
type calendarSheet struct {
	almanac *calendar.Almanac
	schools *calendar.Schools
	zone    calendar.Zone
	year    string
	today   calendar.Date
}

// String writes the page in plain French; the caller typesets it.
func (s calendarSheet) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Calendrier scolaire %s : %s\n", s.year, s.zone.Title)
	if len(s.zone.Académies) > 1 {
		fmt.Fprintf(&b, "Académies : %s\n", strings.Join(s.zone.Académies, ", "))
	}
	fmt.Fprintf(&b, "Heure de %s (%s)\n", s.zone.Name, s.zone.Timezone)
	b.WriteString("\nVacances et ponts\n")
	periods := s.almanac.Periods(s.zone, s.year)
	rows := s.periodRows(periods)
	if len(periods) == 0 {
		rows = append(rows, [2]string{"Les dates de cette année ne sont pas connues."})
	}
	b.WriteString(table(rows))
	certain, doubtful := s.festivals()
	b.WriteString("\nJours fériés\n" + table(certain))
	if len(doubtful) > 0 {
		b.WriteString("\nJours peut-être fériés, à confirmer (ils comptent comme des jours de classe)\n" + table(doubtful))
	}
	b.WriteString("\n" + knownText(s.schools, s.today) + "\n")
	b.WriteString(s.sources(periods))
	return b.String()
}

// periodRows lists the start of the school year and what interrupts it.
func (s calendarSheet) periodRows(periods []calendar.Period) [][2]string {
	var rows [][2]string
	for _, p := range s.almanac.Periods(s.zone, previousYear(s.year)) {
		if p.Closing() {
			what := day(s.schools.Back(p))
			if p.Open() {
				what = "date non publiée ; au plus tôt le " + what + " (à confirmer)"
			}
			rows = append(rows, [2]string{"Rentrée des élèves" + levels(p.Levels), what})
		}
	}
	for _, p := range periods {
		rows = append(rows, [2]string{p.Title() + levels(p.Levels), s.period(p)})
	}
	return rows
}

// firstYear is the civil year in which a school year begins.
func firstYear(year string) int {
	first, _, _ := strings.Cut(year, "-")
	n, _ := strconv.Atoi(first)
	return n
}

// previousYear is the school year before one.
func previousYear(year string) string {
	first := firstYear(year)
	if strings.Contains(year, "-") {
		return fmt.Sprintf("%d-%d", first-1, first)
	}
	return strconv.Itoa(first - 1)
}

// period says when a period is.
func (s calendarSheet) period(p calendar.Period) string {
	doubt := map[calendar.Origin]string{
		calendar.Deduced: " (à confirmer : date déduite des autres zones)", calendar.Press: " (à confirmer : presse)",
	}[p.Origin]
	departure := "du " + day(p.Start) + ", "
	if s.schools.AfterClass(p) {
		departure = "départ le " + day(p.Start) + " après la classe, "
	}
	switch {
	case p.Suspect():
		return "départ le " + day(p.Start) + ", reprise à confirmer : la date publiée, le " + day(p.Return) + ", paraît fausse"
	case p.Open():
		return departure + "reprise non publiée ; au plus tôt le " + day(s.schools.Back(p)) + " (à confirmer)"
	case p.Return <= p.Start+1:
		return "le " + day(p.Start) + doubt
	default:
		return departure + "reprise le " + day(s.schools.Back(p)) + doubt
	}
}

// festivals lists the public holidays of the school year, and the days that might be some.
func (s calendarSheet) festivals() (certain, doubtful [][2]string) {
	first := firstYear(s.year)
	from, to := calendar.On(first, time.September, 1), calendar.On(first+1, time.September, 1)
	if civil(s.zone) {
		from, to = calendar.On(first, time.January, 1), calendar.On(first+1, time.January, 1)
	}
	for d := from; d < to; d++ {
		f, ok := s.schools.Festival(d)
		switch row := [2]string{f.Name, day(d)}; {
		case ok && f.ToConfirm:
			doubtful = append(doubtful, row)
		case ok:
			certain = append(certain, row)
		}
	}
	return certain, doubtful
}

// sources says where the dates were read.
func (s calendarSheet) sources(periods []calendar.Period) string {
	var list []string
	for _, p := range periods {
		if !slices.Contains(list, p.Source) {
			list = append(list, p.Source)
		}
	}
	list = append(list, "jours fériés : calculés d'après le code du travail et les usages locaux")
	return "\nSources\n  " + strings.Join(list, "\n  ") + "\n"
}

// asClass says what becomes of days that nobody knows.
const asClass = "Un jour de semaine qui n'est pas connu compte comme un jour de classe."

// knownText says until when a calendar is known.
func knownText(s *calendar.Schools, today calendar.Date) string {
	until, ok := s.KnownUntil(today)
	switch {
	case !ok:
		return "Le calendrier n'est pas connu. " + asClass
	case until < today:
		return "Le calendrier n'est connu que jusqu'au " + day(until) + ". " + asClass
	default:
		return "Le calendrier est connu jusqu'au " + day(until) + ". " + asClass
	}
}

// calendarOverview says of each zone until when its calendar is known.
func calendarOverview(known *calendar.Almanac, now time.Time) (string, error) {
	var rows [][2]string
	for _, zone := range calendar.Zones() {
		schools, err := known.Schools(zone)
		if err != nil {
			return "", err
		}
		today := calendar.DateOf(now.In(schools.Clock()))
		what := "inconnu"
		if until, ok := schools.KnownUntil(today); ok {
			what = "connu jusqu'au " + day(until)
			if until < today {
				what += " : à compléter"
			}
		}
		rows = append(rows, [2]string{zone.ID, what})
	}
	return "Calendriers scolaires\n" + table(rows) + "\nPour en voir un : panneau calendrier la-reunion\nPour les compléter : panneau calendrier import export.csv\n", nil
}

// importReport says what an import did.
func importReport(r calendar.Report, file string) string {
	var b strings.Builder
	if len(r.Changes) == 0 {
		b.WriteString("Ce fichier n'apporte rien de nouveau : rien n'est changé.\n")
	} else {
		fmt.Fprintf(&b, "Le calendrier est importé dans %s. Un Panneau qui tourne le lit à son prochain démarrage.\n", file)
	}
	list := func(periods []calendar.Period) (rows [][2]string) {
		for _, p := range periods {
			rows = append(rows, [2]string{heading(p), dates(p)})
		}
		return rows
	}
	var added, changed [][2]string
	for _, c := range r.Changes {
		row := [2]string{heading(c.After), dates(c.After)}
		if c.Before.Name == "" {
			added = append(added, row)
			continue
		}
		row[1] += " (avant : " + dates(c.Before) + ")"
		changed = append(changed, row)
	}
	for _, part := range []struct {
		title string
		rows  [][2]string
	}{
		{"Ajouté", added},
		{"Modifié", changed},
		{"Conservé, bien que le fichier ne l'ait pas", list(r.Kept)},
		{"Retiré, car le fichier a autre chose à ces dates", list(r.Dropped)},
		{"Dates qui paraissent fausses : ces jours comptent comme des jours de classe", list(r.Suspect)},
	} {
		if len(part.rows) > 0 {
			b.WriteString("\n" + part.title + "\n" + table(part.rows))
		}
	}
	return b.String()
}

func heading(p calendar.Period) string {
	return p.Zone + " " + p.Year + ", " + p.Name + levels(p.Levels)
}

func dates(p calendar.Period) string {
	if p.Return <= p.Start {
		return day(p.Start)
	}
	return day(p.Start) + " → " + day(p.Return)
}

// levels says for whom a period is, where it is not for everybody.
func levels(l calendar.Level) string {
	if l == calendar.AllLevels {
		return ""
	}
	var names []string
	for _, level := range []struct {
		level calendar.Level
		name  string
	}{{calendar.École, "écoles"}, {calendar.Collège, "collèges"}, {calendar.Lycée, "lycées"}} {
		if l&level.level != 0 {
			names = append(names, level.name)
		}
	}
	return " (" + strings.Join(names, " et ") + ")"
}

// day writes a date as French does: « mardi 1er septembre 2026 ».
func day(d calendar.Date) string {
	weekdays := [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	months := [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
	year, month, n := d.Civil()
	ordinal := ""
	if n == 1 {
		ordinal = "er"
	}
	return fmt.Sprintf("%s %d%s %s %d", weekdays[d.Weekday()], n, ordinal, months[month-1], year)
}

// table sets rows in two columns.
func table(rows [][2]string) string {
	width := 0
	for _, row := range rows {
		if row[1] != "" {
			width = max(width, utf8.RuneCountInString(row[0]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := "  " + row[0] + strings.Repeat(" ", max(width-utf8.RuneCountInString(row[0]), 0)+2) + row[1]
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
