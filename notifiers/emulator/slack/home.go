package slack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Page is a page of the app or a window, as a person sees it.
type Page struct {
	ID      string
	Title   string // of a window
	Text    string // what a person reads, top to bottom
	Raw     string // the view (JSON), for golden files
	Buttons []emulator.Button
	Fields  []string          // the labels of what can be filled in
	Wrong   map[string]string // what stands beside fields, by their labels
	Trouble string            // what Slack itself says: the app did not answer, or not in a way that it understands
}

// OpenHome makes a person open one of the app's tabs, "home" or "messages". The app hears of it.
// https://docs.slack.dev/reference/events/app_home_opened
func (s *Server) OpenHome(user, tab string) {
	s.meet(user)
	s.mu.Lock()
	channel := s.direct(user)
	event := answer{"type": "app_home_opened", "user": user, "tab": tab}
	if channel != nil {
		event["channel"] = channel.id
	}
	if v := s.homes[user]; v != nil && tab == "home" {
		event["view"] = v.object(answer{})
	}
	s.mu.Unlock()
	s.event(word(event["channel"]), event)
}

// Home is the page that was published for a person; false where there is none.
func (s *Server) Home(user string) (Page, bool) { return s.page(s.homes, user) }

// Modal is the window that a person has open; false for none.
func (s *Server) Modal(user string) (Page, bool) { return s.page(s.modals, user) }

// Dismiss makes a person close their window. The app does not hear of it.
func (s *Server) Dismiss(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.modals, user)
}

func (s *Server) page(from map[string]*view, user string) (Page, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := from[user]
	if v == nil {
		return Page{}, false
	}
	p := Page{ID: v.id, Raw: compact(v.content), Trouble: v.trouble}
	if v.content["title"] != nil {
		p.Title = textObject(v.content["title"])
	}
	var lines []string
	blocks, _ := v.content["blocks"].([]any)
	for _, block := range blocks {
		b := block.(map[string]any)
		if b["type"] != "input" {
			lines = append(lines, blockLines(b)...)
			continue
		}
		label := textObject(b["label"])
		p.Fields = append(p.Fields, label)
		if said := v.wrong[word(b["block_id"])]; said != "" {
			if p.Wrong == nil {
				p.Wrong = map[string]string{}
			}
			p.Wrong[label] = said
		}
	}
	p.Text = strings.Join(lines, "\n")
	buttons, _ := (&message{blocks: blocks}).buttonsOf()
	for _, b := range buttons {
		p.Buttons = append(p.Buttons, emulator.Button{Message: v.id, Label: textObject(b["text"]), Data: word(b["value"])})
	}
	return p, true
}

// PressHome makes a person press a button on the app's page. There is no channel and no response URL then.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (s *Server) PressHome(user string, b emulator.Button) {
	s.mu.Lock()
	v := s.homes[user]
	if v == nil {
		s.mu.Unlock()
		return
	}
	action := answer{
		"type": "button", "action_id": "button-1", "block_id": "b0", "value": b.Data,
		"text": answer{"type": "plain_text", "text": b.Label, "emoji": false}, "action_ts": s.newHash(),
	}
	payload := s.person(user)
	payload["type"], payload["actions"] = "block_actions", []answer{action}
	payload["container"] = answer{"type": "view", "view_id": v.id}
	payload["view"] = v.object(answer{})
	s.pressed = payload
	s.mu.Unlock()
	go s.pressing("D"+strings.TrimPrefix(user, "U"), user, payload)
}

// person is what is said in a payload of who acts; the caller holds the mutex.
func (s *Server) person(user string) answer {
	return answer{
		"api_app_id": AppID, "token": "emulatedVerification", "team": answer{"id": TeamID, "domain": "ecole"},
		"user":       answer{"id": user, "username": strings.ToLower(user), "name": strings.ToLower(user), "team_id": TeamID},
		"trigger_id": s.newTrigger(user), "enterprise": nil, "is_enterprise_install": false,
	}
}

