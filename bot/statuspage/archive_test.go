package statuspage

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// TestAddressesArePermanent: an incident that is not listed any more keeps its page and its evidence.
func TestAddressesArePermanent(t *testing.T) {
	s := morning(t)
	page := newPage(t, s)
	for range 5 {
		for path, want := range map[string]string{"/incidents/3": "Retour à la normale", "/incidents/3.json": "quota", "/incidents/12": "Chronologie"} {
			w := get(t, page, path)
			if path == "/incidents/3.json" {
				want = `"condition": "saturated"`
			}
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: status %d, or %q is missing", path, w.Code, want)
			}
		}
	}
	if s.files != 2 {
		t.Errorf("%d reads of two dossiers", s.files)
	}
}

func TestEvidenceNamesNobody(t *testing.T) {
	body := get(t, newPage(t, morning(t)), "/incidents/12.json").Body.String()
	for _, secret := range []string{"jean-moulin", "10.0.0.7", "dial tcp", "equipe"} {
		if strings.Contains(body, secret) {
			t.Errorf("%q stands in the evidence", secret)
		}
	}
	for _, fact := range []string{`"chats": 42`, `"edits": 39`, `"first_at": "2027-04-06T06:06:20Z"`, `"timeout_connect"`} {
		if !strings.Contains(body, fact) {
			t.Errorf("%s is missing", fact)
		}
	}
}

// TestArchiveIsBounded walks through more old incidents than are kept, twice.
func TestArchiveIsBounded(t *testing.T) {
	s := morning(t)
	for id := range bot.IncidentID(3 * mostFiles) {
		s.dossiers[id+1] = bot.Dossier{Incident: bot.Incident{ID: id + 1, Platform: "pronote", Revision: 1}}
	}
	a := archive{source: s, kept: make(map[bot.IncidentID]*file)}
	for range 2 {
		for id := range bot.IncidentID(3 * mostFiles) {
			if _, err := a.find(id+1, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(a.kept) > mostFiles || len(a.order) != len(a.kept) {
		t.Errorf("%d files are kept in an order of %d", len(a.kept), len(a.order))
	}
}

// TestArchiveWithoutSource: an old dossier is better than none, and a source that fails is not asked by everybody.
func TestArchiveWithoutSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := morning(t)
		a := archive{source: s, kept: make(map[bot.IncidentID]*file)}
		if _, err := a.find(12, 2); err != nil {
			t.Fatal(err)
		}
		s.change(func(s *source) { s.err = errDatabase })
		time.Sleep(fileLife)
		before := s.files
		for range 10 {
			if f, err := a.find(12, 2); err != nil || len(f.dossier.Revisions) != 2 {
				t.Errorf("the old dossier: %v", err)
			}
			if _, err := a.find(3, 0); !errors.Is(err, errDatabase) {
				t.Errorf("a dossier that was never read: %v", err)
			}
		}
		if s.files != before+1 {
			t.Errorf("a source that fails was asked %d times within a second", s.files-before)
		}
	})
}

// TestIncidentPageWithoutItsDossier shows what is known.
func TestIncidentPageWithoutItsDossier(t *testing.T) {
	s := morning(t)
	page := newPage(t, s)
	get(t, page, "/")
	s.change(func(s *source) { s.err = errDatabase })
	if w := get(t, page, "/incidents/12"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Inaccessible") && !strings.Contains(w.Body.String(), "inaccessible") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := get(t, page, "/incidents/12.json"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("evidence: status %d", w.Code)
	}
}

// TestDocumentsAreKept: checks that find nothing new do not make the page anew before a cache would ask.
func TestDocumentsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := morning(t)
		page := newPage(t, s)
		first := get(t, page, "/").Header().Get("Etag")
		time.Sleep(4 * time.Second)
		s.change(func(s *source) {
			s.overview.Now = s.overview.Now.Add(4 * time.Second)
			for i := range 10 { // of which all are checked in time
				s.overview.Platforms[i].CheckedAt = s.overview.Now
			}
		})
		shelf := page.current.Load().shelf
		if get(t, page, "/").Header().Get("Etag") != first || page.current.Load().shelf != shelf {
			t.Error("the page was made anew")
		}
		s.change(func(s *source) { s.incidents[0].Revision++; s.incidents[0].Condition = bot.Partial })
		page.Changed()
		if get(t, page, "/").Header().Get("Etag") == first {
			t.Error("a change is not shown at once")
		}
		if s.pasts > 2*len(s.overview.Platforms) {
			t.Errorf("the history was read %d times", s.pasts)
		}
	})
}
