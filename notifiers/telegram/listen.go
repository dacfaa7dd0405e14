package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
)

// The manners of the listener.
const (
	pollTime     = 50 * time.Second // the longest that Telegram keeps a poll (LONG_POLL_MAX_TIMEOUT of its server)
	pollMargin   = 10 * time.Second
	maxRequests  = 8                // handled at once
	handleTime   = 30 * time.Second // for an answer, with the time that Telegram may make it wait
	stale        = 10 * time.Minute // a command from before that, after a long stop, is of no use to anybody any more
	firstDelay   = 500 * time.Millisecond
	longestDelay = time.Minute
)

// Listen hears commands and changes of presence by long polling until ctx ends. An update is confirmed only after it
// was handled, so that none is lost in a crash. While Telegram cannot be reached, it is asked more and more rarely.
func (n *Notifier) Listen(ctx context.Context, h bot.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	var menu sync.WaitGroup
	menu.Go(func() { n.keepMenu(ctx) })
	defer menu.Wait()
	defer cancel()
	offset, failures, contested := 0, 0, false
	for ctx.Err() == nil {
		next, err := n.poll(ctx, h, offset)
		switch {
		case kindOf(err) == bot.KindUnauthorised:
			return err
		case err != nil && ctx.Err() == nil:
			conflict := errors.Is(err, errConflict)
			if !conflict || !contested {
				n.log.Warn("telegram poll failed", "err", err)
			}
			contested = contested || conflict // said once, it comes back until the other one is stopped
			pause(ctx, delay(failures, err))
			failures++
		default:
			offset, failures = next, 0
		}
	}
	return nil
}

// poll waits for updates and handles them. It returns the offset that confirms them.
func (n *Notifier) poll(ctx context.Context, h bot.Handler, offset int) (int, error) {
	if err := n.introduce(ctx); err != nil {
		return offset, err
	}
	waiting, cancel := context.WithTimeout(ctx, pollTime+pollMargin)
	defer cancel()
	params := tgbotapi.Params{
		"timeout": strconv.Itoa(int(pollTime / time.Second)), "allowed_updates": `["message","my_chat_member","callback_query"]`,
	}
	params.AddNonZero("offset", offset)
	var updates []json.RawMessage
	if err := n.call(waiting, "getUpdates", params, &updates); err != nil {
		return offset, err
	}
	return n.handleAll(ctx, h, offset, updates), nil
}

// handleAll handles updates and returns the offset after them. Commands are handled beside each other, changes of
// presence in their order. An update that cannot be read is passed over: it would come again for ever.
func (n *Notifier) handleAll(ctx context.Context, h bot.Handler, offset int, updates []json.RawMessage) int {
	var handling errgroup.Group
	handling.SetLimit(maxRequests)
	for _, raw := range updates {
		var u update
		if err := json.Unmarshal(raw, &u); err != nil {
			n.log.Warn("telegram update not understood", "update", u.UpdateID)
		}
		if u.UpdateID < offset { // it was handled before
			continue
		}
		offset = max(offset, u.UpdateID+1)
		if u.MyChatMember != nil || u.Message != nil && u.Message.MigrateToChatID != 0 {
			n.handle(ctx, h, u)
			continue
		}
		handling.Go(func() error {
			n.handle(ctx, h, u)
			return nil
		})
	}
	_ = handling.Wait() // requests report for themselves
	return offset
}

// introduce learns the bot's own user name, by which commands in groups are addressed.
func (n *Notifier) introduce(ctx context.Context) error {
	if n.name() != "" {
		return nil
	}
	ctx, cancel := brief(ctx)
	defer cancel()
	var me tgbotapi.User
	if err := n.call(ctx, "getMe", nil, &me); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.self = me.UserName
	return nil
}

func (n *Notifier) name() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.self
}

// delay is how long to wait after a failure: as long as Telegram says, else longer and longer, each a bit differently.
func delay(failures int, err error) time.Duration {
	if failed, ok := errors.AsType[*bot.DeliveryError](err); ok && failed.RetryAfter > 0 {
		return failed.RetryAfter
	}
	wait := longestDelay
	if failures < 7 {
		wait = min(longestDelay, firstDelay<<failures)
	}
	return wait/2 + rand.N(wait/2)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// handle deals with one update. Nothing that goes wrong with it, not even a panic, may stop the others.
func (n *Notifier) handle(ctx context.Context, h bot.Handler, u update) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTime)
	defer cancel()
	defer func() {
		if reason := recover(); reason != nil {
			// Its text may hold what a person wrote.
			n.log.Error("telegram handler panicked", "type", fmt.Sprintf("%T", reason), "stack", string(debug.Stack()))
		}
	}()
	var err error
	switch {
	case u.MyChatMember != nil:
		err = n.present(ctx, h, *u.MyChatMember)
	case u.CallbackQuery != nil:
		err = n.press(ctx, h, u)
	case u.Message != nil && u.Message.MigrateToChatID != 0:
		err = n.moved(ctx, h, u.Message)
	case u.Message != nil:
		err = n.answer(ctx, h, u)
	}
	if err != nil {
		n.log.Warn("telegram update not handled", "err", n.clean(err))
	}
}

// update is an update with what the library's own type does not know.
type update struct {
	UpdateID      int                         `json:"update_id"`
	Message       *message                    `json:"message"`
	MyChatMember  *tgbotapi.ChatMemberUpdated `json:"my_chat_member"`
	CallbackQuery *query                      `json:"callback_query"`
}

// id is the update's own, the same when Telegram brings it again.
func (u update) id() string { return strconv.Itoa(u.UpdateID) }

// message is a message with its topic.
type message struct {
	tgbotapi.Message
	ThreadID       int  `json:"message_thread_id"`
	IsTopicMessage bool `json:"is_topic_message"`
}

// from is the place that a message was written in.
func (m *message) from() bot.Address {
	at := bot.Address{Channel: strconv.FormatInt(m.Chat.ID, 10)}
	if m.IsTopicMessage {
		at.Thread = strconv.Itoa(m.ThreadID)
	}
	return at
}
