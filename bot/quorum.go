package bot

import (
	"cmp"
	"slices"
	"time"
)

// Split says that places disagree: from Count of Of that can tell, a platform is seen in a condition that is an outage.
// The zero value: they agree.
type Split struct {
	Condition Condition
	Count, Of int
}

// Consensus is what the views of one platform amount to together. The zero value: no place can tell.
type Consensus struct {
	View        // the decisive one; Since is when enough places had come to see it
	Of    int   // how many places can tell
	Split Split // where they disagree
}

// Convene puts the views of one platform together, of places that show life and each of which is there once. The
// condition is the worst one that at least quorum of them see, or something worse; 0 is more than half. Places that
// cannot tell do not count, and a quorum of more places than count is one of all that do. It is pure, and the order of
// the views means nothing.
func Convene(views []View, quorum int) Consensus {
	views = slices.DeleteFunc(slices.Clone(views), func(v View) bool {
		return v.Condition == NotYetKnown || v.Condition == Unverifiable
	})
	if len(views) == 0 {
		return Consensus{}
	}
	slices.SortFunc(views, func(a, b View) int {
		return cmp.Or(gravity(b.Condition)-gravity(a.Condition), cmp.Compare(a.Vantage, b.Vantage))
	})
	if quorum <= 0 {
		quorum = len(views)/2 + 1
	}
	quorum = min(quorum, len(views))
	c := Consensus{View: views[quorum-1], Of: len(views), Split: split(views)}
	c.Since = crossing(views, gravity(c.Condition), quorum)
	return c
}

// gravity orders conditions: the worse, the higher. What people have decided on stands between the good and the bad.
func gravity(c Condition) int {
	switch i := slices.Index(Conditions(), c); {
	case c.Planned():
		return 1
	case c.Outage():
		return 1 + i
	default:
		return 0
	}
}

// split says how far views, the worst first, disagree.
func split(views []View) Split {
	worst := views[0].Condition
	seen := 0
	for _, v := range views {
		if v.Condition == worst {
			seen++
		}
	}
	if !worst.Outage() || seen == len(views) {
		return Split{}
	}
	return Split{Condition: worst, Count: seen, Of: len(views)}
}

// crossing is when the views came to amount to a condition of this gravity: when enough places saw one so bad, and
// enough of them none worse.
func crossing(views []View, decided, quorum int) time.Time {
	var bad, good []time.Time
	for _, v := range views {
		if gravity(v.Condition) >= decided {
			bad = append(bad, v.Since)
		}
		if gravity(v.Condition) <= decided {
			good = append(good, v.Since)
		}
	}
	slices.SortFunc(bad, time.Time.Compare)
	slices.SortFunc(good, time.Time.Compare)
	at := bad[quorum-1]
	if other := good[len(views)-quorum]; other.After(at) {
		at = other
	}
	return at
}

// standing is a platform's standing as the places see it together, after what it was before. Where no place can tell,
// what our own says counts: that nothing can be said.
func (c Consensus) standing(before, own Standing, plan Plan) Standing {
	if !own.CheckedAt.Before(before.CheckedAt) {
		before.CheckedAt, before.Newest = own.CheckedAt, own.Newest
	}
	if c.Of == 0 {
		return before.become(own.view(), plan)
	}
	if c.Condition.Outage() != own.Condition.Outage() { // as others see it now, rather than our own newest verdict
		before.Newest = Up
		if c.Condition.Outage() {
			before.Newest = Down
		}
	}
	return before.become(c.View, plan)
}

// view is a standing as one place sees it.
func (s Standing) view() View {
	return View{
		Platform: s.Platform, Condition: s.Condition, Since: s.Since, SeenAt: s.CheckedAt, Reason: s.Reason, Evidence: s.Evidence,
	}
}

// become is the standing with what is seen now, under what is planned.
func (s Standing) become(seen View, plan Plan) Standing {
	condition := plan.condition(seen.Condition)
	if condition == s.Condition && seen.Reason == s.Reason {
		return s
	}
	if condition != s.Condition {
		planned := condition != seen.Condition || s.Condition.Planned() && condition.Outage() // a plan has begun, or should be over
		s.Condition, s.Since = condition, seen.Since
		if planned {
			s.Since = s.CheckedAt
		}
	}
	s.Reason, s.Evidence = seen.Reason, seen.Evidence
	return s
}
