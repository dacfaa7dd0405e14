package telegram_test

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// TestAdministers has people of every status, anonymous administrators and channels ask in a group.
func TestAdministers(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{}
		listen(t, c, d)
		c.Open("@info")
		c.Link("@info", channel)
		// rights is what the bot finds out about who wrote last.
		rights := func() any {
			r := d.heard()[len(d.heard())-1]
			if r.Rights != bot.RightsUnknown {
				return r.Rights
			}
			admin, err := c.Administers(t.Context(), r.From, r.Person)
			if err != nil {
				t.Error(err)
			}
			return admin
		}
		asks := func(u emulated.Utterance) {
			n := len(d.heard())
			u.Channel, u.Text = channel, "/status@PanneauBot"
			c.Tell(u)
			eventually(t, "command", func() bool { return len(d.heard()) > n })
			time.Sleep(time.Minute) // twenty messages a minute in a group
		}
		for _, hidden := range []bool{false, true} {
			if hidden {
				c.HideMembers(channel)
			}
			for status, want := range map[emulated.Status]bool{
				emulated.Owner: true, emulated.Administrator: true, emulated.Ordinary: false,
			} {
				c.Appoint(channel, "Zoé", status)
				if asks(emulated.Utterance{User: "Zoé"}); rights() != want {
					t.Errorf("%s, list hidden %v: %v", status, hidden, rights())
				}
			}
		}
		c.Appoint(channel, "Zoé", emulated.Administrator)
		c.Conceal(channel, "Zoé")
		if asks(emulated.Utterance{User: "Zoé"}); rights() != bot.RightsAdmin {
			t.Errorf("an anonymous administrator: %v", rights())
		}
		if asks(emulated.Utterance{User: "Ali", As: "@info"}); rights() != bot.RightsNone {
			t.Errorf("in the name of a channel: %v", rights())
		}
		n := len(d.heard())
		c.Publish("@info", "/status@PanneauBot")
		eventually(t, "command", func() bool { return len(d.heard()) > n })
		if rights() != bot.RightsNone {
			t.Errorf("the linked channel: %v", rights())
		}
		c.faultless(t)
	})
}
