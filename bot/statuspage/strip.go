package statuspage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// stripView is the last 90 days as bars, with the same in numbers.
type stripView struct {
	Ground  []pathView // the days that were observed, as if they had been calm, and those that were not
	Shared  string     // id of the groundView that stands for Ground; empty for none
	Paths   []pathView // the days with difficulties, which stand before the ground
	Seen    int        // school days that something is known of
	Trouble int        // of them, with difficulties
	Share   string     // of the time observed in which it could be reached, in percent: « 99,4 »
}

// pathView draws the days of one level: a line for each run of days, cut into bars by the style sheet's dashes.
type pathView struct{ Class, Line string }

// strip draws the last 90 days of a platform; nil where nothing is known of them.
func (p *Page) strip(f *facts, q filter, id bot.PlatformID) *stripView {
	days := p.days(f, q, id)
	if days == nil {
		return nil
	}
	s := &stripView{}
	hours, down := 0, 0
	for _, d := range days {
		if d.hours > 0 {
			s.Seen++
			hours, down = hours+d.hours, down+d.down
		}
		if d.level == levelWarn || d.level == levelAlarm {
			s.Trouble++
		}
	}
	if s.Seen > 0 {
		s.Share = percent(hours*60-down, hours*60, p.languages[q.lang].say("point", nil))
	}
	// The middle of a bar of each height: .6, 3.4, 5.6 and 8 units (style.css), standing on the ground.
	s.Ground = append(bars(days, levelNone, "7.7"), bars(days, levelCalm, "6.3", levelWarn, levelAlarm)...)
	s.Paths = append(bars(days, levelWarn, "5.2"), bars(days, levelAlarm, "4")...)
	return s
}

// groundView is a ground under the bars of several platforms: those that are checked since the same day have the same.
type groundView struct {
	ID    string
	Paths []pathView
}

// share draws the ground of a strip once for all that have the same.
func (h *homeView) share(s *stripView) {
	i := slices.IndexFunc(h.Grounds, func(g groundView) bool { return slices.Equal(g.Paths, s.Ground) })
	if i < 0 {
		i = len(h.Grounds)
		h.Grounds = append(h.Grounds, groundView{fmt.Sprintf("g%d", i), s.Ground})
	}
	s.Shared = h.Grounds[i].ID
}

// bars is the path of the days of a level, and of other levels with it; none where there is no such day.
func bars(days []day, level, middle string, others ...string) []pathView {
	line := runs(days, append(others, level), middle)
	if line == "" {
		return nil
	}
	return []pathView{{level, line}}
}

// runs is the path of the school days of some levels: a unit a day, of which the last third is the gap (style.css).
func runs(days []day, levels []string, middle string) string {
	var path strings.Builder
	at := -1 // where the last run ends; -1 for before the first
	for i := 0; i < len(days); {
		n := 0
		for i+n < len(days) && days[i+n].school && slices.Contains(levels, days[i+n].level) {
			n++
		}
		switch {
		case n > 0 && at < 0:
			fmt.Fprintf(&path, "M%d %sh%d", i, middle, n)
			at = i + n
		case n > 0:
			fmt.Fprintf(&path, "m%d 0h%d", i-at, n)
			at = i + n
		}
		i += max(n, 1)
	}
	return path.String()
}

// percent is a share with one decimal after the point that the language has, never rounded up to 100 nor down to 0.
func percent(part, whole int, point string) string {
	tenths := (1000*part + whole/2) / whole
	switch {
	case part < whole:
		tenths = min(tenths, 999)
	case tenths == 1000:
		return "100"
	}
	if part > 0 {
		tenths = max(tenths, 1)
	}
	return fmt.Sprintf("%d%s%d", tenths/10, point, tenths%10)
}

// legend names whose school days the bars show.
func (p *Page) legend(q filter) string {
	return cmp.Or(q.area.name, p.languages[q.lang].say("history.zones", nil))
}

// dayView is a day with difficulties.
type dayView struct {
	ISO, Name  string
	Down, Slow string // how long; empty for not
}

// troubledDays lists the days with difficulties, newest first.
func (p *Page) troubledDays(f *facts, q filter, id bot.PlatformID) []dayView {
	l := p.languages[q.lang]
	var list []dayView
	for _, d := range slices.Backward(p.days(f, q, id)) {
		if d.level != levelWarn && d.level != levelAlarm {
			continue
		}
		v := dayView{ISO: d.date.String(), Name: l.date(d.date.At(0, time.UTC), f.now.Year())}
		if d.down > 0 {
			v.Down = l.length(time.Duration(d.down) * time.Minute)
		}
		if d.slow > 0 {
			v.Slow = l.length(time.Duration(d.slow) * time.Minute)
		}
		list = append(list, v)
	}
	return list
}

// historyJSON is the answer of /api/v1/history/{platform}.json.
type historyJSON struct {
	Platform bot.PlatformID `json:"platform"`
	Name     string         `json:"name"`
	Calendar string         `json:"calendar"`
	Days     []dayJSON      `json:"days"`
}

type dayJSON struct {
	Date        string `json:"date"`
	School      bool   `json:"school"`
	Hours       int    `json:"hours"`
	SlowMinutes int    `json:"slow_minutes"`
	DownMinutes int    `json:"down_minutes"`
}

func (p *Page) history(f *facts, q filter, view bot.PlatformView) *document {
	h := historyJSON{Platform: view.Platform.ID, Name: view.Platform.Name, Calendar: p.legend(q), Days: []dayJSON{}}
	for _, d := range p.days(f, q, view.Platform.ID) {
		h.Days = append(h.Days, dayJSON{d.date.String(), d.school, d.hours, d.slow, d.down})
	}
	return p.json(feedCache, h)
}
