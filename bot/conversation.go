package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The reasons why a chat stays as it is.
var (
	errNoChat     = errors.New("no such chat")
	errAwake      = errors.New("it is not closed to us")
	errConfigured = errors.New("the configuration decides about it")
)

// mostSleepers is how many chats that are closed to us are listed: one message on every chat platform.
const mostSleepers = 20

// conversation lists the chats that are closed to us, has one written to again, or forgets one.
func (d *Desk) conversation(ctx context.Context, a asking) (Message, error) {
	word, rest := verb(a.Args)
	id, more, _ := strings.Cut(rest, " ")
	switch more = Fold(more); {
	case word == "":
		return d.sleepers(ctx, a)
	case word == "reessayer" && id != "" && more == "":
		return d.onSleeper(ctx, a, id, BriefChatRetried, d.retry)
	case word == "oublier" && id != "" && more == "":
		return d.onSleeper(ctx, a, id, BriefChatForget, d.forgettable)
	case word == "oublier" && id != "" && more == "confirmer":
		return d.onSleeper(ctx, a, id, BriefChatForgotten, d.forget)
	default:
		return d.tell(a, Brief{Kind: BriefUnclear, Word: a.Args})
	}
}

// sleepers lists the chats that are closed to us, those that have been for the longest time first.
func (d *Desk) sleepers(ctx context.Context, a asking) (Message, error) {
	t := Brief{Kind: BriefChats}
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		t.Chats, err = tx.Destinations()
		return err
	})
	if err != nil {
		return Message{}, fmt.Errorf("list the chats that are closed: %w", err)
	}
	t.Chats = slices.DeleteFunc(t.Chats, func(c Destination) bool { return c.Asleep.Since.IsZero() })
	slices.SortStableFunc(t.Chats, func(a, b Destination) int { return a.Asleep.Since.Compare(b.Asleep.Since) })
	shown := min(len(t.Chats), mostSleepers)
	t.Chats, t.More = t.Chats[:shown], len(t.Chats)-shown
	if shown == 0 {
		t.Kind = BriefChatsNone
	}
	return d.tell(a, t)
}

// sleeper is a chat that is closed to us.
type sleeper struct {
	Destination

	beside []Destination // those of its channel that sleep, itself among them: they wake together
}

// named is what the journal calls the chat: one that subscribed itself can have itself erased, and is not named there.
func (c sleeper) named() string {
	if c.made() {
		return "(compte " + string(c.Account) + ")"
	}
	return string(c.ID)
}

// onSleeper does something to a chat that is closed to us, of any account, and answers with a kind where that is done.
func (d *Desk) onSleeper(
	ctx context.Context, a asking, id string, done BriefKind, act func(Tx, asking, sleeper, time.Time) error,
) (Message, error) {
	t := Brief{Kind: done, Word: id, Chats: []Destination{{ID: DestinationID(id)}}}
	if done == BriefChatForget {
		t.Typed = fmt.Sprintf("%s oublier %s confirmer", d.typed("conversation"), id)
	}
	err := d.enact(ctx, func(tx Tx) error {
		chat, err := sleeperIn(tx, DestinationID(id))
		if err != nil {
			return err
		}
		return act(tx, a, chat, time.Now())
	})
	switch {
	case errors.Is(err, errNoChat):
		t.Kind = BriefChatUnknown
	case errors.Is(err, errAwake):
		t.Kind = BriefChatAwake
	case errors.Is(err, errConfigured):
		t.Kind = BriefChatConfigured
	case err != nil:
		return Message{}, fmt.Errorf("mend a chat: %w", err)
	}
	m, err := d.tell(a, t)
	if err == nil && t.Kind == BriefChatForget && a.letter != 0 {
		m.Buttons, err = d.Seal.buttons(d.Renderer, "fr", d.Account, a.letter, ActionForgetYes)
	}
	return m, err
}

// sleeperIn finds a chat that is closed to us.
func sleeperIn(tx Tx, id DestinationID) (sleeper, error) {
	all, err := tx.Destinations()
	if err != nil {
		return sleeper{}, err
	}
	at := slices.IndexFunc(all, func(d Destination) bool { return d.ID == id })
	if at < 0 {
		return sleeper{}, errNoChat
	}
	chat := sleeper{Destination: all[at]}
	if chat.Asleep.Since.IsZero() {
		return chat, errAwake
	}
	for _, d := range all {
		if d.Account == chat.Account && d.Address.Channel == chat.Address.Channel && !d.Asleep.Since.IsZero() {
			chat.beside = append(chat.beside, d)
		}
	}
	return chat, nil
}

// retry has what a chat is owed sent. Where that is refused it falls asleep again, and is told of again.
func (d *Desk) retry(tx Tx, a asking, chat sleeper, now time.Time) error {
	woken, err := tx.Wake(chat.Account, chat.Address.Channel, now)
	if err != nil {
		return err
	}
	if woken == 0 { // somebody was faster
		return errAwake
	}
	if err := d.mended(tx, a, chat, ActionRetry, now); err != nil {
		return err
	}
	return a.keep(tx, d.operatorDeed(a, "conversation reessayer "+chat.named(), now))
}

// forgettable is an error for a chat of the configuration.
func (d *Desk) forgettable(_ Tx, _ asking, chat sleeper, _ time.Time) error {
	if !chat.made() {
		return errConfigured
	}
	return nil
}

// forget erases all that is kept of a chat, as somebody in it can.
func (d *Desk) forget(tx Tx, a asking, chat sleeper, now time.Time) error {
	if err := d.forgettable(tx, a, chat, now); err != nil {
		return err
	}
	erased, err := tx.EraseChat(chat.Account, chat.Address.Channel)
	if err != nil {
		return err
	}
	if erased == 0 {
		return errNoChat
	}
	if err := d.mended(tx, a, chat, ActionForget, now); err != nil {
		return err
	}
	return a.keep(tx, d.operatorDeed(a, "conversation oublier "+chat.named(), now))
}

// mended has the letters about a chat say what an operator did about it.
func (d *Desk) mended(tx Tx, a asking, chat sleeper, action Action, now time.Time) error {
	for _, one := range chat.beside {
		t := Trouble{Kind: TroubleAsleep, Account: one.Account, Destination: one.ID}
		if err := d.End(tx, t, Mend{Who: d.Operators[a.Person], Action: action}, now); err != nil {
			return err
		}
	}
	return nil
}
