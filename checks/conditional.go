package checks

import (
	"net/http"
	"strings"
	"sync"

	"github.com/panneau-ecole/panneau/bot"
)

// memory is what a check remembers of the last good page, so that an unchanged one need not be sent again: it stands in
// for the page that was read (RFC 9110, section 13). Nothing is remembered once something was wrong, so that a doubt is
// settled by whole pages. Nil remembers nothing; it is safe for concurrent use.
type memory struct {
	mu             sync.Mutex
	page           string // the full address
	etag, modified string
	unread         int // answers « not modified » since the page was read
}

// wholeEvery is how often the page is read whole, whatever the server says: every tenth run.
const wholeEvery = 10

// transport makes the requests for the remembered page conditional.
func (m *memory) transport(next http.RoundTripper) http.RoundTripper {
	if m == nil {
		return next
	}
	return conditional{m, next}
}

type conditional struct {
	memory *memory
	next   http.RoundTripper
}

// RoundTrip asks for the remembered page only if it has changed, and for any other as it is told to.
func (c conditional) RoundTrip(r *http.Request) (*http.Response, error) {
	return c.next.RoundTrip(c.memory.condition(r))
}

func (m *memory) condition(r *http.Request) *http.Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Method != http.MethodGet || m.page == "" || r.URL.String() != m.page || m.unread >= wholeEvery-1 {
		return r
	}
	r = r.Clone(r.Context())
	if m.etag != "" {
		r.Header.Set("If-None-Match", m.etag)
	}
	if m.modified != "" {
		r.Header.Set("If-Modified-Since", m.modified)
	}
	return r
}

// settle turns « not modified » into what was found when the page was read, and remembers a good page that was read
// whole.
func (m *memory) settle(response *http.Response, v bot.Verdict, whole bool) bot.Verdict {
	if m == nil {
		return v
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	asked := response.Request.Header.Get("If-None-Match")+response.Request.Header.Get("If-Modified-Since") != ""
	if response.StatusCode == http.StatusNotModified && asked && m.page != "" {
		m.unread++
		return verdict(bot.Up, bot.ReasonNone, "not modified since it was read whole")
	}
	m.page, m.etag, m.modified, m.unread = "", "", "", 0
	header := response.Header
	if v.Outcome != bot.Up || !whole || strings.Contains(header.Get("Cache-Control"), "no-store") {
		return v
	}
	m.etag, m.modified = header.Get("ETag"), header.Get("Last-Modified")
	if m.etag != "" || m.modified != "" {
		m.page = response.Request.URL.String()
	}
	return v
}
