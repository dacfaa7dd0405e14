package statuspage

import (
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// platformView is one platform, on the page of all and on its own.
type platformView struct {
	Name    string
	Tone    string
	Label   string
	Current bool // false: the state is the last that is known
	Since   *moment
	Checked *moment
	Places  int
	Split   *splitView // where places disagree
	Path    string
	Strip   *stripView // nil: there is no history

	// On its own page.
	URL       string
	Badge     string // path
	Areas     string
	Legend    string
	Incidents []incidentView
	Planned   []plannedView
	Days      []dayView
}

func (p *Page) platform(f *facts, q filter, view bot.PlatformView) *document {
	l := p.languages[q.lang]
	v := p.platformView(f, q, view)
	v.URL, v.Areas = view.Platform.URL, strings.Join(view.Platform.Areas, ", ")
	v.Legend, v.Planned = p.legend(q), f.planned(l, view.Platform)
	v.Days = p.troubledDays(f, q, view.Platform.ID)
	for _, incident := range f.of(string(view.Platform.ID)).sorted() {
		v.Incidents = append(v.Incidents, *p.incidentView(f, q, incident))
	}
	path, query := platformPath(view.Platform.ID), p.query(q.only())
	v.Badge = path + ".svg" + query
	page := p.view(f, q, path, l.say("title.open", v))
	page.Platform = &v
	page.Feed = &linksView{path + ".atom" + query, path + ".rss" + query, calendarPath + query}
	return p.page("platform", pageCache, l, page)
}

func (p *Page) platformView(f *facts, q filter, view bot.PlatformView) platformView {
	l := p.languages[q.lang]
	v := platformView{
		Name: view.Platform.Name, Tone: tone(view.Condition), Path: platformPath(view.Platform.ID) + p.query(q.only()),
		Label: p.config.Label(l.tag, view.Condition), Current: f.current(view),
		Since: f.clock(l).moment(view.Since), Places: view.Vantages, Strip: p.strip(f, q, view.Platform.ID),
	}
	if s := view.Split; s != (bot.Split{}) && f.current(view) {
		v.Split = &splitView{Label: p.config.Label(l.tag, s.Condition), Count: s.Count, Of: s.Of}
	}
	if f.doubt == "" {
		v.Checked = f.clock(l).moment(view.CheckedAt)
	}
	if !v.Current {
		// « Dernier état connu » is said of a state, not of not knowing one.
		v.Current, v.Tone = v.Tone == toneUnknown, toneUnknown
	}
	return v
}

// splitView is a condition that some places see and others do not.
type splitView struct {
	Label     string
	Count, Of int
}

// plannedView is a maintenance that its owner announced.
type plannedView struct {
	Name        string
	From, Until *moment

	start, end time.Time
}

const (
	// maxPlanned bounds the maintenances of a platform, and those on a page.
	maxPlanned = 10
	// farAhead is how far ahead maintenances are shown.
	farAhead = 60 * 24 * time.Hour
)

// planned lists the maintenances of a platform that go on or are to come, the next first.
func (f *facts) planned(l language, p bot.Platform) []plannedView {
	var list []plannedView
	add := func(from, to time.Time) {
		list = append(list, plannedView{p.Name, f.clock(l).moment(from), f.clock(l).moment(to), from, to})
	}
	for _, period := range p.Maintenances {
		if period.Start == nil {
			if period.To.After(f.now) && period.From.Before(f.now.Add(farAhead)) {
				add(period.From, period.To)
			}
			continue
		}
		from := period.Start.Next(f.now.Add(-period.Length))
		for ; len(list) < maxPlanned && !from.IsZero() && from.Before(f.now.Add(farAhead)); from = period.Start.Next(from) {
			add(from, from.Add(period.Length))
		}
	}
	slices.SortStableFunc(list, func(a, b plannedView) int { return a.start.Compare(b.start) })
	return list
}
