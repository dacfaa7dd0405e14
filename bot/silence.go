package bot

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Silence is when a destination is not to be rung, and what may ring all the same. The zero value is never silent.
type Silence struct {
	Zone   string // whose school calendar and clock hold, as calendar.Find takes it: "la-reunion", "Strasbourg"; empty: never silent
	Hours  calendar.QuietHours
	Urgent []Condition // outages that are told aloud even then
}

// Quiet knows from the school calendar when destinations are silent. Nil knows of no silence. It is safe for concurrent
// use.
type Quiet struct {
	almanac *calendar.Almanac

	mu      sync.Mutex
	schools map[string]*calendar.Schools // by zone; nil for one that does not exist
}

// NewQuiet returns what a calendar knows of silence.
func NewQuiet(a *calendar.Almanac) *Quiet {
	return &Quiet{almanac: a, schools: make(map[string]*calendar.Schools)}
}

// Until returns when the silence that holds at now ends. It is false where there is none.
func (q *Quiet) Until(s Silence, now time.Time) (time.Time, bool) {
	if q == nil || s.Zone == "" {
		return time.Time{}, false
	}
	schools := q.of(s.Zone)
	if schools == nil {
		return time.Time{}, false
	}
	return schools.Quiet(s.Hours).Until(now)
}

// of returns the schools of a zone; nil where there is no such zone, which is never silent: a message too many is better
// than none.
func (q *Quiet) of(word string) *calendar.Schools {
	q.mu.Lock()
	defer q.mu.Unlock()
	schools, known := q.schools[word]
	if !known {
		if zone, err := calendar.Find(word); err == nil {
			schools, _ = q.almanac.Schools(zone)
		}
		q.schools[word] = schools
	}
	return schools
}

// next is what closes the gap between what a delivery's reader was told and what is true, at now. In silence nothing
// rings: the living message is kept true meanwhile, which makes no sound, and what is left waits until the silence ends
// (zero: nothing waits).
func (s *Speaker) next(t Task, now time.Time) (act Act, wait time.Time) {
	act = t.Delivery.Next(t.Incident)
	if act != ActPost && act != ActRing || t.urgent() {
		return act, time.Time{}
	}
	if until, silent := s.config.Quiet.Until(t.Destination.Silence, now); silent {
		return t.unheard(until)
	}
	return act, time.Time{}
}

// unheard is what may be done for a delivery that must not be heard before a time.
func (t Task) unheard(until time.Time) (Act, time.Time) {
	if t.Delivery.Receipt.Posted() && t.Delivery.Told < t.Incident.Revision {
		return ActEdit, time.Time{}
	}
	return ActNone, until
}

// urgent reports whether the reader wants to be told of it at any time. That all is well again never is.
func (t Task) urgent() bool {
	if t.Incident.Letter != nil {
		return t.Incident.Open() && t.Incident.Letter.Urgent
	}
	return t.Incident.Open() && slices.Contains(t.Destination.Silence.Urgent, t.Incident.Condition)
}

// behind is how often the end of an outage is looked at that waits until the next one is told.
const behind = time.Minute

// nextIn is next by what the ledger knows besides: a reader who was told of the next outage of a platform is not told
// aloud any more that the one before is over. While the next one is still to be told, the end waits: if that one is over
// before it was said, it is the end that is told.
func (s *Speaker) nextIn(tx Tx, t *Task, now time.Time) (Act, time.Time, error) {
	following, owed, err := successor(tx, *t, now)
	if err != nil {
		return ActNone, time.Time{}, fmt.Errorf("look for a newer outage: %w", err)
	}
	if owed && following.Heard != NotYetKnown {
		t.Delivery.Heard = Normal
	}
	act, wait := s.next(*t, now)
	if act == ActRing && owed && following.Heard == NotYetKnown {
		act, wait = t.unheard(now.Add(behind))
	}
	if act == ActPost || act == ActRing || !wait.IsZero() {
		if act, wait, err = s.still(tx, *t, act, wait, now); err != nil {
			return ActNone, time.Time{}, err
		}
	}
	if act != ActPost && act != ActRing || t.Delivery.Ring(t.Incident) == PurposeWorse || t.Incident.leads() {
		return act, wait, nil
	}
	others, err := tx.Companions(t.Incident, t.Destination.ID)
	if err != nil {
		return ActNone, time.Time{}, fmt.Errorf("look for outages of the same event: %w", err)
	}
	t.Hushed = t.Incident.hushed(others)
	return act, wait, nil
}

// successor is the delivery of the outage that followed the one whose end the task is to tell, of the same platform and
// to the same destination. It reports false where none goes on.
func successor(tx Tx, t Task, now time.Time) (Delivery, bool, error) {
	if t.Delivery.Ring(t.Incident) != PurposeBack || now.Sub(t.Incident.ResolvedAt) < DefaultFlap().Reopen {
		return Delivery{}, false, nil
	}
	open, err := tx.OpenIncidents()
	if err != nil {
		return Delivery{}, false, err
	}
	for _, other := range open {
		if other.Platform != t.Incident.Platform || other.ID == t.Incident.ID {
			continue
		}
		next, err := tx.Task(DeliveryKey{Incident: other.ID, Destination: t.Destination.ID})
		if err == nil || !errors.Is(err, ErrNotFound) {
			return next.Delivery, err == nil, err
		}
	}
	return Delivery{}, false, nil
}

// rest writes down that a delivery waits, mostly for the end of a silence: it is owed from then on. An attempt whose end
// is not known stays as it was found.
func rest(tx Tx, t Task, found Flight, until time.Time) error {
	t.Delivery.Flight = found.doubt()
	if err := tx.Settle(t.Delivery, found, t.Incident.Revision, until); err != nil {
		return err
	}
	return tx.OweFrom(t.Key(), until)
}
