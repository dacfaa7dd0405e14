package slack_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/slack"
)

// desk is a handler that keeps what it was asked.
type desk struct {
	mu        sync.Mutex
	requests  []bot.Request
	presences []bot.Presence
	answer    func(ctx context.Context, r bot.Request) (bot.Message, error)
	greeting  bot.Message
}

func (d *desk) Command(ctx context.Context, r bot.Request) (bot.Message, error) {
	d.mu.Lock()
	d.requests = append(d.requests, r)
	d.mu.Unlock()
	if d.answer != nil {
		return d.answer(ctx, r)
	}
	return bot.Message{Lang: "fr", Title: "Réponse à " + r.Command, Summary: r.Args}, nil
}

func (d *desk) Presence(_ context.Context, p bot.Presence) (bot.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.presences = append(d.presences, p)
	return d.greeting, nil
}

func (d *desk) heard() []bot.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.requests)
}

func (d *desk) seen() []bot.Presence {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.presences)
}

// listen runs the listener until the test ends and waits for its connection. The returned channel has Listen's result.
func listen(t *testing.T, c *chat, h bot.Handler) (stop func(), result <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	var running sync.WaitGroup
	running.Go(func() { done <- c.Listen(ctx, h) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	eventually(t, "a connection", func() bool { return c.Connections() == 1 })
	return stop, done
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within 30 seconds", what)
		}
	}
}

// shownTo waits for the n-th message of a channel.
func shownTo(t *testing.T, c *chat, n int) emulator.Shown {
	t.Helper()
	eventually(t, fmt.Sprint("message ", n), func() bool { return len(c.Shown(channel)) >= n })
	return c.Shown(channel)[n-1]
}

func TestSlashCommands(t *testing.T) {
	for text, want := range map[string]bot.Request{
		"/panneau status pronote":           {Command: "status", Args: "pronote"},
		"/panneau":                          {Command: "aide"},
		"/panneau   ÉTAT  <b> & R&D #cités": {Command: "état", Args: "<b> & R&D #cités"},
		"/panneau /aide":                    {Command: "aide"},
	} {
		c, d := open(t), &desk{}
		listen(t, c, d)
		c.Say(channel, "U0TEACHER", text)
		answer := shownTo(t, c, 1)
		want.From.Channel = channel
		want.Person, want.Lang = "U0TEACHER", "fr-FR"
		if diff := cmp.Diff([]bot.Request{want}, numbered(t, d.heard())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		if answer.Ephemeral != "U0TEACHER" || !answer.Bot || !strings.HasPrefix(answer.Text, "Réponse à ") {
			t.Errorf("%s is answered with %+v", text, answer)
		}
		if slices.Contains(c.methods(), "response_url") {
			t.Errorf("a quick answer took the response URL")
		}
		c.faultless(t)
	}
}

func TestSlowAndLongAnswersUseTheResponseURL(t *testing.T) {
	slow := func(ctx context.Context, _ bot.Request) (bot.Message, error) {
		select {
		case <-time.After(1700 * time.Millisecond):
			return overview(), nil
		case <-ctx.Done():
			return bot.Message{}, ctx.Err()
		}
	}
	longest := func(context.Context, bot.Request) (bot.Message, error) { return long(), nil }
	heavy := func(context.Context, bot.Request) (bot.Message, error) {
		return bot.Message{Lang: "zh", Title: "状态", Summary: "x", Sections: []bot.Section{
			{Text: []string{strings.Repeat("系统正常运行。", 1400)}},
		}}, nil
	}
	for name, answer := range map[string]func(context.Context, bot.Request) (bot.Message, error){
		"slow": slow, "long": longest, "heavy": heavy,
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, c *chat) {
				stop, _ := listen(t, c, &desk{answer: answer})
				defer stop()
				c.Say(channel, "U0TEACHER", "/panneau status")
				if shown := shownTo(t, c, 1); shown.Ephemeral != "U0TEACHER" || !shown.Bot {
					t.Errorf("the answer is %+v", shown)
				}
				if !slices.Contains(c.methods(), "response_url") {
					t.Error("the response URL was not used")
				}
				c.faultless(t)
			})
		})
	}
}

func TestForeignResponseAddressIsRefused(t *testing.T) {
	c := open(t)
	for address, want := range map[string]bool{
		c.url + "/commands/T/1/x":                 true,
		"https://hooks.slack.com/commands/T/1/x":  true,
		"http://hooks.slack.com/commands/T/1/x":   false,
		"https://hooks.slack.com.evil.example/x":  false,
		"https://hooks.slack.com@evil.example/x":  false,
		"http://169.254.169.254/latest/meta-data": false,
		"": false,
	} {
		if got := slack.Trusted(c.Notifier, address); got != want {
			t.Errorf("%q trusted: %v, want %v", address, got, want)
		}
	}
}

