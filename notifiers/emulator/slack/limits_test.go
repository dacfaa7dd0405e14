package slack_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	library "github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// bubble runs a test in simulated time, with a workspace on a network in memory.
func bubble(t *testing.T, o slack.Options, test func(*testing.T, *workspace, *emulator.Network)) {
	synctest.Test(t, func(t *testing.T) {
		s := slack.New(o)
		s.Open(channel)
		network := emulator.NewNetwork()
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- network.Serve(ctx, s) }()
		client := network.Client(0)
		w := &workspace{Server: s, url: "http://memory", api: library.New(slack.BotToken, library.OptionHTTPClient(client),
			library.OptionAPIURL("http://memory/api/"), library.OptionAppLevelToken(slack.AppToken))}
		test(t, w, network)
		s.Close()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
	})
}

func wantThrottled(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	var limited *library.RateLimitedError
	if !errors.As(err, &limited) || limited.RetryAfter != wait {
		t.Errorf("error %v, want to wait %v", err, wait)
	}
}

func TestChannelLimit(t *testing.T) {
	bubble(t, slack.Options{}, func(t *testing.T, w *workspace, _ *emulator.Network) {
		for range 5 {
			w.post(t, text("a"))
		}
		_, _, err := w.api.PostMessageContext(t.Context(), channel, text("b"))
		wantThrottled(t, err, 5*time.Second)
		w.Open("C0OTHER")
		if _, _, err := w.api.PostMessageContext(t.Context(), "C0OTHER", text("b")); err != nil {
			t.Errorf("another channel: %v", err)
		}
		for range 4 { // hammering does not help
			time.Sleep(time.Second)
			_, _, err = w.api.PostMessageContext(t.Context(), channel, text("b"))
			if err == nil {
				t.Error("accepted before its time")
			}
		}
		time.Sleep(time.Second)
		w.post(t, text("c"))
		last := w.Requests()[5]
		if !last.Refused || last.Accepted || last.Status != 429 {
			t.Errorf("the refused request is recorded as %+v", last)
		}
	})
}

func TestOneMessageASecondIsAlwaysAccepted(t *testing.T) {
	bubble(t, slack.Options{}, func(t *testing.T, w *workspace, _ *emulator.Network) {
		for range 120 {
			w.post(t, text("a"))
			time.Sleep(time.Second)
		}
	})
}

func TestTiers(t *testing.T) {
	bubble(t, slack.Options{}, func(t *testing.T, w *workspace, _ *emulator.Network) {
		ts := w.post(t, text("a"))
		for i := range 50 {
			if _, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, ts, text("b")); err != nil {
				t.Fatalf("edit %d: %v", i+1, err)
			}
		}
		_, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, ts, text("c"))
		wantThrottled(t, err, time.Minute)
		if _, err := w.api.AuthTestContext(t.Context()); err != nil {
			t.Errorf("another method: %v", err)
		}
		time.Sleep(time.Minute)
		if _, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, ts, text("c")); err != nil {
			t.Error(err)
		}
	})
}

func TestWorkspaceLimit(t *testing.T) {
	bubble(t, slack.Options{Workspace: 10}, func(t *testing.T, w *workspace, _ *emulator.Network) {
		for i := range 11 {
			name := string(rune('A' + i))
			w.Open(name)
			_, _, err := w.api.PostMessageContext(t.Context(), name, text("a"))
			if refused := err != nil; refused != (i == 10) {
				t.Errorf("message %d: %v", i+1, err)
			}
		}
	})
}

func TestFaults(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Open("C0OTHER")
	for _, test := range []struct {
		fault   emulator.Fault
		carried bool
		fails   bool
	}{
		{emulator.Fault{Kind: emulator.Answer, Status: 502}, false, true},
		{emulator.Fault{Kind: emulator.Delay, Wait: time.Millisecond}, true, false},
		{emulator.Fault{Kind: emulator.CutBefore}, false, true},
		{emulator.Fault{Kind: emulator.CutAfter}, true, true},
		{emulator.Fault{Kind: emulator.CutBody}, true, true},
		{emulator.Fault{Kind: emulator.Garbage}, true, true},
		{emulator.Fault{Kind: emulator.Throttle, Wait: 3 * time.Second}, false, true},
		{emulator.Fault{Kind: emulator.Answer, Status: 500, Channel: "C0OTHER"}, true, false},
		{emulator.Fault{Kind: emulator.Answer, Status: 500, Method: "auth.test"}, true, false},
	} {
		before := len(w.Shown(channel))
		w.Inject(test.fault)
		_, _, err := w.api.PostMessageContext(t.Context(), channel, text("a"))
		if carried := len(w.Shown(channel)) > before; carried != test.carried || (err != nil) != test.fails {
			t.Errorf("%+v: carried out %v, error %v", test.fault, carried, err)
		}
		if test.fault.Kind == emulator.Throttle {
			wantThrottled(t, err, 3*time.Second)
		}
	}
	w.Inject(emulator.Fault{Kind: emulator.Hang})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := w.api.PostMessageContext(ctx, channel, text("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}
}
