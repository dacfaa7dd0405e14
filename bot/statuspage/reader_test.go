package statuspage

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/statuspage/browsertest"
)

// TestKeyboardOnly goes through the page with the Tab key, chooses an académie and opens what it shows.
func TestKeyboardOnly(t *testing.T) {
	b := browsertest.Start(t)
	server := httptest.NewServer(newPage(t, morning(t)))
	defer server.Close()
	b.Look(t, server.URL+"/", 360, "light")
	const held = `(() => { const e = document.activeElement, s = getComputedStyle(e)
		return [e.tagName, e.getAttribute('href') || e.name || e.textContent, s.outlineStyle == 'none' ? 'unmarked' : 'marked'].join(' ') })()`
	var focus string
	var path []string
	links := len(languages()) - 1 // one to each other language
	for range 12 + links {
		b.Press(t, "Tab")
		b.Evaluate(t, held, &focus)
		if !strings.HasSuffix(focus, " marked") {
			t.Errorf("the focus cannot be seen on %s", focus)
		}
		path = append(path, strings.TrimSuffix(focus, " marked"))
	}
	want := []string{
		"A #main", "A /", "A /?lang=ar", "A /?lang=en", "A /?lang=es", "A /?lang=pt", "A /?lang=ro", "A /?lang=ru", "A /?lang=tr",
		"A /?lang=uk", "A /?lang=zh", "BUTTON Ne plus actualiser", "SELECT academie", "SELECT public", "BUTTON Afficher",
		"A /incidents/9", "A /incidents/13", "A /incidents/12", "A /plateformes/educonnect", "A /plateformes/pronote",
		"A /plateformes/ecoledirecte",
	}
	if got := strings.Join(path, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("Tab leads through\n%s", got)
	}
	b.Look(t, server.URL+"/", 360, "light")
	b.Press(t, "Tab")
	b.Press(t, "Enter")
	b.Press(t, "Tab")
	if b.Evaluate(t, held, &focus); !strings.HasPrefix(focus, "BUTTON Ne plus") {
		t.Errorf("the skip link leads to %s", focus)
	}
	b.Press(t, "Tab")
	b.Press(t, "l")
	b.Press(t, "i")
	b.Press(t, "l")
	b.Press(t, "Tab")
	b.Press(t, "Tab")
	b.Press(t, "Enter")
	b.Await(t, "Page.loadEventFired")
	if b.Evaluate(t, `location.pathname + location.search`, &focus); focus != "/?academie=lille&public=" {
		t.Errorf("the choice leads to %s", focus)
	}
}

