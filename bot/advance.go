package bot

import "time"

// Flap bounds what a platform that comes and goes may cost its readers.
type Flap struct {
	// Reopen is how long after its end an incident that begins anew is the same one.
	Reopen time.Duration
	// Calm is how long a platform must work without a break before an incident that has begun anew once, twice, … is
	// over; the last value is for more. Until then the platform is told to work now and then, without a sound.
	Calm []time.Duration
}

// DefaultFlap takes a platform that fails again within three quarters of an hour for the same outage, and believes less and
// less that it is over.
func DefaultFlap() Flap {
	return Flap{Reopen: 45 * time.Minute, Calm: []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour}}
}

// calm is how long a platform must work before an incident with so many new beginnings is over.
func (f Flap) calm(again int) time.Duration {
	if again == 0 || len(f.Calm) == 0 {
		return 0
	}
	return f.Calm[min(again, len(f.Calm))-1]
}

// Advance says what a platform's standing means for its newest incident (the zero value where there never was one),
// decided at now. The incident it returns is to be written as it is; changed is false where there is nothing to tell.
func Advance(last Incident, standing Standing, flap Flap, now time.Time) (next Incident, changed bool) {
	condition := standing.Condition
	switch {
	case last.ID != 0 && last.Open():
		return last.goOn(standing, flap, now)
	case !condition.Outage():
		return last, false
	case last.ID != 0 && standing.Since.Sub(last.ResolvedAt) < flap.Reopen:
		next = last.revised(standing, now)
		next.ResolvedAt, next.Since, next.Again, next.Stated = time.Time{}, standing.Since, last.Again+1, NotYetKnown
		return next, true
	default:
		return Incident{
			Platform: standing.Platform, Condition: condition, Worst: condition, Revision: 1,
			Since: standing.Since, OpenedAt: now, ChangedAt: now, Reason: standing.Reason, Evidence: standing.Evidence,
		}, true
	}
}

// goOn is an open incident as the platform's standing changes it.
func (i Incident) goOn(s Standing, flap Flap, now time.Time) (next Incident, changed bool) {
	s = i.stated(s)
	over := s.Condition == Normal
	if calm := flap.calm(i.Again); over && calm > 0 && (s.Newest != Up || now.Sub(s.Since) < calm) {
		over, s.Condition = false, Unstable
	}
	if s.Condition == NotYetKnown || s.Condition == i.Condition && (s.Reason == i.Reason || s.Condition == Unstable) {
		return i, false
	}
	next = i.revised(s, now)
	if over {
		next.ResolvedAt = s.Since
	}
	return next, true
}

// stated is a platform's standing as it is told while an operator states something of it: what is seen counts where it is
// as bad.
func (i Incident) stated(s Standing) Standing {
	if i.Stated.Severity() > s.Condition.Severity() {
		s.Condition, s.Reason, s.Evidence = i.Stated, ReasonStated, Evidence{}
	}
	return s
}

func (i Incident) revised(s Standing, now time.Time) Incident {
	i.Revision++
	if s.Condition != i.Condition {
		i.Before, i.Condition, i.ChangedAt = i.Condition, s.Condition, now
	}
	if s.Condition.Severity() > i.Worst.Severity() {
		i.Worst = s.Condition
	}
	if s.Condition != Normal && s.Condition != Unstable {
		i.Reason, i.Evidence = s.Reason, s.Evidence
	}
	return i
}

// Calls reports whether the revision is one to call attention to: opened, clearly worse, or over.
func (i Incident) Calls() bool {
	return !i.Open() || i.Condition.Outage() && (!i.Before.Outage() || i.Before.Usable() && !i.Condition.Usable())
}
