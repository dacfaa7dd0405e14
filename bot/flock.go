package bot

import (
	"cmp"
	"slices"
	"time"
)

// flock is the operations on their way, where nobody can look up what became of one when the process dies: each of them
// may have to be repeated. There are never more of them than the limit lets leave in the time that one takes, and one: as
// many as an even pace needs, and none that only makes up for a delay.
type flock struct {
	bounded bool
	uses    []*Use // oldest first
	arrived int
	trip    time.Duration // how long one takes on the average, from being let through until its receipt is written
	spread  time.Duration // by how much one differs from that, on the average
}

const (
	// stray is how many times as long as usual an operation counts: after that something is wrong with its chat, which
	// must not hold the others up.
	stray = 2
	// longest is the most that one operation may add to what is usual.
	longest = time.Second
	// early is how many operations after a start tell with the quickest answer of all how long one takes: the first open
	// connections, and have their receipts written while everything else begins.
	early = 8
)

// full reports whether as many are on their way as may be.
func (f *flock) full(limits []Bucket, now time.Time) bool {
	if !f.bounded || f.trip == 0 || len(limits) == 0 || !limits[0].swift() {
		return false
	}
	n := 0
	for _, u := range f.uses {
		if now.Sub(u.taken) < stray*f.trip {
			n++
		}
	}
	return n > int((f.trip+f.spread)/limits[0].step())
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
	took := now.Sub(u.taken)
	f.arrived++
	if f.arrived <= early && u.state == useAnswered {
		took = u.ended.Sub(u.left)
	}
	took = max(min(took, longest), 1)
	if f.arrived <= early {
		f.trip = min(took, cmp.Or(f.trip, took))
		return
	}
	f.spread += ((took - f.trip).Abs() - f.spread) / 8
	f.trip += (took - f.trip) / 8
}
