package bot

import (
	"context"
	"errors"
	"time"
)

// clerk groups small writes of many goroutines into one transaction: whatever has come in while the last one was
// being committed goes into the next. A lone write waits for nothing.
type clerk struct {
	store Store
	inbox chan entry
}

// entry is one write and the place for its answer.
type entry struct {
	write func(Tx) error
	done  chan<- error
}

// writeLimit bounds one transaction, so that a database that no longer answers ends in an error.
const writeLimit = 15 * time.Second

// maxGroup bounds how many writes share a transaction.
const maxGroup = 128

func newClerk(store Store) *clerk {
	return &clerk{store: store, inbox: make(chan entry, maxGroup)}
}

// update runs write in a transaction that other writes may share, and returns when it is durable. When one of the
// group fails, the others are written all the same.
func (c *clerk) update(ctx context.Context, write func(Tx) error) error {
	done := make(chan error, 1)
	select {
	case c.inbox <- entry{write, done}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run serves until ctx ends, and then what came in before.
func (c *clerk) run(ctx context.Context) {
	for {
		select {
		case first := <-c.inbox:
			c.commit(context.WithoutCancel(ctx), c.gather(first))
		case <-ctx.Done():
			c.drain(context.WithoutCancel(ctx))
			return
		}
	}
}

func (c *clerk) drain(ctx context.Context) {
	for {
		select {
		case first := <-c.inbox:
			c.commit(ctx, c.gather(first))
		default:
			return
		}
	}
}

func (c *clerk) gather(first entry) []entry {
	group := []entry{first}
	for len(group) < maxGroup {
		select {
		case next := <-c.inbox:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// errGroup takes a whole group back, because one of its writes failed.
var errGroup = errors.New("a write of the group failed")

func (c *clerk) commit(ctx context.Context, group []entry) {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	err := c.store.Update(ctx, func(tx Tx) error {
		for _, e := range group {
			if err := e.write(tx); err != nil {
				return errors.Join(errGroup, err)
			}
		}
		return nil
	})
	if err == nil || len(group) == 1 {
		for _, e := range group {
			e.done <- err
		}
		return
	}
	for _, e := range group {
		e.done <- c.store.Update(ctx, e.write)
	}
}
