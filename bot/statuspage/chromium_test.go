package statuspage

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot/statuspage/browsertest"
)

var shots = flag.String("shots", "", "folder in which to keep pictures of the pages")

// widths in CSS pixels: a small phone, and a desk.
var widths = []int{360, 1280}

// TestInBrowser looks at the pages as a phone and a desk show them, light and dark, in the Chromium that
// PANNEAU_TEST_CHROMIUM names, with an eye of our own and with axe-core's; nothing may be asked of another host.
func TestInBrowser(t *testing.T) {
	b := browsertest.Start(t)
	offline := morning(t)
	offline.overview.Offline = true
	pages := map[string]struct {
		source *source
		path   string
	}{
		"morning": {morning(t), "/"}, "serene": {serene(t), "/"}, "offline": {offline, "/"}, "crowd": {crowd(t), "/"},
		"lille": {morning(t), "/?academie=lille&public=familles"}, "platform": {morning(t), "/plateformes/pronote"},
		"open": {morning(t), "/incidents/12"}, "ended": {morning(t), "/incidents/8"}, "old": {morning(t), "/incidents/3"},
		"arabic": {quoted(t), "/?lang=ar"}, "arabic-open": {quoted(t), "/incidents/12?lang=ar"}, "english": {quoted(t), "/?academie=lille&lang=en"},
		"missing": {morning(t), "/nowhere"}, "absent": {&source{err: errDatabase}, "/"},
	}
	for name, page := range pages {
		server := httptest.NewServer(newPage(t, page.source))
		t.Cleanup(server.Close)
		for _, width := range widths {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(fmt.Sprintf("%s/%d/%s", name, width, scheme), func(t *testing.T) {
					b.Look(t, server.URL+page.path, width, scheme)
					shoot(t, b, fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
					for _, fault := range append(b.Faults(t), b.Violations(t)...) {
						t.Error(fault)
					}
					for _, address := range b.Asked {
						if !strings.HasPrefix(address, server.URL+"/") {
							t.Errorf("asked for %s", address)
						}
					}
				})
			}
		}
	}
}

// shoot writes a picture of the whole page where -shots asks for it.
func shoot(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name), b.Picture(t, true), 0o644); err != nil {
		t.Fatal(err)
	}
}
