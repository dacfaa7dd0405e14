package notifiertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// states tests what a chat or an account can become.
func (s Subject) states(t *testing.T) {
	for name, shut := range map[string]func(c emulator.Chat){
		"kicked":    func(c emulator.Chat) { c.Kick(s.Channel) },
		"removed":   func(c emulator.Chat) { c.Remove(s.Channel) },
		"forbidden": func(c emulator.Chat) { c.Forbid(s.Channel) },
	} {
		t.Run(name, func(t *testing.T) {
			b := s.bench(t)
			receipt := b.mustPost("k1", message("Avant"))
			shut(b.chat)
			_, err := b.post(b.posting("k2", message("Après")))
			b.wantKind("post", err, bot.KindGone)
			_, err = b.edit(receipt, b.posting("k1", message("Après")))
			b.wantKind("edit", err, bot.KindGone, bot.KindMissing)
		})
	}
	t.Run("kicked and invited again", func(t *testing.T) {
		b := s.bench(t)
		b.chat.Kick(s.Channel)
		b.chat.Invite(s.Channel)
		b.mustPost("k1", message("Me revoilà"))
	})
	t.Run("forbidden and allowed again", func(t *testing.T) {
		b := s.bench(t)
		b.chat.Forbid(s.Channel)
		b.chat.Allow(s.Channel)
		b.mustPost("k1", message("Me revoilà"))
	})
	t.Run("the message was deleted", func(t *testing.T) {
		b := s.bench(t)
		receipt := b.mustPost("k1", message("Avant"))
		b.chat.Erase(s.Channel, receipt.IDs[0])
		_, err := b.edit(receipt, b.posting("k1", message("Après")))
		b.wantKind("edit", err, bot.KindMissing)
		if len(b.shown()) != 0 {
			t.Errorf("the channel shows %+v", b.shown())
		}
	})
	t.Run("revoked", func(t *testing.T) {
		b := s.bench(t)
		receipt := b.mustPost("k1", message("Avant"))
		b.chat.Revoke()
		_, err := b.post(b.posting("k2", message("Après")))
		b.wantKind("post", err, bot.KindUnauthorised)
		_, err = b.edit(receipt, b.posting("k1", message("Après")))
		b.wantKind("edit", err, bot.KindUnauthorised)
	})
	t.Run("unknown channel", func(t *testing.T) {
		b := s.bench(t)
		b.chat.Remove(s.Channel)
		_, err := b.post(b.posting("k1", message("Personne")))
		b.wantKind("post", err, bot.KindGone)
	})
}

// statuses answers a post and an edit with every HTTP status there is.
func (s Subject) statuses(t *testing.T) {
	for status := 300; status < 600; status++ {
		if http.StatusText(status) == "" && status%100 > 12 && status != 520 && status != 524 {
			continue
		}
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			b := s.bench(t)
			receipt := b.mustPost("k1", message("Avant"))
			before := len(b.chat.Requests())
			b.chat.Inject(emulator.Fault{Kind: emulator.Answer, Status: status, Times: -1})
			_, postErr := b.post(b.posting("k2", message("Après")))
			_, editErr := b.edit(receipt, b.posting("k1", message("Après")))
			b.wantStatusKind("post", status, postErr)
			b.wantStatusKind("edit", status, editErr)
			if n := len(b.chat.Requests()) - before; n > 2 {
				t.Errorf("%d requests for a post and an edit: the library repeats behind our back", n)
			}
		})
	}
}

// wantStatusKind demands what is true of a status on every platform.
func (b *bench) wantStatusKind(what string, status int, err error) {
	b.t.Helper()
	kind := kindOf(err)
	switch {
	case err == nil:
		b.t.Errorf("%s: status %d is taken for success", what, status)
	case !slices.Contains(bot.ErrorKinds(), kind):
		b.t.Errorf("%s: status %d has the kind %q", what, status, kind)
	case status == http.StatusUnauthorized || slices.Contains(b.subject.Unauthorised, status):
		b.wantKind(what, err, bot.KindUnauthorised)
	case status == http.StatusTooManyRequests:
		b.wantKind(what, err, bot.KindThrottled)
	case status >= 500:
		b.wantKind(what, err, bot.KindUncertain, bot.KindTransient)
		if what == "post" && status != http.StatusServiceUnavailable && status != http.StatusNotImplemented {
			b.wantKind(what, err, bot.KindUncertain)
		}
	case kind == bot.KindUncertain && status >= 400:
		b.t.Errorf("%s: status %d says that nothing was done, and is taken for uncertain", what, status)
	}
}

// fence takes the right to speak from the sender while its request is being made: nothing arrives.
func (s Subject) fence(t *testing.T) {
	b := s.bench(t)
	receipt := b.mustPost("k1", message("Avant"))
	before := len(b.chat.Requests())
	var asked atomic.Int32
	over := bot.Fenced(t.Context(), func() bool { asked.Add(1); return false })
	_, err := b.prompt(func() (bot.Receipt, error) { return b.notifier.Post(over, b.posting("k2", message("Après"))) })
	b.wantKind("post", err, bot.KindUncertain, bot.KindTransient)
	_, err = b.prompt(func() (bot.Receipt, error) { return b.notifier.Edit(over, receipt, b.posting("k1", message("Après"))) })
	b.wantKind("edit", err, bot.KindUncertain, bot.KindTransient)
	if n := asked.Load(); n < 2 {
		t.Errorf("the right to speak was asked for %d times", n)
	}
	if n := len(b.chat.Requests()) - before; n > 0 {
		t.Errorf("%d requests arrived after the right to speak was lost", n)
	}
	held := bot.Fenced(t.Context(), func() bool { return true })
	if _, err := b.notifier.Edit(held, receipt, b.posting("k1", message("Après"))); err != nil {
		t.Errorf("edit while the right is held: %v", err)
	}
}

