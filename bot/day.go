package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// DayLevel is how difficult a day was in school hours.
type DayLevel int

// The levels, the worse the higher.
const (
	DayUnseen   DayLevel = iota // nothing, or too little, was seen
	DayCalm                     // less than 5 minutes unreachable
	DayTroubled                 // up to an hour unreachable, or an hour or more slow
	DayBad                      // an hour or more unreachable
)

// Level is how difficult the time was, seen as one day.
func (a Attendance) Level() DayLevel {
	switch {
	case a.Hours == 0:
		return DayUnseen
	case a.Down >= 60:
		return DayBad
	case a.Down >= 5 || a.Slow >= 60:
		return DayTroubled
	case !a.Enough():
		return DayUnseen
	default:
		return DayCalm
	}
}

// DaySeen is what a school day of a platform was like in school hours.
type DaySeen struct {
	Date calendar.Date
	Seen Attendance
}

// Difficult reports whether the day is worth a word.
func (d DaySeen) Difficult() bool { return d.Seen.Level() >= DayTroubled }

// daysSeen folds what was seen into single school days.
func daysSeen(seen []HourSeen, during []lesson, clock *time.Location) []DaySeen {
	list := make([]DaySeen, len(during))
	for i, l := range during {
		list[i] = DaySeen{calendar.DateOf(l.from.In(clock)), attendance(seen, []lesson{l})}
	}
	return list
}

const (
	// recentDays is how far an answer about one platform looks back.
	recentDays = 30
	// fewestDays is how many school days must have been seen before they are shown: fewer are no history.
	fewestDays = 5
)

// Recent lists what the school days of the last 30 days of a platform were like, oldest first; nil where the zone is
// not known or fewer than 5 of them were seen.
func (b *Board) Recent(ctx context.Context, id PlatformID, zone string, now time.Time) (days []DaySeen, err error) {
	if b.Quiet == nil {
		return nil, nil
	}
	schools := b.Quiet.of(zone)
	if schools == nil {
		return nil, nil
	}
	today := calendar.DateOf(now.In(schools.Clock()))
	first := today - recentDays + 1
	err = b.Store.View(ctx, func(tx Tx) error {
		last, err := tx.LastHour()
		if err != nil || last.IsZero() {
			return err
		}
		until := last.Add(time.Hour)
		hours, err := tx.Hours(id, first.At(0, schools.Clock()), until)
		days = daysSeen(WorstHours(hours), lessons(schools, first, today, until), schools.Clock())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the last days of %s: %w", id, err)
	}
	seen := 0
	for _, d := range days {
		if d.Seen.Hours > 0 {
			seen++
		}
	}
	if seen < fewestDays {
		return nil, nil
	}
	return days, nil
}
