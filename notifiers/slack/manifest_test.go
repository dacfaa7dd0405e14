package slack_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/slack"
)

func TestManifestIsValid(t *testing.T) {
	menu := []bot.MenuItem{
		{Name: "status", Names: map[string]string{"fr": "etat"}, Option: &bot.MenuOption{Name: "plateforme"}}, {Name: "help"},
	}
	for _, c := range []slack.Config{{}, {Command: "/cned"}, {Menu: menu}} {
		text, err := c.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		if problems := emulated.CheckManifest(text); len(problems) > 0 {
			t.Errorf("%s\n%s", strings.Join(problems, "\n"), text)
		}
	}
	text, err := slack.Manifest(slack.DefaultCommand)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "manifest.json", string(text))
}

func TestManifestRefusesReservedCommands(t *testing.T) {
	for _, command := range []string{"/status", "/remind", "status", "/État", "/deux mots", "/", "/" + strings.Repeat("a", 32)} {
		if _, err := slack.Manifest(command); err == nil {
			t.Errorf("%q is accepted", command)
		}
	}
}

// TestManifestHasTheScopes runs the whole account with the manifest's scopes only.
func TestManifestHasTheScopes(t *testing.T) {
	var manifest struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `json:"oauth_config"`
	}
	text, err := slack.Manifest(slack.DefaultCommand)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	scopes := manifest.OAuth.Scopes.Bot
	if !slices.Contains(scopes, "app_mentions:read") || !slices.Contains(scopes, "commands") {
		t.Errorf("scopes %v", scopes)
	}
	c := openWith(t, emulated.Options{Unlimited: true, Scopes: scopes}, nil)
	listen(t, c, &house{page: homePage()})
	c.OpenHome("U0TEACHER", "home")
	eventually(t, "page", func() bool { _, found := c.Home("U0TEACHER"); return found })
	r := post(t, c, posting(long()))
	edit(t, c, r, posting(bulletin()))
	if !find(t, c, posting(bulletin())).Posted() {
		t.Error("the message is not found")
	}
	c.Say(channel, "U0TEACHER", "@Panneau status")
	shownTo(t, c, 3)
}
