package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/notifiers/fence"
)

// maxAnswer bounds what is read of an answer, in bytes: a hundred full messages are less.
const maxAnswer = 8 << 20

// request is a call of the REST API.
type request struct {
	method     string
	url        string // as discordgo writes it: the wire puts the configured base in place of its own
	body       any    // nil for none
	file       *file  // nil for none
	channel    string // whose limits it draws on; empty for none
	repeatable bool   // whether doing it twice is the same as doing it once
}

// record is what the wire saw of a request, whatever the library makes of it.
type record struct {
	left    atomic.Bool // bytes may have reached the server
	status  int         // 0 when no answer came
	header  http.Header
	body    []byte
	bodyErr error // why the body is not complete
}

type recordKey struct{}

// call carries a request out and decodes the answer into into, unless that is nil. Its errors are *bot.DeliveryError.
func (n *Notifier) call(ctx context.Context, r request, into any) error {
	kind, body, err := r.encode()
	if err != nil {
		return rejected(fmt.Errorf("encode request: %w", err))
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	rec := &record{}
	// A limiter of its own for each call never knows of a limit, so it never sleeps; nor does it keep anything.
	bucket := discordgo.NewRatelimiter().LockBucket(r.method)
	_, err = n.session.RequestWithLockedBucket(r.method, r.url, kind, body, bucket, 0,
		discordgo.WithContext(context.WithValue(ctx, recordKey{}, rec)))
	if rec.status != 0 {
		n.limits.note(r, rec.header)
	}
	if failure := n.classify(r, rec, err); failure != nil {
		return failure
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(rec.body, into); err != nil {
		return n.unclear(fmt.Errorf("decode answer: %w", err))
	}
	return nil
}

// encode is the body, with its media type: a form where there is a file.
func (r request) encode() (kind string, body []byte, err error) {
	switch {
	case r.file != nil:
		return discordgo.MultipartBodyWithJSON(r.body, []*discordgo.File{
			{Name: r.file.name, ContentType: "image/png", Reader: bytes.NewReader(r.file.data)},
		})
	case r.body != nil:
		body, err = json.Marshal(r.body)
	}
	return "application/json", body, err
}

// newSession returns a session of the library that goes through the wire. Requests of it that have no context of their
// own end with ctx.
func (n *Notifier) newSession(ctx context.Context) *discordgo.Session {
	// discordgo.New returns no errors.
	s, _ := discordgo.New("Bot " + n.token)
	client := *n.client
	client.Transport = &wire{n: n, ctx: ctx, next: n.client.Transport}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	s.Client = &client
	s.UserAgent = userAgent
	s.MaxRestRetries = 0
	s.ShouldRetryOnRateLimit = false
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.StateEnabled = false
	s.SyncEvents = true
	s.Compress = false
	s.Identify.Compress = false
	s.Identify.Intents = discordgo.IntentsGuilds
	// Below every level: the library's log goes to a package variable and may show tokens.
	s.LogLevel = discordgo.LogError - 1
	return s
}

// wire is the transport below the library: it sends requests to the configured address, records what happens and hides
// the rate limit headers, on which the library would sleep.
type wire struct {
	n    *Notifier
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The body of the answer is read whole.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	rec, ok := r.Context().Value(recordKey{}).(*record)
	ctx := r.Context()
	if !ok {
		rec = &record{}
		merged, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(w.ctx, cancel)()
		ctx = merged
	}
	next := w.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := fence.Transport{Next: next}.RoundTrip(w.readdress(r.WithContext(httptrace.WithClientTrace(ctx, rec.trace()))))
	if err != nil {
		return nil, w.n.redact(err)
	}
	defer resp.Body.Close()
	rec.header = resp.Header.Clone()
	rec.body, rec.bodyErr = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	rec.status = resp.StatusCode
	resp.Body = io.NopCloser(bytes.NewReader(rec.body))
	for name := range resp.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			resp.Header.Del(name)
		}
	}
	return resp, nil
}

// readdress puts the configured base in place of the library's.
func (w *wire) readdress(r *http.Request) *http.Request {
	u := *r.URL
	u.Scheme, u.Host = w.n.api.Scheme, w.n.api.Host
	u.Path = w.n.api.Path + "/" + strings.TrimPrefix(u.Path, "/api/v"+discordgo.APIVersion+"/")
	u.RawPath = ""
	r.URL, r.Host = &u, u.Host
	return r
}

// trace notes when bytes may have left. A new connection begins a new attempt: the transport makes one only when it
// knows that the server saw nothing of the last.
func (rec *record) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:              func(string) { rec.left.Store(false) },
		WroteHeaders:         func() { rec.left.Store(true) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { rec.left.Store(true) },
		GotFirstResponseByte: func() { rec.left.Store(true) },
	}
}

// redact returns the error without the addresses that net/http puts around it, which hold interaction tokens, and
// without our token should anything show it.
func (n *Notifier) redact(err error) error {
	var address *url.Error
	for errors.As(err, &address) {
		err = address.Err
	}
	if text := err.Error(); strings.Contains(text, n.token) {
		return errors.New(strings.ReplaceAll(text, n.token, "[token]"))
	}
	return err
}
