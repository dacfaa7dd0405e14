package discord

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// Operations of the gateway. https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opMembers        = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// Close codes of the gateway.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	closeUnknownOperation     = 4001
	closeDecode               = 4002
	closeNotAuthenticated     = 4003
	closeAuthenticationFailed = 4004
	closeAlreadyAuthenticated = 4005
	closeInvalidSequence      = 4007
	closeRateLimited          = 4008
	closeTimedOut             = 4009
	closeInvalidIntents       = 4013
	closeDisallowedIntents    = 4014
)

const (
	intentGuildMessages  = 1 << 9
	intentMessageContent = 1 << 15
	// The intents that have to be switched on in the developer portal: members, presences, message content.
	intentsPrivileged = 1<<1 | 1<<8 | 1<<15
	intentsAll        = 1<<26 - 1

	// https://docs.discord.com/developers/events/gateway#rate-limiting
	gatewayN   = 120
	gatewayPer = time.Minute
	// https://docs.discord.com/developers/events/gateway#session-start-limit-object
	identifyN       = 1000
	identifyPer     = 24 * time.Hour
	identifySpacing = 5 * time.Second

	// closePatience is how long a client has to answer a close frame.
	closePatience = 5 * time.Second
	// replayed is how many events are kept for a session that may be resumed.
	replayed = 256
)

// packet is what goes over the gateway.
type packet struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

// outgoing is a packet as the server writes it, or a close code.
type outgoing struct {
	Op   int    `json:"op"`
	Data any    `json:"d"`
	Seq  *int64 `json:"s"`
	Type any    `json:"t"`

	close int
}

// session is a bot's session on the gateway. It outlives connections, so that it can be resumed.
type session struct {
	id      string
	intents int
	seq     int64
	events  []outgoing
	line    *line // nil while nobody is connected
}

// line is one connection.
type line struct {
	ws      *websocket.Conn
	out     chan outgoing
	session *session
	version string
	budget  window
	ended   bool // we have sent a close code, or will
}

// identifyBudget counts the sessions that the bot starts.
type identifyBudget struct {
	day   window
	last  time.Time
	total int
}

// serveGateway speaks with one connection until it ends.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	l := &line{
		ws: ws, out: make(chan outgoing, 1024), version: r.URL.Query().Get("v"),
		budget: window{n: gatewayN, per: gatewayPer},
	}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		l.write()
	}()
	if !s.isStalled() {
		l.send(outgoing{Op: opHello, Data: map[string]any{"heartbeat_interval": s.opts.Heartbeat.Milliseconds()}})
	}
	s.read(l)
	s.leave(l)
	close(l.out)
	<-finished
	ws.Close()
}

// write sends what is queued until the queue is closed. After a close frame nothing more is sent.
func (l *line) write() {
	closed := false
	for p := range l.out {
		if closed {
			continue
		}
		if p.close != 0 {
			// The client is given time to read the close frame: closing at once may reset the connection under it.
			closed = true
			_ = l.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(p.close, closeReason(p.close)))
			l.ws.SetReadDeadline(time.Now().Add(closePatience))
			continue
		}
		closed = l.ws.WriteJSON(p) != nil
	}
}

// send queues a packet. A client that reads nothing for that long is cut off.
func (l *line) send(p outgoing) {
	select {
	case l.out <- p:
	default:
		l.ws.Close()
	}
}

// read handles what the client says, and closes on it when it stops sending heartbeats.
func (s *Server) read(l *line) {
	patience := s.opts.Heartbeat * 2
	l.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, data, err := l.ws.ReadMessage()
		if err != nil {
			s.lost(l, err)
			return
		}
		var p packet
		if err := json.Unmarshal(data, &p); err != nil {
			s.end(l, closeDecode)
			continue
		}
		if l.budget.take(time.Now()) > 0 {
			s.end(l, closeRateLimited)
			continue
		}
		if p.Op == opHeartbeat {
			l.ws.SetReadDeadline(time.Now().Add(patience))
		}
		if code := s.receive(l, p); code != 0 {
			s.end(l, code)
		}
	}
}

// lost decides what becomes of the session when reading fails: a client that is silent is told so, one that closes with
// 1000 or 1001 has ended its session (https://docs.discord.com/developers/events/gateway#initiating-a-disconnect).
func (s *Server) lost(l *line, err error) {
	if e, ok := err.(interface{ Timeout() bool }); ok && e.Timeout() {
		s.end(l, closeTimedOut)
		return
	}
	if !websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.session != nil && !l.ended {
		delete(s.sessions, l.session.id)
	}
}

// end sends a close frame; the client's answer or the closed connection ends the reading.
func (s *Server) end(l *line, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code != closeTimedOut && l.session != nil {
		delete(s.sessions, l.session.id)
	}
	l.end(code)
}

// end queues a close frame. Callers hold Server.mu.
func (l *line) end(code int) {
	l.ended = true
	l.send(outgoing{close: code})
}

// receive handles a packet and returns the code to close with, if any.
func (s *Server) receive(l *line, p packet) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch p.Op {
	case opHeartbeat:
		if !s.stalled {
			l.send(outgoing{Op: opHeartbeatACK})
		}
		return 0
	case opIdentify:
		return s.identified(l, p.Data)
	case opResume:
		return s.resumed(l, p.Data)
	case opPresence, opVoice, opMembers:
		if l.session == nil {
			return closeNotAuthenticated
		}
		return 0
	default:
		return closeUnknownOperation
	}
}
