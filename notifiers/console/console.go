// Package console writes notices to a terminal or a log file, as a family would read them: for trying Panneau out
// without a chat platform, and for seeing what would be said.
//
// Nothing that was written can be changed, so that an edit is written as a block of its own, headed « — mise à
// jour — ». Texts cannot command the terminal: control characters arrive as U+FFFD.
package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/panneau-ecole/panneau/bot"
)

// Config is what a Notifier needs.
type Config struct {
	Out    io.Writer // written to by one goroutine at a time, one message a call
	Width  int       // columns; 0 for 80
	Colour bool      // whether Out is a terminal that understands colours (ECMA-48)
}

// Notifier is a [bot.Notifier]. Make one with New; it is safe for concurrent use.
type Notifier struct {
	out    io.Writer
	layout layout
	turn   chan struct{} // holds a value while somebody writes
	posted int           // how many messages were posted; owned by who has the turn
}

var _ bot.Notifier = (*Notifier)(nil)

// The widths in columns: what a terminal has where nothing else is known, and the least that texts are wrapped to.
const (
	defaultWidth = 80
	minWidth     = 20
)

// New returns a Notifier that has written nothing yet.
func New(c Config) *Notifier {
	if c.Width == 0 {
		c.Width = defaultWidth
	}
	return &Notifier{
		out:    c.Out,
		layout: layout{width: max(c.Width, minWidth), colour: c.Colour},
		turn:   make(chan struct{}, 1),
	}
}

// Post writes the message. A failed write is KindTransient where not a byte arrived and KindUncertain otherwise; so is
// one that has not returned when ctx ends (a terminal that was stopped with Ctrl-S).
func (n *Notifier) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	number := 0
	err := n.write(ctx, n.layout.post(p), func() {
		n.posted++
		number = n.posted
	})
	if err != nil {
		return bot.Receipt{}, err
	}
	return bot.Receipt{Channel: p.To.Channel, Thread: p.To.Thread, IDs: []string{messageID(p.Key, number)}}, nil
}

// Edit writes the message again as an update. The receipt stays what it was; one that stands for nothing is
// KindMissing.
func (n *Notifier) Edit(ctx context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	if !r.Posted() {
		return r, &bot.DeliveryError{Kind: bot.KindMissing, Err: errors.New("console: the receipt names no message")}
	}
	return r, n.write(ctx, n.layout.update(p), func() {})
}

// Buckets returns nothing: a terminal has no limits.
func (n *Notifier) Buckets(bot.Op, bot.Address) []bot.Bucket { return nil }

// messageID names a message: the posting's key keeps it apart from those of other runs, the number from those of this
// run.
func messageID(key string, number int) string {
	sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(number)))
	return hex.EncodeToString(sum[:8])
}

// write waits for its turn and writes a block, then calls done while it still has the turn. A write that is stuck
// keeps the turn, and nobody waits for it longer than their ctx.
func (n *Notifier) write(ctx context.Context, block string, done func()) error {
	if err := ctx.Err(); err != nil {
		return failure(bot.KindTransient, err)
	}
	select {
	case n.turn <- struct{}{}:
	case <-ctx.Done():
		return failure(bot.KindTransient, ctx.Err())
	}
	result := make(chan error, 1)
	go func() {
		result <- n.print(block, done)
		<-n.turn
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return failure(bot.KindUncertain, ctx.Err())
	}
}

func (n *Notifier) print(block string, done func()) error {
	written, err := io.WriteString(n.out, block)
	switch {
	case err == nil:
		done()
		return nil
	case written == 0:
		return failure(bot.KindTransient, err)
	default:
		return failure(bot.KindUncertain, err)
	}
}

func failure(kind bot.ErrorKind, err error) error {
	return &bot.DeliveryError{Kind: kind, Err: fmt.Errorf("write to the console: %w", err)}
}
