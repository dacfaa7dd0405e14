package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

// DefaultAPIURL is where Discord serves its API.
// https://docs.discord.com/developers/reference#api-reference-base-url
const DefaultAPIURL = "https://discord.com/api/v10"

// userAgent has the form that Discord requires; its front servers refuse others.
// https://docs.discord.com/developers/reference#user-agent
const userAgent = "DiscordBot (https://github.com/panneau-ecole/panneau, 1)"

// Timeout is how long a request to Discord may take, whatever the client allows.
const Timeout = 20 * time.Second

// Config is what the adapter needs to know. Only the token is required.
type Config struct {
	Token      string         // the bot's token, with or without "Bot " before it
	APIURL     string         // base of the REST API; empty: DefaultAPIURL
	HTTPClient *http.Client   // nil: one with time limits. Its transport's dialler also opens the gateway connection
	Logger     *slog.Logger   // nil: nothing is logged
	Menu       []bot.MenuItem // the slash commands to register

	// AllowInsecureGateway accepts a gateway address without TLS, for tests: the token is sent over it.
	AllowInsecureGateway bool
}

// Notifier is one Discord bot. It implements [bot.Notifier], [bot.Listener] and [bot.Finder], and is safe for
// concurrent use.
type Notifier struct {
	token    string // without "Bot "
	api      *url.URL
	client   *http.Client
	log      *slog.Logger
	commands []*discordgo.ApplicationCommand
	insecure bool
	session  *discordgo.Session // for requests only, never opened
	limits   learned
	starts   *starts

	mu   sync.Mutex
	self string // the bot's user id, once known
}

var (
	_ bot.Notifier = (*Notifier)(nil)
	_ bot.Listener = (*Notifier)(nil)
	_ bot.Finder   = (*Notifier)(nil)

	_ bot.Confidant = (*Notifier)(nil)
)

// New returns a notifier. It does no I/O, and refuses a token, an address or a menu that Discord could not accept. Its
// errors do not show the token.
func New(c Config) (*Notifier, error) {
	token, err := cleanToken(c.Token)
	if err != nil {
		return nil, err
	}
	api, err := cleanURL(c.APIURL)
	if err != nil {
		return nil, err
	}
	commands, err := commandsOf(c.Menu)
	if err != nil {
		return nil, err
	}
	n := &Notifier{
		token: token, api: api, commands: commands, insecure: c.AllowInsecureGateway,
		client: c.HTTPClient, log: c.Logger, starts: newStarts(),
	}
	if n.client == nil {
		n.client = newClient()
	}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	n.session = n.newSession(context.Background())
	return n, nil
}

// cleanToken checks the form of a token: three parts of URL-safe characters.
func cleanToken(token string) (string, error) {
	token = strings.TrimPrefix(token, "Bot ")
	if strings.Count(token, ".") != 2 || len(token) < 20 || strings.ContainsFunc(token, notInToken) {
		return "", errors.New("discord token: not of the form xxx.yyy.zzz that the developer portal shows")
	}
	return token, nil
}

func notInToken(r rune) bool {
	return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", r)
}

