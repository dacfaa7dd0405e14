package discord

import (
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Options says how the emulator differs from its strictest form.
type Options struct {
	Token     string        // the bot's token, without "Bot "; empty: any token is accepted until Revoke
	Locale    string        // of people's clients; empty: "fr"
	Unlimited bool          // no rate limits and no identify spacing, for tests that are about something else
	Heartbeat time.Duration // heartbeat_interval of the gateway; 0: 41.25 s as Discord names it
	// Inspect is called for each request before anything else is done with it. What it returns becomes the Problem of
	// the request. The sub-package openapi has one that checks against Discord's own description.
	Inspect func(r *http.Request, body []byte) error
}

// Server is one emulated Discord with one bot in it. It implements [emulator.Chat].
type Server struct {
	opts     Options
	mux      *http.ServeMux
	upgrader websocket.Upgrader
	version  *regexp.Regexp

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced when commands or connections change
	lastID    int64
	revoked   bool
	requests  []*emulator.Request
	faults    []emulator.Fault
	limits    limits
	channels  map[string]*channel
	guilds    []*guild
	commands  []command
	exchanges map[string]*exchange // by interaction token
	last      map[string]any       // the last interaction as it was sent
	sessions  map[string]*session
	identify  identifyBudget
	stalled   bool
	bot       user
	users     map[string]user
	shut      map[string]bool   // who takes no direct messages
	locales   map[string]string // of people's clients, where they differ
}

var _ emulator.Chat = (*Server)(nil)

// New returns a Discord without channels.
func New(o Options) *Server {
	if o.Locale == "" {
		o.Locale = "fr"
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 41250 * time.Millisecond
	}
	s := &Server{
		opts:      o,
		upgrader:  websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }},
		version:   regexp.MustCompile(`^/api(/v(9|10))?/`),
		changed:   make(chan struct{}),
		limits:    newLimits(),
		channels:  make(map[string]*channel),
		exchanges: make(map[string]*exchange),
		sessions:  make(map[string]*session),
		users:     make(map[string]user),
		shut:      make(map[string]bool),
		locales:   make(map[string]string),
	}
	s.bot = user{ID: s.nextID(), Username: "panneau", Discriminator: "0042", Bot: true}
	s.mux = s.routes()
	return s
}

// epoch is the first millisecond that an id can tell, in Unix milliseconds.
// https://docs.discord.com/developers/reference#snowflakes
const epoch = 1420070400000

// nextID returns a snowflake: always larger than the one before, and, as time goes, telling when it was made. Times
// before the epoch (a synctest bubble starts in 2000) count as the epoch.
func (s *Server) nextID() string {
	id := max(time.Now().UnixMilli()-epoch, 0) << 22
	s.lastID = max(s.lastID+1, id)
	return formatID(s.lastID)
}

// ServeHTTP serves the REST API at /, /api, /api/v9 and /api/v10, and the gateway wherever a WebSocket is asked for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if websocket.IsWebSocketUpgrade(r) {
		s.serveGateway(w, r)
		return
	}
	if prefix := s.version.FindString(r.URL.Path); prefix != "" {
		http.StripPrefix(prefix[:len(prefix)-1], s.mux).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Requests lists every request received, in order of arrival.
func (s *Server) Requests() []emulator.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]emulator.Request, len(s.requests))
	for i, r := range s.requests {
		list[i] = *r
	}
	return list
}

// Forget forgets the requests received so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// Revoke makes the token invalid: the API answers 401 and the gateway closes with 4004.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
	for _, session := range s.sessions {
		session.close(closeAuthenticationFailed)
	}
}

// Commands returns the names of the registered commands, in order.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, c := range s.commands {
		names = append(names, c.Name)
	}
	return names
}

// note wakes those who wait for commands or connections. Callers hold mu.
func (s *Server) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}
