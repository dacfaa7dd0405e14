package locales

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// OwnTextError is something wrong with a file of an operator's own texts, in French.
type OwnTextError struct {
	File    string
	Line    int    // from 1
	Key     string // of the text; empty for the file as a whole
	Problem string
	Remedy  string
}

// Error is the fault on one line.
func (f OwnTextError) Error() string { return f.String() }

// String puts the fault on one line that editors can follow.
func (f OwnTextError) String() string {
	key := ""
	if f.Key != "" {
		key = f.Key + " : "
	}
	return fmt.Sprintf("%s:%d: %s%s. Remède : %s.", f.File, f.Line, key, f.Problem, f.Remedy)
}

// With returns a renderer in which an operator's own texts stand in the place of those of Panneau. The files, one for each
// language (fr.yaml), hold only the texts that differ, under the keys of texts/fr.yaml; a variety follows its language.
// The error joins one [OwnTextError] for each thing that is wrong.
func (r *Renderer) With(files fs.FS) (*Renderer, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the operator's texts: %w", err)
	}
	own := &Renderer{texts: maps.Clone(r.texts), menus: r.menus}
	var errs []error
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the operator's texts: %w", err)
		}
		messages, faults := r.CheckOwn(name, data)
		for _, f := range faults {
			errs = append(errs, f)
		}
		if len(faults) == 0 {
			own.replace(strings.TrimSuffix(name, ".yaml"), messages)
		}
	}
	return own, errors.Join(errs...)
}

// replace puts messages in the place of those of a language, and of the varieties that have them from it. The file may
// also say that the language was reviewed.
func (r *Renderer) replace(lang string, messages []*i18n.Message) {
	before := r.texts[lang]
	for tag, c := range r.texts {
		changed, draft := maps.Clone(c.messages), c.draft
		for _, m := range messages {
			switch {
			case m.ID == reviewKey:
				draft = m.Other == reviewNeeded && c == before || draft && c != before
			case c == before || c.messages[m.ID] == before.messages[m.ID]:
				changed[m.ID] = m
			}
		}
		bundle := i18n.NewBundle(c.tag)
		bundle.MustAddMessages(c.tag, slices.Collect(maps.Values(changed))...) // its plural rules are known: it was loaded
		r.texts[tag] = &catalogue{
			tag: c.tag, bundle: bundle, localizer: i18n.NewLocalizer(bundle, c.tag.String()), parser: c.parser, messages: changed,
			draft: draft,
		}
	}
}

// CheckOwn reads a file of an operator's own texts, named after its language, and finds what is wrong with it: keys that
// do not exist, placeholders that are missing or unknown, plural forms, and what [Lint] and, for families, [Jargon] find in
// the French ones once they are typeset.
func (r *Renderer) CheckOwn(name string, data []byte) ([]*i18n.Message, []OwnTextError) {
	fault := func(line int, key, problem, remedy string) []OwnTextError {
		return []OwnTextError{{File: name, Line: line, Key: key, Problem: problem, Remedy: remedy}}
	}
	c := r.texts[strings.TrimSuffix(path.Base(name), ".yaml")]
	if c == nil {
		return nil, fault(1, "", "le nom du fichier n’est pas celui d’une langue de Panneau", "nommez-le parmi : "+strings.Join(r.Languages(), ".yaml, ")+".yaml")
	}
	lines, err := keyLines(data)
	if err != nil {
		return nil, fault(1, "", "ce n’est pas du YAML correct", "écrivez une ligne « clé: \"texte\" » par texte")
	}
	list, err := i18n.NewBundle(c.tag).ParseMessageBytes(c.tag, data, unmarshal)
	if err != nil {
		return nil, fault(1, "", "ces textes ne se lisent pas", "écrivez une ligne « clé: \"texte\" » par texte, chaque clé une fois")
	}
	var faults []OwnTextError
	for _, m := range list {
		if m.ID == reviewKey {
			if _, err := isDraft(m); err != nil {
				faults = append(faults, fault(lines[m.ID], m.ID, "valeur inconnue", "écrivez done (relu) ou needed (à relire)")...)
			}
			continue
		}
		if !c.has(m.ID) {
			faults = append(faults, fault(lines[m.ID], m.ID, "clé inconnue", "reprenez une clé de locales/texts/fr.yaml")...)
			continue
		}
		for _, w := range c.wrong(m) {
			faults = append(faults, fault(lines[m.ID], m.ID, w.problem, w.remedy)...)
		}
	}
	slices.SortStableFunc(faults, func(a, b OwnTextError) int { return cmp.Compare(a.Line, b.Line) })
	return list, faults
}

type wrong struct{ problem, remedy string }

// wrong says what is wrong with an own text against the one that it replaces.
func (c *catalogue) wrong(m *i18n.Message) []wrong {
	var list []wrong
	model, own := c.messages[m.ID], formsOf(m)
	needed := []string{"other"}
	if c.plural(m.ID) {
		needed = pluralForms(c.tag)
	}
	if got := slices.Sorted(maps.Keys(own)); !slices.Equal(got, needed) {
		list = append(list, wrong{"les formes du pluriel ne sont pas celles de la langue", "donnez " + strings.Join(needed, ", ")})
	}
	for _, form := range slices.Sorted(maps.Keys(own)) {
		list = append(list, compareText(model.Other, own[form])...)
		list = append(list, c.untidy(m.ID, own[form])...)
	}
	return slices.Compact(list)
}

