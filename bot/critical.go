package bot

import (
	"slices"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// CriticalDay is a day on which more depends on the platforms than on others.
type CriticalDay struct {
	Date      calendar.Date
	Label     string       // as the operator wrote it; empty for the first day of class after holidays
	Platforms []PlatformID // that it is about; empty for all
	Zones     []string     // ids of the zones where it holds; empty for all
}

// CriticalDays knows the critical days: those of the operator, and from the calendar the first days of class after
// holidays. Make one with NewCriticalDays; nil knows of none. It is safe for concurrent use.
type CriticalDays struct {
	quiet *Quiet
	zones []string // ids of those whose first days of class count for the checks
	own   []CriticalDay

	mu    sync.Mutex
	first map[firstDay]bool
}

type firstDay struct {
	zone string
	date calendar.Date
}

// NewCriticalDays returns the critical days of an operator, and those that the calendar knows for zones (their ids).
func NewCriticalDays(quiet *Quiet, zones []string, own []CriticalDay) *CriticalDays {
	return &CriticalDays{quiet: quiet, zones: zones, own: own, first: make(map[firstDay]bool)}
}

// Between lists the critical days of a zone's schools, both ends included, that are about one of the platforms, by date.
func (c *CriticalDays) Between(schools *calendar.Schools, follows []PlatformID, first, last calendar.Date) []CriticalDay {
	if c == nil {
		return nil
	}
	var list []CriticalDay
	for d := first; d <= last; d++ {
		if c.back(schools, d) {
			list = append(list, CriticalDay{Date: d})
		}
		for _, day := range c.own {
			if day.Date == d && day.holds(schools.Zone().ID) && day.concerns(follows) {
				list = append(list, day)
			}
		}
	}
	return list
}

// In is Between for whoever knows the zone by a word for it; nothing where there is no such zone.
func (c *CriticalDays) In(zone string, follows []PlatformID, first, last calendar.Date) []CriticalDay {
	if c == nil || zone == "" {
		return nil
	}
	schools := c.quiet.of(zone)
	if schools == nil {
		return nil
	}
	return c.Between(schools, follows, first, last)
}

// Near lists the critical days of today and tomorrow.
func (c *CriticalDays) Near(zone string, follows []PlatformID, place Place, now time.Time) []CriticalDay {
	if place.Location == nil {
		return nil
	}
	today := calendar.DateOf(now.In(place.Location))
	return c.In(zone, follows, today, today+1)
}

func (d CriticalDay) holds(zone string) bool {
	return len(d.Zones) == 0 || slices.Contains(d.Zones, zone)
}

func (d CriticalDay) concerns(follows []PlatformID) bool {
	return len(d.Platforms) == 0 ||
		slices.ContainsFunc(d.Platforms, func(p PlatformID) bool { return slices.Contains(follows, p) })
}

// back reports whether class begins again in a zone on a day.
func (c *CriticalDays) back(schools *calendar.Schools, d calendar.Date) bool {
	key := firstDay{schools.Zone().ID, d}
	c.mu.Lock()
	defer c.mu.Unlock()
	first, known := c.first[key]
	if !known {
		first = schools.FirstMorning(d, calendar.AllLevels)
		if len(c.first) > 10_000 { // some years of all zones: begin anew
			clear(c.first)
		}
		c.first[key] = first
	}
	return first
}

// The hours of a critical day in which the checks are tighter: when people use the platforms.
var criticalHours = calendar.Hours{From: calendar.Hour(7, 0), To: calendar.Hour(19, 0)} //nolint:gochecknoglobals // a constant

// Tight reports whether a platform is to be checked more often than usual at t.
func (c *CriticalDays) Tight(p PlatformID, t time.Time) bool {
	if c == nil {
		return false
	}
	for _, zone := range c.zones {
		schools := c.quiet.of(zone)
		if schools == nil {
			continue
		}
		local := t.In(schools.Clock())
		clock := calendar.Hour(local.Hour(), local.Minute())
		if clock < criticalHours.From || clock >= criticalHours.To {
			continue
		}
		today := calendar.DateOf(local)
		if len(c.Between(schools, []PlatformID{p}, today, today)) > 0 {
			return true
		}
	}
	return false
}
