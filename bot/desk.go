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

// Desk answers the people of one account. It implements [Handler].
type Desk struct {
	Account   AccountID
	Chat      ChatPlatform
	Prefix    string // what comes before a command's name here: "/", "/panneau "
	Open      bool   // whether chats may subscribe themselves
	Operators Operators
	Whispers  bool // whether only who asked sees an answer in a shared chat
	Forms     bool // whether the chat platform can show forms
	Store     Store
	Board     *Board
	Renderer  Renderer
	Notifier  Notifier // posts the example notices
	Turnstile *Turnstile
	Seal      *Seal       // of the buttons; nil for none
	Stranger  Destination // how a chat that follows nothing is spoken to: audience, place, languages
	Woken     func()      // called after there may be something to send on this account
	Changed   func()      // called after there may be on all of them
	// SecondAbove is how many chats an operator may address alone; 0 for any number.
	SecondAbove int
	Trouble     func(Trouble)
	// End writes down, in a transaction, what an operator did that ends a trouble.
	End    func(Tx, Trouble, Mend, time.Time) error
	Logger *slog.Logger
}

// asking is a request with the chat that it comes from.
type asking struct {
	Request
	chat  Destination
	known bool // the chat is a destination
	// letter is the letter whose button was pressed; 0 for none.
	letter IncidentID
}

// longestArgs is how many characters of what a person typed are looked at: more than any list of platforms that they
// would type.
const longestArgs = 200

// Command implements [Handler].
func (d *Desk) Command(ctx context.Context, r Request) (Message, error) {
	r.Command = clip(r.Command)
	command, sure, args := begins(r)
	r.Args = args
	if command.For != ForOperators { // who says so where a text of theirs is too long: it would be published
		r.Args = clip(r.Args)
	}
	chat, known, err := d.chatAt(ctx, r.From)
	if err != nil {
		return Message{}, err
	}
	a := asking{Request: r, chat: chat, known: known}
	if pass, first := d.Turnstile.Pass(d.Account, r.From.Channel, r.Person, time.Now()); !pass {
		return d.busy(a, first)
	}
	if r.Command == "start" && r.Private && r.Args != "" { // as Telegram passes a link's data on
		return d.opened(ctx, a)
	}
	if !sure || command.For == ForOperators && len(d.Operators) == 0 {
		return d.guess(ctx, a, command)
	}
	return d.give(ctx, a, command)
}

// give gives a command, where the person may.
func (d *Desk) give(ctx context.Context, a asking, command Command) (Message, error) {
	if refusal := d.refuse(ctx, a, command.For); refusal != "" {
		return d.say(a, Answer{Kind: refusal})
	}
	message, err := d.once(ctx, command, a)
	if err != nil {
		return Message{}, fmt.Errorf("answer %s: %w", command.Name, err)
	}
	if command.For == ForOperators && !a.Private && !d.Whispers {
		d.whisper(ctx, a, message)
		return Message{}, nil
	}
	return message, nil
}

// mostTries is how often a command is tried that others get ahead of.
const mostTries = 5

// act gives a command. Where somebody else changed the chat in the meantime, it looks again at how it is now.
func (d *Desk) act(ctx context.Context, command Command, a asking) (message Message, err error) {
	for range mostTries {
		message, err = command.answer(d, ctx, a)
		if !errors.Is(err, ErrConflict) {
			return message, err
		}
		if a.chat, a.known, err = d.chatAt(ctx, a.From); err != nil {
			return Message{}, err
		}
	}
	return message, fmt.Errorf("others are always faster: %w", ErrConflict)
}

// clip shortens what nobody would type.
func clip(typed string) string {
	if runes := []rune(typed); len(runes) > longestArgs {
		return string(runes[:longestArgs]) + "…"
	}
	return typed
}

// busy answers who asks too often. Where everybody in the chat sees it, it is said once.
func (d *Desk) busy(a asking, first bool) (Message, error) {
	if !first && !a.Private && !d.Whispers {
		return Message{}, nil
	}
	return d.say(a, Answer{Kind: AnswerBusy})
}

// refuse says why a person may not give a command that is for a role: nothing where they may. The chat platform is asked
// each time.
func (d *Desk) refuse(ctx context.Context, a asking, role Role) AnswerKind {
	switch {
	case role == ForEveryone || role == ForOperators && d.Operators.has(a.Person):
		return ""
	case role == ForOperators:
		return AnswerReserved
	}
	switch admin, err := d.administers(ctx, a); {
	case err != nil:
		d.Logger.Warn("who administers a chat is not known", "account", d.Account, "err", err)
		return AnswerUnverified
	case !admin:
		return AnswerDenied
	default:
		return ""
	}
}

func (d *Desk) administers(ctx context.Context, a asking) (bool, error) {
	if a.Private || a.Rights != RightsUnknown {
		return a.Private || a.Rights == RightsAdmin, nil
	}
	door, kept := d.Notifier.(Doorkeeper)
	if !kept || a.Person == "" {
		return false, nil
	}
	return door.Administers(ctx, a.From, a.Person)
}

