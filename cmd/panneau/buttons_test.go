package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// hand is a person who presses buttons in one chat.
type hand struct {
	*place

	t    *testing.T
	name string
}

func handsOf(t *testing.T, places map[bot.ChatPlatform]*place, name string) map[bot.ChatPlatform]hand {
	hands := make(map[bot.ChatPlatform]hand)
	for platform, p := range places {
		hands[platform] = hand{p, t, map[bool]string{true: "U0" + strings.ToUpper(name), false: name}[platform == bot.Slack]}
	}
	return hands
}

// button is a button with a label beneath the newest message that has one.
func (h hand) button(label string) emulator.Button {
	h.t.Helper()
	for _, b := range slices.Backward(h.Buttons(h.channel)) {
		if visible(b.Label) == label {
			return b
		}
	}
	h.t.Errorf("%s: no button « %s » among %v", h.platform, label, h.Buttons(h.channel))
	return emulator.Button{}
}

// press presses and waits for what the person sees alone: a window, or a message for their eyes.
func (h hand) press(b emulator.Button) string {
	h.t.Helper()
	before := len(h.seen())
	h.Press(h.channel, h.name, b)
	time.Sleep(5 * time.Second)
	seen := h.seen()
	if len(seen) != before+1 {
		h.t.Errorf("%s: « %s » is answered %d times: %q", h.platform, b.Label, len(seen)-before, seen[before:])
		return ""
	}
	return visible(seen[len(seen)-1])
}

// seen is what the person alone was shown in the chat.
func (h hand) seen() []string {
	var list []string
	if server, ok := h.Chat.(*telegram.Server); ok {
		for _, w := range server.Windows(h.name) {
			list = append(list, w.Text+w.URL)
		}
		return list
	}
	for _, m := range h.Shown(h.channel) {
		if m.Ephemeral == h.name {
			list = append(list, m.Text)
		}
	}
	return list
}

// private is the person's conversation with the bot; empty where there is none yet.
func (h hand) private() string {
	switch server := h.Chat.(type) {
	case *telegram.Server:
		if _, err := strconv.Atoi(h.name); err == nil { // a number, which a person's private chat has, too
			return h.name
		}
		return server.Chat(h.name)
	case *slack.Server:
		return "D" + strings.TrimPrefix(h.name, "U")
	case *discord.Server:
		return server.Direct(h.name)
	}
	return ""
}

// letters are the bot's messages in the private conversation.
func (h hand) letters() []string {
	var list []string
	for _, m := range h.Shown(h.private()) {
		if m.Bot {
			list = append(list, visible(m.Text))
		}
	}
	return list
}

// follow opens the link that a window led to, as a client does whose person then presses « Start ».
func (h hand) follow(answer string) string {
	h.t.Helper()
	data, found := strings.CutPrefix(answer, "https://t.me/"+telegram.Username+"?start=")
	if !found {
		return answer
	}
	h.Say(h.private(), h.name, "/start "+data)
	time.Sleep(5 * time.Second)
	letters := h.letters()
	if len(letters) == 0 {
		h.t.Errorf("%s: nothing is said in private", h.platform)
		return ""
	}
	return letters[len(letters)-1]
}

func wantIn(t *testing.T, what fmt.Stringer, got string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(got, word) {
			t.Errorf("%s: %q does not say %q", what, got, word)
		}
	}
}

// String names the person's chat.
func (h hand) String() string { return string(h.platform) }

const (
	labelDetails = "Détails"
	labelTodo    = "Que faire ?"
	labelAlso    = "Chez moi aussi"
	labelFine    = "Chez moi, ça marche"
	labelTell    = "Me prévenir au retour"
	labelShare   = "Montrer à tous"
)

// TestButtons presses each button in each chat.
func TestButtons(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		for _, h := range handsOf(t, places, "camille") {
			before := len(public(h.place))
			wantIn(t, h, h.follow(h.press(h.button(labelDetails))), "est inaccessible depuis 8 h", "Ce qui a été annoncé", "8 h")
			wantIn(t, h, h.follow(h.press(h.button(labelTodo))), "Que faire")
			wantIn(t, h, h.press(h.button(labelAlso)), "C’est compté")
			wantIn(t, h, h.press(h.button(labelAlso)), "déjà compté")
			if n := len(public(h.place)); n != before {
				t.Errorf("%s: everybody sees %d messages more", h.platform, n-before)
			}
		}
		s.see("ent", "qqq") // an edit keeps them
		time.Sleep(time.Minute)
		old := make(map[bot.ChatPlatform]emulator.Button)
		for platform, h := range handsOf(t, places, "camille") {
			old[platform] = h.button(labelAlso)
		}
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		for platform, h := range handsOf(t, places, "camille") {
			for _, b := range h.Buttons(h.channel) {
				if visible(b.Label) != labelShare {
					t.Errorf("%s: « %s » is still there", platform, b.Label)
				}
			}
			wantIn(t, h, h.press(old[platform]), "C’est terminé", "ENT") // a client that has not seen the edit yet
			wantValid(t, h.place)
		}
	})
}

