package bot

import (
	"fmt"
	"time"
)

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
	Follows   []PlatformID // in full: « everything » is spelled out when the destination is written
	Asleep    Sleep        // the zero value while it is awake
	Silence   Silence      // when it is not to be rung
	Wishes    *Wishes      // what it asked for itself; nil for one of the configuration
	Rhythm    Rhythm       // what it gets at fixed times
}

// Delivery is the duty to bring an incident to a destination: one row of the ledger. It says what was told, not what
// happened: what is to be done follows from comparing it with the incident as it is now.
type Delivery struct {
	Incident    IncidentID
	Destination DestinationID
	Told        int64     // the revision that the living message shows; 0 before it was posted
	Heard       Condition // what the reader was last told aloud; NotYetKnown before the first message
	HeardAt     time.Time // when that was; read only
	Receipt     Receipt   // of the living message
	Rings       int       // audible messages posted besides the living one
	Reposts     int       // how often the living message was found deleted
	Tries       int       // failed attempts since the last success
	Plain       bool      // the platform rejected the full text: a plain one is used
	Flight      Flight    // the attempt under way
}

// maxReposts is how often a living message that somebody deleted is posted again. Who deletes it twice does not want it.
const maxReposts = 1

// Flight is an attempt that was written down before its bytes left. One that is found at a start is uncertain: it may
// have arrived.
type Flight struct {
	Act      Act // empty: none under way
	Purpose  Purpose
	Revision int64     // that it shows
	Says     Condition // what it tells the reader
	At       time.Time
}

// doubt is what is left of the flight once a later attempt has surely failed or not been made: it may still have arrived,
// unless it is known not to have. An edit is simply made again.
func (f Flight) doubt() Flight {
	if f.Act == ActEdit || f.Says == NotYetKnown {
		return Flight{}
	}
	return f
}

// Sent is an operation that left.
type Sent struct {
	Op Op
	To Address
	At time.Time
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
	case !d.Receipt.Posted() && d.Heard == NotYetKnown && !i.Open():
		return ActDrop
	case !d.Receipt.Posted() && d.Heard == NotYetKnown:
		return ActPost
	case d.Ring(i) != "":
		return ActRing
	case d.Receipt.Posted() && d.Told < i.Revision:
		return ActEdit
	case !d.Receipt.Posted() && d.Reposts <= maxReposts && i.Open():
		return ActPost
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

// FlightFor describes the attempt that the act needs.
func (d Delivery) FlightFor(act Act, i Incident, now time.Time) Flight {
	f := Flight{Act: act, Purpose: PurposeBulletin, Revision: i.Revision, Says: i.Condition, At: now}
	if act == ActRing {
		f.Purpose = d.Ring(i)
	}
	return f
}

// PostingKey identifies the posting that the flight makes, the same for every attempt at it.
func (d Delivery) PostingKey(f Flight) string {
	if f.Act == ActRing {
		return fmt.Sprintf("%d/%s/%s/%d", d.Incident, d.Destination, f.Purpose, d.Rings)
	}
	return fmt.Sprintf("%d/%s/%s/%d", d.Incident, d.Destination, f.Purpose, d.Reposts)
}

// same reports whether two flights make the same posting.
func (d Delivery) same(a, b Flight) bool {
	return a.Act == b.Act && (a.Act == ActPost || a.Act == ActRing) && d.PostingKey(a) == d.PostingKey(b)
}

// presumed is the delivery once it is accepted that nobody can tell whether its flight arrived: where what it said is
// no longer true, the reader is taken to have heard it, so that they are told the contrary.
func (d Delivery) presumed(i Incident) Delivery {
	says := d.Flight.Says
	if d.Flight.Act != ActEdit && says != NotYetKnown && says.Outage() != i.Condition.Outage() {
		d.Heard = says
	}
	return d
}

// Landed is the delivery after its flight has arrived, with the receipt that the platform gave for it.
func (d Delivery) Landed(r Receipt) Delivery {
	f := d.Flight
	d.Flight, d.Tries = Flight{}, 0
	switch f.Act {
	case ActRing:
		d.Heard, d.Rings = f.Says, d.Rings+1
	case ActPost:
		d.Receipt, d.Told = r, f.Revision
		if d.Reposts == 0 {
			d.Heard = f.Says
		}
	case ActEdit:
		d.Receipt, d.Told = r, f.Revision
	}
	return d
}

// partly is the delivery after only the first parts of its flight's text have arrived, or none that was not there before:
// an edit completes it.
func (d Delivery) partly(r Receipt) Delivery {
	told, tries, flight := d.Told, d.Tries, d.Flight
	d = d.Landed(r)
	d.Tries = tries
	switch flight.Act {
	case ActEdit:
		d.Told, d.Flight = told, flight
	case ActPost:
		d.Told = flight.Revision - 1
	}
	return d
}
