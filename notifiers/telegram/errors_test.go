package telegram_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

// refusal is an answer of Telegram's that refuses.
func refusal(code int, description string) roundTripper {
	text, err := json.Marshal(map[string]any{"ok": false, "error_code": code, "description": description})
	if err != nil {
		panic(err) // it is made of plain values
	}
	return answering(code, nil, string(text))
}

// refusedAs lists what Telegram's error texts mean. Everything else in a « Bad Request » is KindRejected.
func refusedAs() map[string]bot.ErrorKind {
	return map[string]bot.ErrorKind{
		"Not Found":                   bot.KindUnauthorised,
		"Not Found: method not found": bot.KindUnauthorised,
		"Unauthorized":                bot.KindUnauthorised,
		"Bad Request: chat not found": bot.KindGone,
		"Bad Request: not enough rights to send text messages to the chat": bot.KindGone,
		"Bad Request: have no rights to send a message":                    bot.KindGone,
		"Bad Request: need administrator rights in the channel chat":       bot.KindGone,
		"Bad Request: CHAT_WRITE_FORBIDDEN":                                bot.KindGone,
		"Bad Request: message thread not found":                            bot.KindGone,
		"Bad Request: TOPIC_CLOSED":                                        bot.KindGone,
		"Forbidden: bot was kicked from the group chat":                    bot.KindGone,
		"Forbidden: bot was kicked from the supergroup chat":               bot.KindGone,
		"Forbidden: bot was kicked from the channel chat":                  bot.KindGone,
		"Forbidden: bot is not a member of the channel chat":               bot.KindGone,
		"Forbidden: the group chat was deleted":                            bot.KindGone,
		"Forbidden: bot was blocked by the user":                           bot.KindGone,
		"Forbidden: user is deactivated":                                   bot.KindGone,
		"Forbidden: bot can't initiate conversation with a user":           bot.KindGone,
		"Bad Request: not enough rights to send photos to the chat":        bot.KindGone,
		"Bad Request: there is no text in the message to edit":             bot.KindMissing,
		"Bad Request: message to edit not found":                           bot.KindMissing,
		"Bad Request: message can't be edited":                             bot.KindMissing,
		"Bad Request: message to delete not found":                         bot.KindMissing,
		"Bad Request: message can't be deleted":                            bot.KindMissing,
		"Bad Request: message can't be deleted for everyone":               bot.KindMissing,
		"Bad Request: can't parse entities: Unclosed start tag":            bot.KindRejected,
		"Bad Request: message is too long":                                 bot.KindRejected,
		"Bad Request: message text is empty":                               bot.KindRejected,
		"Bad Request: something new":                                       bot.KindRejected,
		"Conflict: terminated by other getUpdates request":                 bot.KindTransient,
		"Internal Server Error":                                            bot.KindUncertain,
	}
}

func codeOf(description string) int {
	code := emulated.Refusal(description).Code()
	if code == 0 {
		return http.StatusInternalServerError
	}
	return code
}

func TestRefusalsOfTelegram(t *testing.T) {
	for description, want := range refusedAs() {
		n := through(t, refusal(codeOf(description), description))
		_, err := n.Post(t.Context(), posting(bulletin()))
		failure := wantKind(t, err, want)
		if !strings.Contains(failure.Error(), description) {
			t.Errorf("%v does not say %q", failure, description)
		}
	}
}

