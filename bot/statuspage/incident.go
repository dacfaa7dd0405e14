package statuspage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// incidentView is one incident on the page.
type incidentView struct {
	Path      string
	Evidence  string // path of the file
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
	Advice    []bot.Section // what to do
	Stated    bool          // an operator says so, and no check sees it
	Said      []saidView    // what is said about it
	Links     []bot.Link    // to who said it
	Unchecked string        // what the page says of it; empty for nothing
	Steps     []stepView    // the timeline, oldest first
}

// saidView is one kind of statements.
type saidView struct {
	Heading string
	Items   []quoteView
}

// quoteView is a sentence of the language around words that stay as they were said, in French.
type quoteView struct{ Before, Quote, After string }

// stepView is an entry of the timeline.
type stepView struct {
	Kind  string // "first", "returned", "back"; otherwise empty
	At    *moment
	Tone  string
	Label string
}

func (p *Page) incident(f *facts, q filter, d bot.Dossier) *document {
	l := p.languages[q.lang]
	v := p.incidentView(f, q, d.Incident)
	v.Advice, v.Steps = p.advice(f, q, d.Incident), p.steps(f, q, d)
	said := p.said(f, l.tag, d.Said, f.now)
	v.Said, v.Links, v.Unchecked = quotes(said.Sections, d.Said, l), said.Links, said.Footer
	title := l.say("title.open", v)
	if !v.Open {
		title = l.say("title.ended", v)
	}
	view := p.view(f, q, incidentPath(d.Incident.ID), title)
	view.Incident = v
	return p.page("incident", pageCache, l, view)
}

// advice is what to do while the incident goes on, as the chats tell it.
func (p *Page) advice(f *facts, q filter, i bot.Incident) []bot.Section {
	if !i.Open() {
		return nil
	}
	platform := f.platform(i.Platform)
	message, err := p.config.Renderer.Notice(p.languages[q.lang].tag, bot.Notice{
		Purpose: bot.PurposeBulletin, Incident: i, Platform: platform.Platform, Audience: cmp.Or(q.reader, bot.Families),
		CheckedAt: platform.CheckedAt, Now: f.now, Every: platform.Every, Vantages: platform.Vantages, Place: f.overview.Place,
	})
	if err != nil {
		p.config.Logger.Error("render advice", "incident", i.ID, "err", err)
	}
	return message.Sections
}

// said is what is said about an incident.
func (p *Page) said(f *facts, lang string, list []bot.Statement, now time.Time) bot.Message {
	if len(list) == 0 {
		return bot.Message{}
	}
	message, err := p.config.Renderer.Said(lang, list, f.overview.Place, now)
	if err != nil {
		p.config.Logger.Error("render what is said", "incident", list[0].Incident, "err", err)
	}
	return message
}

// quotes finds the words that were said in the sentences about them, where those are in another language.
func quotes(sections []bot.Section, said []bot.Statement, l language) []saidView {
	var list []saidView
	for _, section := range sections {
		view := saidView{Heading: section.Heading}
		for _, item := range section.Items {
			view.Items = append(view.Items, quote(item, said, l))
		}
		list = append(list, view)
	}
	return list
}

func quote(item string, said []bot.Statement, l language) quoteView {
	if l.tag == defaultLanguage {
		return quoteView{Before: item}
	}
	for _, s := range said {
		text := strings.Join(strings.Fields(s.Text), " ")
		if before, after, found := strings.Cut(item, text); found && text != "" {
			return quoteView{before, text, after}
		}
	}
	return quoteView{Before: item}
}

// changes are the revisions of an incident without those that only show one more statement.
func changes(d bot.Dossier) []bot.Revision {
	return slices.DeleteFunc(slices.Clone(d.Revisions), func(r bot.Revision) bool {
		return slices.ContainsFunc(d.Said, func(s bot.Statement) bool { return s.Revision == r.Number })
	})
}

// steps is the timeline of an incident.
func (p *Page) steps(f *facts, q filter, d bot.Dossier) []stepView {
	revisions := changes(d)
	if len(revisions) == 0 {
		return nil
	}
	clock := f.clock(p.languages[q.lang])
	steps := []stepView{{Kind: "first", At: clock.moment(d.Incident.Since), Tone: toneInfo}}
	for n, r := range revisions {
		step := stepView{At: clock.moment(r.At), Tone: tone(r.Condition), Label: p.config.Label(p.languages[q.lang].tag, r.Condition)}
		if !d.Incident.Open() && n == len(revisions)-1 {
			steps = append(steps, stepView{Kind: "returned", At: clock.moment(d.Incident.ResolvedAt), Tone: toneInfo})
			step.Kind = "back"
		}
		steps = append(steps, step)
	}
	return steps
}

func (p *Page) incidentView(f *facts, q filter, i bot.Incident) *incidentView {
	platform, l := f.platform(i.Platform), p.languages[q.lang]
	lang, clock := l.tag, f.clock(l)
	v := &incidentView{
		Path: incidentPath(i.ID) + p.query(q.only()), Evidence: incidentPath(i.ID) + ".json", Name: platform.Platform.Name, Tone: tone(i.Condition),
		Label: p.config.Label(lang, i.Condition), Open: i.Open(), Current: f.current(platform),
		Since: clock.moment(i.Since), Confirmed: clock.moment(i.OpenedAt), Ended: clock.moment(i.ResolvedAt),
		Places: platform.Vantages, Stated: i.Open() && i.Reason == bot.ReasonStated,
	}
	if i.Revision > 1 {
		v.Changed = clock.moment(i.ChangedAt)
	}
	if i.Worst != i.Condition {
		v.Worst = p.config.Label(lang, i.Worst)
	}
	switch {
	case !v.Open:
		v.Label, v.Lasted = p.config.Label(lang, i.Worst), l.length(i.ResolvedAt.Sub(i.Since))
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
