package checks

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// golden compares a text with a file of testdata, or writes the file with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

var update = flag.Bool("update", false, "write the golden files")

func TestSpecReportsEverythingAtOnce(t *testing.T) {
	spec := Spec{
		URL: "https://moi:s3cret@exemple.fr", Method: "POST", Function: "logout", Accept: []int{200, 42}, MaxRedirects: 99,
		Headers: map[string]string{"Cookie": "s3cret", "X-Ok": "oui", "X-Mauvais": "a\nb", "pas bon": "x"},
		Limits:  Limits{Connect: -1, Headers: time.Hour, Body: 1 << 40}, SlowAfter: time.Nanosecond,
		MustContain:    []Pattern{{Text: "ok"}, {}, {Text: "a", Regexp: "b"}, {Regexp: "("}, {Regexp: "a*"}},
		MustNotContain: []Pattern{{Text: strings.Repeat("x", 501)}},
		Signatures:     []Signature{{Reason: bot.ReasonSlow, MaxLength: -1}},
	}
	var b strings.Builder
	for _, p := range Problems(spec.Validate()) {
		b.WriteString(p.Error() + "\n")
	}
	golden(t, "problems.txt", b.String())
	if strings.Contains(b.String(), "s3cret") {
		t.Error("a problem repeats a secret")
	}
}

func TestURLs(t *testing.T) {
	for url, good := range map[string]bool{
		"https://ent.exemple.fr/": true, "http://ent.exemple.fr:8080/a?b=c": true, "https://[2606:4700:4700::1111]/": true,
		"": false, "ent.exemple.fr": false, "ftp://ent.exemple.fr": false, "https:ent.exemple.fr": false,
		"https:///chemin": false, "file:///etc/passwd": false, "https://a@ent.exemple.fr/": false, "https://[": false,
	} {
		if err := (Spec{ID: "x", URL: url}).Validate(); (err == nil) != good {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	_, err := New(Spec{ID: "x", Kind: "gopher", URL: "https://exemple.fr"}, local())
	if p := Problems(err); len(p) != 1 || p[0].Field != "kind" || !strings.Contains(p[0].Remedy, "http") {
		t.Errorf("error is %v", err)
	}
}

func TestAnonymousChecksAreRefused(t *testing.T) {
	if _, err := New(Spec{ID: "x", URL: "https://exemple.fr"}, Env{}); err == nil {
		t.Error("a check without User-Agent was made")
	}
}

func FuzzSpec(f *testing.F) {
	f.Add("https://ent.exemple.fr/", "GET", "X-A", "b", "texte", "ex(pression)?s", int64(1e9), 3)
	f.Add("http://[::1%25eth0]:80", "head", "Host", "\x00", "", "[é", int64(-5), -1)
	f.Fuzz(func(t *testing.T, url, method, name, value, text, expression string, limit int64, redirects int) {
		spec := Spec{
			ID: "x", URL: url, Method: method, Headers: map[string]string{name: value}, MaxRedirects: redirects,
			MustContain: []Pattern{{Text: text}, {Regexp: expression}}, Limits: Limits{Total: time.Duration(limit), Body: limit},
		}
		for _, p := range Problems(spec.Validate()) {
			if p.Field == "" || p.Problem == "" || p.Remedy == "" {
				t.Errorf("incomplete problem: %+v", p)
			}
		}
		_, err := New(spec, local())
		if (err == nil) != (spec.Validate() == nil) {
			t.Errorf("New says %v, Validate says %v", err, spec.Validate())
		}
	})
}
