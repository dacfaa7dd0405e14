// Package slack is Slack on a loopback address: the Web API methods that a notice bot calls, Socket Mode, response
// URLs and the app manifest, with the published limits, error codes and quirks. Mount it at any host; the Web API
// stands below /api/.
package slack

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// The tokens of the emulated app. They open nothing anywhere.
const (
	BotToken = "xoxb-1000000001-2000000002-emulatedBotToken"
	AppToken = "xapp-1-A0EMULATED-3000000003-emulatedAppToken"
)

// The identifiers of the emulated workspace and app.
const (
	TeamID  = "T0EMULATED"
	AppID   = "A0EMULATED"
	BotUser = "U0PANNEAU"
	BotID   = "B0PANNEAU"
)

// Options chooses what is emulated. The zero value is as strict as the published limits.
type Options struct {
	Command   string   // the app's slash command; "/panneau" when empty
	Name      string   // the bot's name, for mentions; "Panneau" when empty
	Scopes    []string // the scopes that the bot token was granted; nil for all of them
	NoHome    bool     // the app's Home tab is switched off
	Unlimited bool     // no rate limits, for tests that are not about them
	// Workspace is the limit of chat.postMessage in the whole workspace, in messages a minute. Slack says that it
	// exists, not what it is (https://docs.slack.dev/apis/web-api/rate-limits/); 0 leaves it out.
	Workspace int
}

// Server is an emulated Slack workspace with one app in it.
type Server struct {
	options  Options
	methods  map[string]*method
	handlers map[string]handler
	mux      *http.ServeMux
	closed   chan struct{}
	closing  sync.Once

	mu        sync.Mutex
	channels  map[string]*channel
	users     map[string]User
	requests  []*emulator.Request
	faults    []*emulator.Fault
	limits    limits
	revoked   bool
	serial    int                     // of timestamps and identifiers
	origin    string                  // scheme and host of the last Web API request
	tickets   map[string]time.Time    // of WebSocket addresses not used yet, with their end
	sockets   []*socket               // open Socket Mode connections
	envelopes map[string]*envelope    // those that wait for an acknowledgement
	urls      map[string]*responseURL // by path
	pressed   answer                  // the last press
	sent      answer                  // the last window that was sent
	triggers  map[string]*trigger     // by their identifiers
	homes     map[string]*view        // what was published, by person
	modals    map[string]*view        // the window that is open, by person
	shut      map[string]bool         // who takes no direct messages
	pings     int                     // how many people or groups were pinged
	uploads   map[string]*upload      // files, by id
	noFiles   bool                    // the workspace takes none
	turn      int                     // which connection is served next
	changed   chan struct{}           // closed and replaced when a connection opens
}

var _ emulator.Chat = (*Server)(nil)

// New returns a workspace without channels.
func New(o Options) *Server {
	if o.Command == "" {
		o.Command = "/panneau"
	}
	if o.Name == "" {
		o.Name = "Panneau"
	}
	s := &Server{
		options: o, methods: methods(), channels: map[string]*channel{}, users: map[string]User{}, shut: map[string]bool{},
		tickets: map[string]time.Time{}, envelopes: map[string]*envelope{}, urls: map[string]*responseURL{},
		uploads: map[string]*upload{}, triggers: map[string]*trigger{}, homes: map[string]*view{}, modals: map[string]*view{},
		changed: make(chan struct{}),
		limits:  limits{}, mux: http.NewServeMux(), closed: make(chan struct{}),
	}
	s.handlers = s.webAPI()
	s.mux.HandleFunc("/api/{method}", s.serveMethod)
	s.mux.HandleFunc("GET /link/", s.serveSocket)
	s.mux.HandleFunc("POST /commands/", s.serveResponseURL)
	s.mux.HandleFunc("POST "+uploadPath+"{ticket}", s.serveUpload)
	return s
}

// ServeHTTP answers the Web API, the WebSocket endpoint and response URLs.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// Close ends every connection and what is still being delivered. An emulator that is forgotten without it stops by
// itself within minutes.
func (s *Server) Close() {
	s.closing.Do(func() { close(s.closed) })
	s.Hangup()
}

// Requests lists every request received, in order of arrival: Web API calls by their method's name, acknowledgements
// over Socket Mode as "ack", uses of a response URL as "response_url" and files sent as "upload".
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

// Heal takes every injected fault back.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Inject makes the next matching requests fail. An acknowledgement ("ack") is lost on its way, whatever the kind.
func (s *Server) Inject(f emulator.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Pings counts the mentions that alerted somebody: <!channel>, <@U…>, a broadcast element, or link_names.
func (s *Server) Pings() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pings
}

// record notes the arrival of a request.
func (s *Server) record(method, channel string) *emulator.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &emulator.Request{Method: method, Channel: channel, At: time.Now()}
	s.requests = append(s.requests, r)
	return r
}

// fault takes the first injected fault that matches.
func (s *Server) fault(method, channel string) (emulator.Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		matches := f.Method == method || f.Method == "" && (method == "chat.postMessage" || method == "chat.update")
		if f.Times == 0 || !matches || f.Channel != "" && f.Channel != channel {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return *f, true
	}
	return emulator.Fault{}, false
}

// arguments reads the form or the JSON body of a request, as Slack accepts both.
func arguments(r *http.Request) (url.Values, string) {
	if isJSON(r) {
		return jsonArguments(r)
	}
	if err := r.ParseForm(); err != nil {
		return nil, "invalid_form_data"
	}
	return r.Form, ""
}