// say answers in the languages of the chat, or of the asker.
func (d *Desk) say(a asking, answer Answer) (Message, error) {
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Answer(lang, answer) })
}

// typed is a command as people type it here.
func (d *Desk) typed(name string) string { return d.Prefix + name }

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
	m, err := d.write(a, func(lang string) (Message, error) { return d.Renderer.Overview(lang, overview) })
	if err != nil || strings.TrimSpace(a.Args) != "" {
		return m, err
	}
	m.Buttons, err = d.sharing(a, ActionShareStatus, 0)
	return m, err
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
	m, err := d.write(a, func(lang string) (Message, error) { return d.Renderer.Playbook(lang, playbook) })
	if err != nil || strings.TrimSpace(a.Args) != "" {
		return m, err
	}
	m.Buttons, err = d.sharing(a, ActionShareTodo, 0)
	return m, err
}

// overview is the state of what the chat follows, or of what a person named.
func (d *Desk) overview(ctx context.Context, a asking) (Overview, error) {
	follow := a.chat.Follows
	word := strings.TrimSpace(a.Args)
	if len(follow) == 0 || word != "" {
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

func (d *Desk) help(ctx context.Context, a asking) (Message, error) {
	help := d.helpFor(ctx, a)
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Help(lang, help) })
}

// guess answers a word that is no command: with the nearest one, and with what there is.
func (d *Desk) guess(ctx context.Context, a asking, nearest Command) (Message, error) {
	help := d.helpFor(ctx, a)
	help.Asked = a.Request.Command
	if i := slices.IndexFunc(help.Calls, func(c Call) bool { return c.Command == nearest.Name }); i >= 0 {
		help.Meant = help.Calls[i].Typed
	}
	return d.write(a, func(lang string) (Message, error) { return d.Renderer.Help(lang, help) })
}

// helpFor lists what the person may ask for.
func (d *Desk) helpFor(ctx context.Context, a asking) Help {
	help := Help{PageURL: d.Board.PageURL}
	admin, err := d.administers(ctx, a)
	discreet := d.Operators.has(a.Person) && (a.Private || d.Whispers)
	for _, c := range Commands() {
		call := Call{Command: c.Name, Typed: d.typed(c.Name), Arg: c.Option != ""}
		switch {
		case c.For == ForEveryone, c.For == ForAdmins && admin && err == nil:
			help.Calls = append(help.Calls, call)
		case c.For == ForOperators && discreet:
			help.Reserved = append(help.Reserved, call)
		}
	}
	return help
}

// Suggest implements [Suggester].
func (d *Desk) Suggest(_ context.Context, r Request, n int) []string {
	command, sure := find(r.Command)
	if !sure {
		return nil
	}
	var all []string
	switch command.Name {
	case "abonner":
		all = append(areas(), platformNames(d.Board.Platforms)...)
	case "plateformes":
		all = areas()
	case "status", "que_faire", "desabonner":
		all = platformNames(d.Board.Platforms)
	case "langue":
		all = tongueNames(d.Renderer.Languages())
	case "reglages":
		all = settingExamples()
	}
	return nearestTo(clip(r.Args), all, n)
}

// nearestTo lists the first of the texts that hold the words that a person began to type, in their order; the first ones
// of all where they typed nothing.
func nearestTo(typed string, all []string, n int) []string {
	word := Fold(typed)
	begin := slices.DeleteFunc(slices.Clone(all), func(text string) bool { return !strings.HasPrefix(Fold(text), word) })
	within := slices.DeleteFunc(slices.Clone(all), func(text string) bool {
		return strings.HasPrefix(Fold(text), word) || !strings.Contains(Fold(text), word)
	})
	found := slices.Concat(begin, within)
	return found[:min(n, len(found))]
}

func platformNames(list []Platform) []string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.Name
	}
	return names
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
	if woken > 0 {
		d.Trouble(Trouble{Kind: TroubleAsleep, Account: d.Account, Destination: chat.ID, Over: true})
	}
	w := Welcome{
		Chat: d.Chat, Account: d.Account, Channel: p.At.Channel,
		Status: d.typed("status"), Help: d.typed("aide"), PageURL: d.Board.PageURL,
	}
	if known && len(chat.Follows) > 0 {
		w.Audience, w.Follows = chat.Audience, d.platforms(chat.Follows)
	} else if d.Open {
		w.Subscribe = d.typed("abonner")
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
	return inEach(d.tonguesFor(a), text)
}

func (d *Desk) tonguesFor(a asking) []string {
	asker := a.Lang
	if a.Private && a.known {
		asker = ""
	}
	return d.Renderer.Choose(asker, a.chat.Languages)
}

// tongue is the first language of an answer: that of its buttons.
func (d *Desk) tongue(a asking) string { return d.tonguesFor(a)[0] }
