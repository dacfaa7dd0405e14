package calendar

import (
	"slices"
	"sort"
	"time"
)

// Kind is what a day is for the pupils of a zone.
type Kind uint8

// The kinds of day.
const (
	Unknown       Kind = iota // nobody has said it yet: treat it as a school day
	SchoolDay                 // there is class
	FreeDay                   // a weekday without class at that level: Wednesday in écoles
	Weekend                   // Saturday or Sunday
	Holiday                   // school holidays, or a bridge
	PublicHoliday             // a jour férié
)

// Day is what a day is for some pupils of a zone.
type Day struct {
	Kind      Kind
	Name      string // of the holiday or public holiday
	Hours     Hours  // from the first to the last lesson; empty where there is no class
	ToConfirm bool   // not certain: supposed, read in the press, or contradicted
}

// School reports whether people may have to reach their platforms for class: there is class, or nobody knows.
func (d Day) School() bool { return d.Kind == SchoolDay || d.Kind == Unknown }

// Off reports whether schools are closed by the calendar: holidays and public holidays, weekends apart.
func (d Day) Off() bool { return d.Kind == Holiday || d.Kind == PublicHoliday }

// Schools are the schools of one zone. They do not change, and may be asked by many at the same time.
type Schools struct {
	zone  Zone
	clock *time.Location
	spans []span                // by first day
	reach []Date                // the latest end of the spans up to the one of that index
	known []stretch             // in order
	weeks [AllLevels + 1]Week   // by set of levels
	early map[Level]monthAndDay // the earliest return from summer in the data
}

// span is a stretch without class.
type span struct {
	first, back Date // back is a day of class again
	leave       Date // the day of departure
	levels      Level
	name        string
	toConfirm   bool
	suspect     bool
}

// stretch is a part of the calendar that is certain, both ends included.
type stretch struct{ from, until Date }

type monthAndDay struct {
	month time.Month
	day   int
}

// Schools returns the schools of a zone.
func (a *Almanac) Schools(zone Zone) (*Schools, error) {
	clock, err := zone.Location()
	if err != nil {
		return nil, err
	}
	s := &Schools{zone: zone, clock: clock, early: map[Level]monthAndDay{}}
	for levels := range s.weeks {
		s.weeks[levels] = DefaultWeek(Level(levels))
	}
	var periods []Period
	for _, p := range a.periods {
		if p.Zone == zone.ID {
			periods = append(periods, p)
		}
	}
	slices.SortStableFunc(periods, func(a, b Period) int { return int(a.Start - b.Start) })
	s.learnReturns(periods)
	s.learnWednesdays(periods)
	for _, p := range periods {
		s.spans = append(s.spans, s.span(p))
	}
	sort.SliceStable(s.spans, func(i, j int) bool { return s.spans[i].first < s.spans[j].first })
	var reach Date
	for _, sp := range s.spans {
		reach = max(reach, sp.back)
		s.reach = append(s.reach, reach)
	}
	s.known = s.certain(periods)
	return s, nil
}

// With returns the same schools with another week at some level: class on Wednesday in an école, on Saturday in a lycée.
func (s *Schools) With(l Level, week Week) *Schools {
	other := *s
	other.weeks[l.orAll()] = week
	return &other
}

// Zone is where the schools are.
func (s *Schools) Zone() Zone { return s.zone }

// Clock is what the schools' clocks go by.
func (s *Schools) Clock() *time.Location { return s.clock }

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

func (s *Schools) span(p Period) span {
	sp := span{
		first: p.Start, back: p.back(), leave: p.Start, levels: p.Levels, name: p.Title(),
		toConfirm: p.ToConfirm(), suspect: p.Suspect(),
	}
	if p.afterClass(s.zone.regions) && p.Start.Weekday() != time.Saturday {
		sp.first++
	}
	if !p.afterClass(s.zone.regions) {
		sp.leave--
	}
	if p.Open() {
		sp.back = s.Presumed(p)
	}
	return sp
}

// certain finds the stretches of which the periods tell everything: each school year from the end of the summer before it
// to the end of its own.
func (s *Schools) certain(periods []Period) []stretch {
	const longestTerm = 150 // days without any period: Nouvelle-Calédonie has 60, Corse 60
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

// Festival returns the public holiday of a day, or the day that might be one.
func (s *Schools) Festival(d Date) (Festival, bool) { return festival(d, s.zone.regions) }

// Day tells what a day is. Where levels differ, class at one of those asked for makes it a school day.
func (s *Schools) Day(d Date, l Level) Day {
	l = l.orAll()
	f, special := s.Festival(d)
	if special && !f.ToConfirm {
		return Day{Kind: PublicHoliday, Name: f.Name}
	}
	weekday := d.Weekday()
	hours := s.weeks[l][weekday]
	off, doubtful := s.off(d, l, !hours.Empty())
	switch {
	case off != nil && !off.suspect:
		return Day{Kind: Holiday, Name: off.name, ToConfirm: off.toConfirm}
	case hours.Empty() && (weekday == time.Saturday || weekday == time.Sunday):
		return Day{Kind: Weekend}
	case hours.Empty():
		return Day{Kind: FreeDay}
	case special:
		return Day{Unknown, f.Name, hours, true}
	case off != nil:
		return Day{Unknown, off.name, hours, true}
	case doubtful:
		return Day{Unknown, "", hours, true}
	default:
		return Day{Kind: SchoolDay, Hours: hours}
	}
}

// off finds the span in which all of some levels are off, and whether the calendar of that day is not known. A Saturday of
// departure belongs to it only where there is no class on Saturdays.
func (s *Schools) off(d Date, l Level, class bool) (found *span, unknown bool) {
	var sure, covered Level
	var suspect *span
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].first > d }) - 1
	for ; i >= 0 && s.reach[i] > d; i-- {
		sp := &s.spans[i]
		if sp.back <= d || sp.levels&l == 0 || class && d == sp.leave && sp.first == d {
			continue
		}
		covered |= sp.levels
		if sp.suspect {
			suspect = sp
			continue
		}
		sure |= sp.levels
		found = sp
	}
	switch {
	case sure&l == l:
		return found, false
	case covered&l == l:
		return suspect, false
	}
	i = sort.Search(len(s.known), func(i int) bool { return s.known[i].until >= d })
	return nil, i == len(s.known) || s.known[i].from > d
}

// farthest is how many days ahead a search goes: more than any summer.
const farthest = 400

// NextOpening is when class begins next, at t or after it; t itself while there is class. It is false where there is none
// within a year.
func (s *Schools) NextOpening(t time.Time, l Level) (time.Time, bool) {
	today := DateOf(t.In(s.clock))
	for d := today; d < today+farthest; d++ {
		day := s.Day(d, l)
		if day.Hours.Empty() || !t.Before(d.At(day.Hours.To, s.clock)) {
			continue
		}
		if opening := d.At(day.Hours.From, s.clock); opening.After(t) {
			return opening, true
		}
		return t, true
	}
	return time.Time{}, false
}

// FirstMorning reports whether a day is the first school day after holidays of three weekdays or more: platforms are
// crowded then.
func (s *Schools) FirstMorning(d Date, l Level) bool {
	if s.Day(d, l).Kind != SchoolDay {
		return false
	}
	weekdays := 0
	for before := d - 1; before > d-farthest; before-- {
		day := s.Day(before, l)
		if day.School() {
			break
		}
		if day.Off() && before.Weekday() != time.Saturday && before.Weekday() != time.Sunday {
			weekdays++
		}
	}
	return weekdays >= 3
}
