package statuspage

import (
	"bytes"
	"compress/gzip"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// textOf is what people read of a page.
func textOf(page string) string {
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "\n"))
}

func TestEscaping(t *testing.T) {
	const nasty = `"><script>alert('x')</script><img src=x onerror=alert(1)>&lt;`
	s := morning(t)
	s.overview.Platforms[1].Platform.Name = nasty
	s.overview.Place.Name = nasty
	s.overview.PageURL = `javascript:alert("x")`
	for _, path := range []string{"/", "/incidents/12"} {
		body := strings.Replace(get(t, newPage(t, s), path).Body.String(), "<script>"+script+"</script>", "", 1)
		for _, live := range []string{"<script", "<img", "javascript:"} {
			if strings.Contains(body, live) {
				t.Errorf("%s: %q stands in the page", path, live)
			}
		}
		if !strings.Contains(textOf(body), `alert('x')`) {
			t.Errorf("%s: the name is not shown", path)
		}
	}
}

func TestNotModified(t *testing.T) {
	page := newPage(t, morning(t))
	for _, path := range []string{"/", "/incidents/12", "/api/v1/status.json", "/favicon.svg"} {
		etag := get(t, page, path).Header().Get("Etag")
		for _, match := range []string{etag, strings.TrimPrefix(etag, "W/"), `"other", ` + etag, "*"} {
			w := get(t, page, path, "If-None-Match", match)
			if w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("Etag") != etag {
				t.Errorf("%s with %s: status %d, %d bytes", path, match, w.Code, w.Body.Len())
			}
		}
		if w := get(t, page, path, "If-None-Match", `"other"`); w.Code != http.StatusOK {
			t.Errorf("%s with another tag: status %d", path, w.Code)
		}
	}
}

func TestTagFollowsTheFacts(t *testing.T) {
	s := morning(t)
	page := newPage(t, s)
	before := get(t, page, "/").Header().Get("Etag")
	s.change(func(s *source) { s.overview.Platforms[1].Condition = bot.Normal })
	page.Changed()
	if after := get(t, page, "/").Header().Get("Etag"); after == before {
		t.Error("the tag is the same although the page is not")
	}
}

func TestCompression(t *testing.T) {
	page := newPage(t, crowd(t))
	plain := get(t, page, "/").Body.Bytes()
	for accept, want := range map[string]string{
		"gzip": "gzip", "br, gzip;q=0.5": "gzip", "*": "gzip", "GZIP": "gzip",
		"": "", "br": "", "gzip;q=0": "", "gzip; q=0.0, *": "", "*;q=0": "",
	} {
		w := get(t, page, "/", "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, got, want)
			continue
		}
		if got := unpacked(t, w); !bytes.Equal(got, plain) {
			t.Errorf("Accept-Encoding %q: another page", accept)
		}
	}
}

// firstView is the most that the page may weigh, in bytes before it is compressed: all of it is read by who reads with
// the oldest of phones.
const firstView = 50_000

// TestFirstView bounds what crosses a slow line before somebody can read: the page is one answer and loads nothing.
func TestFirstView(t *testing.T) {
	for _, test := range []struct {
		name         string
		source       *source
		plain, wired int // bytes
	}{
		{"a morning with twelve platforms", morning(t), 30_000, 8_000},
		{"an ordinary day of the whole catalogue", ordinary(t), firstView, 9_000},
		{"the whole catalogue with an incident of each", storm(t), firstView, 9_000},
	} {
		page := newPage(t, test.source)
		plain, wired := get(t, page, "/").Body.Len(), get(t, page, "/", "Accept-Encoding", "gzip").Body.Len()
		t.Logf("%s: %d bytes, %d on the line", test.name, plain, wired)
		if plain > test.plain || wired > test.wired {
			t.Errorf("%s: more than %d bytes, or more than %d on the line", test.name, test.plain, test.wired)
		}
	}
	body := get(t, newPage(t, morning(t)), "/").Body.String()
	for _, load := range []string{"<img", "<iframe", "stylesheet", " src=", "@import", "url(", "<object", "preload"} {
		if strings.Contains(body, load) {
			t.Errorf("the page loads something: %q", load)
		}
	}
}

