package statuspage

import (
	"cmp"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

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

func (p *Page) homeView(f *facts) *homeView {
	h := &homeView{Total: len(f.overview.Platforms)}
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
	case d != "" || h.Total == 0:
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
