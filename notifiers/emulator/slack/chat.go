package slack

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) postMessage(args url.Values) answer {
	c, code := s.reach(args)
	if to := s.direct(args.Get("channel")); to != nil {
		c, code = to, ""
	}
	switch {
	case code != "":
		return refusal(code)
	case c.archived:
		return refusal("is_archived")
	case c.forbidden:
		return refusal("restricted_action")
	}
	m := &message{user: BotUser, thread: args.Get("thread_ts"), broadcast: truth(args.Get("reply_broadcast"))}
	if m.thread != "" && (c.message(m.thread) == nil || c.message(m.thread).reply()) {
		return refusal("cannot_reply_to_message")
	}
	if refused := s.write(m, args); refused != nil {
		return refused
	}
	s.add(c, m)
	if parent := c.message(m.thread); parent != nil {
		parent.thread = parent.ts
	}
	a := answer{"ok": true, "channel": c.id, "ts": m.ts, "message": m.object(true)}
	if characters(args.Get("text")) > maxText {
		a["warning"] = "message_truncated"
	}
	return a
}

// write checks the content of a message and puts it in.
func (s *Server) write(m *message, args url.Values) answer {
	content, refused := readContent(args, s.shows)
	if refused != nil {
		return refused
	}
	m.text, m.blocks = cutText(content.text), content.blocks
	if args.Has("metadata") {
		m.metadata = content.metadata
	}
	s.pings += m.pings(truth(args.Get("link_names")) || args.Get("parse") == "full")
	return nil
}

func (s *Server) update(args url.Values) answer {
	c, m, code := s.own(args)
	switch {
	case code != "":
		return refusal(strings.Replace(code, "cant_", "cant_update_", 1))
	case c.archived:
		return refusal("is_inactive")
	case c.forbidden:
		return refusal("access_denied")
	case characters(args.Get("text")) > maxUpdateText:
		return refusal("msg_too_long")
	}
	before := m.raw()
	if refused := s.write(m, args); refused != nil {
		return refused
	}
	if m.raw() != before {
		m.edits++
	}
	return answer{"ok": true, "channel": c.id, "ts": m.ts, "text": m.text, "message": m.object(true)}
}

func (s *Server) delete(args url.Values) answer {
	c, m, code := s.own(args)
	if code != "" {
		return refusal(strings.Replace(code, "cant_", "cant_delete_", 1))
	}
	c.remove(m.ts)
	return answer{"ok": true, "channel": c.id, "ts": m.ts}
}

// own finds a message that the bot wrote. chat.update and chat.delete do not know the error not_in_channel.
func (s *Server) own(args url.Values) (*channel, *message, string) {
	c, code := s.reach(args)
	if code != "" {
		return nil, nil, "channel_not_found"
	}
	m := c.message(args.Get("ts"))
	switch {
	case m == nil:
		return nil, nil, "message_not_found"
	case !m.bot():
		return nil, nil, "cant_message"
	}
	return c, m, ""
}

func (s *Server) postEphemeral(args url.Values) answer {
	c, code := s.reach(args)
	switch {
	case code != "":
		return refusal(code)
	case c.archived:
		return refusal("is_archived")
	case c.forbidden:
		return refusal("restricted_action")
	}
	m := &message{user: BotUser, only: args.Get("user"), thread: args.Get("thread_ts")}
	if refused := s.write(m, args); refused != nil {
		return refused
	}
	s.add(c, m)
	return answer{"ok": true, "message_ts": m.ts}
}

// content is what a message says.
type content struct {
	text     string
	blocks   []any
	metadata any
}

// readContent reads and checks the text, the blocks and the metadata of a request.
func readContent(args url.Values, files func(id string) bool) (content, answer) {
	c := content{text: args.Get("text")}
	if raw := args.Get("blocks"); raw != "" && raw != "null" {
		if err := json.Unmarshal([]byte(raw), &c.blocks); err != nil {
			return c, refusal("invalid_blocks_format")
		}
		if refused := checkBlocks(c.blocks, files); refused != nil {
			return c, refused
		}
	}
	if c.text == "" && len(c.blocks) == 0 {
		return c, refusal("no_text")
	}
	if raw := args.Get("metadata"); raw != "" && raw != "null" {
		code := c.readMetadata(raw)
		if code != "" {
			return c, refusal(code)
		}
	}
	return c, nil
}

func (c *content) readMetadata(raw string) string {
	var object map[string]any
	if err := json.Unmarshal([]byte(raw), &object); err != nil {
		return "invalid_metadata_format"
	}
	if len(object) == 0 {
		return "" // an empty object removes what was there
	}
	kind, named := object["event_type"].(string)
	_, payload := object["event_payload"].(map[string]any)
	switch {
	case !named || kind == "" || !payload:
		return "invalid_metadata_schema"
	case len(raw) > maxMetadata:
		return "metadata_too_large"
	}
	c.metadata = object
	return ""
}

// cutText shortens a text as Slack does with really long ones.
func cutText(text string) string {
	if characters(text) <= maxText {
		return text
	}
	runes := []rune(text)
	return string(runes[:maxText])
}

func truth(value string) bool {
	b, err := strconv.ParseBool(value)
	return err == nil && b
}

func (s *Server) pin(args url.Values) answer {
	c, code := s.reach(args)
	ts := args.Get("timestamp")
	switch {
	case code != "":
		return refusal(code)
	case ts == "":
		return refusal("no_item_specified")
	case c.message(ts) == nil:
		return refusal("message_not_found")
	case slices.Contains(c.pinned, ts):
		return refusal("already_pinned")
	}
	c.pinned = append(c.pinned, ts)
	return answer{"ok": true}
}

func (s *Server) unpin(args url.Values) answer {
	c, code := s.reach(args)
	at := -1
	if c != nil {
		at = slices.Index(c.pinned, args.Get("timestamp"))
	}
	switch {
	case code != "":
		return refusal("channel_not_found")
	case at < 0:
		return refusal("no_pin")
	}
	c.pinned = slices.Delete(c.pinned, at, at+1)
	return answer{"ok": true}
}
