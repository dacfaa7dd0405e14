package slack_test

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
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/slack"
)

var update = flag.Bool("update", false, "write the golden files anew")

const channel = "C0PARENTS"

// chat is an emulated workspace with one channel and an account in it.
type chat struct {
	*emulated.Server
	*slack.Notifier
	url string
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

// open starts a workspace without limits.
func open(t *testing.T) *chat { return openWith(t, emulated.Options{Unlimited: true}, nil) }

func openWith(t *testing.T, o emulated.Options, adjust func(*slack.Config)) *chat {
	t.Helper()
	c := &chat{Server: emulated.New(o), log: &journal{}}
	server := httptest.NewServer(c.Server)
	t.Cleanup(server.Close)
	t.Cleanup(c.Server.Close)
	c.url = server.URL
	c.Server.Open(channel)
	config := slack.Config{
		BotToken: emulated.BotToken, AppToken: emulated.AppToken, APIURL: server.URL + "/api",
		Logger: slog.New(slog.NewTextHandler(c.log, nil)),
	}
	if adjust != nil {
		adjust(&config)
	}
	n, err := slack.New(config)
	if err != nil {
		t.Fatal(err)
	}
	c.Notifier = n
	return c
}

// simulate runs a test in simulated time, with everything on a network in memory. What is still running at its end
// fails the test.
func simulate(t *testing.T, test func(*testing.T, *chat)) {
	synctest.Test(t, func(t *testing.T) {
		c := &chat{Server: emulated.New(emulated.Options{Unlimited: true}), log: &journal{}}
		c.Server.Open(channel)
		network := emulator.NewNetwork()
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- network.Serve(ctx, c.Server) }()
		client := network.Client(0)
		n, err := slack.New(slack.Config{
			BotToken: emulated.BotToken, AppToken: emulated.AppToken, APIURL: "http://memory/api", HTTPClient: client,
			Logger: slog.New(slog.NewTextHandler(c.log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Notifier = n
		test(t, c)
		c.Server.Close()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		client.CloseIdleConnections()
	})
}

// faultless fails the test for every request that Slack's reference finds something wrong with.
func (c *chat) faultless(t *testing.T) {
	t.Helper()
	for _, r := range c.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
}

func (c *chat) methods() []string {
	var list []string
	for _, r := range c.Requests() {
		list = append(list, r.Method)
	}
	return list
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
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := slack.Config{BotToken: emulated.BotToken, AppToken: emulated.AppToken}
	for name, test := range map[string]struct {
		adjust func(*slack.Config)
		want   string
	}{
		"no token":           {func(c *slack.Config) { c.BotToken = "" }, "bot token"},
		"user token":         {func(c *slack.Config) { c.BotToken = "xoxp-secret-0123456789" }, "bot token"},
		"token with newline": {func(c *slack.Config) { c.BotToken += "\n" }, "bot token"},
		"app token":          {func(c *slack.Config) { c.AppToken = "xoxb-secret-0123456789" }, "app token"},
		"address":            {func(c *slack.Config) { c.APIURL = "slack.example" }, "API address"},
		"address with login": {func(c *slack.Config) { c.APIURL = "http://a:secret@slack.example" }, "API address"},
		"reserved command":   {func(c *slack.Config) { c.Command = "/status" }, "Slack's own"},
		"command":            {func(c *slack.Config) { c.Command = "état" }, "command"},
	} {
		c := good
		test.adjust(&c)
		_, err := slack.New(c)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one about the %s", name, err, test.want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "emulatedBot")) {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
	}
	if _, err := slack.New(good); err != nil {
		t.Error(err)
	}
}

func TestBuckets(t *testing.T) {
	c := open(t)
	to := bot.Address{Channel: channel}
	want := []bot.Bucket{
		{Name: "chat.postMessage", N: 1000, Per: time.Minute}, {Name: "channel:" + channel, N: 1, Per: time.Second},
	}
	if diff := cmp.Diff(want, c.Buckets(bot.OpPost, to)); diff != "" {
		t.Error(diff)
	}
	want = []bot.Bucket{{Name: "chat.update", N: 50, Per: time.Minute}}
	if diff := cmp.Diff(want, c.Buckets(bot.OpEdit, to)); diff != "" {
		t.Error(diff)
	}
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

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
func through(t *testing.T, transport http.RoundTripper) *slack.Notifier {
	t.Helper()
	n, err := slack.New(slack.Config{
		BotToken: emulated.BotToken, APIURL: "http://slack.invalid/api/", HTTPClient: &http.Client{Transport: transport},
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	n := through(t, answering(http.StatusTemporaryRedirect, http.Header{"Location": {"http://elsewhere.invalid/"}}, ""))
	_, err := n.Post(context.Background(), posting(bulletin()))
	wantKind(t, err, bot.KindTransient)
}

var _ emulator.Chat = (*emulated.Server)(nil)
