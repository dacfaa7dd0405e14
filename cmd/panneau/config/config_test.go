package config

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/checks/catalogue"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shipped is the catalogue, read once.
var shipped = sync.OnceValues(catalogue.Load)

// machine is what Load finds around it in a test: a few files with absolute names, and an environment.
func machine(t testing.TB, files map[string]*fstest.MapFile, env map[string]string) Options {
	t.Helper()
	disk := fstest.MapFS{}
	for name, file := range files {
		disk[strings.TrimPrefix(name, "/")] = file
	}
	known, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Catalogue: known,
		Getenv:    func(name string) string { return env[name] },
		Open:      func(name string) (fs.File, error) { return disk.Open(strings.TrimPrefix(name, "/")) },
		Languages: []string{"fr"},
	}
}

// read returns a file of the project.
func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, name)), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// load reads a configuration that is given as a text, with some secrets around it.
func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	files := map[string]*fstest.MapFile{
		"/etc/panneau/panneau.yaml": {Data: []byte(text)},
		"/etc/panneau/discord":      {Data: []byte("MTIz.abc.def-_\n"), Mode: 0o400},
		"/etc/panneau/open":         {Data: []byte("MTIz.abc.def-_\r\n"), Mode: 0o644},
		"/run/secrets/slack":        {Data: []byte("xoxb-1-a"), Mode: 0o444},
	}
	return Load("/etc/panneau/panneau.yaml", machine(t, files, map[string]string{
		"TELEGRAM_TOKEN": forTests, "SLACK_APP_TOKEN": "xapp-1-" + forTests,
		"DATABASE_URL": "postgres://panneau:" + forTests + "@127.0.0.1:5432/panneau", "MULTILINE": "a\nb",
	}))
}

func TestLoadReportsEverythingAtOnce(t *testing.T) {
	c, err := load(t, string(read(t, "testdata/errors.yaml")))
	if c != nil {
		t.Error("a configuration came with the error")
	}
	broken, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got the error %v, want an *Error", err)
	}
	if strings.Contains(err.Error(), "AAF") {
		t.Error("the report shows a token")
	}
	for i, p := range broken.Problems[1:] {
		if p.Line < broken.Problems[i].Line {
			t.Errorf("line %d comes after line %d", p.Line, broken.Problems[i].Line)
		}
	}
	golden(t, "errors.golden", strings.ReplaceAll(err.Error(), "/etc/panneau/", "")+"\n")
}
