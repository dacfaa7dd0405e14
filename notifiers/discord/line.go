package discord

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Operations of the gateway that end a connection, and the one that tells its rhythm.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
const (
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
)

// ending is why a gateway connection ended, in the gateway's own terms: a close code or an operation.
type ending struct {
	code      int // of a close frame; 0 for none
	op        int
	resumable bool // of an invalid session
}

// Error describes the ending.
func (e *ending) Error() string {
	if e.code != 0 {
		return fmt.Sprintf("gateway closed with code %d", e.code)
	}
	return fmt.Sprintf("gateway ended the connection with operation %d", e.op)
}

var (
	errSilent = errors.New("gateway does not answer")
	errLeft   = errors.New("connection given up")
)

// line is the network connection below the library's WebSocket. It reads along, because the library tells nobody why
// a connection ended, answers an invalid session with another identify at once (and so spends the daily budget), and
// locks itself up when it is asked to reconnect while it connects. What ends a connection never reaches the library as
// anything but an error, after which it sends nothing more: not a close frame either, which would end the session.
type line struct {
	net.Conn
	frames   frames
	patience atomic.Int64 // how long the gateway may be silent, in nanoseconds

	writing sync.Mutex // one frame at a time

	mu     sync.Mutex
	reason error
}

func newLine(conn net.Conn, patience time.Duration) *line {
	l := &line{Conn: conn}
	l.patience.Store(int64(patience))
	return l
}

// Read implements [net.Conn].
func (l *line) Read(p []byte) (int, error) {
	if err := l.why(); err != nil {
		return 0, err
	}
	l.Conn.SetReadDeadline(time.Now().Add(time.Duration(l.patience.Load())))
	n, err := l.Conn.Read(p)
	if end := l.frames.feed(p[:n]); end != nil {
		l.end(end)
		return 0, end
	}
	if err != nil {
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			err = errSilent
		}
		l.end(err)
		return n, l.why()
	}
	return n, nil
}

// writeTimeout is how long the gateway may take no bytes.
const writeTimeout = 10 * time.Second

// Write implements [net.Conn].
func (l *line) Write(p []byte) (int, error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.why(); err != nil {
		return 0, err
	}
	l.Conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	return l.Conn.Write(p)
}

// goodbye ends the connection in order: with a close frame, after which Discord shows the bot as offline at once. The
// library would do it by sleeping with its locks held.
func (l *line) goodbye() {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	// FIN and close; masked, with a key of zeros; code 1000. If it does not arrive, the end of the connection does.
	_, _ = l.Conn.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 1000 >> 8, 1000 & 0xFF})
	l.end(errLeft)
}

// end breaks the connection off. The first reason counts.
func (l *line) end(reason error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason == nil {
		l.reason = reason
		l.Conn.Close()
	}
}

// why returns the reason of the end, nil while the connection stands.
func (l *line) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// settle sets how long the gateway may be silent from now on: it answers every heartbeat, so two and a half of them.
func (l *line) settle() {
	if rhythm := l.frames.rhythm.Load(); rhythm > 0 {
		l.patience.Store(rhythm * 5 / 2)
	}
}

// maxControl is the longest payload that frames looks into, in bytes. What ends a connection is far shorter.
const maxControl = 1024

// frames follows the WebSocket frames that a server sends. It knows what RFC 6455 allows an uncompressed server.
type frames struct {
	rhythm   atomic.Int64 // heartbeat interval in nanoseconds, once the server said hello
	upgraded bool
	head     []byte // of the frame that begins
	body     []byte // the first bytes of its payload
	left     uint64 // payload bytes to come
	long     bool   // the payload is longer than body may be
	inside   bool   // the head is complete
}

// feed takes what was read and returns the ending that it holds, if any.
func (f *frames) feed(data []byte) error {
	for len(data) > 0 {
		switch {
		case !f.upgraded:
			data = f.handshake(data)
		case !f.inside:
			f.head = append(f.head, data[0])
			data = data[1:]
			f.begin()
		default:
			n := min(uint64(len(data)), f.left)
			f.keep(data[:n])
			data = data[n:]
			f.left -= n
		}
		if f.inside && f.left == 0 {
			if end := f.finish(); end != nil {
				return end
			}
		}
	}
	return nil
}

// handshake skips the HTTP answer and returns what follows it.
func (f *frames) handshake(data []byte) []byte {
	f.head = append(f.head, data...)
	end := bytes.Index(f.head, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	rest := bytes.Clone(f.head[end+4:])
	f.upgraded, f.head = true, nil
	return rest
}

// begin reads the length of the payload as soon as the head is complete. A server does not mask.
func (f *frames) begin() {
	if len(f.head) < 2 {
		return
	}
	length := f.head[1] & 0x7F
	switch {
	case length < 126:
		f.left = uint64(length)
	case length == 126 && len(f.head) == 4:
		f.left = uint64(binary.BigEndian.Uint16(f.head[2:]))
	case length == 127 && len(f.head) == 10:
		f.left = binary.BigEndian.Uint64(f.head[2:])
	default:
		return
	}
	f.inside = true
}

func (f *frames) keep(data []byte) {
	if len(f.body)+len(data) > maxControl {
		f.long = true
		return
	}
	f.body = append(f.body, data...)
}

// finish looks at a complete frame.
func (f *frames) finish() error {
	kind, body, long := f.head[0]&0x0F, f.body, f.long
	f.head, f.body, f.long, f.inside = f.head[:0], f.body[:0], false, false
	switch {
	case kind == 0x8 && len(body) >= 2:
		return &ending{code: int(binary.BigEndian.Uint16(body))}
	case kind == 0x1 && !long:
		return f.control(body)
	}
	return nil
}

// control looks into a short message. What is no JSON is left to the library to judge.
func (f *frames) control(body []byte) error {
	var p struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	valid := json.Unmarshal(body, &p) == nil
	switch {
	case valid && p.Op == opReconnect:
		return &ending{op: opReconnect}
	case valid && p.Op == opInvalidSession:
		return &ending{op: opInvalidSession, resumable: string(p.Data) == "true"}
	case valid && p.Op == opHello:
		f.hello(p.Data)
	}
	return nil
}

func (f *frames) hello(data json.RawMessage) {
	var hello struct {
		Interval int64 `json:"heartbeat_interval"` // milliseconds
	}
	if json.Unmarshal(data, &hello) == nil {
		f.rhythm.Store(hello.Interval * int64(time.Millisecond))
	}
}