func TestMentions(t *testing.T) {
	c, d := open(t), &desk{}
	listen(t, c, d)
	c.Say(channel, "U0TEACHER", "@Panneau status Pronote & <ENT>")
	answer := shownTo(t, c, 2)
	question := c.Shown(channel)[0].ID
	if answer.Ephemeral != "U0TEACHER" || answer.Thread != "" {
		t.Errorf("the answer is %+v", answer)
	}
	c.Reply(channel, "U0TEACHER", question, "@Panneau")
	if answer := shownTo(t, c, 4); answer.Ephemeral != "U0TEACHER" || answer.Thread != question {
		t.Errorf("the answer in the thread is %+v", answer)
	}
	c.Say(channel, "U0TEACHER", "Bonjour à tous")
	want := []bot.Request{
		{From: bot.Address{Channel: channel}, Command: "status", Args: "Pronote & <ENT>"},
		{From: bot.Address{Channel: channel, Thread: question}, Command: "aide"},
	}
	for i := range want {
		want[i].Person, want[i].Lang = "U0TEACHER", "fr-FR"
	}
	if diff := cmp.Diff(want, numbered(t, d.heard())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.faultless(t)
}

func TestPrivateConversation(t *testing.T) {
	c, d := open(t), &desk{}
	c.Server.Open("D0TEACHER")
	listen(t, c, d)
	c.Say("D0TEACHER", "U0TEACHER", "/panneau status")
	eventually(t, "request", func() bool { return len(d.heard()) == 1 })
	if r := d.heard()[0]; !r.Private {
		t.Errorf("request %+v, want a private one", r)
	}
}

func TestPresence(t *testing.T) {
	c, d := open(t), &desk{greeting: bot.Message{Lang: "fr", Title: "Bonjour", Summary: "Panneau est là."}}
	listen(t, c, d)
	var want []bot.Presence
	step := func(channel string, kind bot.PresenceKind, act func(string)) {
		act(channel)
		want = append(want, bot.Presence{At: bot.Address{Channel: channel}, Kind: kind})
		eventually(t, string(kind), func() bool { return len(d.seen()) == len(want) })
	}
	step("C0NEW", bot.Joined, c.Invite)
	eventually(t, "greeting", func() bool { return len(c.Shown("C0NEW")) == 1 })
	step("C0NEW", bot.Left, c.Archive)
	step("C0NEW", bot.Joined, c.Unarchive)
	step("C0NEW", bot.Left, c.Kick)
	step("C0NEW", bot.Left, c.Remove)
	step("G0TEACHERS", bot.Joined, c.Invite)
	step("G0TEACHERS", bot.Left, c.Kick)
	step("G0TEACHERS", bot.Joined, c.Invite)
	step("G0TEACHERS", bot.Left, c.Archive)
	step("G0TEACHERS", bot.Joined, c.Unarchive)
	step("G0TEACHERS", bot.Left, c.Remove)
	if diff := cmp.Diff(want, d.seen()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.faultless(t)
}

func TestReconnects(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		for i, interrupt := range []func(){c.Refresh, c.Hangup, c.Refresh} {
			interrupt()
			eventually(t, "end of the connection", func() bool { return c.Connections() == 0 })
			eventually(t, "new connection", func() bool { return c.Connections() == 1 })
			c.Say(channel, "U0TEACHER", "/panneau status")
			eventually(t, "request", func() bool { return len(d.heard()) == i+1 })
		}
	})
}

func TestStaysConnectedForHours(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		stop, _ := listen(t, c, &desk{})
		defer stop()
		time.Sleep(6 * time.Hour)
		if n := len(c.Requests()); n != 1 {
			t.Errorf("%d requests in six quiet hours, want 1", n)
		}
	})
}

func TestStartsWhileSlackIsDown(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		c.Inject(emulator.Fault{Kind: emulator.Answer, Method: "apps.connections.open", Status: 503, Times: 2})
		c.Inject(emulator.Fault{Kind: emulator.CutBefore, Method: "apps.connections.open"})
		stop, _ := listen(t, c, &desk{})
		defer stop()
		c.Say(channel, "U0TEACHER", "/panneau status")
		shownTo(t, c, 1)
	})
}

// TestKnocksSeldom counts the attempts to connect to a workspace that takes connections and ends them at once.
func TestKnocksSeldom(t *testing.T) {
	for _, kind := range []emulator.FaultKind{emulator.Answer, emulator.CutBefore, emulator.Garbage} {
		simulate(t, func(t *testing.T, c *chat) {
			c.Inject(emulator.Fault{Kind: kind, Status: 404, Method: "apps.connections.open", Times: -1})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			if err := c.Listen(ctx, &desk{}); err != nil {
				t.Errorf("%s: Listen returned %v", kind, err)
			}
			if n := len(c.Requests()); n < 30 || n > 130 {
				t.Errorf("%s: %d attempts in an hour", kind, n)
			}
		})
	}
	simulate(t, func(t *testing.T, c *chat) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var trouble sync.WaitGroup
		defer trouble.Wait()
		trouble.Go(func() {
			for ctx.Err() == nil {
				c.Hangup()
				time.Sleep(time.Second)
			}
		})
		if err := c.Listen(ctx, &desk{}); err != nil {
			t.Errorf("Listen returned %v", err)
		}
		if n := len(c.Requests()); n > 130 {
			t.Errorf("%d attempts in an hour of connections that do not hold", n)
		}
	})
}

