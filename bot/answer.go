package bot

// Answer is the language-free answer to a command about the chat itself.
type Answer struct {
	Kind      AnswerKind
	Platforms []Platform // that it is about; of a press: that of the incident
	Word      string     // what a person typed, where it was not understood
	Names     []string   // what can be typed instead: languages by their own names
	Typed     string     // the command to go on with, as it is typed here: "/abonner"; empty where there is none
	Settings  Settings   // of the chat, with the kinds that show them
	Account   AccountID  // with AnswerClosed: what the operator needs to subscribe this chat
	Channel   string
	More      int // with AnswerPlatforms: how many are not shown
	Kept      Kept
}

// ExampleArea is the académie that stands in what a person is shown to type.
const ExampleArea = "Lille"

// Settings are those of a chat, as they are shown.
type Settings struct {
	Area      string // zone or académie, as it is written; empty while it is not known
	Audience  Audience
	Languages []string // by their own names
	Silence   Silence
	Follows   []Platform
	All       bool // everything that serves the area
}

// Kept is how much is kept about a chat.
type Kept struct {
	Deliveries int // incidents of which it was told or is to be
	Deeds      int // changes made by commands
	Promises   int // incidents of whose end the person will be told
}

// AnswerKind is what an answer says.
type AnswerKind string

// The kinds of answer.
const (
	AnswerSubscribed    AnswerKind = "subscribed"     // these platforms are announced here now
	AnswerUnsubscribed  AnswerKind = "unsubscribed"   // these no longer
	AnswerNotFollowed   AnswerKind = "not_followed"   // these are not announced here
	AnswerNothing       AnswerKind = "nothing"        // nothing is announced here
	AnswerWhere         AnswerKind = "where"          // the académie has to be known first
	AnswerWhich         AnswerKind = "which"          // a platform that is not known, or several that are meant
	AnswerSettings      AnswerKind = "settings"       // the settings, and how to change them
	AnswerChanged       AnswerKind = "changed"        // the settings after a change
	AnswerUnclear       AnswerKind = "unclear"        // a setting that was not understood
	AnswerLanguages     AnswerKind = "languages"      // the languages that can be chosen
	AnswerStopped       AnswerKind = "stopped"        // all about the chat is erased
	AnswerNothingKept   AnswerKind = "nothing_kept"   // nothing is stored about the chat
	AnswerKept          AnswerKind = "kept"           // what is stored about the chat
	AnswerConfigured    AnswerKind = "configured"     // the configuration decides about this chat
	AnswerClosed        AnswerKind = "closed"         // chats cannot subscribe themselves on this account
	AnswerFull          AnswerKind = "full"           // no more chats can
	AnswerDenied        AnswerKind = "denied"         // only for those who administer the chat
	AnswerReserved      AnswerKind = "reserved"       // only for those who run this Panneau
	AnswerUnverified    AnswerKind = "unverified"     // the chat platform does not say whether they do
	AnswerBusy          AnswerKind = "busy"           // asked too often
	AnswerTested        AnswerKind = "tested"         // the example is posted
	AnswerTestFailed    AnswerKind = "test_failed"    // it could not be
	AnswerPlatforms     AnswerKind = "platforms"      // what is watched
	AnswerNoPlatforms   AnswerKind = "no_platforms"   // nothing of that name is watched
	AnswerPrivacy       AnswerKind = "privacy"        // what is stored, and what is not
	AnswerExpired       AnswerKind = "expired"        // the button is not valid here, or not any more
	AnswerOver          AnswerKind = "over"           // the incident is over
	AnswerCounted       AnswerKind = "counted"        // what a person sees at home is counted
	AnswerCountedBefore AnswerKind = "counted_before" // it was already
	AnswerNoted         AnswerKind = "noted"          // the person will be told when it is back
	AnswerNotedBefore   AnswerKind = "noted_before"   // they will be anyway
	AnswerNotedMost     AnswerKind = "noted_most"     // they are waiting for enough already
	AnswerShut          AnswerKind = "shut"           // they take no private messages
	AnswerShared        AnswerKind = "shared"         // the answer is posted for everybody
	AnswerReturned      AnswerKind = "returned"       // it is back: what was promised
	AnswerRepeated      AnswerKind = "repeated"       // the same request came again, and was carried out before
)

// AnswerKinds lists every kind.
func AnswerKinds() []AnswerKind {
	return []AnswerKind{
		AnswerSubscribed, AnswerUnsubscribed, AnswerNotFollowed, AnswerNothing, AnswerWhere, AnswerWhich, AnswerSettings,
		AnswerChanged, AnswerUnclear, AnswerLanguages, AnswerStopped, AnswerNothingKept, AnswerKept, AnswerConfigured,
		AnswerClosed, AnswerFull, AnswerDenied, AnswerReserved, AnswerUnverified, AnswerBusy, AnswerTested, AnswerTestFailed,
		AnswerPlatforms, AnswerNoPlatforms, AnswerPrivacy,
		AnswerExpired, AnswerOver, AnswerCounted, AnswerCountedBefore, AnswerNoted, AnswerNotedBefore, AnswerNotedMost,
		AnswerShut, AnswerShared, AnswerReturned, AnswerRepeated,
	}
}
