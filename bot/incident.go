package bot

import "time"

// IncidentID numbers incidents from 1.
type IncidentID int64

// Incident is an outage as it is told. Each change of what is told is a new revision of the same incident.
type Incident struct {
	ID         IncidentID
	Platform   PlatformID
	Condition  Condition // as told now; Normal once resolved, Unverifiable while nothing can be said
	Before     Condition // as told before the last change of condition; NotYetKnown while it never changed
	Worst      Condition // the most severe condition so far
	Since      time.Time // when the first verdict of it was made
	OpenedAt   time.Time // when it was decided
	ChangedAt  time.Time // when the current condition was decided
	ResolvedAt time.Time // when the first good verdict after it was made; zero while it is open
	Revision   int64     // counts from 1
	Again      int       // how often it began anew after it was told to be over
	Reason     Reason    // of the verdict that last decided
	Evidence   Evidence  // of that verdict
	// Event is the same for the outages that began at the same time on common ground; empty where that was not asked.
	Event  string
	Beside []PlatformID // what fails together with it, as told
	// Until is the planned end of a maintenance that is announced, which begins at Since; zero for an outage.
	Until time.Time
	// Stated is what an operator states of the platform; NotYetKnown for nothing. While it is worse than what is seen, it
	// is what is told, with [ReasonStated]. One that is over with it ended by an operator's word.
	Stated Condition
	Said   int // how many statements there are about it
}

// Open reports whether the incident goes on.
func (i Incident) Open() bool { return i.ResolvedAt.IsZero() }

// Announced reports whether it is no outage, but a maintenance that its chats are told of ahead.
func (i Incident) Announced() bool { return !i.Until.IsZero() }

// Cancelled reports whether an announced maintenance was given up before it began.
func (i Incident) Cancelled() bool { return i.Announced() && !i.Open() && i.ResolvedAt.Before(i.Since) }

// Step is where in its life an incident stands, as a reader of its notices sees it.
type Step string

// The steps.
const (
	StepOpened   Step = "opened"
	StepWorse    Step = "worse"
	StepBetter   Step = "better"
	StepUnknown  Step = "unknown" // it can no longer be verified
	StepResolved Step = "resolved"
)

// Step derives the step from the current and the previous condition.
func (i Incident) Step() Step {
	switch {
	case !i.Open():
		return StepResolved
	case i.Condition == Unverifiable:
		return StepUnknown
	case i.Before == NotYetKnown || i.Before == Unverifiable:
		return StepOpened
	case i.Condition.Severity() > i.Before.Severity():
		return StepWorse
	default:
		return StepBetter
	}
}
