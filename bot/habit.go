package bot

import (
	"slices"
	"sync"
	"time"
)

// habit is what is usual for one check, so that the unusual is noticed before it is over, and what it may still ask for
// beyond its schedule. It is kept in memory only.
type habit struct {
	mu     sync.Mutex
	well   bool             // the newest verdict was good
	usual  [8]time.Duration // what the newest good runs took, in no order
	count  int              // of good runs
	credit int              // for runs that no schedule asks for, in shares
	// oneFamily is until when the target is taken to have addresses of one family only.
	oneFamily time.Time
}

const (
	// share is how many runs by the schedule earn one more: in the long run a doubt that never ends costs the target a
	// quarter more than its schedule.
	share = 4
	// savings is how many runs can be saved up: two outages, each with its burst and the all-clear.
	savings = 8
	// reserve is what runs on mere suspicion leave for real doubts.
	reserve = savings / 2
	// familyAgain is how long a family that says nothing is not tried again.
	familyAgain = time.Hour
)

func newHabit() *habit { return &habit{credit: savings * share} }

// earn counts a run by the schedule.
func (h *habit) earn() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.credit = min(h.credit+1, savings*share)
}

// spend pays for a run that no schedule asks for, and reports whether that many were left besides a reserve.
func (h *habit) spend(reserve int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.credit < (reserve+1)*share {
		return false
	}
	h.credit -= share
	return true
}

// learn takes in how a run went and what it took.
func (h *habit) learn(good bool, took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.well = good
	if good {
		h.usual[h.count%len(h.usual)] = took
		h.count++
	}
}

// good reports whether the newest verdict was good.
func (h *habit) good() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.well
}

// patience is how long a run may take before it is a reason to suspect something; at least a given time.
func (h *habit) patience(least time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(least, slices.Max(h.usual[:])*3/2)
}

// single reports whether the target was found, not long ago, to have addresses of one family only.
func (h *habit) single() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Before(h.oneFamily)
}

// find notes that a run over one family said nothing.
func (h *habit) find() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.oneFamily = time.Now().Add(familyAgain)
}
