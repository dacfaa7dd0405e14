package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/slack"
)

func TestEveryListedErrorHasAKindOnPurpose(t *testing.T) {
	for _, method := range []string{
		"chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral", "conversations.history",
		"conversations.replies", "auth.test", "apps.connections.open",
		"views.open", "views.publish",
	} {
		codes := emulated.Errors(method)
		if len(codes) < 28 {
			t.Errorf("%s: the reference lists only %d errors", method, len(codes))
		}
		for _, code := range codes {
			if _, found := slack.KindOf(code); !found {
				t.Errorf("%s: error %s has no kind", method, code)
			}
		}
	}
}

func TestErrorsOfSlack(t *testing.T) {
	for code, want := range map[string]bot.ErrorKind{
		"channel_not_found": bot.KindGone, "is_archived": bot.KindGone, "not_in_channel": bot.KindGone,
		"restricted_action": bot.KindGone, "restricted_action_read_only_channel": bot.KindGone,
		"no_permission": bot.KindGone, "is_inactive": bot.KindGone,
		"account_inactive": bot.KindUnauthorised, "token_revoked": bot.KindUnauthorised,
		"token_expired": bot.KindUnauthorised, "invalid_auth": bot.KindUnauthorised,
		"not_authed": bot.KindUnauthorised, "org_login_required": bot.KindUnauthorised,
		"missing_scope": bot.KindUnauthorised,
		"msg_too_long":  bot.KindRejected, "no_text": bot.KindRejected, "invalid_blocks": bot.KindRejected,
		"msg_blocks_too_long": bot.KindRejected, "metadata_too_large": bot.KindRejected,
		"message_not_found": bot.KindMissing, "cant_update_message": bot.KindMissing,
		"edit_window_closed": bot.KindMissing,
		"ratelimited":        bot.KindThrottled, "rate_limited": bot.KindThrottled,
		"service_unavailable": bot.KindTransient, "request_timeout": bot.KindTransient,
		"fatal_error": bot.KindUncertain, "internal_error": bot.KindUncertain,
		"an_error_of_tomorrow": bot.KindTransient,
		"":                     bot.KindUncertain, // ok is false and the error empty: the library sees a success
	} {
		n := through(t, answering(http.StatusOK, nil, fmt.Sprintf(`{"ok":false,"error":%q}`, code)))
		_, err := n.Post(t.Context(), posting(bulletin()))
		wantKind(t, err, want)
		if !strings.Contains(err.Error(), code) {
			t.Errorf("%v does not name %s", err, code)
		}
	}
}

func TestHTTPStatuses(t *testing.T) {
	want := func(status int) bot.ErrorKind {
		switch {
		case status == 429:
			return bot.KindThrottled
		case status == 401:
			return bot.KindUnauthorised
		case status >= 300 && status < 500:
			return bot.KindTransient
		default:
			return bot.KindUncertain
		}
	}
	for status := 200; status < 600; status++ {
		n := through(t, answering(status, nil, "<html>not Slack</html>"))
		_, err := n.Post(t.Context(), posting(bulletin()))
		failure := wantKind(t, err, want(status))
		if status == 429 && failure.RetryAfter <= 0 {
			t.Error("a 429 without Retry-After gives no time to wait")
		}
	}
}

func TestAnswersOfSlackWithAStatusOfTheirOwn(t *testing.T) {
	n := through(t, answering(http.StatusServiceUnavailable, nil, `{"ok":false,"error":"service_unavailable"}`))
	_, err := n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
}

func TestThrottledNamesTimeAndScope(t *testing.T) {
	c := open(t)
	r, err := c.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	throttle := func(method string) {
		c.Inject(emulator.Fault{Kind: emulator.Throttle, Method: method, Wait: 7 * time.Second})
	}
	throttle("chat.postMessage")
	_, err = c.Post(t.Context(), posting(bulletin()))
	checkScope(t, err, "") // Slack does not say whether it means the channel
	throttle("chat.update")
	_, err = c.Edit(t.Context(), r, posting(resolved()))
	checkScope(t, err, "chat.update")
}

func checkScope(t *testing.T, err error, want string) {
	t.Helper()
	failure := wantKind(t, err, bot.KindThrottled)
	if failure.RetryAfter != 7*time.Second || failure.Scope != want {
		t.Errorf("throttled for %v in %q, want 7s in %q", failure.RetryAfter, failure.Scope, want)
	}
}

func TestRetryAfterIsReadFromAPageToo(t *testing.T) {
	n := through(t, answering(http.StatusTooManyRequests, http.Header{"Retry-After": {"11"}}, "<html>slow down</html>"))
	_, err := n.Post(t.Context(), posting(bulletin()))
	if failure := wantKind(t, err, bot.KindThrottled); failure.RetryAfter != 11*time.Second {
		t.Errorf("to wait %v, want 11s", failure.RetryAfter)
	}
	n = through(t, answering(http.StatusTooManyRequests, http.Header{"Retry-After": {"soon"}}, `{"ok":false}`))
	_, err = n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindThrottled)
}

func TestTroubleOnTheWay(t *testing.T) {
	for name, test := range map[string]struct {
		fault emulator.Fault
		want  bot.ErrorKind
		shown int
	}{
		"cut before": {emulator.Fault{Kind: emulator.CutBefore}, bot.KindUncertain, 0},
		"cut after":  {emulator.Fault{Kind: emulator.CutAfter}, bot.KindUncertain, 1},
		"cut body":   {emulator.Fault{Kind: emulator.CutBody}, bot.KindUncertain, 1},
		"garbage":    {emulator.Fault{Kind: emulator.Garbage}, bot.KindUncertain, 1},
		"hang":       {emulator.Fault{Kind: emulator.Hang}, bot.KindUncertain, 0},
		"late":       {emulator.Fault{Kind: emulator.Delay, Wait: time.Minute}, bot.KindUncertain, 1},
		"502":        {emulator.Fault{Kind: emulator.Answer, Status: 502}, bot.KindUncertain, 0},
		"403 page":   {emulator.Fault{Kind: emulator.Answer, Status: 403}, bot.KindTransient, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			c.Inject(test.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err := c.Post(ctx, posting(bulletin()))
			wantKind(t, err, test.want)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("the call took %v after its context had ended", took)
			}
			if n := len(c.Shown(channel)); n != test.shown {
				t.Errorf("%d messages are shown, want %d", n, test.shown)
			}
			if n := len(c.Requests()); n != 1 {
				t.Errorf("%d requests, want 1: nothing is repeated here", n)
			}
		})
	}
}

func TestWhatNeverLeftIsTransient(t *testing.T) {
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := refused.Addr().String()
	if err := refused.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := slack.New(slack.Config{BotToken: emulated.BotToken, APIURL: "http://" + address})
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)

	n = through(t, &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "slack.invalid", IsNotFound: true}
	}})
	_, err = n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)

	c := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Post(ctx, posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides that the context had ended", err)
	}
}

func TestTLSFailureIsTransient(t *testing.T) {
	c := open(t)
	n, err := slack.New(slack.Config{
		BotToken: emulated.BotToken, APIURL: strings.Replace(c.url, "http:", "https:", 1),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
}

func TestATransportWithoutHooksIsUncertain(t *testing.T) {
	n := through(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no idea") }))
	_, err := n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindUncertain)
}
