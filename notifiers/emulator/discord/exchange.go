package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// maxBody bounds what is read of a request, in bytes: all files, and their form.
const maxBody = maxFiles + 1<<20

// call is a request under way.
type call struct {
	http   *http.Request
	route  string       // as in emulator.Request.Method
	body   []byte       // as JSON
	files  []attachment // sent along
	form   string       // what is wrong with a form
	record *emulator.Request
}

func (c *call) channel() string { return c.http.PathValue("channel_id") }

// reply is an answer: a body in JSON, or a page as it is.
type reply struct {
	status int
	header http.Header
	body   any
	page   string
	scope  string // of a 429
}

func done() reply { return reply{status: http.StatusNoContent} }

func found(body any) reply { return reply{status: http.StatusOK, body: body} }

// operation carries a request out. It runs under Server.mu.
type operation func(c *call) reply

// handle wraps an operation in what is the same for all: the record, the faults, the limits, the token.
func (s *Server) handle(op operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
		c := &call{http: r, route: r.Pattern, body: body}
		c.openForm()
		fault := s.arrive(c)
		switch fault.Kind {
		case emulator.Hang:
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		case emulator.CutBefore:
			panic(http.ErrAbortHandler)
		case emulator.Late:
			time.AfterFunc(fault.Wait, func() { s.answer(c, fault, op) })
			panic(http.ErrAbortHandler)
		}
		answer := s.answer(c, fault, op)
		if fault.Kind == emulator.Delay {
			delay(r, fault.Wait)
		}
		write(w, answer, fault.Kind)
	}
}

// arrive records the request and returns the fault that it is to meet.
func (s *Server) arrive(c *call) emulator.Fault {
	problem := s.inspect(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.record = &emulator.Request{Method: c.route, Channel: s.channelOf(c), At: time.Now(), Problem: problem}
	s.requests = append(s.requests, c.record)
	return s.takeFault(c)
}

func (s *Server) inspect(c *call) string {
	if s.opts.Inspect == nil {
		return ""
	}
	r := c.http.Clone(c.http.Context())
	if c.multipart() { // the description has the same object for both
		r.Header.Set("Content-Type", "application/json")
	}
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	if err := s.opts.Inspect(r, c.body); err != nil {
		return err.Error()
	}
	return ""
}

// channelOf names the channel of a request; that of an interaction is where the person wrote.
func (s *Server) channelOf(c *call) string {
	if id := c.channel(); id != "" {
		return id
	}
	if x := s.exchanges[c.token()]; x != nil {
		return x.channel
	}
	return ""
}

// token is the interaction token in the path, if any.
func (c *call) token() string {
	if t := c.http.PathValue("interaction_token"); t != "" {
		return t
	}
	return c.http.PathValue("webhook_token")
}

// answer decides about a request, carries it out where it may, and completes the record.
func (s *Server) answer(c *call, fault emulator.Fault, op operation) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	answer := s.decide(c, fault, op, now)
	if !s.opts.Unlimited {
		s.limits.count(answer.status, answer.scope, now)
	}
	record := c.record
	record.Status = answer.status
	record.Refused = answer.status == http.StatusTooManyRequests
	record.Accepted = answer.status < 300
	switch fault.Kind {
	case emulator.CutAfter, emulator.Late:
		record.Status = 0
	case emulator.Garbage:
		answer = reply{status: http.StatusOK, page: "\x00\x01 <garbage"}
	}
	return answer
}

func (s *Server) decide(c *call, fault emulator.Fault, op operation, now time.Time) reply {
	if s.limits.banned.After(now) {
		return cloudflare(s.limits.banned.Sub(now))
	}
	switch fault.Kind {
	case emulator.Answer:
		return frontAnswer(fault)
	case emulator.Throttle:
		return s.throttle(c, fault, now)
	}
	if !strings.HasPrefix(c.http.UserAgent(), "DiscordBot (") {
		s.problem(c, "User-Agent is not of the form DiscordBot (url, version)")
		return errUserAgent.reply()
	}
	if c.token() == "" && !s.authorised(c.http.Header.Get("Authorization")) {
		return errUnauthorised.reply()
	}
	window, refused := s.refuse(c, now)
	if refused.status != 0 {
		return refused
	}
	answer := op(c)
	if window != nil && answer.status != http.StatusTooManyRequests {
		if answer.header == nil {
			answer.header = make(http.Header)
		}
		window.header(answer.header, c.route, now)
	}
	return answer
}

func (s *Server) authorised(header string) bool {
	token, ok := strings.CutPrefix(header, "Bot ")
	return ok && !s.revoked && token != "" && (s.opts.Token == "" || token == s.opts.Token)
}

// refuse draws on the limits. It returns the window of the route, and an answer if there is nothing left.
func (s *Server) refuse(c *call, now time.Time) (*window, reply) {
	if s.opts.Unlimited {
		return nil, reply{}
	}
	w := s.limits.route(c.route, c.resource())
	// Answers to interactions are not subject to the global limit.
	if c.token() == "" {
		if wait := s.limits.global.take(now); wait > 0 {
			return w, tooMany("global", wait)
		}
	}
	if wait := w.take(now); wait > 0 {
		r := tooMany("user", wait)
		w.header(r.header, c.route, now)
		return w, r
	}
	return w, reply{}
}

// resource is what a route's limit is counted for.
func (c *call) resource() string {
	return c.channel() + c.http.PathValue("guild_id") + c.token()
}

// problem notes what is wrong with a request. Callers hold mu.
func (s *Server) problem(c *call, text string) {
	record := c.record
	if record.Problem != "" {
		record.Problem += "; "
	}
	record.Problem += text
}

// decode reads the body. What Discord does not know it ignores, but a description that does not list it is a problem.
func (s *Server) decode(c *call, into any) bool {
	if err := json.Unmarshal(c.body, into); err != nil {
		s.problem(c, err.Error())
		return false
	}
	strict := json.NewDecoder(bytes.NewReader(c.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		s.problem(c, err.Error())
	}
	return true
}

func delay(r *http.Request, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// write sends the answer, or breaks off as the fault wants it.
func write(w http.ResponseWriter, answer reply, fault emulator.FaultKind) {
	if fault == emulator.CutAfter {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), answer.header)
	data := []byte(answer.page)
	kind := "text/html; charset=UTF-8"
	if answer.page == "" {
		kind = "application/json"
		if answer.body != nil {
			data, _ = json.Marshal(answer.body)
		}
	}
	if strings.HasPrefix(answer.page, "{") {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(answer.status)
	if fault != emulator.CutBody {
		w.Write(data)
		return
	}
	w.Write(data[:len(data)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