// public is what everybody sees in a chat.
func public(p *place) []emulator.Shown {
	return slices.DeleteFunc(p.Shown(p.channel), func(m emulator.Shown) bool { return m.Ephemeral != "" })
}

// wantValid fails for what the vendors' descriptions find wrong, and for presses that were not answered.
func wantValid(t *testing.T, p *place) {
	t.Helper()
	for _, r := range p.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s: %s", p.platform, r.Method, r.Problem)
		}
	}
	if server, ok := p.Chat.(*telegram.Server); ok && server.Unanswered() > 0 {
		t.Errorf("%d presses are not answered", server.Unanswered())
	}
}

// TestPromisesAreKeptOnce tells a person who asked, in private and once, also over a crash; and forgets it then.
func TestPromisesAreKeptOnce(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		for platform, h := range handsOf(t, places, "camille") {
			tell := h.button(labelTell)
			answer := h.press(tell)
			if platform == bot.Telegram && !strings.HasPrefix(answer, "https://t.me/") {
				t.Errorf("a person who never wrote to the bot is answered %q", answer)
			}
			wantIn(t, h, h.follow(answer), "C’est noté", "ENT")
			wantIn(t, h, h.press(tell), "déjà noté")
			if n := len(h.letters()); n != 1 {
				t.Errorf("%s: %d private messages, want the confirmation", platform, n)
			}
			if n := promises(s); n[platform] != 1 {
				t.Errorf("%s: %d promises are kept", platform, n[platform])
			}
		}
		s.crash()
		s.start()
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		for platform, h := range handsOf(t, places, "camille") {
			letters := h.letters()
			if len(letters) != 2 {
				t.Errorf("%s: private messages: %q", platform, letters)
				continue
			}
			wantIn(t, h, letters[1], "Retour à la normale", "ENT")
			wantValid(t, h.place)
		}
		if n := promises(s); len(n) != 0 {
			t.Errorf("still kept: %v", n)
		}
		s.see("ent", "dddddd") // it is over for them: they asked for one return
		time.Sleep(time.Minute)
		s.see("ent", "uuuuuuuu")
		time.Sleep(time.Hour)
		for platform, h := range handsOf(t, places, "camille") {
			if n := len(h.letters()); n != 2 {
				t.Errorf("%s: %d private messages", platform, n)
			}
		}
	})
}

// promises counts the promises of each account.
func promises(s *town) map[bot.ChatPlatform]int {
	s.t.Helper()
	found := make(map[bot.ChatPlatform]int)
	for platform, channel := range map[bot.ChatPlatform]string{
		bot.Telegram: s.medium(bot.Telegram).Chat.(*telegram.Server).Chat("camille"), bot.Slack: "U0CAMILLE",
		bot.Discord: s.medium(bot.Discord).Chat.(*discord.Server).Direct("camille"),
	} {
		err := s.life.store.View(s.t.Context(), func(tx bot.Tx) error {
			n, err := tx.Promises(bot.AccountID(platform), channel)
			if n > 0 {
				found[platform] = n
			}
			return err
		})
		if err != nil {
			s.t.Error(err)
		}
	}
	return found
}

// TestPromisesCanBeTakenBack in the private conversation, which also tells of them.
func TestPromisesCanBeTakenBack(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		for platform, h := range handsOf(t, places, "camille") {
			h.follow(h.press(h.button(labelTell)))
			prefix := map[bool]string{true: "/panneau ", false: "/"}[platform == bot.Slack]
			for _, step := range [][2]string{{"mesdonnees", "1 demande de message au retour"}, {"stop", "Tout est effacé"}, {"mesdonnees", "Rien n’est gardé"}} {
				h.Say(h.private(), h.name, prefix+step[0])
				time.Sleep(5 * time.Second)
				letters := h.letters()
				wantIn(t, h, letters[len(letters)-1], step[1])
			}
		}
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		for _, h := range handsOf(t, places, "camille") {
			if letters := h.letters(); strings.Contains(letters[len(letters)-1], "Retour") {
				t.Errorf("%s: told all the same: %q", h.platform, letters)
			}
		}
	})
}

// TestWhoTakesNoPrivateMessages is told so, and nothing is kept of them.
func TestWhoTakesNoPrivateMessages(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		hands := handsOf(t, places, "camille")
		hands[bot.Slack].Chat.(*slack.Server).Refuse("U0CAMILLE")
		hands[bot.Discord].Chat.(*discord.Server).Shut("camille")
		for _, platform := range []bot.ChatPlatform{bot.Slack, bot.Discord} {
			h := hands[platform]
			wantIn(t, h, h.press(h.button(labelTell)), "Message privé impossible", "Ouvrez d’abord une conversation")
		}
		if n := promises(s); len(n) > 0 {
			t.Errorf("kept: %v", n)
		}
	})
}

