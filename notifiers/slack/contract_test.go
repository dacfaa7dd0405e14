package slack_test

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/notifiertest"
	"github.com/panneau-ecole/panneau/notifiers/slack"
)

func TestContract(t *testing.T) {
	notifiertest.Run(t, notifiertest.Subject{
		Chat: func(t testing.TB, unlimited bool) emulator.Chat {
			s := emulated.New(emulated.Options{Unlimited: unlimited})
			t.Cleanup(s.Close)
			return s
		},
		New: func(t testing.TB, url string, client *http.Client, logger *slog.Logger) bot.Notifier {
			n, err := slack.New(slack.Config{
				BotToken: emulated.BotToken, APIURL: url + "/api/", HTTPClient: client, Logger: logger,
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		},
		Channel:      channel,
		Secret:       emulated.BotToken,
		PictureSteps: []string{"files.getUploadURLExternal", "upload", "files.completeUploadExternal", "chat.postMessage"},
		Alt:          true,
	})
}
