package slack

import "time"

// Required lists the fields that the reference demands of a method's answer.
func Required(name string) []string { return methods()[name].Output.Required }

// Takes reports whether a method has an argument.
func Takes(name, argument string) bool {
	_, found := methods()[name].Args.Properties[argument]
	return found
}

// Visible is what a person reads of a text with Slack's markup.
var Visible = mrkdwn

// Trigger makes a trigger of a person's that is some seconds old.
func (s *Server) Trigger(user string, age int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newTrigger(user)
	s.triggers[id].end = s.triggers[id].end.Add(-time.Duration(age) * time.Second)
	return id
}

// Answered takes a response to a person's window.
func (s *Server) Answered(user string, payload map[string]any) string {
	return s.answered(s.modals[user], payload)
}