// TestForgedButtons do nothing: made-up data, that of another button or another chat, that of an account elsewhere.
func TestForgedButtons(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		strangers := make(map[bot.ChatPlatform]*place)
		for platform, p := range places {
			id := chatIDs(platform, 2)[1]
			p.Open(id)
			strangers[platform] = &place{medium: p.medium, channel: id}
			s.chats = append(s.chats, chat{account: string(platform), channel: id, audience: "families", follows: []string{"other"}})
		}
		s.platforms = append(s.platforms, "other")
		s.restart()
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		s.see("other", "uddd")
		time.Sleep(time.Minute)
		elsewhere := handsOf(t, strangers, "camille")
		hands := handsOf(t, places, "camille")
		for platform, h := range hands {
			genuine := h.button(labelAlso)
			for _, data := range []string{
				"", "x", "also-1", "also-1-", strings.Repeat("a", 60), strings.Replace(genuine.Data, "also", "fine", 1),
				hands[otherThan(platform)].button(labelAlso).Data,
			} {
				if data != "" {
					wantIn(t, h, h.press(emulator.Button{Message: genuine.Message, Label: genuine.Label, Data: data}), "n’est plus valable")
				}
			}
			stranger := elsewhere[platform]
			mine := stranger.button(labelAlso)
			for _, label := range []string{labelAlso, labelDetails, labelTell} {
				forged := emulator.Button{Message: mine.Message, Label: label, Data: h.button(label).Data}
				wantIn(t, stranger, stranger.press(forged), "n’est plus valable")
			}
		}
		if e := echoes(s); len(e) > 0 {
			t.Errorf("counted: %v", e)
		}
	})
}

func otherThan(p bot.ChatPlatform) bot.ChatPlatform {
	if p == bot.Telegram {
		return bot.Slack
	}
	return bot.Telegram
}

func echoes(s *town) []bot.Echo {
	s.t.Helper()
	var list []bot.Echo
	err := s.life.store.View(s.t.Context(), func(tx bot.Tx) (err error) {
		list, err = tx.Echoes()
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return list
}

// TestSignalsAreCountedOnce whoever presses twice, whatever comes twice, and at most so many of a chat; they publish
// nothing.
func TestSignalsAreCountedOnce(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		shown := make(map[bot.ChatPlatform]int)
		for platform, p := range places {
			shown[platform] = len(public(p))
		}
		for _, h := range handsOf(t, places, "camille") {
			also, fine := h.button(labelAlso), h.button(labelFine)
			h.press(also)
			h.Repeat()
			h.Press(h.channel, h.name, also)
			time.Sleep(5 * time.Second)
			h.press(fine) // it works after all
			h.press(also)
		}
		for i := range 30 {
			h := handsOf(t, places, fmt.Sprintf("parent%d", i))[bot.Discord]
			h.press(h.button(labelFine))
		}
		e := echoes(s)
		if len(e) != 1 || e[0].Platform != "ent" || e[0].Chats != 3 || e[0].Signals != (bot.Signals{Also: 3, Fine: 20}) {
			t.Errorf("counted: %+v", e)
		}
		for platform, p := range places {
			if n := len(public(p)); n != shown[platform] {
				t.Errorf("%s: everybody sees %d messages more", platform, n-shown[platform])
			}
		}
	})
}

// TestAnswersAreShared by those who administer the chat at that moment, once, and by nobody else.
func TestAnswersAreShared(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		workspace, guild := s.medium(bot.Slack).Chat.(*slack.Server), s.medium(bot.Discord).Chat.(*discord.Server)
		workspace.Know("U0ADMIN", slack.User{Admin: true})
		guild.Appoint(places[bot.Discord].channel, "admin", discord.ManageGuild)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		before := make(map[bot.ChatPlatform]int)
		for platform, p := range places {
			before[platform] = len(public(p))
		}
		member := handsOf(t, places, "camille")
		member[bot.Slack].press(member[bot.Slack].button(labelDetails))
		wantIn(t, member[bot.Slack], member[bot.Slack].press(member[bot.Slack].button(labelShare)), "Commande réservée")
		d := member[bot.Discord]
		d.press(d.button(labelDetails))
		for _, b := range d.Buttons(d.channel) {
			if visible(b.Label) == labelShare {
				t.Error("Discord says that the person may not share, and they are offered it")
			}
		}
		for _, platform := range []bot.ChatPlatform{bot.Slack, bot.Discord} {
			h := handsOf(t, places, "admin")[platform]
			for _, label := range []string{labelDetails, labelTodo} {
				h.press(h.button(label))
				share := h.button(labelShare)
				wantIn(t, h, h.press(share), "C’est publié")
				wantIn(t, h, h.press(share), "C’est publié")
			}
			list := public(h.place)
			if n := len(list) - before[platform]; n != 2 {
				t.Errorf("%s: %d messages are shared, want 2", platform, n)
				continue
			}
			wantIn(t, h, visible(list[len(list)-2].Text), "Ce qui a été annoncé")
			wantIn(t, h, visible(list[len(list)-1].Text), "Que faire")
			wantValid(t, h.place)
		}
		guild.Appoint(places[bot.Discord].channel, "admin", 0) // rights are those of the moment, also behind an old button
		h := handsOf(t, places, "admin")[bot.Discord]
		wantIn(t, h, h.press(h.button(labelShare)), "Commande réservée")
	})
}
