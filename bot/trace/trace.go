// Package trace reads, writes and plays days: what Panneau's checks met, or what they said, what was decided then, and
// what families may be told. docs/fr/rejouer.md describes the files.
package trace

import (
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Trace is a day as it was, or might be. What the checks meet stands in Scenes; what they said, where it was recorded, in
// Seen. Either decides; with scenes the patrol runs the checks by itself, bursts included.
type Trace struct {
	Name      string // of the file, without its folder and « .trace »
	Title     string
	Start     time.Time
	End       time.Time
	Every     time.Duration // how often each check runs
	Limit     time.Duration // of one run
	Platforms []bot.Platform
	Checks    map[bot.PlatformID][]string
	Addresses map[bot.PlatformID]string // at which the platform answers, or fails: "IP:port"
	Chats     []bot.Destination
	Vantages  []string // the places besides [Here], which decides
	Quorum    int      // 0: more than half
	Usual     []Custom
	Scenes    []Scene
	Seen      []bot.Verdict // in the order in which they were known
	Told      []Decision    // in the order in which they were made

	// What is held against a play of the trace.
	Outages []Outage
	Rings   map[string]int // by chat, the most audible messages; -1: any number
	Heard   map[string]int // by chat, the fewest
	Within  time.Duration  // in which an outage must be told
}

// Scene is a change of what a check meets. The check « * » is all of a platform's, no place is every place.
type Scene struct {
	At       time.Time
	Vantage  string
	Platform bot.PlatformID // or [Uplink], [Uplink6], [Process], « * »
	Check    string
	State    string // one of [States]
	Argument string
}

// Outage is one that must be told, as Condition at its worst.
type Outage struct {
	Platform  bot.PlatformID
	Condition bot.Condition
	From, To  time.Time
}

// Decision is one revision of an incident.
type Decision struct {
	At        time.Time
	Platform  bot.PlatformID
	Condition bot.Condition
	Reason    bot.Reason
}

// Custom is how fast a platform was in the four weeks before, in the hours of each day from one to another, the last
// excluded.
type Custom struct {
	Platform bot.PlatformID
	Took     time.Duration
	From, To int
}

// What a scene can be about besides platforms, and the place that decides.
const (
	Uplink  = bot.PlatformID("uplink")  // our own line
	Uplink6 = bot.PlatformID("uplink6") // its half over IPv6
	Process = bot.PlatformID("process") // of another place than the one that decides
	Here    = "ici"
)

// Covers reports whether an incident, in a trace that ends at end, is the telling of this outage.
func (o Outage) Covers(i bot.Incident, end time.Time) bool {
	until := end
	if !i.Open() {
		until = i.ResolvedAt
	}
	return i.Platform == o.Platform && i.Since.Before(o.To) && !until.Before(o.From)
}

// now is what a check meets at a place and time; the last line that fits counts.
func (t *Trace) now(vantage string, platform bot.PlatformID, check string, at time.Time) Scene {
	found := Scene{State: "up"}
	for _, s := range t.Scenes {
		fits := s.Platform == platform || s.Platform == "*" && platform != Uplink && platform != Uplink6 && platform != Process
		if fits && (s.Vantage == "" || s.Vantage == vantage) && (s.Check == "*" || s.Check == check) && !s.At.After(at) {
			found = s
		}
	}
	return found
}

// cutOff reports whether our own line is down at a place, or its half over which an address is reached.
func (t *Trace) cutOff(vantage, address string, at time.Time) bool {
	down := func(line bot.PlatformID) bool { return t.now(vantage, line, "*", at).State == "down" }
	return down(Uplink) || strings.HasPrefix(address, "[") && down(Uplink6)
}

// checkID is the name of a platform's check.
func checkID(p bot.PlatformID, check string) bot.CheckID { return bot.CheckID(string(p) + "/" + check) }
