package bot

import (
	"sync"
	"time"
)

// Pacer spends the published limits of one account: it says when an operation may leave, remembers what left, and
// learns from every refusal. It is safe for concurrent use.
type Pacer struct {
	mu       sync.Mutex
	buckets  map[string]*bucket
	quickest shortest // how long an answer takes
	prelude  shortest // how long it takes from being let through to leaving
	swept    time.Time
	doubt    doubt
	known    bool // the account was heard of
	first    *Use // what it was asked first
	born     time.Time
	late     int // what left before we were born and may be carried out after
	halted   bool
	flock    flock
}

// NewPacer returns a pacer whose buckets are all full.
func NewPacer() *Pacer { return &Pacer{buckets: make(map[string]*bucket)} }

// Spare keeps the number of operations on their way as low as an even pace allows: nobody can look up what became of
// those that are cut off.
func (p *Pacer) Spare() { p.flock.bounded = true }

// bucket is the use of one limit.
type bucket struct {
	pacer   *Pacer
	limit   Bucket
	uses    []*Use    // the last ones, in the order in which they were let through, at most limit.N
	next    time.Time // when the next one is to leave, where they are spread evenly
	blocked time.Time // nothing before
	strain  float64   // how much slower than published we go since a refusal: 1 is as published
	strains time.Time // when strain was last changed
}

const (
	// margin covers what remains between our measure of a window and the server's.
	margin = 1.005
	// strained is by how much a refusal slows a bucket down, at most maxStrain in all; it wears off by half every relief.
	strained  = 1.05
	maxStrain = 2.0
	relief    = 5 * time.Minute
	// evenUpTo is the longest period whose operations are spread evenly. Longer windows may be spent in a burst.
	evenUpTo = 2 * time.Second
	// catchUp is which part of a period may be made up for after a delay, so that late timers do not add up.
	catchUp = 10
	// standBy is how soon to look again while an operation that others wait for has still not left or not ended.
	standBy = 10 * time.Millisecond
	// gather is which part of an even step passes until it is looked again whether too many are on their way.
	gather = 16
	// hello is how long others wait for the answer to the very first operation: it tells whether the account is accepted.
	hello = time.Second
)

// Ready returns the earliest time, not before now, at which an operation that draws on the buckets may leave.
func (p *Pacer) Ready(limits []Bucket, now time.Time) time.Time { return p.Behind(limits, nil, now) }

// Behind is Ready for an operation that lets others go first: queue counts those for each bucket, by its name, and the
// operation itself is added to it.
func (p *Pacer) Behind(limits []Bucket, queue map[string]int, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if !p.known && p.first != nil && now.Sub(p.first.left) < hello {
		at = now.Add(standBy)
	}
	if p.flock.full(limits, now) {
		at = later(at, now.Add(limits[0].step()/gather))
	}
	for _, limit := range limits {
		ready := p.fresh(limit)
		if b := p.buckets[limit.Name]; b != nil {
			ready = b.ready(now)
		}
		ready = later(ready, now)
		if queue != nil {
			ready = ready.Add(time.Duration(queue[limit.Name]/limit.N) * limit.Per)
			queue[limit.Name]++
		}
		at = later(at, ready)
	}
	return at
}

// fresh is when an operation may leave that is the first to draw on a limit: at the even pace of those before a restart,
// of which some are still to be counted.
func (p *Pacer) fresh(limit Bucket) time.Time {
	if limit.swift() {
		return p.born.Add(limit.step() * time.Duration(1+limit.N-p.places(limit, p.born)))
	}
	return time.Time{}
}

// places is how many operations may leave in a period now, at least half of those that the limit allows.
func (p *Pacer) places(limit Bucket, now time.Time) int {
	if p.late == 0 || !limit.swift() || now.Sub(p.born) >= visible+limit.Per {
		return limit.N
	}
	return max(limit.N-p.late, (limit.N+1)/2)
}

// step is the time between two operations that are spread evenly.
func (b Bucket) step() time.Duration { return b.Per / time.Duration(b.N) }

// swift reports whether a limit is spent evenly and lets many through: an account's, not a chat's.
func (b Bucket) swift() bool {
	return b.Per <= evenUpTo && b.step() < evenUpTo/10
}

// Take lets an operation through at now. Say when it has Left, and then how it ended: Answered, Refuse or Drop.
func (p *Pacer) Take(limits []Bucket, now time.Time) *Use {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(now)
	u := &Use{limits: limits, taken: now, left: now, ended: now}
	p.add(u, now)
	p.flock.leave(u)
	if !p.known && p.first == nil {
		p.first = u
	}
	return u
}

func (p *Pacer) add(u *Use, now time.Time) {
	for _, limit := range u.limits {
		b := p.bucket(limit)
		b.uses = append(b.uses, u)
		if extra := len(b.uses) - limit.N; extra > 0 {
			b.uses = b.uses[extra:]
		}
		if now.Sub(b.next) > limit.Per { // there is no delay to make up for
			b.next = now
		}
		b.next = later(b.next, now.Add(-limit.Per/catchUp)).Add(b.step(now))
	}
}

