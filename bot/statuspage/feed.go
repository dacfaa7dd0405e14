package statuspage

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// feedView is what a feed is about.
type feedView struct {
	lang            language
	title           string
	atom, rss, page string // paths, with the filter
	query           string // of the language
}

func (p *Page) feed(q filter) feedView {
	l := p.languages[q.lang]
	about := q.area.name
	if public := p.audience(q, q.reader); public != "" && about != "" {
		about += ", " + public
	} else if public != "" {
		about = public
	}
	query := p.query(q)
	return feedView{l, l.say("feed", about), atomPath + query, rssPath + query, homePath + query, p.query(q.only())}
}

func (p *Page) platformFeed(q filter, v bot.PlatformView) feedView {
	l := p.languages[q.lang]
	path, query := platformPath(v.Platform.ID), p.query(q.only())
	return feedView{l, l.say("feed", v.Platform.Name), path + ".atom" + query, path + ".rss" + query, path + query, query}
}

// An Atom feed (RFC 4287). Addresses are relative to the feed's own where the page has no public one.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Icon    string      `xml:"icon"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		ID        string   `xml:"id"`
		Title     string   `xml:"title"`
		Published string   `xml:"published"`
		Updated   string   `xml:"updated"`
		Link      atomLink `xml:"link"`
		Summary   string   `xml:"summary"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
)

// An RSS 2.0 feed (https://www.rssboard.org/rss-specification).
type (
	rssFeed struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		Channel rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		Updated     string    `xml:"lastBuildDate"`
		Items       []rssItem `xml:"item"`
	}
	rssItem struct {
		Title       string  `xml:"title"`
		Link        string  `xml:"link"`
		Description string  `xml:"description"`
		GUID        rssGUID `xml:"guid"`
		Published   string  `xml:"pubDate"`
	}
	rssGUID struct {
		Permanent bool   `xml:"isPermaLink,attr"`
		Text      string `xml:",chardata"`
	}
)

// story is an incident as a feed tells it: read at any time later, its times are dates.
type story struct {
	incident       bot.Incident
	title, summary string
	changed        time.Time
}

// stories lists the incidents, the last that changed first.
func (p *Page) stories(f *facts, l language) []story {
	var list []story
	clock := clock{lang: l, location: f.overview.Place.Location}
	for _, i := range f.incidents {
		name := f.platform(i.Platform).Platform.Name
		s := story{incident: i, changed: i.ChangedAt}
		if s.changed.IsZero() {
			s.changed = i.Since
		}
		words := map[string]string{
			"Name": name, "Label": p.config.Label(l.tag, i.Condition), "Worst": p.config.Label(l.tag, i.Worst),
			"Lasted": l.length(i.ResolvedAt.Sub(i.Since)),
		}
		if m := clock.moment(i.Since); m != nil {
			words["Since"], words["Begun"] = m.Since, m.At
		}
		s.title, s.summary = l.say("title.open", words), l.say("feed.open", words)
		if m := clock.moment(i.ResolvedAt); m != nil {
			words["Ended"] = m.At
			s.title, s.summary = l.say("title.ended", words), l.say("feed.ended", words)
		}
		p.tellSaid(f, l, &s)
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b story) int { return b.changed.Compare(a.changed) })
	return list
}

// tellSaid adds what is said about the incident. It changes the story when it is said.
func (p *Page) tellSaid(f *facts, l language, s *story) {
	list := bot.Shown(f.said[s.incident.ID])
	message := p.said(f, l.tag, list, time.Time{})
	for _, section := range message.Sections {
		s.summary += "\n" + section.Heading + "\n" + strings.Join(section.Items, "\n")
	}
	if message.Footer != "" {
		s.summary += "\n" + message.Footer
	}
	for _, said := range list {
		if said.At.After(s.changed) {
			s.changed = said.At
		}
	}
}

// updated is when a feed last changed. One that never did has the beginning of the day.
func (f *facts) updated(list []story) time.Time {
	if len(list) > 0 {
		return list[0].changed
	}
	return f.now.UTC().Truncate(24 * time.Hour)
}

// identity is a name for good (RFC 4151 where the page has no public address).
func (f *facts) identity(path string) string {
	if base := f.base(); base != "" {
		return base + path
	}
	return "tag:localhost,2021-04-06:" + path
}

func (p *Page) atom(f *facts, v feedView) *document {
	list := p.stories(f, v.lang)
	stamp := func(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
	feed := atomFeed{
		Lang: v.lang.tag, ID: f.identity(v.atom), Title: v.title, Updated: stamp(f.updated(list)), Author: "Panneau",
		Icon: f.base() + "/favicon.svg",
		Links: []atomLink{
			{"self", "application/atom+xml", f.base() + v.atom}, {"alternate", "text/html", f.base() + v.page},
		},
	}
	for _, s := range list {
		path := incidentPath(s.incident.ID)
		feed.Entries = append(feed.Entries, atomEntry{
			ID: f.identity(path), Title: s.title, Published: stamp(s.incident.Since), Updated: stamp(s.changed),
			Link: atomLink{"alternate", "text/html", f.base() + path + v.query}, Summary: s.summary,
		})
	}
	return p.xml("application/atom+xml; charset=utf-8", feed)
}

func (p *Page) rss(f *facts, v feedView) *document {
	list := p.stories(f, v.lang)
	feed := rssFeed{Version: "2.0", Channel: rssChannel{
		Title: v.title, Link: f.base() + v.page, Description: v.lang.say("feed.about", nil), Language: v.lang.tag,
		Updated: f.updated(list).UTC().Format(time.RFC1123Z),
	}}
	for _, s := range list {
		path := incidentPath(s.incident.ID)
		feed.Channel.Items = append(feed.Channel.Items, rssItem{
			Title: s.title, Link: f.base() + path + v.query, Description: s.summary,
			GUID: rssGUID{f.base() != "", f.identity(path)}, Published: s.changed.UTC().Format(time.RFC1123Z),
		})
	}
	return p.xml("application/rss+xml; charset=utf-8", feed)
}

func (p *Page) xml(contentType string, value any) *document {
	body, err := xml.MarshalIndent(value, "", " ")
	if err != nil {
		p.config.Logger.Error("write XML", "err", err)
	}
	return p.open(contentType, feedCache, append(append([]byte(xml.Header), body...), '\n'))
}
