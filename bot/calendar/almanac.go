package calendar

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"time"
)

// official is the ministry's file as it was published: see data/SOURCES.md.
//
//go:embed data/fr-en-calendrier-scolaire.csv.gz
var official []byte

// complement holds what that file lacks, each row with its source.
//
//go:embed data/complement.csv
var complement []byte

// OfficialSource names the embedded copy of the ministry's file.
const OfficialSource = "ministère de l’Éducation nationale, données ouvertes « fr-en-calendrier-scolaire », copie du 19 décembre 2025 (Licence Ouverte)"

// Almanac is the school calendar of all zones. It does not change.
type Almanac struct{ periods []Period }

// Embedded reads the calendar that the program carries with it.
func Embedded() (*Almanac, error) {
	reader, err := gzip.NewReader(bytes.NewReader(official))
	if err != nil {
		return nil, fmt.Errorf("open the embedded calendar: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(reader, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("unpack the embedded calendar: %w", err)
	}
	base, err := Parse("fr-en-calendrier-scolaire.csv", data, OfficialSource)
	if err != nil {
		return nil, fmt.Errorf("read the embedded calendar: %w", err)
	}
	more, err := parseComplement(complement)
	if err != nil {
		return nil, fmt.Errorf("read the complement of the calendar: %w", err)
	}
	periods, _ := merge(base, more)
	return &Almanac{periods}, nil
}

// parseComplement reads zone, year, name, population, departure, return, origin and source.
func parseComplement(data []byte) ([]Period, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, err
	}
	origins := map[string]Origin{"official": Official, "deduced": Deduced, "press": Press}
	known := zoneIDs()
	var list []Period
	for i, row := range rows[min(1, len(rows)):] {
		r := record{i + 2, "", map[string]string{
			"zones": row[0], "annee_scolaire": row[1], "description": row[2], "population": row[3],
			"start_date": row[4], "end_date": row[5],
		}}
		periods, problem := r.periods(row[7], known)
		if problem != nil {
			return nil, &FileError{"complement.csv", []Problem{*problem}}
		}
		for _, p := range periods {
			p.Origin = origins[row[6]]
			list = append(list, p)
		}
	}
	return sorted(list), nil
}

// Of makes a calendar of periods alone.
func Of(periods []Period) *Almanac { return &Almanac{sorted(slices.Clone(periods))} }

// All lists every period by zone, year and beginning.
func (a *Almanac) All() []Period { return slices.Clone(a.periods) }

// Copied is when the embedded copy of the ministry's file was made.
func Copied() Date { return On(2025, time.December, 19) }

// Merge returns the calendar with newer data of the ministry's in it, and says what has changed. See [Report].
func (a *Almanac) Merge(newer []Period) (*Almanac, Report) {
	periods, report := merge(a.periods, newer)
	return &Almanac{periods}, report
}

// Years lists the school years of a zone that anything is known of, oldest first.
func (a *Almanac) Years(zone Zone) []string {
	var years []string
	for _, p := range a.periods {
		if p.Zone == zone.ID && !slices.Contains(years, p.Year) {
			years = append(years, p.Year)
		}
	}
	return years
}

// Periods lists the periods of a school year of a zone in the order of their beginnings.
func (a *Almanac) Periods(zone Zone, year string) []Period {
	var list []Period
	for _, p := range a.periods {
		if p.Zone == zone.ID && p.Year == year {
			list = append(list, p)
		}
	}
	return list
}
