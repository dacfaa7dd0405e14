package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// FuzzLoad feeds Load with anything: it never panics, it returns a configuration or problems and not both, and each
// problem names a line of the file, stays on one line, and has a remedy.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"default.yaml", "testdata/errors.yaml", "../../../docs/panneau.example.yaml"} {
		seed, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte("accounts: {a: {platform: slack, token: {env: A, file: b}}}"))
	f.Add([]byte("a: &a [*a]\n<<: *a\n? [x]\n: !!binary y\n"))
	f.Add([]byte("watch: {schedule: TZ=UTC}\n---\n- x"))
	f.Add([]byte(`platforms: {x: {name: X, areas: ["a\nb"], depends_on: ["\x01"], checks: [{must_contain: [{regexp: "("}]}]}}`))
	o := machine(f, nil, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		o.Open = fstest.MapFS{"panneau.yaml": {Data: data}}.Open
		c, err := Load("panneau.yaml", o)
		if (c == nil) == (err == nil) {
			t.Fatalf("got the configuration %v with the error %v", c, err)
		}
		if err == nil {
			return
		}
		broken, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("got an error of type %T", err)
		}
		for _, p := range broken.Problems {
			if p.Line < 1 || p.Line > strings.Count(string(data), "\n")+strings.Count(string(data), "\r")+1 {
				t.Errorf("%s: no such line", p)
			}
			if strings.ContainsAny(p.String(), "\r\n") || p.Remedy == "" || p.Text == "" {
				t.Errorf("%q is not one line with a remedy", p)
			}
		}
	})
}
