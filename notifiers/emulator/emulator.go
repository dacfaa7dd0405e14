// Package emulator holds what the emulated chat platforms have in common. Each platform is a package of its own below
// this one: an http.Handler that speaks the platform's protocol to the platform's real client library, enforces its
// published limits, checks every request against the vendor's own description of its API, can be told to misbehave
// as the real one does, and keeps what each channel shows.
//
// An emulator is a judge: it must be as strict and as unkind as the real platform, and is never weakened to let
// something pass. It uses the time package for time and nothing else, so that it runs in a testing/synctest bubble
// over in-memory connections as well as on a loopback port.
package emulator

import (
	"net/http"
	"time"
)

// Chat is what every emulated platform offers to tests, benchmarks and the demo. It is safe for concurrent use.
type Chat interface {
	http.Handler
	Presser

	// Open creates a channel that the bot is a member of.
	Open(channel string)
	// Shown lists what a channel shows now, oldest first.
	Shown(channel string) []Shown
	// Requests lists every request received since the last Forget, in order of arrival.
	Requests() []Request
	// Forget forgets the requests received so far, for runs that last long. What channels show stays.
	Forget()

	// Inject makes the next matching requests fail.
	Inject(f Fault)
	// Heal takes every injected fault back. What a Throttle has shut stays shut until its time.
	Heal()
	// Kick removes the bot from a channel; Invite brings it back.
	Kick(channel string)
	Invite(channel string)
	// Remove deletes a channel for good.
	Remove(channel string)
	// Forbid takes the bot's right to write in a channel away; Allow gives it back.
	Forbid(channel string)
	Allow(channel string)
	// ForbidPictures makes the platform refuse pictures in a channel, as an administrator can: Slack then does so in the
	// whole workspace.
	ForbidPictures(channel string)
	// Erase deletes a message as an administrator would.
	Erase(channel, id string)
	// Revoke makes the account's token invalid.
	Revoke()

	// Say makes a person write in a channel, a command in most cases. The bot receives it as the platform would send it.
	Say(channel, user, text string)
}

// Shown is a message as it stands in a channel.
type Shown struct {
	ID        string
	Bot       bool      // written by the bot, not by a person
	Text      string    // what a person reads: every visible text of the message, top to bottom, markup resolved
	Raw       string    // the payload as the platform keeps it (JSON), for golden files
	Edits     int       // how often it was edited with a change
	Audible   bool      // whether its arrival made phones ring
	Ephemeral string    // the only user who sees it; empty for everybody
	ReplyTo   string    // id of the message that it answers
	Thread    string    // topic or thread it stands in
	At        time.Time // arrival
	Picture   *Picture  // nil for none
}

// Picture is an image that a message shows.
type Picture struct {
	Alt  string // what is read out in its place; always empty on Telegram, which has no such text
	Data []byte // the file
}

// Request is a request as the emulator received it.
type Request struct {
	Method   string // the platform's own name of the operation: "sendMessage", "chat.postMessage", "POST /channels/{channel_id}/messages"
	Channel  string
	At       time.Time
	Status   int    // of the answer; 0 when none was sent
	Refused  bool   // answered with 429
	Accepted bool   // carried out
	Problem  string // what the vendor's description finds wrong with it; empty for a valid request
}

// Fault makes requests fail.
type Fault struct {
	Method  string // as in Request.Method; empty for every method that posts or edits
	Channel string // empty for every channel
	Times   int    // how many requests it applies to; 0 for one, negative for all
	Kind    FaultKind
	Status  int           // with Answer: the HTTP status, with a body as the platform's front servers send it
	Body    string        // with Answer: the exact body, when not that one
	Wait    time.Duration // with Delay: how long the answer is held back; with Throttle: the retry time named; with Late
	Scope   string        // with Throttle: the platform's own word for whom it concerns ("global", "shared", "user")
}

// FaultKind is a way to fail.
type FaultKind string

// The kinds of fault.
const (
	Answer    FaultKind = "answer"     // answers with Status and does nothing
	Delay     FaultKind = "delay"      // carries the request out and answers late
	Hang      FaultKind = "hang"       // carries nothing out and never answers
	CutBefore FaultKind = "cut_before" // closes the connection, nothing carried out
	CutAfter  FaultKind = "cut_after"  // carries the request out, then closes the connection without an answer
	Late      FaultKind = "late"       // closes the connection without an answer, and carries the request out after Wait
	CutBody   FaultKind = "cut_body"   // carries the request out, then breaks off in the middle of the answer
	Garbage   FaultKind = "garbage"    // carries the request out and answers 200 with something that is not the platform's format
	Throttle  FaultKind = "throttle"   // 429 with Wait
)
