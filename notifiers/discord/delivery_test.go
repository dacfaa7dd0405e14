package discord_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

func TestRepeatedPostIsOneMessage(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	s.Inject(emulator.Fault{Kind: emulator.CutAfter})
	_, err := s.n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindUncertain)
	r, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	if shown := s.Shown(channel); len(shown) != 1 || shown[0].ID != r.IDs[0] {
		t.Errorf("receipt %+v, shown %+v", r, shown)
	}
}

func TestNonceOfAnErasedMessage(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	r, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	s.Erase(channel, r.IDs[0])
	_, err = s.n.Post(t.Context(), posting(bulletin()))
	if e := wantKind(t, err, bot.KindTransient); e.RetryAfter < time.Minute {
		t.Errorf("retry after %s: the nonce is remembered for minutes", e.RetryAfter)
	}
}

func TestSilentReplyAndSound(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	main, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	p := posting(bot.Message{Summary: "Pronote est de nouveau accessible."})
	p.Key, p.Silent, p.ReplyTo = "back", true, main
	if _, err := s.n.Post(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	s.Erase(channel, main.IDs[0])
	p.Key, p.Silent = "back again", false
	if _, err := s.n.Post(t.Context(), p); err != nil {
		t.Fatalf("a reply to an erased message must be posted all the same: %v", err)
	}
	shown := s.Shown(channel)
	if shown[0].Audible || shown[0].ReplyTo != main.IDs[0] {
		t.Errorf("want a silent reply: %+v", shown[0])
	}
	if !shown[1].Audible || shown[1].ReplyTo != "" {
		t.Errorf("want an audible message: %+v", shown[1])
	}
}

func TestReplyWithoutTheRightToRead(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	s.Inject(emulator.Fault{Kind: emulator.Answer, Status: 400,
		Body: `{"message": "Cannot reply without permission to read message history", "code": 160002}`})
	p := posting(bulletin())
	p.ReplyTo = bot.Receipt{Channel: channel, IDs: []string{"1"}}
	if _, err := s.n.Post(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if shown := s.Shown(channel); len(shown) != 1 {
		t.Errorf("shown: %+v", shown)
	}
}

func TestEditGrowsAndShrinks(t *testing.T) {
	s := newStage(t, emulated.Options{Unlimited: true}, nil)
	r, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	first := r.IDs[0]
	for _, m := range []bot.Message{long(), bulletin(), bulletin()} {
		if r, err = s.n.Edit(t.Context(), r, posting(m)); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for i, shown := range s.Shown(channel) {
			ids = append(ids, shown.ID)
			if i > 0 && shown.Audible {
				t.Errorf("part %d of an edit rings", i+1)
			}
		}
		if diff := cmp.Diff(r.IDs, ids); diff != "" {
			t.Errorf("receipt and channel differ (-receipt +channel):\n%s", diff)
		}
	}
	if len(r.IDs) != 1 || r.IDs[0] != first {
		t.Errorf("receipt %+v, want only %s", r, first)
	}
	if n := s.Pings(channel); n != 0 {
		t.Errorf("%d pings", n)
	}
	noProblems(t, s)
}

func TestNothingIsLostInParts(t *testing.T) {
	s := newStage(t, emulated.Options{Unlimited: true}, nil)
	r, err := s.n.Post(t.Context(), posting(long()))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.IDs) < 2 {
		t.Fatalf("want several parts, got %d", len(r.IDs))
	}
	var all strings.Builder
	for i, m := range s.Shown(channel) {
		if m.Audible != (i == 0) {
			t.Errorf("part %d: audible is %t", i+1, m.Audible)
		}
		all.WriteString(m.Text)
	}
	if got, want := strings.Count(all.String(), "Une phrase que l’on lit en entier."), 20*20; got != want {
		t.Errorf("%d of %d sentences are shown", got, want)
	}
	for i := range 20 {
		if !strings.Contains(all.String(), fmt.Sprintf("Plateforme %d\n", i+1)) {
			t.Errorf("heading %d is missing", i+1)
		}
	}
	noProblems(t, s)
}

func TestPartialPostIsCompletedByEdit(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	whole, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	s.Erase(channel, whole.IDs[0])
	p := posting(long())
	p.Key = "long"
	s.Inject(emulator.Fault{Kind: emulator.Delay, Wait: time.Millisecond})
	s.Inject(emulator.Fault{Kind: emulator.CutAfter})
	partial, err := s.n.Post(t.Context(), p)
	wantKind(t, err, bot.KindUncertain)
	if len(partial.IDs) != 1 {
		t.Fatalf("receipt %+v, want the first part", partial)
	}
	r, err := s.n.Edit(t.Context(), partial, p)
	if err != nil {
		t.Fatal(err)
	}
	if shown := s.Shown(channel); len(shown) != len(r.IDs) || len(partial.IDs) != 1 {
		t.Errorf("%d messages, receipt %+v", len(shown), r)
	}
}

func TestFind(t *testing.T) {
	s := newStage(t, emulated.Options{Unlimited: true}, nil)
	since := time.Now()
	s.Say(channel, "alice", "bonjour")
	s.Inject(emulator.Fault{Kind: emulator.CutAfter})
	_, err := s.n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindUncertain)
	other := posting(bulletin())
	other.Key = "another"
	if _, err := s.n.Post(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	r, err := s.n.Find(t.Context(), posting(bulletin()), since)
	if err != nil {
		t.Fatal(err)
	}
	want := bot.Receipt{Channel: channel, IDs: []string{s.Shown(channel)[1].ID}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if r, err = s.n.Find(t.Context(), posting(bulletin()), since.Add(2*time.Minute)); err != nil || !r.Posted() {
		t.Errorf("found %+v (%v) with a clock that is two minutes ahead", r, err)
	}
	other.Key = "never posted"
	if r, err = s.n.Find(t.Context(), other, since); err != nil || r.Posted() {
		t.Errorf("found %+v, %v", r, err)
	}
	noProblems(t, s)
}

func TestFindReadsPages(t *testing.T) {
	s := newStage(t, emulated.Options{Unlimited: true}, nil)
	since := time.Now()
	for range 250 {
		s.Say(channel, "alice", "bonjour")
	}
	p := posting(long())
	posted, err := s.n.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.n.Find(t.Context(), p, since)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(posted, found); diff != "" {
		t.Errorf("found (-posted +found):\n%s", diff)
	}
}

func TestContextEndsCalls(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	s.Inject(emulator.Fault{Kind: emulator.Hang, Times: 2})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := s.n.Post(ctx, posting(bulletin()))
	wantKind(t, err, bot.KindUncertain)
	_, err = s.n.Post(ctx, posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestLibraryNeverWaits(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	began := time.Now()
	throttled := 0
	for i := range 12 {
		p := posting(bulletin())
		p.Key = fmt.Sprint(i)
		if _, err := s.n.Post(t.Context(), p); err != nil {
			e := wantKind(t, err, bot.KindThrottled)
			if e.Scope != "post:"+channel || e.RetryAfter <= 0 || e.RetryAfter > 5*time.Second {
				t.Errorf("scope %q, retry after %s", e.Scope, e.RetryAfter)
			}
			throttled++
		}
	}
	if throttled != 7 {
		t.Errorf("%d of 12 posts throttled, want 7", throttled)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s: the library waits", took)
	}
}

func TestBucketsLearn(t *testing.T) {
	other := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "3")
		w.Header().Set("X-RateLimit-Remaining", "2")
		w.Header().Set("X-RateLimit-Reset-After", "10.000")
		w.Write([]byte(`{"id":"1","channel_id":"4200"}`))
	})
	n, err := discord.New(discord.Config{Token: token, HTTPClient: memory(t, other), APIURL: "http://discord.example"})
	if err != nil {
		t.Fatal(err)
	}
	to := bot.Address{Channel: channel}
	want := []bot.Bucket{{Name: "global", N: 50, Per: time.Second}, {Name: "post:4200", N: 5, Per: 5 * time.Second}}
	if diff := cmp.Diff(want, n.Buckets(bot.OpPost, to)); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	if _, err := n.Post(t.Context(), posting(bulletin())); err != nil {
		t.Fatal(err)
	}
	want[1].N, want[1].Per = 3, 10*time.Second
	if diff := cmp.Diff(want, n.Buckets(bot.OpPost, to)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	want[1] = bot.Bucket{Name: "edit:4200", N: 5, Per: 5 * time.Second} // another route
	if diff := cmp.Diff(want, n.Buckets(bot.OpEdit, to)); diff != "" {
		t.Errorf("edits (-want +got):\n%s", diff)
	}
}

func TestEditRingsNobody(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	r, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.n.Edit(t.Context(), r, posting(bot.Message{Summary: "@everyone <@12> @here"})); err != nil {
		t.Fatal(err)
	}
	shown := s.Shown(channel)[0]
	if s.Pings(channel) != 0 || !strings.HasPrefix(shown.Text, "@everyone <@12> @here\n") {
		t.Errorf("%d pings, shown %q", s.Pings(channel), shown.Text)
	}
}
