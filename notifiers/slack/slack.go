// Package slack brings notices to Slack channels and hears what people ask there.
//
// A [Notifier] posts with blocks of rich text, which Slack shows exactly as they are: nothing that anybody typed can
// become markup, a mention or a preview. Every message carries its posting's key as metadata, by which Find
// recognises it when an answer got lost. Commands arrive over Socket Mode, so that no public address is needed.
package slack

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/bot"
)

// Timeout is how long a request to Slack may take. A lost posting is looked for no sooner than that: before, it may
// still be on its way.
const Timeout = 15 * time.Second

// Config is what an account on Slack consists of.
type Config struct {
	BotToken   string         // "xoxb-…"
	AppToken   string         // "xapp-…", for Socket Mode; empty for an account that only posts
	APIURL     string         // the Web API; empty for Slack's own
	Command    string         // the slash command that the app registers; empty for "/panneau"
	Admins     []string       // ids of people who may give the commands of administrators besides those of the workspace
	HTTPClient *http.Client   // nil for one with time-outs of its own
	Logger     *slog.Logger   // nil for silence
	Menu       []bot.MenuItem // for the manifest only: Slack has no call that registers commands
}

// Notifier is one bot account in one Slack workspace.
type Notifier struct {
	api     *slack.Client // the Web API, with the bot token
	plain   *http.Client  // for response URLs, which must not see the token
	config  Config
	base    *url.URL
	secrets []string

	tongues tongues

	mu sync.Mutex
	me *slack.AuthTestResponse // once it is known
}

var (
	_ bot.Notifier = (*Notifier)(nil)
	_ bot.Finder   = (*Notifier)(nil)
	_ bot.Listener = (*Notifier)(nil)

	_ bot.Confidant = (*Notifier)(nil)
)

// New returns a notifier for the account. It checks the configuration and does not talk to Slack. Its errors never
// show a token.
func New(c Config) (*Notifier, error) {
	c, base, err := c.complete()
	if err != nil {
		return nil, err
	}
	n := &Notifier{config: c, base: base, secrets: []string{c.BotToken}}
	if c.AppToken != "" {
		n.secrets = append(n.secrets, c.AppToken)
	}
	n.plain = client(c.HTTPClient, "", "")
	n.api = n.webAPI(client(c.HTTPClient, c.BotToken, base.Host))
	return n, nil
}

// doer sends a request; *http.Client is one.
type doer interface {
	Do(*http.Request) (*http.Response, error)
}

func (n *Notifier) webAPI(d doer) *slack.Client {
	return slack.New(n.config.BotToken,
		slack.OptionAPIURL(n.base.String()), slack.OptionHTTPClient(d), slack.OptionLog(silence{}),
		slack.OptionAppLevelToken(n.config.AppToken))
}

// silence keeps the library from writing to standard error.
type silence struct{}

func (silence) Output(int, string) error { return nil }

// complete puts the defaults in and checks the values.
func (c Config) complete() (Config, *url.URL, error) {
	if c.APIURL == "" {
		c.APIURL = slack.APIURL
	}
	if c.Command == "" {
		c.Command = DefaultCommand
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Timeout: Timeout}
	}
	if err := checkCommand(c.Command); err != nil {
		return c, nil, err
	}
	if !wellFormed("xoxb", c.BotToken) {
		return c, nil, errors.New(`slack: the bot token is malformed: it starts with "xoxb-"`)
	}
	if c.AppToken != "" && !wellFormed("xapp", c.AppToken) {
		return c, nil, errors.New(`slack: the app token is malformed: it starts with "xapp-"`)
	}
	base, err := apiURL(c.APIURL)
	return c, base, err
}

func wellFormed(kind, token string) bool {
	return regexp.MustCompile(`^` + kind + `-[A-Za-z0-9-]{10,}$`).MatchString(token)
}

func apiURL(address string) (*url.URL, error) {
	base, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("slack: the API address cannot be read")
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, errors.New("slack: the API address is no http or https address")
	case base.User != nil, base.RawQuery != "", base.Fragment != "":
		return nil, errors.New("slack: the API address has more than host and path")
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	return base, nil
}
