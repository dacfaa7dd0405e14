package bot

import (
	"sync"
	"time"
)

// Pacer spends the published limits of one account: it says when an operation may leave, remembers what left, and
// learns from every refusal. It is safe for concurrent use.
type Pacer struct {
	mu      sync.Mutex
	buckets map[string]*bucket
	swept   time.Time
}

// NewPacer returns a pacer whose buckets are all full.
func NewPacer() *Pacer { return &Pacer{buckets: make(map[string]*bucket)} }

// bucket is the use of one limit.
type bucket struct {
	limit   Bucket
	sent    []time.Time // the last operations, oldest first, at most limit.N
	blocked time.Time   // nothing before
	strain  float64     // how much slower than published we go since a refusal: 1 is as published
	strains time.Time   // when strain was last changed
}

const (
	// margin keeps a window as the server measures it at least as long as the one that we measure: requests that leave
	// evenly do not arrive evenly.
	margin = 1.02
	// strained is by how much a refusal slows a bucket down, at most maxStrain in all; it wears off by half every relief.
	strained  = 1.1
	maxStrain = 2.0
	relief    = 5 * time.Minute
	// evenUpTo is the longest period whose operations are spread evenly. Longer windows may be spent in a burst.
	evenUpTo = 2 * time.Second
)

// Ready returns the earliest time, not before now, at which an operation that draws on the buckets may leave.
func (p *Pacer) Ready(limits []Bucket, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	for _, limit := range limits {
		if b := p.buckets[limit.Name]; b != nil {
			if ready := b.ready(now); ready.After(at) {
				at = ready
			}
		}
	}
	return at
}

// Take notes that an operation leaves at now.
func (p *Pacer) Take(limits []Bucket, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(now)
	for _, limit := range limits {
		b := p.bucket(limit)
		b.sent = append(b.sent, now)
		if extra := len(b.sent) - limit.N; extra > 0 {
			b.sent = b.sent[extra:]
		}
	}
}

// Refuse notes that the server refused an operation that drew on the buckets, and for how long. Scope is the bucket it
// named; where it named none, the refusal is taken for the narrowest bucket that was in use besides, else for the first.
// It returns the time until which that bucket is shut.
func (p *Pacer) Refuse(limits []Bucket, scope string, wait time.Duration, now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(limits) == 0 {
		return now.Add(wait)
	}
	guilty := limits[0]
	for _, limit := range limits {
		if limit.Name == scope || scope == "" && p.busy(limit, now) {
			guilty = limit
		}
	}
	b := p.bucket(guilty)
	b.strain = min(b.strainAt(now)*strained, maxStrain)
	b.strains = now
	if until := now.Add(wait); until.After(b.blocked) {
		b.blocked = until
	}
	return b.blocked
}

// busy reports whether a bucket saw more than the refused operation lately, so that it can have run empty.
func (p *Pacer) busy(limit Bucket, now time.Time) bool {
	b := p.buckets[limit.Name]
	if b == nil {
		return false
	}
	recent := 0
	for _, at := range b.sent {
		if now.Sub(at) < limit.Per*2 {
			recent++
		}
	}
	return recent > max(1, limit.N/2)
}

func (p *Pacer) bucket(limit Bucket) *bucket {
	b := p.buckets[limit.Name]
	if b == nil {
		b = &bucket{strain: 1}
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
	last := len(b.sent) - 1
	return !b.blocked.After(now) && (last < 0 || now.Sub(b.sent[last]) > 2*b.limit.Per) && b.strainAt(now) < 1.01
}

func (b *bucket) ready(now time.Time) time.Time {
	at := b.blocked
	if len(b.sent) == 0 {
		return at
	}
	slow := margin * b.strainAt(now)
	if b.limit.Per <= evenUpTo {
		step := time.Duration(float64(b.limit.Per) * slow / float64(b.limit.N))
		return later(at, b.sent[len(b.sent)-1].Add(step))
	}
	if len(b.sent) < b.limit.N {
		return at
	}
	return later(at, b.sent[0].Add(time.Duration(float64(b.limit.Per)*slow)))
}

// strainAt is the strain as it has worn off by now.
func (b *bucket) strainAt(now time.Time) float64 {
	excess := b.strain - 1
	for since := now.Sub(b.strains); since >= relief && excess > 0.001; since -= relief {
		excess /= 2
	}
	return 1 + excess
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
