package statuspage

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Source is where the facts come from. Its methods may be called at the same time as anything else.
type Source interface {
	// Overview is the state of every platform that the public may see. An incident of a platform that is not listed
	// is not shown either.
	Overview(ctx context.Context) (bot.Overview, error)
	// Incidents lists those that are open and the last few that ended, in any order.
	Incidents(ctx context.Context) ([]bot.Incident, error)
	// Dossier is everything that is kept of one incident, however old. bot.ErrNotFound: there is none.
	Dossier(ctx context.Context, id bot.IncidentID) (bot.Dossier, error)
	// Said is what was said about incidents, of those that somebody spoke about.
	Said(ctx context.Context, list []bot.Incident) (map[bot.IncidentID][]bot.Statement, error)
	// Hours lists what the checks of a platform came to in the hours from one time until another.
	Hours(ctx context.Context, p bot.PlatformID, from, until time.Time) ([]bot.Hour, error)
}

// Config is what a Page needs. Every field is required.
type Config struct {
	Source Source
	// Label is what a condition is called in a language, in lower case and as it stands after « Pronote : »; also
	// NotYetKnown has a name.
	Label    func(lang string, c bot.Condition) string
	Renderer bot.Renderer      // gives the advice
	Almanac  *calendar.Almanac // tells school days
	// Chat is the kind of chat that an account speaks on.
	Chat   func(bot.AccountID) bot.ChatPlatform
	Logger *slog.Logger
}

// Page serves the public page. Make one with New; it is safe for concurrent use.
type Page struct {
	config    Config
	languages []language
	areas     []area
	header    http.Header          // sent with every answer
	static    map[string]*document // by path: what never changes
	missing   []*document          // 404, by language
	absent    []*document          // 503, by language: no facts were ever read
	absentAPI *document            // the same for programs

	changes atomic.Int64 // how often Changed was called
	current atomic.Pointer[snapshot]
	making  sync.Mutex // held while a snapshot is made
	files   archive
}

// New returns a Page that has read nothing yet: the first request does.
func New(c Config) *Page {
	p := &Page{config: c, languages: languages(), areas: areas(), header: securityHeader(style, script)}
	p.files = archive{source: c.Source, kept: make(map[bot.IncidentID]*file)}
	p.static = map[string]*document{
		"/favicon.svg":         p.document("image/svg+xml", "public, max-age=86400", []byte(favicon)),
		"/apercu.png":          p.document("image/png", "public, max-age=86400", preview),
		"/api/v1/openapi.yaml": p.open("application/yaml", "public, max-age=3600", []byte(openAPI)),
	}
	p.missing, p.absent = p.fixed("missing"), p.fixed("absent")
	p.absentAPI = p.open("application/json", "no-store", []byte(`{"error":"the facts cannot be read"}`+"\n"))
	return p
}

// Changed says that there is something new: the next request reads the facts again.
func (p *Page) Changed() { p.changes.Add(1) }

// ServeHTTP answers GET and HEAD requests without a body, and what a browser asks before a program of another site may
// read.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodOptions && forPrograms(r.URL.Path):
		p.allow(w)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		p.say(w, r, http.StatusMethodNotAllowed, p.languages[0].say("readonly", nil))
	case r.ContentLength != 0:
		w.Header().Set("Connection", "close")
		p.say(w, r, http.StatusRequestEntityTooLarge, p.languages[0].say("nobody", nil))
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
	if s.facts == nil && routed(r.URL.Path) {
		p.serveAbsent(w, r)
		return
	}
	d, err := p.find(s, r.URL.Path, r.URL.RawQuery)
	switch {
	case err != nil:
		p.config.Logger.Error("status page cannot read an incident", "path", r.URL.Path, "err", err)
		p.serveAbsent(w, r)
	case d == nil:
		p.missing[p.lang(r)].serve(w, r, http.StatusNotFound)
	default:
		d.serve(w, r, http.StatusOK)
	}
}

func (p *Page) serveAbsent(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "10")
	d := p.absent[p.lang(r)]
	if forPrograms(r.URL.Path) {
		d = p.absentAPI
	}
	d.serve(w, r, http.StatusServiceUnavailable)
}

// lang is the language that a request names, as an index into languages; the default one where it names none.
func (p *Page) lang(r *http.Request) int {
	tag := r.URL.Query().Get("lang")
	return max(0, slices.IndexFunc(p.languages, func(l language) bool { return l.tag == tag }))
}

// say answers with a line of text that nobody keeps.
func (p *Page) say(w http.ResponseWriter, r *http.Request, status int, text string) {
	d := p.document("text/plain; charset=utf-8", "no-store", []byte(text+"\n"))
	d.serve(w, r, status)
}
