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

// commit is one write.
type commit struct {
	write func(Tx) error // may be called again after its transaction has failed
	done  chan error     // receives how it ended, once
}

// together is how many writes share a transaction at most: it holds up whoever else wants to write.
const together = 50

// update runs write in a transaction and returns when it is kept, or not.
func (c *commits) update(ctx context.Context, write func(Tx) error) error {
	mine := &commit{write: write, done: make(chan error, 1)}
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
		err := c.store.Update(ctx, func(tx Tx) error {
			for _, one := range batch {
				if err := one.write(tx); err != nil {
					return err
				}
			}
			return nil
		})
		for _, one := range batch {
			if err != nil && len(batch) > 1 { // a write that fails must not take the others with it
				one.done <- c.store.Update(ctx, one.write)
				continue
			}
			one.done <- err
		}
	}
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
