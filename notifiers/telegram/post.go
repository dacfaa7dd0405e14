package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

// Post sends a message. When it has to be divided, only the first part makes a sound. A text that is short enough is the
// caption of its picture; beneath a longer one the picture follows without a sound.
func (n *Notifier) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	parts, err := divide(p.Message)
	if err != nil {
		return bot.Receipt{}, err
	}
	photo := n.draw(p.Message.Picture)
	if photo != nil && len(parts) == 1 && parts[0].length <= maxCaption {
		channel, id, err := n.sendPhoto(ctx, p, parts[0], photo)
		if err == nil {
			return bot.Receipt{Channel: channel, Thread: p.To.Thread, IDs: []string{id}}, nil
		}
		if !bot.PictureRefused(err) {
			return bot.Receipt{}, err
		}
		n.log.Warn("telegram: a picture is left out", "err", err)
		photo = nil
	}
	receipt, err := n.postParts(ctx, p, parts)
	if err != nil || photo == nil {
		return receipt, err
	}
	return n.follow(ctx, p, receipt, photo), nil
}

// postParts posts a text, part by part.
func (n *Notifier) postParts(ctx context.Context, p bot.Posting, parts []payload) (bot.Receipt, error) {
	receipt := bot.Receipt{}
	for i, part := range parts {
		if i > 0 {
			p.Silent, p.ReplyTo, p.To.Channel = true, bot.Receipt{}, receipt.Channel
		}
		channel, id, err := n.send(ctx, p, part)
		if err != nil {
			return receipt, err
		}
		receipt.Channel, receipt.Thread = channel, p.To.Thread
		receipt.IDs = append(receipt.IDs, id)
	}
	return receipt, nil
}

// generalTopic is the id of a forum's first topic, which Telegram takes only when it is left out.
const generalTopic = "1"

// send posts one part.
func (n *Notifier) send(ctx context.Context, p bot.Posting, part payload) (channel, id string, err error) {
	ctx, cancel := brief(ctx)
	defer cancel()
	params := part.params(p.To.Channel)
	place(params, p)
	var sent tgbotapi.Message
	if err := n.call(ctx, "sendMessage", params, &sent); err != nil {
		return "", "", err
	}
	return whereabouts("sendMessage", sent)
}

// place adds what a new message has and an edit does not: where it stands, and whether it makes a sound.
func place(params tgbotapi.Params, p bot.Posting) {
	if p.To.Thread != generalTopic {
		params.AddNonEmpty("message_thread_id", p.To.Thread)
	}
	params.AddBool("disable_notification", p.Silent)
	if p.ReplyTo.Posted() && p.ReplyTo.Channel == p.To.Channel {
		params["reply_parameters"] = encode(map[string]any{
			"message_id": json.Number(p.ReplyTo.IDs[0]), "allow_sending_without_reply": true,
		})
	}
}

// whereabouts are the chat and the id of a message that was sent.
func whereabouts(method string, sent tgbotapi.Message) (channel, id string, err error) {
	if sent.MessageID == 0 || sent.Chat == nil {
		return "", "", &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New(method + ": the answer names no message")}
	}
	return strconv.FormatInt(sent.Chat.ID, 10), strconv.Itoa(sent.MessageID), nil
}

// params are what posting and editing have in common. The preview of a link would be a second notice.
func (p payload) params(channel string) tgbotapi.Params {
	params := tgbotapi.Params{
		"chat_id": channel, "text": p.html, "parse_mode": tgbotapi.ModeHTML,
		"link_preview_options": encode(map[string]bool{"is_disabled": true}),
	}
	params.AddNonEmpty("reply_markup", p.keyboard)
	return params
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil { // only for types that JSON cannot hold, and none is passed
		return "{}"
	}
	return string(text)
}

// Edit makes the message of the receipt show the posting.
func (n *Notifier) Edit(ctx context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	if !r.Posted() {
		return r, &bot.DeliveryError{Kind: bot.KindMissing, Err: errors.New("the receipt stands for no message")}
	}
	parts, err := divide(p.Message)
	if err != nil {
		return r, err
	}
	r.IDs = slices.Clone(r.IDs)
	for i, part := range parts {
		if r, err = n.show(ctx, r, i, part); err != nil {
			return r, err
		}
	}
	return n.trim(ctx, r, len(parts))
}

// show makes the i-th message of the receipt show a part. Where a further one is not there, or no longer, it is
// posted without a sound.
func (n *Notifier) show(ctx context.Context, r bot.Receipt, i int, part payload) (bot.Receipt, error) {
	if i < len(r.IDs) {
		err := n.rewrite(ctx, r.Channel, r.IDs[i], part)
		if i == 0 || kindOf(err) != bot.KindMissing {
			return r, err
		}
	}
	_, id, err := n.send(ctx, bot.Posting{To: bot.Address{Channel: r.Channel, Thread: r.Thread}, Silent: true}, part)
	switch {
	case err != nil:
		return r, err
	case i < len(r.IDs):
		r.IDs[i] = id
	default:
		r.IDs = append(r.IDs, id)
	}
	return r, nil
}

func (n *Notifier) rewrite(ctx context.Context, channel, id string, part payload) error {
	ctx, cancel := brief(ctx)
	defer cancel()
	params := part.params(channel)
	params["message_id"] = id
	var edited tgbotapi.Message
	err := n.call(ctx, "editMessageText", params, &edited)
	if errors.Is(err, errNotModified) {
		return nil
	}
	return err
}

// trim deletes the messages of the receipt from the n-th on, last one first.
func (n *Notifier) trim(ctx context.Context, r bot.Receipt, keep int) (bot.Receipt, error) {
	for len(r.IDs) > keep {
		last := r.IDs[len(r.IDs)-1]
		if err := n.remove(ctx, r.Channel, last); err != nil && kindOf(err) != bot.KindMissing {
			return r, err
		}
		r.IDs = r.IDs[:len(r.IDs)-1]
	}
	return r, nil
}

func (n *Notifier) remove(ctx context.Context, channel, id string) error {
	ctx, cancel := brief(ctx)
	defer cancel()
	err := n.call(ctx, "deleteMessage", tgbotapi.Params{"chat_id": channel, "message_id": id}, nil)
	if errors.Is(err, errTooOld) { // it stays, and must not go on saying what is no longer true
		return n.rewrite(ctx, channel, id, payload{html: separator})
	}
	return err
}
