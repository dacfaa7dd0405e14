package calendar_test

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// published is a row of a calendar as it was published, read by this test alone: no code of the package is used.
type published struct {
	zone, year, name, population string
	start, end                   time.Time // noon in UTC of the days
}

// officialRows reads the ministry's file.
func officialRows(t *testing.T) []published {
	t.Helper()
	file, err := os.Open("data/fr-en-calendrier-scolaire.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	day := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := moment.In(paris).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	var rows []published
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSpace(line), ";")
		if strings.Contains(cells[0], "description") {
			continue
		}
		rows = append(rows, published{cells[5], cells[6], cells[0], cells[1], day(cells[2]), day(cells[3])})
	}
	return rows
}

// normalisedRows reads a table that somebody else made from the ministry's file, from answers of its API and, for Corse and
// Nouvelle-Calédonie, from the press.
func normalisedRows(t *testing.T) []published {
	t.Helper()
	file, err := os.Open("testdata/school_periods.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cells, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(12 * time.Hour)
	}
	var rows []published
	for _, c := range cells[1:] {
		rows = append(rows, published{c[0], c[1], c[2], c[3], day(c[4]), day(c[5])})
	}
	return rows
}

// zones is where a row holds.
func (p published) zones() []string {
	switch p.population {
	case "Guadeloupe & Saint-Martin":
		return []string{"Guadeloupe", "Saint-Martin"}
	case "Guadeloupe & Saint-Barthélémy", "Guadeloupe sauf Saint-Martin":
		return []string{"Guadeloupe", "Saint-Barthélemy"}
	case "Saint-Martin", "Saint Martin":
		return []string{"Saint-Martin"}
	case "Saint-Barthélémy":
		return []string{"Saint-Barthélemy"}
	}
	if p.zone == "Guadeloupe" {
		return []string{"Guadeloupe", "Saint-Martin", "Saint-Barthélemy"}
	}
	return []string{p.zone}
}

// levels is for whom a row holds.
func (p published) levels() []calendar.Level {
	first, second := strings.Contains(p.population, "remier degré"), strings.Contains(p.population, "econd degré")
	colleges, lycées := strings.Contains(p.population, "collèges"), strings.Contains(p.population, "lycées")
	everybody := !first && !second && !colleges && !lycées
	var levels []calendar.Level
	if everybody || first {
		levels = append(levels, calendar.École)
	}
	if everybody || second || colleges {
		levels = append(levels, calendar.Collège)
	}
	if everybody || second || lycées {
		levels = append(levels, calendar.Lycée)
	}
	return levels
}

// wrong names the rows that contradict themselves: they run into the next period (Polynésie, November 2023 and May 2026).
func (p published) wrong() bool { return p.end.Sub(p.start) > 40*24*time.Hour && !p.long() }

// long reports whether a row is a summer.
func (p published) long() bool {
	return strings.Contains(p.name, "Été") || strings.Contains(p.name, "Grandes") || strings.Contains(p.name, "Hiver austral")
}

func TestEveryDayOfTheOfficialFile(t *testing.T) {
	rows := officialRows(t)
	if len(rows) != 2306 {
		t.Errorf("read %d rows, the file of December 2025 has 2306", len(rows))
	}
	checkRows(t, rows, 13)
}

func TestEveryDayOfTheNormalisedTable(t *testing.T) {
	rows := normalisedRows(t)
	if len(rows) != 148 {
		t.Errorf("read %d rows, the table has 148", len(rows))
	}
	checkRows(t, rows, 12) // nothing is in it of Saint-Martin and Saint-Barthélemy by themselves
}

