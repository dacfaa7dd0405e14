package bot

import (
	"slices"
	"time"
)

// Rule is how many verdicts in a row settle a question. A confirmation burst makes them follow each other within
// seconds.
type Rule struct {
	Bad   int // bad verdicts that open, or change the kind of, an outage
	Good  int // good verdicts that end it
	Blind int // verdicts of Unknown after which nothing can be said any more
	// Shaky is how many more bad verdicts at most it takes on a line that loses one now and then: one more for each that
	// came to nothing lately.
	Shaky int
}

// DefaultRule asks three times before it says that something is wrong, twice before it says that it is over.
func DefaultRule() Rule { return Rule{Bad: 3, Good: 2, Blind: 5, Shaky: 3} }

// Memory is how many verdicts of a check the rule can need.
func (r Rule) Memory() int { return max(r.Bad+r.Shaky, r.Good, r.Blind) }

// Track is one check as settled, with its newest verdicts.
type Track struct {
	Check     CheckID
	Platform  PlatformID
	Condition Condition // as settled; NotYetKnown before the first settlement
	Since     time.Time // the first verdict of the run that settled it
	Reason    Reason    // of its verdicts, as settled too: one that differs now and then changes nothing
	Recent    []Verdict // oldest first
	Failed    bool      // nothing can be said of it any more, and when something could, it failed
	Lost      float64   // bad verdicts that came to nothing while all was well; they fade. 0 after a restart
}

// Standing is one platform as judged.
type Standing struct {
	Platform  PlatformID
	Condition Condition
	Since     time.Time // the first verdict of what it is now
	CheckedAt time.Time // the newest verdict, whatever it says
	Newest    Outcome   // of that verdict; Unknown after a restart, until the next one
	Reason    Reason    // of the verdict that decided
	Evidence  Evidence  // of that verdict
}

// Ruling is what the judge says of a platform.
type Ruling struct {
	Standing Standing
	Tracks   []Track   // the checks, with what is settled now
	Doubt    []CheckID // checks whose newest verdict speaks against what is settled: asking again soon would decide
	// Elsewhere is true when the platform fails as enough other places see it, and not as it is seen from here.
	Elsewhere bool
}

// Judge turns the tracks of one platform's checks into its standing, under what is planned for the platform. It is pure:
// the same input gives the same ruling.
func Judge(before Standing, tracks []Track, rule Rule, plan Plan) Ruling {
	ruling := Ruling{Standing: before}
	for _, track := range tracks {
		settled := settle(track, rule)
		ruling.Tracks = append(ruling.Tracks, settled)
		if inDoubt(settled) {
			ruling.Doubt = append(ruling.Doubt, settled.Check)
		}
		if n := len(settled.Recent); n > 0 && !settled.Recent[n-1].At.Before(ruling.Standing.CheckedAt) {
			ruling.Standing.CheckedAt, ruling.Standing.Newest = settled.Recent[n-1].At, settled.Recent[n-1].Outcome
		}
	}
	seen, decisive := combine(ruling.Tracks), worst(ruling.Tracks)
	ruling.Standing = ruling.Standing.become(View{
		Condition: seen, Since: since(ruling.Tracks, seen), Reason: decisive.Reason, Evidence: newest(decisive.Recent).Evidence,
	}, plan)
	return ruling
}

// settle updates what is settled of one check from the verdicts at the end of its track.
func settle(t Track, rule Rule) Track {
	run := lastRun(t.Recent, conditionOf)
	if len(run) == 0 {
		return t
	}
	rule.Bad += min(int(t.Lost), rule.Shaky)
	if condition := conditionOf(run[0]); enough(len(run), condition, t.Condition, rule) {
		return t.settled(condition, run, rule)
	}
	// Bad verdicts of changing kinds are still bad: the newest kind is told, once nothing good came in between.
	worse := lastRun(t.Recent, func(v Verdict) Condition {
		if v.Outcome.Bad() {
			return Unreachable
		}
		return conditionOf(v)
	})
	if last := newest(worse); conditionOf(last).Outage() && !t.Condition.Outage() && outages(worse) >= rule.Bad {
		return t.settled(conditionOf(last), worse, rule)
	}
	return t
}

// outages counts the verdicts that speak of an outage: a page that says « maintenance » is bad, and does not.
func outages(list []Verdict) int {
	n := 0
	for _, v := range list {
		if conditionOf(v).Outage() {
			n++
		}
	}
	return n
}

// fading is what a good verdict leaves of the memory of lost ones: half of it after some twenty.
const fading = 0.97

// with is the track with one more verdict, of which it keeps the last n.
func (t Track) with(v Verdict, n int) Track {
	if v.Outcome == Up && t.Condition == Normal {
		t.Lost = t.Lost*fading + float64(badRun(t.Recent)+v.Overtook)
	}
	before := t.Recent[max(0, len(t.Recent)+1-n):]
	t.Recent = append(append(make([]Verdict, 0, len(before)+1), before...), v) // no longer than needed: it is kept
	return t
}

