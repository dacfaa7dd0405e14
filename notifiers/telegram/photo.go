package telegram

import (
	"context"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

// maxCaption is the length of a caption after its markup was resolved, in UTF-16 units
// (https://core.telegram.org/bots/api#sendphoto).
const maxCaption = 1024

// draw is a picture as a file to send; nil where there is none. Telegram has no alternative texts: the caption, or the text
// above, says what the picture shows.
func (n *Notifier) draw(p *bot.Picture) *tgbotapi.FileBytes {
	if p == nil {
		return nil
	}
	data, err := p.Draw()
	if err != nil {
		n.log.Error("telegram: a picture cannot be drawn", "err", err)
		return nil
	}
	return &tgbotapi.FileBytes{Name: p.Name, Bytes: data}
}

// sendPhoto posts a picture with a caption.
func (n *Notifier) sendPhoto(ctx context.Context, p bot.Posting, caption payload, photo *tgbotapi.FileBytes) (
	channel, id string, err error,
) {
	ctx, cancel := brief(ctx)
	defer cancel()
	params := tgbotapi.Params{"chat_id": p.To.Channel, "caption": caption.html, "parse_mode": tgbotapi.ModeHTML}
	place(params, p)
	var sent tgbotapi.Message
	err = n.request(ctx, "sendPhoto", &sent, func(api *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		return api.UploadFiles("sendPhoto", params, []tgbotapi.RequestFile{{Name: "photo", Data: *photo}})
	})
	if err != nil {
		return "", "", err
	}
	return whereabouts("sendPhoto", sent)
}

// follow posts the picture of a text that is too long to be its caption, as an answer to it. The text is told: what becomes
// of the picture changes nothing about that.
func (n *Notifier) follow(ctx context.Context, p bot.Posting, text bot.Receipt, photo *tgbotapi.FileBytes) bot.Receipt {
	p.Silent, p.ReplyTo, p.To.Channel = true, text, text.Channel
	_, id, err := n.sendPhoto(ctx, p, format(bot.Message{Lang: p.Message.Lang, Title: p.Message.Title}), photo)
	if err != nil {
		n.log.Warn("telegram: a picture is left out", "err", err)
		return text
	}
	text.IDs = append(text.IDs, id)
	return text
}
