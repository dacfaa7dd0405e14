package statuspage

import (
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

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
