package bot

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound is returned for a row that is not there.
var ErrNotFound = errors.New("not found")

// ErrConflict is returned for a write that lost against another one: an incident that was already open, a revision
// that somebody else wrote first. Nothing was written.
var ErrConflict = errors.New("somebody else was first")

// Store keeps what must survive a restart.
type Store interface {
	// View runs f on a consistent picture of the data. f must not write.
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f in one transaction: all of it is kept, durably, or nothing.
	Update(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction. It is valid only inside the function that received it, belongs to one goroutine, and carries
// that call's context.
type Tx interface {
	WatchTx
	HistoryTx
	IncidentTx
	DossierTx
	DestinationTx
	ChatTx
	LedgerTx
	DutyTx
	VantageTx
	NoteTx
	SealTx
	SignalTx
	PromiseTx
	LetterTx
	CircularTx
	OrderTx
	RequestTx
}

// WatchTx keeps what the checks saw.
type WatchTx interface {
	// Standings lists the state of every platform, in no order.
	Standings() ([]Standing, error)
	PutStanding(s Standing) error
	// TouchStandings brings the time of the newest verdict up to date for each platform of the verdicts.
	TouchStandings(list []Verdict) error
	// Tracks lists the state of every check, in no order, each with its last verdicts, oldest first, at most n.
	Tracks(n int) ([]Track, error)
	PutTrack(t Track) error
	AddVerdicts(list []Verdict) error
	// WarnOfCertificate writes down that the operator is warned, and reports whether this is news: false where the same
	// certificate was warned of as urgently before.
	WarnOfCertificate(w CertificateWarning) (bool, error)
}

// IncidentTx keeps the incidents.
type IncidentTx interface {
	// AddIncident writes a new open incident and returns it with its ID. ErrConflict: its platform has an open one, or an
	// announcement of the same maintenance.
	AddIncident(i Incident) (Incident, error)
	// ReviseIncident writes the incident's next revision. ErrConflict: the stored revision is not the one before.
	ReviseIncident(i Incident) error
	// Say writes a statement about an incident, with the revision that shows it. ErrConflict: that revision has one.
	Say(s Statement) error
	// Statements lists what was said about an incident, oldest first: the newest n.
	Statements(id IncidentID, n int) ([]Statement, error)
	// KeepBecause writes why a revision, written before in the same transaction, was decided.
	KeepBecause(id IncidentID, revision int64, b Because) error
	Incident(id IncidentID) (Incident, error)
	// OpenIncidents lists the incidents that go on, oldest first. Announcements are none, here and below.
	OpenIncidents() ([]Incident, error)
	// Announcements lists the announcements of what is to come or goes on, oldest first.
	Announcements() ([]Incident, error)
	// Companions lists the other incidents of an incident's event that a destination has in its ledger: those that go on,
	// and those that are over and of which it was told.
	Companions(i Incident, at DestinationID) ([]Incident, error)
	// NewestIncidents lists the newest incident of each platform, open or not, in no order.
	NewestIncidents() ([]Incident, error)
	// LastIncidents lists the newest incidents, open or not, newest first, at most n.
	LastIncidents(n int) ([]Incident, error)
}

// DestinationTx keeps the destinations.
type DestinationTx interface {
	Destinations() ([]Destination, error)
	// DestinationAt finds the destination at an address of an account, where it is now: that of the thread, else that of
	// the whole channel, else one that was made in another thread of it.
	DestinationAt(account AccountID, at Address) (Destination, error)
	// PutDestination creates the destination or brings its settings up to date. An address that the chat platform has
	// moved, and sleep, stay as they are.
	PutDestination(d Destination) error
	// RetireDestination makes a destination follow nothing more. What it was told it will still be told the end of.
	RetireDestination(id DestinationID) error
	// MoveChannel rewrites a channel of an account to its new id, in destinations and receipts to come.
	MoveChannel(account AccountID, from, to string) error
	// PutToSleep stops what is sent to an address, or to all those of a channel where it names no thread, until a time
	// at which it is tried once more. It reports how many destinations fell asleep: those that slept before just sleep
	// longer. Wake ends the sleep of all destinations of a channel, and reports how many slept.
	PutToSleep(account AccountID, at Address, s Sleep) (int, error)
	Wake(account AccountID, channel string, now time.Time) (int, error)
}

// LedgerTx is the ledger: the deliveries and what is due.
type LedgerTx interface {
	// Owe makes an incident's current revision due at every destination of an audience in reach that follows one of the
	// platforms, and at every one that was told of it before. Ring says that the revision is one to call attention to, for
	// the order in which deliveries leave.
	Owe(i Incident, reach Reach, ring bool, now time.Time) error
	// Due lists what an account has to deliver at now, the most urgent and oldest first, at most n tasks, and, where there
	// are fewer than n, when the next one after now falls due (zero: none). Attempts that were written down and never
	// settled are among them.
	// Destinations that sleep have nothing due before their Sleep.Until.
	Due(account AccountID, now time.Time, n int) (tasks []Task, next time.Time, err error)
	// Backlog counts what an account has to deliver to readers, now or later, and owes by now: letters to operators are not
	// among it.
	Backlog(account AccountID) (Backlog, error)
	// Flying counts the attempts of an account that left since a time and were not settled.
	Flying(account AccountID, since time.Time) (int, error)
	// Sent lists what an account sent since a time as far as the ledger knows, oldest first: the last operation of each
	// delivery.
	Sent(account AccountID, since time.Time) ([]Sent, error)
	// Task reads one task again.
	Task(key DeliveryKey) (Task, error)
	// Depart writes down that an attempt is about to leave, before its bytes do, and what its reader is taken to have
	// heard. ErrConflict: the incident has moved on from the flight's revision, the row's flight is no longer the one that
	// d shows, the destination sleeps, or the duty's term is over.
	Depart(d Delivery, f Flight, duty Duty) error
	// Settle writes how an attempt ended: d is the delivery after it, flight the one that the row has. The delivery is
	// due again at due (zero: not before something changes), or at once when the incident has moved on from the revision
	// seen. ErrConflict: another attempt has taken the row over; the receipt is not kept.
	Settle(d Delivery, flight Flight, seen int64, due time.Time) error
	// DropDelivery forgets a delivery of which nothing was told, as d shows it. It stays where the incident has moved on
	// from the revision seen or an attempt has been made since.
	DropDelivery(d Delivery, seen int64) error
	// DropUnfollowed forgets the deliveries of which nothing was said at destinations that do not follow the platform
	// any more.
	DropUnfollowed() error
	// OweFrom makes a delivery that is due at a time owed from then on: before, it is not in arrears.
	OweFrom(key DeliveryKey, at time.Time) error
	// EndSilence makes due at now what was not to be owed before later: the silence that it waits for may be another one.
	EndSilence(now time.Time) error
	// Postpone makes a delivery due at a time and not before.
	Postpone(key DeliveryKey, due time.Time) error
	// PutRefusal writes down that a limit of an account is shut, and forgets those that are over at now.
	PutRefusal(account AccountID, r Refusal, now time.Time) error
	// Refusals lists the limits of an account that are shut at now.
	Refusals(account AccountID, now time.Time) ([]Refusal, error)
}

// DeliveryKey names a row of the ledger.
type DeliveryKey struct {
	Incident    IncidentID
	Destination DestinationID
}

// Task is a delivery with what is needed to carry it out.
type Task struct {
	Delivery    Delivery
	Destination Destination
	Incident    Incident
	CheckedAt   time.Time // the newest verdict about the incident's platform
	OwedAt      time.Time // since when it is owed without a break
	Hushed      bool      // it makes no sound: the reader was just called for the same event; not stored
}

// Key names the task's row in the ledger.
func (t Task) Key() DeliveryKey {
	return DeliveryKey{Incident: t.Incident.ID, Destination: t.Destination.ID}
}
