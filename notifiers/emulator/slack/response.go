package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// A response URL may be used five times within thirty minutes.
// https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
const (
	responseUses = 5
	responseTime = 30 * time.Minute
)

// responseURL is an address that an answer to a slash command may be sent to.
type responseURL struct {
	channel, user string
	left          int
	end           time.Time
}

// newResponseURL makes an address; the caller holds the mutex.
func (s *Server) newResponseURL(channel, user string) string {
	path := fmt.Sprintf("/commands/%s/%d/emulatedSecret", TeamID, s.serial)
	s.urls[path] = &responseURL{channel: channel, user: user, left: responseUses, end: time.Now().Add(responseTime)}
	return s.origin + path
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	request := s.record("response_url", "")
	to, code := s.redeemURL(r.URL.Path)
	request.Channel = to.channel
	if r.Header.Get("Authorization") != "" {
		code = "invalid_auth" // the token has no business here
	}
	if code != "" {
		s.note(request, http.StatusNotFound, code, refusal(code))
		writeJSON(w, http.StatusNotFound, refusal(code))
		return
	}
	carryOut := func() answer { return s.receive(w, r, to) }
	if f, found := s.fault("response_url", to.channel); found {
		s.fail(w, r, request, f, "", carryOut)
		return
	}
	a := carryOut()
	status := http.StatusOK
	if a["ok"] != true {
		status = http.StatusBadRequest
	}
	s.note(request, status, "", a)
	writeJSON(w, status, a)
}

func (s *Server) redeemURL(path string) (responseURL, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.urls[path]
	switch {
	case u == nil:
		return responseURL{}, "no_such_url"
	case time.Now().After(u.end):
		return *u, "expired_url"
	case u.left == 0:
		return *u, "used_url"
	}
	u.left--
	return *u, ""
}

func (s *Server) receive(w http.ResponseWriter, r *http.Request, to responseURL) answer {
	var payload map[string]any
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&payload); err != nil {
		return refusal("invalid_payload")
	}
	if refused := s.respond(to.channel, to.user, payload); refused != nil {
		return refused
	}
	return answer{"ok": true}
}

// respond shows the answer to a slash command or a press: to the person alone, unless the app wants everybody to see it.
func (s *Server) respond(channel, user string, payload map[string]any) answer {
	text, _ := payload["text"].(string)
	args := url.Values{"text": {text}}
	if payload["blocks"] != nil {
		args.Set("blocks", compact(payload["blocks"]))
	}
	m := &message{user: BotUser, only: user}
	if payload["response_type"] == "in_channel" {
		m.only = ""
	}
	m.thread, _ = payload["thread_ts"].(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return refusal("channel_not_found")
	}
	if payload["replace_original"] == true || payload["delete_original"] == true {
		return refusal("not_emulated") // the message that was pressed belongs to everybody
	}
	if refused := s.write(m, args); refused != nil {
		return refused
	}
	s.add(c, m)
	return nil
}
