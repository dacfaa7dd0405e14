package statuspage

import (
	"net/url"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// pageView is what every template gets.
type pageView struct {
	Lang  string
	Title string
	Base  string // the page's public address without a final slash; empty where it has none
	Path  string // with the filter
	Front string // the page of all, in the same language
	// Languages is where the same page is in every language.
	Languages []translationView
	Draft     string // that the language was translated by a machine; empty where somebody has read it
	Live      bool   // it keeps itself up to date where there is JavaScript
	Feed      *linksView
	Now       *moment
	Place     string
	Doubt     doubt
	Seen      *moment // with Doubt: from when the facts are; nil when that is not known
	Home      *homeView
	List      *incidentListView
	Incident  *incidentView
	Platform  *platformView
}

// translationView leads to a page in a language.
type translationView struct {
	Lang, Name, Path string
	Here             bool // it is the one that is read
}

// translations lists a page in every language.
func (p *Page) translations(path string, q filter) []translationView {
	var list []translationView
	for i, l := range p.languages {
		other := q
		other.lang = i
		list = append(list, translationView{l.tag, l.say("name", nil), path + p.query(other), i == q.lang})
	}
	return list
}

// linksView is where the same is told otherwise.
type linksView struct{ Atom, RSS, Calendar string }

// view fills in what all pages have in common.
func (p *Page) view(f *facts, q filter, path, title string) pageView {
	l, query := p.languages[q.lang], p.query(q)
	return pageView{
		Lang: l.tag, Title: title, Base: f.base(), Path: path + query, Live: true,
		Front: homePath + p.query(q.only()), Languages: p.translations(path, q), Draft: l.draft(),
		Feed: &linksView{atomPath + query, rssPath + query, calendarPath + query},
		Now:  f.clock(l).moment(f.now), Place: f.overview.Place.Name,
		Doubt: f.doubt, Seen: f.clock(l).moment(f.seenIfDoubted()),
	}
}

// base is the page's public address without a final slash; empty where it has none that a link may lead to.
func (f *facts) base() string {
	address, err := url.Parse(f.overview.PageURL)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return ""
	}
	return strings.TrimRight(address.String(), "/")
}

func (f *facts) clock(l language) clock {
	return clock{lang: l, now: f.now, location: f.overview.Place.Location}
}

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
