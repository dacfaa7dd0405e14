package telegram_test

import (
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/google/go-cmp/cmp"
)

func TestMenus(t *testing.T) {
	c := unlimited(t, zoe, parents)
	set := func(scope tgbotapi.BotCommandScope, language, description string) {
		t.Helper()
		command := tgbotapi.BotCommand{Command: "status", Description: description}
		if _, err := c.api.Request(tgbotapi.NewSetMyCommandsWithScopeAndLanguage(scope, language, command)); err != nil {
			t.Fatal(err)
		}
	}
	set(tgbotapi.NewBotCommandScopeDefault(), "", "pour tous")
	set(tgbotapi.NewBotCommandScopeDefault(), "en", "for all")
	set(tgbotapi.NewBotCommandScopeAllPrivateChats(), "en", "in private")
	for _, test := range []struct{ channel, language, want string }{
		{parents, "fr", "/status – pour tous"}, {parents, "en", "/status – for all"}, {zoe, "en", "/status – in private"},
		{zoe, "fr", "/status – pour tous"},
	} {
		if diff := cmp.Diff([]string{test.want}, c.Menu(test.channel, test.language)); diff != "" {
			t.Errorf("%s %s: %s", test.channel, test.language, diff)
		}
	}
	known, err := c.api.GetMyCommandsWithConfig(tgbotapi.NewGetMyCommandsWithScopeAndLanguage(tgbotapi.NewBotCommandScopeDefault(), "en"))
	if err != nil || len(known) != 1 || known[0].Description != "for all" {
		t.Errorf("known %+v, %v", known, err)
	}
	c.ask("deleteMyCommands", tgbotapi.Params{"scope": `{"type":"all_private_chats"}`, "language_code": "en"})
	if diff := cmp.Diff([]string{"/status – for all"}, c.Menu(zoe, "en")); diff != "" {
		t.Error(diff)
	}
}

func TestMenusThatAreRefused(t *testing.T) {
	c := unlimited(t)
	command := func(name, description string) tgbotapi.Params {
		return tgbotapi.Params{"commands": `[{"command":"` + name + `","description":"` + description + `"}]`}
	}
	for _, name := range []string{"état", "Status", "/status", "", strings.Repeat("a", 33)} {
		c.refuse("setMyCommands", command(name, "x"), "Bad Request: BOT_COMMAND_INVALID")
	}
	for _, text := range []string{"", strings.Repeat("é", 257)} {
		c.refuse("setMyCommands", command("status", text), "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
	}
	c.ask("setMyCommands", command("status", strings.Repeat("é", 256)))
	c.refuse("setMyCommands", tgbotapi.Params{"commands": "[" + strings.Repeat(`{"command":"a","description":"b"},`, 100) + `{"command":"a","description":"b"}]`},
		"Bad Request: BOT_COMMANDS_TOO_MUCH")
	c.refuse("setMyCommands", tgbotapi.Params{}, `Bad Request: parameter "commands" is required`)
	c.refuse("setMyCommands", tgbotapi.Params{"commands": "["}, "Bad Request: can't parse commands JSON object")
	c.refuse("getMyCommands", tgbotapi.Params{"language_code": "français"}, "Bad Request: invalid language code specified")
	c.refuse("getMyCommands", tgbotapi.Params{"scope": `{"type":"everybody"}`}, "Bad Request: can't parse BotCommandScope: unsupported type specified")
}
