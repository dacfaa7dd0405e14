package telegram_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// everything prints an error with all that it wraps.
func everything(err error) string {
	text := ""
	for err != nil {
		text += fmt.Sprintf("%v\n%+v\n%#v\n", err, err, err)
		err = errors.Unwrap(err)
	}
	return text
}

func secretless(t *testing.T, where, text string) {
	t.Helper()
	_, secret, _ := strings.Cut(emulated.Token, ":")
	for _, hidden := range []string{secret, url.QueryEscape(emulated.Token)} {
		if strings.Contains(text, hidden) {
			t.Errorf("%s shows the token:\n%s", where, text)
		}
	}
}

func TestErrorsShowNoToken(t *testing.T) {
	address := "http://telegram.invalid/bot" + emulated.Token + "/sendMessage"
	leaking := errors.New("proxy refuses " + address)
	for name, transport := range map[string]http.RoundTripper{
		"transport": roundTripper(func(*http.Request) (*http.Response, error) { return nil, leaking }),
		"nested": roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Post", URL: address, Err: leaking}
		}),
		"refusal":      refusal(http.StatusBadRequest, "cannot serve "+address),
		"unauthorised": refusal(http.StatusUnauthorized, address),
		"page":         answering(http.StatusBadGateway, nil, address),
		"redirect":     answering(http.StatusFound, http.Header{"Location": {address}}, address),
		"garbage":      answering(http.StatusOK, nil, address),
		"wrong type":   answering(http.StatusOK, nil, `{"ok":true,"result":"`+address+`"}`),
	} {
		r, err := through(t, transport).Post(t.Context(), posting(bulletin()))
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		secretless(t, name, everything(err)+fmt.Sprintf("%+v", r))
	}
}

func TestEveryTroubleShowsNoToken(t *testing.T) {
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

// What people write, and who they are, is nobody else's business.
func TestListenerLogsNeitherTokenNorPeople(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		for _, kind := range []emulator.FaultKind{emulator.CutBefore, emulator.CutBody, emulator.Garbage, emulator.Throttle} {
			for _, method := range []string{"getMe", "getUpdates", "getMyCommands"} {
				c.Inject(emulator.Fault{Kind: kind, Method: method, Wait: time.Second})
			}
		}
		c.Inject(emulator.Fault{Kind: emulator.CutAfter, Method: "sendMessage"})
		_, result := listen(t, c, &desk{panics: "with the token " + emulated.Token})
		c.Say(person, "Zoé", "/status ma fille Léa")
		c.Say(person, "Zoé", "/panique ma fille Léa")
		eventually(t, "trouble in the log", func() bool { return strings.Contains(c.log.String(), "panicked") })
		c.Revoke()
		err := <-result
		wantKind(t, err, bot.KindUnauthorised)
		secretless(t, "the error", everything(err))
		secretless(t, "the log", c.log.String())
		for _, private := range []string{"Léa", "Zoé", person} {
			if strings.Contains(c.log.String(), private) {
				t.Errorf("the log shows %q:\n%s", private, c.log.String())
			}
		}
	})
}
