package bot

import (
	"slices"
	"time"
)

// Because is why a revision of an incident was decided. It is empty for revisions of before it was kept, and once the
// details of the incident are forgotten ([HistoryTx.PruneIncidents]).
type Because struct {
	Verdicts []Verdict   // those that decided, oldest first, at most 20, without what they overtook; none where other places did
	Views    []View      // where there are several places, what each that shows life saw, at most 20
	Left     int         // how many more there were
	Roots    []Root      // what the platform depends on, nearest first, at most 20: it did not explain the outage
	Beside   []Companion // what fails together with the platform, at most 20
}

// Root is something that a platform depends on, as it stood when an outage of the platform was decided.
type Root struct {
	Platform  PlatformID
	Condition Condition
	CheckedAt time.Time // the newest verdict about it; zero: none
}

// mostReasons bounds what is kept of the reasons of one revision.
const mostReasons = 20

// Reasons are the verdicts that tracks as settled rest on: of each check those that speak for what is settled of it. Of
// more than n those of the checks that are worst off count, and of each of them the newest; left is how many are not
// among them.
func Reasons(tracks []Track, n int) (list []Verdict, left int) {
	tracks = slices.Clone(tracks)
	slices.SortStableFunc(tracks, func(a, b Track) int { return b.Condition.Severity() - a.Condition.Severity() })
	share := max(1, n/max(1, len(tracks)))
	for _, t := range tracks {
		run := t.reasons()
		kept := min(len(run), share, n-len(list))
		list = append(list, run[len(run)-kept:]...)
		left += len(run) - kept
	}
	slices.SortStableFunc(list, func(a, b Verdict) int { return a.At.Compare(b.At) })
	return list, left
}

// reasons is the newest run of verdicts that speak for what is settled of the check. All kinds of outage speak for one.
func (t Track) reasons() []Verdict {
	var run []Verdict
	for _, v := range slices.Backward(t.Recent) {
		seen := conditionOf(v)
		switch {
		case v.Reason == ReasonCancelled:
		case seen == t.Condition || seen.Outage() && t.Condition.Outage():
			run = append(run, v)
		case len(run) > 0:
			slices.Reverse(run)
			return run
		}
	}
	slices.Reverse(run)
	return run
}

// because is why a ruling changes the incident of its platform.
func (w *Watch) because(r Ruling, i Incident) Because {
	var b Because
	if w.council != nil {
		views := w.council.views(r.Standing.Platform)
		b.Views = views[:min(len(views), mostReasons)]
	}
	if !r.Elsewhere {
		b.Verdicts, b.Left = Reasons(r.Tracks, mostReasons)
	}
	b.Beside = w.companions(i)
	if !r.Standing.Condition.Outage() {
		return b
	}
	for _, id := range w.web.Roots(r.Standing.Platform) {
		if len(b.Roots) == mostReasons {
			break
		}
		seen := w.glimpse(id).standing
		b.Roots = append(b.Roots, Root{Platform: id, Condition: seen.Condition, CheckedAt: seen.CheckedAt})
	}
	return b
}
