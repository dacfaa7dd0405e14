package slack_test

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/slack"
)

// TestAdministers asks Slack about everybody who may type a command in a channel.
func TestAdministers(t *testing.T) {
	c := openWith(t, emulated.Options{Unlimited: true}, func(c *slack.Config) { c.Admins = []string{"U0NAMED"} })
	for id, test := range map[string]struct {
		is   emulated.User
		want bool
	}{
		"U0TEACHER": {emulated.User{}, false},
		"U0ADMIN":   {emulated.User{Admin: true}, true},
		"U0OWNER":   {emulated.User{Owner: true}, true},
		"U0PRIMARY": {emulated.User{Primary: true}, true},
		"U0GUEST":   {emulated.User{Guest: true}, false},
		"U0GONE":    {emulated.User{Admin: true, Deleted: true}, false},
		"U0OTHER":   {emulated.User{Owner: true, Team: "T0OTHER"}, false},
		"U0NAMED":   {emulated.User{}, true},
	} {
		c.Know(id, test.is)
		if got, err := c.Administers(t.Context(), bot.Address{Channel: channel}, id); err != nil || got != test.want {
			t.Errorf("%s: %v %v", id, got, err)
		}
	}
	if admin, err := c.Administers(t.Context(), bot.Address{Channel: channel}, "U0NOBODY"); err == nil || admin {
		t.Errorf("a person that Slack does not know: %v", admin)
	}
	c.Know("U0TEACHER", emulated.User{Admin: true}) // made one this minute
	if admin, err := c.Administers(t.Context(), bot.Address{Channel: channel}, "U0TEACHER"); err != nil || !admin {
		t.Errorf("who was just made an administrator: %v %v", admin, err)
	}
	c.faultless(t)
}

// TestTheAskersLanguage is asked for once, and never waited for longer than a person waits.
func TestTheAskersLanguage(t *testing.T) {
	c, d := open(t), &desk{}
	c.Know("U0AMINA", emulated.User{Locale: "ar"})
	listen(t, c, d)
	c.Say(channel, "U0AMINA", "/panneau status")
	shownTo(t, c, 1)
	c.Say(channel, "U0AMINA", "/panneau status")
	shownTo(t, c, 2)
	c.Inject(emulator.Fault{Method: "users.info", Kind: emulator.Hang})
	began := time.Now()
	c.Say(channel, "U0TEACHER", "/panneau status")
	shownTo(t, c, 3)
	if took := time.Since(began); took > 1500*time.Millisecond {
		t.Errorf("answered after %s while Slack does not say the language", took)
	}
	var langs []string
	for _, r := range d.heard() {
		langs = append(langs, r.Lang)
	}
	if len(langs) != 3 || langs[0] != "ar" || langs[1] != "ar" || langs[2] != "" {
		t.Errorf("languages %q", langs)
	}
	asked := 0
	for _, r := range c.Requests() {
		if r.Method == "users.info" {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times about two people", asked)
	}
}
