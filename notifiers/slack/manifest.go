package slack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
)

// DefaultCommand is the slash command that the app registers unless the account says otherwise. Slack's command names
// are global in a workspace and cannot be localised, so there is one command with words after it.
const DefaultCommand = "/panneau"

// reserved lists the words that Slack keeps for itself: a manifest that registers one is refused whole, with
// « invalid name ». https://slack.com/help/articles/201259356-Slash-commands-in-Slack
func reserved() []string {
	return []string{
		"status", "me", "join", "away", "dnd", "shrug", "remind", "msg", "feed", "who", "collapse", "expand", "leave",
		"open", "search", "topic", "mute", "pro", "shortcuts",
	}
}

func checkCommand(command string) error {
	// https://docs.slack.dev/reference/app-manifest: at most 32 characters with the slash, no spaces
	if !regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`).MatchString(command) {
		return fmt.Errorf("slack: the command %q is not a slash and 1 to 31 of a–z, 0–9, _ and -", command)
	}
	if slices.Contains(reserved(), strings.TrimPrefix(command, "/")) {
		return fmt.Errorf("slack: the command %s is Slack's own: an app that registers it is refused", command)
	}
	return nil
}

// Manifest is the app manifest (JSON) with which an administrator creates the app in a workspace: what it is called,
// its slash command, the scopes and the events that it needs, and Socket Mode. A command that Slack reserves is
// refused.
func Manifest(command string) ([]byte, error) { return Config{Command: command}.Manifest() }

// Manifest is [Manifest] for an account's command and menu; the tokens may be missing.
func (c Config) Manifest() ([]byte, error) {
	if c.Command == "" {
		c.Command = DefaultCommand
	}
	if err := checkCommand(c.Command); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(c.manifest(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("slack: write the manifest: %w", err)
	}
	return append(text, '\n'), nil
}

type object = map[string]any

func (c Config) manifest() object {
	return object{
		"_metadata": object{"major_version": 2, "minor_version": 1},
		"display_information": object{
			"name":             "Panneau",
			"description":      "Prévient quand un service numérique de l’école ne répond plus.",
			"background_color": "#1f3a5f",
		},
		"features": object{
			// The tab of messages stays as Slack makes it.
			"app_home": object{"home_tab_enabled": true},
			"bot_user": object{"display_name": "Panneau", "always_online": true},
			"slash_commands": []object{{
				"command":     c.Command,
				"description": "État des services de l’école / School services status",
				"usage_hint":  usage(c.Menu),
				// Names and channels in what is typed stay as they were typed.
				"should_escape": false,
			}},
		},
		"oauth_config": object{"scopes": object{"bot": scopes()}},
		"settings": object{
			"event_subscriptions":    object{"bot_events": events()},
			"interactivity":          object{"is_enabled": true}, // presses of buttons, and forms
			"socket_mode_enabled":    true,
			"org_deploy_enabled":     false,
			"token_rotation_enabled": false,
		},
	}
}

// scopes lists what the bot may do: write, hear its command and its name, know where it is, read channels to find a
// message of its own whose receipt got lost, see whether the person who gives a command administers the workspace, and
// send pictures.
func scopes() []string {
	return []string{
		"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:write",
		"groups:history", "groups:read", "users:read",
	}
}

func events() []string {
	return []string{
		"app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_id_changed", "channel_left",
		"channel_unarchive", "group_archive", "group_deleted", "group_left", "group_unarchive",
		"member_joined_channel", "tokens_revoked",
	}
}

// usage is the hint behind the command in Slack's list.
func usage(menu []bot.MenuItem) string {
	var words []string
	for _, item := range menu {
		if item.For == bot.ForOperators {
			continue
		}
		word := item.Name
		if french := item.Names["fr"]; french != "" {
			word = french
		}
		if item.Option != nil {
			word += " [" + item.Option.Name + "]"
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "status [service] | aide"
	}
	return strings.Join(words, " | ")
}
