package config

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// leaves lists every key that a value of the type can have in the file, with <…> for the names that people choose.
func leaves(t reflect.Type, path string) []string {
	switch {
	case t == reflect.TypeFor[catalogue.PatternYAML]():
		return append(leaves(reflect.TypeFor[patternEntry](), path), strings.TrimPrefix(path, "."))
	case t == reflect.TypeFor[catalogue.DependencyYAML]():
		return append(leaves(reflect.TypeFor[dependencyEntry](), path), strings.TrimPrefix(path, "."))
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct:
		return leaves(t.Elem(), path+".<>")
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return leaves(t.Elem(), path+"[]")
	case t.Kind() != reflect.Struct:
		return []string{strings.TrimPrefix(path, ".")}
	}
	var list []string
	for i, key := range keys(t) {
		list = append(list, leaves(t.Field(i).Type, path+"."+key)...)
	}
	return list
}

func TestEveryKeyIsDocumented(t *testing.T) {
	reference := strings.NewReplacer("<compte>", "<>", "<plateforme>", "<>").Replace(string(read(t, "../../../docs/fr/configuration.md")))
	known := leaves(reflect.TypeFor[file](), "")
	if len(known) < 25 {
		t.Fatalf("the file has only the keys %q", known)
	}
	for _, key := range known {
		if !strings.Contains(reference, "`"+key+"`") {
			t.Errorf("docs/fr/configuration.md does not tell of %s", key)
		}
	}
}

// TestNothingElseIsDocumented finds keys that are described and do not exist.
func TestNothingElseIsDocumented(t *testing.T) {
	reference := strings.NewReplacer("<compte>", "<>", "<plateforme>", "<>").Replace(string(read(t, "../../../docs/fr/configuration.md")))
	known := strings.Join(leaves(reflect.TypeFor[file](), ""), " ") + " "
	for line := range strings.Lines(reference) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 { // not a row of key, default and role
			continue
		}
		for i, word := range strings.Split(cells[1], "`") {
			if i%2 == 1 && !strings.Contains(known, word+" ") {
				t.Errorf("docs/fr/configuration.md tells of %s, which does not exist", word)
			}
		}
	}
}

func TestExamplesLoad(t *testing.T) {
	for _, name := range []string{"panneau.example.yaml", "panneau.docker.yaml"} {
		data, err := os.ReadFile("../../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]*fstest.MapFile{
			"/etc/panneau/panneau.yaml":    {Data: data},
			"/run/secrets/panneau-slack":   {Data: []byte("xoxb-1-a\n"), Mode: 0o444},
			"/run/secrets/panneau-discord": {Data: []byte("MTIz.abc.def\n"), Mode: 0o444},
		}
		c, err := Load("/etc/panneau/panneau.yaml", machine(t, files, map[string]string{
			"PANNEAU_DATABASE_URL": "postgres://panneau@127.0.0.1/panneau", "PANNEAU_TELEGRAM_TOKEN": forTests,
			"PANNEAU_SLACK_APP_TOKEN": "xapp-1-a",
		}))
		if err != nil {
			t.Errorf("%s:\n%v", name, err)
			continue
		}
		if len(c.Accounts) == 0 || len(c.Destinations) == 0 || len(c.Platforms) == 0 {
			t.Errorf("%s sets up too little", name)
		}
	}
}
