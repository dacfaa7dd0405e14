package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// The limits of a view. https://docs.slack.dev/reference/views/modal-views, …/views/home-tab-views and
// https://docs.slack.dev/reference/methods/views.open#errors
const (
	maxViewBlocks = 100
	maxViewTitle  = 24 // of the title and what closes or sends a window
	maxViewBytes  = 250_000
	maxPrivate    = 3_000
	maxCallback   = 255

	// triggerTime is how long a trigger is good for. https://docs.slack.dev/interactivity/handling-user-interaction/
	triggerTime = 3 * time.Second
)

// trigger is what a person's doing lets an app open a window with, once.
type trigger struct {
	user string
	end  time.Time
	used bool
}

// newTrigger makes the identifier of a trigger for a person who acts; the caller holds the mutex.
func (s *Server) newTrigger(user string) string {
	s.serial++
	id := fmt.Sprintf("%d.%d.emulated", time.Now().Unix(), s.serial)
	s.triggers[id] = &trigger{user: user, end: time.Now().Add(triggerTime)}
	return id
}

// view is a page or a window, as Slack keeps it.
type view struct {
	id      string
	hash    string
	user    string
	content map[string]any
	wrong   map[string]string // beside fields, by their blocks
	trouble string            // what Slack itself says in the window
}

// newView makes a view of checked content; the caller holds the mutex.
func (s *Server) newView(user string, content map[string]any) *view {
	s.serial++
	return &view{id: fmt.Sprintf("V%010d", s.serial), hash: s.newHash(), user: user, content: content}
}

func (s *Server) newHash() string {
	s.serial++
	return fmt.Sprintf("%d.emulated%d", time.Now().Unix(), s.serial)
}

// object is the view as the Web API and payloads show it, with what is filled in.
func (v *view) object(state answer) answer {
	a := answer{
		"id": v.id, "team_id": TeamID, "app_id": AppID, "bot_id": BotID, "hash": v.hash, "root_view_id": v.id,
		"previous_view_id": nil, "state": answer{"values": state}, "app_installed_team_id": TeamID,
		"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false, "notify_on_close": false,
		"title": nil, "close": nil, "submit": nil,
	}
	maps.Copy(a, v.content)
	return a
}

// publishView shows a page to a person. Slack answers with invalid_arguments for who it does not know.
func (s *Server) publishView(args url.Values) answer {
	user := args.Get("user_id")
	content, problems := s.readView(args.Get("view"), "home")
	before := s.homes[user]
	switch _, known := s.users[user]; {
	case len(args.Get("view")) > maxViewBytes:
		return refusal("view_too_large")
	case !known || user == BotUser:
		return invalidArguments([]string{"invalid `user_id`"})
	case len(problems) > 0:
		return invalidArguments(problems)
	case s.options.NoHome:
		return refusal("not_enabled")
	case args.Get("hash") != "" && (before == nil || before.hash != args.Get("hash")):
		return refusal("hash_conflict")
	}
	v := s.newView(user, content)
	if before != nil {
		v.id = before.id
	}
	s.homes[user] = v
	return answer{"ok": true, "view": v.object(answer{})}
}

// openView opens a window for the person whose trigger it is.
func (s *Server) openView(args url.Values) answer {
	id := args.Get("trigger_id")
	content, problems := s.readView(args.Get("view"), "modal")
	t := s.triggers[id]
	switch {
	case len(args.Get("view")) > maxViewBytes:
		return refusal("view_too_large")
	case id == "":
		return invalidArguments([]string{"[ERROR] missing required field: trigger_id"})
	case len(problems) > 0:
		return invalidArguments(problems)
	case !regexp.MustCompile(`^\d+\.\d+\.\w+$`).MatchString(id), t == nil:
		return refusal("invalid_trigger_id")
	case t.used:
		return refusal("exchanged_trigger_id")
	case time.Now().After(t.end):
		return refusal("expired_trigger_id")
	}
	t.used = true
	v := s.newView(t.user, content)
	s.modals[t.user] = v
	return answer{"ok": true, "view": v.object(answer{})}
}

