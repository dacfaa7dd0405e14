package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
)

// The manners of the listener.
const (
	maxRequests  = 16               // handled at once; what comes on top is not acknowledged
	maxFrame     = 1 << 20          // bytes of one WebSocket message
	steady       = 30 * time.Second // a connection that held as long was a good one
	firstDelay   = 500 * time.Millisecond
	longestDelay = time.Minute
	dialTime     = 20 * time.Second
)

// Listen hears commands and changes of presence over Socket Mode until ctx ends. Slack ends a connection every few
// hours and after trouble; Listen opens the next one, later and later while that fails. Without an app token it only
// waits.
func (n *Notifier) Listen(ctx context.Context, h bot.Handler) error {
	if n.config.AppToken == "" {
		<-ctx.Done()
		return nil
	}
	l := n.listener(h)
	defer func() { _ = l.requests.Wait() }() // requests report for themselves
	for ctx.Err() == nil {
		err := l.connect(ctx)
		if kind(err) == bot.KindUnauthorised {
			return err
		}
		if err != nil && ctx.Err() == nil {
			l.log.Warn("slack connection failed", "error", err)
		}
	}
	return nil
}

func (n *Notifier) listener(h bot.Handler) *listener {
	l := &listener{n: n, handler: h, log: n.config.Logger, seen: newSeen(), gate: &gate{}}
	l.requests.SetLimit(maxRequests)
	api := n.webAPI(gated{client(n.config.HTTPClient, "", ""), l.gate})
	l.socket = socketmode.New(api,
		socketmode.OptionDialer(n.dialer()), socketmode.OptionReadLimit(maxFrame), socketmode.OptionLog(silence{}))
	return l
}

// listener is one run of Listen.
type listener struct {
	n        *Notifier
	handler  bot.Handler
	log      *slog.Logger
	seen     *seen
	gate     *gate
	requests errgroup.Group
	socket   *socketmode.Client
}

// connect keeps connections open, one after the other, until the first failure that the library does not see as part
// of its work. It returns nil or a *bot.DeliveryError. Requests that are being handled live on.
func (l *listener) connect(ctx context.Context) error {
	run, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var hearing sync.WaitGroup
	hearing.Go(func() {
		for run.Err() == nil {
			l.hear(ctx, run, cancel)
		}
	})
	err := l.socket.RunContext(run)
	cancel(err)
	hearing.Wait()
	if cause, ok := errors.AsType[*bot.DeliveryError](context.Cause(run)); ok {
		return cause
	}
	return l.n.connectionError(err)
}

// connectionError types an error of the library's connection.
func (n *Notifier) connectionError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	x := &exchange{}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		x.status = status.Code
	}
	failure := n.judge(x, err)
	if failure.Kind == bot.KindUncertain {
		failure.Kind = bot.KindTransient // connecting again does no harm
	}
	failure.Err = fmt.Errorf("apps.connections.open: %w", failure.Err)
	return failure
}

// dialer opens WebSocket connections in the way the configured client opens its own.
func (n *Notifier) dialer() *websocket.Dialer {
	d := &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTime,
		// Slack does not put messages together that come in several frames: one acknowledgement has to fit in one.
		WriteBufferSize: 32 << 10,
	}
	if t, ok := n.config.HTTPClient.Transport.(*http.Transport); ok {
		d.Proxy, d.TLSClientConfig, d.NetDialContext = t.Proxy, t.TLSClientConfig, t.DialContext
	}
	return d
}

// hear takes what the library reports. It never waits for a request to be handled: the library stands still meanwhile.
func (l *listener) hear(ctx, run context.Context, cancel context.CancelCauseFunc) {
	select {
	case <-run.Done():
	case e := <-l.socket.Events:
		if err := l.take(ctx, e); err != nil {
			cancel(err)
		}
	}
}

// take deals with one report; an error ends the connection.
func (l *listener) take(ctx context.Context, e socketmode.Event) error {
	switch e.Type {
	case socketmode.EventTypeConnected:
		l.gate.opened()
		l.log.Info("slack connection open")
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			return l.n.connectionError(failed.ErrorObj)
		}
	case socketmode.EventTypeSlashCommand:
		if c, ok := e.Data.(slack.SlashCommand); ok && l.seen.first(e.Request.EnvelopeID) {
			l.start(func() { l.command(ctx, e.Request.EnvelopeID, c) })
		}
	case socketmode.EventTypeEventsAPI:
		return l.event(ctx, e)
	case socketmode.EventTypeInteractive:
		if c, ok := e.Data.(slack.InteractionCallback); ok {
			l.press(ctx, e.Request.EnvelopeID, c)
		}
	}
	return nil
}

// start handles a request beside the others. When there are too many it reports false: Slack then tells the person
// that the command failed, and delivers an event again later.
func (l *listener) start(handle func()) bool {
	started := l.requests.TryGo(func() error {
		handle()
		return nil
	})
	if !started {
		l.log.Warn("slack request refused: too many at once")
	}
	return started
}

// acknowledge tells Slack that an envelope arrived, within the three seconds that it gives.
func (l *listener) acknowledge(ctx context.Context, envelope string, payload any) error {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	if err := l.socket.AckCtx(ctx, envelope, payload); err != nil && ctx.Err() == nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

// gate spaces the attempts to connect: none waits after a good connection, the others wait longer and longer, each a
// bit differently.
type gate struct {
	mu       sync.Mutex
	failures int
	openedAt time.Time
	asked    bool
}

func (g *gate) opened() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.openedAt = time.Now()
}

// delay is how long the next attempt has to wait.
func (g *gate) delay(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	good := !g.openedAt.IsZero() && now.Sub(g.openedAt) >= steady
	g.openedAt = time.Time{}
	if !g.asked || good {
		g.asked, g.failures = true, 0
		return 0
	}
	wait := longestDelay
	if g.failures < 7 {
		wait = min(longestDelay, firstDelay<<g.failures)
	}
	g.failures++
	return wait/2 + rand.N(wait/2)
}

// gated is a client whose requests pass the gate first.
type gated struct {
	doer
	gate *gate
}

// Do sends the request when it is its turn.
func (g gated) Do(r *http.Request) (*http.Response, error) {
	timer := time.NewTimer(g.gate.delay(time.Now()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return g.doer.Do(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}
