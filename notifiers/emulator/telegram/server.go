package telegram

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// The emulated bot's account. The token opens nothing anywhere.
const (
	Token    = "100200300:AAEmulatedTokenThatOpensNothing1234"
	BotID    = 100200300
	Username = "PanneauBot"
)

// Options chooses what is emulated. The zero value is as strict as the published limits.
type Options struct {
	Unlimited   bool         // no rate limits, for tests that are not about them
	Haste       int          // multiplies the 30 messages a second of the bot, for benchmarks in shortened time; 0 for none
	Description *Description // to share between servers; nil to read it anew, which takes some ten milliseconds
}

// Server is an emulated Telegram with one bot in it.
type Server struct {
	options  Options
	describe *Description
	handlers map[string]handler

	mu       sync.Mutex
	chats    map[int64]*chat
	names    map[string]int64 // ids of public channels, by "@name"
	people   map[string]int64 // ids of those who write in groups, by name
	requests []*emulator.Request
	faults   []*emulator.Fault
	limits   limits
	revoked  bool
	serial   int   // of messages in private chats and basic groups, which share one count
	newest   int64 // of the chats that the server itself made
	menus    map[menuKey][]botCommand
	texts    map[textKey]string
	queue    queue
	presses  []*press
}

var _ emulator.Chat = (*Server)(nil)

// New returns a Telegram without chats.
func New(o Options) *Server {
	if o.Description == nil {
		o.Description = Describe()
	}
	s := &Server{
		options: o, describe: o.Description, chats: map[int64]*chat{}, names: map[string]int64{},
		people: map[string]int64{}, limits: limits{}, menus: map[menuKey][]botCommand{}, texts: map[textKey]string{},
		queue: queue{next: firstUpdate, changed: make(chan struct{})},
	}
	s.handlers = s.methods()
	return s
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

// Heal takes every injected fault back.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Inject makes the next matching requests fail.
func (s *Server) Inject(f emulator.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Revoke makes the token invalid, as @BotFather does. Polls that wait end.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
	s.queue.wake()
}

// record notes the arrival of a request.
func (s *Server) record(method, channel string) *emulator.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &emulator.Request{Method: method, Channel: channel, At: time.Now()}
	s.requests = append(s.requests, r)
	return r
}

// note completes the record of a request before its answer leaves.
func (s *Server) note(request *emulator.Request, status int, problem string, accepted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	request.Status, request.Accepted = status, accepted
	request.Refused = status == http.StatusTooManyRequests
	if problem != "" {
		request.Problem = problem
	}
}

// fault takes the first injected fault that matches.
func (s *Server) fault(method, channel string) (emulator.Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		matches := f.Method == method || f.Method == "" && limited(method)
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

// limited reports whether a method posts or edits, and so draws on the limits.
func limited(method string) bool {
	return slices.Contains([]string{"sendMessage", "sendPhoto", "editMessageText"}, method)
}