// Every text that the emulated Telegram refuses with has a meaning on purpose: it is listed, or rejects the content.
func TestEveryRefusalOfTheEmulatorHasAKindOnPurpose(t *testing.T) {
	list := emulated.Refusals()
	if len(list) < 25 {
		t.Fatalf("the emulator has only %d refusals", len(list))
	}
	aboutContent := "is empty|too long|encoded in UTF-8|unsupported parse_mode|not modified|to be replied|upgraded to a supergroup|" +
		"BUTTON_DATA_INVALID|wrong file identifier|IMAGE_PROCESS_FAILED|PHOTO_INVALID_DIMENSIONS|inline keyboard|REPLY_MARKUP_TOO_LONG"
	for _, r := range list {
		_, listed := refusedAs()[r.Error()]
		for words := range strings.SplitSeq(aboutContent, "|") {
			listed = listed || strings.Contains(r.Error(), words)
		}
		if !listed {
			t.Errorf("%s: no meaning is listed here", r)
		}
		_, err := through(t, refusal(r.Code(), r.Error())).Post(t.Context(), posting(bulletin()))
		want := refusedAs()[r.Error()]
		if want == "" {
			want = bot.KindRejected
		}
		wantKind(t, err, want)
	}
}

func TestHTTPStatuses(t *testing.T) {
	want := func(status int) bot.ErrorKind {
		switch {
		case status == 429:
			return bot.KindThrottled
		case status == 401:
			return bot.KindUnauthorised
		case status >= 300 && status < 500, status == 503:
			return bot.KindTransient
		default:
			return bot.KindUncertain
		}
	}
	for status := 200; status < 600; status++ {
		for _, body := range []string{"<html>not Telegram</html>", "", "[]", `{"ok":`, "null"} {
			n := through(t, answering(status, nil, body))
			_, err := n.Post(t.Context(), posting(back()))
			failure := wantKind(t, err, want(status))
			if status == 429 && failure.RetryAfter <= 0 {
				t.Error("a 429 without Retry-After gives no time to wait")
			}
		}
	}
}

func TestASuccessWithoutAMessageIsUncertain(t *testing.T) {
	for _, body := range []string{
		`{"ok":true}`, `{"ok":true,"result":{}}`, `{"ok":true,"result":true}`, `{"ok":true,"result":{"message_id":7}}`,
		`{"ok":false}`, `{}`,
	} {
		_, err := through(t, answering(http.StatusOK, nil, body)).Post(t.Context(), posting(bulletin()))
		wantKind(t, err, bot.KindUncertain)
	}
}

func TestThrottledNamesTheTime(t *testing.T) {
	for body, want := range map[string]time.Duration{
		`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`: 7 * time.Second,
		"<html>slow down</html>": 11 * time.Second,
	} {
		n := through(t, answering(http.StatusTooManyRequests, http.Header{"Retry-After": {fmt.Sprint(int(want.Seconds()))}}, body))
		_, err := n.Post(t.Context(), posting(bulletin()))
		if failure := wantKind(t, err, bot.KindThrottled); failure.RetryAfter != want || failure.Scope != "" {
			t.Errorf("to wait %v in %q, want %v and no scope", failure.RetryAfter, failure.Scope, want)
		}
	}
	n := through(t, answering(http.StatusTooManyRequests, http.Header{"Retry-After": {"soon"}}, ""))
	_, err := n.Post(t.Context(), posting(bulletin()))
	if failure := wantKind(t, err, bot.KindThrottled); failure.RetryAfter <= 0 {
		t.Errorf("to wait %v", failure.RetryAfter)
	}
}

func TestAGroupThatBecameASupergroupHasMoved(t *testing.T) {
	c := open(t)
	c.Server.Open(basic)
	p := posting(bulletin())
	p.To.Channel = basic
	r, err := c.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	next := c.Migrate(basic)
	_, err = c.Post(t.Context(), p)
	if failure := wantKind(t, err, bot.KindMoved); failure.MovedTo != next {
		t.Errorf("moved to %s, want %s", failure.MovedTo, next)
	}
	_, err = c.Edit(t.Context(), r, p)
	if failure := wantKind(t, err, bot.KindMoved); failure.MovedTo != next {
		t.Errorf("moved to %s, want %s", failure.MovedTo, next)
	}
	p.To.Channel = next
	if _, err := c.Post(t.Context(), p); err != nil {
		t.Error(err)
	}
}

