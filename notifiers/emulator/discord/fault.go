package discord

import (
	"fmt"
	"net/http"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// The operations that a fault without a method concerns.
const (
	routePost = "POST /channels/{channel_id}/messages"
	routeEdit = "PATCH /channels/{channel_id}/messages/{message_id}"
)

// Inject makes the next matching requests fail. A throttled client that does not wait is throttled again until the time
// that it was told, unless the server is unlimited.
func (s *Server) Inject(f emulator.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, f)
}

// Heal takes every injected fault back.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault finds the fault for a request and uses it up.
func (s *Server) takeFault(c *call) emulator.Fault {
	for i := range s.faults {
		f := &s.faults[i]
		if f.Times == 0 || !s.concerns(*f, c) {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return *f
	}
	return emulator.Fault{}
}

func (s *Server) concerns(f emulator.Fault, c *call) bool {
	if f.Channel != "" && f.Channel != s.channelOf(c) {
		return false
	}
	if f.Method == "" {
		return c.route == routePost || c.route == routeEdit
	}
	return f.Method == c.route
}

// frontAnswer is an answer that Discord itself did not give: its front servers speak JSON for the statuses that their
// API documents and HTML for the others.
func frontAnswer(f emulator.Fault) reply {
	r := reply{status: f.Status, page: f.Body}
	if f.Body != "" {
		return r
	}
	switch {
	case f.Status == http.StatusForbidden, f.Status == http.StatusTooManyRequests, f.Status >= 500:
		r.page = frontPage(f.Status)
	case f.Status == http.StatusUnauthorized:
		return errUnauthorised.reply()
	case f.Status == http.StatusNotFound:
		return errNotFound.reply()
	default:
		r.body = map[string]any{"message": fmt.Sprintf("%d: %s", f.Status, http.StatusText(f.Status)), "code": 0}
	}
	return r
}

// throttle answers 429 and shuts the window concerned.
func (s *Server) throttle(c *call, f emulator.Fault, now time.Time) reply {
	scope := f.Scope
	if scope == "" {
		scope = "user"
	}
	answer := tooMany(scope, f.Wait)
	w := &s.limits.global
	if scope != "global" {
		w = s.limits.route(c.route, c.resource())
		w.header(answer.header, c.route, now)
		answer.header.Set("X-RateLimit-Remaining", "0")
		answer.header.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", f.Wait.Seconds()))
	}
	if !s.opts.Unlimited {
		w.shut = now.Add(f.Wait)
	}
	return answer
}
