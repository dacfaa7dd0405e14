package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/bot"
)

// defaultWait is how long nothing is sent after a 429 that does not say it.
const defaultWait = 30 * time.Second

// errTooOld is Telegram's answer when a message may no longer be deleted: after 48 hours
// (https://core.telegram.org/bots/api#deletemessage).
var errTooOld = errors.New("too old to be deleted")

// errNotModified is Telegram's answer to an edit that changes nothing: a success.
var errNotModified = errors.New("message is not modified")

// errConflict is that somebody else polls for the updates of the same bot.
var errConflict = errors.New("another process uses this token")

// refusals is the table of Telegram's errors with code 400: the words that each description holds, in lower case, and
// what they mean for a delivery. Telegram gives no codes of its own; the words are those of the official server
// (https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp) and of the errors of its API
// (https://core.telegram.org/api/errors), which it passes on in capitals. What is not listed was rejected.
func refusals() []struct {
	words string
	kind  bot.ErrorKind
} {
	return []struct {
		words string
		kind  bot.ErrorKind
	}{
		{"chat not found", bot.KindGone},
		{"user not found", bot.KindGone},
		{"group chat was deactivated", bot.KindGone},
		{"group is deactivated", bot.KindGone},
		{"group chat was deleted", bot.KindGone},
		{"not enough rights to", bot.KindGone},
		{"have no rights to send", bot.KindGone},
		{"need administrator rights", bot.KindGone},
		{"bot is not a member", bot.KindGone},
		{"bot was kicked", bot.KindGone},
		{"message thread not found", bot.KindGone},
		{"topic_closed", bot.KindGone},
		{"topic_deleted", bot.KindGone},
		{"chat_write_forbidden", bot.KindGone},
		{"chat_send_plain_forbidden", bot.KindGone},
		{"chat_restricted", bot.KindGone},
		{"chat_admin_required", bot.KindGone},
		{"channel_private", bot.KindGone},
		{"channel_invalid", bot.KindGone},
		{"peer_id_invalid", bot.KindGone},
		{"user_is_blocked", bot.KindGone},
		{"message to edit not found", bot.KindMissing},
		{"message can't be edited", bot.KindMissing},
		{"message_id_invalid", bot.KindMissing},
		{"there is no text in the message to edit", bot.KindMissing}, // a picture's caption, which only a new message replaces
		{"message identifier is not specified", bot.KindMissing},
		{"message to delete not found", bot.KindMissing},
		{"message can't be deleted", bot.KindMissing},
	}
}

// judge tells what a failed request means from what was seen on the wire.
func (n *Notifier) judge(x *exchange, err error) *bot.DeliveryError {
	if refused, ok := errors.AsType[*tgbotapi.Error](err); ok && (refused.Code != 0 || refused.Message != "") {
		if refused.Code == 0 { // the library leaves it out where a file is sent; Telegram's status is the same
			refused.Code = x.status
		}
		return n.refused(x, refused)
	}
	switch {
	case x.status >= 300:
		failed := &bot.DeliveryError{Kind: kindOfStatus(x.status), Err: fmt.Errorf("HTTP status %d", x.status)}
		if failed.Kind == bot.KindThrottled {
			failed.RetryAfter = orDefault(x.retryAfter)
		}
		return failed
	case x.status > 0, x.sent(): // a success that is cut short, or not Telegram's; or no answer
		return &bot.DeliveryError{Kind: bot.KindUncertain, Err: n.clean(err)}
	default:
		return &bot.DeliveryError{Kind: bot.KindTransient, Err: n.clean(err)}
	}
}

// refused tells what an error that Telegram itself gave means.
func (n *Notifier) refused(x *exchange, e *tgbotapi.Error) *bot.DeliveryError {
	failed := &bot.DeliveryError{Kind: kindOfRefusal(e), Err: n.clean(fmt.Errorf("%d %s", e.Code, bounded(e.Message)))}
	switch failed.Kind {
	case bot.KindThrottled:
		failed.RetryAfter = orDefault(max(time.Duration(e.RetryAfter)*time.Second, x.retryAfter))
	case bot.KindMoved:
		failed.MovedTo = strconv.FormatInt(e.MigrateToChatID, 10)
	case bot.KindTransient:
		if e.Code == http.StatusConflict {
			failed.Err = fmt.Errorf("%w: %w", errConflict, failed.Err)
		}
	case bot.KindRejected:
		if strings.Contains(strings.ToLower(e.Message), errNotModified.Error()) {
			failed.Err = errNotModified
		}
	case bot.KindMissing:
		if strings.Contains(strings.ToLower(e.Message), "message can't be deleted") {
			failed.Err = fmt.Errorf("%w: %w", errTooOld, failed.Err)
		}
	}
	return failed
}

func kindOfRefusal(e *tgbotapi.Error) bot.ErrorKind {
	switch {
	case e.MigrateToChatID != 0:
		return bot.KindMoved
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusNotFound: // a token that is void, or none at all
		return bot.KindUnauthorised
	case e.Code == http.StatusForbidden:
		return bot.KindGone
	case e.Code == http.StatusTooManyRequests:
		return bot.KindThrottled
	case e.Code == http.StatusConflict:
		return bot.KindTransient
	case e.Code >= 500:
		return bot.KindUncertain
	}
	description := strings.ToLower(e.Message)
	for _, refusal := range refusals() {
		if strings.Contains(description, refusal.words) {
			return refusal.kind
		}
	}
	return bot.KindRejected
}

// kindOfStatus tells what an HTTP status means that comes without an error of Telegram's: from a proxy, or from the
// servers in front of it: no word about the text or the chat. A server error may hide that Telegram carried the request
// out.
func kindOfStatus(status int) bot.ErrorKind {
	switch {
	case status == http.StatusTooManyRequests:
		return bot.KindThrottled
	case status == http.StatusUnauthorized:
		return bot.KindUnauthorised
	case status >= 300 && status < 500, status == http.StatusServiceUnavailable:
		return bot.KindTransient
	default:
		return bot.KindUncertain
	}
}

func orDefault(wait time.Duration) time.Duration {
	if wait > 0 {
		return wait
	}
	return defaultWait
}

// bounded keeps a description that somebody else wrote from filling the log.
func bounded(text string) string {
	const longest = 200
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

// kindOf is the kind of an error that call returned; empty for nil.
func kindOf(err error) bot.ErrorKind {
	if failed, ok := errors.AsType[*bot.DeliveryError](err); ok {
		return failed.Kind
	}
	return ""
}
