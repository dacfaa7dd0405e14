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
	Incidents string // where all incidents are listed
	Tone      string
	Total     int
	Normal    int            // platforms that work as they should
	Trouble   int            // platforms with an outage
	Open      []incidentView // the newest, at most maxOpen
	Ended     []incidentView
	Opened    int  // incidents that are open
	Cut       bool // there are more incidents than are listed here
	Planned   []plannedView
	Platforms []platformView
	Checked   *checksView  // nil: nothing was checked lately
	Grounds   []groundView // what the bars of several platforms have in common
	Legend    string       // whose school days the bars show; empty without bars
}

// checksView is when the platforms were checked that were checked within the leeway: said once, since their own pages say
// it to the minute. First is nil where it is the same as Last.
type checksView struct{ First, Last *moment }

func (p *Page) home(f *facts, q filter) *document {
	l := p.languages[q.lang]
	title := l.say("title.filtered", map[string]string{"Area": q.area.name, "Public": p.audience(q, q.reader)})
	view := p.view(f, q, homePath, title)
	view.Home = p.homeView(f, q)
	return p.page("home", pageCache, l, view)
}

func (p *Page) homeView(f *facts, q filter) *homeView {
	h := &homeView{
		Total: len(f.overview.Platforms), Choice: p.choice(q), Incidents: incidentListPath + p.query(q), Checked: f.checks(p.languages[q.lang]),
	}
	for _, view := range f.overview.Platforms {
		shown := p.platformView(f, q, view)
		if f.lately(view) {
			shown.Checked = nil
		}
		if shown.Strip != nil {
			h.Legend = p.legend(q)
			h.share(shown.Strip)
		}
		h.Platforms = append(h.Platforms, shown)
		if next := f.planned(p.languages[q.lang], view.Platform); len(next) > 0 {
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
	all := p.incidentList(f, q)
	h.Opened = len(all.Open)
	h.Open, h.Ended = all.Open[max(0, h.Opened-maxOpen):], all.Ended[:min(len(all.Ended), maxEnded)]
	h.Cut = len(h.Open) < h.Opened || len(h.Ended) < len(all.Ended)
	h.Tone = h.tone(f.doubt)
	return h
}

const (
	// maxOpen bounds the open incidents on the page: the platforms' states stand further down in any case.
	maxOpen = 10
	// maxEnded bounds the ended ones, whatever the source gives.
	maxEnded = 5
)

// incidentListView is every incident that the page knows.
type incidentListView struct {
	Open  []incidentView // oldest first
	Ended []incidentView // the last first
}

func (p *Page) incidentList(f *facts, q filter) *incidentListView {
	list := &incidentListView{}
	for _, incident := range f.sorted() {
		if incident.Open() {
			list.Open = append(list.Open, *p.incidentView(f, q, incident))
		} else {
			list.Ended = append(list.Ended, *p.incidentView(f, q, incident))
		}
	}
	return list
}

// listing is the page of all incidents.
func (p *Page) listing(f *facts, q filter) *document {
	l := p.languages[q.lang]
	view := p.view(f, q, incidentListPath, l.say("incidents.all", nil))
	view.List = p.incidentList(f, q)
	return p.page("listing", pageCache, l, view)
}

// checks is when the platforms were last checked that were checked lately.
func (f *facts) checks(l language) *checksView {
	var first, last time.Time
	for _, view := range f.overview.Platforms {
		if !f.lately(view) {
			continue
		}
		if first.IsZero() || view.CheckedAt.Before(first) {
			first = view.CheckedAt
		}
		if view.CheckedAt.After(last) {
			last = view.CheckedAt
		}
	}
	if last.IsZero() {
		return nil
	}
	c := &checksView{f.clock(l).moment(first), f.clock(l).moment(last)}
	if *c.First == *c.Last {
		c.First = nil
	}
	return c
}

// lately reports whether facts are coming in and a platform was checked within the leeway.
func (f *facts) lately(view bot.PlatformView) bool {
	return f.doubt == "" && !view.CheckedAt.IsZero() && f.now.Sub(view.CheckedAt) <= leeway
}

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
