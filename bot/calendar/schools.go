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
