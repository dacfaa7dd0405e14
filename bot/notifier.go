package bot

import (
	"context"
	"fmt"
	"time"
)

// AccountID names one bot identity (a token) of the configuration: "telegram-parents".
type AccountID string

// ChatPlatform is a kind of chat: the name of its adapter.
type ChatPlatform string

// The chat platforms.
const (
	Telegram ChatPlatform = "telegram"
	Slack    ChatPlatform = "slack"
	Discord  ChatPlatform = "discord"
	Console  ChatPlatform = "console"
)

// Address is where a message goes on a chat platform, in that platform's own identifiers.
type Address struct {
	Channel string // Telegram chat id, Slack or Discord channel id
	Thread  string // Telegram topic, Slack thread timestamp; empty for none. A Discord thread is a channel
}

// Op is what a request to a chat platform does, as far as its limits tell the difference.
type Op string

// The operations.
const (
	OpPost Op = "post"
	OpEdit Op = "edit"
)

// Posting is a message ready to leave.
type Posting struct {
	To      Address
	Message Message
	Key     string  // identifies the posting for good: every attempt at the same one has the same key
	Silent  bool    // no sound, where the platform can
	ReplyTo Receipt // the message that this one refers to; the zero value for none
}

// Receipt is what a chat platform gave back for a posting: enough to edit it.
type Receipt struct {
	Channel string   `json:"channel"` // as the platform answered it: it may differ from the address asked
	Thread  string   `json:"thread,omitzero"`
	IDs     []string `json:"ids"` // message ids, the main one first; more than one when the text had to be divided
}

// Posted reports whether the receipt stands for a message.
func (r Receipt) Posted() bool { return len(r.IDs) > 0 }

// Notifier posts and edits on one account. Both methods return errors of type [*DeliveryError] only, whatever goes
// wrong, and none of them, nor any log line, ever shows the account's token. Neither retries by itself, neither waits
// for a limit: that is the speaker's work. Both return soon after ctx ends, and ask [MayLeave] right before bytes leave.
type Notifier interface {
	// Post sends a new message. A receipt that comes with an error stands for a text of several parts of which only
	// the first ones were posted: Edit completes it.
	Post(ctx context.Context, p Posting) (Receipt, error)
	// Edit makes the message of the receipt show p: it edits every part, posts the missing ones and deletes those too
	// many. A message that shows p already is a success.
	Edit(ctx context.Context, r Receipt, p Posting) (Receipt, error)
	// Buckets names the limits that an operation at an address draws on, from the widest to the narrowest.
	Buckets(op Op, to Address) []Bucket
}

// Finder is what a notifier can do besides where the platform lets a bot read its own messages: find the one that a
// posting whose outcome is uncertain has left. The zero Receipt means that there is none; an error of KindGone, that it
// cannot be looked for.
type Finder interface {
	Find(ctx context.Context, p Posting, since time.Time) (Receipt, error)
}

// Repeater is what a Finder can be besides where the platform knows a posting by its key: for some time, a repeated one
// makes no second message and is answered with the first.
type Repeater interface {
	// Remembers is for how long after the first attempt that can be counted on.
	Remembers() time.Duration
}

// Bucket is one published limit: at most N operations in any Per.
type Bucket struct {
	Name string // unique in the account: "bot", "chat:-100123"
	N    int
	Per  time.Duration
}

// ErrorKind is what a failed delivery means for what to do next. Every error of every vendor maps to exactly one.
type ErrorKind string

// The kinds.
const (
	KindTransient    ErrorKind = "transient"    // certainly not sent; try again later
	KindUncertain    ErrorKind = "uncertain"    // the request left, no answer came: it may have been carried out
	KindThrottled    ErrorKind = "throttled"    // certainly not sent; not before RetryAfter, for everything in Scope
	KindRejected     ErrorKind = "rejected"     // the platform will never take this content
	KindMissing      ErrorKind = "missing"      // the message to edit is no longer there
	KindGone         ErrorKind = "gone"         // the channel is closed to us: kicked, deleted, archived, no permission
	KindMoved        ErrorKind = "moved"        // the channel has a new address: MovedTo
	KindUnauthorised ErrorKind = "unauthorised" // the token is no longer accepted: the whole account stops
)

// ErrorKinds lists every kind.
func ErrorKinds() []ErrorKind {
	return []ErrorKind{
		KindTransient, KindUncertain, KindThrottled, KindRejected, KindMissing, KindGone, KindMoved, KindUnauthorised,
	}
}

// DeliveryError is the only type of error that a Notifier returns.
type DeliveryError struct {
	Kind       ErrorKind
	RetryAfter time.Duration // with KindThrottled, and with KindTransient where the platform says when
	Scope      string        // with KindThrottled: the name of the bucket that is empty; empty where the platform does not say
	MovedTo    string        // with KindMoved: the channel's new id
	Err        error         // the cause, free of secrets
}

// Error describes the error for logs.
func (e *DeliveryError) Error() string { return fmt.Sprintf("%s: %v", e.Kind, e.Err) }

// Unwrap returns the cause.
func (e *DeliveryError) Unwrap() error { return e.Err }
