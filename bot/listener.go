package bot

import "context"

// Listener is what a notifier can do besides: receive what people say to the bot. Listen reconnects by itself and
// returns nil when ctx ends, or a [*DeliveryError] of KindUnauthorised when the account is no longer accepted.
type Listener interface {
	Listen(ctx context.Context, h Handler) error
}

// Handler answers what people say to the bot. It is safe for concurrent use. An error is for the log: the listener
// then says nothing in the chat.
type Handler interface {
	// Command answers a command.
	Command(ctx context.Context, r Request) (Message, error)
	// Presence takes note that the bot was added to a chat or removed from it. A message without a title is not posted.
	Presence(ctx context.Context, p Presence) (Message, error)
}

// Suggester is what a handler can do besides, for chat platforms that complete what a person types.
type Suggester interface {
	// Suggest lists what can follow a command that begins with the request's Args, the likeliest first, at most n.
	Suggest(ctx context.Context, r Request, n int) []string
}

// Presser is what a handler can do besides: answer who presses a button.
type Presser interface {
	// Press answers a press. Doing the same twice is harmless.
	Press(ctx context.Context, p Press) (Reply, error)
}

// Press is that a person pressed a button. Nothing of it is stored or logged, unless they ask to be told, but its ID as that
// of a Request.
type Press struct {
	ID      string // as in Request
	From    Address
	Private bool   // in a conversation with the bot alone
	Data    string // of the button, as the chat platform gives it: anybody can have made it up
	Lang    string // as in Request
	Person  string // as in Request
	Rights  Rights // as in Request
}

// Reply answers a press, or a form that was sent.
type Reply struct {
	Message Message // for the eyes of who pressed
	// Apart says that it can be done only once the person has opened a conversation with the bot; the message says so, too.
	Apart bool
	// Form is to be shown in the place of the message, where the chat platform has forms; nil for none.
	Form *Form
	// Wrong says, by the names of the form's fields, what was not understood. Nothing is changed then.
	Wrong map[string]string
}

// Confidant is what a notifier can do besides: write to one person.
type Confidant interface {
	// Confide finds where what is posted is read by a person alone. That there is such an address does not mean that the
	// person takes messages there.
	Confide(ctx context.Context, person string) (Address, error)
}

// Request is a command that a person gave. It is answered and forgotten: nothing of it is stored or logged, but its ID where
// something was changed, for [RequestsKept].
type Request struct {
	ID      string // the chat platform's own, the same when it brings the request again; empty for none
	From    Address
	Private bool   // a conversation with the bot alone
	Command string // the command's word as it was typed, without slash or mention, in lower case: "status", "état"
	Args    string // what follows, as typed
	Lang    string // BCP 47 language of the person's client, where the platform says it and nobody else reads the answer
	Person  string // who asks, in the chat platform's identifiers: salted at once, for limits, or an operator's
	Rights  Rights // what the chat platform said with the command of who asks
}

// Rights is what a person may do to a chat, by the chat platform's own word.
type Rights string

// The rights.
const (
	RightsUnknown Rights = ""      // to be asked for, see [Doorkeeper]
	RightsAdmin   Rights = "admin" // administers the chat
	RightsNone    Rights = "none"
)

// Doorkeeper is what a notifier can do besides, where a command does not come with the person's rights: ask the chat
// platform whether a person administers a chat at this moment.
type Doorkeeper interface {
	Administers(ctx context.Context, at Address, person string) (bool, error)
}

// Presence is a change in where the bot is.
type Presence struct {
	At      Address
	Kind    PresenceKind
	MovedTo string // with Moved: the channel's new id
	Lang    string // as in Request
}

// PresenceKind is what happened to the bot in a chat.
type PresenceKind string

// The kinds of presence.
const (
	Joined PresenceKind = "joined" // added, or allowed to speak again
	Left   PresenceKind = "left"   // removed, blocked, channel archived or deleted
	Moved  PresenceKind = "moved"  // the chat has a new id
)

// MenuItem is a command as a chat platform's menu shows it, derived from the command table.
type MenuItem struct {
	Name        string            // a–z, 0–9, _ : what Telegram and Discord accept
	Names       map[string]string // localised names by language, where the platform has them (Discord)
	Description map[string]string // by language; "fr" and "en" are always there
	For         Role              // what is for operators is never shown where everybody looks
	Option      *MenuOption       // nil for a command without argument
}

// MenuOption is the one optional argument of a command.
type MenuOption struct {
	Name        string
	Description map[string]string
}
