package statuspage

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// pageView is what every template gets.
type pageView struct {
	Title     string
	Canonical string
	Reload    bool // by itself, every minute
	Fixed     bool // the page for people whom the reloading disturbs
	Now       *moment
	Place     string
	Doubt     doubt
	Seen      *moment // with Doubt: from when the facts are; nil when that is not known
	Home      *homeView
	Incident  *incidentView
}

// view fills in what all pages have in common.
func (f *facts) view(title string) pageView {
	return pageView{
		Title: title, Canonical: f.overview.PageURL, Now: f.clock().moment(f.now), Place: f.overview.Place.Name,
		Doubt: f.doubt, Seen: f.clock().moment(f.seenIfDoubted()),
	}
}

func (f *facts) clock() clock { return clock{now: f.now, location: f.overview.Place.Location} }

func (f *facts) seenIfDoubted() time.Time {
	if f.doubt == "" {
		return time.Time{}
	}
	return f.seen
}

// The tones name a colour and a shape of the style sheet; the words say the same.
const (
	toneCalm    = "calm"
	toneWarn    = "warn"
	toneAlarm   = "alarm"
	toneInfo    = "info"
	toneUnknown = "unknown"
)

func tone(c bot.Condition) string {
	switch {
	case c.Outage() && !c.Usable():
		return toneAlarm
	case c.Outage():
		return toneWarn
	case c == bot.Normal:
		return toneCalm
	case c == bot.Unverifiable || c == bot.NotYetKnown:
		return toneUnknown
	default:
		return toneInfo
	}
}
