package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Command is one thing that a person can ask for.
type Command struct {
	Name    string   // what menus show: a–z and _ only, as Telegram demands
	Aliases []string // other words for it, folded
	Arg     bool     // whether it takes the name of a platform
	answer  func(*Desk, context.Context, asking) (Message, error)
}

// Commands is the table of all commands. Menus, help and permissions follow from it.
func Commands() []Command {
	return []Command{
		{
			Name: "status", Aliases: []string{"etat", "statut", "state"}, Arg: true,
			answer: (*Desk).status,
		},
		{
			Name: "que_faire", Aliases: []string{"que faire", "quefaire", "quoi faire", "planb", "plan b", "todo", "que"}, Arg: true,
			answer: (*Desk).whatToDo,
		},
		{
			Name: "aide", Aliases: []string{"help", "start", "panneau"},
			answer: (*Desk).help,
		},
	}
}

// find returns the command that a person means by a word; typing errors are forgiven, and help answers the rest.
func find(word string) Command {
	table := Commands()
	word = Fold(word)
	nearest, distance := table[len(table)-1], 2
	for _, c := range table {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if name == word {
				return c
			}
			if d := typos(name, word); d < distance && len(word) > 3 {
				nearest, distance = c, d
			}
		}
	}
	return nearest
}

// Desk answers the people of one account. It implements [Handler].
type Desk struct {
	Account  AccountID
	Chat     ChatPlatform
	Prefix   string // what comes before a command's name here: "/", "/panneau "
	Store    Store
	Board    *Board
	Renderer Renderer
	Stranger Destination // how a chat that follows nothing is spoken to: audience, place, languages
	Woken    func()      // called after a destination woke up
	Trouble  func(Trouble)
	Logger   *slog.Logger
}

// asking is a request with the chat that it comes from.
type asking struct {
	Request
	chat  Destination
	known bool // the chat is a destination
}

// Command implements [Handler].
func (d *Desk) Command(ctx context.Context, r Request) (Message, error) {
	chat, known, err := d.chatAt(ctx, r.From)
	if err != nil {
		return Message{}, err
	}
	command := find(r.Command)
	message, err := command.answer(d, ctx, asking{r, chat, known})
	if err != nil {
		return Message{}, fmt.Errorf("answer %s: %w", command.Name, err)
	}
	return message, nil
}

// chatAt finds the destination of a chat; one that is none yet is spoken to like a stranger.
func (d *Desk) chatAt(ctx context.Context, at Address) (chat Destination, known bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		chat, err = tx.DestinationAt(d.Account, at)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return d.Stranger, false, nil
	}
	if err != nil {
		return chat, false, fmt.Errorf("find the chat's settings: %w", err)
	}
	return chat, true, nil
}

func (d *Desk) status(ctx context.Context, a asking) (Message, error) {
	overview, err := d.overview(ctx, a)
	if err != nil {
		return Message{}, err
	}
	if overview.Asked != "" && len(overview.Platforms) == 1 {
		zone := cmp.Or(a.chat.Rhythm.Zone, a.chat.Place.Name)
		if overview.Recent, err = d.Board.Recent(ctx, overview.Platforms[0].Platform.ID, zone, overview.Now); err != nil {
			return Message{}, err
		}
	}
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Overview(lang, overview) })
}

// whatToDo answers with everything that can be done now, where a notice has the best only.
func (d *Desk) whatToDo(ctx context.Context, a asking) (Message, error) {
	if name, two := strings.CutPrefix(Fold(a.Args)+" ", "faire "); two { // « que faire », where the first word is the command
		a.Args = name
	}
	overview, err := d.overview(ctx, a)
	if err != nil {
		return Message{}, err
	}
	playbook := d.Board.Playbook(ctx, overview, a.chat.Follows)
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Playbook(lang, playbook) })
}

// overview is the state of what the chat follows, or of what a person named.
func (d *Desk) overview(ctx context.Context, a asking) (Overview, error) {
	follow := a.chat.Follows
	word := strings.TrimSpace(a.Args)
	if !a.known || word != "" {
		follow = nil
	}
	overview, err := d.Board.Overview(ctx, follow, a.chat.Audience, a.chat.Place)
	if err != nil {
		return Overview{}, err
	}
	if word != "" {
		overview = d.Board.Ask(overview, word)
	}
	overview.Days = d.Board.Days.Near(a.chat.Rhythm.Zone, a.chat.Follows, a.chat.Place, overview.Now)
	return overview, nil
}

func (d *Desk) help(_ context.Context, a asking) (Message, error) {
	help := Help{PageURL: d.Board.PageURL}
	for _, c := range Commands() {
		help.Calls = append(help.Calls, Call{Command: c.Name, Typed: d.Prefix + c.Name, Arg: c.Arg})
	}
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Help(lang, help) })
}

// Presence implements [Handler].
func (d *Desk) Presence(ctx context.Context, p Presence) (Message, error) {
	switch p.Kind {
	case Joined:
		return d.welcome(ctx, p)
	case Moved:
		return Message{}, d.Store.Update(ctx, func(tx Tx) error {
			return tx.MoveChannel(d.Account, p.At.Channel, p.MovedTo)
		})
	case Left:
		return Message{}, d.leave(ctx, p)
	default:
		return Message{}, nil
	}
}

// leave puts the chat's destinations to sleep, and tells the operator.
func (d *Desk) leave(ctx context.Context, p Presence) error {
	const why = "removed from the chat"
	var chat Destination
	var changed int
	err := d.Store.Update(ctx, func(tx Tx) (err error) {
		if chat, err = tx.DestinationAt(d.Account, p.At); err != nil {
			return err
		}
		changed, err = tx.PutToSleep(d.Account, p.At, chat.Asleep.asleep(time.Now(), why))
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("put the chat to sleep: %w", err)
	case changed > 0:
		d.Trouble(Trouble{Kind: TroubleAsleep, Account: d.Account, Destination: chat.ID, Detail: why})
	}
	return nil
}

// welcome wakes the chat's destinations and greets.
func (d *Desk) welcome(ctx context.Context, p Presence) (Message, error) {
	var woken int
	err := d.Store.Update(ctx, func(tx Tx) (err error) {
		woken, err = tx.Wake(d.Account, p.At.Channel, time.Now())
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("wake the chat: %w", err)
	}
	if woken > 0 {
		d.Logger.Info("destination woken", "account", d.Account, "channel", p.At.Channel)
		d.Woken()
	}
	chat, known, err := d.chatAt(ctx, p.At)
	if err != nil {
		return Message{}, err
	}
	w := Welcome{
		Chat: d.Chat, Account: d.Account, Channel: p.At.Channel,
		Status: d.Prefix + "status", Help: d.Prefix + "aide", PageURL: d.Board.PageURL,
	}
	if known {
		w.Audience, w.Follows = chat.Audience, d.platforms(chat.Follows)
	}
	return d.write(asking{chat: chat}, func(lang string) (Message, error) { return d.Renderer.Welcome(lang, w) })
}

func (d *Desk) platforms(ids []PlatformID) []Platform {
	var list []Platform
	for _, p := range d.Board.Platforms {
		if slices.Contains(ids, p.ID) {
			list = append(list, p)
		}
	}
	return list
}

// write writes in the chat's languages, or in the asker's where nobody else reads it. A private chat that is a destination
// has its own, chosen for that person.
func (d *Desk) write(a asking, text func(lang string) (Message, error)) (Message, error) {
	asker := a.Lang
	if a.Private && a.known {
		asker = ""
	}
	return inEach(d.Renderer.Choose(asker, a.chat.Languages), text)
}
