package telegram_test

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
	"github.com/panneau-ecole/panneau/notifiers/notifiertest"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

func TestContract(t *testing.T) {
	description := emulated.Describe()
	notifiertest.Run(t, notifiertest.Subject{
		Chat: func(_ testing.TB, unlimited bool) emulator.Chat {
			return emulated.New(emulated.Options{Unlimited: unlimited, Description: description})
		},
		New: func(t testing.TB, url string, client *http.Client, logger *slog.Logger) bot.Notifier {
			n, err := telegram.New(telegram.Config{
				Token: emulated.Token, APIURL: url, HTTPClient: client, Logger: logger,
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		},
		Channel:      channel,
		Secret:       emulated.Token,
		PictureSteps: []string{"sendPhoto"},
		Alt:          false,
	})
}
