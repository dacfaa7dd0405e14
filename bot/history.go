package bot

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"
)

// HistoryTx keeps what the checks saw for a long time in little room.
type HistoryTx interface {
	// Verdicts lists the single verdicts made at from or later and before until, in no order.
	Verdicts(from, until time.Time) ([]Verdict, error)
	// PutHours writes what hours came to. Each replaces what was written for its check, place and hour before.
	PutHours(list []Hour) error
	// Hours lists what the checks of a platform came to in the hours that began at from or later and before until, by
	// check, place and time.
	Hours(p PlatformID, from, until time.Time) ([]Hour, error)
	// LastHour is when the newest hour that was written began; zero: none was.
	LastHour() (time.Time, error)
	// PruneVerdicts forgets verdicts made before t, at most n, and reports how many.
	PruneVerdicts(t time.Time, n int) (int, error)
	// PruneHours forgets the hours of days before that of t, at most n days of a check, and reports how many.
	PruneHours(t time.Time, n int) (int, error)
	// PruneIncidents forgets details of incidents that ended before t, at most n of each kind, and reports how many: the
	// deliveries that have nothing more to say, and the evidence and the reasons of each revision. The incidents
	// themselves stay.
	PruneIncidents(t time.Time, n int) (int, error)
}

// Hour is what one check saw from one place within an hour. Latencies are those of the verdicts that are up or slow,
// kept in milliseconds, and zero where there were none. Both are robust: a few outliers do not move what is usual for an
// hour of the week, which is the middle of the same figures of some weeks.
type Hour struct {
	Platform                PlatformID
	Check                   CheckID
	Vantage                 string
	Start                   time.Time // a full hour of UTC
	Up, Slow, Down, Unknown int       // how many verdicts had this outcome
	Median                  time.Duration
	NineInTen               time.Duration // nine in ten were at least as fast
}

// SumUp reduces the verdicts of an hour to one Hour for each check and place, in no order.
func SumUp(start time.Time, verdicts []Verdict) []Hour {
	type key struct {
		check   CheckID
		vantage string
	}
	hours := make(map[key]*Hour)
	latencies := make(map[key][]time.Duration)
	for _, v := range verdicts {
		k := key{v.Check, v.Vantage}
		if hours[k] == nil {
			hours[k] = &Hour{Platform: v.Platform, Check: v.Check, Vantage: v.Vantage, Start: start}
		}
		switch v.Outcome {
		case Up:
			hours[k].Up++
		case Slow:
			hours[k].Slow++
		case Down:
			hours[k].Down++
		default:
			hours[k].Unknown++
		}
		if v.Outcome == Up || v.Outcome == Slow {
			latencies[k] = append(latencies[k], v.Evidence.Latency)
		}
	}
	list := make([]Hour, 0, len(hours))
	for k, h := range hours {
		slices.Sort(latencies[k])
		h.Median, h.NineInTen = quantile(latencies[k], 0.5), quantile(latencies[k], 0.9)
		list = append(list, *h)
	}
	return list
}

// quantile returns the smallest of the sorted values that a share q of them does not exceed; 0 of none.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(math.Ceil(q*float64(len(sorted))))-1]
}

// What is kept for how long.
const (
	verdictsLast = 48 * time.Hour
	hoursLast    = 400 * 24 * time.Hour // a year and a month: each day beside the same one of last year
	detailsLast  = 30 * 24 * time.Hour  // of incidents, after their end
)

const (
	// tidyEvery is how often there is a look at what can be summed up and forgotten.
	tidyEvery = 10 * time.Minute
	// settling is how long after its end an hour may still gain verdicts: the longest run of a check and the writing.
	settling = 2 * time.Minute
	// pruneStep bounds what is forgotten in one transaction, so that a notice never waits for it: some 20 ms.
	pruneStep = 500
)

// history sums up and forgets.
type history struct {
	store Store
	log   *slog.Logger
}

// run tidies now and then until ctx ends.
func (h history) run(ctx context.Context) {
	for {
		if err := h.tidy(ctx, time.Now()); err != nil && ctx.Err() == nil {
			h.log.Error("tidy the history", "err", err)
		}
		if !pause(ctx, tidyEvery) {
			return
		}
	}
}

// tidy sums up the hours that are over, and forgets what is too old. Nothing is forgotten before it is summed up.
func (h history) tidy(ctx context.Context, now time.Time) error {
	if err := h.sumUp(ctx, now); err != nil {
		return err
	}
	return h.prune(ctx, now)
}

// sumUp writes every hour that is over, from the last that was written on. That one is written again: verdicts that
// were kept back, because the disk was full, may have come in since.
func (h history) sumUp(ctx context.Context, now time.Time) error {
	var start time.Time
	err := h.store.View(ctx, func(tx Tx) (err error) {
		start, err = tx.LastHour()
		return err
	})
	if err != nil {
		return fmt.Errorf("find the last hour: %w", err)
	}
	if start.IsZero() {
		start = now.Add(-verdictsLast).Truncate(time.Hour)
	}
	for ; !start.Add(time.Hour + settling).After(now); start = start.Add(time.Hour) {
		if err := h.sumUpHour(ctx, start); err != nil {
			return fmt.Errorf("sum up the hour from %s: %w", start.Format(time.RFC3339), err)
		}
	}
	return nil
}

func (h history) sumUpHour(ctx context.Context, start time.Time) error {
	var verdicts []Verdict
	err := h.store.View(ctx, func(tx Tx) (err error) {
		verdicts, err = tx.Verdicts(start, start.Add(time.Hour))
		return err
	})
	if err != nil || len(verdicts) == 0 {
		return err
	}
	hours := SumUp(start, verdicts)
	return h.store.Update(ctx, func(tx Tx) error { return tx.PutHours(hours) })
}

func (h history) prune(ctx context.Context, now time.Time) error {
	for _, step := range []struct {
		what   string
		before time.Time
		forget func(Tx, time.Time) (int, error)
	}{
		{"verdicts", now.Add(-verdictsLast), func(tx Tx, t time.Time) (int, error) { return tx.PruneVerdicts(t, pruneStep) }},
		{"hours", now.Add(-hoursLast), func(tx Tx, t time.Time) (int, error) { return tx.PruneHours(t, pruneStep) }},
		{"incidents", now.Add(-detailsLast), func(tx Tx, t time.Time) (int, error) { return tx.PruneIncidents(t, pruneStep) }},
		{"promises", now.Add(-promisesLast), func(tx Tx, t time.Time) (int, error) { return tx.PrunePromises(t, pruneStep) }},
	} {
		for n := pruneStep; n >= pruneStep && ctx.Err() == nil; {
			err := h.store.Update(ctx, func(tx Tx) (err error) {
				n, err = step.forget(tx, step.before)
				return err
			})
			if err != nil {
				return fmt.Errorf("forget old %s: %w", step.what, err)
			}
		}
	}
	return nil
}
