package slack

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The sizes of a page of history. https://docs.slack.dev/reference/methods/conversations.history
const (
	defaultPage = 100
	maxPage     = 999
)

func (s *Server) authTest(url.Values) answer {
	return answer{
		"ok": true, "url": s.origin + "/", "team": "École", "team_id": TeamID, "user": strings.ToLower(s.options.Name),
		"user_id": BotUser, "bot_id": BotID, "is_enterprise_install": false,
	}
}

func (s *Server) info(args url.Values) answer {
	c := s.channels[args.Get("channel")]
	if c == nil || !c.member && c.private() {
		return refusal("channel_not_found")
	}
	return answer{"ok": true, "channel": c.object()}
}

func (s *Server) join(args url.Values) answer {
	c := s.channels[args.Get("channel")]
	switch {
	case c == nil:
		return refusal("channel_not_found")
	case c.private() || c.direct():
		return refusal("method_not_supported_for_channel_type")
	case c.archived:
		return refusal("is_archived")
	}
	c.member = true
	return answer{"ok": true, "channel": c.object()}
}

// history lists what stands in the channel itself, newest first.
func (s *Server) history(args url.Values) answer {
	c, code := s.reach(args)
	if code != "" {
		return refusal(code)
	}
	return page(args, c.newestFirst(func(m *message) bool { return !m.reply() || m.broadcast }), "")
}

// replies lists a thread: its first message, then the replies, oldest first.
func (s *Server) replies(args url.Values) answer {
	c, code := s.reach(args)
	if code != "" {
		return refusal("channel_not_found")
	}
	root := args.Get("ts")
	list := c.newestFirst(func(m *message) bool { return m.thread == root || m.ts == root })
	if len(list) == 0 {
		return refusal("thread_not_found")
	}
	slices.Reverse(list)
	return page(args, list, root)
}

func (c *channel) newestFirst(wanted func(*message) bool) []*message {
	var list []*message
	for _, m := range slices.Backward(c.messages) {
		if m.only == "" && wanted(m) {
			list = append(list, m)
		}
	}
	return list
}

// page answers with the part of a list that the request asks for. The message always belongs to it.
func page(args url.Values, list []*message, always string) answer {
	for name, code := range map[string]string{"oldest": "invalid_ts_oldest", "latest": "invalid_ts_latest"} {
		if _, err := strconv.ParseFloat(args.Get(name), 64); args.Get(name) != "" && err != nil {
			return refusal(code)
		}
	}
	list = slices.DeleteFunc(list, func(m *message) bool { return m.ts != always && !within(args, m.ts) })
	start, ok := offset(args.Get("cursor"))
	if !ok || start > len(list) {
		return refusal("invalid_cursor")
	}
	limit, _ := strconv.Atoi(args.Get("limit"))
	if limit <= 0 {
		limit = defaultPage
	}
	end := min(len(list), start+min(limit, maxPage))
	a := answer{"ok": true, "messages": objects(list[start:end], truth(args.Get("include_all_metadata"))),
		"has_more": end < len(list), "pin_count": 0, "channel_actions_ts": nil, "channel_actions_count": 0}
	if end < len(list) {
		cursor := base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(end)))
		a["response_metadata"] = answer{"next_cursor": cursor}
	}
	return a
}

func objects(list []*message, metadata bool) []answer {
	all := make([]answer, len(list))
	for i, m := range list {
		all[i] = m.object(metadata)
	}
	return all
}

// within reports whether a message lies between oldest and latest. Both ends are left out unless inclusive is set.
func within(args url.Values, ts string) bool {
	at := seconds(ts)
	oldest, latest := args.Get("oldest"), args.Get("latest")
	if truth(args.Get("inclusive")) {
		return (oldest == "" || at >= seconds(oldest)) && (latest == "" || at <= seconds(latest))
	}
	return (oldest == "" || at > seconds(oldest)) && (latest == "" || at < seconds(latest))
}

func seconds(ts string) float64 {
	value, _ := strconv.ParseFloat(ts, 64)
	return value
}

func offset(cursor string) (int, bool) {
	if cursor == "" {
		return 0, true
	}
	text, err := base64.StdEncoding.DecodeString(cursor)
	number, found := strings.CutPrefix(string(text), "next:")
	at, wrong := strconv.Atoi(number)
	return at, err == nil && found && wrong == nil && at >= 0
}