// Left notes that the operation really leaves at now. It returns a later time when a refusal that came in meanwhile
// forbids it; the operation must not leave then.
func (p *Pacer) Left(u *Use, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if p.halted {
		at = now.Add(time.Second)
	}
	for _, limit := range u.limits {
		at = later(at, p.bucket(limit).blocked)
	}
	u.state, u.left, u.ended = useLeft, now, now
	if at.After(now) {
		u.ended = time.Time{}
	}
	p.prelude.learn(now.Sub(u.taken))
	return at
}

// Halt lets nothing leave any more: the account is no longer accepted.
func (p *Pacer) Halt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halted = true
}

// Drop ends an operation: its receipt is written, or it never left, and is taken back then.
func (p *Pacer) Drop(u *Use, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.state == useWaits {
		u.state, u.ended = useLeft, time.Time{}
	}
	p.heard(u)
	p.flock.arrive(u, now)
}

// heard ends the wait for the first operation. One that never left told nothing.
func (p *Pacer) heard(u *Use) {
	if u == p.first {
		p.first, p.known = nil, !u.ended.IsZero()
	}
}

// Answered notes that the server carried the operation out, in a number of requests. Between our clock and the server's
// stands the time on the way, which differs from request to request: how late this one can have been counted follows
// from how much longer than others its answer took.
func (p *Pacer) Answered(u *Use, requests int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quickest.learn(now.Sub(u.left))
	u.state, u.ended = useAnswered, now
	for range requests - 1 {
		p.add(u, now)
	}
	p.heard(u)
	p.exonerate(u)
}

// Restore shuts buckets as they were found shut before a restart, which was at now: somebody else may have used the
// limits until then. Flying is how many requests of theirs have no known end: for as long as the server may carry these
// out and count them, as many places are left free.
func (p *Pacer) Restore(list []Refusal, flying int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.born, p.late = now, flying
	for _, r := range list {
		b := p.bucket(Bucket{Name: r.Bucket})
		b.blocked = later(b.blocked, r.Until)
	}
}

// Remember draws an operation that left before a restart on those of its limits that may be spent in a burst: the others
// go on at their even pace.
func (p *Pacer) Remember(limits []Bucket, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := &Use{taken: at, left: at, ended: at, state: useAnswered}
	for _, limit := range limits {
		if limit.Per > evenUpTo {
			u.limits = append(u.limits, limit)
		}
	}
	p.add(u, at)
}

func (p *Pacer) bucket(limit Bucket) *bucket {
	b := p.buckets[limit.Name]
	if b == nil {
		b = &bucket{pacer: p, strain: 1}
		p.buckets[limit.Name] = b
	}
	b.limit = limit
	return b
}

// sweep forgets buckets that are full again, now and then.
func (p *Pacer) sweep(now time.Time) {
	if now.Sub(p.swept) < time.Minute {
		return
	}
	p.swept = now
	for name, b := range p.buckets {
		if b.idle(now) {
			delete(p.buckets, name)
		}
	}
}

func (b *bucket) idle(now time.Time) bool {
	last := len(b.uses) - 1
	return !b.blocked.After(now) && b.strainAt(now) < 1.01 &&
		(last < 0 || b.uses[last].state != useWaits && now.Sub(b.uses[last].ended) > 2*b.limit.Per)
}

// ready is when the next operation may leave: not more than N in any period as the server counts them, which holds when
// each leaves a period after the Nth before it was counted, and, within short periods, evenly.
func (b *bucket) ready(now time.Time) time.Time {
	at := b.blocked
	if len(b.uses) == 0 {
		return at
	}
	if b.limit.Per <= evenUpTo {
		at = later(at, b.next)
	}
	n := b.pacer.places(b.limit, now)
	if len(b.uses) < n {
		return at
	}
	oldest := b.uses[len(b.uses)-n]
	if oldest.state == useWaits {
		return later(at, now.Add(standBy))
	}
	return later(at, b.pacer.arrived(oldest).Add(b.slowed(b.limit.Per, now)-b.pacer.prelude.time()))
}

func (b *bucket) step(now time.Time) time.Duration {
	return b.slowed(b.limit.Per, now) / time.Duration(b.limit.N)
}

// slowed is a time of the published limit as it is kept now.
func (b *bucket) slowed(d time.Duration, now time.Time) time.Duration {
	return time.Duration(float64(d) * margin * b.strainAt(now))
}

// strainAt is the strain as it has worn off by now.
func (b *bucket) strainAt(now time.Time) float64 {
	excess := b.strain - 1
	for since := now.Sub(b.strains); since >= relief && excess > 0.001; since -= relief {
		excess /= 2
	}
	return 1 + excess
}

// slow goes slower for a while.
func (b *bucket) slow(now time.Time) {
	b.strain, b.strains = min(b.strainAt(now)*strained, maxStrain), now
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
