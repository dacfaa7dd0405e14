package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/fence"
)

// maxAnswer is the most that is read of an answer, in bytes: a page of 200 messages of history at their longest.
const maxAnswer = 16 << 20

// client derives the client for one purpose from the configured one. A redirect is never followed: it would carry the
// token elsewhere, or turn a post into something else.
func client(configured *http.Client, token, host string) *http.Client {
	c := *configured
	if c.Timeout == 0 {
		c.Timeout = Timeout
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Transport = wire{next: fence.Transport{Next: c.Transport}, token: token, host: host}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// exchange is what was seen of one request on the wire.
type exchange struct {
	phase      atomic.Int32
	status     int // of the answer; 0 when none came
	retryAfter time.Duration
	body       []byte
}

// The phases of a request. The hook that tells when a request was written runs in another goroutine and may come too
// late when the context ends; the one that hands over a connection cannot. From then on bytes may have left.
const (
	phaseUnknown int32 = iota // no hook was called: not net/http's transport
	phaseDialling
	phaseSending
)

// sent reports whether the request may have reached Slack.
func (x *exchange) sent() bool { return x.phase.Load() != phaseDialling }

type exchangeKey struct{}

// watched returns a context whose request is recorded in the exchange.
func (x *exchange) watched(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, exchangeKey{}, x)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { x.phase.Store(phaseDialling) }, // again when a stale connection took nothing
		GotConn: func(httptrace.GotConnInfo) { x.phase.Store(phaseSending) },
	})
}

// wire is a transport that adds the token to requests to Slack and records what came back.
type wire struct {
	next  http.RoundTripper
	token string
	host  string
}

// RoundTrip sends a request and reads its whole answer, so that one that breaks off is an error here.
func (t wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.token != "" && r.URL.Host == t.host && r.Header.Get("Authorization") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+t.token)
	}
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	_ = answer.Body.Close() // it was read; nothing can be done about the connection
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		x.status, x.retryAfter, x.body = answer.StatusCode, retryAfter(answer.Header), body
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// retryAfter reads the header of that name; 0 where it is missing or no number of seconds.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// clean takes out of an error what must not be shown: the address (that of a response URL is a secret) and tokens.
func (n *Notifier) clean(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	text := err.Error()
	for _, secret := range n.secrets {
		text = strings.ReplaceAll(text, secret, "[token]")
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}
