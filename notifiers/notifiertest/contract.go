// Package notifiertest holds the contract that every chat adapter passes, against its emulated platform: what is
// posted is what people see, every failure is told by its kind, nothing is repeated behind the caller's back, and no
// secret leaves.
package notifiertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Subject is an adapter under test.
type Subject struct {
	// Chat makes an emulated platform whose limits are wide open (unlimited) or those published.
	Chat func(t testing.TB, unlimited bool) emulator.Chat
	// New makes the adapter, with a token that holds Secret, on the platform at a base URL.
	New func(t testing.TB, url string, client *http.Client, logger *slog.Logger) bot.Notifier
	// Channel is an identifier as the platform's channels have them.
	Channel string
	// Secret must never be seen outside of requests.
	Secret string
	// PictureSteps lists the requests, by the platform's names, that bring a picture and its text to a channel, in order: the
	// last one sends the message.
	PictureSteps []string
	// Alt is whether the platform has alternative texts.
	Alt bool
	// Unauthorised lists the HTTP statuses, besides 401, that mean on this platform that the token is void.
	Unauthorised []int
}

// Run runs the whole contract.
func Run(t *testing.T, s Subject) {
	t.Run("texts", s.texts)
	t.Run("pictures", s.pictures)
	t.Run("states", s.states)
	t.Run("statuses", s.statuses)
	t.Run("faults", s.faults)
	t.Run("fence", s.fence)
	t.Run("find", s.find)
	t.Run("pace", s.pace)
}

// bench is one adapter on one emulator.
type bench struct {
	t        *testing.T
	subject  Subject
	chat     emulator.Chat
	server   *httptest.Server
	notifier bot.Notifier
	log      *lockedBuffer
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

const (
	// patience is the time that a request may take in these tests.
	patience = 700 * time.Millisecond
	// picturePatience is that of a message with a picture, which takes several, and time until a platform knows the file.
	picturePatience = patience + 4*time.Second
)

func (s Subject) bench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, subject: s, chat: s.Chat(t, true), log: &lockedBuffer{}}
	b.chat.Open(s.Channel)
	b.server = httptest.NewServer(b.chat)
	t.Cleanup(func() {
		b.server.CloseClientConnections()
		b.server.Close()
	})
	logger := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.notifier = s.New(t, b.server.URL, b.server.Client(), logger)
	t.Cleanup(func() { b.keepsSecret("the log", b.log.String()) })
	return b
}

func (b *bench) keepsSecret(where, text string) {
	b.t.Helper()
	if strings.Contains(text, b.subject.Secret) {
		b.t.Errorf("%s shows the token: %s", where, text)
	}
}

func (b *bench) posting(key string, m bot.Message) bot.Posting {
	return bot.Posting{To: bot.Address{Channel: b.subject.Channel}, Message: m, Key: key}
}

// post posts within patience.
func (b *bench) post(p bot.Posting) (bot.Receipt, error) {
	b.t.Helper()
	limit := patience
	if p.Message.Picture != nil {
		limit = picturePatience
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	return b.prompt(func() (bot.Receipt, error) { return b.notifier.Post(ctx, p) })
}

func (b *bench) edit(r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	return b.prompt(func() (bot.Receipt, error) { return b.notifier.Edit(ctx, r, p) })
}

// prompt demands that a call comes back soon after its context ends, with nothing or a *bot.DeliveryError that keeps
// the secret.
func (b *bench) prompt(call func() (bot.Receipt, error)) (bot.Receipt, error) {
	b.t.Helper()
	begun := time.Now()
	receipt, err := call()
	if took := time.Since(begun); took > picturePatience {
		b.t.Errorf("the call came back after %v with a context of %v", took, patience)
	}
	if err == nil {
		return receipt, nil
	}
	if _, ok := errors.AsType[*bot.DeliveryError](err); !ok {
		b.t.Errorf("the error is a %T, not a *bot.DeliveryError: %v", err, err)
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		b.keepsSecret("an error", fmt.Sprintf("%v %+v %#v", cause, cause, cause))
	}
	return receipt, err
}

func (b *bench) mustPost(key string, m bot.Message) bot.Receipt {
	b.t.Helper()
	receipt, err := b.post(b.posting(key, m))
	if err != nil {
		b.t.Fatalf("post: %v", err)
	}
	return receipt
}

func kindOf(err error) bot.ErrorKind {
	if failed, ok := errors.AsType[*bot.DeliveryError](err); ok {
		return failed.Kind
	}
	return ""
}

func (b *bench) wantKind(what string, err error, kinds ...bot.ErrorKind) {
	b.t.Helper()
	for _, kind := range kinds {
		if kindOf(err) == kind {
			return
		}
	}
	b.t.Errorf("%s: %v (kind %q), want %v", what, err, kindOf(err), kinds)
}

// shown is what people read in the channel now: the bot's messages one after the other.
func (b *bench) shown() []emulator.Shown {
	var list []emulator.Shown
	for _, s := range b.chat.Shown(b.subject.Channel) {
		if s.Bot {
			list = append(list, s)
		}
	}
	return list
}

// wantNoProblem demands that every request was valid by the vendor's own description, but for what is expected.
func (b *bench) wantNoProblem(expected ...string) {
	b.t.Helper()
	for _, r := range b.chat.Requests() {
		if r.Problem != "" && !slices.Contains(expected, r.Problem) {
			b.t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
}

func (b *bench) accepted() int {
	n := 0
	for _, r := range b.chat.Requests() {
		if r.Accepted && r.Channel == b.subject.Channel {
			n++
		}
	}
	return n
}
