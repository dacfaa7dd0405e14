package telegram

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

// keepMenu brings Telegram's menu up to date, and tries again while that fails.
func (n *Notifier) keepMenu(ctx context.Context) {
	if len(n.menu) == 0 {
		return
	}
	for failures := 0; ctx.Err() == nil; failures++ {
		err := n.setMenus(ctx)
		if err == nil || kindOf(err) == bot.KindUnauthorised || kindOf(err) == bot.KindRejected {
			if err != nil {
				n.log.Warn("telegram menu not set", "err", err)
			}
			return
		}
		pause(ctx, delay(failures, err))
	}
}

// setMenus sets the menu of each scope and language. French is also what people see whose language it has not. What is
// for administrators only is shown to them, and in private chats; what is for operators, nowhere.
func (n *Notifier) setMenus(ctx context.Context) error {
	langs := slices.Sorted(maps.Keys(n.menu[0].Description))
	everybody := n.menuFor(bot.ForEveryone)
	administrators := n.menuFor(bot.ForEveryone, bot.ForAdmins)
	// https://core.telegram.org/bots/api#botcommandscope
	for _, scope := range []struct {
		name string
		menu []bot.MenuItem
	}{
		{"default", everybody}, {"all_private_chats", administrators}, {"all_group_chats", everybody},
		{"all_chat_administrators", administrators},
	} {
		for _, lang := range append([]string{""}, langs...) {
			if err := n.setMenu(ctx, scope.name, lang, scope.menu); err != nil {
				return err
			}
		}
	}
	return nil
}

// menuFor is the menu of some roles.
func (n *Notifier) menuFor(roles ...bot.Role) []bot.MenuItem {
	return slices.DeleteFunc(slices.Clone(n.menu), func(item bot.MenuItem) bool { return !slices.Contains(roles, item.For) })
}

// setMenu sets one menu where it differs from what Telegram has.
func (n *Notifier) setMenu(ctx context.Context, scope, lang string, menu []bot.MenuItem) error {
	ctx, cancel := brief(ctx)
	defer cancel()
	params := tgbotapi.Params{"scope": encode(map[string]string{"type": scope})}
	params.AddNonEmpty("language_code", lang)
	var known []tgbotapi.BotCommand
	if err := n.call(ctx, "getMyCommands", params, &known); err != nil {
		return err
	}
	wanted := commands(menu, lang)
	if slices.Equal(known, wanted) {
		return nil
	}
	params["commands"] = encode(wanted)
	return n.call(ctx, "setMyCommands", params, nil)
}

// maxDescription is the length of a command's description, in characters
// (https://core.telegram.org/bots/api#botcommand).
const maxDescription = 256

// checkMenu refuses a menu that Telegram would.
func checkMenu(menu []bot.MenuItem) error {
	for _, item := range menu {
		if !regexp.MustCompile(`^[a-z0-9_]{1,32}$`).MatchString(item.Name) {
			return fmt.Errorf("menu: command %q: only a-z, 0-9 and _, at most 32", item.Name)
		}
		for lang, description := range item.Description {
			if n := utf8.RuneCountInString(description); n < 1 || n > maxDescription {
				return fmt.Errorf("menu: command %s: description in %q has %d characters, 1 to %d are possible",
					item.Name, lang, n, maxDescription)
			}
		}
	}
	return nil
}

func commands(menu []bot.MenuItem, lang string) []tgbotapi.BotCommand {
	if lang == "" {
		lang = "fr"
	}
	list := make([]tgbotapi.BotCommand, len(menu))
	for i, item := range menu {
		list[i] = tgbotapi.BotCommand{Command: item.Name, Description: item.Description[lang]}
	}
	return list
}
