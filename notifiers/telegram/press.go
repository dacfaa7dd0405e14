package telegram

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// inRow is how many buttons stand beside each other: two labels can be read on a phone.
	inRow = 2
	// maxWindow is the longest text of the window that a press opens, in characters, counted as UTF-16 units
	// (https://core.telegram.org/bots/api#answercallbackquery).
	maxWindow = 200
)

// keyboard is what stands beneath a message to be pressed (https://core.telegram.org/bots/api#inlinekeyboardmarkup).
// Without buttons there is none: an edit then takes away what was there.
func keyboard(buttons []bot.Button) string {
	if len(buttons) == 0 {
		return ""
	}
	var rows [][]tgbotapi.InlineKeyboardButton
	for i, b := range buttons {
		if i%inRow == 0 {
			rows = append(rows, nil)
		}
		last := &rows[len(rows)-1]
		*last = append(*last, tgbotapi.NewInlineKeyboardButtonData(b.Label, b.Data))
	}
	return encode(tgbotapi.NewInlineKeyboardMarkup(rows...))
}

// query is a press.
type query struct {
	ID      string         `json:"id"`
	From    *tgbotapi.User `json:"from"`
	Message *message       `json:"message"` // of an old one only the chat and the number are told
	Data    string         `json:"data"`
}

// press answers a press in a window that only who pressed sees. What does not fit there is said in the private
// conversation, which a link opens: nobody else is disturbed.
func (n *Notifier) press(ctx context.Context, h bot.Handler, u update) error {
	q := u.CallbackQuery
	presser, able := h.(bot.Presser)
	if !able || q.Message == nil || q.Message.Chat == nil || q.From == nil {
		return n.answerQuery(ctx, q, nil)
	}
	if !n.pressed.First(q.ID) {
		return nil
	}
	p := bot.Press{
		ID: u.id(), From: q.Message.from(), Private: q.Message.Chat.IsPrivate(), Data: q.Data, Lang: q.From.LanguageCode,
		Person: strconv.FormatInt(q.From.ID, 10),
	}
	reply, err := presser.Press(ctx, p)
	text, fits := window(reply.Message)
	switch {
	case err != nil:
		_ = n.answerQuery(ctx, q, nil) // the clock that Telegram shows stops; the first error is the one to report
		return err
	case p.Private && !fits:
		if err := n.answerQuery(ctx, q, nil); err != nil {
			return err
		}
		return n.reply(ctx, bot.Posting{To: p.From, Message: reply.Message})
	case text == "" && fits && !reply.Apart:
		return n.answerQuery(ctx, q, nil)
	case reply.Apart || !fits:
		return n.answerQuery(ctx, q, tgbotapi.Params{"url": n.link(q.Data)})
	default:
		return n.answerQuery(ctx, q, tgbotapi.Params{"text": text, "show_alert": "true"})
	}
}

// link opens the private conversation with the bot and brings a button's data there
// (https://core.telegram.org/bots/features#deep-linking).
func (n *Notifier) link(data string) string {
	return "https://t.me/" + n.name() + "?start=" + url.QueryEscape(data)
}

// answerQuery ends a press. One that is too old to be answered is over for its person, too.
func (n *Notifier) answerQuery(ctx context.Context, q *query, params tgbotapi.Params) error {
	ctx, cancel := brief(ctx)
	defer cancel()
	all := tgbotapi.Params{"callback_query_id": q.ID}
	maps.Copy(all, params)
	err := n.call(ctx, "answerCallbackQuery", all, nil)
	if err != nil && strings.Contains(strings.ToLower(err.Error()), "query is too old") {
		return nil
	}
	return err
}

// window is a message as the text of a window, in all its languages or in the first. It reports false where it says more
// than fits.
func window(m bot.Message) (string, bool) {
	if text, plain := brieflySaid(append([]bot.Message{m}, m.Also...)...); plain && units(text) <= maxWindow {
		return text, true
	}
	text, plain := brieflySaid(m)
	return text, plain && units(text) <= maxWindow
}

// brieflySaid is what messages say that consist of a title and a summary; false for others.
func brieflySaid(list ...bot.Message) (string, bool) {
	var lines []string
	for _, m := range list {
		if len(m.Facts)+len(m.Sections)+len(m.Links)+len(m.Buttons) > 0 || m.Footer != "" {
			return "", false
		}
		lines = append(lines, m.Title, m.Summary)
	}
	return strings.ToValidUTF8(strings.TrimSpace(strings.Join(lines, "\n")), "\ufffd"), true
}

// Confide implements [bot.Confidant]: a person's private chat has the person's number. Telegram takes messages there once
// the person has begun the conversation.
func (n *Notifier) Confide(_ context.Context, person string) (bot.Address, error) {
	return bot.Address{Channel: person}, nil
}