// Submit makes a person fill in fields of their window, by their labels, and send it: one text for a line, the texts of the
// options for a list; the other fields stay as they stand. The error says what Slack's client does not let a person do.
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
func (s *Server) Submit(user string, filled map[string][]string) error {
	s.mu.Lock()
	v := s.modals[user]
	if v == nil {
		s.mu.Unlock()
		return fmt.Errorf("%s has no window open", user)
	}
	state, err := v.fill(filled)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	payload := s.person(user)
	payload["type"], payload["view"], payload["response_urls"] = "view_submission", v.object(state), []answer{}
	s.sent = payload
	s.mu.Unlock()
	go s.sending(v, payload)
	return nil
}

// Resend sends the last window once more, with the same identity, as it was when it was sent.
func (s *Server) Resend() {
	s.mu.Lock()
	payload := s.sent
	var v *view
	if payload != nil {
		v = s.modals[payload["user"].(answer)["id"].(string)]
	}
	s.mu.Unlock()
	if v != nil {
		go s.sending(v, payload)
	}
}

func (s *Server) sending(v *view, payload answer) {
	e := &envelope{view: v, acked: make(chan struct{})}
	if s.deliver(e, answer{"type": "interactive", "payload": payload, "accepts_response_payload": true}) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v.trouble = "We had some trouble connecting. Try again?"
}

// fill is the state of a window after a person filled fields in.
func (v *view) fill(filled map[string][]string) (answer, error) {
	state, used := answer{}, 0
	blocks, _ := v.content["blocks"].([]any)
	for _, block := range blocks {
		b := block.(map[string]any)
		if b["type"] != "input" {
			continue
		}
		element, label := b["element"].(map[string]any), textObject(b["label"])
		texts, changed := filled[label]
		if changed {
			used++
		}
		value, err := fillIn(element, texts, changed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", label, err)
		}
		if b["optional"] != true && empty(value) {
			return nil, fmt.Errorf("%s: Please complete this required field", label)
		}
		state[word(b["block_id"])] = answer{word(element["action_id"]): value}
	}
	if v.content["submit"] == nil || used < len(filled) {
		return nil, fmt.Errorf("the window %q cannot be filled in with %v", textObject(v.content["title"]), filled)
	}
	return state, nil
}

func empty(value answer) bool {
	options, _ := value["selected_options"].([]any)
	return value["value"] == nil && value["selected_option"] == nil && len(options) == 0
}

// fillIn is the state of one field.
func fillIn(e map[string]any, texts []string, changed bool) (answer, error) {
	kind := word(e["type"])
	if kind == "plain_text_input" {
		text := word(e["initial_value"])
		if changed {
			text = strings.Join(texts, "\n")
		}
		value := answer{"type": kind, "value": nil}
		if text != "" {
			value["value"] = text
		}
		if characters(text) > whole(e["max_length"], maxLine) {
			return nil, fmt.Errorf("%q is too long", text)
		}
		return value, nil
	}
	chosen, err := choose(e, texts, changed)
	switch most := whole(e["max_selected_items"], maxOptions); {
	case err != nil:
		return nil, err
	case kind == "multi_static_select" && len(chosen) > most:
		return nil, fmt.Errorf("at most %d can be chosen", most)
	case kind == "multi_static_select":
		return answer{"type": kind, "selected_options": chosen}, nil
	case len(chosen) > 1:
		return nil, fmt.Errorf("only one can be chosen")
	case len(chosen) == 0:
		return answer{"type": kind, "selected_option": nil}, nil
	}
	return answer{"type": kind, "selected_option": chosen[0]}, nil
}

// choose finds the options with these texts, or those that stand there.
func choose(e map[string]any, texts []string, changed bool) ([]any, error) {
	if !changed {
		chosen, _ := e["initial_options"].([]any)
		if e["initial_option"] != nil {
			chosen = append(chosen, e["initial_option"])
		}
		return chosen, nil
	}
	options, _ := e["options"].([]any)
	chosen := []any{}
	for _, text := range texts {
		i := slices.IndexFunc(options, func(o any) bool { return textObject(o.(map[string]any)["text"]) == text })
		if i < 0 {
			return nil, fmt.Errorf("there is no option %q", text)
		}
		chosen = append(chosen, options[i])
	}
	return chosen, nil
}
