package catalogue

import (
	"cmp"
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/checks"
)

// PlatformYAML is a platform as it is written, in the catalogue and, with the same keys, in an operator's
// configuration.
type PlatformYAML struct {
	ID         string           `yaml:"id"`
	Name       string           `yaml:"name"`
	Aliases    []string         `yaml:"aliases"`
	Publisher  string           `yaml:"publisher"`
	URL        string           `yaml:"url"` // for people; printed in notices
	Areas      []string         `yaml:"areas"`
	Readers    []bot.Audience   `yaml:"readers"`
	Public     string           `yaml:"public"`
	Login      string           `yaml:"login"`
	DependsOn  []DependencyYAML `yaml:"depends_on"`
	StandsOn   []bot.PlatformID `yaml:"stands_on"`
	OnDemand   bool             `yaml:"on_demand"`
	Confidence Confidence       `yaml:"confidence"`
	Sources    []string         `yaml:"sources"`
	CheckedOn  string           `yaml:"checked_on"`
	Suspect    string           `yaml:"suspect"`
	Default    bool             `yaml:"default"`
	Checks     []CheckYAML      `yaml:"checks"`
}

// CheckYAML is a check as it is written. What it leaves out has the defaults of [checks.Spec].
type CheckYAML struct {
	Name           string            `yaml:"name"`
	Kind           checks.Kind       `yaml:"kind"`
	URL            string            `yaml:"url"`
	Function       checks.Function   `yaml:"function"`
	Schedule       string            `yaml:"schedule"`
	Method         string            `yaml:"method"`
	Headers        map[string]string `yaml:"headers"`
	Accept         []int             `yaml:"accept"`
	MustContain    []PatternYAML     `yaml:"must_contain"`
	MustNotContain []PatternYAML     `yaml:"must_not_contain"`
	Steps          []StepYAML        `yaml:"steps"`
	Record         string            `yaml:"record"`
	Answers        []string          `yaml:"answers"`
	Resolvers      []string          `yaml:"resolvers"`
	Family         checks.Family     `yaml:"family"`
	Limits         LimitsYAML        `yaml:"limits"`
	SlowAfter      time.Duration     `yaml:"slow_after"`
	MaxRedirects   int               `yaml:"max_redirects"`
	AllowPrivate   bool              `yaml:"allow_private"`
}

// LimitsYAML are the limits of a check as they are written: durations such as "10s", the body in bytes.
type LimitsYAML struct {
	Connect time.Duration `yaml:"connect"`
	Headers time.Duration `yaml:"headers"`
	Total   time.Duration `yaml:"total"`
	Body    int64         `yaml:"body"`
}

// DependencyYAML is a dependency as it is written: the ID of a platform, or a mapping with on and readers.
type DependencyYAML struct{ bot.Dependency }

// UnmarshalYAML reads either form.
func (d *DependencyYAML) UnmarshalYAML(unmarshal func(any) error) error {
	if unmarshal(&d.On) == nil {
		return nil
	}
	var long struct {
		On      bot.PlatformID `yaml:"on"`
		Readers []bot.Audience `yaml:"readers"`
	}
	if err := unmarshal(&long); err != nil {
		return err
	}
	d.Dependency = bot.Dependency(long)
	return nil
}

// PatternYAML is a pattern as it is written: a plain text, or a mapping with text or regexp, and source.
type PatternYAML struct{ checks.Pattern }

// UnmarshalYAML reads either form.
func (p *PatternYAML) UnmarshalYAML(unmarshal func(any) error) error {
	if unmarshal(&p.Text) == nil {
		return nil
	}
	var long struct {
		Text   string `yaml:"text"`
		Regexp string `yaml:"regexp"`
		Source bool   `yaml:"source"`
	}
	if err := unmarshal(&long); err != nil {
		return err
	}
	p.Pattern = checks.Pattern(long)
	return nil
}

// DefaultSchedule is when a check is due that says nothing else: polite for the target, and quick enough to tell
// families before they have asked each other.
const DefaultSchedule = "@every 1m"

// Entry makes the entry that the text describes. The error joins one [checks.FieldError] for each thing that is wrong
// with it; references to other platforms are looked at by [Catalogue.With].
func (y PlatformYAML) Entry() (Entry, error) {
	e := Entry{
		Platform: bot.Platform{
			ID: bot.PlatformID(y.ID), Name: y.Name, Aliases: y.Aliases, URL: y.URL, Areas: y.Areas, Readers: y.Readers,
			OnDemand: y.OnDemand,
		},
		Publisher: y.Publisher, Public: y.Public, Login: y.Login, Confidence: y.Confidence, Sources: y.Sources,
		StandsOn: y.StandsOn, CheckedOn: y.CheckedOn, Suspect: y.Suspect, Default: y.Default,
	}
	for _, d := range y.DependsOn {
		e.DependsOn = append(e.DependsOn, d.Dependency)
	}
	for i, c := range y.Checks {
		e.Checks = append(e.Checks, c.check(y.ID, i))
	}
	return e, joined(validateEntry(e))
}

func (y CheckYAML) check(platform string, i int) Check {
	name := cmp.Or(y.Name, fmt.Sprintf("controle-%d", i+1))
	return Check{
		Name:     name,
		Schedule: cmp.Or(y.Schedule, DefaultSchedule),
		Spec: checks.Spec{
			ID: bot.CheckID(platform + "/" + name), Kind: y.Kind, URL: y.URL, Function: y.Function, Method: y.Method,
			Headers: y.Headers, Accept: y.Accept, MustContain: patterns(y.MustContain),
			MustNotContain: patterns(y.MustNotContain), Steps: steps(y.Steps), Record: y.Record, Answers: y.Answers,
			Resolvers: y.Resolvers, Family: y.Family, Limits: checks.Limits(y.Limits), SlowAfter: y.SlowAfter,
			MaxRedirects: y.MaxRedirects, AllowPrivate: y.AllowPrivate,
		},
	}
}

func patterns(list []PatternYAML) []checks.Pattern {
	var plain []checks.Pattern
	for _, p := range list {
		plain = append(plain, p.Pattern)
	}
	return plain
}

// académies lists every name that areas may hold.
func académies() []string {
	var names []string
	for _, zone := range calendar.Zones() {
		names = append(names, zone.Académies...)
	}
	return names
}
