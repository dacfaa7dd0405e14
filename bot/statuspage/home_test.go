package statuspage

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestEveryIncidentIsOneLinkAway: the page lists the newest, and leads to all.
func TestEveryIncidentIsOneLinkAway(t *testing.T) {
	page := newPage(t, storm(t))
	home := get(t, page, "/").Body.String()
	if n := strings.Count(home, `<a href="/incidents/`); n != maxOpen {
		t.Errorf("%d incidents are listed, want %d", n, maxOpen)
	}
	if !strings.Contains(home, `<a href="/incidents/1">`) || !strings.Contains(textOf(home), "Voir les 71 incidents en cours") {
		t.Error("the newest incident or the link to all is missing")
	}
	w := get(t, page, "/incidents")
	for id := range 71 {
		if !strings.Contains(w.Body.String(), fmt.Sprintf(`<a href="/incidents/%d">`, id+1)) {
			t.Errorf("incident %d is not listed", id+1)
		}
	}
	quiet := get(t, newPage(t, ordinary(t)), "/").Body.String()
	if strings.Count(quiet, `<a href="/incidents/`) != maxEnded || !strings.Contains(quiet, `<a href="/incidents">`) {
		t.Error("there is no link to the incidents that ended before the last ones")
	}
	if body := get(t, newPage(t, morning(t)), "/").Body.String(); strings.Contains(body, `<a href="/incidents">`) {
		t.Error("the page leads to a list of what stands on it already")
	}
	narrow := get(t, newPage(t, morning(t)), "/incidents?academie=lille")
	if narrow.Code != http.StatusOK || !strings.Contains(narrow.Body.String(), "Hauts-de-France") {
		t.Errorf("the list for one académie: status %d", narrow.Code)
	}
}

// TestChecksAreSaidOnce: what was checked lately is told together, and what was not by its own time.
func TestChecksAreSaidOnce(t *testing.T) {
	s := morning(t)
	s.overview.Platforms[1].CheckedAt = s.overview.Now.Add(-4 * time.Minute)
	text := strings.ReplaceAll(textOf(get(t, newPage(t, s), "/").Body.String()), nbsp, " ")
	for _, want := range []string{"Dernières vérifications : à 9 h 08 au plus tôt, à 9 h 11 au plus tard.", "Vérifié \nà 7 h 02"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q stands %d times", want, strings.Count(text, want))
		}
	}
	if n := strings.Count(text, "Vérifié "); n != 1 {
		t.Errorf("%d platforms have a time of their own, want the late one", n)
	}
	own := strings.ReplaceAll(textOf(get(t, newPage(t, s), "/plateformes/pronote").Body.String()), nbsp, " ")
	if !strings.Contains(own, "à 9 h 08") || !strings.Contains(own, "depuis 2 lieux") {
		t.Error("a platform's own page does not say when it was checked")
	}
}

// TestSharedGround: bars have a ground of their own where days are missing, and every ground that is used is there.
func TestSharedGround(t *testing.T) {
	page := newPage(t, morning(t))
	get(t, page, "/")
	h := page.homeView(page.current.Load().facts, filter{})
	used := map[string]int{}
	for _, platform := range h.Platforms {
		if platform.Strip == nil {
			continue
		}
		used[platform.Strip.Shared]++
		for _, ground := range h.Grounds {
			if ground.ID == platform.Strip.Shared && fmt.Sprint(ground.Paths) != fmt.Sprint(platform.Strip.Ground) {
				t.Errorf("%s stands on the ground of others", platform.Name)
			}
		}
	}
	if len(h.Grounds) != 2 || len(used) != 2 || used["g0"]+used["g1"] != 11 {
		t.Errorf("%d grounds, used %v; Lumni alone is observed since last week", len(h.Grounds), used)
	}
	if h.Platforms[0].Strip.Shared == h.Platforms[9].Strip.Shared {
		t.Error("Lumni has no ground of its own")
	}
}
