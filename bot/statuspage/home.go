package statuspage

import (
	"cmp"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// homeView is the state of everything.
type homeView struct {
	Choice    choiceView
	Tone      string
	Total     int
	Normal    int // platforms that work as they should
	Trouble   int // platforms with an outage
	Open      []incidentView
	Ended     []incidentView
	Planned   []plannedView
	Platforms []platformView
	Legend    string // whose school days the bars show; empty without bars
}

func (p *Page) home(f *facts, q filter) *document {
	l := p.languages[q.lang]
	title := l.say("title.filtered", map[string]string{"Area": q.area.name, "Public": p.audience(q, q.reader)})
	view := p.view(f, q, homePath, title)
	view.Home = p.homeView(f, q)
	return p.page("home", pageCache, l, view)
}

func (p *Page) homeView(f *facts, q filter) *homeView {
	h := &homeView{Total: len(f.overview.Platforms), Choice: p.choice(q)}
	for _, view := range f.overview.Platforms {
		shown := p.platformView(f, q, view)
		if shown.Strip != nil {
			h.Legend = p.legend(q)
		}
		h.Platforms = append(h.Platforms, shown)
		if next := f.planned(view.Platform); len(next) > 0 {
			h.Planned = append(h.Planned, next[0])
		}
		switch {
		case !f.current(view):
		case view.Condition.Outage():
			h.Trouble++
		case view.Condition == bot.Normal:
			h.Normal++
		}
	}
	slices.SortStableFunc(h.Planned, func(a, b plannedView) int { return a.start.Compare(b.start) })
	h.Planned = h.Planned[:min(len(h.Planned), maxPlanned)]
	for _, incident := range f.sorted() {
		if incident.Open() {
			h.Open = append(h.Open, *p.incidentView(f, q, incident))
		} else if len(h.Ended) < maxEnded {
			h.Ended = append(h.Ended, *p.incidentView(f, q, incident))
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

// leeway is how long past its turn a check may be before its result no longer counts as the state of now, however
// often it runs.
const leeway = 10 * time.Minute

// current reports whether what is known of a platform holds now: facts are coming in, and its own last check is not
// overdue by more than three turns.
func (f *facts) current(view bot.PlatformView) bool {
	overdue := f.now.Sub(view.CheckedAt) > max(leeway, 3*view.Every)
	return f.doubt == "" && (view.Every == 0 || view.CheckedAt.IsZero() || !overdue)
}
