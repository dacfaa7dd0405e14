package locales

import (
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// groups are the platforms of an overview by what a reader has to know of them.
type groups struct {
	troubled, noted, split, working, waiting []bot.PlatformView
}

func group(views []bot.PlatformView) groups {
	var g groups
	for _, v := range views {
		switch {
		case v.Condition == bot.NotYetKnown:
			g.waiting = append(g.waiting, v)
		case v.Condition == bot.Normal && v.Split != (bot.Split{}):
			g.split = append(g.split, v) // which some places see fail
		case v.Condition == bot.Normal:
			g.working = append(g.working, v)
		case v.Condition.Outage():
			g.troubled = append(g.troubled, v)
		default:
			g.noted = append(g.noted, v)
		}
	}
	slices.SortStableFunc(g.troubled, func(a, b bot.PlatformView) int {
		return b.Condition.Severity() - a.Condition.Severity()
	})
	return g
}

// board is the overview of several platforms, or of none.
func (w *writer) board(o bot.Overview) bot.Message {
	g := group(o.Platforms)
	worst := g.worst()
	m := bot.Message{
		Tone:    tone(worst),
		Title:   symbol(worst) + w.say("overview.title", values{"Moment": w.at(w.now)}),
		Summary: w.boardSummary(g, len(o.Platforms)),
		Footer:  w.boardFooter(o),
	}
	m.Sections = append(m.Sections, w.items("heading.troubles", g.troubled)...)
	m.Sections = append(m.Sections, w.notes(g)...)
	m.Sections = append(m.Sections, w.quiet(g)...)
	if o.PageURL != "" {
		m.Links = []bot.Link{{Text: w.say("link.page", nil), URL: o.PageURL}}
	}
	return m
}

// worst is the condition that the title's symbol stands for.
func (g groups) worst() bot.Condition {
	switch {
	case len(g.troubled) > 0:
		return g.troubled[0].Condition
	case len(g.working)+len(g.split) > 0:
		return bot.Normal
	default:
		return bot.NotYetKnown
	}
}

func (w *writer) boardSummary(g groups, total int) string {
	switch {
	case total == 0:
		return w.say("overview.none", nil)
	case len(g.troubled) > 0:
		return w.say("overview.troubles", values{"Count": len(g.troubled), "Total": whole(total)})
	case len(g.split) > 0:
		return w.say("overview.split", nil)
	case len(g.working) == total:
		return w.say("overview.normal", values{"Count": total})
	case len(g.waiting) == total:
		return w.say("overview.pending", nil)
	default:
		return w.say("overview.calm", nil)
	}
}

// items lists platforms one a line, each with its state, since when and when that was seen.
func (w *writer) items(heading string, views []bot.PlatformView) []bot.Section {
	if len(views) == 0 {
		return nil
	}
	s := bot.Section{Heading: w.say(heading, nil)}
	for _, v := range views {
		s.Items = append(s.Items, symbol(v.Condition)+w.seal(w.item(v)))
	}
	return []bot.Section{s}
}

// notes lists what is not normal and no outage, and what only some places see.
func (w *writer) notes(g groups) []bot.Section {
	sections := w.items("heading.notes", g.noted)
	split := w.splits(g.split)
	if len(sections) == 0 && len(split) > 0 {
		sections = []bot.Section{{Heading: w.say("heading.notes", nil)}}
	}
	if len(split) > 0 {
		sections[0].Items = append(sections[0].Items, split...)
	}
	return sections
}

func (w *writer) item(v bot.PlatformView) phrase {
	item := w.stateTitle(v.Condition, v.Platform)
	if v.Reason == bot.ReasonStated {
		item = w.standing(v)
	} else if !v.Since.IsZero() {
		item = w.part("overview.item.since", values{"Title": item, "Since": w.since(v.Since)})
	}
	if v.CheckedAt.IsZero() {
		return item
	}
	return w.part("overview.item.checked", values{"Item": item, "Ago": w.ago(v.CheckedAt)})
}

// quiet names, in a line each, the platforms that there is nothing to say about.
func (w *writer) quiet(g groups) []bot.Section {
	var text []string
	if n := len(g.working); n > 0 {
		names := w.list("list.and", w.names(platforms(g.working)))
		text = append(text, w.say("overview.working", values{"Count": n, "Names": names}))
	}
	if len(g.waiting) > 0 {
		names := w.list("list.and", w.names(platforms(g.waiting)))
		text = append(text, w.say("overview.waiting", values{"Names": names}))
	}
	if len(text) == 0 {
		return nil
	}
	return []bot.Section{{Text: text}}
}

func platforms(views []bot.PlatformView) []bot.Platform {
	var list []bot.Platform
	for _, v := range views {
		list = append(list, v.Platform)
	}
	return list
}

// boardFooter dates the overview by its oldest verdict and its least watched platform, so that it never claims too much.
func (w *writer) boardFooter(o bot.Overview) string {
	var parts []phrase
	if v, ok := oldest(o.Platforms); ok {
		parts = append(parts, w.part("overview.checked", values{"Ago": w.ago(v.CheckedAt), "Count": v.Vantages}))
	}
	if w.elsewhere() {
		parts = append(parts, w.part("footer.zone", values{"Place": w.free(w.place.Name)}))
	}
	parts = append(parts, w.glossary(platforms(o.Platforms))...)
	return w.seal(w.sentences(append(parts, w.part("footer.about", nil))))
}

// oldest puts the oldest verdict and the smallest number of vantages together, over the platforms that were checked.
func oldest(views []bot.PlatformView) (bot.PlatformView, bool) {
	var found bot.PlatformView
	for _, v := range views {
		switch {
		case v.CheckedAt.IsZero() || v.Vantages <= 0:
		case found.CheckedAt.IsZero():
			found = v
		default:
			found.Vantages = min(found.Vantages, v.Vantages)
			if v.CheckedAt.Before(found.CheckedAt) {
				found.CheckedAt = v.CheckedAt
			}
		}
	}
	return found, !found.CheckedAt.IsZero()
}
