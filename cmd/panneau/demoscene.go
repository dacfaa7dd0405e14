package main

import (
	"embed"
	"fmt"
	markup "html/template"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
	"github.com/panneau-ecole/panneau/notifiers/emulator/view"
)

//go:embed demopage/page.html
var demoPage embed.FS

//go:embed demopage/page.js
var demoScript string

//go:embed demopage/style.css
var demoStyle string

var demoTemplate = markup.Must(markup.New("demo").Funcs(markup.FuncMap{"t": locales.Typeset}).ParseFS(demoPage, "demopage/page.html"))

// styles is the page's style with that of the messages.
func styles() markup.CSS { return view.Style() + markup.CSS(demoStyle) } //nolint:gosec // both are our own files

// demoScene is what the page shows of a minute.
type demoScene struct {
	Title               string
	Day, Clock          string
	Minute, Front, Last int
	Seat                int // whose chat a narrow screen shows
	Offline             bool
	Past                bool // the story was played further than this minute
	Chats               []chatScene
	Platforms           []platformScene
	Failing             int // how many of them, as Panneau sees it
	Events              []eventScene
	Summary             []string // at the end
}

type chatScene struct {
	Seat              int
	Kind, Name, Whose string
	Messages          []messageScene
	Commands          []commandScene
}

// commandScene is a command that people may want to type.
type commandScene struct{ Label, Text string }

type messageScene struct {
	Own   bool // the visitor's
	Fresh bool // not there, or otherwise, a minute ago
	Notes []string
	Body  markup.HTML

	ID      string
	Buttons []string // their labels
}

type platformScene struct{ Name, Site, Says, Tone string }

type eventScene struct {
	Minute                                   int
	Clock, What, Quote, Author, Source, Link string
	Staged, Past                             bool
}

// scene draws a minute that was played.
func (d *demo) scene(minute, seat int) (*demoScene, error) {
	at := d.story.Start.Add(time.Duration(minute) * time.Minute)
	now, newest := d.reel.before(d.endOf(minute))
	before, _ := d.reel.before(d.endOf(minute - 1))
	s := &demoScene{
		Title: d.story.Title, Day: at.Format("02/01/2006"), Clock: clockOf(at), Minute: minute, Front: d.minuteOf(newest.at),
		Last: d.lastMinute(), Offline: now.offline, Past: now.at.Before(newest.at),
	}
	if seat >= 0 && seat < len(now.chats) {
		s.Seat = seat
	}
	for i, to := range d.seats() {
		c, err := d.chatScene(i, to, before.chats[i], now.chats[i], now.buttons[i])
		if err != nil {
			return nil, err
		}
		s.Chats = append(s.Chats, c)
	}
	for _, p := range now.platforms {
		drawn, err := d.platformScene(p)
		if err != nil {
			return nil, err
		}
		s.Platforms = append(s.Platforms, drawn)
		if p.condition.Outage() {
			s.Failing++
		}
	}
	for _, e := range d.story.Events {
		s.Events = append(s.Events, d.eventScene(e, at))
	}
	if r := d.reel.over(); r != nil && minute == s.Last {
		s.Summary = r.lines()
	}
	return s, nil
}

// endOf is the moment before which a minute is over; of the last minute, that is never.
func (d *demo) endOf(minute int) time.Time {
	if minute >= d.lastMinute() {
		return d.story.End.AddDate(1, 0, 0)
	}
	return d.story.Start.Add(time.Duration(minute+1) * time.Minute)
}

