// Package telegram brings notices to Telegram groups, channels and private chats, and hears what people ask there.
//
// Messages are HTML in Telegram's sense, in which everything that anybody typed is escaped. Commands arrive by long
// polling, so that no public address is needed. A Telegram bot cannot read what it has written: there is no Find.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

// DefaultAPIURL is where Telegram serves the Bot API (https://core.telegram.org/bots/api#making-requests).
const DefaultAPIURL = "https://api.telegram.org"

// Timeout is how long a request to Telegram may take; a poll for updates may take longer.
const Timeout = 15 * time.Second

// Config is what an account on Telegram consists of. Only the token is required.
type Config struct {
	Token      string         // as @BotFather gives it: "123456:ABC…"
	APIURL     string         // of a self-hosted Bot API server or a proxy; empty: DefaultAPIURL
	HTTPClient *http.Client   // nil for http.DefaultTransport; its Timeout is not used
	Logger     *slog.Logger   // nil for silence
	Menu       []bot.MenuItem // the commands that Telegram shows when people type a slash
}

// Notifier is one Telegram bot. It implements [bot.Notifier] and [bot.Listener], and is safe for concurrent use.
type Notifier struct {
	token  string
	api    tgbotapi.BotAPI // copied for every call: the library has no contexts
	client *http.Client
	log    *slog.Logger
	menu   []bot.MenuItem

	pressed bot.RecentIDs // presses that were answered

	mu   sync.Mutex
	self string // the bot's user name, once it is known
}

var (
	_ bot.Notifier = (*Notifier)(nil)
	_ bot.Listener = (*Notifier)(nil)

	_ bot.Doorkeeper = (*Notifier)(nil)
	_ bot.Confidant  = (*Notifier)(nil)
)

// New returns a notifier for the account. It checks the configuration and does not talk to Telegram. Its errors never
// show the token.
func New(c Config) (*Notifier, error) {
	token := strings.TrimSpace(c.Token)
	if !regexp.MustCompile(`^\d+:[\w-]+$`).MatchString(token) {
		return nil, errors.New("the token does not have the form that @BotFather gives: digits, a colon, letters")
	}
	endpoint, err := endpoint(c.APIURL)
	if err != nil {
		return nil, err
	}
	if err := checkMenu(c.Menu); err != nil {
		return nil, err
	}
	n := &Notifier{token: token, api: tgbotapi.BotAPI{Token: token}, log: c.Logger, menu: c.Menu, client: client(c.HTTPClient)}
	n.api.SetAPIEndpoint(endpoint)
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	return n, nil
}

// endpoint is the library's format string for the address of a method.
func endpoint(base string) (string, error) {
	if base == "" {
		base = DefaultAPIURL
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", errors.New("the API address must be http(s)://host, without user name or query")
	}
	return strings.ReplaceAll(strings.TrimRight(u.String(), "/"), "%", "%%") + "/bot%s/%s", nil
}

// call carries one method out. The result is decoded into result unless that is nil. Every error is a
// *bot.DeliveryError.
func (n *Notifier) call(ctx context.Context, method string, params tgbotapi.Params, result any) error {
	return n.request(ctx, method, result, func(api *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		return api.MakeRequest(method, params)
	})
}

// request is call for whatever the library needs to be told.
func (n *Notifier) request(
	ctx context.Context, method string, result any, do func(*tgbotapi.BotAPI) (*tgbotapi.APIResponse, error),
) error {
	if err := ctx.Err(); err != nil {
		return &bot.DeliveryError{Kind: bot.KindTransient, Err: fmt.Errorf("%s: %w", method, err)}
	}
	x := &exchange{}
	api := n.api
	api.Client = onContext{x.watched(ctx), n.client}
	answer, err := do(&api)
	if err == nil && !answer.Ok {
		err = errors.New("the answer says neither ok nor why not")
	}
	if err == nil && result != nil {
		err = json.Unmarshal(answer.Result, result)
	}
	if err == nil {
		return nil
	}
	failed := n.judge(x, err)
	failed.Err = fmt.Errorf("%s: %w", method, failed.Err)
	return failed
}

// brief bounds a call that is not a poll.
func brief(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, Timeout)
}

// The limits of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages a
// second in all, one a second in a chat, 20 a minute in a group. Nothing is published about edits; they are taken to
// count like messages.
const (
	perSecond      = 30
	perChatSecond  = 1
	perGroupMinute = 20
)

// Buckets implements [bot.Notifier].
func (n *Notifier) Buckets(_ bot.Op, to bot.Address) []bot.Bucket {
	buckets := []bot.Bucket{
		{Name: "bot", N: perSecond, Per: time.Second},
		{Name: "chat:" + to.Channel, N: perChatSecond, Per: time.Second},
	}
	if id, err := strconv.ParseInt(to.Channel, 10, 64); err == nil && id < 0 {
		buckets = append(buckets, bot.Bucket{Name: "group:" + to.Channel, N: perGroupMinute, Per: time.Minute})
	}
	return buckets
}