func TestTopics(t *testing.T) {
	c := open(t)
	p := posting(bulletin())
	p.To.Thread = c.OpenTopic(channel)
	if _, err := c.Post(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	c.CloseTopic(channel, p.To.Thread)
	_, err := c.Post(t.Context(), p)
	wantKind(t, err, bot.KindGone)
	c.ReopenTopic(channel, p.To.Thread)
	if _, err := c.Post(t.Context(), p); err != nil {
		t.Error(err)
	}
	c.DeleteTopic(channel, p.To.Thread)
	_, err = c.Post(t.Context(), p)
	wantKind(t, err, bot.KindGone)
}

func TestAPersonWhoBlocksTheBotIsGone(t *testing.T) {
	c := open(t)
	c.Server.Open(person)
	c.Block(person)
	p := posting(bulletin())
	p.To.Channel = person
	_, err := c.Post(t.Context(), p)
	wantKind(t, err, bot.KindGone)
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
	n, err := telegram.New(telegram.Config{Token: emulated.Token, APIURL: "http://" + address})
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)

	n = through(t, &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "telegram.invalid", IsNotFound: true}
	}})
	_, err = n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)

	c := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Post(ctx, posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
	if !errors.Is(err, context.Canceled) || len(c.Requests()) != 0 {
		t.Errorf("%v after %d requests: the context had ended before", err, len(c.Requests()))
	}
}

func TestATransportWithoutHooksIsUncertain(t *testing.T) {
	n := through(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no idea") }))
	_, err := n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindUncertain)
}

// A redirect would take the token, which stands in the address, to somebody else.
func TestRedirectsAreNotFollowed(t *testing.T) {
	asked := 0
	n := through(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		asked++
		return answering(http.StatusTemporaryRedirect, http.Header{"Location": {"http://elsewhere.invalid/"}}, "")(r)
	}))
	_, err := n.Post(t.Context(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
	if asked != 1 {
		t.Errorf("%d requests, want 1", asked)
	}
}

// A part that failed leaves the receipt of those before it, which Edit completes.
func TestAPartThatFailsLeavesTheOthers(t *testing.T) {
	c := open(t)
	p := posting(long())
	whole, err := c.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range whole.IDs {
		c.Erase(channel, id)
	}
	sent := 0
	n := through(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		if sent++; sent == 3 {
			return refusal(http.StatusTooManyRequests, "Too Many Requests: retry after 3")(r)
		}
		return c.roundTrip(r)
	}))
	r, err := n.Post(t.Context(), p)
	wantKind(t, err, bot.KindThrottled)
	if len(r.IDs) != 2 || len(c.Shown(channel)) != 2 {
		t.Fatalf("the receipt is %+v, %d messages are shown, want 2", r, len(c.Shown(channel)))
	}
	r, err = n.Edit(t.Context(), r, p)
	if err != nil || len(r.IDs) != len(whole.IDs) || len(c.Shown(channel)) != len(whole.IDs) {
		t.Errorf("completed as %+v %v with %d messages, want %d", r, err, len(c.Shown(channel)), len(whole.IDs))
	}
}

func TestEditPutsALostPartBack(t *testing.T) {
	c := open(t)
	p := posting(long())
	r, err := c.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	c.Erase(channel, r.IDs[1])
	again, err := c.Edit(t.Context(), r, p)
	if err != nil || len(again.IDs) != len(r.IDs) || again.IDs[1] == r.IDs[1] {
		t.Fatalf("%+v %v, want a new second part", again, err)
	}
	shown := c.Shown(channel)
	if last := shown[len(shown)-1]; last.ID != again.IDs[1] || last.Audible {
		t.Errorf("the new part is %+v, want a silent one", last)
	}
	_, err = c.Edit(t.Context(), bot.Receipt{}, p)
	wantKind(t, err, bot.KindMissing)
}

var _ emulator.Chat = (*emulated.Server)(nil)
