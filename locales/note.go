package locales

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Note renders what a chat gets at a fixed time. The error wraps [ErrLanguage] for a language that Panneau does not have;
// an unknown kind and a place without a clock are errors too.
func (r *Renderer) Note(lang string, n bot.Note) (bot.Message, error) {
	w, err := r.newWriter(lang, n.Audience, n.Place, n.Now)
	if err != nil {
		return bot.Message{}, fmt.Errorf("render note: %w", err)
	}
	var m bot.Message
	switch n.Kind {
	case bot.NoteMorning:
		m = w.morning(n)
	case bot.NoteEvening:
		m = w.evening(n)
	case bot.NoteWeekly:
		m = w.weekly(n)
		m.Picture = r.weekPicture(w, n)
	default:
		return bot.Message{}, fmt.Errorf("render note: unknown kind %q", n.Kind)
	}
	m.Sections = append(m.Sections, w.days(n.Days)...)
	m.Links, m.Footer = w.page(n.PageURL), w.noteFooter(n)
	return w.finish(m)
}

// morning says what is still broken.
func (w *writer) morning(n bot.Note) bot.Message {
	g := group(n.Troubles)
	return bot.Message{
		Tone:     tone(g.worst()),
		Title:    symbol(g.worst()) + w.say("note.morning.title", values{"Moment": w.at(w.now)}),
		Summary:  w.say("note.morning", values{"Count": len(g.troubled)}),
		Sections: w.items("heading.troubles", g.troubled),
	}
}

// evening says what the day was like and what is still broken.
func (w *writer) evening(n bot.Note) bot.Message {
	g, now := group(slices.Concat(n.Troubles, n.Noted)), w.now.In(w.place.Location)
	worst := bot.Normal
	switch {
	case len(g.troubled) > 0:
		worst = g.troubled[0].Condition
	case g.blind():
		worst = bot.Unverifiable
	}
	m := bot.Message{
		Tone:     tone(worst),
		Title:    symbol(worst) + w.say("note.evening.title", values{"Date": w.date(now), "Time": w.time(now)}),
		Summary:  w.eveningSummary(n, g),
		Sections: w.items("heading.troubles", g.troubled),
	}
	if len(n.Over) > 0 {
		s := bot.Section{Heading: w.say("heading.over", nil)}
		for _, e := range n.Over {
			s.Items = append(s.Items, w.say("note.over", values{
				"Title": w.stateTitle(e.Worst, e.Platform), "Began": w.at(e.Since), "Duration": w.duration(e.Over.Sub(e.Since)),
			}))
		}
		m.Sections = append(m.Sections, s)
	}
	m.Sections = append(m.Sections, w.items("heading.notes", g.noted)...)
	return m
}

// blind reports whether there is something that could not be verified.
func (g groups) blind() bool {
	return slices.ContainsFunc(g.noted, func(v bot.PlatformView) bool { return v.Condition == bot.Unverifiable })
}

// eveningSummary never claims that all is well where not all could be verified.
func (w *writer) eveningSummary(n bot.Note, g groups) string {
	switch {
	case len(g.troubled) > 0:
		return w.say("note.evening.troubles", values{"Count": len(g.troubled)})
	case g.blind():
		return w.say("note.evening.some", nil)
	case len(n.Over) > 0:
		return w.say("note.evening.over", nil)
	default:
		return w.say("note.evening.calm", nil)
	}
}

// weekly gives the figures of the school week: a line for each platform that had difficulties, and the others together.
func (w *writer) weekly(n bot.Note) bot.Message {
	m := bot.Message{
		Tone:    bot.ToneInfo,
		Title:   symbol(bot.Maintenance) + w.say("note.weekly.title", values{"Date": w.day(n.Week.First)}),
		Summary: w.say("note.weekly", values{"Until": w.since(n.Week.Until)}),
	}
	var calm, unknown []phrase
	figures := bot.Section{Heading: w.say("heading.figures", nil)}
	for _, l := range n.Week.Lines {
		switch {
		case !l.Now.Enough():
			unknown = append(unknown, w.bare(l.Platform))
		case calmWeek(l):
			calm = append(calm, w.bare(l.Platform))
		default:
			figures.Items = append(figures.Items, w.seal(w.figures(l)))
		}
	}
	if len(figures.Items) > 0 {
		m.Sections = append(m.Sections, figures)
	}
	var rest bot.Section
	if len(calm) > 0 {
		rest.Text = append(rest.Text, w.say("note.weekly.calm", values{"Names": w.list("list.and", calm)}))
	}
	if len(unknown) > 0 {
		rest.Text = append(rest.Text, w.say("note.weekly.unknown", values{"Names": w.list("list.and", unknown)}))
	}
	if len(rest.Text) > 0 {
		m.Sections = append(m.Sections, rest)
	}
	return m
}

// calmWeek reports whether there is nothing to say of a platform's week.
func calmWeek(l bot.WeekLine) bool {
	return l.Now.Down == 0 && l.Incidents == 0 && !(l.Before.Enough() && l.Before.Down > 0) && len(difficult(l.Days)) == 0
}

// figures is the line of one platform.
func (w *writer) figures(l bot.WeekLine) phrase {
	line := w.part("note.weekly.line", values{"Name": w.bare(l.Platform), "Share": w.percent(l.Now.Share())})
	if l.Before.Enough() {
		line = w.part("note.weekly.before", values{"Line": line, "Share": w.percent(l.Before.Share())})
	}
	if l.Incidents > 0 {
		line = w.part("note.weekly.incidents", values{"Line": line, "Count": l.Incidents})
	}
	if days := difficult(l.Days); len(days) > 0 {
		line = w.part("note.weekly.days", values{"Line": line, "Days": w.list("list.and", w.hardDays(days))})
	}
	return line
}

// percent is a share in percent with one decimal, rounded down: what was not all is never called 100.
func (w *writer) percent(share float64) digits {
	const tenths = 1000
	return w.decimal(math.Floor(share*tenths+1e-9) / (tenths / 100))
}

// day is a day of the calendar.
func (w *writer) day(d calendar.Date) phrase {
	return w.date(w.noon(d))
}

func (w *writer) noon(d calendar.Date) time.Time { return d.At(calendar.Hour(12, 0), w.place.Location) }

// days lists critical days, one a line.
func (w *writer) days(list []bot.CriticalDay) []bot.Section {
	if len(list) == 0 {
		return nil
	}
	s := bot.Section{Heading: w.say("heading.days", nil)}
	today := calendar.DateOf(w.now.In(w.place.Location))
	for _, d := range list {
		label := w.free(d.Label)
		if d.Label == "" {
			label = w.part("critical.back", nil)
		}
		when := w.day(d.Date)
		switch d.Date {
		case today:
			when = w.part("critical.today", nil)
		case today + 1:
			when = w.part("critical.tomorrow", values{"Date": when})
		}
		s.Items = append(s.Items, w.say("critical.day", values{"Label": label, "When": when}))
	}
	return []bot.Section{s}
}

// noteFooter says that the message stays as it is, unlike a notice.
func (w *writer) noteFooter(n bot.Note) string {
	parts := []phrase{w.part("note.once", nil)}
	if w.elsewhere() {
		parts = append(parts, w.part("footer.zone", values{"Place": w.free(w.place.Name)}))
	}
	var named []bot.Platform
	for _, v := range n.Troubles {
		named = append(named, v.Platform)
	}
	parts = append(parts, w.glossary(named)...)
	return w.seal(w.sentences(append(parts, w.part("footer.about", nil))))
}
