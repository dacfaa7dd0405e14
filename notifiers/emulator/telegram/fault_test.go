package telegram_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// TestFaults looks at each way to fail as a client sees it, and at whether the message was posted.
func TestFaults(t *testing.T) {
	const failed = "failed"
	for name, test := range map[string]struct {
		fault  emulator.Fault
		answer string // "status body", or failed
		shown  int
	}{
		"a page":       {emulator.Fault{Kind: emulator.Answer, Status: 502}, "502 <html>", 0},
		"a body":       {emulator.Fault{Kind: emulator.Answer, Status: 409, Body: `{"ok":false}`}, `409 {"ok":false}`, 0},
		"a refusal":    {emulator.Fault{Kind: emulator.Throttle, Wait: 7 * time.Second}, `429 {"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`, 0},
		"cut before":   {emulator.Fault{Kind: emulator.CutBefore}, failed, 0},
		"cut after":    {emulator.Fault{Kind: emulator.CutAfter}, failed, 1},
		"cut in":       {emulator.Fault{Kind: emulator.CutBody}, failed, 1},
		"garbage":      {emulator.Fault{Kind: emulator.Garbage}, "200 <html>", 1},
		"hang":         {emulator.Fault{Kind: emulator.Hang}, failed, 0},
		"delay":        {emulator.Fault{Kind: emulator.Delay, Wait: time.Hour}, failed, 1},
		"short delay":  {emulator.Fault{Kind: emulator.Delay, Wait: time.Millisecond}, `200 {"ok":true`, 1},
		"other method": {emulator.Fault{Kind: emulator.CutBefore, Method: "deleteMessage"}, `200 {"ok":true`, 1},
		"other chat":   {emulator.Fault{Kind: emulator.CutBefore, Channel: zoe}, `200 {"ok":true`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := telegram.New(telegram.Options{Unlimited: true, Description: describe()})
			c.Open(parents)
			c.Inject(test.fault)
			server := httptest.NewServer(c)
			defer server.Close()
			if got := post(t, server.URL); !strings.HasPrefix(got, test.answer) {
				t.Errorf("the client sees %q, want %q", got, test.answer)
			}
			if got := len(c.Shown(parents)); got != test.shown {
				t.Errorf("%d messages are shown, want %d", got, test.shown)
			}
			if r := c.Requests()[0]; r.Accepted != (test.shown == 1) || r.Refused != (test.fault.Kind == emulator.Throttle) {
				t.Errorf("recorded as %+v", r)
			}
			if test.fault.Method == "" && test.fault.Channel == "" {
				if got := post(t, server.URL); !strings.HasPrefix(got, `200 {"ok":true`) {
					t.Errorf("the next request sees %q", got)
				}
			}
		})
	}
}

// post sends a message over a connection of its own, so that no client repeats it, and patiently for 300 ms.
func post(t *testing.T, address string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	form := url.Values{"chat_id": {parents}, "text": {"x"}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/bot"+telegram.Token+"/sendMessage", strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return "failed"
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "failed"
	}
	return answer.Status[:3] + " " + string(body)
}
