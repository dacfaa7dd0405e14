package bot

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Wishes are what a chat asked for itself, by commands. A destination that has some was made in its chat; one of the
// configuration has none.
type Wishes struct {
	Zone      string       `json:"zone"`                // zone or académie, as calendar.Find takes it; empty: not said yet
	All       bool         `json:"all,omitzero"`        // follows all that is watched, concerns its readers and serves its zone
	Platforms []PlatformID `json:"platforms,omitempty"` // follows these besides
}

// follows spells out what the wishes stand for among the platforms that are watched, in their order.
func (w Wishes) follows(reader Audience, watched []Platform) []PlatformID {
	académies := calendar.AcadémiesOf(w.Zone)
	var ids []PlatformID
	for _, p := range watched {
		if slices.Contains(w.Platforms, p.ID) || w.All && p.Concerns(reader) && p.Serves(académies) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// follows reports whether a platform is announced at the destination.
func (d Destination) follows(id PlatformID) bool { return slices.Contains(d.Follows, id) }

// made reports whether the destination was made in its chat.
func (d Destination) made() bool { return d.Wishes != nil }

// idle reports whether nothing stands in the way of a chat's own wishes: the configuration does not want it told anything.
func (d Destination) idle() bool { return d.made() || len(d.Follows) == 0 }

// destinationOf names a destination after its account and the address at which it was made.
func destinationOf(account AccountID, at Address) DestinationID {
	id := string(account) + "/" + at.Channel
	if at.Thread != "" {
		id += "/" + at.Thread
	}
	return DestinationID(id)
}

// placeOf is the clock of a zone or académie.
func placeOf(word string) (Place, error) {
	zone, err := calendar.Find(word)
	if err != nil {
		return Place{}, err
	}
	clock, err := zone.Location()
	return Place{Location: clock, Name: zone.Name}, err
}

// Deed is one change that a person made by a command, as it is kept for [DeedsKept].
type Deed struct {
	At      time.Time
	Account AccountID
	Channel string // where; empty where the chat had itself erased, and for what an operator did, which concerns no chat
	// Who is a name that is made anew every hour: it tells whether two deeds were one person's, not whose. An operator's
	// is the one that the configuration gives.
	Who      string
	Operator bool
	What     string // the command with what it was understood to say: never what was typed
}

// DeedsKept is how long deeds are kept.
const DeedsKept = 90 * 24 * time.Hour

// ChatTx keeps the destinations that chats make themselves, and what was done by commands.
type ChatTx interface {
	// ChatsMade counts the destinations of an account that were made in their chats.
	ChatsMade(account AccountID) (int, error)
	// EraseChat forgets all about a chat: its destinations with what they were told, and the deeds. It reports how many
	// destinations there were. One of the configuration that follows something stays.
	EraseChat(account AccountID, channel string) (int, error)
	// Keep writes a deed down, and forgets those that are older than DeedsKept.
	Keep(d Deed) error
	// Deeds lists what was done in a chat and is kept, newest first.
	Deeds(account AccountID, channel string) ([]Deed, error)
	// OperatorDeeds lists what operators did since a time and is kept, newest first, at most n, and how many there are.
	OperatorDeeds(since time.Time, n int) (list []Deed, all int, err error)
	// Deliveries counts the incidents of which a chat was told or is to be.
	Deliveries(account AccountID, channel string) (int, error)
}

// enlist writes a destination that was made in its chat down, with what its wishes stand for.
func enlist(tx Tx, d Destination, platforms []Platform) error {
	d.Follows = d.Wishes.follows(d.Audience, platforms)
	if err := tx.PutDestination(d); err != nil {
		return fmt.Errorf("write %s down: %w", d.ID, err)
	}
	return nil
}
