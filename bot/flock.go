package bot

import (
	"slices"
	"time"
)

// flock is the operations on their way, where nobody can look up what became of one when the process dies: each of them
// may have to be repeated. There are never more of them than the limit lets leave in the time that one takes, and one: as
// many as an even pace needs, and none that only makes up for a delay.
type flock struct {
	bounded bool
	uses    []*Use        // oldest first
	trip    time.Duration // how long one takes on the average, from being let through until its receipt is written
}

// stray is after how long an operation does not count any more: something is wrong with its chat, which must not hold
// the others up.
const stray = time.Second

// full reports whether as many are on their way as may be. While they take longer than usual, more may: their wait is
// everybody's.
func (f *flock) full(limits []Bucket, now time.Time) bool {
	if !f.bounded || f.trip == 0 || len(limits) == 0 || !limits[0].swift() {
		return false
	}
	trip, n := f.trip, 0
	for _, u := range f.uses {
		if age := now.Sub(u.taken); age < stray {
			trip, n = max(trip, age), n+1
		}
	}
	step := limits[0].Per / time.Duration(limits[0].N)
	return n > int((trip+step-1)/step)
}

func (f *flock) leave(u *Use) {
	if f.bounded {
		f.uses = append(f.uses, u)
	}
}

// arrive takes an operation that is over out, and learns from one that left.
func (f *flock) arrive(u *Use, now time.Time) {
	i := slices.Index(f.uses, u)
	if i < 0 {
		return
	}
	f.uses = slices.Delete(f.uses, i, i+1)
	if u.ended.IsZero() {
		return
	}
	took := max(min(now.Sub(u.taken), stray), 1)
	if f.trip == 0 {
		f.trip = took
	}
	f.trip += (took - f.trip) / 8
}
