package statuspage

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/panneau-ecole/panneau/bot"
)

// Source is where the facts come from. Both methods may be called at the same time as anything else.
type Source interface {
	// Overview is the state of every platform that the public may see. An incident of a platform that is not listed
	// is not shown either.
	Overview(ctx context.Context) (bot.Overview, error)
	// Incidents lists those that are open and the last few that ended, in any order.
	Incidents(ctx context.Context) ([]bot.Incident, error)
}

// Config is what a Page needs. Every field is required.
type Config struct {
	Source Source
	// Label is what a condition is called in French, in lower case and as it stands after « Pronote : »; also
	// NotYetKnown has a name.
	Label  func(bot.Condition) string
	Logger *slog.Logger
}

// Page serves the public page. Make one with New; it is safe for concurrent use.
type Page struct {
	config    Config
	templates *template.Template
	header    http.Header          // sent with every answer
	static    map[string]*document // by path: what never changes
	missing   *document            // 404
	absent    *document            // 503: no facts were ever read
	absentAPI *document            // the same for programs

	changes atomic.Int64 // how often Changed was called
	current atomic.Pointer[snapshot]
	making  sync.Mutex // held while a snapshot is made
}

// New returns a Page that has read nothing yet: the first request does.
func New(c Config) *Page {
	p := &Page{config: c, templates: parseTemplates(), header: securityHeader(style)}
	p.static = map[string]*document{
		"/favicon.svg":         p.document("image/svg+xml", "public, max-age=86400", []byte(favicon)),
		"/api/v1/openapi.yaml": p.document("application/yaml", "public, max-age=3600", []byte(openAPI)),
	}
	p.missing = p.fixed("missing", "Page introuvable")
	p.absent = p.fixed("absent", "Informations indisponibles")
	p.absentAPI = p.json("no-store", []byte(`{"error":"the facts cannot be read"}`+"\n"))
	return p
}

// Changed says that there is something new: the next request reads the facts again.
func (p *Page) Changed() { p.changes.Add(1) }

// ServeHTTP answers GET and HEAD requests without a body.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		p.say(w, r, http.StatusMethodNotAllowed, "Cette page se lit seulement.")
	case r.ContentLength != 0:
		w.Header().Set("Connection", "close")
		p.say(w, r, http.StatusRequestEntityTooLarge, "Cette page ne reçoit rien.")
	case r.URL.Path == "/healthz":
		p.say(w, r, http.StatusOK, "ok")
	case r.URL.Path == "/readyz":
		p.serveReady(w, r)
	default:
		p.serveDocument(w, r)
	}
}

func (p *Page) serveReady(w http.ResponseWriter, r *http.Request) {
	if s := p.latest(r.Context()); s.failed {
		p.say(w, r, http.StatusServiceUnavailable, "the facts cannot be read")
		return
	}
	p.say(w, r, http.StatusOK, "ok")
}

func (p *Page) serveDocument(w http.ResponseWriter, r *http.Request) {
	if d := p.static[r.URL.Path]; d != nil {
		d.serve(w, r, http.StatusOK)
		return
	}
	s := p.latest(r.Context())
	render := s.documents[r.URL.Path]
	switch {
	case s.facts == nil && routed(r.URL.Path):
		p.serveAbsent(w, r)
	case render == nil:
		p.missing.serve(w, r, http.StatusNotFound)
	default:
		render().serve(w, r, http.StatusOK)
	}
}

func (p *Page) serveAbsent(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "10")
	d := p.absent
	if r.URL.Path == statusPath {
		d = p.absentAPI
	}
	d.serve(w, r, http.StatusServiceUnavailable)
}

// say answers with a line of text that nobody keeps.
func (p *Page) say(w http.ResponseWriter, r *http.Request, status int, text string) {
	d := p.document("text/plain; charset=utf-8", "no-store", []byte(text+"\n"))
	d.serve(w, r, status)
}
