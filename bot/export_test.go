package bot

import "time"

// SealedFor is the data of a button, for tests from outside.
func SealedFor(s *Seal, account AccountID, a Action, i IncidentID) string {
	return s.write(account, pressed{a, i})
}

// RunOut makes the lease's time run out before its timer knows, as in a process that was stopped for a while.
func (l *Lease) RunOut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = time.Now()
}