// badRun is how many bad verdicts stand at the end.
func badRun(recent []Verdict) int {
	n := 0
	for _, v := range slices.Backward(recent) {
		if v.Outcome.Bad() {
			n++
		} else if v.Reason != ReasonCancelled {
			break
		}
	}
	return n
}

// enough reports whether a run of n verdicts of a condition settles it against what was settled before.
func enough(n int, condition, before Condition, rule Rule) bool {
	switch {
	case condition == Unverifiable:
		return n >= rule.Blind
	case condition == Normal && before == NotYetKnown:
		return n >= 1
	case condition == Normal:
		return n >= rule.Good
	default:
		return n >= rule.Bad
	}
}

// settled is the track with what a run of verdicts settles. The reason follows only when it has lasted as well.
func (t Track) settled(condition Condition, run []Verdict, rule Rule) Track {
	reason := newest(run).Reason
	if t.Condition != condition {
		t.Failed = condition == Unverifiable && t.Condition.Outage()
		t.Condition, t.Since, t.Reason = condition, run[0].At, reason
	}
	lasting := lastRun(run, func(v Verdict) Condition { return Condition(v.Reason) })
	if len(lasting) >= rule.Bad {
		t.Reason = reason
	}
	return t
}

// busy is the status by which a server says, together with a Retry-After, that it has no room at the moment
// (RFC 9110, section 15.6.4).
const busy = 503

// conditionOf is what one verdict alone would amount to.
func conditionOf(v Verdict) Condition {
	switch v.Outcome {
	case Up:
		return Normal
	case Slow:
		if v.Reason == ReasonVerySlow {
			return Saturated
		}
		return Slowed
	case Down:
		if v.Evidence.RetryIn > 0 && v.Evidence.Status == busy {
			return Saturated
		}
		return v.Reason.Condition()
	default:
		return Unverifiable
	}
}

// lastRun is the longest tail of the verdicts that are all of one kind. Runs that were stopped say nothing and are
// passed over.
func lastRun(recent []Verdict, kind func(Verdict) Condition) []Verdict {
	stopped := func(v Verdict) bool { return v.Reason == ReasonCancelled }
	if slices.ContainsFunc(recent, stopped) {
		recent = slices.DeleteFunc(slices.Clone(recent), stopped)
	}
	last := len(recent) - 1
	start := last
	for start > 0 && kind(recent[start-1]) == kind(recent[last]) {
		start--
	}
	return recent[max(0, start):]
}

// inDoubt reports whether the newest verdict speaks against what is settled. A verdict of Unknown does not: it claims
// nothing.
func inDoubt(t Track) bool {
	run := lastRun(t.Recent, conditionOf)
	if len(run) == 0 {
		return false
	}
	now := conditionOf(run[0])
	return now != Unverifiable && now != t.Condition
}

// combine is what the settled checks of one platform amount to together.
func combine(tracks []Track) Condition {
	count := make(map[Condition]int)
	for _, t := range tracks {
		count[t.Condition]++
	}
	outage := NotYetKnown
	for _, condition := range Conditions() {
		if count[condition] > 0 && condition.Severity() > outage.Severity() {
			outage = condition
		}
	}
	switch {
	case outage.Outage() && outage != LoginImpossible && outage != Slowed && count[Normal]+count[Slowed] > 0:
		return Partial
	case outage.Outage():
		return outage
	}
	if slices.ContainsFunc(tracks, func(t Track) bool { return t.Failed }) {
		return Unverifiable // what works besides says nothing of what failed
	}
	for _, condition := range []Condition{Maintenance, Suspended, Closed, Normal, Unverifiable} {
		if count[condition] > 0 {
			return condition
		}
	}
	return NotYetKnown
}

// since is when a condition began: with the first of the checks that show it, or, back to normal, with the last.
func since(tracks []Track, condition Condition) time.Time {
	var at time.Time
	for _, t := range tracks {
		counts := t.Condition == condition || condition == Partial && t.Condition.Outage()
		later := condition == Normal && t.Since.After(at)
		earlier := condition != Normal && t.Since.Before(at)
		if counts && (at.IsZero() || later || earlier) {
			at = t.Since
		}
	}
	return at
}

// worst is the track of the check that is worst off.
func worst(tracks []Track) Track {
	if len(tracks) == 0 {
		return Track{}
	}
	return slices.MaxFunc(tracks, func(a, b Track) int { return a.Condition.Severity() - b.Condition.Severity() })
}

// newest is the last verdict that says anything; the zero value where there is none.
func newest(recent []Verdict) Verdict {
	for _, v := range slices.Backward(recent) {
		if v.Reason != ReasonCancelled {
			return v
		}
	}
	return Verdict{}
}
