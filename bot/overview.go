package bot

import "time"

// Overview is the language-free answer to « what is the state of things? », for a chat or for the public page.
type Overview struct {
	Now       time.Time
	Place     Place
	Audience  Audience
	Asked     string         // the platform that a person asked for, as typed; empty when they asked for everything
	Platforms []PlatformView // in the order to show; with Asked, those that match
	Nearest   []Platform     // with Asked and no match: what it may have meant, nearest first
	Days      []CriticalDay  // the critical ones of today and tomorrow
	Recent    []DaySeen      // with Asked and one match: its last school days, oldest first; nil where too little is known
	Offline   bool           // our own line is down: nothing can be said at the moment
	PageURL   string         // the public page; empty where there is none
}

// PlatformView is one platform as it stands.
type PlatformView struct {
	Platform  Platform
	Condition Condition // NotYetKnown before the first verdict
	Since     time.Time // since when; zero when it is not known
	CheckedAt time.Time // the newest verdict; zero before the first
	Every     time.Duration
	Vantages  int    // from how many places it is checked; of several, those that can tell
	Split     Split  // where they disagree
	Reason    Reason // of the last verdict that was not good, while the condition is not Normal
	Evidence  Evidence
}

// Playbook is the language-free answer to « what can be done now? »: an overview with, for each of its platforms, what
// people can do while it fails.
type Playbook struct {
	Overview

	Offers [][]Offer // for each platform of the overview, the best first; none where it does not fail
}

// Details is the language-free answer to « what is known of this incident? ».
type Details struct {
	Now       time.Time
	Place     Place
	Audience  Audience
	Incident  Incident
	Platform  Platform
	Revisions []Revision // oldest first, the last ones
	CheckedAt time.Time  // the newest verdict
	Every     time.Duration
	Vantages  int    // from how many places it is checked
	PageURL   string // the public page of the incident; empty where there is none
}

// Help is the language-free content of the help answer.
type Help struct {
	Asked string // the command that a person typed and that there is not; empty where they asked for help
	Meant string // the nearest one, as it is typed; empty where none is near
	Calls []Call // those that the person may give
	// Reserved are those of operators besides, where one asks and nobody else reads the answer.
	Reserved []Call
	PageURL  string
}

// Call is one command as a person types it on this chat platform: « /status [plateforme] ».
type Call struct {
	Command string // its name in the command table
	Typed   string // what to type, without the argument: "/status", "/panneau status"
	Arg     bool   // whether it takes a platform's name
}

// Welcome is the language-free content of the greeting in a chat that the bot was just added to.
type Welcome struct {
	Chat      ChatPlatform
	Account   AccountID
	Channel   string     // the id that the operator needs to subscribe this chat
	Follows   []Platform // what the chat is subscribed to already
	Audience  Audience   // of the subscription; empty where there is none
	Status    string     // how to ask for the state here: "/status", "/panneau status"
	Help      string     // how to ask for help here
	PageURL   string
	Subscribe string // how an administrator subscribes this chat; empty where only the operator can
}
