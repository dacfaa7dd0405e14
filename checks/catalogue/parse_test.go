package catalogue

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/checks"
)

func TestParseNamesTheLine(t *testing.T) {
	for _, test := range []struct{ content, prefix string }{
		{"platforms:\n  - id: a\n    nom: A\n", "x.yaml:3: "},
		{"platforms:\n  - id: a\n    checks:\n      - {name: b, adresse: c}\n", "x.yaml:4: "},
		{"platforms:\n  - id: a\n    default: peut-être\n", "x.yaml:3: "},
		{"platforms:\n  - id: a\n    depends_on: [{on: b, reader: [families]}]\n", "x.yaml:3: "},
		{"platforms:\n  - id: a\n    id: b\n", "x.yaml:3: "},
		{"platforms:\n  - id: [\n", "x.yaml:"},
		{"platforms: []\n---\nplatforms: []\n", "x.yaml: "},
	} {
		_, err := Parse("x.yaml", []byte(test.content))
		if err == nil || !strings.HasPrefix(err.Error(), test.prefix) {
			t.Errorf("%q: error is %v, want %s…", test.content, err, test.prefix)
		}
	}
}

func TestParseReportsEverythingAtOnce(t *testing.T) {
	_, err := Parse("x.yaml", []byte(`
platforms:
  - id: Mon ENT
    name: " "
    url: https://ent.exemple.fr/?jeton=s3cret
    confidence: D
    areas: [Lille, Caen]
    readers: [parents]
    depends_on: [{on: b, readers: [parents]}]
    checked_on: hier
    default: true
    checks:
      - {name: accueil, url: "ftp://ent.exemple.fr"}
      - {name: accueil, url: "https://ent.exemple.fr", must_contain: [""]}
  - {id: b, name: B, url: "https://b.exemple.fr", confidence: B}
`))
	var fields []string
	for _, p := range checks.Problems(err) {
		fields = append(fields, p.Field)
	}
	want := []string{
		"Mon ENT.id", "Mon ENT.name", "Mon ENT.url", "Mon ENT.url", "Mon ENT.confidence", "Mon ENT.checked_on",
		"Mon ENT.default", "Mon ENT.areas[2]", "Mon ENT.readers[1]", "Mon ENT.depends_on[1].readers[1]", "Mon ENT.checks[1].url", "Mon ENT.checks[2].name", "Mon ENT.checks[2].must_contain[1]", "b.url",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Error("the error repeats a secret")
	}
}

func TestReferences(t *testing.T) {
	c := load(t)
	for content, want := range map[string]string{
		"platforms: [{id: a, name: A, depends_on: [inconnue]}]":                             "a.depends_on[1]",
		"platforms: [{id: a, name: A, depends_on: [b]}, {id: b, name: B, depends_on: [a]}]": "a.depends_on b.depends_on",
		"platforms: [{id: a, name: A, depends_on: [a]}]":                                    "a.depends_on",
		"platforms: [{id: a, name: A}, {id: a, name: B}]":                                   "a.id",
		"platforms: [{id: educonnect, name: É, depends_on: [enthdf]}]":                      "enthdf.depends_on educonnect.depends_on",
	} {
		own, err := Parse("x.yaml", []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.With(own...)
		var fields []string
		for _, p := range checks.Problems(err) {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("%s: problems are %q, want %q", content, got, want)
		}
	}
}

func TestSignaturesAreValidated(t *testing.T) {
	signatures, err := parseSignatures("x.yaml", []byte("signatures: [{id: a, reason: slow, all: [x]}, {id: a, reason: closed, all: [x], platforms: [inconnue]}]"))
	if err != nil {
		t.Fatal(err)
	}
	err = validateSignatures(signatures, nil)
	for _, part := range []string{"sens inconnu", "taken twice", `unknown platform "inconnue"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error is %v, want %s", err, part)
		}
	}
}

func FuzzParse(f *testing.F) {
	content, err := os.ReadFile("data/national.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte("platforms: [{id: a, name: A, checks: [{url: 'https://a', must_contain: [{regexp: x}]}]}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		entries, err := Parse("x.yaml", content)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Errorf("the error does not name the file: %v", err)
			}
			return
		}
		for _, e := range entries {
			if e.ID == "" || e.Name == "" {
				t.Errorf("an incomplete entry passed: %+v", e)
			}
		}
	})
}
