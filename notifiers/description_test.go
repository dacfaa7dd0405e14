package notifiers_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord/openapi"
)

const (
	token   = "MTA0MjAwMDAwMDAwMDAwMDA.GsEcRe.t-token-that-must-never-be-shown"
	channel = "4200"
)

func menu() []bot.MenuItem {
	return []bot.MenuItem{{
		Name: "status", Names: map[string]string{"fr": "état"},
		Description: map[string]string{"fr": "État des services", "en": "State of the services"},
	}}
}

// Everything that the adapter asks, and everything that the emulator answers, is as Discord describes it. It stands here and not
// beside the adapter, whose own tests build, also for fuzzing, in seconds without the libraries that read a description.
func TestDiscordConversationIsAsDescribed(t *testing.T) {
	if testing.Short() {
		t.Skip("reading the description takes seconds")
	}
	d, err := openapi.Read(emulated.Paths()...)
	if err != nil {
		t.Fatal(err)
	}
	conversation(t, d)
}

// witness is a transport that checks each answer.
type witness struct {
	t *testing.T
	d *openapi.Description
}

func (w witness) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	check := *resp
	check.Body = io.NopCloser(bytes.NewReader(body))
	// In the description the codes within the tree of a form's errors are numbers; in the documentation, and in fact,
	// they are words.
	if !bytes.Contains(body, []byte("_errors")) {
		if err := w.d.Answer(r, &check); err != nil {
			w.t.Errorf("answer to %s %s: %v\n%s", r.Method, r.URL.Path, err, body)
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// conversation drives the adapter through everything that it does.
func conversation(t *testing.T, d *openapi.Description) {
	s := emulated.New(emulated.Options{Token: token, Inspect: d.Inspect})
	web := httptest.NewServer(s)
	defer web.Close()
	s.Open(channel)
	client := &http.Client{Transport: witness{t, d}}
	n, err := discord.New(discord.Config{
		Token: token, APIURL: web.URL + "/api/v10", HTTPClient: client, AllowInsecureGateway: true, Menu: menu(),
	})
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, n)
	revive(t, s, n)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- n.Listen(ctx, echo{}) }()
	for _, text := range []string{"/status", "/status pronote"} {
		s.Say(channel, "alice", text)
	}
	deadline := time.Now().Add(10 * time.Second)
	for pictures(s) < 3 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	others(t, s, client, web.URL)
	cancel()
	if err := <-result; err != nil {
		t.Error(err)
	}
	if n := pictures(s); n != 3 { // a post, an answer at once, a late one
		t.Errorf("%d messages have a picture, want 3", n)
	}
	for _, r := range s.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
		if !d.Has(r.Method) {
			t.Errorf("%s is not in the description", r.Method)
		}
	}
}

func deliver(t *testing.T, n *discord.Notifier) {
	m := bot.Message{
		Lang: "fr", Tone: bot.ToneAlarm, Title: "Pronote", Summary: "Inaccessible.", Footer: "Petit.",
		Facts: []bot.Fact{{Label: "Depuis", Value: "8 h 05"}}, Links: []bot.Link{{Text: "Suivre", URL: "https://panneau.example/"}},
	}
	long := m
	long.Sections = []bot.Section{{Heading: "Long", Text: []string{strings.Repeat("Une phrase. ", 600)}}}
	p := bot.Posting{To: bot.Address{Channel: channel}, Message: m, Key: "1"}
	r, err := n.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []bot.Message{long, m} {
		p.Message = text
		if r, err = n.Edit(t.Context(), r, p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.Find(t.Context(), p, time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	p.Key, p.ReplyTo, p.Silent = "2", r, true
	p.Message.Picture = picture()
	if _, err := n.Post(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// pictures counts the messages with one.
func pictures(s *emulated.Server) int {
	n := 0
	for _, m := range s.Shown(channel) {
		if m.Picture != nil && m.Picture.Alt == picture().Alt {
			n++
		}
	}
	return n
}

// picture is a small PNG.
func picture() *bot.Picture {
	return &bot.Picture{Name: "semaine.png", Alt: "Une barre par jour.", Draw: func() ([]byte, error) {
		var b bytes.Buffer
		err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)))
		return b.Bytes(), err
	}}
}

// revive edits a message in a thread that was archived.
func revive(t *testing.T, s *emulated.Server, n *discord.Notifier) {
	p := bot.Posting{To: bot.Address{Channel: channel, Thread: s.OpenThread(channel)}, Key: "3"}
	p.Message = bot.Message{Lang: "fr", Title: "Pronote", Summary: "Inaccessible."}
	r, err := n.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	s.Archive(p.To.Thread)
	p.Message.Summary = "Saturé."
	if _, err := n.Edit(t.Context(), r, p); err != nil {
		t.Fatal(err)
	}
}

// others asks for what the adapter does not use.
func others(t *testing.T, s *emulated.Server, client *http.Client, base string) {
	message := s.Shown(channel)[0].ID
	for _, operation := range []string{
		"GET /gateway/bot", "GET /channels/4200", "GET /channels/4200/messages/" + message,
		"PUT /channels/4200/messages/pins/" + message, "GET /channels/4200/messages/pins",
		"DELETE /channels/4200/messages/pins/" + message, "GET /channels/1", "GET /guilds/1/channels",
	} {
		method, path, _ := strings.Cut(operation, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, base+"/api/v10"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bot "+token)
		r.Header.Set("User-Agent", "DiscordBot (https://panneau.example, 1)")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
}

// echo answers a command with an argument late, so that the answer is deferred.
type echo struct{}

func (echo) Command(_ context.Context, r bot.Request) (bot.Message, error) {
	if r.Args != "" {
		time.Sleep(1600 * time.Millisecond)
	}
	return bot.Message{
		Title: "Réponse", Summary: r.Command, Sections: []bot.Section{{Text: []string{strings.Repeat("Une phrase. ", 600)}}}, Picture: picture(),
	}, nil
}

func (echo) Presence(context.Context, bot.Presence) (bot.Message, error) { return bot.Message{}, nil }
