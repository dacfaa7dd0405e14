package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// simulated runs a test against published limits in simulated time.
func simulated(t *testing.T, test func(c *chat)) {
	t.Helper()
	description := describe()
	synctest.Test(t, func(t *testing.T) {
		c := &chat{Server: telegram.New(telegram.Options{Description: description}), t: t, description: description}
		network := emulator.NewNetwork()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- network.Serve(ctx, c) }()
		client := network.Client(2 * time.Minute)
		c.api = &tgbotapi.BotAPI{Token: telegram.Token, Client: client}
		c.api.SetAPIEndpoint("http://memory/bot%s/%s")
		test(c)
		stop()
		client.CloseIdleConnections()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// post posts and returns how long Telegram wants the bot to wait; 0 when it took the message.
func (c *chat) post(channel string) int {
	c.t.Helper()
	_, err := c.api.MakeRequest("sendMessage", message(channel, "x"))
	if err == nil {
		return 0
	}
	failed, ok := errors.AsType[*tgbotapi.Error](err)
	if !ok || failed.Code != 429 || failed.RetryAfter < 1 ||
		failed.Message != fmt.Sprintf("Too Many Requests: retry after %d", failed.RetryAfter) {
		c.t.Fatalf("refused with %v", err)
	}
	return failed.RetryAfter
}

func TestOneChatTakesOneMessageASecond(t *testing.T) {
	simulated(t, func(c *chat) {
		c.Open(zoe)
		for i := range 3 {
			if wait := c.post(zoe); wait > 0 {
				t.Fatalf("message %d of a short burst is refused", i+1)
			}
		}
		wait := c.post(zoe)
		if wait == 0 {
			t.Fatal("the fourth message at once is taken")
		}
		time.Sleep(time.Duration(wait)*time.Second - time.Millisecond)
		if c.post(zoe) == 0 {
			t.Error("a message before the time is taken")
		}
		time.Sleep(time.Millisecond)
		for i := range 100 {
			if wait := c.post(zoe); wait > 0 {
				t.Fatalf("message %d of one a second is refused for %d s", i, wait)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestOneGroupTakesTwentyMessagesAMinute(t *testing.T) {
	simulated(t, func(c *chat) {
		c.Open(parents)
		begun := time.Now()
		for i := range 20 {
			if wait := c.post(parents); wait > 0 {
				t.Fatalf("message %d is refused", i+1)
			}
			time.Sleep(time.Second)
		}
		wait := c.post(parents)
		if free := time.Until(begun.Add(time.Minute)); time.Duration(wait)*time.Second < free {
			t.Errorf("the 21st message is told to wait %d s, %v are left", wait, free)
		}
		edit := message(parents, "y", tgbotapi.Params{"message_id": c.Shown(parents)[0].ID})
		if _, err := c.api.MakeRequest("editMessageText", edit); err == nil {
			t.Error("an edit does not count")
		}
		time.Sleep(time.Duration(wait) * time.Second)
		if c.post(parents) > 0 {
			t.Error("refused after the time that was told")
		}
	})
}

func TestTheBotSendsThirtyMessagesASecond(t *testing.T) {
	simulated(t, func(c *chat) {
		taken := 0
		for i := range 31 {
			id := fmt.Sprint(7000 + i)
			c.Open(id)
			if c.post(id) == 0 {
				taken++
			}
		}
		if taken != 30 {
			t.Errorf("%d messages are taken in one second, want 30", taken)
		}
		refused := 0
		for _, r := range c.Requests() {
			if r.Refused {
				refused++
			}
		}
		if refused != 1 {
			t.Errorf("%d requests are recorded as refused", refused)
		}
	})
}

func TestARefusedChatStaysRefused(t *testing.T) {
	simulated(t, func(c *chat) {
		c.Open(parents)
		c.Open(zoe)
		c.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: 40 * time.Second, Channel: parents})
		if wait := c.post(parents); wait != 40 {
			t.Errorf("told to wait %d s", wait)
		}
		if c.post(zoe) > 0 {
			t.Error("another chat is refused")
		}
		time.Sleep(30 * time.Second)
		if wait := c.post(parents); wait != 10 {
			t.Errorf("after 30 s told to wait %d s, want 10", wait)
		}
		time.Sleep(10 * time.Second)
		if c.post(parents) > 0 {
			t.Error("refused after the time that was told")
		}
		c.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: 5 * time.Second, Scope: "global"})
		c.post(parents)
		if c.post(zoe) != 5 {
			t.Error("a global refusal leaves another chat open")
		}
	})
}

func TestTimeInPollsAndDeletions(t *testing.T) {
	simulated(t, func(c *chat) {
		begun := time.Now()
		c.ask("getUpdates", tgbotapi.Params{"timeout": "90"})
		if took := time.Since(begun); took != 50*time.Second {
			t.Errorf("a poll of 90 s took %v, want 50 s", took)
		}
		c.Say(zoe, "Zoé", "bonjour")
		id := c.say(zoe, "Avis")
		time.Sleep(49 * time.Hour)
		if list := c.updates(0); len(list) > 0 {
			t.Errorf("after two days: %+v", list)
		}
		c.refuse("deleteMessage", tgbotapi.Params{"chat_id": zoe, "message_id": id}, "Bad Request: message can't be deleted for everyone")
	})
}
