package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func posting(key string) bot.Posting {
	return bot.Posting{To: bot.Address{Channel: "parents", Thread: "6e"}, Key: key, Message: resolved()}
}

func kind(t *testing.T, err error) bot.ErrorKind {
	t.Helper()
	var failed *bot.DeliveryError
	if !errors.As(err, &failed) {
		t.Fatalf("%v is no *bot.DeliveryError", err)
	}
	return failed.Kind
}

// short writes n bytes and fails.
type short struct{ n int }

var errPaper = errors.New("no more paper")

func (s short) Write(p []byte) (int, error) { return min(s.n, len(p)), errPaper }

func TestReceipts(t *testing.T) {
	post := func(n *Notifier, key string) bot.Receipt {
		receipt, err := n.Post(t.Context(), posting(key))
		if err != nil {
			t.Fatal(err)
		}
		return receipt
	}
	first, second := New(Config{Out: io.Discard}), New(Config{Out: io.Discard})
	a, b, c := post(first, "1/parents/bulletin/0"), post(first, "2/parents/bulletin/0"), post(first, "2/parents/bulletin/0")
	if a.Channel != "parents" || a.Thread != "6e" || len(a.IDs) != 1 {
		t.Errorf("receipt %+v", a)
	}
	if a.IDs[0] == b.IDs[0] || b.IDs[0] == c.IDs[0] {
		t.Errorf("two messages have the same id: %v %v %v", a, b, c)
	}
	if again := post(second, "1/parents/bulletin/0"); !cmp.Equal(again, a) {
		t.Errorf("the same first posting has the receipts %v and %v", a, again)
	}
	if other := post(New(Config{Out: io.Discard}), "3/parents/bulletin/0"); other.IDs[0] == a.IDs[0] {
		t.Error("after a restart another message has the same id")
	}
	edited, err := first.Edit(t.Context(), a, posting("1/parents/bulletin/0"))
	if err != nil || !cmp.Equal(edited, a) {
		t.Errorf("the edit gives %v, %v", edited, err)
	}
	if n := len(first.Buckets(bot.OpPost, bot.Address{})); n != 0 {
		t.Errorf("%d buckets", n)
	}
}

func TestFailures(t *testing.T) {
	receipt := bot.Receipt{Channel: "parents", IDs: []string{"1"}}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var untouched bytes.Buffer
	tests := []struct {
		name string
		ctx  context.Context
		out  io.Writer
		want bot.ErrorKind
	}{
		{"nothing written", t.Context(), short{0}, bot.KindTransient},
		{"a part written", t.Context(), short{10}, bot.KindUncertain},
		{"over before it began", ended, &untouched, bot.KindTransient},
	}
	for _, test := range tests {
		n := New(Config{Out: test.out})
		got, err := n.Post(test.ctx, posting("1"))
		if kind(t, err) != test.want || got.Posted() {
			t.Errorf("%s: post gives %v, %v; want %s", test.name, got, err, test.want)
		}
		if _, err := n.Edit(test.ctx, receipt, posting("1")); kind(t, err) != test.want {
			t.Errorf("%s: edit gives %v, want %s", test.name, err, test.want)
		}
	}
	if untouched.Len() > 0 {
		t.Error("something was written after the context had ended")
	}
	if _, err := New(Config{Out: io.Discard}).Edit(t.Context(), bot.Receipt{}, posting("1")); kind(t, err) != bot.KindMissing {
		t.Errorf("an edit of nothing: %v", err)
	}
}

// stuck is a terminal that was stopped with Ctrl-S.
type stuck struct {
	resume chan struct{}
	out    bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.resume
	return s.out.Write(p)
}

func TestStuckTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &stuck{resume: make(chan struct{})}
		n := New(Config{Out: out})
		post := func(key string) error {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := n.Post(ctx, posting(key))
			return err
		}
		if err := post("writes"); kind(t, err) != bot.KindUncertain {
			t.Errorf("the one who writes: %v", err)
		}
		if err := post("waits"); kind(t, err) != bot.KindTransient {
			t.Errorf("the one who waits: %v", err)
		}
		close(out.resume)
		if err := post("goes on"); err != nil {
			t.Error(err)
		}
		if got := strings.Count(out.out.String(), "── parents"); got != 2 {
			t.Errorf("%d blocks on the terminal, want 2", got)
		}
	})
}

func TestBlocksDoNotMix(t *testing.T) {
	var out bytes.Buffer
	n := New(Config{Out: &out})
	var writers sync.WaitGroup
	for i := range 20 {
		writers.Go(func() {
			receipt, err := n.Post(t.Context(), posting(fmt.Sprint(i)))
			if err != nil {
				t.Error(err)
			}
			if _, err := n.Edit(t.Context(), receipt, posting(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	post, edit := n.layout.post(posting("")), n.layout.update(posting(""))
	rest := strings.ReplaceAll(strings.ReplaceAll(out.String(), post, ""), edit, "")
	if rest != "" {
		t.Errorf("left over between the blocks: %q", rest)
	}
}
