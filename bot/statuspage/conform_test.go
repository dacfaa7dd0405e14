package statuspage

import (
	"testing"

	"github.com/panneau-ecole/panneau/bot/statuspage/htmltest"
)

// TestPagesConform holds every kind of page, in every state of the facts, to the HTML standard.
func TestPagesConform(t *testing.T) {
	offline, blank := morning(t), &source{}
	offline.overview.Offline = true
	for name, s := range map[string]*source{
		"morning": morning(t), "nothing": serene(t), "no address": without(t), "all of the catalogue": crowd(t), "offline": offline, "empty": blank,
	} {
		page := newPage(t, s)
		paths := []string{
			"/", "/?academie=lille&public=familles", "/plateformes/pronote", "/plateformes/educonnect", "/incidents/12", "/incidents/9",
			"/incidents/13", "/nulle-part",
		}
		if len(s.overview.Platforms) > 50 {
			paths = paths[:1]
		}
		for _, path := range paths {
			w := get(t, page, path)
			for _, problem := range htmltest.Problems(w.Body.Bytes()) {
				t.Errorf("%s, %s (%d): %s", name, path, w.Code, problem)
			}
		}
	}
}
