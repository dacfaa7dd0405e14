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

// time is nothing until enough was seen to be sure that it was not all alike by chance: the first requests of all open
// their connections.
func (s *shortest) time() time.Duration {
	if s.known < 40 {
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
