package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// popup is the last window that was opened over a chat by a press.
type popup struct {
	seat  int
	shown emulator.Shown // without an ID before the first
}

// windowLasts is for how long of the story the window that answers a press is shown.
const windowLasts = time.Minute

// privately marks what the bot writes to the spectator in private.
const privately = "private-"

// visitor is who the spectator is in a chat.
func visitor(p bot.ChatPlatform) string {
	if p == bot.Slack {
		return "U0VISITOR"
	}
	return "Vous"
}

// say makes the spectator write in a chat, and waits for the answer.
func (d *demo) say(seat int, text string) error {
	to := d.seats()[seat]
	m := d.media[to.Account]
	m.Say(to.Address.Channel, visitor(m.platform), text)
	return d.pass(time.Now().Add(answering), func() bool { return false })
}

// press makes the spectator press a button, if it is still there, and do what the answer leads to.
func (d *demo) press(seat int, wanted emulator.Button) error {
	to := d.seats()[seat]
	m := d.media[to.Account]
	list := m.Buttons(to.Address.Channel)
	at := slices.IndexFunc(list, func(b emulator.Button) bool { return b.Message == wanted.Message && b.Label == wanted.Label })
	if at < 0 {
		return nil
	}
	before := len(m.windows())
	m.Press(to.Address.Channel, visitor(m.platform), list[at])
	if err := d.pass(time.Now().Add(answering), func() bool { return false }); err != nil {
		return err
	}
	for _, w := range m.windows()[before:] {
		if data, led := strings.CutPrefix(w.URL, "https://t.me/"+telegram.Username+"?start="); led {
			m.Say(m.private(), visitor(m.platform), "/start "+data) // what the button « Démarrer » of the client sends
			return d.pass(time.Now().Add(answering), func() bool { return false })
		}
		if err := d.open(seat, w); err != nil {
			return err
		}
	}
	return d.keep()
}

// open shows a window over a chat for a while.
func (d *demo) open(seat int, w telegram.Window) error {
	raw, err := json.Marshal(map[string]string{"text": w.Text})
	if err != nil {
		return fmt.Errorf("show a window: %w", err)
	}
	d.popup = popup{seat, emulator.Shown{
		ID: "window", Bot: true, Text: w.Text, Raw: string(raw), Ephemeral: visitor(bot.Telegram), At: time.Now(),
	}}
	return nil
}

// seen is what the spectator sees of a chat: its messages, what the bot writes to them in private, and a window.
func (d *demo) seen(seat int) []emulator.Shown {
	to := d.seats()[seat]
	m := d.media[to.Account]
	list := m.Shown(to.Address.Channel)
	for _, letter := range m.Shown(m.private()) {
		if letter.Bot {
			letter.ID, letter.Ephemeral = privately+letter.ID, visitor(m.platform)
			list = append(list, letter)
		}
	}
	if w := d.popup; w.seat == seat && w.shown.ID != "" && time.Since(w.shown.At) < windowLasts {
		list = append(list, w.shown)
	}
	slices.SortStableFunc(list, func(a, b emulator.Shown) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return list
}

// windows lists what the spectator's presses were answered with in windows, as Telegram does.
func (m *medium) windows() []telegram.Window {
	if server, ok := m.Chat.(*telegram.Server); ok {
		return server.Windows(visitor(m.platform))
	}
	return nil
}

// private is the spectator's own conversation with the bot; of a name that nothing has where there is none yet.
func (m *medium) private() string {
	switch server := m.Chat.(type) {
	case *telegram.Server:
		return server.Chat(visitor(m.platform))
	case *slack.Server:
		return "D" + strings.TrimPrefix(visitor(m.platform), "U")
	case *discord.Server:
		return server.Direct(visitor(m.platform))
	default:
		return ""
	}
}
