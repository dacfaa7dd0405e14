package slack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// channel is a conversation. An identifier that starts with G stands for a private channel, with D for a direct
// message, everything else for a public channel.
type channel struct {
	id        string
	name      string // after Rename
	member    bool
	forbidden bool
	archived  bool
	messages  []*message // in order of arrival
	pinned    []string
}

// message is a message as Slack keeps it.
type message struct {
	ts        string
	user      string // who wrote it; BotUser for the bot
	text      string
	blocks    []any
	metadata  any
	thread    string // timestamp of the thread's first message; empty outside of threads
	broadcast bool   // a reply that is shown in the channel too
	only      string // the only user who sees it
	silent    bool   // written by Slack itself: no phone rings
	edits     int
	at        time.Time
}

func (m *message) bot() bool { return m.user == BotUser }

// reply reports whether a message stands in a thread beneath another one.
func (m *message) reply() bool { return m.thread != "" && m.thread != m.ts }

// Open creates a channel that the bot is a member of.
func (s *Server) Open(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id] = &channel{id: id, member: true}
}

// Shown lists what a channel shows now, oldest first: its messages, the replies in its threads and what single
// people see. A reply is silent unless it is broadcast: Slack alerts nobody but those who follow the thread.
func (s *Server) Shown(id string) []emulator.Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil {
		return nil
	}
	var list []emulator.Shown
	for _, m := range c.messages {
		one := emulator.Shown{
			Picture: s.picture(m),
			ID:      m.ts, Bot: m.bot(), Text: m.visible(), Raw: m.raw(), Edits: m.edits, Ephemeral: m.only, At: m.at,
			Audible: m.only == "" && !m.silent && (!m.reply() || m.broadcast),
		}
		if m.reply() {
			one.ReplyTo, one.Thread = m.thread, m.thread
		}
		list = append(list, one)
	}
	return list
}

// raw is the payload as Slack keeps it.
func (m *message) raw() string {
	return compact(answer{"text": m.text, "blocks": m.blocks, "metadata": m.metadata})
}

// compact writes JSON without escaping what HTML would need escaped.
func compact(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // it came from JSON
	}
	return strings.TrimSpace(b.String())
}

// Erase deletes a message as an administrator would.
func (s *Server) Erase(id, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		c.remove(ts)
	}
}

func (c *channel) remove(ts string) {
	c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return m.ts == ts && m.only == "" })
}

func (c *channel) message(ts string) *message {
	for _, m := range c.messages {
		if m.ts == ts && m.only == "" {
			return m
		}
	}
	return nil
}

// add keeps a new message and gives it its timestamp.
func (s *Server) add(c *channel, m *message) {
	m.at = time.Now()
	m.ts = s.timestamp(m.at)
	c.messages = append(c.messages, m)
}

// timestamp is the identifier of a message: the second it was written, and a number that makes it unique.
func (s *Server) timestamp(at time.Time) string {
	s.serial++
	return fmt.Sprintf("%d.%06d", at.Unix(), s.serial)
}

// reach finds a channel that the bot may use, or says why it may not.
func (s *Server) reach(args url.Values) (*channel, string) {
	c := s.channels[args.Get("channel")]
	switch {
	case c == nil:
		return nil, "channel_not_found"
	case !c.member && c.private():
		return nil, "channel_not_found"
	case !c.member:
		return c, "not_in_channel"
	}
	return c, ""
}

func (c *channel) private() bool { return strings.HasPrefix(c.id, "G") }

func (c *channel) direct() bool { return strings.HasPrefix(c.id, "D") }

// object is the channel as conversations.info describes it.
func (c *channel) object() answer {
	return answer{
		"id": c.id, "name": cmp.Or(c.name, "channel-"+strings.ToLower(c.id)), "is_channel": !c.private() && !c.direct(),
		"is_group": c.private(), "is_im": c.direct(), "is_private": c.private(), "is_archived": c.archived,
		"is_member": c.member, "created": 0,
	}
}

// object is a message as the Web API shows it.
func (m *message) object(metadata bool) answer {
	a := answer{"type": "message", "user": m.user, "text": m.text, "ts": m.ts, "team": TeamID}
	if m.bot() {
		a["bot_id"], a["app_id"] = BotID, AppID
	}
	if m.blocks != nil {
		a["blocks"] = m.blocks
	}
	if m.thread != "" {
		a["thread_ts"] = m.thread
	}
	if m.reply() && m.broadcast {
		a["subtype"] = "thread_broadcast"
	}
	if m.edits > 0 {
		a["edited"] = answer{"user": m.user, "ts": m.ts}
	}
	if metadata && m.metadata != nil {
		a["metadata"] = m.metadata
	}
	return a
}
