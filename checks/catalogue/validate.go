package catalogue

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

func joined(list []checks.FieldError) error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// problem is something wrong with one platform of several.
func problem(e Entry, field, text, remedy string) checks.FieldError {
	name := string(e.ID)
	if name == "" {
		name = "platforms"
	}
	return checks.FieldError{Field: name + "." + field, Problem: text, Remedy: remedy}
}

// validateEntry looks at an entry by itself.
func validateEntry(e Entry) []checks.FieldError {
	var list []checks.FieldError
	add := func(wrong bool, field, text, remedy string) {
		if wrong {
			list = append(list, checks.FieldError{Field: field, Problem: text, Remedy: remedy})
		}
	}
	word := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	const plain = "utilisez des minuscules sans accent, des chiffres et « - »"
	add(!word.MatchString(string(e.ID)), "id", "l’identifiant n’est pas valable", plain)
	add(strings.TrimSpace(e.Name) == "", "name", "le nom manque", "écrivez le nom que les familles connaissent")
	add(!printable(e.URL), "url", "ce n’est pas une adresse à montrer", "écrivez une adresse https:// sans « ? » ni « @ », ou retirez la ligne")
	add(e.URL != "" && e.Confidence != Confirmed && e.Confidence != Stated, "url", "l’adresse n’est pas confirmée", "retirez-la : elle serait imprimée dans les avis")
	add(!slices.Contains([]Confidence{Confirmed, Dated, Presumed, Stated}, e.Confidence), "confidence", "degré inconnu", "écrivez A, B ou C, ou retirez la ligne")
	_, err := time.Parse(time.DateOnly, e.CheckedOn)
	add(e.CheckedOn != "" && err != nil, "checked_on", "ce n’est pas une date", "écrivez par exemple 2026-11-23")
	add(e.Default && e.Confidence != Stated && !e.Sure(), "default", "l’entrée n’est pas assez sûre pour être vérifiée d’office", "retirez la ligne")
	for i, area := range e.Areas {
		add(!slices.Contains(académies(), area), fmt.Sprintf("areas[%d]", i+1), fmt.Sprintf("académie inconnue « %s »", area), "écrivez son nom comme le ministère, par exemple « Lille » ou « Orléans-Tours »")
	}
	readers := func(at string, list []bot.Audience) {
		for i, reader := range list {
			add(!slices.Contains(bot.Audiences(), reader), fmt.Sprintf("%sreaders[%d]", at, i+1), "public inconnu", "choisissez parmi : families, teachers, staff")
		}
	}
	readers("", e.Readers)
	for i, d := range e.DependsOn {
		readers(fmt.Sprintf("depends_on[%d].", i+1), d.Readers)
	}
	for i, c := range e.Checks {
		at := fmt.Sprintf("checks[%d]", i+1)
		add(!word.MatchString(c.Name), at+".name", "le nom du contrôle n’est pas valable", plain)
		add(slices.ContainsFunc(e.Checks[:i], func(o Check) bool { return o.Name == c.Name }), at+".name", "ce nom est pris deux fois", "choisissez-en un autre")
		for _, p := range checks.Problems(c.Validate()) {
			add(true, at+"."+p.Field, p.Problem, p.Remedy)
		}
	}
	return list
}

// printable reports whether an address can stand in a notice: empty, or a plain https one.
func printable(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && u.RawQuery == ""
}

// validate looks at how the entries go together.
func validate(entries []Entry, nodes []Node) error {
	var list []checks.FieldError
	known := make(map[bot.PlatformID]Entry)
	for _, e := range entries {
		if _, taken := known[e.ID]; taken {
			list = append(list, problem(e, "id", "cet identifiant est pris deux fois", "choisissez-en un autre"))
		}
		known[e.ID] = e
	}
	for _, e := range entries {
		for i, d := range e.DependsOn {
			if _, there := known[d.On]; !there {
				list = append(list, problem(e, fmt.Sprintf("depends_on[%d]", i+1), fmt.Sprintf("plateforme inconnue « %s »", d.On), "écrivez l’identifiant d’une plateforme du catalogue"))
			}
		}
		for i, id := range e.StandsOn {
			if !slices.ContainsFunc(nodes, func(n Node) bool { return n.ID == id }) {
				list = append(list, problem(e, fmt.Sprintf("stands_on[%d]", i+1), fmt.Sprintf("nœud inconnu « %s »", id), "écrivez l’identifiant d’un nœud de data/nodes.yaml"))
			}
		}
		if reaches(e, e.ID, known, make(map[bot.PlatformID]bool)) {
			list = append(list, problem(e, "depends_on", "la plateforme dépend d’elle-même, au besoin par d’autres", "retirez l’une des dépendances"))
		}
	}
	return joined(list)
}

// reaches reports whether an entry depends, directly or not, on a platform.
func reaches(e Entry, target bot.PlatformID, known map[bot.PlatformID]Entry, seen map[bot.PlatformID]bool) bool {
	for _, d := range e.DependsOn {
		if d.On == target {
			return true
		}
		if !seen[d.On] {
			seen[d.On] = true
			if reaches(known[d.On], target, known, seen) {
				return true
			}
		}
	}
	return false
}

// validateSignatures looks at the signatures and the platforms that they are for.
func validateSignatures(signatures []Signature, entries []Entry) error {
	var errs []error
	seen := make(map[string]bool)
	for _, s := range signatures {
		if seen[s.ID] {
			errs = append(errs, fmt.Errorf("signature %s: the ID is taken twice", s.ID))
		}
		seen[s.ID] = true
		if err := s.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("signature %s: %w", s.ID, err))
		}
		for _, id := range s.Platforms {
			if !slices.ContainsFunc(entries, func(e Entry) bool { return e.ID == id }) {
				errs = append(errs, fmt.Errorf("signature %s: unknown platform %q", s.ID, id))
			}
		}
	}
	return errors.Join(errs...)
}
