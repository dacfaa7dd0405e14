package bot

import "time"

// Flap bounds what a platform that comes and goes may cost its readers.
type Flap struct {
	// Reopen is how long after its end an incident that begins anew is the same one.
	Reopen time.Duration
}

// DefaultFlap takes a platform that fails again within a quarter of an hour for the same outage.
func DefaultFlap() Flap { return Flap{Reopen: 15 * time.Minute} }

// Advance says what a platform's standing means for its newest incident (the zero value where there never was one),
// decided at now. The incident it returns is to be written as it is; changed is false where there is nothing to tell.
func Advance(last Incident, standing Standing, flap Flap, now time.Time) (next Incident, changed bool) {
	condition := standing.Condition
	switch {
	case last.ID != 0 && last.Open():
		if condition == NotYetKnown || condition == last.Condition && standing.Reason == last.Reason {
			return last, false
		}
		next = last.revised(standing, now)
		if condition == Normal {
			next.ResolvedAt = standing.Since
		}
		return next, true
	case !condition.Outage():
		return last, false
	case last.ID != 0 && standing.Since.Sub(last.ResolvedAt) < flap.Reopen:
		next = last.revised(standing, now)
		next.ResolvedAt, next.Since = time.Time{}, standing.Since
		return next, true
	default:
		return Incident{
			Platform: standing.Platform, Condition: condition, Worst: condition, Revision: 1,
			Since: standing.Since, OpenedAt: now, ChangedAt: now, Reason: standing.Reason, Evidence: standing.Evidence,
		}, true
	}
}

func (i Incident) revised(s Standing, now time.Time) Incident {
	i.Revision++
	if s.Condition != i.Condition {
		i.Before, i.Condition, i.ChangedAt = i.Condition, s.Condition, now
	}
	if s.Condition.Severity() > i.Worst.Severity() {
		i.Worst = s.Condition
	}
	if s.Condition != Normal {
		i.Reason, i.Evidence = s.Reason, s.Evidence
	}
	return i
}

// Calls reports whether the revision is one to call attention to: opened, clearly worse, or over.
func (i Incident) Calls() bool {
	return !i.Open() || i.Condition.Outage() && (!i.Before.Outage() || i.Before.Usable() && !i.Condition.Usable())
}
