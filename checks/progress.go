package checks

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// phase is how far a run has come.
type phase string

const (
	connecting phase = "connection" // name, connection and TLS
	waiting    phase = "headers"    // the request is on its way
	reading    phase = "body"       // the headers are there
)

// lateError is a run that was cut off because one of its limits was reached.
type lateError struct {
	phase     phase // in which it was
	resolving bool  // while connecting: the name was still being looked up
}

// Error names the phase.
func (e *lateError) Error() string { return fmt.Sprintf("time limit reached (phase: %s)", e.phase) }

// progress follows one run and cuts it off when a phase, or all of it, lasts too long. It is safe for concurrent use:
// connection attempts report from goroutines of their own.
type progress struct {
	limits Limits
	cancel context.CancelCauseFunc
	total  *time.Timer

	mu        sync.Mutex
	phase     phase
	timer     *time.Timer // of the phase; nil where only the total counts
	address   string      // that answered or was tried last
	answered  bool        // whether a connection was made to it
	resolving bool
	host      string    // "host:port" asked last
	expiry    time.Time // of the certificates accepted, the first to end
	secured   string    // "host:port" that sent it
}

// startProgress returns the context that a run has to use. Call stop when it is over.
func startProgress(parent context.Context, limits Limits) (context.Context, *progress) {
	ctx, cancel := context.WithCancelCause(parent)
	p := &progress{limits: limits, cancel: cancel}
	p.total = time.AfterFunc(limits.Total, p.late)
	p.enter(connecting)
	return httptrace.WithClientTrace(ctx, p.trace()), p
}

func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total.Stop()
	p.stopPhase()
	p.cancel(nil)
}

func (p *progress) stopPhase() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}

func (p *progress) enter(next phase) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopPhase()
	p.phase = next
	switch next {
	case connecting:
		p.address, p.answered = "", false
		p.timer = time.AfterFunc(p.limits.Connect, p.late)
	case waiting:
		p.timer = time.AfterFunc(p.limits.Headers, p.late)
	}
}

func (p *progress) late() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel(&lateError{p.phase, p.resolving})
}

// in reports the phase.
func (p *progress) in() phase {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.phase
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(host string) {
			p.ask(host)
			p.enter(connecting)
		},
		DNSStart:     func(httptrace.DNSStartInfo) { p.lookUp(true) },
		DNSDone:      func(httptrace.DNSDoneInfo) { p.lookUp(false) },
		ConnectStart: func(_, address string) { p.try(address) },
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil {
				p.secure(state)
			}
		},
		GotConn: func(info httptrace.GotConnInfo) {
			p.reach(info.Conn.RemoteAddr().String())
			p.enter(waiting)
		},
	}
}

// lookUp begins or ends the search for a name's addresses.
func (p *progress) lookUp(going bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resolving = going
}

// try keeps the address unless another one, raced against it, has answered already. Where both families are tried in
// vain an address of IPv4 is kept: the target fails over the family that we can tell our own trouble over best.
func (p *progress) try(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.answered && !(familyOf(p.address) == IPv4 && familyOf(address) == IPv6) {
		p.address = address
	}
}

func (p *progress) reach(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address, p.answered = address, true
}

// ask notes the "host:port" that is asked from now on.
func (p *progress) ask(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.host = host
}

// asked is the "host:port" asked last.
func (p *progress) asked() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.host
}

// secure takes note of a certificate that was accepted.
func (p *progress) secure(state tls.ConnectionState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end := validUntil(state); !end.IsZero() && (p.expiry.IsZero() || end.Before(p.expiry)) {
		p.expiry, p.secured = end, p.host
	}
}

// validUntil is how long a connection's certificate will be accepted: until the first certificate of its chain ends, and
// of several chains the best counts.
func validUntil(state tls.ConnectionState) time.Time {
	var best time.Time
	for _, chain := range state.VerifiedChains {
		first := chain[0].NotAfter
		for _, c := range chain {
			if c.NotAfter.Before(first) {
				first = c.NotAfter
			}
		}
		if first.After(best) {
			best = first
		}
	}
	return best
}

// witness fills in what the connections showed.
func (p *progress) witness(e *bot.Evidence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.Address = p.address
	if e.TLSExpiry.IsZero() {
		e.TLSExpiry, e.TLSHost = p.expiry, p.secured
	}
}
