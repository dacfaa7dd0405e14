package slack

import (
	"fmt"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// The limits of what is pressed. https://docs.slack.dev/reference/block-kit/blocks/actions-block and
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const (
	maxActions = 25
	maxLabel   = 75
	maxAction  = 255
	maxValue   = 2000
)

// actions checks a block of buttons. Other elements are not emulated.
func (in *inspection) actions(path string, b map[string]any) {
	in.only(path, b, "elements")
	elements, _ := b["elements"].([]any)
	if len(elements) == 0 || len(elements) > maxActions {
		in.wrong(path+"/elements", "must have between 1 and 25 items")
	}
	ids := map[string]bool{}
	for i, element := range elements {
		at := fmt.Sprintf("%s/elements/%d", path, i)
		object, _ := element.(map[string]any)
		if object["type"] != "button" {
			in.wrong(at+"/type", fmt.Sprintf("unsupported type: %v", object["type"]))
			continue
		}
		in.only(at, object, "text", "action_id", "url", "value", "style", "confirm", "accessibility_label")
		in.text(at+"/text", object["text"], maxLabel, "plain_text")
		id, _ := object["action_id"].(string)
		value, _ := object["value"].(string)
		switch {
		case id == "", characters(id) > maxAction:
			in.wrong(at+"/action_id", "must be between 1 and 255 characters")
		case ids[id]:
			in.wrong(at+"/action_id", "`action_id` must be unique in a block")
		case characters(value) > maxValue:
			in.wrong(at+"/value", "must be less than 2001 characters")
		}
		ids[id] = true
	}
}

// buttonsOf lists the buttons of a checked message, with the block that each stands in.
func (m *message) buttonsOf() (list []map[string]any, blocks []string) {
	for i, block := range m.blocks {
		b, _ := block.(map[string]any)
		if b["type"] != "actions" {
			continue
		}
		id, _ := b["block_id"].(string)
		if id == "" {
			id = fmt.Sprintf("b%d", i) // Slack gives every block one
		}
		elements, _ := b["elements"].([]any)
		for _, element := range elements {
			list, blocks = append(list, element.(map[string]any)), append(blocks, id)
		}
	}
	return list, blocks
}

// Buttons lists what can be pressed in a channel, by anybody or by those who see it alone.
func (s *Server) Buttons(channel string) []emulator.Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return nil
	}
	var list []emulator.Button
	for _, m := range c.messages {
		buttons, _ := m.buttonsOf()
		for _, b := range buttons {
			value, _ := b["value"].(string)
			list = append(list, emulator.Button{Message: m.ts, Label: textObject(b["text"]), Data: value})
		}
	}
	return list
}

// Press makes a person press a button. They see a sign beside it where the app does not answer in time.
func (s *Server) Press(channel, user string, b emulator.Button) {
	s.meet(user)
	s.mu.Lock()
	payload := s.pressPayload(channel, user, b)
	s.pressed = payload
	s.mu.Unlock()
	if payload != nil {
		go s.pressing(channel, user, payload)
	}
}

// Repeat sends the last press once more, in an envelope of its own.
func (s *Server) Repeat() {
	s.mu.Lock()
	payload := s.pressed
	s.mu.Unlock()
	if payload != nil {
		channel, _ := payload["channel"].(answer)
		id, _ := channel["id"].(string) // a page stands in no channel
		go s.pressing(id, payload["user"].(answer)["id"].(string), payload)
	}
}

func (s *Server) pressing(channel, user string, payload answer) {
	e := &envelope{channel: channel, acked: make(chan struct{})}
	if !s.deliver(e, answer{"type": "interactive", "payload": payload, "accepts_response_payload": false}) {
		s.tell(channel, user, "This app did not respond to the press of a button")
	}
}

// pressPayload is what the app receives; nil where the person cannot see the message. The caller holds the mutex.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (s *Server) pressPayload(channel, user string, b emulator.Button) answer {
	c := s.channels[channel]
	if c == nil {
		return nil
	}
	var m *message
	for _, one := range c.messages {
		if one.ts == b.Message && (one.only == "" || one.only == user) {
			m = one
		}
	}
	if m == nil {
		return nil
	}
	action := answer{
		"type": "button", "action_id": "button-1", "block_id": "b0", "value": b.Data, "action_ts": s.timestamp(time.Now()),
		"text": answer{"type": "plain_text", "text": b.Label, "emoji": false},
	}
	buttons, blocks := m.buttonsOf()
	for i, one := range buttons {
		if one["value"] == b.Data {
			action["action_id"], action["block_id"] = one["action_id"], blocks[i]
		}
	}
	container := answer{"type": "message", "message_ts": m.ts, "channel_id": channel, "is_ephemeral": m.only != ""}
	if m.thread != "" {
		container["thread_ts"] = m.thread
	}
	payload := answer{
		"type": "block_actions", "api_app_id": AppID, "token": "emulatedVerification", "container": container,
		"user":       answer{"id": user, "username": strings.ToLower(user), "name": strings.ToLower(user), "team_id": TeamID},
		"trigger_id": s.newTrigger(user), "team": answer{"id": TeamID, "domain": "ecole"},
		"enterprise": nil, "is_enterprise_install": false, "channel": answer{"id": channel, "name": commandPlace(channel)},
		"state": answer{"values": answer{}}, "response_url": s.newResponseURL(channel, user), "actions": []answer{action},
	}
	if m.only == "" { // of an ephemeral message only the container is told
		payload["message"] = m.object(false)
	}
	return payload
}

// Refuse makes a person take no direct messages of the app.
func (s *Server) Refuse(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut[user] = true
}

// directTo is the app's own conversation with a person, which a message to their number opens; empty for what is no person.
func directTo(id string) string {
	if number, ok := strings.CutPrefix(id, "U"); ok && number != "" && id != BotUser {
		return "D" + number
	}
	return ""
}

// direct finds the conversation with a person, and begins it where there is none; nil where they take none.
func (s *Server) direct(user string) *channel {
	id := directTo(user)
	switch {
	case id == "", s.shut[user]:
		return nil
	case s.channels[id] == nil:
		s.channels[id] = &channel{id: id, member: true}
	}
	return s.channels[id]
}
