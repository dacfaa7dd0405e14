package bot

import "time"

// DestinationID names a destination for good, also when the chat platform moves it: the account and the address as it
// was first configured.
type DestinationID string

// Destination is a channel, group or chat where notices go.
type Destination struct {
	ID        DestinationID
	Account   AccountID
	Address   Address // where it is now
	Audience  Audience
	Place     Place
	Languages []string     // BCP 47, one or two; the first is the main one
	Follows   []PlatformID // empty: every platform that concerns the audience
	Asleep    Sleep        // the zero value while it is awake
}

// Sleep is why and since when nothing is sent to a destination.
type Sleep struct {
	Since time.Time
	Why   string // the vendor's word, free of secrets
}

// Delivery is the duty to bring an incident to a destination: one row of the ledger. It says what was told, not what
// happened: what is to be done follows from comparing it with the incident as it is now.
type Delivery struct {
	Incident    IncidentID
	Destination DestinationID
	Told        int64     // the revision that the living message shows; 0 before it was posted
	Heard       Condition // what the reader was last told aloud; NotYetKnown before the first message
	Receipt     Receipt   // of the living message
	Flight      Flight    // the attempt under way
	Tries       int       // failed attempts since the last success
}

// Flight is an attempt that was written down before its bytes left. One that is found at a start is uncertain: it may
// have arrived.
type Flight struct {
	Act   Act // empty: none under way
	Since time.Time
}

// Act is what the ledger has to do next for a delivery.
type Act string

// The acts.
const (
	ActNone Act = ""
	ActPost Act = "post" // post the living message
	ActRing Act = "ring" // post a short audible message: worse, back, again
	ActEdit Act = "edit" // make the living message show the current revision
	ActDrop Act = "drop" // forget the delivery: it was over before anything was said
)

// Next compares what was told with what is true and says what closes the gap. It never looks at how it came to be:
// three quick changes, a night of silence or a crash end in the same act.
func (d Delivery) Next(i Incident) Act {
	switch {
	case !d.Receipt.Posted() && !i.Open() && d.Heard == NotYetKnown:
		return ActDrop
	case !d.Receipt.Posted() && i.Open():
		return ActPost
	case d.Ring(i) != "":
		return ActRing
	case d.Told < i.Revision && d.Receipt.Posted():
		return ActEdit
	default:
		return ActNone
	}
}

// Ring says which audible message the reader needs, if any, given what they were last told aloud.
func (d Delivery) Ring(i Incident) Purpose {
	switch {
	case d.Heard == NotYetKnown:
		return ""
	case !i.Open():
		if d.Heard.Outage() {
			return PurposeBack
		}
	case !i.Condition.Outage():
	case !d.Heard.Outage():
		return PurposeAgain
	case d.Heard.Usable() && !i.Condition.Usable():
		return PurposeWorse
	}
	return ""
}
