package calendar

import "slices"

// Change is what a merge made of one period.
type Change struct {
	Before, After Period // Before has no name where the period is new
}

// Report is what a merge did.
type Report struct {
	Changes []Change
	Kept    []Period // what we have and the newer data, though it has that zone and year, does not
	Dropped []Period // the same, but the newer data has something else at that time: a name that was changed
	Suspect []Period // what the newer data says and nobody believes: see [Period.Suspect]
}

// unit is a school year of a zone.
type unit struct{ zone, year string }

// name is a period whatever its dates.
type name struct {
	unit
	key string
}

func (p Period) unit() unit { return unit{p.Zone, p.Year} }
func (p Period) name() name { return name{p.unit(), p.key()} }

// merge puts newer periods in the place of older ones. Nothing good is lost: what the newer data does not have stays, an
// end that is known stays where the newer data gives the same beginning alone, and so does what is in the place of
// something suspect. What overlaps with something newer of another name goes; so does what is not official, of a school
// year that the newer data has up to its end.
func merge(older, newer []Period) ([]Period, Report) {
	was, is := byName(older), byName(newer)
	has, whole := map[unit][]Period{}, map[unit]bool{}
	for _, p := range newer {
		has[p.unit()] = append(has[p.unit()], p)
		whole[p.unit()] = whole[p.unit()] || p.Closing() && p.Origin == Official
	}
	var merged []Period
	var report Report
	for n, periods := range was {
		if len(is[n]) > 0 || whole[n.unit] && periods[0].Origin != Official {
			continue
		}
		for _, p := range periods {
			switch {
			case !p.Suspect() && p.overlapsAny(has[n.unit]): // how far a suspect one reaches is not known
				report.Dropped = append(report.Dropped, p)
				continue
			case has[n.unit] != nil:
				report.Kept = append(report.Kept, p)
			}
			merged = append(merged, p)
		}
	}
	for n, periods := range is {
		merged = append(merged, replace(was[n], periods, &report)...)
	}
	report.Kept, report.Dropped, report.Suspect = sorted(report.Kept), sorted(report.Dropped), sorted(report.Suspect)
	merged = sorted(merged)
	report.Changes = changes(was, merged)
	return merged, report
}

// overlapsAny reports whether one of some periods has days in common, for the same pupils.
func (p Period) overlapsAny(others []Period) bool {
	return slices.ContainsFunc(others, func(q Period) bool {
		return !q.Suspect() && q.Levels&p.Levels != 0 && q.Start < p.back() && p.Start < q.back()
	})
}

// replace merges the periods of one name.
func replace(older, newer []Period, report *Report) []Period {
	var result []Period
	var covered Level
	for _, p := range newer {
		better := false
		if p.Suspect() {
			report.Suspect = append(report.Suspect, p)
		}
		for _, q := range older {
			sameStart := p.Open() && !q.Open() && q.Start == p.Start
			better = better || q.Levels&p.Levels == p.Levels && (sameStart || p.Suspect() && !q.Suspect())
		}
		if !better {
			result, covered = append(result, p), covered|p.Levels
		}
	}
	for _, q := range older {
		if q.Levels &^= covered; q.Levels != 0 {
			result = append(result, q)
		}
	}
	return result
}

func byName(periods []Period) map[name][]Period {
	groups := map[name][]Period{}
	for _, p := range periods {
		groups[p.name()] = append(groups[p.name()], p)
	}
	return groups
}

// changes compares what was with what is, in the order of what is.
func changes(was map[name][]Period, is []Period) []Change {
	var list []Change
	for _, p := range is {
		before, same := Period{}, false
		for _, q := range was[p.name()] {
			same = same || q.Start == p.Start && q.Return == p.Return && q.Levels == p.Levels
			if q.Levels&p.Levels != 0 && before.Name == "" {
				before = q
			}
		}
		if !same {
			list = append(list, Change{before, p})
		}
	}
	return list
}
