package discord

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"
)

// connect opens a connection, resuming the session if there is one, and returns why it ended.
func (l *listening) connect(ctx context.Context) error {
	if err := l.prepare(ctx); err != nil {
		return err
	}
	l.use(nil)
	select {
	case <-l.dropped: // of the connection before
	default:
	}
	opened := make(chan error, 1)
	// Not a task to wait for: the library may lock itself up in Open, and is then left behind with its session.
	go func() { opened <- open(l.session) }()
	timer := time.NewTimer(openTimeout)
	defer timer.Stop()
	select {
	case err := <-opened:
		return l.follow(ctx, err)
	case <-timer.C:
		l.breakOff(errSilent)
	case <-ctx.Done():
		l.breakOff(errLeft)
	}
	return l.abandon(opened)
}

// prepare makes sure that there is a session, and that a new one may be started.
func (l *listening) prepare(ctx context.Context) error {
	if l.session != nil && l.established.Load() {
		return nil
	}
	// A refused token shows here, where it costs nothing of the identify budget.
	l.n.forget()
	if _, err := l.n.whoAmI(ctx); err != nil {
		return err
	}
	if err := l.n.starts.wait(ctx); err != nil {
		return err
	}
	l.session = l.newSession(ctx)
	l.established.Store(false)
	return nil
}

// open is Session.Open without its panics.
func open(s *discordgo.Session) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("open gateway: %v", r)
		}
	}()
	return s.Open()
}

// follow waits until an opened connection ends.
func (l *listening) follow(ctx context.Context, err error) error {
	if err != nil {
		return l.explain(err)
	}
	l.line().settle()
	l.n.log.Info("discord gateway connected")
	select {
	case <-ctx.Done():
		l.line().goodbye()
		l.dismiss()
		return ctx.Err()
	case <-l.dropped:
		return l.explain(errors.New("gateway connection lost"))
	}
}

// dismiss waits until the library has noticed that its connection is broken and has ended what it runs for it, which
// takes it a second.
func (l *listening) dismiss() {
	timer := time.NewTimer(graceTimeout)
	defer timer.Stop()
	select {
	case <-l.dropped:
	case <-timer.C:
	}
}

// explain prefers what the gateway said to what the library makes of it, and drops a session that cannot go on.
func (l *listening) explain(err error) error {
	if line := l.line(); line != nil {
		if why := line.why(); why != nil {
			err = why
		}
	}
	var end *ending
	if errors.As(err, &end) && !end.continues() {
		l.session = nil
	}
	return err
}

// continues reports whether the session can be resumed after the ending.
func (e *ending) continues() bool {
	switch e.code {
	case 1000, 1001, 4003, 4004, 4005, 4007, 4009:
		return false
	default:
		return e.op != opInvalidSession || e.resumable
	}
}

// abandon waits for Open to notice that its connection is gone. If it does not, the session is left behind.
func (l *listening) abandon(opened <-chan error) error {
	timer := time.NewTimer(graceTimeout)
	defer timer.Stop()
	select {
	case err := <-opened:
		if err == nil {
			l.dismiss()
		}
		return l.explain(errSilent)
	case <-timer.C:
		l.session = nil
		return errSilent
	}
}

func (l *listening) breakOff(reason error) {
	if line := l.line(); line != nil {
		line.end(reason)
	}
}

func (l *listening) line() *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current
}

func (l *listening) use(next *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current = next
}
