package telegram_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// wrote makes a person write a command in a group and returns the message as the bot receives it.
func (c *chat) wrote(u telegram.Utterance) *tgbotapi.Message {
	c.t.Helper()
	known := c.updates(0)
	c.Tell(u)
	list := c.updates(0)
	if len(list) != len(known)+1 {
		c.t.Fatalf("%d updates after %d", len(list), len(known))
	}
	return list[len(list)-1].Message
}

func (c *chat) status(channel string, id int64) string {
	c.t.Helper()
	var m tgbotapi.ChatMember
	raw := c.ask("getChatMember", tgbotapi.Params{"chat_id": channel, "user_id": strconv.FormatInt(id, 10)})
	if err := json.Unmarshal(raw, &m); err != nil {
		c.t.Fatal(err)
	}
	return m.Status
}

// TestMembers asks about people as they are made and unmade administrators. Every answer is checked against the vendor's
// description.
func TestMembers(t *testing.T) {
	for _, channel := range []string{parents, class} {
		c := unlimited(t, channel, zoe)
		id := c.wrote(telegram.Utterance{Channel: channel, User: "Léa", Text: "/status@PanneauBot"}).From.ID
		if got := c.status(channel, id); got != "member" {
			t.Errorf("who writes is %q", got)
		}
		for _, status := range []telegram.Status{
			telegram.Owner, telegram.Administrator, telegram.Ordinary, telegram.Muted, telegram.Gone, telegram.Banned,
		} {
			c.Appoint(channel, "Léa", status)
			if got := c.status(channel, id); got != string(status) {
				t.Errorf("%q, want %q", got, status)
			}
		}
		if c.Tell(telegram.Utterance{Channel: channel, User: "Léa", Text: "/status@PanneauBot"}) != "" {
			t.Error("who is banned writes")
		}
		ask := func(id string) tgbotapi.Params { return tgbotapi.Params{"chat_id": channel, "user_id": id} }
		c.refuse("getChatMember", ask("4999999"), "Bad Request: user not found")
		c.refuse("getChatMember", ask("0"), "Bad Request: invalid user_id specified")
		if got := c.status(channel, mustInt(t, zoe)); got != "left" {
			t.Errorf("somebody from elsewhere is %q", got)
		}
		c.Kick(channel)
		kicked := map[string]string{parents: "Forbidden: bot was kicked from the supergroup chat", class: "Forbidden: bot was kicked from the group chat"}
		c.refuse("getChatMember", ask(strconv.FormatInt(id, 10)), kicked[channel])
	}
	c := unlimited(t, zoe)
	if got := c.status(zoe, mustInt(t, zoe)); got != "member" {
		t.Errorf("the person of a private chat is %q", got)
	}
	c.refuse("getChatAdministrators", tgbotapi.Params{"chat_id": zoe}, "Bad Request: there are no administrators in the private chat")
}

func TestAdministrators(t *testing.T) {
	c := unlimited(t, parents)
	c.Appoint(parents, "Léa", telegram.Owner)
	c.Appoint(parents, "Tom", telegram.Administrator)
	c.Appoint(parents, "Ali", telegram.Ordinary)
	ali := c.wrote(telegram.Utterance{Channel: parents, User: "Ali", Text: "/status@PanneauBot"}).From.ID
	c.HideMembers(parents)
	c.refuse("getChatMember", tgbotapi.Params{"chat_id": parents, "user_id": strconv.FormatInt(ali, 10)}, "Bad Request: CHAT_ADMIN_REQUIRED")
	names := func() (list []string) {
		var members []tgbotapi.ChatMember
		if err := json.Unmarshal(c.ask("getChatAdministrators", tgbotapi.Params{"chat_id": parents}), &members); err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			list = append(list, m.User.FirstName+" "+m.Status)
		}
		slices.Sort(list)
		return list
	}
	if diff := cmp.Diff([]string{"Léa creator", "Tom administrator"}, names()); diff != "" {
		t.Error(diff)
	}
	c.Promote(parents)
	if diff := cmp.Diff([]string{"Léa creator", "Panneau administrator", "Tom administrator"}, names()); diff != "" {
		t.Error(diff)
	}
	if got := c.status(parents, ali); got != "member" {
		t.Errorf("to an administrator the members of a closed list are %q", got)
	}
}

