package discord_test

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/notifiertest"
)

func TestContract(t *testing.T) {
	notifiertest.Run(t, notifiertest.Subject{
		Chat: func(_ testing.TB, unlimited bool) emulator.Chat {
			return emulated.New(emulated.Options{Token: token, Unlimited: unlimited})
		},
		New: func(t testing.TB, url string, client *http.Client, logger *slog.Logger) bot.Notifier {
			n, err := discord.New(discord.Config{Token: token, APIURL: url + "/api/v10", HTTPClient: client, Logger: logger})
			if err != nil {
				t.Fatal(err)
			}
			return n
		},
		Channel:      channel,
		Secret:       token,
		PictureSteps: []string{"POST /channels/{channel_id}/messages"},
		Alt:          true,
	})
}
