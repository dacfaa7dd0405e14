package discord

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// identified starts a session.
func (s *Server) identified(l *line, data json.RawMessage) int {
	var body struct {
		Token   string `json:"token"`
		Intents *int   `json:"intents"`
	}
	switch err := json.Unmarshal(data, &body); {
	case err != nil:
		return closeDecode
	case l.session != nil:
		return closeAlreadyAuthenticated
	case !s.authorised("Bot " + strings.TrimPrefix(body.Token, "Bot ")):
		return closeAuthenticationFailed
	case body.Intents == nil || *body.Intents&^intentsAll != 0:
		return closeInvalidIntents
	case *body.Intents&intentsPrivileged != 0:
		return closeDisallowedIntents
	}
	if !s.spend(time.Now()) {
		l.send(outgoing{Op: opInvalidSession, Data: false})
		return 0
	}
	l.session = &session{id: "session" + s.nextID(), intents: *body.Intents, line: l}
	s.sessions[l.session.id] = l.session
	s.greet(l)
	s.note()
	return 0
}

// spend draws on the identify budget. Who starts over 1000 sessions a day loses the token.
func (s *Server) spend(now time.Time) bool {
	b := &s.identify
	b.total++
	if s.opts.Unlimited {
		return true
	}
	if b.day.n == 0 {
		b.day = window{n: identifyN, per: identifyPer}
	}
	if b.day.take(now) > 0 {
		s.revoked = true
		return false
	}
	if now.Sub(b.last) < identifySpacing {
		return false
	}
	b.last = now
	return true
}

// greet sends READY and one GUILD_CREATE for each guild.
func (s *Server) greet(l *line) {
	guilds := []any{}
	for _, g := range s.guilds {
		if g.member {
			guilds = append(guilds, map[string]any{"id": g.id, "unavailable": true})
		}
	}
	version, _ := strconv.Atoi(l.version)
	l.session.event("READY", map[string]any{
		"v": version, "user": s.bot, "guilds": guilds, "session_id": l.session.id, "session_type": "normal",
		"resume_gateway_url": "wss://gateway.invalid", "private_channels": []any{}, "shard": []int{0, 1},
		"application": map[string]any{"id": s.bot.ID, "flags": 0},
	})
	for _, g := range s.guilds {
		if g.member {
			l.session.event("GUILD_CREATE", s.guildView(g))
		}
	}
}

// resumed goes on with a session and sends what it missed.
func (s *Server) resumed(l *line, data json.RawMessage) int {
	var body struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	switch err := json.Unmarshal(data, &body); {
	case err != nil:
		return closeDecode
	case l.session != nil:
		return closeAlreadyAuthenticated
	case !s.authorised("Bot " + strings.TrimPrefix(body.Token, "Bot ")):
		return closeAuthenticationFailed
	}
	old := s.sessions[body.SessionID]
	if old == nil || old.seq-body.Seq > int64(len(old.events)) {
		l.send(outgoing{Op: opInvalidSession, Data: false})
		return 0
	}
	if body.Seq > old.seq {
		return closeInvalidSequence
	}
	old.line, l.session = l, old
	for _, e := range old.events {
		if *e.Seq > body.Seq {
			l.send(e)
		}
	}
	old.event("RESUMED", map[string]any{})
	s.note()
	return 0
}

// leave notes that a connection ended. A session that its client closed in order cannot be resumed.
func (s *Server) leave(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.session != nil && l.session.line == l {
		l.session.line = nil
		s.note()
	}
}

// event sends a dispatch to a session, or keeps it for when it is resumed.
func (x *session) event(kind string, data any) {
	x.seq++
	seq := x.seq
	// The data is written now: it is not to change when it is sent later.
	raw, _ := json.Marshal(data)
	e := outgoing{Op: opDispatch, Data: json.RawMessage(raw), Seq: &seq, Type: kind}
	x.events = append(x.events, e)
	if len(x.events) > replayed {
		x.events = x.events[1:]
	}
	if x.line != nil {
		x.line.send(e)
	}
}

func (x *session) close(code int) {
	if x.line != nil {
		x.line.end(code)
	}
}

// dispatch sends an event to every session. Callers hold mu.
func (s *Server) dispatch(kind string, data any) {
	for _, x := range s.sessions {
		x.event(kind, data)
	}
}

func closeReason(code int) string {
	switch code {
	case closeAuthenticationFailed:
		return "Authentication failed."
	case closeDisallowedIntents:
		return "Disallowed intent(s)."
	case closeTimedOut:
		return "Session timed out."
	default:
		return ""
	}
}