// TestSpeakingAsAChat has an anonymous administrator, somebody in a channel's name and the linked channel itself write.
func TestSpeakingAsAChat(t *testing.T) {
	c := unlimited(t, parents, "@info", "@autre")
	c.Link("@info", parents)
	c.Appoint(parents, "Léa", telegram.Administrator)
	c.Conceal(parents, "Léa")
	c.Appoint(parents, "Ali", telegram.Ordinary)
	c.Conceal(parents, "Ali") // only administrators can
	const text = "/status@PanneauBot"
	lea := c.wrote(telegram.Utterance{Channel: parents, User: "Léa", Text: text})
	ali := c.wrote(telegram.Utterance{Channel: parents, User: "Ali", Text: text})
	other := c.wrote(telegram.Utterance{Channel: parents, User: "Ali", As: "@autre", Text: text})
	c.Publish("@info", text)
	updates := c.updates(0)
	linked := updates[len(updates)-1].Message
	for name, test := range map[string]struct {
		m    *tgbotapi.Message
		from int64
		as   int64 // 0 for nobody
	}{
		"anonymous administrator": {lea, 1087968824, mustInt(t, parents)},
		"in a channel's name":     {other, 136817688, other.SenderChat.ID},
		"the linked channel":      {linked, 777000, linked.SenderChat.ID},
		"a member":                {ali, ali.From.ID, 0},
	} {
		var as int64
		if test.m.SenderChat != nil {
			as = test.m.SenderChat.ID
		}
		if test.m.From.ID != test.from || as != test.as || test.m.From.IsBot != (name == "anonymous administrator" || name == "in a channel's name") {
			t.Errorf("%s: from %+v as %d", name, test.m.From, as)
		}
	}
	if other.SenderChat.ID == mustInt(t, parents) || !linked.IsAutomaticForward || linked.SenderChat.UserName != "info" {
		t.Errorf("as %+v and %+v", other.SenderChat, linked)
	}
	var group tgbotapi.Chat
	if err := json.Unmarshal(c.ask("getChat", tgbotapi.Params{"chat_id": parents}), &group); err != nil || group.LinkedChatID != linked.SenderChat.ID {
		t.Errorf("linked to %d: %v", group.LinkedChatID, err)
	}
}

// TestRankAndTitle: the bot hears that it was made and unmade administrator, and the group's new title.
func TestRankAndTitle(t *testing.T) {
	c := unlimited(t, parents)
	c.Promote(parents)
	c.Promote(parents)
	c.Demote(parents)
	c.Rename(parents, "Parents de 4e B")
	updates := c.updates(0)
	if len(updates) != 3 {
		t.Fatalf("%d updates, want 3", len(updates))
	}
	for i, want := range []string{"administrator", "member"} {
		if got := updates[i].MyChatMember.NewChatMember.Status; got != want {
			t.Errorf("update %d makes it %q, want %q", i, got, want)
		}
	}
	if m := updates[2].Message; m.NewChatTitle != "Parents de 4e B" || m.Chat.Title != "Parents de 4e B" {
		t.Errorf("renamed with %+v", m)
	}
}

func TestMenusByRank(t *testing.T) {
	c := unlimited(t, zoe, parents)
	for scope, text := range map[string]string{
		`{"type":"default"}`: "pour tous", `{"type":"all_group_chats"}`: "groupes", `{"type":"all_private_chats"}`: "privé",
		`{"type":"all_chat_administrators"}`: "administrateurs",
	} {
		c.ask("setMyCommands", tgbotapi.Params{"scope": scope, "commands": `[{"command":"status","description":"` + text + `"}]`})
	}
	c.Appoint(parents, "Léa", telegram.Administrator)
	c.Appoint(parents, "Ali", telegram.Ordinary)
	for _, test := range []struct{ channel, user, want string }{
		{parents, "Léa", "administrateurs"}, {parents, "Ali", "groupes"}, {parents, "", "groupes"}, {zoe, "", "privé"},
	} {
		if diff := cmp.Diff([]string{"/status – " + test.want}, c.MenuOf(test.channel, test.user, "fr")); diff != "" {
			t.Errorf("%s: %s", test.user, diff)
		}
	}
	c.ask("setMyCommands", tgbotapi.Params{
		"scope": `{"type":"chat_administrators","chat_id":` + parents + `}`, "commands": `[{"command":"status","description":"d’ici"}]`,
	})
	if diff := cmp.Diff([]string{"/status – d’ici"}, c.MenuOf(parents, "Léa", "fr")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/status – groupes"}, c.MenuOf(parents, "Ali", "fr")); diff != "" {
		t.Error(diff)
	}
}