// TestTooManyRequestsAreRefused leaves requests that are too many without an acknowledgement: Slack tells the person.
func TestTooManyRequestsAreRefused(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		busy := make(chan struct{})
		d := &desk{answer: func(ctx context.Context, _ bot.Request) (bot.Message, error) {
			select {
			case <-busy:
			case <-ctx.Done():
			}
			return back(), nil
		}}
		stop, _ := listen(t, c, d)
		defer stop()
		for range 20 {
			c.Say(channel, "U0TEACHER", "/panneau status")
		}
		eventually(t, "refusal", func() bool { return len(c.Shown(channel)) == 4 })
		for _, one := range c.Shown(channel) {
			if !strings.Contains(one.Text, "operation_timeout") {
				t.Errorf("shown %+v", one)
			}
		}
		close(busy)
		eventually(t, "answers", func() bool { return len(c.Shown(channel)) == 20 })
	})
}

func TestListenEndsWithTheAccount(t *testing.T) {
	c := open(t)
	_, result := listen(t, c, &desk{})
	c.Revoke()
	wantKind(t, <-result, bot.KindUnauthorised)

	for _, code := range []string{"invalid_auth", "token_expired", "missing_scope", "not_allowed_token_type", "forbidden_team"} {
		c := open(t)
		c.Inject(emulator.Fault{
			Kind: emulator.Answer, Method: "apps.connections.open", Status: 200, Times: -1,
			Body: `{"ok":false,"error":"` + code + `"}`,
		})
		err := c.Listen(t.Context(), &desk{})
		wantKind(t, err, bot.KindUnauthorised)
	}
}

func TestListenEndsWithItsContext(t *testing.T) {
	c := open(t)
	stop, result := listen(t, c, &desk{})
	stop()
	if err := <-result; err != nil {
		t.Errorf("Listen returned %v", err)
	}
	deaf := openWith(t, emulated.Options{}, func(c *slack.Config) { c.AppToken = "" })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := deaf.Listen(ctx, &desk{}); err != nil || len(deaf.Requests()) > 0 {
		t.Errorf("without an app token Listen returned %v after %v", err, deaf.methods())
	}
}

func TestHandlerTrouble(t *testing.T) {
	c := open(t)
	listen(t, c, &desk{answer: func(_ context.Context, r bot.Request) (bot.Message, error) {
		switch r.Command {
		case "panic":
			panic("the token is " + emulated.BotToken)
		case "error":
			return bot.Message{}, errors.New("no answer for " + emulated.AppToken)
		}
		return back(), nil
	}})
	c.Say(channel, "U0TEACHER", "/panneau panic")
	c.Say(channel, "U0TEACHER", "/panneau error")
	c.Say(channel, "U0TEACHER", "/panneau status")
	shownTo(t, c, 1)
	eventually(t, "log", func() bool {
		return strings.Contains(c.log.String(), "panic in a handler") && strings.Contains(c.log.String(), "no answer for")
	})
	if n := len(c.Shown(channel)); n != 1 {
		t.Errorf("%d messages are shown, want the one answer", n)
	}
	secretless(t, "log", c.log.String())
}

// numbered are requests without their ids, which the emulator chose: each has one of its own.
func numbered(t *testing.T, requests []bot.Request) []bot.Request {
	t.Helper()
	known := map[string]bool{"": true}
	for i := range requests {
		if known[requests[i].ID] {
			t.Errorf("request %d has no id of its own: %+v", i, requests[i])
		}
		known[requests[i].ID], requests[i].ID = true, ""
	}
	return requests
}

func TestAnEventIsHandledOnce(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		c.Inject(emulator.Fault{Kind: emulator.CutBefore, Method: "ack", Times: 3})
		c.Say(channel, "U0TEACHER", "@Panneau status")
		time.Sleep(10 * time.Minute)
		if got, acks := len(d.heard()), strings.Count(strings.Join(c.methods(), " "), "ack"); got != 1 || acks != 4 {
			t.Errorf("an event that was delivered %d times was handled %d times", acks, got)
		}
	})
}

// secretless fails for a text that shows a token, or what a person wrote.
func secretless(t *testing.T, what, text string) {
	t.Helper()
	for _, secret := range []string{
		emulated.BotToken, emulated.AppToken, "emulatedBotToken", "emulatedAppToken", "emulatedSecret", "ticket-",
		"U0TEACHER", "Pronote est",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows %q:\n%s", what, secret, text)
		}
	}
}
