package discord

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/time/rate"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// openTimeout bounds a connection attempt from the first request to READY. The library has no such limit.
	openTimeout = 45 * time.Second
	// graceTimeout is how long we wait for the library to give up after its connection was broken off.
	graceTimeout = 3 * time.Second
	// stableAfter is how long a connection has to last to be no reason for waiting longer before the next.
	stableAfter = time.Minute
	firstWait   = time.Second
	longestWait = 2 * time.Minute

	// A bot may start 1000 sessions in 24 hours, one every 5 seconds; who starts more loses its token. Ours starts at
	// most startBurst at once and then one every startEvery: 980 a day.
	// https://docs.discord.com/developers/events/gateway#session-start-limit-object
	startSpacing = 5 * time.Second
	startBurst   = 20
	startEvery   = 90 * time.Second
	// invalidWait is the longest wait that Discord asks for after an invalid session: 1 to 5 seconds.
	// https://docs.discord.com/developers/events/gateway#resuming
	invalidWait = 5 * time.Second
)

// starts keeps the identify budget, for as long as the process lives.
type starts struct{ day, spacing *rate.Limiter }

func newStarts() *starts {
	return &starts{
		day:     rate.NewLimiter(rate.Every(startEvery), startBurst),
		spacing: rate.NewLimiter(rate.Every(startSpacing), 1),
	}
}

func (s *starts) wait(ctx context.Context) error {
	return errors.Join(s.day.Wait(ctx), s.spacing.Wait(ctx))
}

// listening is one run of Listen.
type listening struct {
	n        *Notifier
	handler  bot.Handler
	guilds   *guilds
	news     chan func()   // what happened to our presence, in order
	slots    chan struct{} // commands that may run at once
	waiting  atomic.Int64  // commands that were taken and not answered
	heard    bot.RecentIDs // interactions that were taken
	tasks    sync.WaitGroup
	register sync.Once

	session     *discordgo.Session // goes on over connections, so that it can be resumed
	established atomic.Bool        // READY was received in it
	dropped     chan struct{}      // the library gave its connection up

	mu      sync.Mutex
	current *line // nil before the connection is made
	closing bool  // no task is to begin any more
}

// Listen receives commands and what happens to the bot's presence until ctx ends. It returns nil then, a
// *bot.DeliveryError of KindUnauthorised when the token is no longer accepted, and one of KindRejected when the
// gateway refuses us for good for another reason (4010 to 4014: sharding required, intents not allowed).
func (n *Notifier) Listen(ctx context.Context, h bot.Handler) error {
	ctx, stop := context.WithCancel(ctx)
	l := &listening{
		n: n, handler: h, guilds: newGuilds(),
		news: make(chan func(), 256), slots: make(chan struct{}, maxCommandsAtOnce),
		dropped: make(chan struct{}, 1),
	}
	defer l.finish()
	defer stop()
	l.begin(func() { l.tell(ctx) })
	wait := firstWait
	for {
		began := time.Now()
		err := l.connect(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if fatal := l.fatal(err); fatal != nil {
			return fatal
		}
		if time.Since(began) > stableAfter {
			wait = firstWait
		}
		n.log.Info("discord gateway connection ended", "reason", n.redact(err), "again_in", wait)
		if !sleep(ctx, l.pause(err, wait)) {
			return nil
		}
		wait = min(2*wait, longestWait)
	}
}

// begin runs a task that Listen waits for.
func (l *listening) begin(task func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closing {
		l.tasks.Go(task)
	}
}

// finish waits until every task has ended.
func (l *listening) finish() {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	l.tasks.Wait()
}

// fatal returns the error that ends listening for good, if err is one.
func (l *listening) fatal(err error) error {
	if isKind(err, bot.KindUnauthorised) {
		return err
	}
	var end *ending
	if !errors.As(err, &end) {
		return nil
	}
	// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
	switch end.code {
	case 4004:
		return &bot.DeliveryError{Kind: bot.KindUnauthorised, Err: end}
	case 4010, 4011, 4012, 4013, 4014:
		return &bot.DeliveryError{Kind: bot.KindRejected, Err: end}
	default:
		return nil
	}
}

// pause is how long to wait before the next connection: with jitter, and not less than Discord asks for.
func (l *listening) pause(err error, wait time.Duration) time.Duration {
	wait = wait/2 + rand.N(wait)
	var end *ending
	if errors.As(err, &end) && end.op == opInvalidSession {
		wait = max(wait, invalidWait)
	}
	if refused, ok := errors.AsType[*bot.DeliveryError](err); ok {
		wait = max(wait, refused.RetryAfter)
	}
	return wait
}

// forget makes the next whoAmI ask again.
func (n *Notifier) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.self = ""
}

// retry runs do until it succeeds, with growing pauses, or ctx ends.
func (n *Notifier) retry(ctx context.Context, what string, do func() error) {
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := do()
		if err == nil || ctx.Err() != nil {
			return
		}
		n.log.Warn("discord: a task failed", "task", what, "error", err, "again_in", wait)
		pause := wait/2 + rand.N(wait)
		if refused, ok := errors.AsType[*bot.DeliveryError](err); ok {
			pause = max(pause, refused.RetryAfter)
		}
		if !sleep(ctx, pause) {
			return
		}
	}
}

// sleep waits and reports whether ctx still stands.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
