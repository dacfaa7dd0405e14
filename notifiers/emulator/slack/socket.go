package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The manners of Socket Mode. https://docs.slack.dev/apis/events-api/using-socket-mode/
const (
	maxSockets   = 10
	maxAck       = 20 * 1024        // bytes of an acknowledgement; larger ones are dropped in silence
	ackTime      = 3 * time.Second  // to acknowledge an envelope
	warningTime  = 10 * time.Second // between the warning and the end of a connection
	ticketTime   = 30 * time.Second
	pingInterval = 10 * time.Second
	writeTime    = 10 * time.Second
)

// socket is an open Socket Mode connection.
type socket struct {
	conn   *websocket.Conn
	mu     sync.Mutex // of writing
	closed chan struct{}
	once   sync.Once
}

func (s *Server) openConnection(url.Values) answer {
	s.serial++
	ticket := fmt.Sprintf("ticket-%d", s.serial)
	s.tickets[ticket] = time.Now().Add(ticketTime)
	address := strings.Replace(s.origin, "http", "ws", 1) + "/link/?ticket=" + ticket + "&app_id=" + AppID
	return answer{"ok": true, "url": address}
}

// serveSocket turns a request with a fresh ticket into a connection and serves it until it ends.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.redeem(r.URL.Query().Get("ticket")) {
		http.Error(w, "invalid_ticket", http.StatusNotFound)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	k := &socket{conn: conn, closed: make(chan struct{})}
	defer k.close()
	defer s.detach(k)
	if !s.welcome(k) {
		return
	}
	go k.ping()
	s.read(k)
}

func (s *Server) redeem(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	end, known := s.tickets[ticket]
	delete(s.tickets, ticket)
	return known && time.Now().Before(end) && !s.revoked
}

// welcome says hello and makes the connection one that envelopes are delivered to, which come after the hello.
func (s *Server) welcome(k *socket) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := s.attach(k)
	_ = k.conn.SetWriteDeadline(time.Now().Add(writeTime)) // the write itself reports a dead connection
	if n > maxSockets {
		_ = k.conn.WriteJSON(disconnection("too_many_websockets")) // it ends anyway
		return false
	}
	return k.conn.WriteJSON(answer{
		"type": "hello", "num_connections": n, "connection_info": answer{"app_id": AppID},
		"debug_info": answer{"host": "applink-emulated", "build_number": 1, "approximate_connection_time": 18060},
	}) == nil
}

// attach wakes those who wait for a connection and returns how many there are.
func (s *Server) attach(k *socket) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) == maxSockets {
		return maxSockets + 1
	}
	s.sockets = append(s.sockets, k)
	close(s.changed)
	s.changed = make(chan struct{})
	return len(s.sockets)
}

func (s *Server) detach(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, one := range s.sockets {
		if one == k {
			s.sockets = append(s.sockets[:i:i], s.sockets[i+1:]...)
			return
		}
	}
}

// read takes acknowledgements until the connection ends.
func (s *Server) read(k *socket) {
	for {
		_, text, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		s.acknowledged(text)
	}
}

// ping keeps the connection alive as Slack does: the client gives up after 30 seconds without a ping.
func (k *socket) ping() {
	ticker := time.NewTicker(pingInterval)
	defer ticker.Stop()
	for {
		k.mu.Lock()
		err := k.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-emulated"), time.Now().Add(writeTime))
		k.mu.Unlock()
		if err != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-k.closed:
			return
		}
	}
}

func (k *socket) send(v any) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(writeTime)) // the write itself reports a dead connection
	return k.conn.WriteJSON(v) == nil
}

func (k *socket) disconnect(reason string) {
	k.send(disconnection(reason))
}

func disconnection(reason string) answer {
	return answer{"type": "disconnect", "reason": reason, "debug_info": answer{"host": "applink-emulated"}}
}

func (k *socket) close() {
	k.once.Do(func() {
		close(k.closed)
		_ = k.conn.Close() // it is of no use any more
	})
}

// end closes the connection after a while, if the client has not done so.
func (k *socket) end(after time.Duration) {
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-timer.C:
		k.disconnect("refresh_requested")
		k.close()
	case <-k.closed:
	}
}

// Refresh asks every open connection to reconnect, as Slack does every few hours: a warning, and the end ten seconds
// later.
func (s *Server) Refresh() {
	for _, k := range s.open() {
		k.disconnect("warning")
		go k.end(warningTime)
	}
}

// Hangup cuts every open connection without a word.
func (s *Server) Hangup() {
	for _, k := range s.open() {
		k.close()
	}
}

// Connections is how many Socket Mode connections are open.
func (s *Server) Connections() int { return len(s.open()) }

func (s *Server) open() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*socket(nil), s.sockets...)
}

// acknowledgement is what the client sends back for an envelope.
type acknowledgement struct {
	EnvelopeID string         `json:"envelope_id"`
	Payload    map[string]any `json:"payload"`
}

func (s *Server) acknowledged(text []byte) {
	var ack acknowledgement
	request := s.record("ack", "")
	if err := json.Unmarshal(text, &ack); err != nil {
		s.note(request, 0, "not JSON", nil)
		return
	}
	if len(text) >= maxAck {
		s.note(request, 0, "acknowledgement of 20 KB or more", nil)
		return
	}
	if _, lost := s.fault("ack", ""); lost {
		return
	}
	s.mu.Lock()
	e := s.envelopes[ack.EnvelopeID]
	delete(s.envelopes, ack.EnvelopeID)
	if e != nil {
		request.Channel = e.channel
	}
	s.mu.Unlock()
	if e == nil {
		s.note(request, 0, "", refusal("unknown_envelope"))
		return
	}
	defer close(e.acked)
	s.note(request, 0, "", answer{"ok": true})
	if e.view != nil {
		s.note(request, 0, s.answered(e.view, ack.Payload), answer{"ok": true})
		return
	}
	if e.user == "" || len(ack.Payload) == 0 {
		return
	}
	if refused := s.respond(e.channel, e.user, ack.Payload); refused != nil {
		s.note(request, 0, compact(refused), refused)
	}
}
