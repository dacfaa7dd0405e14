package slack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	library "github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// envelope is what arrives over Socket Mode.
type envelope struct {
	Type         string          `json:"type"`
	ID           string          `json:"envelope_id"`
	Reason       string          `json:"reason"`
	Connections  int             `json:"num_connections"`
	Payload      json.RawMessage `json:"payload"`
	RetryAttempt int             `json:"retry_attempt"`
}

// line is a Socket Mode connection made by hand, to see what a library would hide.
type line struct {
	*websocket.Conn
	envelopes chan envelope
}

func connect(t *testing.T, w *workspace, network *emulator.Network) *line {
	t.Helper()
	_, address, err := w.api.StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dialer := websocket.Dialer{NetDialContext: network.Dial}
	conn, answer, err := dialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	l := &line{Conn: conn, envelopes: make(chan envelope, 100)}
	go func() {
		defer close(l.envelopes)
		for {
			var e envelope
			if conn.ReadJSON(&e) != nil {
				return
			}
			l.envelopes <- e
		}
	}()
	return l
}

func (l *line) next(t *testing.T, kind string) envelope {
	t.Helper()
	e, open := <-l.envelopes
	if !open || e.Type != kind {
		t.Fatalf("received %+v, want %s", e, kind)
	}
	return e
}

func (l *line) ack(t *testing.T, e envelope, payload any) {
	t.Helper()
	answer := map[string]any{"envelope_id": e.ID}
	if payload != nil {
		answer["payload"] = payload
	}
	if err := l.WriteJSON(answer); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func TestSocketModeCommands(t *testing.T) {
	bubble(t, slack.Options{Unlimited: true}, func(t *testing.T, w *workspace, network *emulator.Network) {
		l := connect(t, w, network)
		defer l.Close()
		if hello := l.next(t, "hello"); hello.Connections != 1 {
			t.Errorf("hello %+v", hello)
		}
		w.Say(channel, "U0TEACHER", "/panneau status R&D")
		e := l.next(t, "slash_commands")
		var c library.SlashCommand
		if err := json.Unmarshal(e.Payload, &c); err != nil {
			t.Fatal(err)
		}
		if c.Command != "/panneau" || c.Text != "status R&amp;D" || c.ChannelID != channel || c.UserID != "U0TEACHER" {
			t.Errorf("command %+v", c)
		}
		l.ack(t, e, map[string]any{"text": "Tout va bien", "response_type": "ephemeral"})
		shown := w.Shown(channel)
		if len(shown) != 1 || shown[0].Text != "Tout va bien" || shown[0].Ephemeral != "U0TEACHER" || shown[0].Audible {
			t.Errorf("shown %+v", shown)
		}
		w.Say(channel, "U0TEACHER", "/panneau status")
		l.ack(t, l.next(t, "slash_commands"), map[string]any{"text": strings.Repeat("a", 21_000)})
		time.Sleep(5 * time.Second)
		if shown := w.Shown(channel); len(shown) != 2 || !strings.Contains(shown[1].Text, "operation_timeout") {
			t.Errorf("after an acknowledgement of more than 20 KB: %+v", shown)
		}
	})
}

func TestCommandWithoutAConnection(t *testing.T) {
	bubble(t, slack.Options{}, func(t *testing.T, w *workspace, _ *emulator.Network) {
		w.Say(channel, "U0TEACHER", "/panneau status")
		time.Sleep(4 * time.Second)
		if shown := w.Shown(channel); len(shown) != 1 || shown[0].Bot || !strings.Contains(shown[0].Text, "dispatch_failed") {
			t.Errorf("shown %+v", shown)
		}
	})
}

func TestEventsAreRepeated(t *testing.T) {
	bubble(t, slack.Options{}, func(t *testing.T, w *workspace, network *emulator.Network) {
		l := connect(t, w, network)
		defer l.Close()
		l.next(t, "hello")
		start := time.Now()
		w.Say(channel, "U0TEACHER", "Bonjour @panneau")
		ids := map[string]bool{}
		for attempt, at := range []time.Duration{0, 3 * time.Second, 66 * time.Second, 369 * time.Second} {
			e := l.next(t, "events_api")
			var payload struct {
				ID    string `json:"event_id"`
				Event struct{ Type, Text string }
			}
			if err := json.Unmarshal(e.Payload, &payload); err != nil {
				t.Fatal(err)
			}
			ids[payload.ID] = true
			if e.RetryAttempt != attempt || time.Since(start) != at || payload.Event.Text != "Bonjour <@U0PANNEAU>" {
				t.Errorf("attempt %d after %v: %+v", e.RetryAttempt, time.Since(start), payload)
			}
		}
		if len(ids) != 1 {
			t.Errorf("the event had the ids %v", ids)
		}
	})
}

func TestRefreshAndTickets(t *testing.T) {
	bubble(t, slack.Options{Unlimited: true}, func(t *testing.T, w *workspace, network *emulator.Network) {
		l := connect(t, w, network)
		defer l.Close()
		l.next(t, "hello")
		start := time.Now()
		w.Refresh()
		for _, reason := range []string{"warning", "refresh_requested"} {
			if e := l.next(t, "disconnect"); e.Reason != reason {
				t.Errorf("reason %q, want %q", e.Reason, reason)
			}
		}
		if _, open := <-l.envelopes; open || time.Since(start) != 10*time.Second {
			t.Errorf("the connection is open after %v", time.Since(start))
		}
		_, address, err := w.api.StartSocketModeContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		dialer := websocket.Dialer{NetDialContext: network.Dial}
		_, answer, err := dialer.DialContext(t.Context(), address, nil)
		if err == nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("an old ticket is accepted: %v", err)
		}
	})
}

