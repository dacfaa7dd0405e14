package notifiers

import (
	"context"

	"github.com/panneau-ecole/panneau/notifiers/discord"
	"github.com/panneau-ecole/panneau/notifiers/slack"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

// SlackManifest is the app manifest (JSON) with which an administrator creates the app in a workspace, with a slash
// command of that name ("/panneau"; empty for that one). One that Slack keeps for itself is refused.
func SlackManifest(command string) ([]byte, error) { return slack.Manifest(command) }

// DiscordInvite is the address at which an administrator adds an application's bot to a server, with the rights that
// Panneau needs and no other. The application's identifier is a Discord snowflake.
func DiscordInvite(applicationID string) string { return discord.InviteURL(applicationID) }

// TelegramBot is what Telegram says of an account's bot.
type TelegramBot = telegram.Identity

// SetUpTelegram sets the bot's menus and returns what Telegram says of it. Its errors show no token.
func SetUpTelegram(ctx context.Context, c Config) (TelegramBot, error) {
	n, err := telegram.New(telegram.Config{
		Token: c.Token, APIURL: c.APIURL, HTTPClient: c.HTTPClient, Logger: c.Logger, Menu: c.Menu,
	})
	if err != nil {
		return TelegramBot{}, err
	}
	return n.SetUp(ctx)
}
