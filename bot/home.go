package bot

import (
	"context"
	"fmt"
	"time"
)

// Home implements [Host]: the state of things as « status » tells it in the person's conversation with the bot, and what can
// be asked for. Nothing of who opens it is kept. Who opens it too often sees what they saw before.
func (d *Desk) Home(ctx context.Context, r Request) (Message, error) {
	if pass, _ := d.Turnstile.Pass(d.Account, "", r.Person, time.Now()); !pass {
		return Message{}, nil
	}
	r.Command, r.Args = "", ""
	chat, known, err := d.chatAt(ctx, r.From)
	if err != nil {
		return Message{}, err
	}
	a := asking{Request: r, chat: chat, known: known}
	overview, err := d.overview(ctx, a)
	if err != nil {
		return Message{}, fmt.Errorf("show the home: %w", err)
	}
	help := d.callsOf(ForEveryone)
	m, err := d.write(a, func(lang string) (Message, error) { return d.homely(lang, overview, help) })
	if err != nil {
		return Message{}, err
	}
	m.Buttons, err = d.Seal.buttons(d.Renderer, d.tongue(a), d.Account, 0, d.homeActions(a)...)
	return m, err
}

// homely is the answer to « status » with, beneath, what can be asked for.
func (d *Desk) homely(lang string, o Overview, h Help) (Message, error) {
	m, err := d.Renderer.Overview(lang, o)
	if err != nil {
		return Message{}, err
	}
	help, err := d.Renderer.Help(lang, h)
	m.Sections = append(m.Sections, help.Sections...)
	return m, err
}

// callsOf lists what those who have a role may ask for.
func (d *Desk) callsOf(role Role) Help {
	var help Help
	for _, c := range Commands() {
		if c.For == role {
			help.Calls = append(help.Calls, Call{Command: c.Name, Typed: d.typed(c.Name), Arg: c.Option != ""})
		}
	}
	return help
}

// homeActions are those on the home: what to do now and, where the person may decide for their own conversation, the form
// for that.
func (d *Desk) homeActions(a asking) []Action {
	switch {
	case !d.Forms || d.barred(a) != "":
		return []Action{ActionTodo}
	case a.chat.made():
		return []Action{ActionTodo, ActionSettings}
	default:
		return []Action{ActionTodo, ActionSubscribe}
	}
}