// readView reads a view and lists what Slack would find wrong with it.
func (s *Server) readView(text, kind string) (map[string]any, []string) {
	var content map[string]any
	if err := json.Unmarshal([]byte(text), &content); err != nil || content == nil {
		return nil, []string{"[ERROR] must be a valid view [json-pointer:/view]"}
	}
	return content, s.checkView(content, kind)
}

// checkView lists what is wrong with a view of a kind.
func (s *Server) checkView(content map[string]any, kind string) []string {
	in := inspection{files: s.shows, forms: kind == "modal"}
	if content["type"] != kind {
		in.wrong("/view/type", "must be "+kind)
	}
	allowed := []string{"blocks", "private_metadata", "callback_id", "external_id"}
	if kind == "modal" {
		allowed = append(allowed, "title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled")
		in.text("/view/title", content["title"], maxViewTitle, "plain_text")
	}
	if content["block_id"] != nil {
		in.wrong("/view", "invalid additional property: block_id")
	}
	in.only("/view", content, allowed...)
	blocks, isList := content["blocks"].([]any)
	if !isList {
		in.wrong("/view", "missing required field: blocks")
	}
	in.blocks("/view/blocks", blocks, maxViewBlocks)
	in.captions(content)
	return prefixed(in.problems)
}

// captions checks what stands on a window's buttons, and what a view carries with it.
func (in *inspection) captions(content map[string]any) {
	for _, name := range []string{"close", "submit"} {
		if content[name] != nil {
			in.text("/view/"+name, content[name], maxViewTitle, "plain_text")
		}
	}
	if in.inputs > 0 && content["submit"] == nil {
		in.wrong("/view/submit", "missing required field: submit")
	}
	for name, limit := range map[string]int{"private_metadata": maxPrivate, "callback_id": maxCallback, "external_id": maxCallback} {
		if text, _ := content[name].(string); characters(text) > limit {
			in.wrong("/view/"+name, fmt.Sprintf("must be less than %d characters", limit+1))
		}
	}
}

// answered changes a window as the acknowledgement of its submission says. It returns what is wrong with that.
func (s *Server) answered(v *view, payload map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.modals[v.user] != v {
		return "" // the person has closed it
	}
	v.wrong, v.trouble = nil, ""
	switch action := payload["response_action"]; action {
	case nil:
		if len(payload) > 0 {
			return s.puzzled(v, "unknown response to a view submission")
		}
		delete(s.modals, v.user)
	case "clear":
		delete(s.modals, v.user)
	case "errors":
		return s.mark(v, payload["errors"])
	case "update":
		content, _ := payload["view"].(map[string]any)
		if problems := s.checkView(content, "modal"); len(problems) > 0 {
			return s.puzzled(v, fmt.Sprint(problems))
		}
		v.content, v.hash = content, s.newHash()
	default:
		return s.puzzled(v, fmt.Sprintf("response_action %v is not emulated", action))
	}
	return ""
}

// puzzled is what a person sees where the app's response cannot be used.
func (s *Server) puzzled(v *view, why string) string {
	v.trouble = "We had some trouble connecting. Try again?"
	return why
}

// mark writes errors beside fields. Slack takes them for input blocks only.
func (s *Server) mark(v *view, value any) string {
	errors, _ := value.(map[string]any)
	names := v.inputs()
	if len(errors) == 0 {
		return s.puzzled(v, "errors without an error")
	}
	wrong := map[string]string{}
	for name, text := range errors {
		said, _ := text.(string)
		if said == "" || !slices.Contains(names, name) {
			return s.puzzled(v, "an error for what is no input block: "+name)
		}
		wrong[name] = said
	}
	v.wrong = wrong
	return ""
}

// inputs lists the blocks that are filled in.
func (v *view) inputs() []string {
	var list []string
	blocks, _ := v.content["blocks"].([]any)
	for _, block := range blocks {
		if b, _ := block.(map[string]any); b["type"] == "input" {
			id, _ := b["block_id"].(string)
			list = append(list, id)
		}
	}
	return list
}
