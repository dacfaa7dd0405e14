package telegram_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// updates polls without waiting.
func (c *chat) updates(offset int) []tgbotapi.Update {
	c.t.Helper()
	list, err := c.api.GetUpdates(tgbotapi.UpdateConfig{Offset: offset})
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

func heard(list []tgbotapi.Update) []string {
	var texts []string
	for _, u := range list {
		texts = append(texts, u.Message.Text)
	}
	return texts
}

// TestPrivacy follows https://core.telegram.org/bots/features#privacy-mode.
func TestPrivacy(t *testing.T) {
	c := unlimited(t, parents, zoe)
	c.Say(zoe, "Zoé", "bonjour")
	c.Say(parents, "Léa", "bonjour")
	c.Say(parents, "Léa", "/status avant")              // the bot never wrote here
	c.Say(parents, "Léa", "/status@panneaubot pronote") // for it, however it is written
	c.Say(parents, "Léa", "/status@AutreBot")           // for another
	id := c.say(parents, "Un avis")                     // now it was the last bot
	c.Say(parents, "Léa", "/status après")              //
	c.Tell(telegram.Utterance{Channel: parents, User: "Léa", ReplyTo: id, Text: "merci"})
	c.Tell(telegram.Utterance{Channel: parents, User: "AutreBot", Bot: true, Text: "/status@PanneauBot"})
	c.Say(parents, "Léa", "/status plus") // another bot was
	c.Kick(parents)
	c.Say(parents, "Léa", "/status@PanneauBot dehors")
	var got []string
	for _, u := range c.updates(0) {
		if u.Message != nil {
			got = append(got, u.Message.Text)
		}
	}
	want := []string{"bonjour", "/status@panneaubot pronote", "/status après", "merci"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMessagesOfPeople(t *testing.T) {
	c := unlimited(t, parents)
	topic := c.OpenTopic(parents)
	c.Say("6002", "Noé", "/aide")
	c.Tell(telegram.Utterance{Channel: parents, Thread: topic, User: "Léa", Lang: "pt-br", Text: "/status@PanneauBot ent"})
	c.Tell(telegram.Utterance{Channel: parents, Thread: topic, User: "Zoé", Text: "/aide@PanneauBot"})
	list := c.updates(0)
	if m := list[0].Message; m.Chat.ID != 6002 || !m.Chat.IsPrivate() || m.From.ID != 6002 || m.Command() != "aide" {
		t.Errorf("in private: %+v", m)
	}
	m := list[1].Message
	if m.From.LanguageCode != "pt-br" || m.From.IsBot || m.CommandWithAt() != "status@PanneauBot" || m.CommandArguments() != "ent" {
		t.Errorf("in the group: %+v", m)
	}
	if list[2].Message.From.ID == m.From.ID {
		t.Error("two people have one id")
	}
	raw := string(c.ask("getUpdates", nil))
	if !strings.Contains(raw, `"is_topic_message":true`) || !strings.Contains(raw, `"message_thread_id":`+topic) {
		t.Errorf("no topic in %s", raw)
	}
}

func TestUpdatesAreKeptUntilConfirmed(t *testing.T) {
	c := unlimited(t, zoe)
	for _, text := range []string{"un", "deux", "trois"} {
		c.Say(zoe, "Zoé", text)
	}
	first := c.updates(0)
	if diff := cmp.Diff([]string{"un", "deux", "trois"}, heard(first)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"deux", "trois"}, heard(c.updates(first[1].UpdateID))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"deux", "trois"}, heard(c.updates(0))); diff != "" {
		t.Errorf("what was confirmed came back: %s", diff)
	}
	one, err := c.api.GetUpdates(tgbotapi.UpdateConfig{Limit: 1})
	if err != nil || len(one) != 1 {
		t.Errorf("limit 1 gives %d, %v", len(one), err)
	}
	if diff := cmp.Diff([]string{"trois"}, heard(c.updates(-1))); diff != "" {
		t.Error(diff)
	}
	if got := c.updates(first[2].UpdateID + 1); len(got) > 0 {
		t.Errorf("after the last: %+v", got)
	}
}

func TestOnlyWantedUpdatesAreKept(t *testing.T) {
	c := unlimited(t, zoe)
	c.ask("getUpdates", tgbotapi.Params{"allowed_updates": `["my_chat_member"]`})
	c.Say(zoe, "Zoé", "bonjour")
	c.Block(zoe)
	if list := c.updates(0); len(list) != 1 || list[0].MyChatMember == nil { // without a list, the last one stays
		t.Errorf("updates %+v", list)
	}
}

// poll waits for updates in another goroutine.
func (c *chat) poll() <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := c.api.MakeRequest("getUpdates", tgbotapi.Params{"timeout": "50"})
		done <- err
	}()
	return done
}

func TestPollsEnd(t *testing.T) {
	const conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	for name, test := range map[string]struct {
		end  func(*chat)
		want string
	}{
		"by news":         {func(c *chat) { c.Say(zoe, "Zoé", "bonjour") }, ""},
		"by another poll": {func(c *chat) { c.updates(0) }, conflict},
		"by revocation":   {func(c *chat) { c.Revoke() }, "Unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			simulated(t, func(c *chat) {
				c.Open(zoe)
				done := c.poll()
				synctest.Wait()
				test.end(c)
				err := <-done
				failed, _ := errors.AsType[*tgbotapi.Error](err)
				switch {
				case test.want == "" && err != nil:
					t.Error(err)
				case test.want != "" && (failed == nil || failed.Message != test.want):
					t.Errorf("%v, want %s", err, test.want)
				}
			})
		})
	}
}
