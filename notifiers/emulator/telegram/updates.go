package telegram

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

const (
	firstUpdate = 700_000_001
	maxBatch    = 100
	maxPoll     = 50 * time.Second // LONG_POLL_MAX_TIMEOUT in telegram-bot-api/Client.h
	keptFor     = 24 * time.Hour   // https://core.telegram.org/bots/api#getting-updates
)

// update is something that the bot is to know.
type update struct {
	id   int
	kind string
	body object
	at   time.Time
}

// queue keeps updates until they are confirmed.
type queue struct {
	list    []update
	next    int
	allowed []string      // nil for the default
	changed chan struct{} // closed and replaced when there is news
	poll    chan struct{} // closed when another poll takes over; nil while nobody polls
}

// wake lets waiting polls look again.
func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// push adds an update of a kind that the bot wants.
func (q *queue) push(kind string, body object) {
	wanted := slices.Contains(q.allowed, kind)
	if len(q.allowed) == 0 {
		wanted = kind != "chat_member" && kind != "message_reaction" && kind != "message_reaction_count"
	}
	if !wanted {
		return
	}
	q.list = append(q.list, update{q.next, kind, body, time.Now()})
	q.next++
	q.wake()
}

// confirm forgets what lies before an offset; a negative one keeps as many at the end.
func (q *queue) confirm(offset int) {
	q.list = slices.DeleteFunc(q.list, func(u update) bool {
		return offset > 0 && u.id < offset || time.Since(u.at) > keptFor
	})
	if offset < 0 {
		q.list = q.list[max(0, len(q.list)+offset):]
	}
}

// first lists the oldest updates.
func (q *queue) first(n int) []object {
	list := []object{}
	for _, u := range q.list[:min(n, len(q.list))] {
		list = append(list, object{"update_id": u.id, u.kind: u.body})
	}
	return list
}

// getUpdates answers as soon as there are updates. A newer call ends one that waits.
func (s *Server) getUpdates(ctx context.Context, args arguments) (any, error) {
	offset, limit, wait := polling(args)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	mine := s.takeOver(offset, args["allowed_updates"])
	defer s.release(mine)
	for {
		s.mu.Lock()
		list, changed, revoked := s.queue.first(limit), s.queue.changed, s.revoked
		s.mu.Unlock()
		switch {
		case revoked:
			return nil, errUnauthorised
		case len(list) > 0:
			return list, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return list, nil
		case <-mine:
			return nil, errConflict
		case <-ctx.Done():
			return list, nil
		}
	}
}

func polling(args arguments) (offset, limit int, wait time.Duration) {
	offset, _ = strconv.Atoi(args["offset"])
	limit, _ = strconv.Atoi(args["limit"])
	if limit < 1 || limit > maxBatch {
		limit = maxBatch
	}
	seconds, _ := strconv.Atoi(args["timeout"])
	return offset, limit, min(max(0, time.Duration(seconds)*time.Second), maxPoll)
}

// takeOver ends the poll under way, if any, and registers a new one.
func (s *Server) takeOver(offset int, allowed string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue.poll != nil {
		close(s.queue.poll)
	}
	s.queue.poll = make(chan struct{})
	var kinds []string
	if allowed != "" && json.Unmarshal([]byte(allowed), &kinds) == nil {
		s.queue.allowed = kinds
	}
	s.queue.confirm(offset)
	return s.queue.poll
}

func (s *Server) release(mine chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue.poll == mine {
		s.queue.poll = nil
	}
}
