package slack

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// envelope is something that the app has to acknowledge.
type envelope struct {
	channel string
	user    string // of a slash command: who may read the answer
	view    *view  // that was sent: what the acknowledgement may change
	acked   chan struct{}
}

// retries is when an event that was not acknowledged is delivered again.
// https://docs.slack.dev/apis/events-api/#retries
func retries() []time.Duration { return []time.Duration{0, time.Minute, 5 * time.Minute} }

// deliver hands a payload to one of the connections and waits for the acknowledgement. Without a connection it waits
// for one as long as the app has to answer.
func (s *Server) deliver(e *envelope, body answer) bool {
	deadline := time.NewTimer(ackTime)
	defer deadline.Stop()
	for {
		k, changed := s.connection()
		if k != nil {
			if k.send(s.sealed(e, body)) {
				break
			}
			k.close()
			s.detach(k)
			continue
		}
		select {
		case <-changed:
		case <-deadline.C:
			return false
		case <-s.closed:
			return false
		}
	}
	deadline.Reset(ackTime)
	select {
	case <-e.acked:
		return true
	case <-deadline.C:
	case <-s.closed:
	}
	return false
}

// sealed puts the body in an envelope with an identifier of its own.
func (s *Server) sealed(e *envelope, body answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", s.serial)
	s.envelopes[id] = e
	sealed := answer{"envelope_id": id}
	maps.Copy(sealed, body)
	return sealed
}

// connection picks the next open connection in turn.
func (s *Server) connection() (*socket, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) == 0 {
		return nil, s.changed
	}
	s.turn++
	return s.sockets[s.turn%len(s.sockets)], s.changed
}

// event delivers an event of the Events API, again where it is not acknowledged.
func (s *Server) event(channel string, inner answer) {
	s.mu.Lock()
	s.serial++
	id := fmt.Sprintf("Ev%08d", s.serial)
	s.mu.Unlock()
	now := time.Now()
	inner["event_ts"] = fmt.Sprintf("%d.%06d", now.Unix(), 0)
	payload := answer{
		"token": "emulatedVerification", "team_id": TeamID, "api_app_id": AppID, "type": "event_callback",
		"event": inner, "event_id": id, "event_time": now.Unix(), "is_ext_shared_channel": false,
		"authorizations": []answer{{
			"enterprise_id": nil, "team_id": TeamID, "user_id": BotUser, "is_bot": true, "is_enterprise_install": false,
		}},
	}
	go s.insist(channel, payload)
}

func (s *Server) insist(channel string, payload answer) {
	for attempt := 0; ; attempt++ {
		e := &envelope{channel: channel, acked: make(chan struct{})}
		reason := ""
		if attempt > 0 {
			reason = "timeout"
		}
		if s.deliver(e, answer{
			"type": "events_api", "payload": payload, "accepts_response_payload": false, "retry_attempt": attempt,
			"retry_reason": reason,
		}) || attempt == len(retries()) {
			return
		}
		if !s.wait(retries()[attempt]) {
			return
		}
	}
}

// wait returns false when the emulator is closed meanwhile.
func (s *Server) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closed:
		return false
	}
}

// command delivers a slash command. Slack tells the person when the app does not answer in time; it never repeats it.
func (s *Server) command(channel, user, text string) {
	word, rest, _ := strings.Cut(text, " ")
	s.mu.Lock()
	s.serial++
	payload := answer{
		"token": "emulatedVerification", "team_id": TeamID, "team_domain": "ecole", "channel_id": channel,
		"channel_name": commandPlace(channel), "user_id": user, "user_name": strings.ToLower(user), "command": word,
		"text": encode(strings.TrimSpace(rest)), "api_app_id": AppID,
		"is_enterprise_install": "false", "response_url": s.newResponseURL(channel, user),
		"trigger_id": s.newTrigger(user),
	}
	s.mu.Unlock()
	go func() {
		e := &envelope{channel: channel, user: user, acked: make(chan struct{})}
		if !s.deliver(e, answer{"type": "slash_commands", "payload": payload, "accepts_response_payload": true}) {
			s.tell(channel, user, fmt.Sprintf("%s failed with the error %q", word, s.failure()))
		}
	}()
}

func commandPlace(channel string) string {
	if strings.HasPrefix(channel, "D") {
		return "directmessage"
	}
	return "channel-" + strings.ToLower(channel)
}

// failure is the word that Slack shows for a command that got no answer.
func (s *Server) failure() string {
	if s.Connections() == 0 {
		return "dispatch_failed"
	}
	return "operation_timeout"
}

// tell shows a person something that Slack itself says.
func (s *Server) tell(channel, user, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		s.add(c, &message{user: "USLACKBOT", only: user, text: encode(text)})
	}
}
