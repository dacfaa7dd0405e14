package statuspage

import (
	"context"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

const (
	pastDays = 90
	// pastLife is how long the past is shown before it is read again: it grows once an hour.
	pastLife = 10 * time.Minute
	// School hours of the history: from the first up to the last, which does not belong to them.
	firstHour, lastHour = 8, 18
)

// past is what the last 90 days were like. It does not change once read.
type past struct {
	at    time.Time // when it was read
	until time.Time
	hours map[bot.PlatformID][]hourSeen

	mu    sync.Mutex
	zones map[string]*zonePast // by id; "" for A, B and C together
}

// hourSeen is what an hour was like at its worst check.
type hourSeen struct {
	start      int32 // hours since 1970
	slow, down uint8 // minutes
}

// past reads the past anew where it is time to.
func (p *Page) past(ctx context.Context, before, now *facts) *past {
	if before != nil && before.past != nil && time.Since(before.past.at) < pastLife {
		return before.past
	}
	fresh := &past{
		at: time.Now(), until: now.now, hours: make(map[bot.PlatformID][]hourSeen), zones: make(map[string]*zonePast),
	}
	for _, view := range now.overview.Platforms {
		hours, err := p.config.Source.Hours(ctx, view.Platform.ID, now.now.AddDate(0, 0, -pastDays-1), now.now)
		if err != nil {
			p.config.Logger.Error("status page cannot read the history", "err", err)
			if before != nil {
				return before.past
			}
			return nil
		}
		fresh.hours[view.Platform.ID] = seen(hours)
	}
	return fresh
}

// seen is what the hours of a platform's checks were like at the worst of them, in little room.
func seen(hours []bot.Hour) []hourSeen {
	worst := bot.WorstHours(hours)
	list := make([]hourSeen, len(worst))
	for i, h := range worst {
		list[i] = hourSeen{int32(h.Start.Unix() / 3600), uint8(h.Slow), uint8(h.Down)}
	}
	return list
}

// day is what a day was like in school hours.
type day struct {
	date       calendar.Date
	school     bool
	hours      int // that something is known of
	slow, down int // minutes
	level      string
}

// The levels of a day name a class of the style sheet and a height of bar.
const (
	levelNone  = "n"
	levelCalm  = "c"
	levelWarn  = "w"
	levelAlarm = "a"
)

func (d day) judged() day {
	seen := bot.Attendance{Hours: d.hours, Slow: d.slow, Down: d.down}
	d.level = []string{levelNone, levelCalm, levelWarn, levelAlarm}[seen.Level()]
	return d
}

// zonePast is the past by the school days of one zone.
type zonePast struct {
	clock  *time.Location
	school []bool // of the days
	first  calendar.Date
	days   map[bot.PlatformID][]day
}

// days lists the last 90 days of a platform by the school days of the filter's académie; nil where nothing is known.
func (p *Page) days(f *facts, q filter, id bot.PlatformID) []day {
	if f.past == nil || len(f.past.hours[id]) == 0 {
		return nil
	}
	f.past.mu.Lock()
	defer f.past.mu.Unlock()
	zone := f.past.zones[q.area.zone]
	if zone == nil {
		var err error
		if zone, err = p.zonePast(f, q.area.zone); err != nil {
			p.config.Logger.Error("status page cannot tell school days", "zone", q.area.zone, "err", err)
			return nil
		}
		f.past.zones[q.area.zone] = zone
	}
	if zone.days[id] == nil {
		zone.days[id] = zone.fold(f.past.hours[id])
	}
	return zone.days[id]
}

// zonePast finds the school days. Without a zone, a day is one on which there is class in zone A, B or C.
func (p *Page) zonePast(f *facts, id string) (*zonePast, error) {
	ids := []string{id}
	if id == "" {
		ids = []string{"a", "b", "c"}
	}
	z := &zonePast{school: make([]bool, pastDays), days: make(map[bot.PlatformID][]day)}
	for _, id := range ids {
		zone, err := calendar.Find(id)
		if err != nil {
			return nil, err
		}
		schools, err := p.config.Almanac.Schools(zone)
		if err != nil {
			return nil, err
		}
		z.clock = schools.Clock()
		z.first = calendar.DateOf(f.past.until.In(z.clock)) - pastDays + 1
		for i := range z.school {
			z.school[i] = z.school[i] || schools.Day(z.first+calendar.Date(i), calendar.AllLevels).School()
		}
	}
	return z, nil
}

func (z *zonePast) fold(hours []hourSeen) []day {
	days := make([]day, pastDays)
	for i := range days {
		days[i].date, days[i].school = z.first+calendar.Date(i), z.school[i]
	}
	for _, h := range hours {
		start := time.Unix(int64(h.start)*3600, 0).In(z.clock)
		i := int(calendar.DateOf(start) - z.first)
		if i < 0 || i >= pastDays || !days[i].school || start.Hour() < firstHour || start.Hour() >= lastHour {
			continue
		}
		days[i].hours++
		days[i].slow += int(h.slow)
		days[i].down += int(h.down)
	}
	for i := range days {
		days[i] = days[i].judged()
	}
	return days
}