func (d *demo) chatScene(seat int, to config.Destination, before, now []emulator.Shown, buttons []emulator.Button) (chatScene, error) {
	account := d.config.Accounts[slices.IndexFunc(d.config.Accounts, func(a config.Account) bool { return a.ID == to.Account })]
	c := chatScene{
		Seat: seat, Kind: string(account.Platform), Name: map[bot.ChatPlatform]string{
			bot.Telegram: "Telegram", bot.Slack: "Slack", bot.Discord: "Discord",
		}[account.Platform],
		Whose: map[bot.Audience]string{
			bot.Families: "familles", bot.Teachers: "enseignants", bot.Staff: "personnels",
		}[to.Audience],
	}
	prefix, suffix := notifiers.Prefix(notifiers.Config{Platform: account.Platform, Command: account.Command}), ""
	if account.Platform == bot.Telegram {
		suffix = "@" + telegram.Username // heard in a group whoever wrote last
	}
	for _, name := range []string{"status", "que_faire", "aide"} { // the others can be typed, and « aide » names them
		c.Commands = append(c.Commands, commandScene{prefix + name, prefix + name + suffix})
	}
	for _, m := range now {
		body, err := view.Message(c.Kind, m)
		if err != nil {
			return c, err
		}
		drawn := messageScene{
			Own: !m.Bot, Body: body, Notes: notes(m, d.story.Start.Location()), Fresh: !slices.ContainsFunc(before, alike(m)), ID: m.ID,
		}
		for _, b := range buttons {
			if b.Message == m.ID {
				drawn.Buttons = append(drawn.Buttons, b.Label)
			}
		}
		c.Messages = append(c.Messages, drawn)
	}
	return c, nil
}

// alike compares messages as people see them.
func alike(m emulator.Shown) func(emulator.Shown) bool {
	return func(o emulator.Shown) bool { return o.ID == m.ID && o.Raw == m.Raw }
}

// notes says what cannot be seen in a message: when it came, whether it rang, and how often it was edited.
func notes(m emulator.Shown, place *time.Location) []string {
	list := []string{clockOf(m.At.In(place))}
	switch {
	case !m.Bot:
		return append(list, "vous")
	case strings.HasPrefix(m.ID, privately):
		list = append(list, "en privé")
	case m.Ephemeral != "":
		list = append(list, "visible par vous seul")
	case m.Audible:
		list = append(list, "sonne")
	default:
		list = append(list, "sans son")
	}
	if m.Edits > 0 {
		list = append(list, fmt.Sprintf("modifié %d fois", m.Edits))
	}
	return list
}

// platformScene says how a platform is in the story, and what Panneau says of it.
func (d *demo) platformScene(p stand) (platformScene, error) {
	drawn := platformScene{Name: p.name, Site: locales.Typeset(showing(p.page)), Says: "pas encore vérifié", Tone: "unknown"}
	if p.condition == bot.NotYetKnown {
		return drawn, nil
	}
	says, err := d.words.Condition("fr", p.condition)
	if err != nil {
		return drawn, err
	}
	drawn.Says, drawn.Tone = says, tone(p.condition)
	if p.condition != bot.Normal && !p.since.IsZero() {
		drawn.Says = locales.Typeset(says + " depuis " + clockOf(p.since.In(d.story.Start.Location())))
	}
	return drawn, nil
}

// tone is how alarming a condition looks, as the public page has it.
func tone(c bot.Condition) string {
	switch {
	case c == bot.Normal:
		return "calm"
	case c.Planned():
		return "info"
	case !c.Outage():
		return "unknown"
	case c.Usable():
		return "warn"
	default:
		return "alarm"
	}
}

func (d *demo) eventScene(e config.Event, now time.Time) eventScene {
	s := eventScene{Minute: d.minuteOf(e.At), Clock: clockOf(e.At), Staged: e.Staged, Source: e.Source, Link: e.Link, Past: !e.At.After(now)}
	if d.story.Start.YearDay() != e.At.YearDay() {
		s.Clock = e.At.Format("02/01") + ", " + s.Clock
	}
	if e.Quote != "" {
		s.Quote, s.Author = locales.Typeset("« "+e.Quote+" »"), locales.Typeset(e.Author)
		return s
	}
	name := string(e.Platform)
	for _, p := range d.config.Platforms {
		if p.ID == e.Platform {
			name = p.Name
		}
	}
	s.What = locales.Typeset(happening(e, name))
	return s
}

// clockOf is an hour as people write it: 8 h 05.
func clockOf(t time.Time) string {
	return strings.TrimSuffix(locales.Typeset(fmt.Sprintf("%d h %02d", t.Hour(), t.Minute())), "\u00a000")
}
