package telegram

import (
	"context"
	"slices"

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

// setMenus sets the menu of each scope and language. French is also what people see whose language it has not.
func (n *Notifier) setMenus(ctx context.Context) error {
	for _, scope := range []string{"default", "all_private_chats", "all_group_chats"} {
		for _, lang := range []string{"", "fr", "en"} {
			if err := n.setMenu(ctx, scope, lang); err != nil {
				return err
			}
		}
	}
	return nil
}

// setMenu sets one menu where it differs from what Telegram has.
func (n *Notifier) setMenu(ctx context.Context, scope, lang string) error {
	ctx, cancel := brief(ctx)
	defer cancel()
	params := tgbotapi.Params{"scope": encode(map[string]string{"type": scope})}
	params.AddNonEmpty("language_code", lang)
	var known []tgbotapi.BotCommand
	if err := n.call(ctx, "getMyCommands", params, &known); err != nil {
		return err
	}
	wanted := commands(n.menu, lang)
	if slices.Equal(known, wanted) {
		return nil
	}
	params["commands"] = encode(wanted)
	return n.call(ctx, "setMyCommands", params, nil)
}

// maxDescription is the length of a command's description, in characters (https://core.telegram.org/bots/api#botcommand).
const maxDescription = 256

func commands(menu []bot.MenuItem, lang string) []tgbotapi.BotCommand {
	if lang == "" {
		lang = "fr"
	}
	list := make([]tgbotapi.BotCommand, len(menu))
	for i, item := range menu {
		description := []rune(item.Description[lang])
		list[i] = tgbotapi.BotCommand{
			Command: item.Name, Description: string(description[:min(len(description), maxDescription)]),
		}
	}
	return list
}