// TestWithoutJavaScript reads the page and sends its form in a browser that runs no scripts.
func TestWithoutJavaScript(t *testing.T) {
	b := browsertest.Start(t)
	server := httptest.NewServer(newPage(t, morning(t)))
	defer server.Close()
	b.Call(t, "Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.Look(t, server.URL+"/", 360, "light")
	shoot(t, b, "without-javascript-360.png")
	for range 6 + len(languages()) - 1 { // skip link, home, the other languages, « Actualiser », two choices, and the button
		b.Press(t, "Tab")
	}
	b.Press(t, "Enter")
	b.Await(t, "Page.loadEventFired")
	var history struct {
		Entries []struct{ URL string }
	}
	if err := json.Unmarshal(b.Call(t, "Page.getNavigationHistory", nil), &history); err != nil {
		t.Fatal(err)
	}
	if last := history.Entries[len(history.Entries)-1].URL; last != server.URL+"/?academie=&public=" {
		t.Errorf("the form leads to %s", last)
	}
	if len(b.Asked) < 2 || len(b.Problems) > 0 {
		t.Errorf("asked for %v; %v", b.Asked, b.Problems)
	}
}

// TestLiveRefresh: a page that is open shows a change without a reload, keeps the focus where it is, and can be told to
// stop.
func TestLiveRefresh(t *testing.T) {
	b := browsertest.Start(t)
	s := morning(t)
	page := newPage(t, s)
	server := httptest.NewServer(page)
	defer server.Close()
	b.Look(t, server.URL+"/", 1280, "light")
	s.change(func(s *source) { s.overview.Platforms[0].Condition = bot.Unreachable })
	page.Changed()
	b.Evaluate(t, `window.kept = 1; document.querySelector('.fresh button').focus()`, nil)
	var said string
	b.Press(t, "Enter")
	if b.Evaluate(t, `document.querySelector('[role=status]').textContent`, &said); said != "La page ne s’actualise plus." {
		t.Errorf("stopped: %q", said)
	}
	b.Press(t, "Enter")
	var shown struct {
		Headline, Focus string
		Kept            int
	}
	for range 100 {
		b.Evaluate(t, `({headline: document.querySelector('.sum').textContent.trim(), focus: document.activeElement.textContent, kept: window.kept})`, &shown)
		if strings.HasPrefix(shown.Headline, "6") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if !strings.HasPrefix(shown.Headline, "6") || shown.Focus != "Ne plus actualiser" || shown.Kept != 1 {
		t.Errorf("after the change: %+v", shown)
	}
	server.Config.Handler = http.NotFoundHandler()
	b.Press(t, "Enter")
	b.Press(t, "Enter")
	for range 100 {
		if b.Evaluate(t, `document.querySelector('[role=status]').textContent`, &said); said == "La page n’a pas pu être actualisée." {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if said != "La page n’a pas pu être actualisée." || len(b.Problems) > 0 {
		t.Errorf("without an answer it says %q; %v", said, b.Problems)
	}
}

// previewPage is what the preview shows, in the colours and with the sign of the page.
const previewPage = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;width:1200px;height:630px;background:#f4f6f9;color:#182233;font-family:system-ui,"DejaVu Sans",sans-serif;display:grid;align-content:center}
div{padding:0 90px}p{margin:0}.a{display:flex;align-items:center;gap:36px;font-size:104px;font-weight:700}.a svg{width:150px;height:150px}
.b{font-size:46px;line-height:1.35;margin-top:40px}.c{display:flex;gap:36px;margin-top:56px;font-size:32px;color:#4d5a6e;align-items:center}.c svg{width:64px;height:64px}
</style><div><p class="a"><svg viewBox="0 0 32 32"><path fill="#174a8c" d="M14 2h4v2h9a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2h-9v9h-4v-9H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h9z"/><path fill="#f4f6f9" d="M7 8h18v2.500H7zm0 5h12v2.500H7z"/></svg>Panneau</p>
<p class="b">Plateformes scolaires : ce qui fonctionne, ce qui ne fonctionne pas, et depuis quand.</p>
<p class="c"><svg viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="11" fill="#17692f" stroke="none"/><path d="m6.500 12.500 4 4 7-8.500"/></svg>
<svg viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M12 1.500 23.500 22H.5z" fill="#8a4a00" stroke="none"/><path d="M12 9v6m0 3v.5"/></svg>
<svg viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M7.500 1h9L23 7.500v9L16.500 23h-9L1 16.500v-9z" fill="#b0121f" stroke="none"/><path d="m8 8 8 8m0-8-8 8"/></svg>
Service d’information non officiel</p></div>`

// makePreview makes the picture that social networks show beside a link to the page.
func makePreview(t *testing.T) {
	t.Helper()
	b := browsertest.Start(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(previewPage))
	}))
	defer server.Close()
	b.Look(t, server.URL+"/", 1200, "light")
	b.Call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": 1200, "height": 630, "deviceScaleFactor": 1, "mobile": false})
	var answer struct{ Data string }
	if err := json.Unmarshal(b.Call(t, "Page.captureScreenshot", map[string]any{"format": "png"}), &answer); err != nil {
		t.Fatal(err)
	}
	picture, err := base64.StdEncoding.DecodeString(answer.Data)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("apercu.png", picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPreview: networks want 1200 by 630 pixels, and a picture that shows something. With -update and a browser it makes
// the picture anew.
func TestPreview(t *testing.T) {
	if *update && os.Getenv("PANNEAU_TEST_CHROMIUM") != "" {
		makePreview(t)
	}
	picture, err := png.Decode(bytes.NewReader(preview))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != 1200 || size.Y != 630 {
		t.Errorf("the preview measures %s", size)
	}
	colours := map[[4]uint32]bool{}
	for x := range 1200 {
		for y := range 630 {
			r, g, b, a := picture.At(x, y).RGBA()
			colours[[4]uint32{r, g, b, a}] = true
		}
	}
	if len(colours) < 20 || len(preview) > 100_000 {
		t.Errorf("%d colours in %d bytes", len(colours), len(preview))
	}
	body := get(t, newPage(t, morning(t)), "/?academie=lille").Body.String()
	for _, tag := range []string{
		`<meta property="og:image" content="https://panneau.example/apercu.png">`,
		`<meta property="og:url" content="https://panneau.example/?academie=lille">`,
		`<link rel="canonical" href="https://panneau.example/?academie=lille">`,
	} {
		if !strings.Contains(body, tag) {
			t.Errorf("%s is missing", tag)
		}
	}
	if w := get(t, newPage(t, morning(t)), "/apercu.png"); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("the preview: status %d", w.Code)
	}
}