// faults tests every way in which an answer can fail to come.
func (s Subject) faults(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault emulator.Fault
		kinds []bot.ErrorKind
		shown int // how many messages the channel shows after the post
	}{
		{"late", emulator.Fault{Kind: emulator.Delay, Wait: 2 * patience}, []bot.ErrorKind{bot.KindUncertain}, 1},
		{"hangs", emulator.Fault{Kind: emulator.Hang}, []bot.ErrorKind{bot.KindUncertain}, 0},
		{"cut before", emulator.Fault{Kind: emulator.CutBefore}, []bot.ErrorKind{bot.KindUncertain}, 0},
		{"cut after", emulator.Fault{Kind: emulator.CutAfter}, []bot.ErrorKind{bot.KindUncertain}, 1},
		{"cut in the answer", emulator.Fault{Kind: emulator.CutBody}, []bot.ErrorKind{bot.KindUncertain}, 1},
		{"garbage", emulator.Fault{Kind: emulator.Garbage}, []bot.ErrorKind{bot.KindUncertain}, 1},
	} {
		t.Run("post "+test.name, func(t *testing.T) {
			b := s.bench(t)
			b.chat.Inject(test.fault)
			_, err := b.post(b.posting("k1", message("Un avis")))
			b.wantKind("post", err, test.kinds...)
			if got := len(b.shown()); got != test.shown {
				t.Errorf("the channel shows %d messages, want %d: something was sent again", got, test.shown)
			}
		})
		t.Run("edit "+test.name, func(t *testing.T) {
			b := s.bench(t)
			receipt := b.mustPost("k1", message("Avant"))
			b.chat.Inject(test.fault)
			_, err := b.edit(receipt, b.posting("k1", message("Après")))
			b.wantKind("edit", err, test.kinds...)
			if _, err := b.edit(receipt, b.posting("k1", message("Après"))); err != nil {
				t.Errorf("the same edit again: %v", err)
			}
			if got := len(b.shown()); got != 1 {
				t.Errorf("the channel shows %d messages", got)
			}
		})
	}
	t.Run("throttled", s.throttled)
	t.Run("nobody listens", s.refused)
	t.Run("the context has ended", s.ended)
}

func (s Subject) throttled(t *testing.T) {
	b := s.bench(t)
	b.chat.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: 2 * time.Hour})
	begun := time.Now()
	_, err := b.post(b.posting("k1", message("Un avis")))
	b.wantKind("post", err, bot.KindThrottled)
	if took := time.Since(begun); took > patience/2 {
		t.Errorf("the adapter waited %v: waiting is the pacer's work", took)
	}
	failed, _ := errors.AsType[*bot.DeliveryError](err)
	if failed == nil || failed.RetryAfter < 2*time.Hour || failed.RetryAfter > 2*time.Hour+time.Minute {
		t.Errorf("the error names %+v, want 2 h", failed)
	}
	if failed != nil && failed.Scope != "" {
		names := func(x bot.Bucket) bool { return x.Name == failed.Scope }
		if !slices.ContainsFunc(b.notifier.Buckets(bot.OpPost, bot.Address{Channel: s.Channel}), names) {
			t.Errorf("the scope %q is no bucket of the operation", failed.Scope)
		}
	}
	if len(b.shown()) != 0 {
		t.Error("a refused message is shown")
	}
	b.mustPost("k1", message("Un avis"))
}

func (s Subject) refused(t *testing.T) {
	b := s.bench(t)
	b.server.CloseClientConnections()
	b.server.Close()
	_, err := b.post(b.posting("k1", message("Un avis")))
	b.wantKind("post", err, bot.KindTransient)
}

func (s Subject) ended(t *testing.T) {
	b := s.bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.prompt(func() (bot.Receipt, error) { return b.notifier.Post(ctx, b.posting("k1", message("Un avis"))) })
	b.wantKind("post", err, bot.KindTransient)
	if len(b.shown()) != 0 || b.accepted() != 0 {
		t.Error("something was sent after the context had ended")
	}
}

// find tests what an adapter that can read its own messages makes of a post whose answer was lost.
func (s Subject) find(t *testing.T) {
	b := s.bench(t)
	finder, can := b.notifier.(bot.Finder)
	if !can {
		t.Skip("this platform lets no bot read its own messages")
	}
	b.mustPost("other", message("Un autre avis"))
	since := time.Now()
	posting := b.posting("k1", message("Un avis"))
	receipt, err := finder.Find(t.Context(), posting, since)
	if err != nil || receipt.Posted() {
		t.Fatalf("before it was posted: %+v %v", receipt, err)
	}
	b.chat.Inject(emulator.Fault{Kind: emulator.CutAfter})
	_, err = b.post(posting)
	b.wantKind("post", err, bot.KindUncertain)
	posting.Message = message("Le même avis, autrement") // what it would say now does not matter
	receipt, err = finder.Find(t.Context(), posting, since)
	if err != nil || !receipt.Posted() {
		t.Fatalf("after it was posted: %+v %v", receipt, err)
	}
	if _, err := b.edit(receipt, b.posting("k1", message("Trouvé"))); err != nil {
		t.Error(err)
	}
	if got := len(b.shown()); got != 2 {
		t.Errorf("the channel shows %d messages, want 2", got)
	}
	b.wantNoProblem()
}
