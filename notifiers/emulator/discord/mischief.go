package discord

import "net/http"

// Disconnect closes every gateway connection with a close code; 0 cuts them without a word. The sessions can be resumed
// unless the code is 1000, 1001, 4004, 4007 or 4009 and above.
func (s *Server) Disconnect(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, x := range s.sessions {
		if x.line == nil {
			continue
		}
		if code == 0 {
			x.line.ws.Close()
			continue
		}
		x.close(code)
		if code == 1000 || code == 1001 || code == 4004 || code == 4007 || code >= 4009 {
			delete(s.sessions, id)
		}
	}
}

// Reconnect asks every client to connect again (operation 7).
func (s *Server) Reconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sessions {
		if x.line != nil {
			x.line.send(outgoing{Op: opReconnect})
		}
	}
}

// Invalidate makes every session invalid (operation 9): clients have to identify anew.
func (s *Server) Invalidate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, x := range s.sessions {
		delete(s.sessions, id)
		if x.line != nil {
			x.line.session = nil
			x.line.send(outgoing{Op: opInvalidSession, Data: false})
		}
	}
}

// Stall makes the gateway silent or wakes it again: new connections get no HELLO, heartbeats no answer.
func (s *Server) Stall(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = on
}

func (s *Server) isStalled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stalled
}

// Connected returns how many clients are connected to the gateway with a session.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected()
}

func (s *Server) connected() int {
	n := 0
	for _, x := range s.sessions {
		if x.line != nil {
			n++
		}
	}
	return n
}

// Identifies returns how often a client tried to start a session.
func (s *Server) Identifies() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identify.total
}

// gatewayURL is the address of the gateway: this server, under the name by which the request reached it.
func gatewayURL(r *http.Request) string {
	scheme := "ws://"
	if r.TLS != nil {
		scheme = "wss://"
	}
	return scheme + r.Host
}

func (s *Server) getGateway(c *call) reply {
	return found(map[string]any{"url": gatewayURL(c.http)})
}

func (s *Server) getGatewayBot(c *call) reply {
	left := identifyN
	if s.identify.day.n > 0 {
		left -= s.identify.day.used
	}
	return found(map[string]any{
		"url": gatewayURL(c.http), "shards": 1,
		"session_start_limit": map[string]any{
			"total": identifyN, "remaining": left, "reset_after": identifyPer.Milliseconds(), "max_concurrency": 1,
		},
	})
}
