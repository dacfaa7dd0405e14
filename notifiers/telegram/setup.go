package telegram

import (
	"context"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Identity is what Telegram says of a bot (https://core.telegram.org/bots/api#getme).
type Identity struct {
	UserName   string // without the @
	JoinGroups bool   // it may be added to groups
	ReadsAll   bool   // its privacy mode is off: it sees every message of a group
}

// SetUp sets the bot's menus, once, and returns what Telegram says of it.
func (n *Notifier) SetUp(ctx context.Context) (Identity, error) {
	identity, err := n.identify(ctx)
	if err != nil {
		return identity, err
	}
	return identity, n.setMenus(ctx)
}

func (n *Notifier) identify(ctx context.Context) (Identity, error) {
	ctx, cancel := brief(ctx)
	defer cancel()
	var me tgbotapi.User
	if err := n.call(ctx, "getMe", nil, &me); err != nil {
		return Identity{}, err
	}
	return Identity{UserName: me.UserName, JoinGroups: me.CanJoinGroups, ReadsAll: me.CanReadAllGroupMessages}, nil
}
