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
		"/?lang=fr":                           {"MonLycée.net", "Tout afficher"},
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
		"/?academie=atlantide", "/?public=tous", "/?lang=tlh", "/?academie=lille&academie=paris", "/?academie=%zz",
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

// TestVariantsFit asks for more variants than there is room for: all are answered, and memory stays bounded, also once
// one shelf follows another.
func TestVariantsFit(t *testing.T) {
	page := newPage(t, storm(t))
	get(t, page, "/")
	shelf := page.current.Load().shelf
	shelf.room = 1 << 20
	heaviest := 0
	for _, l := range page.languages {
		for _, a := range page.areas[:6] {
			d, err := page.find(page.current.Load(), homePath, "academie="+a.slug+"&lang="+l.tag)
			if err != nil || d == nil || !strings.Contains(string(d.plain), `<html lang="`+l.tag+`"`) {
				t.Fatalf("%s in %s: %v", a.slug, l.tag, err)
			}
			heaviest = max(heaviest, len(d.plain)+len(d.gzip))
		}
	}
	kept := 0
	shelf.documents.Range(func(_, place any) bool {
		if d := place.(*slot).made.Load(); d != nil {
			kept += len(d.plain) + len(d.gzip)
		}
		return true
	})
	if most := 1<<20 + 2*heaviest; kept > most || kept < 1<<20 {
		t.Errorf("%d bytes are kept, want the room and at most %d", kept, most)
	}
	if next := shelf.after(); next.room != mostChosen || next.taken.Load() != 0 {
		t.Errorf("the next shelf has %d bytes of room, %d are taken", next.room, next.taken.Load())
	}
	if (filter{}).chosen(homePath) || (filter{lang: 1}).chosen(homePath) || !(filter{lang: 1}).chosen(statusPath) || !(filter{reader: bot.Staff}).chosen(homePath) {
		t.Error("the page in each language is always kept, and nothing else of a reader's choice")
	}
}
