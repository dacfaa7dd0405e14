package bot

// SealedFor is the data of a button, for tests from outside.
func SealedFor(s *Seal, account AccountID, a Action, i IncidentID) string {
	return s.write(account, pressed{a, i})
}
