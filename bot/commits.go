package bot

import (
	"context"
	"sync"
)

// commits puts writes that come at the same time into one transaction. When a hoster fails, a thousand platforms are
// decided on within seconds, and a flush of the disk for each would make the last ones late.
type commits struct {
	store Store

	mu      sync.Mutex
	waiting []*commit
	busy    bool
}

// commit is one write under a duty.
type commit struct {
	duty  Duty
	write func(Tx) error // may be called again after its transaction has failed
	done  chan error     // receives how it ended, once
}

// together is how many writes share a transaction at most: some 30 ms of work, which hold up whoever else wants to
// write. A start decides on every check within seconds.
const together = 200

// update runs write in a transaction in which the duty is kept, and returns when it is written, or not.
func (c *commits) update(ctx context.Context, duty Duty, write func(Tx) error) error {
	mine := &commit{duty: duty, write: write, done: make(chan error, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, mine)
	first := !c.busy
	c.busy = true
	c.mu.Unlock()
	if first {
		go c.work(context.WithoutCancel(ctx)) // the end of one caller's time must not take the others' writes back
	}
	return <-mine.done
}

// work writes until nothing waits.
func (c *commits) work(ctx context.Context) {
	for batch := c.next(); len(batch) > 0; batch = c.next() {
		err := c.write(ctx, batch)
		for _, one := range batch {
			if err != nil && len(batch) > 1 { // a write that fails must not take the others with it
				one.done <- c.write(ctx, []*commit{one})
				continue
			}
			one.done <- err
		}
	}
}

// write writes a batch in one transaction. A duty needs to be kept once in it.
func (c *commits) write(ctx context.Context, batch []*commit) error {
	return c.store.Update(ctx, func(tx Tx) error {
		var kept Duty
		for _, one := range batch {
			if one.duty != kept {
				if err := tx.KeepDuty(one.duty); err != nil {
					return err
				}
				kept = one.duty
			}
			if err := one.write(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// next takes what is written together; nothing is left when it is empty.
func (c *commits) next() []*commit {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), together)
	batch := c.waiting[:n:n]
	c.waiting = c.waiting[n:]
	c.busy = n > 0
	return batch
}
