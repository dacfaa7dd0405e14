// Package bot is the heart of Panneau: its words, its rules and its use cases.
//
// The data flows one way:
//
//	Check ─▶ Verdict ─▶ Judge ─▶ Incident ─▶ Delivery ─▶ Posting ─▶ Receipt
//
// A [Checker] looks at one target of a [Platform] and returns a [Verdict]. [Judge], a pure function, turns the recent
// verdicts into the [Condition] that families are told. [Watch] writes what changed (an [Incident] and one [Delivery]
// per [Destination]) in one transaction. A [Speaker] then closes the gap between what each chat was told and what is
// true now: it renders the incident as it stands at that moment, posts or edits through a [Notifier] and keeps the
// [Receipt].
//
// The package imports nothing of Panneau except bot/calendar. Everything that touches the outside (databases, chat
// platforms, the network, French) stands behind an interface declared here, next to the code that uses it.
package bot
