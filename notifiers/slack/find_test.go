package slack_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

func find(t *testing.T, c *chat, p bot.Posting) bot.Receipt {
	t.Helper()
	r, err := c.Find(t.Context(), p, time.Now().Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFindWhatWasLeft(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"connection cut": {Kind: emulator.CutAfter},
		"answer cut":     {Kind: emulator.CutBody},
		"garbage":        {Kind: emulator.Garbage},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			c.Inject(fault)
			_, err := c.Post(t.Context(), posting(bulletin()))
			wantKind(t, err, bot.KindUncertain)
			r := find(t, c, posting(bulletin()))
			want := bot.Receipt{Channel: channel, IDs: []string{c.Shown(channel)[0].ID}}
			if diff := cmp.Diff(want, r); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			edit(t, c, r, posting(resolved()))
			c.faultless(t)
		})
	}
}

func TestFindEveryKindOfPosting(t *testing.T) {
	c := open(t)
	living := post(t, c, posting(bulletin()))
	thread := post(t, c, bot.Posting{To: bot.Address{Channel: channel}, Message: back(), Key: "thread"})
	for name, p := range map[string]bot.Posting{
		"divided":      {Message: long()},
		"reply":        {Message: back(), ReplyTo: living},
		"silent reply": {Message: back(), ReplyTo: living, Silent: true},
		"in a thread":  {Message: long(), To: bot.Address{Thread: thread.IDs[0]}},
	} {
		p.To.Channel, p.Key = channel, name
		want := post(t, c, p)
		if diff := cmp.Diff(want, find(t, c, p)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFindOnlyOurOwnMessageSinceThen(t *testing.T) {
	c := open(t)
	if r := find(t, c, posting(bulletin())); r.Posted() {
		t.Errorf("found %+v in an empty channel", r)
	}
	post(t, c, posting(bulletin()))
	other := posting(bulletin())
	other.Key = "delivery-2"
	if r := find(t, c, other); r.Posted() {
		t.Errorf("found %+v, the message of another delivery", r)
	}
	r, err := c.Find(t.Context(), posting(bulletin()), time.Now().Add(time.Hour))
	if err != nil || r.Posted() {
		t.Errorf("found %+v (%v) that was posted long before", r, err)
	}
	for _, wrong := range []time.Duration{-2 * time.Minute, 2 * time.Minute} {
		r, err := c.Find(t.Context(), posting(bulletin()), time.Now().Add(wrong))
		if err != nil || !r.Posted() {
			t.Errorf("found %+v (%v) with a clock that is wrong by %s", r, err, wrong)
		}
	}
}

func TestFindReadsEveryPage(t *testing.T) {
	c := open(t)
	want := post(t, c, posting(bulletin()))
	for i := range 450 {
		c.Say(channel, "U0TEACHER", fmt.Sprint("message ", i))
	}
	if diff := cmp.Diff(want, find(t, c, posting(bulletin()))); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(strings.Join(c.methods(), " "), "conversations.history"); n != 3 {
		t.Errorf("%d pages read, want 3", n)
	}
	c.faultless(t)
}

func TestFindFindsPartsThatArrived(t *testing.T) {
	c := open(t)
	c.failSecondPost()
	want, err := c.Post(t.Context(), posting(long()))
	wantKind(t, err, bot.KindUncertain)
	if diff := cmp.Diff(want, find(t, c, posting(long()))); diff != "" {
		t.Error(diff)
	}
}

func TestFindWhereNothingCanBeRead(t *testing.T) {
	c := openWith(t, emulated.Options{Unlimited: true, Scopes: []string{"chat:write"}}, nil)
	post(t, c, posting(bulletin()))
	_, err := c.Find(t.Context(), posting(bulletin()), time.Now())
	wantKind(t, err, bot.KindGone)
	if !strings.Contains(c.log.String(), "channels:history") {
		t.Errorf("the log does not name the missing scope:\n%s", c.log)
	}
	c = open(t)
	c.Kick(channel)
	_, err = c.Find(t.Context(), posting(bulletin()), time.Now())
	wantKind(t, err, bot.KindGone)
}

func TestFindReportsTrouble(t *testing.T) {
	c := open(t)
	c.Inject(emulator.Fault{Kind: emulator.Answer, Method: "conversations.history", Status: 503})
	_, err := c.Find(t.Context(), posting(bulletin()), time.Now())
	wantKind(t, err, bot.KindUncertain)
	c.Inject(emulator.Fault{
		Kind: emulator.Answer, Method: "conversations.history", Status: 200, Body: `{"ok":false,"error":""}`,
	})
	_, err = c.Find(t.Context(), posting(bulletin()), time.Now())
	wantKind(t, err, bot.KindUncertain)
}
