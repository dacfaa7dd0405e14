package telegram

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

// answer answers a command, in the topic that it was given in. In a group the answer refers to the command and makes
// no sound: only one person asked.
func (n *Notifier) answer(ctx context.Context, h bot.Handler, u update) error {
	m := u.Message
	command, args, ok := n.command(m)
	if !ok || m.Chat == nil || time.Since(time.Unix(int64(m.Date), 0)) > stale {
		return nil
	}
	request := bot.Request{ID: u.id(), From: m.from(), Private: m.Chat.IsPrivate(), Command: command, Args: args}
	if m.From != nil {
		request.Person = strconv.FormatInt(m.From.ID, 10)
	}
	if m.From != nil && request.Private {
		request.Lang = m.From.LanguageCode
	}
	if m.SenderChat != nil {
		request.Rights = rightsAs(m.SenderChat.ID, m.Chat.ID)
	}
	text, err := h.Command(ctx, request)
	if err != nil || text.Title == "" && text.Summary == "" {
		return err
	}
	posting := bot.Posting{To: request.From, Message: text}
	if !request.Private {
		posting.Silent = true
		posting.ReplyTo = bot.Receipt{Channel: request.From.Channel, IDs: []string{strconv.Itoa(m.MessageID)}}
	}
	return n.reply(ctx, posting)
}

// rightsAs is what somebody may do who speaks as a chat: in the name of the group itself only its administrators can
// (https://core.telegram.org/bots/api#message, sender_chat).
func rightsAs(sender, chat int64) bot.Rights {
	if sender == chat {
		return bot.RightsAdmin
	}
	return bot.RightsNone
}

// Administers implements [bot.Doorkeeper].
func (n *Notifier) Administers(ctx context.Context, at bot.Address, person string) (bool, error) {
	ctx, cancel := brief(ctx)
	defer cancel()
	var member tgbotapi.ChatMember
	err := n.call(ctx, "getChatMember", tgbotapi.Params{"chat_id": at.Channel, "user_id": person}, &member)
	if kind := kindOf(err); kind == bot.KindRejected || kind == bot.KindGone { // a group may hide its members from a bot, its administrators it may not
		return n.listed(ctx, at, person)
	}
	if err != nil {
		return false, err
	}
	return administers(member), nil
}

// listed reports whether a person is among the administrators of a group.
func (n *Notifier) listed(ctx context.Context, at bot.Address, person string) (bool, error) {
	var members []tgbotapi.ChatMember
	if err := n.call(ctx, "getChatAdministrators", tgbotapi.Params{"chat_id": at.Channel}, &members); err != nil {
		return false, err
	}
	return slices.ContainsFunc(members, func(m tgbotapi.ChatMember) bool {
		return administers(m) && m.User != nil && strconv.FormatInt(m.User.ID, 10) == person
	}), nil
}

func administers(m tgbotapi.ChatMember) bool {
	return m.Status == "creator" || m.Status == "administrator"
}

// reply posts an answer. Where many ask at once, Telegram refuses some answers for a few seconds: they are late then,
// not lost. What was posted of a long answer is not posted again.
func (n *Notifier) reply(ctx context.Context, p bot.Posting) error {
	receipt, err := n.Post(ctx, p)
	for {
		failed, ok := errors.AsType[*bot.DeliveryError](err)
		if !ok || failed.Kind != bot.KindThrottled {
			return err
		}
		deadline, _ := ctx.Deadline()
		if time.Until(deadline) < failed.RetryAfter {
			return err
		}
		pause(ctx, failed.RetryAfter)
		if receipt.Posted() {
			receipt, err = n.Edit(ctx, receipt, p)
		} else {
			receipt, err = n.Post(ctx, p)
		}
	}
}

// command finds the command in a message: a word with a slash that is meant for this bot, or, in a private chat, the
// first word of what is said.
func (n *Notifier) command(m *message) (command, args string, ok bool) {
	text := strings.TrimSpace(m.Text)
	word, args, _ := strings.Cut(text, " ")
	if i := strings.IndexAny(word, "\n\t\u00a0\u202f"); i >= 0 {
		word, args = word[:i], strings.TrimLeft(text[i:], "\n\t\u00a0\u202f ")
	}
	slashed := strings.HasPrefix(word, "/")
	word, addressee, addressed := strings.Cut(strings.TrimPrefix(word, "/"), "@")
	switch {
	case word == "":
		return "", "", false
	case !slashed && (m.Chat == nil || !m.Chat.IsPrivate()):
		return "", "", false
	case addressed && slashed && !strings.EqualFold(addressee, n.name()):
		return "", "", false
	}
	return strings.ToLower(word), strings.TrimSpace(args), true
}

// present takes note that the bot was added to a chat or removed from it, and greets where it was added.
func (n *Notifier) present(ctx context.Context, h bot.Handler, u tgbotapi.ChatMemberUpdated) error {
	was, is := inside(u.OldChatMember), inside(u.NewChatMember)
	speaks := canSpeak(u.NewChatMember) && !canSpeak(u.OldChatMember)
	presence := bot.Presence{
		At: bot.Address{Channel: strconv.FormatInt(u.Chat.ID, 10)}, Kind: bot.Joined, Lang: u.From.LanguageCode,
	}
	switch {
	case was && !is:
		presence.Kind = bot.Left
	case is && !was, speaks:
	default:
		return nil
	}
	text, err := h.Presence(ctx, presence)
	if err != nil || text.Title == "" || was || u.Chat.IsPrivate() {
		return err
	}
	_, err = n.Post(ctx, bot.Posting{To: presence.At, Message: text, Silent: true})
	return err
}

// inside reports whether a member is in the chat.
func inside(m tgbotapi.ChatMember) bool {
	switch m.Status {
	case "creator", "administrator", "member":
		return true
	case "restricted":
		return m.IsMember
	default:
		return false
	}
}

// canSpeak reports whether a member may write.
func canSpeak(m tgbotapi.ChatMember) bool {
	return inside(m) && (m.Status != "restricted" || m.CanSendMessages)
}

// moved takes note that a group became a supergroup, with a new id.
func (n *Notifier) moved(ctx context.Context, h bot.Handler, m *message) error {
	_, err := h.Presence(ctx, bot.Presence{
		At: m.from(), Kind: bot.Moved, MovedTo: strconv.FormatInt(m.MigrateToChatID, 10),
	})
	return err
}
