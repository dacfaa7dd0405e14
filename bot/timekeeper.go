package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Backlog is what an account has still to deliver.
type Backlog struct {
	Count  int       // deliveries that are due, now or later; those of chats that sleep are not
	Oldest time.Time // since when the first of them is owed; zero where there is none
}

// TroubleLate is a broadcast that takes longer than the published limits explain. It is reported once, until nothing is
// owed any more; its detail says how much is owed, since when, and how the attempts since then ended.
const TroubleLate TroubleKind = "late"

// Timekeeper notices when what an account has to tell is late. Tell it of every attempt, and run it.
type Timekeeper struct {
	Account  AccountID
	Store    Store
	Notifier Notifier // whose limits say how long a backlog takes at best
	Trouble  func(Trouble)
	Logger   *slog.Logger

	mu       sync.Mutex
	failures map[ErrorKind]int // since something is owed
	count    int               // owed at the last look
	promised time.Time         // by when all of it should be told; zero while nothing is owed
	reported bool
}

const (
	// glance is how often a timekeeper looks at the backlog.
	glance = 5 * time.Second
	// grace is how much longer than at best a broadcast may take before it is called late: a round of retries.
	grace = 30 * time.Second
)

// Observe notes how an attempt ended.
func (k *Timekeeper) Observe(a Attempt) {
	if a.Outcome == "" {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failures == nil {
		k.failures = make(map[ErrorKind]int)
	}
	k.failures[a.Outcome]++
}

// Run looks until ctx ends.
func (k *Timekeeper) Run(ctx context.Context) error {
	for pause(ctx, glance) {
		var owed Backlog
		err := k.Store.View(ctx, func(tx Tx) (err error) {
			owed, err = tx.Backlog(k.Account)
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				k.Logger.Error("read the backlog", "account", k.Account, "err", err)
			}
			continue
		}
		if trouble, news := k.judge(owed, time.Now()); news {
			k.Trouble(trouble)
		}
	}
	return nil
}

// judge compares a backlog with what was to be expected of it. That it is late, and is so no more, is news once.
func (k *Timekeeper) judge(owed Backlog, now time.Time) (trouble Trouble, news bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if owed.Count == 0 {
		news = k.reported
		k.failures, k.count, k.promised, k.reported = nil, 0, time.Time{}, false
		return Trouble{Kind: TroubleLate, Account: k.Account, Over: true}, news
	}
	if owed.Count > k.count {
		k.promised = later(k.promised, now.Add(k.atBest(owed.Count)+grace))
	}
	k.count = owed.Count
	if k.reported || !now.After(k.promised) {
		return Trouble{}, false
	}
	k.reported = true
	return Trouble{
		Kind: TroubleLate, Account: k.Account, Detail: k.describe(owed), Owed: owed.Count, Cause: k.cause(),
	}, true
}

// atBest is how long n deliveries take at the limits that the whole account shares.
func (k *Timekeeper) atBest(n int) time.Duration {
	var longest time.Duration
	for _, op := range []Op{OpPost, OpEdit} {
		here, there := k.Notifier.Buckets(op, Address{Channel: "1"}), k.Notifier.Buckets(op, Address{Channel: "2"})
		for _, limit := range here {
			shared := slices.ContainsFunc(there, func(other Bucket) bool { return other.Name == limit.Name })
			if shared {
				longest = max(longest, time.Duration(n)*limit.Per/time.Duration(limit.N))
			}
		}
	}
	return longest
}

// cause is how most attempts failed since something is owed.
func (k *Timekeeper) cause() (most ErrorKind) {
	for _, kind := range ErrorKinds() {
		if k.failures[kind] > k.failures[most] {
			most = kind
		}
	}
	return most
}

func (k *Timekeeper) describe(owed Backlog) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d owed since %s", owed.Count, owed.Oldest.UTC().Format(time.RFC3339))
	for _, kind := range ErrorKinds() {
		if n := k.failures[kind]; n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, kind)
		}
	}
	return b.String()
}