func unpacked(t *testing.T, w *httptest.ResponseRecorder) []byte {
	t.Helper()
	if w.Header().Get("Content-Encoding") != "gzip" {
		return w.Body.Bytes()
	}
	r, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestMethodsAndBodies(t *testing.T) {
	page := newPage(t, morning(t))
	ask := func(method, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body)))
		return w
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"} {
		if w := ask(method, ""); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := ask("GET", "body"); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("GET with a body: status %d", w.Code)
	}
	if w := ask("HEAD", ""); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: status %d, %d bytes, length %q", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	page := newPage(t, morning(t))
	for _, path := range []string{
		"/", "/incidents/12", "/incidents/999", "/incidents/012", "/incidents/", "/nowhere", "//", "/../etc",
		"/api/v1/status.json", "/favicon.svg", "/healthz", "/readyz",
	} {
		header := get(t, page, path).Header()
		if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
			!strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if header.Get("Cache-Control") == "" || header.Get("Content-Type") == "" {
			t.Errorf("%s: no Cache-Control or no Content-Type", path)
		}
	}
}

func TestReadsAtMostOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := morning(t)
		page := newPage(t, s)
		for range 100 {
			get(t, page, "/")
			get(t, page, "/api/v1/status.json")
			time.Sleep(25 * time.Millisecond)
		}
		if s.reads != 3 { // at 0, 1 and 2 seconds
			t.Errorf("%d reads in two and a half seconds", s.reads)
		}
		page.Changed()
		get(t, page, "/")
		if s.reads != 4 {
			t.Errorf("%d reads after a change", s.reads)
		}
	})
}

func TestSilentSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := morning(t)
		s.overview.Now = time.Now()
		config := configure(t, s)
		config.Logger = slog.New(slog.NewTextHandler(&log, nil))
		page := New(config)
		get(t, page, "/")
		s.change(func(s *source) { s.err = errDatabase })

		time.Sleep(30 * time.Second)
		if w := get(t, page, "/"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "ne peut pas relire") {
			t.Errorf("half a minute of silence: status %d, or the page doubts already", w.Code)
		}
		if w := get(t, page, "/readyz"); w.Code != http.StatusServiceUnavailable {
			t.Errorf("readyz: status %d", w.Code)
		}
		time.Sleep(31 * time.Second)
		w := get(t, page, "/")
		text := textOf(w.Body.String())
		if w.Code != http.StatusOK || !strings.Contains(text, "ne peut pas relire ses informations") ||
			!strings.Contains(text, "Dernier état connu") || strings.Contains(text, "Vérifié") {
			t.Errorf("a minute of silence: status %d, %s", w.Code, text)
		}
		s.change(func(s *source) { s.err = nil; s.overview.Now = time.Now() })
		time.Sleep(2 * time.Second)
		if w := get(t, page, "/readyz"); w.Code != http.StatusOK {
			t.Errorf("readyz, well again: status %d", w.Code)
		}
		if n := strings.Count(log.String(), "\n"); n != 2 {
			t.Errorf("%d log lines, want one for each change:\n%s", n, &log)
		}
	})
}

func TestOfflineSaysFromWhen(t *testing.T) {
	s := morning(t)
	page := newPage(t, s)
	get(t, page, "/")
	s.change(func(s *source) {
		s.overview.Offline = true
		s.overview.Now = s.overview.Now.Add(10 * time.Minute)
	})
	page.Changed()
	text := strings.Join(strings.Fields(textOf(get(t, page, "/").Body.String())), " ")
	want := "Panneau ne voit pas Internet en ce moment : ces informations datent de 9 h 12 ."
	if !strings.Contains(text, want) {
		t.Errorf("the page does not say %q:\n%s", want, text)
	}
	if w := get(t, page, "/readyz"); w.Code != http.StatusOK {
		t.Errorf("readyz: status %d: the page itself works", w.Code)
	}
}
