package calendar

import "time"

// Level is a set of kinds of school. The zero value stands for all of them.
type Level uint8

// The levels.
const (
	École Level = 1 << iota
	Collège
	Lycée
	AllLevels = École | Collège | Lycée
)

func (l Level) orAll() Level {
	if l&AllLevels == 0 {
		return AllLevels
	}
	return l & AllLevels
}

// Hours are a stretch of a day, from a time up to another, which does not belong to it. The zero value is empty.
type Hours struct{ From, To Clock }

// Empty reports whether there is nothing in between.
func (h Hours) Empty() bool { return h.From >= h.To }

// join is the stretch from the earlier beginning to the later end.
func (h Hours) join(other Hours) Hours {
	switch {
	case h.Empty():
		return other
	case other.Empty():
		return h
	default:
		return Hours{min(h.From, other.From), max(h.To, other.To)}
	}
}

// Week is when a school has class, by [time.Weekday].
type Week [7]Hours

// DefaultWeek is the usual week of a level. It is general knowledge about mainland France, not a rule: écoles mostly have
// four days, some have class on Wednesday morning; some lycées have class on Saturday morning; overseas the day begins
// earlier in places.
func DefaultWeek(l Level) Week {
	var week Week
	for day := time.Monday; day <= time.Friday; day++ {
		wednesday := day == time.Wednesday
		if l.orAll()&École != 0 && !wednesday {
			week[day] = week[day].join(Hours{Hour(8, 30), Hour(16, 30)})
		}
		if l.orAll()&Collège != 0 {
			week[day] = week[day].join(Hours{Hour(8, 0), map[bool]Clock{false: Hour(17, 0), true: Hour(12, 0)}[wednesday]})
		}
		if l.orAll()&Lycée != 0 {
			week[day] = week[day].join(Hours{Hour(8, 0), map[bool]Clock{false: Hour(18, 0), true: Hour(12, 0)}[wednesday]})
		}
	}
	return week
}
