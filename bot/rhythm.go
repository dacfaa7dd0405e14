package bot

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// Rhythm is when a destination gets what no incident brings: a check in the morning, a note in the evening, a report of
// the week. Each schedule is a cron expression of five fields on the zone's clock; an empty one is never due. The zero
// value is a destination without any of it.
type Rhythm struct {
	Zone    string // whose school days and clock hold, as calendar.Find takes it
	Morning string // what was told before this day and is still broken; nothing where there is nothing
	Evening string // what was broken since the note before, and what still is
	Always  bool   // the evening note comes also when there is nothing to tell
	Weekly  string // the figures of the school week
}

// NoteKind is what a note is about.
type NoteKind string

// The kinds of note.
const (
	NoteMorning NoteKind = "morning"
	NoteEvening NoteKind = "evening"
	NoteWeekly  NoteKind = "weekly"
)

// NoteKinds lists every kind.
func NoteKinds() []NoteKind { return []NoteKind{NoteMorning, NoteEvening, NoteWeekly} }

// grace is how late a note of the kind may still be sent, after a stop of the program or a silence: a check of the
// morning is of use before class, an evening note on its evening, a report the day after.
func (k NoteKind) grace() time.Duration {
	switch k {
	case NoteMorning:
		return 45 * time.Minute
	case NoteEvening:
		return 2 * time.Hour
	default:
		return 24 * time.Hour
	}
}

// spec is the schedule of a kind of note.
func (r Rhythm) spec(k NoteKind) string {
	switch k {
	case NoteMorning:
		return r.Morning
	case NoteEvening:
		return r.Evening
	default:
		return r.Weekly
	}
}

// timing is what all notes have in common that are due together.
type timing struct {
	kind NoteKind
	zone string
	spec string
}

// schedule reads the timing's cron expression. It is true to the clock on the days on which the clock changes.
func (t timing) schedule(clock *time.Location) (cron.Schedule, error) {
	parsed, err := cron.ParseStandard(t.spec)
	if err != nil {
		return nil, fmt.Errorf("read the schedule %q of the %s notes: %w", t.spec, t.kind, err)
	}
	if spec, ok := parsed.(*cron.SpecSchedule); ok {
		spec.Location = clock
		return steady(*spec), nil
	}
	return parsed, nil
}

// due reports whether the schools of a zone give cause for a note on a day: there is class, or, for a report, there was
// since Monday.
func (k NoteKind) due(day calendar.Date, schools *calendar.Schools) bool {
	if k != NoteWeekly {
		return schools.Day(day, calendar.AllLevels).School()
	}
	for d := monday(day); d <= day; d++ {
		if schools.Day(d, calendar.AllLevels).School() {
			return true
		}
	}
	return false
}

// monday is the first day of a day's week.
func monday(d calendar.Date) calendar.Date { return d - calendar.Date((int(d.Weekday())+6)%7) }

// NoteKey names a note for good: a destination gets one of a kind a day.
type NoteKey struct {
	Destination DestinationID
	Kind        NoteKind
	Day         string // of the schedule, on the destination's clock: "2026-11-27"
}

// NoteTask is a note that is to be sent. Unlike an incident it is told at most once: an attempt whose end is not known is
// never made again.
type NoteTask struct {
	NoteKey

	To    Destination
	At    time.Time // when its schedule wanted it
	Until time.Time // after that it comes too late to be of use
	Tries int       // attempts that certainly failed
}

// NoteEnd is what became of a note.
type NoteEnd string

// The ends of a note.
const (
	NoteSent    NoteEnd = "sent"
	NoteNothing NoteEnd = "nothing"   // there was nothing to say
	NoteLate    NoteEnd = "late"      // it could not be sent in time
	NoteUnknown NoteEnd = "uncertain" // its only attempt has no known end
	NoteRefused NoteEnd = "refused"   // the platform does not take it, or the chat is closed to us
)

// NoteTx keeps the notes.
type NoteTx interface {
	// AddNotes writes down notes that are due now, and forgets those of long ago. A note that is known already stays as it
	// is, whatever became of it.
	AddNotes(list []NoteTask) error
	// DueNotes lists what an account has to send at now, the oldest first, at most n, and, where there are fewer than n,
	// when the next one after now falls due (zero: none). Those of destinations that sleep are not due.
	DueNotes(account AccountID, now time.Time, n int) (list []NoteTask, next time.Time, err error)
	// DepartNote writes down that a note is about to leave, before its bytes do. ErrConflict: it has left or ended, or the
	// duty's term is over.
	DepartNote(key NoteKey, at time.Time, duty Duty) error
	// PostponeNote makes a note that certainly has not arrived due again.
	PostponeNote(key NoteKey, due time.Time, tries int) error
	// EndNote writes down what became of a note.
	EndNote(key NoteKey, end NoteEnd) error
	// LandNotes ends the notes of an account that left and of which nobody knows more, because a program was killed.
	LandNotes(account AccountID) error
	// Told lists what a destination was told aloud of the incidents that go on.
	Told(id DestinationID) ([]Task, error)
	// LastRung is when a destination was last told something aloud about an incident; zero for never.
	LastRung(id DestinationID) (time.Time, error)
	// IncidentsSince lists the incidents that go on or ended at from or later, oldest first.
	IncidentsSince(from time.Time) ([]Incident, error)
	// WarnOfCalendar writes down that the operator is warned of a zone's calendar, and reports whether this is news: false
	// where the same step was reached before for the same last day.
	WarnOfCalendar(zone string, until calendar.Date, step int) (bool, error)
}
