package telegram_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

func TestClosedChats(t *testing.T) {
	const channel = "@info"
	for name, test := range map[string]struct {
		id         string
		close      func(*chat, string)
		post, edit string
	}{
		"kicked from a group":        {class, (*chat).kick, "Forbidden: bot was kicked from the group chat", ""},
		"kicked from a supergroup":   {parents, (*chat).kick, "Forbidden: bot was kicked from the supergroup chat", ""},
		"kicked from a channel":      {channel, (*chat).kick, "Forbidden: bot was kicked from the channel chat", ""},
		"blocked":                    {zoe, (*chat).block, "Forbidden: bot was blocked by the user", ""},
		"group deleted":              {class, (*chat).remove, "Forbidden: the group chat was deleted", ""},
		"supergroup deleted":         {parents, (*chat).remove, "Bad Request: chat not found", ""},
		"person deactivated":         {zoe, (*chat).remove, "Forbidden: user is deactivated", ""},
		"forbidden in a supergroup":  {parents, (*chat).forbid, "Bad Request: not enough rights to send text messages to the chat", "Bad Request: CHAT_WRITE_FORBIDDEN"},
		"forbidden in a channel":     {channel, (*chat).forbid, "Bad Request: need administrator rights in the channel chat", "Bad Request: CHAT_WRITE_FORBIDDEN"},
		"forbidden in a private one": {zoe, (*chat).forbid, "Forbidden: bot was blocked by the user", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := unlimited(t, test.id)
			id := c.say(test.id, "Avant")
			test.close(c, test.id)
			c.refuse("sendMessage", message(test.id, "Après"), test.post)
			if test.edit == "" {
				test.edit = test.post
			}
			c.refuse("editMessageText", message(test.id, "Après", tgbotapi.Params{"message_id": id}), test.edit)
			c.Invite(test.id)
			c.say(test.id, "De retour")
		})
	}
	c := unlimited(t)
	c.refuse("sendMessage", message("-100999", "x"), "Bad Request: chat not found")
	c.refuse("sendMessage", message("nobody", "x"), "Bad Request: chat not found")
	c.refuse("sendMessage", tgbotapi.Params{"text": "x"}, "Bad Request: chat_id is empty")
}

func (c *chat) kick(id string)   { c.Kick(id) }
func (c *chat) block(id string)  { c.Block(id) }
func (c *chat) remove(id string) { c.Remove(id) }
func (c *chat) forbid(id string) { c.Forbid(id) }

func TestMigration(t *testing.T) {
	c := unlimited(t, class, parents)
	id := c.say(class, "Avant")
	next := c.Migrate(class)
	if !strings.HasPrefix(next, "-100") {
		t.Fatalf("the supergroup's id is %q", next)
	}
	const upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
	for _, failed := range []*tgbotapi.Error{
		c.refuse("sendMessage", message(class, "Après"), upgraded),
		c.refuse("editMessageText", message(class, "Après", tgbotapi.Params{"message_id": id}), upgraded),
	} {
		if got := strconv.FormatInt(failed.MigrateToChatID, 10); got != next {
			t.Errorf("the error names %s, want %s", got, next)
		}
	}
	c.say(next, "Après")
	c.refuse("editMessageText", message(next, "x", tgbotapi.Params{"message_id": "99"}), "Bad Request: message to edit not found")
	if diff := cmp.Diff([]string{"Avant"}, c.texts(class)); diff != "" {
		t.Error(diff)
	}
	updates := c.updates(0)
	if len(updates) != 2 || updates[0].Message.MigrateToChatID != mustInt(t, next) ||
		updates[1].Message.MigrateFromChatID != mustInt(t, class) || updates[1].Message.Chat.ID != mustInt(t, next) {
		t.Errorf("updates %+v", updates)
	}
	if got := c.Migrate(parents); got != parents {
		t.Errorf("a supergroup became %s", got)
	}
}

func mustInt(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTopics(t *testing.T) {
	c := unlimited(t, parents)
	topic := tgbotapi.Params{"message_thread_id": c.OpenTopic(parents)}
	if topic["message_thread_id"] == "1" {
		t.Error("a new topic has the id of the general one")
	}
	c.say(parents, "Un", topic)
	c.CloseTopic(parents, topic["message_thread_id"])
	c.refuse("sendMessage", message(parents, "Deux", topic), "Bad Request: TOPIC_CLOSED")
	c.say(parents, "Dans le général")
	c.ReopenTopic(parents, topic["message_thread_id"])
	c.say(parents, "Deux", topic)
	c.CloseTopic(parents, topic["message_thread_id"])
	c.Promote(parents)
	c.say(parents, "Trois", topic)
	c.DeleteTopic(parents, topic["message_thread_id"])
	c.refuse("sendMessage", message(parents, "Quatre", topic), "Bad Request: message thread not found")
	c.refuse("sendMessage", message(parents, "x", tgbotapi.Params{"message_thread_id": "1"}), "Bad Request: message thread not found")
	if diff := cmp.Diff([]string{"Dans le général"}, c.texts(parents)); diff != "" {
		t.Error(diff)
	}
}

// TestPresenceIsTold checks what the bot hears when its standing changes, against the vendor's description.
func TestPresenceIsTold(t *testing.T) {
	for _, id := range []string{parents, class, zoe, "@info"} {
		c := unlimited(t, id)
		c.Kick(id)
		c.Kick(id)
		c.Invite(id)
		c.Forbid(id)
		c.Allow(id)
		c.Remove(id)
		var raw []json.RawMessage
		if err := json.Unmarshal(c.ask("getUpdates", nil), &raw); err != nil {
			t.Fatal(err)
		}
		if len(raw) != 5 {
			t.Errorf("%s: %d updates, want 5", id, len(raw))
		}
		updates := c.updates(0)
		for i, u := range updates {
			if i > 0 && u.MyChatMember.OldChatMember.Status != updates[i-1].MyChatMember.NewChatMember.Status {
				t.Errorf("%s: update %d goes from %s, the one before to %s", id, i,
					u.MyChatMember.OldChatMember.Status, updates[i-1].MyChatMember.NewChatMember.Status)
			}
		}
		if first := updates[0].MyChatMember.NewChatMember; !first.WasKicked() || first.User.ID != telegram.BotID {
			t.Errorf("%s: first %+v", id, first)
		}
	}
}

func TestEditsAndDeletionsThatAreRefused(t *testing.T) {
	c := unlimited(t, parents)
	id := c.say(parents, "<b>Titre</b>")
	same := message(parents, " <b>Titre</b> ", tgbotapi.Params{"message_id": id})
	c.refuse("editMessageText", same, "Bad Request: message is not modified: specified new message content and reply "+
		"markup are exactly the same as a current content and reply markup of the message")
	c.ask("editMessageText", message(parents, "<i>Titre</i>", tgbotapi.Params{"message_id": id}))
	c.Say(parents, "Léa", "bonjour")
	hers := tgbotapi.Params{"message_id": c.Shown(parents)[1].ID, "chat_id": parents}
	c.refuse("editMessageText", message(parents, "x", hers), "Bad Request: message can't be edited")
	c.refuse("deleteMessage", hers, "Bad Request: message can't be deleted")
	c.Erase(parents, id)
	gone := tgbotapi.Params{"message_id": id, "chat_id": parents}
	c.refuse("editMessageText", message(parents, "x", gone), "Bad Request: message to edit not found")
	c.refuse("deleteMessage", gone, "Bad Request: message to delete not found")
	c.refuse("pinChatMessage", hers, "Bad Request: not enough rights to manage pinned messages in the chat")
}
