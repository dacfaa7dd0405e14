package telegram

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

// maxAnswer is the most that is read of an answer, in bytes: a hundred updates at their longest.
const maxAnswer = 16 << 20

// client derives the client that requests go through. Redirects are not followed: the address holds the token.
func client(configured *http.Client) *http.Client {
	c := http.Client{}
	if configured != nil {
		c = *configured
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Timeout = 0 // contexts bound the calls: a poll for updates takes longer than the others
	c.Transport = wire{next: fence.Transport{Next: c.Transport}}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// onContext gives the library's requests the context that it cannot take.
type onContext struct {
	ctx    context.Context //nolint:containedctx // the library's interface has no place for it
	client *http.Client
}

// Do implements tgbotapi.HTTPClient.
func (c onContext) Do(r *http.Request) (*http.Response, error) {
	return c.client.Do(r.WithContext(c.ctx))
}

// exchange is what was seen of one request on the wire.
type exchange struct {
	phase      atomic.Int32
	status     int // of the answer; 0 when none came
	retryAfter time.Duration
	json       bool // whether the answer claims to be JSON
}

// The phases of a request. Once a connection was handed over, bytes may have left: the hook that tells when they were
// written may come too late.
const (
	phaseUnknown int32 = iota // no hook was called: not net/http's transport
	phaseDialling
	phaseSending
)

// sent reports whether the request may have reached Telegram.
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

// wire is a transport that records what came back.
type wire struct{ next http.RoundTripper }

// RoundTrip sends a request and reads its whole answer, so that one that breaks off is an error here.
func (t wire) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	_ = answer.Body.Close() // it was read; nothing can be done about the connection
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		x.status, x.retryAfter = answer.StatusCode, retryAfter(answer.Header)
		x.json = bytes.HasPrefix(bytes.TrimSpace(body), []byte("{"))
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

// clean takes the token out of an error: net/http puts the whole address, which holds it, into every one
// (https://github.com/go-telegram-bot-api/telegram-bot-api/issues/628).
func (n *Notifier) clean(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if text := err.Error(); strings.Contains(text, n.token) {
		return errors.New(strings.ReplaceAll(text, n.token, "[token]"))
	}
	return err
}
