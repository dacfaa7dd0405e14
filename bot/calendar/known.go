package calendar

import "time"

// learnReturns notes the earliest return from a summer of the data, by levels.
func (s *Schools) learnReturns(periods []Period) {
	for _, p := range periods {
		if !p.Closing() || p.Open() {
			continue
		}
		_, month, day := p.Return.Civil()
		if best, ok := s.early[p.Levels]; !ok || month < best.month || month == best.month && day < best.day {
			s.early[p.Levels] = monthAndDay{month, day}
		}
		if best, ok := s.early[AllLevels]; !ok || month < best.month || month == best.month && day < best.day {
			s.early[AllLevels] = monthAndDay{month, day}
		}
	}
}

// learnWednesdays gives écoles class on Wednesday morning where the calendar lets them return on one (Polynésie).
func (s *Schools) learnWednesdays(periods []Period) {
	for _, p := range periods {
		if p.Levels == École && !p.Open() && p.Return.Weekday() == time.Wednesday {
			s.weeks[École][time.Wednesday] = Hours{Hour(8, 30), Hour(11, 30)}
		}
	}
}

// Back is the day on which class begins again after a period, weekends and public holidays passed over; where it is not
// published, the presumed one.
func (s *Schools) Back(p Period) Date {
	if p.Open() {
		return s.Presumed(p)
	}
	back := p.back()
	for back < p.back()+farthest {
		f, ok := s.Festival(back)
		if weekend := back.Weekday() == time.Saturday || back.Weekday() == time.Sunday; !weekend && (!ok || f.ToConfirm) {
			break
		}
		back++
	}
	return back
}

// AfterClass reports whether there is class on the day of departure of a period.
func (s *Schools) AfterClass(p Period) bool { return p.afterClass(s.zone.regions) }

// Presumed is the day on which class is supposed to begin again after a summer whose end is not published: the earliest
// return in the other years, and 1 September at the latest for a summer that begins in the middle of the year.
func (s *Schools) Presumed(p Period) Date {
	year, month, _ := p.Start.Civil()
	early, ok := s.early[p.Levels]
	if !ok {
		early, ok = s.early[AllLevels]
	}
	september := On(year, time.September, 1)
	northern := month >= time.May && month < time.September
	if !ok && !northern {
		return p.Start + 1
	}
	back := september
	if ok {
		back = On(year, early.month, early.day)
		if back <= p.Start {
			back = On(year+1, early.month, early.day)
		}
	}
	if northern {
		back = min(back, september)
	}
	return back
}

// certain finds the stretches of which the periods tell everything: each school year from the end of the summer before it
// to the end of its own.
func (s *Schools) certain(periods []Period) []stretch {
	const longestTerm = 150 // days: no term is as long, and a school year that is missing is longer
	var list []stretch
	var years []string
	byYear := map[string][]Period{}
	for _, p := range periods {
		if byYear[p.Year] == nil {
			years = append(years, p.Year)
		}
		byYear[p.Year] = append(byYear[p.Year], p)
	}
	var before Date // the first day after the last summer
	for _, year := range years {
		part := stretch{byYear[year][0].Start, 0}
		if before > 0 && before <= part.from && part.from-before <= longestTerm {
			part.from = before
		}
		before = 0
		for _, p := range byYear[year] {
			if !p.Closing() {
				part.until = max(part.until, p.back()-1)
			}
		}
		for _, p := range byYear[year] {
			switch {
			case !p.Closing():
			case p.Open():
				part.until, before = max(part.until, p.Start), s.Presumed(p)
			case before == 0 || p.back() < before:
				before, part.until = p.back(), p.back() // the day of return is certain
			}
		}
		list = append(list, part)
	}
	return list
}

// KnownUntil is the last day up to which the calendar is certain without a gap from today on; where today itself is not
// known, the last day that was. It is false where nothing is known up to today.
func (s *Schools) KnownUntil(today Date) (Date, bool) {
	var until Date
	found := false
	for _, part := range s.known {
		switch {
		case part.from <= today || found && until >= today && part.from <= until+1:
			until, found = max(until, part.until), true
		case found:
			return until, true
		}
	}
	return until, found
}

// WarningDays is how long before the end of what is known the operator has to be told.
const WarningDays = 60

// Expiring reports whether the operator has to be told that the calendar ends, or has ended.
func (s *Schools) Expiring(today Date) bool {
	until, ok := s.KnownUntil(today)
	return !ok || until < today+WarningDays
}
