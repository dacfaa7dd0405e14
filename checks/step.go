package checks

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// Step is a page that a check asks for after another one, as somebody does on the way to a login form. The cookies of a
// run are kept from step to step and forgotten with it; nothing is ever filled in or sent.
type Step struct {
	// Name is what evidence calls the step. Empty: the link's text, or the URL.
	Name string
	// URL is the page to ask for. Empty: the one that Follow leads to.
	URL string
	// Follow is a link on the page before, by what a person reads of it (with Source: by its address). The first that
	// matches is followed.
	Follow Pattern
	// Accept, MustContain and MustNotContain are as in [Spec].
	Accept                      []int
	MustContain, MustNotContain []Pattern
}

// maxSteps is more than any way in has, and keeps a check from becoming a crawler.
const maxSteps = 5

// title is what evidence calls the step.
func (s Step) title() string {
	name := cmp.Or(s.Name, s.Follow.String())
	if name != "" {
		return name
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return presentable(u)
}

// first is the spec's own page as a step.
func (s Spec) first() Step {
	return Step{URL: s.URL, Accept: s.Accept, MustContain: s.MustContain, MustNotContain: s.MustNotContain}
}

func (s Spec) validateSteps() []FieldError {
	var list []FieldError
	if len(s.Steps) > maxSteps {
		list = append(list, FieldError{"steps", "trop d’étapes", fmt.Sprintf("gardez-en au plus %d", maxSteps)})
	}
	for i, step := range s.Steps {
		at := entry("steps", i)
		for _, e := range step.validate() {
			list = append(list, FieldError{strings.TrimSuffix(at+"."+e.Field, "."), e.Problem, e.Remedy})
		}
	}
	return list
}

// validate reports what is wrong with the step; an empty field is the step as a whole.
func (s Step) validate() []FieldError {
	var list []FieldError
	follows := s.Follow != Pattern{}
	switch {
	case follows && s.URL != "":
		list = append(list, FieldError{"follow", "l’étape a un lien à suivre et une adresse", "gardez l’un des deux"})
	case follows:
		list = s.Follow.validate("follow")
	case s.URL == "":
		list = append(list, FieldError{"", "l’étape ne mène nulle part", "donnez une adresse (url), ou le texte d’un lien de la page précédente (follow)"})
	default:
		list = validateURL(s.URL)
	}
	if len([]rune(s.Name)) > 60 {
		list = append(list, FieldError{"name", "le nom de l’étape est trop long", "au plus 60 caractères"})
	}
	list = append(list, validateAccept(s.Accept)...)
	list = append(list, validatePatterns("must_contain", s.MustContain)...)
	return append(list, validatePatterns("must_not_contain", s.MustNotContain)...)
}

// move is a step ready for use.
type move struct {
	Step
	follow        matcher // zero for a step with a URL
	must, mustNot []matcher
}

func (s Step) compile(known *Patterns) (move, error) {
	m := move{Step: s}
	var err error
	if s.URL == "" {
		if m.follow, err = known.compile(s.Follow); err != nil {
			return m, err
		}
	}
	if m.must, err = known.compileAll(s.MustContain); err != nil {
		return m, err
	}
	m.mustNot, err = known.compileAll(s.MustNotContain)
	return m, err
}
