package bot

import (
	"context"
	"slices"
	"sync"
	"time"
)

// gate lets runs begin. It stands open while the machine keeps up: then a target that hangs costs nobody anything,
// however many hang. While it does not keep up only so many runs are under way at once, and the others wait for their
// turn before their time limits begin. All at once they would fail of each other: each would hold its memory for as long
// as it waits, and take our own slowness for the target's.
type gate struct {
	behind func() bool // whether the machine does not keep up; nil: it always does

	mu     sync.Mutex
	inside int
	queue  []chan struct{} // of those that wait; one that is let in is closed
	urgent int             // how many of the queue, at its head, settle a doubt
}

const (
	// room is how many runs are under way at least before one has to wait: enough to use the processors while answers
	// travel, and some 6 MB.
	room = 64
	// turnLook is how often those that wait are looked after, for the case that nobody leaves: as many as there is room
	// for come in when the machine has caught up.
	turnLook = 100 * time.Millisecond
)

// enter waits until a run may begin, those that settle a doubt first. It reports false when ctx ended before; after true
// leave must be called.
func (t *gate) enter(ctx context.Context, urgent bool) bool {
	turn := t.line(urgent)
	if turn == nil {
		return true
	}
	select {
	case <-turn:
		return true
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.queue, turn); i >= 0 {
		t.drop(i)
		return false
	}
	t.inside-- // let in just now
	return false
}

// line returns what to wait for; nil where there is nothing to wait for.
func (t *gate) line(urgent bool) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.behind == nil || len(t.queue) == 0 && (t.inside < room || !t.behind()) {
		t.inside++
		return nil
	}
	turn := make(chan struct{})
	if !urgent {
		t.queue = append(t.queue, turn)
		return turn
	}
	t.queue = slices.Insert(t.queue, t.urgent, turn)
	t.urgent++
	return turn
}

// drop takes one out of the queue. The lock is held.
func (t *gate) drop(i int) {
	t.queue = slices.Delete(t.queue, i, i+1)
	if i < t.urgent {
		t.urgent--
	}
}

// leave ends a run.
func (t *gate) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inside--
	t.admit(room - t.inside)
}

// admit lets so many in. The lock is held.
func (t *gate) admit(n int) {
	for ; n > 0 && len(t.queue) > 0; n-- {
		close(t.queue[0])
		t.drop(0)
		t.inside++
	}
}

// run lets more in whenever the machine has caught up, until ctx ends.
func (t *gate) run(ctx context.Context) {
	for t.behind != nil && pause(ctx, turnLook) {
		t.look()
	}
}

func (t *gate) look() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) > 0 && !t.behind() {
		t.admit(room)
	}
}
