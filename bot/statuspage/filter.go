package statuspage

import (
	"net/url"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// filter is what a reader wants to see. The zero value is everything, in the default language.
type filter struct {
	area   area
	reader bot.Audience // empty for everybody
	lang   int          // index into Page.languages
}

// area is an académie.
type area struct {
	slug string // as it stands in an address: "orleans-tours"; empty for all
	name string // as the ministry writes it
	zone string // the id of its zone
}

// areas lists every académie in alphabetical order of the slugs.
func areas() []area {
	var list []area
	for _, zone := range calendar.Zones() {
		for _, name := range zone.Académies {
			list = append(list, area{slug: strings.ReplaceAll(bot.Fold(name), " ", "-"), name: name, zone: zone.ID})
		}
	}
	slices.SortFunc(list, func(a, b area) int { return strings.Compare(a.slug, b.slug) })
	return list
}

// public is an audience as it stands in an address.
type public struct {
	slug   string
	reader bot.Audience
}

func publics() []public {
	return []public{{"familles", bot.Families}, {"enseignants", bot.Teachers}, {"personnels", bot.Staff}}
}

// filter reads the filter of an address. It is false for one that names what does not exist. What else stands in a query
// is not ours and makes no difference: people share addresses to which others add.
func (p *Page) filter(query string) (filter, bool) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return filter{}, false
	}
	var f filter
	ok := true
	read := func(key string, find func(word string) bool) {
		if given := values[key]; len(given) > 1 || len(given) == 1 && given[0] != "" && !find(given[0]) {
			ok = false
		}
	}
	read("academie", func(word string) bool {
		i, found := slices.BinarySearchFunc(p.areas, word, func(a area, slug string) int { return strings.Compare(a.slug, slug) })
		if found {
			f.area = p.areas[i]
		}
		return found
	})
	read("public", func(word string) bool {
		i := slices.IndexFunc(publics(), func(p public) bool { return p.slug == word })
		if i >= 0 {
			f.reader = publics()[i].reader
		}
		return i >= 0
	})
	read("lang", func(word string) bool {
		f.lang = slices.IndexFunc(p.languages, func(l language) bool { return l.tag == word })
		return f.lang >= 0
	})
	return f, ok
}

// query is the filter as it stands in an address, from the question mark on; empty for everything.
func (p *Page) query(f filter) string {
	var parts []string
	if f.area.slug != "" {
		parts = append(parts, "academie="+f.area.slug)
	}
	for _, public := range publics() {
		if f.reader == public.reader {
			parts = append(parts, "public="+public.slug)
		}
	}
	if f.lang > 0 {
		parts = append(parts, "lang="+p.languages[f.lang].tag)
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

// only is the language alone.
func (f filter) only() filter { return filter{lang: f.lang} }

// chosen reports whether a document is one of those that readers make many of: not the page itself in each language.
func (f filter) chosen(path string) bool {
	return f != (filter{}) && (path != homePath || f != f.only())
}

// shows reports whether the reader wants to see a platform.
func (f filter) shows(p bot.Platform) bool {
	here := f.area.slug == "" || len(p.Areas) == 0 || slices.Contains(p.Areas, f.area.name)
	return here && (f.reader == "" || p.Concerns(f.reader))
}

// narrow is what is left of the facts for the reader.
func (f filter) narrow(all *facts) *facts {
	if f.area.slug == "" && f.reader == "" {
		return all
	}
	some := *all
	some.overview.Platforms = nil
	for _, view := range all.overview.Platforms {
		if f.shows(view.Platform) {
			some.overview.Platforms = append(some.overview.Platforms, view)
		}
	}
	some.incidents = listed(all.incidents, some.overview.Platforms)
	return &some
}

// choiceView is the form in which a reader chooses.
type choiceView struct {
	Narrow         bool   // something is left out
	Lang           string // empty for the default language
	Front          string // without a filter
	Areas, Publics []optionView
}

type optionView struct {
	Value, Name string
	Chosen      bool
}

func (p *Page) choice(f filter) choiceView {
	c := choiceView{Narrow: f.area.slug != "" || f.reader != "", Front: homePath + p.query(f.only())}
	if f.lang > 0 {
		c.Lang = p.languages[f.lang].tag
	}
	for _, a := range p.areas {
		c.Areas = append(c.Areas, optionView{a.slug, a.name, a.slug == f.area.slug})
	}
	for _, public := range publics() {
		c.Publics = append(c.Publics, optionView{public.slug, p.audience(f, public.reader), public.reader == f.reader})
	}
	return c
}

// audience is what an audience is called; empty for everybody.
func (p *Page) audience(f filter, reader bot.Audience) string {
	if reader == "" {
		return ""
	}
	return p.languages[f.lang].say("public."+string(reader), nil)
}
