package slack_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

func post(t *testing.T, c *chat, p bot.Posting) bot.Receipt {
	t.Helper()
	r, err := c.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func edit(t *testing.T, c *chat, r bot.Receipt, p bot.Posting) bot.Receipt {
	t.Helper()
	r, err := c.Edit(t.Context(), r, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEditKeepsOneMessage(t *testing.T) {
	c := open(t)
	r := post(t, c, posting(bulletin()))
	after := edit(t, c, r, posting(resolved()))
	if diff := cmp.Diff(r, after); diff != "" {
		t.Errorf("the receipt changed:\n%s", diff)
	}
	edit(t, c, r, posting(resolved())) // shows it already
	shown := c.Shown(channel)
	if len(shown) != 1 || shown[0].Edits != 1 || shown[0].ID != r.IDs[0] {
		t.Errorf("shown %+v, want one message, edited once", shown)
	}
	c.faultless(t)
}

func TestEditFollowsTheNumberOfParts(t *testing.T) {
	c := open(t)
	short := post(t, c, posting(bulletin()))
	grown := edit(t, c, short, posting(long()))
	if len(grown.IDs) < 2 || grown.IDs[0] != short.IDs[0] {
		t.Fatalf("receipt %+v, want more parts behind %s", grown, short.IDs[0])
	}
	for _, one := range c.Shown(channel)[1:] {
		if one.Audible {
			t.Error("a part that an edit added made a sound")
		}
	}
	again := edit(t, c, grown, posting(bulletin()))
	if diff := cmp.Diff(short, again); diff != "" {
		t.Errorf("after shrinking (-want +got):\n%s", diff)
	}
	if n := len(c.Shown(channel)); n != 1 {
		t.Errorf("%d messages are left, want 1", n)
	}
	c.faultless(t)
}

func TestEditHealsWhatIsMissing(t *testing.T) {
	c := open(t)
	r := post(t, c, posting(long()))
	c.Erase(channel, r.IDs[1])
	healed := edit(t, c, r, posting(long()))
	if healed.IDs[1] == r.IDs[1] || len(c.Shown(channel)) != len(r.IDs) {
		t.Errorf("receipt %v became %v with %d messages", r.IDs, healed.IDs, len(c.Shown(channel)))
	}
	c.Erase(channel, r.IDs[len(r.IDs)-1])
	edit(t, c, healed, posting(bulletin())) // a part to delete that is gone already is no error
	c.Erase(channel, r.IDs[0])
	_, err := c.Edit(t.Context(), healed, posting(bulletin()))
	wantKind(t, err, bot.KindMissing)
	_, err = c.Edit(t.Context(), bot.Receipt{}, posting(bulletin()))
	wantKind(t, err, bot.KindMissing)
}

func TestPartialPostIsCompletedByEdit(t *testing.T) {
	c := open(t)
	whole := post(t, c, posting(long()))
	other := open(t)
	other.failSecondPost()
	r, err := other.Post(t.Context(), posting(long()))
	wantKind(t, err, bot.KindUncertain)
	if len(r.IDs) != 1 {
		t.Fatalf("receipt %v, want the first part", r.IDs)
	}
	r = edit(t, other, r, posting(long()))
	if len(r.IDs) != len(whole.IDs) {
		t.Errorf("%d parts, want %d", len(r.IDs), len(whole.IDs))
	}
}

// failSecondPost lets one post through and answers the next with a server error.
func (c *chat) failSecondPost() {
	c.Inject(emulator.Fault{Kind: emulator.Delay, Method: "chat.postMessage"})
	c.Inject(emulator.Fault{Kind: emulator.Answer, Method: "chat.postMessage", Status: 500})
}

func TestClosedChannels(t *testing.T) {
	for name, shut := range map[string]func(*chat){
		"kicked":    func(c *chat) { c.Kick(channel) },
		"archived":  func(c *chat) { c.Archive(channel) },
		"deleted":   func(c *chat) { c.Remove(channel) },
		"forbidden": func(c *chat) { c.Forbid(channel) },
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			r := post(t, c, posting(bulletin()))
			shut(c)
			_, err := c.Post(t.Context(), posting(bulletin()))
			wantKind(t, err, bot.KindGone)
			_, err = c.Edit(t.Context(), r, posting(resolved()))
			wantKind(t, err, bot.KindGone)
		})
	}
}

func TestRevokedToken(t *testing.T) {
	c := open(t)
	r := post(t, c, posting(bulletin()))
	c.Revoke()
	_, err := c.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindUnauthorised)
	_, err = c.Edit(t.Context(), r, posting(resolved()))
	wantKind(t, err, bot.KindUnauthorised)
}

func TestAnswersStandInTheThread(t *testing.T) {
	c := open(t)
	living := post(t, c, posting(bulletin()))
	ring := posting(back())
	ring.ReplyTo = living
	loud := post(t, c, ring)
	ring.Silent = true
	quiet := post(t, c, ring)
	shown := c.Shown(channel)
	for i, test := range []struct {
		r       bot.Receipt
		audible bool
	}{{loud, true}, {quiet, false}} {
		one := shown[i+1]
		if test.r.Thread != living.IDs[0] || one.ReplyTo != living.IDs[0] || one.Audible != test.audible {
			t.Errorf("receipt %+v, shown %+v: want audible %v beneath %s", test.r, one, test.audible, living.IDs[0])
		}
	}
	edit(t, c, loud, posting(resolved()))
	c.faultless(t)
}

func TestAnswerToADeletedMessageIsPostedAnyway(t *testing.T) {
	c := open(t)
	living := post(t, c, posting(bulletin()))
	c.Erase(channel, living.IDs[0])
	ring := posting(back())
	ring.ReplyTo = living
	r := post(t, c, ring)
	if shown := c.Shown(channel); len(shown) != 1 || !shown[0].Audible || r.Thread != "" {
		t.Errorf("receipt %+v, shown %+v: want a message of its own", r, shown)
	}
}

func TestThreadOfTheAddress(t *testing.T) {
	c := open(t)
	c.Say(channel, "U0TEACHER", "Bonjour")
	thread := c.Shown(channel)[0].ID
	p := posting(long())
	p.To.Thread = thread
	r := post(t, c, p)
	for _, one := range c.Shown(channel)[1:] {
		if one.Thread != thread {
			t.Errorf("message %s stands in thread %q, want %q", one.ID, one.Thread, thread)
		}
	}
	if r.Thread != thread {
		t.Errorf("receipt %+v, want thread %s", r, thread)
	}
	c.Erase(channel, thread)
	p.To.Thread = "1.000001"
	_, err := c.Post(t.Context(), p)
	wantKind(t, err, bot.KindGone)
}

func TestRejectedContent(t *testing.T) {
	c := open(t)
	_, err := c.Post(t.Context(), posting(bot.Message{Lang: "fr", Title: " "}))
	wantKind(t, err, bot.KindRejected)
	if n := len(c.Requests()); n != 0 {
		t.Errorf("%d requests for a message without content", n)
	}
}
