package locales

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// TestCatalogues holds every language to the French file, and every menu to the French menu.
func TestCatalogues(t *testing.T) {
	r := renderer(t)
	for _, folder := range []map[string]*catalogue{r.texts, r.menus} {
		for lang, c := range folder {
			for _, fault := range faults(folder["fr"], c) {
				t.Errorf("%s: %s", lang, fault)
			}
		}
	}
}

// faults lists how a catalogue departs from the source: keys, placeholders, plural forms, lines.
func faults(source, c *catalogue) []string {
	var list []string
	for key, m := range source.messages {
		other := c.messages[key]
		if other == nil && forOperators(key) {
			continue
		}
		if other == nil {
			list = append(list, key+": missing")
			continue
		}
		list = append(list, messageFaults(m, other, c.tag)...)
	}
	for key := range c.messages {
		if !source.has(key) {
			list = append(list, key+": not in the source")
		}
	}
	slices.Sort(list)
	return list
}

func messageFaults(source, m *i18n.Message, tag language.Tag) []string {
	var list []string
	want := []string{"other"}
	if len(formsOf(source)) > 1 {
		want = pluralForms(tag)
	}
	got := formsOf(m)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		list = append(list, fmt.Sprintf("%s: plural forms (-want +got): %s", m.ID, diff))
	}
	for form, text := range got {
		for _, fault := range textFaults(source.Other, text) {
			list = append(list, fmt.Sprintf("%s, %s: %s", m.ID, form, fault))
		}
	}
	return list
}

func textFaults(source, text string) []string {
	var list []string
	for _, name := range placeholdersOf(text) {
		if !slices.Contains(append(placeholdersOf(source), "Count", "Hour2"), name) {
			list = append(list, "placeholder "+name+" is not in the source")
		}
	}
	for _, name := range placeholdersOf(source) {
		if name != "Count" && !slices.Contains(placeholdersOf(text), name) && !slices.Contains(placeholdersOf(text), name+"2") {
			list = append(list, "placeholder "+name+" is missing")
		}
	}
	if a, b := len(lines(source)), len(lines(text)); a != b {
		list = append(list, fmt.Sprintf("%d lines, want %d", b, a))
	}
	return list
}

func TestFaultsAreFound(t *testing.T) {
	source := catalogueOf(t, "fr", `{a: "{{.X}}", b: {one: "{{.Count}} un", many: "{{.Count}}", other: "{{.Count}}"}, c: "1\n2"}`)
	for name, other := range map[string]string{
		"missing":             `{a: "{{.X}}", c: "1\n2"}`,
		"not in the source":   `{a: "{{.X}}", b: {one: "1", other: "2"}, c: "1\n2", d: "x"}`,
		"X is missing":        `{a: "x", b: {one: "1", other: "2"}, c: "1\n2"}`,
		"Y is not in":         `{a: "{{.X}}{{.Y}}", b: {one: "1", other: "2"}, c: "1\n2"}`,
		"plural forms":        `{a: "{{.X}}", b: "2", c: "1\n2"}`,
		"1 lines, want 2":     `{a: "{{.X}}", b: {one: "1", other: "2"}, c: "1"}`,
		"a: plural forms (-w": `{a: {one: "{{.X}}", other: "{{.X}}"}, b: {one: "1", other: "2"}, c: "1\n2"}`,
	} {
		if list := faults(source, catalogueOf(t, "en", other)); !strings.Contains(strings.Join(list, "\n"), name) {
			t.Errorf("got %q, want a fault with %q", list, name)
		}
	}
	if list := faults(source, catalogueOf(t, "en", `{a: "{{.X}}", b: {one: "1", other: "{{.Count}}"}, c: "1\n2"}`)); len(list) > 0 {
		t.Errorf("got %q, want no faults", list)
	}
}

// catalogueOf loads a catalogue as it would stand in a file.
func catalogueOf(t *testing.T, lang, yaml string) *catalogue {
	t.Helper()
	r, err := load(fstest.MapFS{"texts/" + lang + ".yaml": {Data: []byte(yaml)}})
	if err != nil {
		t.Fatal(err)
	}
	return r.texts[lang]
}

func TestLoadRefuses(t *testing.T) {
	for name, file := range map[string]struct{ path, data string }{
		"a key given twice":       {"texts/fr.yaml", "a: x\na: y\n"},
		"a file that is not YAML": {"texts/fr.yaml", "a: [\n"},
		"a file named wrongly":    {"menus/francais!.yaml", "a: x\n"},
	} {
		if _, err := load(fstest.MapFS{file.path: {Data: []byte(file.data)}}); err == nil {
			t.Errorf("%s was loaded", name)
		}
	}
}

// TestEveryTextIsRead checks that each text of each language stands in some golden file of it, so that none is out of use
// and none was never read by a person. « Many » is for a million and more in French, Spanish and Portuguese; a board never
// has one platform only, and nothing is counted zero times.
func TestEveryTextIsRead(t *testing.T) {
	r := renderer(t)
	for _, lang := range append(translated(r), "fr") {
		c, shown := r.texts[lang], strings.Split(golden(t, lang), "\n")
		var forms []string
		for _, n := range examples(c) {
			forms = append(forms, pluralRule(c.tag)(n))
		}
		for key, m := range c.messages {
			for form, text := range formsOf(m) {
				if c.plural(key) && !slices.Contains(forms, form) ||
					lang == "fr" && key == "overview.normal" && form == "one" || forOperators(key) && lang != "fr" {
					continue
				}
				for _, line := range lines(text) {
					parts := c.literals(line)
					if !slices.ContainsFunc(shown, func(s string) bool { return shows(s, parts) }) {
						t.Errorf("%s: %s (%s): %q is in no golden file", lang, key, form, line)
					}
				}
			}
		}
	}
}

// literals are the parts of a text between its placeholders, as they are rendered.
func (c *catalogue) literals(text string) []string {
	text = regexp.MustCompile(`\{\{\.\w+\}\}`).ReplaceAllString(text, "7")
	return strings.Split(c.seal(c.typeset(text)), "7")
}

// shows reports whether a rendered line holds the parts in their order.
func shows(rendered string, parts []string) bool {
	for _, part := range parts {
		_, after, found := strings.Cut(rendered, part)
		if !found {
			return false
		}
		rendered = after
	}
	return true
}

// TestConcurrentUse renders on several goroutines at once, for the race detector.
func TestConcurrentUse(t *testing.T) {
	r, n := renderer(t), pronote(t)
	want, err := r.Notice("fr", n)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := r.Notice("fr", n); err != nil || !cmp.Equal(want, got) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	group.Wait()
}
