package locales

import (
	"fmt"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/locales/picture"
)

// mostRows is how many platforms a picture shows at most: with more, a phone would show none of them large enough.
const mostRows = 20

// weekPicture draws a school week, a row a platform, as far as enough of it was seen; nil where there is nothing to draw.
// Of too many platforms, the difficult ones come first.
func (r *Renderer) weekPicture(w *writer, n bot.Note) *bot.Picture {
	lines := slices.DeleteFunc(slices.Clone(n.Week.Lines), func(l bot.WeekLine) bool { return !l.Now.Enough() || len(l.Days) == 0 })
	if len(lines) == 0 {
		return nil
	}
	if len(lines) > mostRows {
		slices.SortStableFunc(lines, func(a, b bot.WeekLine) int { return len(difficult(b.Days)) - len(difficult(a.Days)) })
		lines = lines[:mostRows]
	}
	said := []phrase{w.part("picture.week", nil)}
	for _, l := range lines {
		if days := difficult(l.Days); len(days) > 0 {
			said = append(said, w.part("picture.line", values{"Name": w.bare(l.Platform), "Days": w.list("list.and", w.dates(days))}))
		}
	}
	if len(said) == 1 {
		said = append(said, w.part("recent.none", nil))
	}
	return r.picture(w, "semaine.png", said, func(w *writer) picture.Chart {
		c := picture.Chart{Title: w.say("note.weekly.title", values{"Date": w.day(n.Week.First)})}
		for _, l := range lines {
			c.Rows = append(c.Rows, picture.Row{Name: named(l.Platform), Bars: w.bars(l.Days, true)})
		}
		return c
	})
}

// recentPicture draws the last school days of a platform.
func (r *Renderer) recentPicture(w *writer, p bot.Platform, days []bot.DaySeen) *bot.Picture {
	said := []phrase{w.part("picture.recent", nil)}
	if bad := difficult(days); len(bad) > 0 {
		said = append(said, w.part("picture.line", values{"Name": w.bare(p), "Days": w.list("list.and", w.dates(bad))}))
	} else {
		said = append(said, w.part("recent.none", nil))
	}
	return r.picture(w, "jours.png", said, func(w *writer) picture.Chart {
		return picture.Chart{
			Title: w.say("heading.recent", nil),
			Rows:  []picture.Row{{Name: named(p), Bars: w.bars(days, false)}},
		}
	})
}

// picture is a chart with its alternative text. Where the font does not have the letters of the language, the few words
// in the chart are French: the language's own stand around it.
func (r *Renderer) picture(w *writer, name string, said []phrase, chart func(*writer) picture.Chart) *bot.Picture {
	c := chart(w)
	c.Legend = w.legend()
	if french, err := find(r.texts, "fr"); err == nil && !c.Drawable() {
		own := *w
		own.catalogue = french
		c = chart(&own)
		c.Legend = own.legend()
		w.err = own.err
	}
	return &bot.Picture{Name: name, Alt: bounded(w.seal(w.sentences(said)), bot.MaxAlt), Draw: c.PNG}
}

// legend says what the bars mean.
func (w *writer) legend() []picture.Key {
	return []picture.Key{
		{Level: bot.DayCalm, Text: w.say("picture.calm", nil)},
		{Level: bot.DayTroubled, Text: w.say("picture.troubled", nil)},
		{Level: bot.DayBad, Text: w.say("picture.bad", nil)},
		{Level: bot.DayUnseen, Text: w.say("picture.unseen", nil)},
	}
}

// bounded is a text of at most n characters. What an alternative text leaves out stands in the message.
func bounded(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

// named is a platform's name as a picture shows it: its id where the font does not have the letters of the name.
func named(p bot.Platform) string {
	if name := clean(p.Name); name != "" && picture.Drawable(name) {
		return name
	}
	return string(p.ID)
}

// bars are the days of a row, each with its date where there is room for it, else the first of each week. Numbers, « h »
// and « min » read the same in every language.
func (w *writer) bars(days []bot.DaySeen, everyDay bool) []picture.Bar {
	bars := make([]picture.Bar, len(days))
	for i, d := range days {
		bars[i].Level, bars[i].Above = d.Seen.Level(), briefly(d.Seen.Down)
		if everyDay || i == 0 || d.Date.Weekday() < days[i-1].Date.Weekday() {
			at := w.noon(d.Date)
			bars[i].Below = fmt.Sprintf("%d/%02d", at.Day(), at.Month())
		}
	}
	return bars
}

// briefly is a number of minutes in few letters; empty for none.
func briefly(minutes int) string {
	switch {
	case minutes >= 60:
		return fmt.Sprintf("%d h %02d", minutes/60, minutes%60)
	case minutes > 0:
		return fmt.Sprintf("%d min", minutes)
	default:
		return ""
	}
}

func difficult(days []bot.DaySeen) []bot.DaySeen {
	return slices.DeleteFunc(slices.Clone(days), func(d bot.DaySeen) bool { return !d.Difficult() })
}

func (w *writer) dates(days []bot.DaySeen) []phrase {
	list := make([]phrase, len(days))
	for i, d := range days {
		list[i] = w.day(d.Date)
	}
	return list
}

// hardDays says of days what was difficult on them: « lundi 5 avril (inaccessible pendant 1 h 05) ».
func (w *writer) hardDays(days []bot.DaySeen) []phrase {
	list := make([]phrase, len(days))
	for i, d := range days {
		v := values{"Date": w.day(d.Date), "Down": w.minutes(d.Seen.Down), "Slow": w.minutes(d.Seen.Slow)}
		switch {
		case d.Seen.Slow == 0:
			list[i] = w.part("days.down", v)
		case d.Seen.Down == 0:
			list[i] = w.part("days.slow", v)
		default:
			list[i] = w.part("days.both", v)
		}
	}
	return list
}

// recent says what the last school days of a platform were like: the share of the time, and each difficult day.
func (w *writer) recent(days []bot.DaySeen) []bot.Section {
	if len(days) == 0 {
		return nil
	}
	var all bot.Attendance
	for _, d := range days {
		all.Hours, all.Down = all.Hours+d.Seen.Hours, all.Down+d.Seen.Down
	}
	bad := difficult(days)
	s := bot.Section{
		Heading: w.say("heading.recent", nil),
		Text:    []string{w.say("recent.share", values{"Share": w.percent(all.Share())})},
	}
	if len(bad) == 0 {
		s.Text = append(s.Text, w.say("recent.none", nil))
		return []bot.Section{s}
	}
	s.Text = append(s.Text, w.say("recent.days", values{"Count": len(bad)}))
	for _, day := range w.hardDays(bad) {
		s.Items = append(s.Items, w.seal(day))
	}
	return []bot.Section{s}
}
