package checks

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// library is a server that knows whether its page has changed. Its handler runs one request at a time in these tests.
type library struct {
	validator string   // "ETag" or "Last-Modified"; empty for none
	version   string   // of the page
	body      string   // of the page
	status    int      // 0 for 200
	seen      []string // status and validator of each answer
	cache     string   // Cache-Control
	moved     string   // path that the start page redirects to
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if l.moved != "" && r.URL.Path != l.moved {
		if r.Header.Get("If-None-Match") != "" {
			l.seen = append(l.seen, "a condition for another page")
		}
		http.Redirect(w, r, l.moved, http.StatusFound)
		return
	}
	conditions := map[string]string{"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
	if l.validator != "" {
		w.Header().Set(l.validator, l.version)
	}
	if l.cache != "" {
		w.Header().Set("Cache-Control", l.cache)
	}
	if l.status == 0 && l.validator != "" && r.Header.Get(conditions[l.validator]) == l.version {
		l.seen = append(l.seen, "304")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	status := max(l.status, http.StatusOK)
	l.seen = append(l.seen, fmt.Sprint(status))
	w.WriteHeader(status)
	fmt.Fprint(w, l.body)
}

// runs makes n runs and returns their outcomes.
func runs(t *testing.T, checker bot.Checker, n int) string {
	t.Helper()
	var list []string
	for range n {
		list = append(list, checker.Check(context.Background()).Outcome.String())
	}
	return strings.Join(list, " ")
}

func both(outcome string) string { return outcome + " " + outcome }

func reader(t *testing.T, l *library, spec Spec) bot.Checker {
	t.Helper()
	spec.ID, spec.URL, spec.MustContain = "essai/accueil", serve(t, l.ServeHTTP), []Pattern{{Text: "Bienvenue"}}
	checker, err := New(spec, local())
	if err != nil {
		t.Fatal(err)
	}
	return checker
}

func TestAnUnchangedPageIsNotSentAgain(t *testing.T) {
	for _, l := range []*library{
		{validator: "ETag", version: `W/"1"`},
		{validator: "Last-Modified", version: "Mon, 23 Nov 2026 07:00:00 GMT"},
		{validator: "ETag", version: `"2"`, moved: "/accueil"},
	} {
		l.body = "Bienvenue"
		if got := runs(t, reader(t, l, Spec{}), 12); got != strings.TrimSpace(strings.Repeat("up ", 12)) {
			t.Errorf("%+v: outcomes are %s", l, got)
		}
		want := []string{"200", "304", "304", "304", "304", "304", "304", "304", "304", "304", "200", "304"}
		if diff := cmp.Diff(want, l.seen); diff != "" {
			t.Errorf("%s:\n%s", l.validator, diff)
		}
	}
}

func TestPagesThatAreAlwaysSent(t *testing.T) {
	for name, l := range map[string]*library{
		"no validator": {},
		"no-store":     {validator: "ETag", version: `"1"`, cache: "private, no-store"},
		"never good":   {validator: "ETag", version: `"1"`, body: "Erreur"},
	} {
		if l.body == "" {
			l.body = "Bienvenue"
		}
		runs(t, reader(t, l, Spec{}), 3)
		if diff := cmp.Diff([]string{"200", "200", "200"}, l.seen); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	l := &library{validator: "ETag", version: `"1"`, body: "Bienvenue"}
	runs(t, reader(t, l, Spec{MaxRedirects: -1, Limits: Limits{Body: 4}}), 2)
	if diff := cmp.Diff([]string{"200", "200"}, l.seen); diff != "" {
		t.Errorf("a page that was not read whole is remembered:\n%s", diff)
	}
}

func TestAChangeIsSeen(t *testing.T) {
	l := &library{validator: "ETag", version: `"1"`, body: "Bienvenue"}
	checker := reader(t, l, Spec{})
	runs(t, checker, 2)
	l.version, l.body = `"2"`, "Accès momentanément indisponible"
	if got := runs(t, checker, 2); got != both("down") {
		t.Errorf("outcomes are %s", got)
	}
	l.body, l.status = "Service Unavailable", http.StatusServiceUnavailable
	runs(t, checker, 1)
	l.body, l.status, l.version = "Bienvenue", 0, `"1"`
	if got := runs(t, checker, 2); got != both("up") {
		t.Errorf("outcomes are %s", got)
	}
	if diff := cmp.Diff([]string{"200", "304", "200", "200", "503", "200", "304"}, l.seen); diff != "" {
		t.Errorf("after a doubt the page is not read whole:\n%s", diff)
	}
}

// TestNotModifiedWithoutAQuestion keeps a server from passing for well that answers 304 to a plain request.
func TestNotModifiedWithoutAQuestion(t *testing.T) {
	v := check(t, Spec{URL: serve(t, answer(http.StatusNotModified, nil, ""))}, local())
	want(t, v, bot.Down, bot.ReasonRedirect, "304")
}