func cleanURL(text string) (*url.URL, error) {
	if text == "" {
		text = DefaultAPIURL
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("discord API URL: not a URL")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("discord API URL: want http(s)://host/path without user and query")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// newClient returns a client whose requests end: Discord answers within a second or two, or not at all.
func newClient() *http.Client {
	transport := plain(nil).Clone()
	transport.ResponseHeaderTimeout = 15 * time.Second
	transport.MaxIdleConnsPerHost = 16
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

// Post sends a message. A divided text is posted part by part; only the first part makes phones ring.
func (n *Notifier) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	parts, err := layOut(p.Message, p.Key)
	if err != nil {
		return bot.Receipt{}, err
	}
	parts[0] = n.pictured(parts[0], p.Message.Picture)
	return n.complete(ctx, bot.Receipt{Channel: room(p.To)}, p, parts)
}

// pictured is a payload with a picture, as far as that can be drawn.
func (n *Notifier) pictured(p payload, picture *bot.Picture) payload {
	with, err := p.with(picture)
	if err != nil {
		n.log.Error("discord: a picture is left out", "error", err)
	}
	return with
}

// show sends a payload, and once more without its picture where that may be why it was not taken.
func (n *Notifier) show(p payload, send func(payload) error) error {
	err := send(p)
	if p.file == nil || !bot.PictureRefused(err) {
		return err
	}
	n.log.Warn("discord: a picture is left out", "error", n.redact(err))
	return send(p.without())
}

// Edit makes the message of the receipt show p.
func (n *Notifier) Edit(ctx context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	if !r.Posted() {
		return r, &bot.DeliveryError{Kind: bot.KindMissing, Err: errors.New("edit: the receipt has no message")}
	}
	parts, err := layOut(p.Message, p.Key)
	if err != nil {
		return r, err
	}
	if r.Channel == "" {
		r.Channel = room(p.To)
	}
	for i := range min(len(parts), len(r.IDs)) {
		if err := n.edit(ctx, r.Channel, r.IDs[i], parts[i]); err != nil {
			return r, err
		}
	}
	p.Silent = true
	r, err = n.complete(ctx, r, p, parts)
	if err != nil {
		return r, err
	}
	return n.shorten(ctx, r, len(parts))
}

// complete posts the parts that the receipt lacks.
func (n *Notifier) complete(ctx context.Context, r bot.Receipt, p bot.Posting, parts []payload) (bot.Receipt, error) {
	for i := len(r.IDs); i < len(parts); i++ {
		var id string
		err := n.show(parts[i].toPost(p, i), func(body payload) (err error) {
			id, err = n.post(ctx, r.Channel, body)
			return err
		})
		if err != nil && !r.Posted() {
			return bot.Receipt{}, err
		}
		if err != nil {
			return r, err
		}
		// A fresh slice: the caller's receipt is not to change under its hands.
		r.IDs = append(r.IDs[:i:i], id)
	}
	return r, nil
}

// shorten deletes the messages of the receipt beyond the first n.
func (n *Notifier) shorten(ctx context.Context, r bot.Receipt, length int) (bot.Receipt, error) {
	for len(r.IDs) > length {
		last := len(r.IDs) - 1
		err := n.awake(ctx, r.Channel, func() error {
			return n.call(ctx, request{
				method: http.MethodDelete, url: discordgo.EndpointChannelMessage(r.Channel, r.IDs[last]),
				channel: r.Channel, repeatable: true,
			}, nil)
		})
		if err != nil && !isKind(err, bot.KindMissing) {
			return r, err
		}
		r.IDs = r.IDs[:last:last]
	}
	return r, nil
}

func (n *Notifier) post(ctx context.Context, channel string, body payload) (string, error) {
	if err := checkIDs(channel); err != nil {
		return "", err
	}
	send := func() (string, error) {
		return n.message(ctx, request{
			method: http.MethodPost, url: discordgo.EndpointChannelMessages(channel), body: body, file: body.file,
			channel: channel,
		})
	}
	id, err := send()
	if body.Reference != nil && isCode(err, codeNoReply) {
		// The bot may not read the history and so not refer to it. The message matters more than the reference.
		body.Reference = nil
		return send()
	}
	return id, err
}

// message makes a request that is answered with a message, and returns its id.
func (n *Notifier) message(ctx context.Context, r request) (string, error) {
	var m discordgo.Message
	if err := n.call(ctx, r, &m); err != nil {
		return "", err
	}
	if m.ID == "" {
		return "", uncertain(errors.New("the answer has no message id"))
	}
	return m.ID, nil
}

func (n *Notifier) edit(ctx context.Context, channel, id string, body payload) error {
	if err := checkIDs(channel, id); err != nil {
		return err
	}
	return n.awake(ctx, channel, func() error {
		_, err := n.message(ctx, request{
			method: http.MethodPatch, url: discordgo.EndpointChannelMessage(channel, id), body: body,
			channel: channel, repeatable: true,
		})
		return err
	})
}

// awake makes a change to a message. Where it stands in a thread that was archived because nobody wrote there for a while,
// the thread is woken first: only a new message wakes it by itself. A locked one stays shut.
// https://docs.discord.com/developers/topics/threads#active-and-archived-threads
func (n *Notifier) awake(ctx context.Context, channel string, change func() error) error {
	err := change()
	if !isCode(err, codeArchived) {
		return err
	}
	err = n.call(ctx, request{
		method: http.MethodPatch, url: discordgo.EndpointChannel(channel), body: map[string]bool{"archived": false},
		repeatable: true,
	}, nil)
	if err != nil {
		return err
	}
	return change()
}

// room is the channel that an address leads to: a thread is a channel of its own.
func room(to bot.Address) string {
	if to.Thread != "" {
		return to.Thread
	}
	return to.Channel
}

// checkIDs refuses what is not an id before it becomes part of a path.
func checkIDs(ids ...string) error {
	for _, id := range ids {
		if id == "" || len(id) > 20 || strings.Trim(id, "0123456789") != "" {
			return &bot.DeliveryError{Kind: bot.KindGone, Err: fmt.Errorf("%q is not a Discord id", id)}
		}
	}
	return nil
}
