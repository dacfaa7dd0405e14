package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrRepeated is returned for a request that was carried out before. Nothing was written.
var ErrRepeated = errors.New("the request was carried out before")

// RequestsKept is how long a request that was carried out is known again. Telegram keeps an update for 24 hours
// (https://core.telegram.org/bots/api#getting-updates), Slack repeats an event for some minutes; clocks may differ.
const RequestsKept = 48 * time.Hour

// RequestTx keeps which requests were carried out, by the chat platform's own id of each: a platform that does not know
// whether a request arrived brings it again.
type RequestTx interface {
	// CarryOut writes down that a request of an account is carried out by this transaction, and forgets those that are
	// older than RequestsKept. ErrRepeated: it was before.
	CarryOut(account AccountID, request string, now time.Time) error
	// CarriedOut reports whether a request of an account was carried out.
	CarriedOut(account AccountID, request string) (bool, error)
}

// once gives a command, unless it is one that was carried out by a process which ended before the chat platform knew.
func (d *Desk) once(ctx context.Context, c Command, a asking) (Message, error) {
	var m Message
	repeated, err := d.carriedOut(ctx, c, a)
	if err == nil && !repeated {
		m, err = d.act(ctx, c, a)
	}
	if repeated || errors.Is(err, ErrRepeated) {
		return d.say(a, Answer{Kind: AnswerRepeated})
	}
	return m, err
}

// carriedOut reports whether what a command changes was changed before by the same request.
func (d *Desk) carriedOut(ctx context.Context, c Command, a asking) (known bool, err error) {
	if a.ID == "" || !c.Changes {
		return false, nil
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		known, err = tx.CarriedOut(d.Account, a.ID)
		return err
	})
	if err != nil {
		err = fmt.Errorf("look whether it was done before: %w", err)
	}
	return known, err
}

// carryOut writes down that what is asked for is done by this transaction. The error is [ErrRepeated] where it was before.
func (a asking) carryOut(tx Tx, account AccountID, now time.Time) error {
	if a.ID == "" {
		return nil
	}
	return tx.CarryOut(account, a.ID, now)
}

// keep writes down that what is asked for is done by this transaction, and by whom. The error is [ErrRepeated] where it
// was done before.
func (a asking) keep(tx Tx, deed Deed) error {
	if err := a.carryOut(tx, deed.Account, deed.At); err != nil {
		return err
	}
	return tx.Keep(deed)
}

// RecentIDs knows the last ids of what a listener heard while it runs: a chat platform may bring the same again, and whoever
// only asks is not to be answered twice. The zero value knows of nothing. It is safe for concurrent use.
type RecentIDs struct {
	mu    sync.Mutex
	known map[string]bool
	order []string
}

// mostRecent is how many ids are known again.
const mostRecent = 1024

// First reports whether an id is new.
func (r *RecentIDs) First(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[id] {
		return false
	}
	if r.known == nil {
		r.known = make(map[string]bool)
	}
	r.known[id] = true
	if r.order = append(r.order, id); len(r.order) > mostRecent {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
	return true
}