// compareText finds placeholders that a text must not have, or lacks. A count may be left out: « toutes les heures ».
func compareText(model, text string) []wrong {
	known, used := placeholdersOf(model), placeholdersOf(text)
	var list []wrong
	for _, name := range used {
		if !slices.Contains(known, name) && name != "Count" {
			list = append(list, wrong{"{{." + name + "}} n’existe pas ici", "employez " + braced(known)})
		}
	}
	for _, name := range known {
		if !slices.Contains(used, name) && name != "Count" {
			list = append(list, wrong{"{{." + name + "}} manque", "gardez " + braced(known)})
		}
	}
	if rest := strings.ReplaceAll(regexp.MustCompile(`\{\{\.\w+\}\}`).ReplaceAllString(text, ""), " ", ""); strings.Contains(rest, "{{") {
		list = append(list, wrong{"une accolade double n’entoure pas un emplacement", "employez " + braced(known)})
	}
	return list
}

func braced(names []string) string {
	if len(names) == 0 {
		return "un texte sans emplacement"
	}
	return "{{." + strings.Join(names, "}}, {{.") + "}}"
}

// untidy is what the linters find in a text as it is shown.
func (c *catalogue) untidy(key, text string) []wrong {
	shown := c.seal(c.typeset(regexp.MustCompile(`\{\{\.\w+\}\}`).ReplaceAllString(text, "N")))
	faults := LintAny(shown)
	if c.french() {
		faults = Lint(shown)
	}
	if c.french() && FamiliesRead(key) {
		faults = append(faults, Jargon(shown)...)
	}
	var list []wrong
	for _, f := range faults {
		list = append(list, wrong{"« " + f.Text + " » : " + f.French(), "écrivez-le autrement"})
	}
	return list
}

// Proofread finds what [Lint] and, for families, [Jargon] find in a French text that is shown as it is.
func Proofread(text string, families bool) []OwnTextError {
	faults := Lint(text)
	if families {
		faults = append(faults, Jargon(text)...)
	}
	var list []OwnTextError
	for _, f := range faults {
		list = append(list, OwnTextError{Line: f.Line, Problem: "« " + f.Text + " » : " + f.French(), Remedy: "écrivez-le autrement"})
	}
	slices.SortStableFunc(list, func(a, b OwnTextError) int { return cmp.Compare(a.Line, b.Line) })
	return list
}

// FamiliesRead reports whether families read the text under a key in a chat.
func FamiliesRead(key string) bool {
	return !strings.HasSuffix(key, ".staff") && !strings.HasSuffix(key, ".teachers") &&
		!strings.HasPrefix(key, "terminal.") && !strings.HasPrefix(key, "operator.") && !strings.HasPrefix(key, "label.")
}

// French says what is wrong in the words of an operator.
func (f Fault) French() string {
	switch f.Why {
	case "a space that may break", "no space before a sign or inside guillemets":
		return "espace insécable attendue"
	case "two spaces in a row":
		return "deux espaces de suite"
	case "a placeholder that was not filled":
		return "emplacement jamais rempli"
	case "isolates that do not pair":
		return "marques de sens d’écriture qui ne vont pas par deux"
	case "a straight apostrophe", "three dots for an ellipsis":
		return "signe de machine à écrire"
	case "an hour is written 8 h 05":
		return "une heure s’écrit 8 h 05"
	case "a middle dot between endings":
		return "point médian"
	case "a word in capitals":
		return "mot en capitales"
	case "a technical word":
		return "mot technique"
	default:
		return "mot qui alarme, promet ou accuse"
	}
}

// keyLines finds the line of each key.
func keyLines(data []byte) (map[string]int, error) {
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, err
	}
	lines := make(map[string]int)
	for _, document := range file.Docs {
		block, ok := document.Body.(ast.MapNode)
		if document.Body != nil && !ok {
			return nil, errors.New("no mapping")
		}
		for it := mapRange(block); it != nil && it.Next(); {
			lines[it.Key().GetToken().Value] = it.Key().GetToken().Position.Line
		}
	}
	return lines, nil
}

func mapRange(block ast.MapNode) *ast.MapNodeIter {
	if block == nil {
		return nil
	}
	return block.MapRange()
}

func placeholdersOf(text string) []string {
	var names []string
	for _, match := range regexp.MustCompile(`\{\{\.(\w+)\}\}`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}
	return names
}

// formsOf are the plural forms that a text has.
func formsOf(m *i18n.Message) map[string]string {
	all := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other}
	maps.DeleteFunc(all, func(_, text string) bool { return text == "" })
	return all
}

// pluralForms lists the forms that a text needs in a language, sorted: those that whole numbers take, and « other », which
// every language has (in Ukrainian for fractions alone).
func pluralForms(tag language.Tag) []string {
	form := pluralRule(tag)
	found := []string{"other"}
	for n := range 202 {
		if n == 201 {
			n = 1_000_000
		}
		if !slices.Contains(found, form(n)) {
			found = append(found, form(n))
		}
	}
	slices.Sort(found)
	return found
}

// pluralRule asks go-i18n for the plural form of a whole number.
func pluralRule(tag language.Tag) func(n int) string {
	bundle := i18n.NewBundle(tag)
	message := &i18n.Message{ID: "x", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	bundle.MustAddMessages(tag, message)
	localizer := i18n.NewLocalizer(bundle, tag.String())
	return func(n int) string {
		return localizer.MustLocalize(&i18n.LocalizeConfig{MessageID: "x", PluralCount: n})
	}
}
