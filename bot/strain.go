package bot

import (
	"runtime/metrics"
	"sync"
	"time"
)

// Strain tells whether this machine keeps up with what the process has to do: by how long goroutines that could go on
// wait for a processor. It sees other programs that take the processors away as well. Make one with NewStrain; it is safe
// for concurrent use.
type Strain struct {
	mu     sync.Mutex
	sample [1]metrics.Sample
	seen   []uint64 // the counts of the histogram when it was read last
	at     time.Time
	behind bool
}

const (
	// strainLook is how long a reading is good for.
	strainLook = 50 * time.Millisecond
	// strainWait is a wait that is too long, in seconds: with one in strainShare waits of that length a run, which is made
	// of some ten steps, loses a tenth of a second or more to this machine.
	strainWait = 0.05
	// strainShare: one wait in so many.
	strainShare = 10
	// strainFew is how many waits say nothing yet. The runtime measures one in eight.
	strainFew = 10
)

// NewStrain makes a Strain that has seen nothing yet.
func NewStrain() *Strain {
	return &Strain{sample: [1]metrics.Sample{{Name: "/sched/latencies:seconds"}}}
}

// Behind reports whether the machine does not keep up at the moment.
func (s *Strain) Behind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.Sub(s.at).Abs() >= strainLook {
		s.at = now
		metrics.Read(s.sample[:])
		s.read(s.sample[0].Value.Float64Histogram())
	}
	return s.behind
}

// read takes a reading in, unless too little has happened since the last one.
func (s *Strain) read(h *metrics.Float64Histogram) {
	if len(s.seen) != len(h.Counts) {
		s.seen = append(s.seen[:0], h.Counts...)
		return
	}
	waits, long := uint64(0), uint64(0)
	for i, count := range h.Counts {
		waits += count - s.seen[i]
		if h.Buckets[i] >= strainWait {
			long += count - s.seen[i]
		}
	}
	if waits < strainFew {
		return
	}
	s.seen = append(s.seen[:0], h.Counts...)
	s.behind = long*strainShare >= waits
}
