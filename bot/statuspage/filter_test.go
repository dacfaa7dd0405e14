package statuspage

import (
	"net/http"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

func TestFilter(t *testing.T) {
	page := newPage(t, morning(t))
	for path, want := range map[string]struct {
		shows, hides string
	}{
		"/":                                   {"MonLycée.net", "Tout afficher"},
		"/?academie=lille":                    {"ENT Hauts-de-France", "MonLycée.net"},
		"/?academie=versailles":               {"MonLycée.net", "ENT Hauts-de-France"},
		"/?academie=lille&public=familles":    {"ÉduConnect", "Lumni"},
		"/?public=enseignants":                {"Lumni", "Rien"},
		"/?academie=&public=":                 {"MonLycée.net", "Tout afficher"},
		"/?langue=fr":                         {"MonLycée.net", "Langue"},
		"/?utm_source=groupe&academie=lille":  {"ENT Hauts-de-France", "MonLycée.net"},
		"/api/v1/status.json?academie=lille":  {"ent-hdf", "monlycee"},
		"/incidents.atom?academie=versailles": {"Pronote", "ENT Hauts-de-France"},
		"/maintenances.ics?academie=lille":    {"Parcoursup", "MonLycée"},
	} {
		w := get(t, page, path)
		text := textOf(w.Body.String())
		if w.Code != http.StatusOK || !strings.Contains(text, want.shows) || strings.Contains(text, want.hides) {
			t.Errorf("%s: status %d; %q is not shown, or %q is", path, w.Code, want.shows, want.hides)
		}
	}
	same := get(t, page, "/?utm_source=groupe&academie=lille").Body.String()
	if same != get(t, page, "/?academie=lille").Body.String() {
		t.Error("what others add to an address makes a difference")
	}
}

// TestUnknownAddressesCostNothing: whatever is asked for, memory holds the documents that exist.
func TestUnknownAddressesCostNothing(t *testing.T) {
	s := morning(t)
	page := newPage(t, s)
	get(t, page, "/")
	shelved := func() (n int) {
		page.current.Load().shelf.documents.Range(func(any, any) bool { n++; return true })
		return n
	}
	before, files := shelved(), s.files
	for _, path := range []string{
		"/?academie=atlantide", "/?public=tous", "/?langue=tlh", "/?academie=lille&academie=paris", "/?academie=%zz",
		"/?academie=Lille", "/fixe", "/incidents/14", "/incidents/99999999999999999999", "/incidents/0", "/incidents/+3",
		"/incidents/3.xml", "/incidents/4", "/incidents/4.json", "/plateformes/", "/plateformes/staff-only", "/plateformes/pronote.", "/plateformes/pronote.png",
		"/plateformes/pronote.svg.svg", "/api/v1/history/pronote", "/api/v1/history/nobody.json", "/words/fr.html",
	} {
		if w := get(t, page, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if after := shelved(); after != before {
		t.Errorf("%d documents are kept, %d before", after, before)
	}
	if s.files != files+1 { // incident 4 exists, and nobody may see it
		t.Errorf("%d dossiers were read", s.files-files)
	}
}

// TestEveryVariantFits bounds the memory of all documents that there can be for the whole catalogue: no filter makes one
// longer than without it, by more than its own name in a few places.
func TestEveryVariantFits(t *testing.T) {
	page := newPage(t, crowd(t))
	get(t, page, "/")
	variants := (len(page.areas) + 1) * (len(publics()) + 1) * len(page.languages)
	total := 0
	for _, path := range []string{homePath, statusPath, atomPath, rssPath, calendarPath} {
		d, err := page.find(page.current.Load(), path, "")
		if err != nil || d == nil {
			t.Fatalf("%s: %v", path, err)
		}
		total += variants * (len(d.plain) + len(d.gzip) + 1000)
	}
	t.Logf("%d variants: at most %d MB", variants, total>>20)
	if total > 64<<20 {
		t.Errorf("%d variants together take %d bytes", variants, total)
	}
}

func TestLanguagesHaveTheSameWords(t *testing.T) {
	list := languages()
	if list[0].tag != "fr" {
		t.Errorf("%s comes first", list[0].tag)
	}
	for _, l := range list[1:] {
		for _, phrase := range list[0].words.Templates() {
			if strings.HasPrefix(phrase.Name(), "w.") && l.words.Lookup(phrase.Name()) == nil {
				t.Errorf("%s has no %s", l.tag, phrase.Name())
			}
		}
	}
	for _, condition := range append(bot.Conditions(), bot.NotYetKnown) {
		if configure(t, nil).Label("fr", condition) == "" {
			t.Errorf("%q has no name", condition)
		}
	}
}
