package bot

import "time"

// Use is one operation that draws on limits, from the moment when it was let through until its answer.
type Use struct {
	limits []Bucket
	taken  time.Time
	left   time.Time
	ended  time.Time // when its answer came; while there is none, when it left; zero: it never did
	state  useState
}

type useState uint8

const (
	useWaits useState = iota // let through, and not gone yet
	useLeft
	useAnswered
)

// shortest is the shortest time that something takes. One that has become longer for good is learned in time.
type shortest struct {
	known int
	took  time.Duration
}

func (s *shortest) learn(took time.Duration) {
	if s.known == 0 || took < s.took {
		s.took = took
	}
	s.took += (took - s.took) / 1024
	s.known++
}

// plenty is how many must be seen to be sure that they were not all alike by chance: the first requests open their
// connections. It is less than what the limits of an account let through in a second.
const plenty = 20

// time is nothing until enough was seen.
func (s *shortest) time() time.Duration {
	if s.known < plenty {
		return 0
	}
	return s.took
}

// arrived is the latest time at which the server can have counted the operation; zero where it never left.
func (p *Pacer) arrived(u *Use) time.Time {
	if u.state != useAnswered {
		return u.ended
	}
	return later(u.left, u.ended.Add(-p.quickest.time()))
}
