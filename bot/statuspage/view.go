package statuspage

import (
	"cmp"
	"slices"
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

// homeView is the state of everything.
type homeView struct {
	Tone      string
	Total     int
	Normal    int // platforms that work as they should
	Trouble   int // platforms with an outage
	Open      []incidentView
	Ended     []incidentView
	Platforms []platformView
}

// platformView is one platform on the page.
type platformView struct {
	Name    string
	Tone    string
	Label   string
	Current bool // false: the state is the last that is known
	Since   *moment
	Checked *moment
	Places  int
	Path    string // of its open incident; empty without
}

// incidentView is one incident on the page.
type incidentView struct {
	Path      string
	Name      string
	Tone      string
	Label     string // what it is now; once it ended, the worst that it was
	Worst     string // the worst that it was, where that is something else
	Open      bool
	Current   bool // as in platformView, while it is open
	Since     *moment
	Confirmed *moment
	Changed   *moment // nil before the second revision
	Ended     *moment
	Lasted    string
	Checked   *moment
	Places    int
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

func (p *Page) homeView(f *facts) *homeView {
	h := &homeView{Tone: "calm", Total: len(f.overview.Platforms)}
	paths := f.openPaths()
	for _, view := range f.overview.Platforms {
		shown := p.platformView(f, view)
		shown.Path = paths[view.Platform.ID]
		h.Platforms = append(h.Platforms, shown)
		switch {
		case !f.current(view):
		case view.Condition.Outage():
			h.Trouble++
		case view.Condition == bot.Normal:
			h.Normal++
		}
	}
	for _, incident := range f.sorted() {
		if incident.Open() {
			h.Open = append(h.Open, *p.incidentView(f, incident))
		} else if len(h.Ended) < maxEnded {
			h.Ended = append(h.Ended, *p.incidentView(f, incident))
		}
	}
	h.Tone = h.tone(f.doubt)
	return h
}

// maxEnded bounds the ended incidents on the page, whatever the source gives.
const maxEnded = 5

// tone is the mood of the whole: an outage where there is one, calm only where everything is known to be well.
func (h *homeView) tone(d doubt) string {
	switch {
	case d != "":
		return toneUnknown
	case h.Trouble > 0:
		return toneWarn
	case h.Normal == h.Total:
		return toneCalm
	default:
		return toneInfo
	}
}

func (f *facts) openPaths() map[bot.PlatformID]string {
	paths := make(map[bot.PlatformID]string)
	for _, incident := range f.incidents {
		if incident.Open() {
			paths[incident.Platform] = incidentPath(incident.ID)
		}
	}
	return paths
}

// sorted lists the open incidents, oldest first, then the ended ones, the last first.
func (f *facts) sorted() []bot.Incident {
	return slices.SortedStableFunc(slices.Values(f.incidents), func(a, b bot.Incident) int {
		switch {
		case a.Open() && b.Open():
			return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
		case a.Open():
			return -1
		case b.Open():
			return 1
		}
		return cmp.Or(b.ResolvedAt.Compare(a.ResolvedAt), cmp.Compare(b.ID, a.ID))
	})
}

func (p *Page) platformView(f *facts, view bot.PlatformView) platformView {
	v := platformView{
		Name: view.Platform.Name, Tone: tone(view.Condition), Label: p.config.Label(view.Condition),
		Current: f.current(view), Since: f.clock().moment(view.Since), Places: view.Vantages,
	}
	if f.doubt == "" {
		v.Checked = f.clock().moment(view.CheckedAt)
	}
	if !v.Current {
		// « Dernier état connu » is said of a state, not of not knowing one.
		v.Current, v.Tone = v.Tone == toneUnknown, toneUnknown
	}
	return v
}

// leeway is how long past its turn a check may be before its result no longer counts as the state of now, however
// often it runs.
const leeway = 10 * time.Minute

// current reports whether what is known of a platform holds now: facts are coming in, and its own last check is not
// overdue by more than three turns.
func (f *facts) current(view bot.PlatformView) bool {
	overdue := f.now.Sub(view.CheckedAt) > max(leeway, 3*view.Every)
	return f.doubt == "" && (view.Every == 0 || view.CheckedAt.IsZero() || !overdue)
}

func (p *Page) incidentView(f *facts, i bot.Incident) *incidentView {
	platform := f.platform(i.Platform)
	clock := f.clock()
	v := &incidentView{
		Path: incidentPath(i.ID), Name: platform.Platform.Name, Tone: tone(i.Condition),
		Label: p.config.Label(i.Condition), Open: i.Open(), Current: f.current(platform),
		Since: clock.moment(i.Since), Confirmed: clock.moment(i.OpenedAt), Ended: clock.moment(i.ResolvedAt),
		Places: platform.Vantages,
	}
	if i.Revision > 1 {
		v.Changed = clock.moment(i.ChangedAt)
	}
	if i.Worst != i.Condition {
		v.Worst = p.config.Label(i.Worst)
	}
	switch {
	case !v.Open:
		v.Label, v.Lasted = p.config.Label(i.Worst), lastText(i.ResolvedAt.Sub(i.Since))
	case !v.Current:
		v.Current, v.Tone = v.Tone == toneUnknown, toneUnknown
	}
	if v.Open && f.doubt == "" {
		v.Checked = clock.moment(platform.CheckedAt)
	}
	return v
}

func (f *facts) platform(id bot.PlatformID) bot.PlatformView {
	i := slices.IndexFunc(f.overview.Platforms, func(v bot.PlatformView) bool { return v.Platform.ID == id })
	return f.overview.Platforms[i] // every incident kept is one of a listed platform
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