func TestTenConnections(t *testing.T) {
	bubble(t, slack.Options{Unlimited: true}, func(t *testing.T, w *workspace, network *emulator.Network) {
		var lines []*line
		for i := range 10 {
			l := connect(t, w, network)
			if hello := l.next(t, "hello"); hello.Connections != i+1 {
				t.Errorf("hello %+v", hello)
			}
			lines = append(lines, l)
		}
		eleventh := connect(t, w, network)
		if e := eleventh.next(t, "disconnect"); e.Reason != "too_many_websockets" {
			t.Errorf("received %+v", e)
		}
		_ = eleventh.Close()
		w.Revoke()
		for _, l := range lines {
			if e := l.next(t, "disconnect"); e.Reason != "link_disabled" {
				t.Errorf("received %+v", e)
			}
			_ = l.Close()
		}
	})
}

func TestResponseURL(t *testing.T) {
	bubble(t, slack.Options{Unlimited: true}, func(t *testing.T, w *workspace, network *emulator.Network) {
		l := connect(t, w, network)
		defer l.Close()
		l.next(t, "hello")
		client := network.Client(0)
		defer client.CloseIdleConnections()
		ask := func() string {
			w.Say(channel, "U0TEACHER", "/panneau status")
			e := l.next(t, "slash_commands")
			l.ack(t, e, nil)
			var c library.SlashCommand
			if err := json.Unmarshal(e.Payload, &c); err != nil {
				t.Fatal(err)
			}
			return c.ResponseURL
		}
		post := func(address string) int {
			answer, err := client.Post(address, "application/json", bytes.NewReader([]byte(`{"text":"Tout va bien"}`)))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			_, _ = io.Copy(io.Discard, answer.Body)
			return answer.StatusCode
		}
		address := ask()
		for i, want := range []int{200, 200, 200, 200, 200, 404} {
			if got := post(address); got != want {
				t.Errorf("use %d: status %d, want %d", i+1, got, want)
			}
		}
		address = ask()
		time.Sleep(31 * time.Minute)
		if got := post(address); got != 404 {
			t.Errorf("after half an hour: status %d", got)
		}
		if shown := w.Shown(channel); len(shown) != 5 || shown[0].Ephemeral != "U0TEACHER" {
			t.Errorf("shown %+v", shown)
		}
	})
}

func TestPeople(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Say(channel, "U0TEACHER", "Bonjour <tous>")
	w.Say(channel, "U0TEACHER", "/autre commande")
	var lines []string
	for _, one := range w.Shown(channel) {
		lines = append(lines, fmt.Sprint(one.Bot, " ", one.Ephemeral, " ", one.Text))
	}
	want := "false  Bonjour <tous>|false U0TEACHER /autre is not a valid command."
	if got := strings.Join(lines, "|"); got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
}
