package telegram_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

func menu() []bot.MenuItem {
	return []bot.MenuItem{
		{Name: "status", Description: map[string]string{"fr": "L’état des services", "en": "The state of services"}},
		{Name: "aide", Description: map[string]string{"fr": "Ce que je sais faire", "en": "What I can do"}},
	}
}

// keep runs the listener until the menu has been dealt with.
func keep(t *testing.T, c *chat) {
	t.Helper()
	stop, _ := listen(t, c, &desk{})
	time.Sleep(10 * time.Minute)
	stop()
}

func TestMenu(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		keep(t, c)
		french := []string{"/status – L’état des services", "/aide – Ce que je sais faire"}
		english := []string{"/status – The state of services", "/aide – What I can do"}
		for _, id := range []string{channel, person} {
			c.Server.Open(id)
			for lang, want := range map[string][]string{"fr": french, "en": english, "ar": french} {
				if diff := cmp.Diff(want, c.Menu(id, lang)); diff != "" {
					t.Errorf("%s in %s (-want +got):\n%s", id, lang, diff)
				}
			}
		}
		c.faultless(t)
	})
}

func TestMenusHideWhatIsForOperators(t *testing.T) {
	items := append(menu(), bot.MenuItem{
		Name: "journal", For: bot.ForOperators, Description: map[string]string{"fr": "Qui a fait quoi", "en": "Qui a fait quoi"},
	})
	simulate(t, items, func(t *testing.T, c *chat) {
		keep(t, c)
		for _, id := range []string{channel, person} {
			c.Server.Open(id)
			if got := strings.Join(c.Menu(id, "fr"), "\n"); strings.Contains(got, "journal") || !strings.Contains(got, "status") {
				t.Errorf("%s is shown:\n%s", id, got)
			}
		}
		c.faultless(t)
	})
}

func TestMenuIsOnlySetWhereItDiffers(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		keep(t, c)
		if n := c.count("setMyCommands"); n != 12 {
			t.Errorf("set %d times, want once for each of four scopes and three languages", n)
		}
		keep(t, c)
		if n := c.count("setMyCommands"); n != 12 {
			t.Errorf("set %d times more without a change", n-12)
		}
	})
}

func TestMenuIsTriedAgain(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		c.Inject(emulator.Fault{Kind: emulator.Answer, Status: http.StatusBadGateway, Method: "getMyCommands", Times: 3})
		c.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: 3 * time.Minute, Method: "setMyCommands"})
		keep(t, c)
		if len(c.Menu(channel, "fr")) != 2 {
			t.Error("the menu was given up")
		}
	})
}

func TestARefusedMenuIsGivenUp(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		c.Inject(emulator.Fault{
			Kind: emulator.Answer, Status: http.StatusBadRequest, Method: "setMyCommands", Times: -1,
			Body: `{"ok":false,"error_code":400,"description":"Bad Request: BOT_COMMAND_INVALID"}`,
		})
		keep(t, c)
		if n := c.count("setMyCommands"); n != 1 || !strings.Contains(c.log.String(), "BOT_COMMAND_INVALID") {
			t.Errorf("tried %d times, want once; the log says:\n%s", n, c.log.String())
		}
	})
}

func TestAMenuThatTelegramWouldRefuseIsRefused(t *testing.T) {
	for name, item := range map[string]bot.MenuItem{
		"name":        {Name: "État", Description: map[string]string{"fr": "x"}},
		"description": {Name: "etat", Description: map[string]string{"fr": strings.Repeat("x", 257)}},
		"nothing":     {Name: "etat", Description: map[string]string{"fr": ""}},
	} {
		if _, err := telegram.New(telegram.Config{Token: emulated.Token, Menu: []bot.MenuItem{item}}); err == nil {
			t.Errorf("%s: the menu was taken", name)
		}
	}
}

func TestWithoutAMenuNoneIsSet(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		keep(t, c)
		if c.count("getMyCommands")+c.count("setMyCommands") != 0 {
			t.Error("the menu was touched")
		}
	})
}
