package bot

import "fmt"

// TroubleBlocked is a platform that refuses our checks. Families hear nothing of it: it may work for them.
const TroubleBlocked TroubleKind = "blocked"

// refuses tells the operator, once until it answers again, that a platform refuses our checks. The book is locked.
func (w *Watch) refuses(b *book, v Verdict) {
	blocked := v.Reason == ReasonBlockedUs
	if blocked == b.blocked || !blocked && v.Outcome == Unknown {
		return
	}
	b.blocked = blocked
	t := Trouble{Kind: TroubleBlocked, Platform: b.platform.ID, Over: !blocked}
	if blocked {
		t.Detail = fmt.Sprintf("%s: status %d from %s", v.Check, v.Evidence.Status, v.Evidence.URL)
	}
	w.tell(t)
}