// checkRows holds the calendar to every row: closed on each day between departure and return, open on the weekday of
// return and, before holidays, on the weekday of departure, unless another row or a public holiday closes it.
func checkRows(t *testing.T, rows []published, zones int) {
	t.Helper()
	closed := closedDays(rows)
	seen, days, known := map[string]bool{}, 0, map[string]*calendar.Schools{}
	almanac := embedded(t)
	done := map[published]bool{} // most rows differ by académie only
	for _, row := range rows {
		if done[row] {
			continue
		}
		done[row] = true
		if strings.Contains(row.population, "Enseignants") || row.wrong() {
			continue
		}
		seen[row.zone] = true
		for _, zone := range row.zones() {
			if known[zone] == nil {
				known[zone] = schoolsOf(t, almanac, zone)
			}
			s := known[zone]
			for _, level := range row.levels() {
				days += checkRow(t, s, row, level, closed)
			}
		}
	}
	if len(seen) < zones || days < 1000 {
		t.Errorf("checked %d days of %d zones, want at least 1000 of %d", days, len(seen), zones)
	}
	t.Logf("%d days of %d zones", days, len(seen))
}

type zoneDay struct {
	zone string
	day  calendar.Date
}

// closedDays lists what any row closes, so that one row's return may be another's holiday.
func closedDays(rows []published) map[zoneDay]bool {
	closed := map[zoneDay]bool{}
	for _, row := range rows {
		for _, zone := range row.zones() {
			for day := row.start; day.Before(row.end) || day.Equal(row.start); day = day.AddDate(0, 0, 1) {
				closed[zoneDay{zone, calendar.DateOf(day)}] = true
			}
		}
	}
	return closed
}

func checkRow(t *testing.T, s *calendar.Schools, row published, level calendar.Level, closed map[zoneDay]bool) int {
	t.Helper()
	n := 0
	for day := row.start.AddDate(0, 0, 1); day.Before(row.end); day = day.AddDate(0, 0, 1) {
		n++
		if got := s.Day(calendar.DateOf(day), level); !got.Off() {
			t.Errorf("%s, %v: %v is %+v, in the middle of %v", s.Zone().ID, level, day.Format(time.DateOnly), got, row)
		}
	}
	start, end := calendar.DateOf(row.start), calendar.DateOf(row.end)
	if start == end && !row.long() {
		n++
		if got := s.Day(start, level); !got.Off() {
			t.Errorf("%s: the single day %v is %+v, by %v", s.Zone().ID, start, got, row)
		}
		return n
	}
	weekday := func(d calendar.Date, from time.Weekday) bool {
		return d.Weekday() >= from && d.Weekday() <= time.Friday
	}
	_, festive := s.Festival(end)
	if end > start && weekday(end, time.Monday) && !festive && !closed[zoneDay{row.zones()[0], end}] {
		n++
		if got := s.Day(end, level); !(got.Kind == calendar.SchoolDay || got.Kind == calendar.FreeDay) {
			t.Errorf("%s: the day of return %v is %+v, by %v", s.Zone().ID, end, got, row)
		}
	}
	_, festive = s.Festival(start)
	if strings.Contains(row.name, "Vacances") && weekday(start, time.Tuesday) && !festive && !closed[zoneDay{row.zones()[0], start - 1}] {
		n++
		if got := s.Day(start, level); got.Kind == calendar.Holiday {
			t.Errorf("%s: the day of departure %v is %+v, by %v", s.Zone().ID, start, got, row)
		}
	}
	return n
}

// String is the row in short.
func (p published) String() string {
	return p.zone + " " + p.year + " " + p.name + " (" + p.population + ") " + p.start.Format(time.DateOnly) + " → " + p.end.Format(time.DateOnly)
}

func embedded(t testing.TB) *calendar.Almanac {
	t.Helper()
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return almanac
}

// schools gives the schools of a zone of the embedded calendar.
func schools(t testing.TB, zone string) *calendar.Schools { return schoolsOf(t, embedded(t), zone) }

func schoolsOf(t testing.TB, almanac *calendar.Almanac, zone string) *calendar.Schools {
	t.Helper()
	where, err := calendar.Find(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := almanac.Schools(where)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
