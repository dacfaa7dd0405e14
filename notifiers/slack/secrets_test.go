package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// everything prints an error with all that it wraps.
func everything(err error) string {
	text := ""
	for err != nil {
		text += fmt.Sprintf("%v\n%+v\n", err, err)
		err = errors.Unwrap(err)
	}
	return text
}

func TestErrorsShowNoSecret(t *testing.T) {
	leaking := errors.New("proxy said: Authorization: Bearer " + emulated.BotToken)
	for name, transport := range map[string]http.RoundTripper{
		"transport": roundTripper(func(*http.Request) (*http.Response, error) { return nil, leaking }),
		"api error": answering(200, nil, `{"ok":false,"error":"`+emulated.BotToken+`"}`),
		"needed":    answering(200, nil, `{"ok":false,"error":"missing_scope","needed":"`+emulated.BotToken+`"}`),
		"page":      answering(502, nil, emulated.BotToken),
		"garbage":   answering(200, nil, emulated.BotToken),
	} {
		n := through(t, transport)
		r, err := n.Post(t.Context(), posting(bulletin()))
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		secretless(t, name, everything(err)+fmt.Sprintf("%+v", r))
	}
}

func TestEveryTroubleShowsNoSecret(t *testing.T) {
	for _, kind := range []emulator.FaultKind{
		emulator.Answer, emulator.CutBefore, emulator.CutAfter, emulator.CutBody, emulator.Garbage, emulator.Throttle,
	} {
		c := open(t)
		c.Inject(emulator.Fault{Kind: kind, Status: 500, Times: -1})
		r, err := c.Post(t.Context(), posting(bulletin()))
		if err == nil {
			t.Fatalf("%s: no error", kind)
		}
		secretless(t, string(kind), everything(err)+fmt.Sprintf("%+v", r)+c.log.String())
	}
}

func TestListenerShowsNoSecret(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		for _, kind := range []emulator.FaultKind{emulator.CutBefore, emulator.CutBody, emulator.Garbage} {
			c.Inject(emulator.Fault{Kind: kind, Method: "apps.connections.open"})
		}
		c.Inject(emulator.Fault{Kind: emulator.CutAfter, Method: "response_url"})
		c.Inject(emulator.Fault{Kind: emulator.Answer, Method: "chat.postEphemeral", Status: 500})
		stop, result := listen(t, c, &desk{answer: func(context.Context, bot.Request) (bot.Message, error) {
			return long(), nil
		}})
		defer stop()
		c.Say(channel, "U0TEACHER", "@Panneau Pronote est en panne ?")
		c.Say(channel, "U0TEACHER", "/panneau Pronote est en panne ?")
		eventually(t, "log", func() bool {
			return strings.Contains(c.log.String(), "step=answer") && strings.Contains(c.log.String(), "step=respond")
		})
		c.Revoke()
		err := <-result
		wantKind(t, err, bot.KindUnauthorised)
		secretless(t, "error", everything(err))
		secretless(t, "log", c.log.String())
	})
}

func TestRequestsCarryTheTokenInTheHeader(t *testing.T) {
	var seen []string
	n := through(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r.Header.Get("Authorization"))
		return answering(200, nil, `{"ok":true,"ts":"1.000001","channel":"C0PARENTS"}`)(r)
	}))
	if _, err := n.Post(t.Context(), posting(bulletin())); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 || seen[0] != "Bearer "+emulated.BotToken {
		t.Errorf("authorisation %q", seen)
	}
}
