package locales

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
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

// TestEveryTextIsRead checks that each text of the French catalogue stands in some golden file, so that none is out of
// use and none was never read by a person. « Many » is for a million and more; a board never has one platform only.
func TestEveryTextIsRead(t *testing.T) {
	paths, _ := filepath.Glob("testdata/golden/fr/*.txt")
	var all strings.Builder
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	golden := strings.Split(all.String(), "\n")
	for key, m := range renderer(t).texts["fr"].messages {
		for form, text := range formsOf(m) {
			if form == "many" || key == "overview.normal" && form == "one" {
				continue
			}
			for _, line := range lines(text) {
				parts := literals(line)
				if !slices.ContainsFunc(golden, func(shown string) bool { return shows(shown, parts) }) {
					t.Errorf("%s (%s): %q is in no golden file", key, form, line)
				}
			}
		}
	}
}

// literals are the parts of a text between its placeholders, as they are rendered.
func literals(text string) []string {
	text = regexp.MustCompile(`\{\{\.\w+\}\}`).ReplaceAllString(text, "7")
	return strings.Split(Typeset(text), "7")
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
