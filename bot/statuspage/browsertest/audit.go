package browsertest

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"testing"
)

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
	for (const shape of document.querySelectorAll('main svg:has(use), .brand svg')) {
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

// axe is https://github.com/dequelabs/axe-core; see SOURCES.md.
//
//go:embed axe.min.js
var axe string

// Look opens a page.
func (b *Browser) Look(t *testing.T, url string, width int, scheme string) {
	t.Helper()
	b.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600,
	})
	b.Call(t, "Emulation.setEmulatedMedia", map[string]any{
		"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}},
	})
	b.Problems, b.Asked = nil, nil
	b.Call(t, "Page.navigate", map[string]any{"url": url})
	b.Await(t, "Page.loadEventFired")
}

// Faults lists what the audit and the browser's own log find.
func (b *Browser) Faults(t *testing.T) []string {
	t.Helper()
	var faults []string
	b.Evaluate(t, audit, &faults)
	return append(faults, b.Problems...)
}

// Violations lists what axe-core finds, of all its rules.
func (b *Browser) Violations(t *testing.T) []string {
	t.Helper()
	b.Evaluate(t, axe+";0", nil)
	var found []string
	b.Evaluate(t, `axe.run().then(r => r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html).join(' ')))`, &found)
	return found
}

// Picture is the whole page as PNG, or what of it is on the screen.
func (b *Browser) Picture(t *testing.T, whole bool) []byte {
	t.Helper()
	var answer struct{ Data string }
	raw := b.Call(t, "Page.captureScreenshot", map[string]any{"captureBeyondViewport": whole})
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	picture, err := base64.StdEncoding.DecodeString(answer.Data)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
