package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// Workarounds is what people can do while a platform fails, and the groups of platforms that it speaks of.
type Workarounds struct {
	List   []Workaround
	Groups map[string][]bot.PlatformID // "ent"
}

// Workaround is a workaround with its origin.
type Workaround struct {
	bot.Workaround
	Sources []string // entries of SOURCES.md, one at least
}

// Platforms lists the platforms that a word stands for: those of a group, or the platform itself.
func (w Workarounds) Platforms(word string) []bot.PlatformID {
	if group := w.Groups[word]; group != nil {
		return group
	}
	return []bot.PlatformID{bot.PlatformID(word)}
}

type workaroundsFile struct {
	CheckedOn   string                      `yaml:"checked_on"`
	Groups      map[string][]bot.PlatformID `yaml:"groups"`
	Workarounds []workaroundYAML            `yaml:"workarounds"`
}

type workaroundYAML struct {
	ID         string          `yaml:"id"`
	Failing    []string        `yaml:"failing"`
	Conditions []bot.Condition `yaml:"conditions"`
	Readers    []bot.Audience  `yaml:"readers"`
	Through    []string        `yaml:"through"`
	From       string          `yaml:"from"`
	Until      string          `yaml:"until"`
	Sources    []string        `yaml:"sources"`
}

// readWorkarounds reads the workarounds of the embedded catalogue, for its platforms.
func readWorkarounds(c *Catalogue) (Workarounds, error) {
	content, err := data.ReadFile(workaroundFile)
	if err != nil {
		return Workarounds{}, fmt.Errorf("read the catalogue: %w", err)
	}
	return parseWorkarounds(workaroundFile, content, c)
}

// parseWorkarounds reads a file of workarounds, or says everything that is wrong with it.
func parseWorkarounds(file string, content []byte, c *Catalogue) (Workarounds, error) {
	var written workaroundsFile
	if err := decode(file, content, &written); err != nil {
		return Workarounds{}, err
	}
	all := Workarounds{Groups: written.Groups}
	var list []checks.FieldError
	for _, y := range written.Workarounds {
		w, wrong := y.workaround(all, c)
		all.List = append(all.List, w)
		list = append(list, wrong...)
	}
	for i, w := range all.List {
		if slices.ContainsFunc(all.List[:i], func(o Workaround) bool { return o.ID == w.ID }) {
			list = append(list, checks.FieldError{Field: w.ID + ".id", Problem: "cet identifiant est pris deux fois", Remedy: "choisissez-en un autre"})
		}
	}
	if len(list) > 0 {
		return Workarounds{}, fmt.Errorf("%s: %w", file, joined(list))
	}
	return all, nil
}

func (y workaroundYAML) workaround(all Workarounds, c *Catalogue) (Workaround, []checks.FieldError) {
	var list []checks.FieldError
	add := func(wrong bool, field, text, remedy string) {
		if wrong {
			list = append(list, checks.FieldError{Field: y.ID + "." + field, Problem: text, Remedy: remedy})
		}
	}
	w := Workaround{Sources: y.Sources, Workaround: bot.Workaround{
		ID: y.ID, Conditions: y.Conditions, Readers: y.Readers, Failing: all.spread(y.Failing), Through: all.spread(y.Through),
	}}
	unknown := func(id bot.PlatformID) bool { _, known := c.Find(id); return !known }
	add(y.ID == "", "id", "l’identifiant manque", "donnez-en un")
	add(len(y.Failing) == 0 || slices.ContainsFunc(w.Failing, unknown), "failing", "plateforme ou groupe inconnu, ou liste vide", "écrivez des identifiants du catalogue ou un groupe")
	add(slices.ContainsFunc(w.Through, unknown), "through", "plateforme ou groupe inconnu", "écrivez des identifiants du catalogue ou un groupe")
	add(slices.ContainsFunc(y.Conditions, func(c bot.Condition) bool { return !slices.Contains(bot.Conditions(), c) }), "conditions", "état inconnu", "écrivez un état comme down ou login")
	add(slices.ContainsFunc(y.Readers, func(a bot.Audience) bool { return !slices.Contains(bot.Audiences(), a) }), "readers", "public inconnu", "choisissez parmi : families, teachers, staff")
	known := Sources()
	add(len(y.Sources) == 0 || slices.ContainsFunc(y.Sources, func(s string) bool { return known[s] == "" }), "sources", "aucune source, ou une source inconnue", "ce qui n’est pas vérifié ne s’imprime pas : donnez un repère de SOURCES.md")
	var errs [2]error
	w.From, errs[0] = day(y.From, 0)
	w.Until, errs[1] = day(y.Until, 1)
	add(errors.Join(errs[:]...) != nil, "from", "ce n’est pas une date", "écrivez par exemple 2026-11-23")
	return w, list
}

// spread lists the platforms that words stand for.
func (w Workarounds) spread(words []string) []bot.PlatformID {
	var list []bot.PlatformID
	for _, word := range words {
		list = append(list, w.Platforms(word)...)
	}
	return list
}

// day reads a day, and so many days later; the zero time where none is given.
func day(text string, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	return at.AddDate(0, 0, later), err
}
