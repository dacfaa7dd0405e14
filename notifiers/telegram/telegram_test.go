package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Chats as Telegram numbers them: a supergroup, a basic group, a person.
const (
	channel = "-1001234567890"
	basic   = "-4001"
	person  = "71001"
)

// described is the vendor's description, which takes a moment to read.
var described = sync.OnceValue(emulated.Describe)

// chat is an emulated Telegram with a supergroup and an account in it.
type chat struct {
	*emulated.Server
	*telegram.Notifier
	log *journal
}

// journal is a log that may be written by many.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// place makes the account on a Telegram without limits, below an address.
func place(t *testing.T, c *chat, url string, client *http.Client, menu []bot.MenuItem) {
	t.Helper()
	n, err := telegram.New(telegram.Config{
		Token: emulated.Token, APIURL: url, HTTPClient: client, Menu: menu,
		Logger: slog.New(slog.NewTextHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Notifier = n
}

func unlimited() *chat {
	c := &chat{Server: emulated.New(emulated.Options{Unlimited: true, Description: described()}), log: &journal{}}
	c.Server.Open(channel)
	return c
}

// open starts a Telegram on a loopback port.
func open(t *testing.T) *chat {
	t.Helper()
	c := unlimited()
	server := httptest.NewServer(c.Server)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	place(t, c, server.URL, server.Client(), nil)
	return c
}

// simulate runs a test in simulated time, with everything on a network in memory. What is still running at its end
// fails the test.
func simulate(t *testing.T, menu []bot.MenuItem, test func(*testing.T, *chat)) {
	described() // outside of the bubble: it is shared between them
	synctest.Test(t, func(t *testing.T) {
		c := unlimited()
		network := emulator.NewNetwork()
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- network.Serve(ctx, c.Server) }()
		client := network.Client(0)
		place(t, c, "http://memory", client, menu)
		test(t, c)
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
	})
}

// faultless fails the test for every request that the vendor's description finds something wrong with.
func (c *chat) faultless(t *testing.T) {
	t.Helper()
	for _, r := range c.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
}

// count is how often a method was called.
func (c *chat) count(method string) int {
	n := 0
	for _, r := range c.Requests() {
		if r.Method == method {
			n++
		}
	}
	return n
}

func posting(m bot.Message) bot.Posting {
	return bot.Posting{To: bot.Address{Channel: channel}, Message: m, Key: "delivery-1"}
}

func wantKind(t *testing.T, err error, want bot.ErrorKind) *bot.DeliveryError {
	t.Helper()
	var failure *bot.DeliveryError
	if !errors.As(err, &failure) {
		t.Fatalf("error %v (%T), want a *bot.DeliveryError", err, err)
	}
	if failure.Kind != want {
		t.Fatalf("error %v, want kind %s", err, want)
	}
	return failure
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering answers everything alike.
func answering(status int, header http.Header, body string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		if header == nil {
			header = http.Header{}
		}
		return &http.Response{
			StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r,
		}, nil
	}
}

// through returns an account whose requests go through a transport.
func through(t *testing.T, transport http.RoundTripper) *telegram.Notifier {
	t.Helper()
	c := &chat{log: &journal{}}
	place(t, c, "http://telegram.invalid", &http.Client{Transport: transport}, nil)
	return c.Notifier
}

func TestConfiguration(t *testing.T) {
	for name, c := range map[string]telegram.Config{
		"no token":            {},
		"a name":              {Token: "secretbot"},
		"no digits":           {Token: "secret:AAbb"},
		"a path":              {Token: "123:secret/../x"},
		"no scheme":           {Token: emulated.Token, APIURL: "telegram.example"},
		"another scheme":      {Token: emulated.Token, APIURL: "ftp://telegram.example"},
		"no host":             {Token: emulated.Token, APIURL: "https://"},
		"a password":          {Token: emulated.Token, APIURL: "https://a:secret@telegram.example"},
		"a query":             {Token: emulated.Token, APIURL: "https://telegram.example/?key=secret"},
		"an unreadable thing": {Token: emulated.Token, APIURL: "http://secret\x7f"},
	} {
		_, err := telegram.New(c)
		switch {
		case err == nil:
			t.Errorf("%s: accepted", name)
		case strings.Contains(err.Error(), "secret"), strings.Contains(err.Error(), emulated.Token):
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
	}
	for _, url := range []string{"", "http://127.0.0.1:8081", "https://proxy.example/50%25/"} {
		if _, err := telegram.New(telegram.Config{Token: " " + emulated.Token + "\n", APIURL: url}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestAddressesOfRequests(t *testing.T) {
	for url, want := range map[string]string{
		"":                             "https://api.telegram.org",
		"http://127.0.0.1:8081/":       "http://127.0.0.1:8081",
		"https://proxy.example/50%25/": "https://proxy.example/50%25",
	} {
		var asked string
		c := &chat{log: &journal{}}
		place(t, c, url, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return answering(http.StatusNotFound, nil, "")(r)
		})}, nil)
		_, err := c.Post(t.Context(), posting(back()))
		wantKind(t, err, bot.KindTransient)
		if want += "/bot" + emulated.Token + "/sendMessage"; asked != want {
			t.Errorf("%q: the request went to another address than expected", url)
		}
	}
}

func TestBuckets(t *testing.T) {
	c := open(t)
	all := bot.Bucket{Name: "bot", N: 30, Per: time.Second}
	for id, want := range map[string][]bot.Bucket{
		person:  {all, {Name: "chat:" + person, N: 1, Per: time.Second}},
		channel: {all, {Name: "chat:" + channel, N: 1, Per: time.Second}, {Name: "group:" + channel, N: 20, Per: time.Minute}},
	} {
		for _, op := range []bot.Op{bot.OpPost, bot.OpEdit} {
			if diff := cmp.Diff(want, c.Buckets(op, bot.Address{Channel: id})); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", op, id, diff)
			}
		}
	}
}

// roundTrip hands a request to the emulated Telegram without a network.
func (c *chat) roundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Result(), nil
}
