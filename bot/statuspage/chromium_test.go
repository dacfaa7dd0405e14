package statuspage

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var shots = flag.String("shots", "", "folder in which to keep pictures of the pages")

// widths in CSS pixels: a small phone, and a desk.
var widths = []int{360, 1280}

// audit returns the faults that a browser sees in a page: text that leaves the screen sideways, text whose contrast
// is under 4.5 to 1 (WCAG 2.2, 1.4.3), link targets under 24 pixels outside of sentences (2.5.8), more than one
// first heading.
const audit = `(() => {
	const faults = []
	const root = document.documentElement
	if (root.scrollWidth > root.clientWidth) faults.push('wider than the screen: ' + root.scrollWidth)
	const parse = colour => (colour.match(/[\d.]+/g) || []).map(Number)
	const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
		.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
	const ground = e => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor)
			if (c.length == 3 || c[3] > 0) return c
		}
		return [255, 255, 255]
	}
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	let seen = 0
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement
		if (!texts.currentNode.data.trim() || !e.getClientRects().length) continue
		seen++
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))]
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
		if (contrast < 4.5) faults.push('contrast ' + contrast.toFixed(2) + ': ' + texts.currentNode.data.trim())
	}
	if (seen < 5) faults.push('only ' + seen + ' texts')
	for (const shape of document.querySelectorAll('main svg, .brand svg')) {
		const a = light(parse(getComputedStyle(shape).fill)), b = light(ground(shape))
		if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 3) faults.push('pale shape in ' + shape.parentElement.textContent)
		if (!shape.getBoundingClientRect().width) faults.push('shape without size')
	}
	for (const bar of document.querySelectorAll('.bars path')) {
		const a = light(parse(getComputedStyle(bar).stroke)), b = light(ground(bar))
		if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 3) faults.push('pale bars of ' + bar.getAttribute('class'))
	}
	for (const a of document.querySelectorAll('h3 a, .brand a, .back a'))
		if (a.getBoundingClientRect().height < 24) faults.push('small target: ' + a.textContent)
	if (document.querySelectorAll('h1').length != 1) faults.push('not one first heading')
	return faults
})()`

// axe is https://github.com/dequelabs/axe-core; see testdata/SOURCES.md.
//
//go:embed testdata/axe.min.js
var axe string

// chromium is the browser for tests; without one they are skipped.
func chromium(t *testing.T) *browser {
	t.Helper()
	binary := os.Getenv("PANNEAU_TEST_CHROMIUM")
	if binary == "" {
		t.Skip("PANNEAU_TEST_CHROMIUM does not name a Chromium binary")
	}
	return startBrowser(t, binary)
}

// TestInBrowser looks at the pages as a phone and a desk show them, light and dark, in the Chromium that
// PANNEAU_TEST_CHROMIUM names, with an eye of our own and with axe-core's; nothing may be asked of another host.
func TestInBrowser(t *testing.T) {
	b := chromium(t)
	offline := morning(t)
	offline.overview.Offline = true
	pages := map[string]struct {
		source *source
		path   string
	}{
		"morning": {morning(t), "/"}, "serene": {serene(t), "/"}, "offline": {offline, "/"}, "crowd": {crowd(t), "/"},
		"lille": {morning(t), "/?academie=lille&public=familles"}, "platform": {morning(t), "/plateformes/pronote"},
		"open": {morning(t), "/incidents/12"}, "ended": {morning(t), "/incidents/8"}, "old": {morning(t), "/incidents/3"},
		"missing": {morning(t), "/nowhere"}, "absent": {&source{err: errDatabase}, "/"},
	}
	for name, page := range pages {
		server := httptest.NewServer(newPage(t, page.source))
		t.Cleanup(server.Close)
		for _, width := range widths {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(fmt.Sprintf("%s/%d/%s", name, width, scheme), func(t *testing.T) {
					b.look(t, server.URL+page.path, width, scheme)
					b.keep(t, fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
					for _, fault := range append(b.faults(t), b.violations(t)...) {
						t.Error(fault)
					}
					for _, address := range b.asked {
						if !strings.HasPrefix(address, server.URL+"/") {
							t.Errorf("asked for %s", address)
						}
					}
				})
			}
		}
	}
}

// look opens a page.
func (b *browser) look(t *testing.T, url string, width int, scheme string) {
	t.Helper()
	b.call(t, "Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600,
	})
	b.call(t, "Emulation.setEmulatedMedia", map[string]any{
		"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}},
	})
	b.problems, b.asked = nil, nil
	b.call(t, "Page.navigate", map[string]any{"url": url})
	b.await(t, "Page.loadEventFired")
}

// faults lists what the audit and the browser's own log find.
func (b *browser) faults(t *testing.T) []string {
	t.Helper()
	var faults []string
	b.evaluate(t, audit, &faults)
	return append(faults, b.problems...)
}

// violations lists what axe-core finds, of all its rules.
func (b *browser) violations(t *testing.T) []string {
	t.Helper()
	b.evaluate(t, axe+";0", nil)
	var found []string
	b.evaluate(t, `axe.run().then(r => r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html).join(' ')))`, &found)
	return found
}

// keep writes a picture of the whole page where -shots asks for it.
func (b *browser) keep(t *testing.T, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	var answer struct{ Data string }
	raw := b.call(t, "Page.captureScreenshot", map[string]any{"captureBeyondViewport": true})
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	picture, err := base64.StdEncoding.DecodeString(answer.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
