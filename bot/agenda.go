package bot

import (
	"context"
	"maps"
	"slices"
	"time"
)

// agendaSize is how many tasks are looked at together.
const agendaSize = 128

// agenda is what is due and not on its way, the most urgent and oldest first.
type agenda struct {
	errands []*errand
	shared  []Bucket  // limits that every one of them draws on
	full    bool      // there may be more behind them
	next    time.Time // when the next one falls due; zero: none
	read    time.Time
}

// errand is a task with the limits that its next request draws on.
type errand struct {
	Task
	limits []Bucket
}

// agenda reads the ledger.
func (s *Speaker) agenda(ctx context.Context) (agenda, error) {
	s.mu.Lock()
	busy := maps.Clone(s.busy) // before the ledger is read: what lands meanwhile must not be taken for due
	s.mu.Unlock()
	n := agendaSize + len(busy)
	a := agenda{read: time.Now()}
	var tasks []Task
	err := s.config.Store.View(ctx, func(tx Tx) (err error) {
		tasks, a.next, err = tx.Due(s.config.Account, a.read, n)
		return err
	})
	a.full = len(tasks) == n
	for _, task := range tasks {
		if busy[task.Key()] == nil {
			a.errands = append(a.errands, &errand{task, s.limits(task)})
		}
	}
	a.share()
	return a, err
}

// share finds the limits that every errand draws on: while one of them is spent, there is no need to look further.
func (a *agenda) share() {
	for i, e := range a.errands {
		if i == 0 {
			a.shared = slices.Clone(e.limits)
		}
		a.shared = slices.DeleteFunc(a.shared, func(b Bucket) bool { return !slices.Contains(e.limits, b) })
	}
}

// first finds the errand that may leave soonest, the first of the list where several may, and when. All is true when
// they wait for the widest limit, and so would those behind them.
func (a *agenda) first(p *Pacer, now time.Time) (index int, at time.Time, all bool) {
	if ready := p.Ready(a.shared, now); len(a.shared) > 0 && ready.After(now) {
		widest := a.shared[:1]
		return 0, ready, widest[0] == a.errands[0].limits[0] && p.Ready(widest, now).Equal(ready)
	}
	for i, e := range a.errands {
		ready := p.Ready(e.limits, now)
		if !ready.After(now) {
			return i, now, false
		}
		if i == 0 || ready.Before(at) {
			index, at = i, ready
		}
	}
	return index, at, false
}

// sooner is the earlier of two times, of which the zero one counts for none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// earliest is the earlier of two times, either of which may be the zero one for none.
func earliest(a, b time.Time) time.Time {
	if b.IsZero() {
		return a
	}
	return sooner(a, b)
}
