package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Story is what happens to platforms in a demonstration. docs/fr/demonstration.md describes its file.
type Story struct {
	Title      string
	Start, End time.Time
	Events     []Event // in the order of their times
}

// Event is one thing that happens: the page of a platform changes, our own line is cut or back, or somebody speaks.
type Event struct {
	At       time.Time
	Platform bot.PlatformID
	Page     string // one of [Pages]; with « offline » and « online » Platform is empty
	Quote    string // what Author said
	Author   string
	About    []bot.PlatformID // the platforms that Quote speaks of: an operator publishes it where they fail
	Source   string           // where it was read
	Link     string           // https, to where it can be read; empty for none
	Staged   bool             // the sources name no such hour
}

// Pages lists what a platform can show in a story.
func Pages() []string { return []string{"normal", "slow", "error", "quota", "white", "down", "login"} }

// lines lists what can happen to our own line.
func lines() []string { return []string{"offline", "online"} }

type storyFile struct {
	Title    string       `yaml:"title"`
	Timezone string       `yaml:"timezone"`
	Start    identifier   `yaml:"start"`
	End      identifier   `yaml:"end"`
	Events   []eventEntry `yaml:"events"`
}

type eventEntry struct {
	At       identifier     `yaml:"at"`
	Platform bot.PlatformID `yaml:"platform"`
	Page     string         `yaml:"page"`
	Line     string         `yaml:"line"`
	Quote    string         `yaml:"quote"`
	Author   string         `yaml:"author"`
	About    []string       `yaml:"about"`
	Source   string         `yaml:"source"`
	Link     string         `yaml:"link"`
	Staged   bool           `yaml:"staged"`
}

// LoadStory reads the file of a story. When something is wrong with its content the error is an [*Error]. Watched are
// the platforms that may appear.
func LoadStory(path string, o Options, watched []Platform) (*Story, error) {
	data, err := readConfig(path, o)
	if err != nil {
		return nil, err
	}
	r := newReport(path)
	var f storyFile
	if root := r.tree(data); root != nil {
		decoder{r}.decode(root, "", reflect.ValueOf(&f).Elem())
	}
	b := &builder{report: r, Options: o}
	s := b.story(f, watched)
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

func (b *builder) story(f storyFile, watched []Platform) *Story {
	clock := b.location("timezone", f.Timezone)
	s := &Story{
		Title: f.Title, Start: b.moment("start", string(f.Start), clock, 0), End: b.moment("end", string(f.End), clock, 0),
	}
	if !s.End.After(s.Start) || s.Start.Year() < 2001 || s.End.Sub(s.Start) > longestStory {
		b.add("end", "l’histoire doit finir après son début, au plus quatorze jours après", `écrivez start et end, par exemple end: "2021-04-06 20:00"`)
	}
	for i, e := range f.Events {
		s.Events = append(s.Events, b.event(fmt.Sprintf("events[%d]", i+1), e, s, clock, watched))
	}
	if len(f.Events) == 0 {
		b.add("events", "il ne se passe rien", "décrivez au moins un événement")
	}
	slices.SortStableFunc(s.Events, func(x, y Event) int { return x.At.Compare(y.At) })
	return s
}

// longestStory keeps a story from running for hours.
const longestStory = 14 * 24 * time.Hour

func (b *builder) event(path string, e eventEntry, s *Story, clock *time.Location, watched []Platform) Event {
	at := string(e.At)
	if !strings.Contains(at, "-") {
		at = s.Start.Format(dayForm) + " " + at
	}
	event := Event{
		At: b.moment(path+".at", at, clock, 0), Platform: e.Platform, Page: b.oneOf(path+".page", e.Page, Pages()),
		Quote: e.Quote, Author: e.Author, Source: e.Source, Link: e.Link, Staged: e.Staged,
	}
	if !event.At.IsZero() && (event.At.Before(s.Start) || event.At.After(s.End)) {
		b.add(path+".at", "ce moment est hors de l’histoire", "choisissez-le entre start et end")
	}
	var ids []string
	for _, p := range watched {
		ids = append(ids, string(p.ID))
	}
	if e.Quote == "" {
		b.refuseWithoutQuote(path, e)
	}
	switch {
	case e.Line != "":
		event.Page = b.oneOf(path+".line", e.Line, lines())
	case e.Quote != "":
		event.About = b.quoted(path, e, ids)
	case e.Platform == "" || e.Page == "":
		b.add(path, "événement incomplet", "donnez platform et page, ou line, ou quote, author et source")
	default:
		b.oneOf(path+".platform", string(e.Platform), ids)
	}
	return event
}

// quoted checks a quote: that it has an author and a source, and that an operator can publish it as it stands, with the
// command that there is for it. It returns the platforms that it speaks of.
func (b *builder) quoted(path string, e eventEntry, ids []string) (about []bot.PlatformID) {
	if e.Author == "" || e.Source == "" {
		b.add(path, "une citation sans auteur ou sans source", "ajoutez author et source")
		return nil
	}
	for i, id := range e.About {
		about = append(about, bot.PlatformID(b.oneOf(fmt.Sprintf("%s.about[%d]", path, i+1), id, ids)))
	}
	_, err := bot.Statement{Author: e.Author, Text: e.Quote, Link: e.Link}.Typed()
	switch {
	case errors.Is(err, bot.ErrAuthor):
		b.add(path+".author", "cet auteur ne peut pas suivre « selon » dans un message",
			"donnez un nom de 80 caractères au plus, sans deux-points, guillemets, heure ni adresse, par exemple le ministère")
	case errors.Is(err, bot.ErrText):
		b.add(path+".quote", "cette citation ne peut pas être publiée telle quelle",
			"gardez 400 caractères au plus, sans guillemets français ni adresse : les messages ajoutent les guillemets")
	case errors.Is(err, bot.ErrLink):
		b.add(path+".link", "cette adresse n’est pas celle d’une page publique", "donnez une adresse en https://, sans espace ni port, ou supprimez link")
	}
	return about
}

// refuseWithoutQuote reports what only a quote has.
func (b *builder) refuseWithoutQuote(path string, e eventEntry) {
	for key, there := range map[string]bool{".author": e.Author != "", ".about": len(e.About) > 0, ".link": e.Link != ""} {
		if there {
			b.add(path+key, "cette clé ne va qu’avec quote", "ajoutez quote, ou supprimez-la")
		}
	}
}
