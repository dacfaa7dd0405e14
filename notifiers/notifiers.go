// Package notifiers makes the adapter of an account. It is the only place that knows them all.
package notifiers

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/console"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	"github.com/panneau-ecole/panneau/notifiers/slack"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

// Config is what an account on any chat platform consists of. An adapter takes of it what it needs.
type Config struct {
	Platform   bot.ChatPlatform
	Token      string
	AppToken   string         // Slack, to listen
	Command    string         // Slack, the slash command
	Admins     []string       // Slack, who may give the commands of administrators besides those of the workspace
	APIURL     string         // empty for the vendor's own
	Menu       []bot.MenuItem // the commands that people can give
	HTTPClient *http.Client   // nil for the adapter's own
	Logger     *slog.Logger
	Terminal   io.Writer // console
	Colour     bool      // console
	Width      int       // console, in characters; 0 for the default
}

// New makes the account's notifier. It does no I/O, and its errors show no token.
func New(c Config) (bot.Notifier, error) {
	switch c.Platform {
	case bot.Telegram:
		return telegram.New(telegram.Config{
			Token: c.Token, APIURL: c.APIURL, HTTPClient: c.HTTPClient, Logger: c.Logger, Menu: c.Menu,
		})
	case bot.Slack:
		return slack.New(slack.Config{
			BotToken: c.Token, AppToken: c.AppToken, APIURL: c.APIURL, Command: c.Command, Admins: c.Admins, HTTPClient: c.HTTPClient,
			Logger: c.Logger, Menu: c.Menu,
		})
	case bot.Discord:
		return discord.New(discord.Config{
			Token: c.Token, APIURL: c.APIURL, HTTPClient: c.HTTPClient, Logger: c.Logger, Menu: c.Menu,
			AllowInsecureGateway: strings.HasPrefix(c.APIURL, "http://"),
		})
	case bot.Console:
		return console.New(console.Config{Out: c.Terminal, Width: c.Width, Colour: c.Colour}), nil
	default:
		return nil, fmt.Errorf("unknown chat platform %q", c.Platform)
	}
}

// Prefix is what people type before a command's name on the account's chat platform.
func Prefix(c Config) string {
	if c.Platform != bot.Slack {
		return "/"
	}
	if c.Command == "" {
		return slack.DefaultCommand + " "
	}
	return c.Command + " "
}
