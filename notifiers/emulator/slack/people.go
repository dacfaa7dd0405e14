package slack

import (
	"fmt"
	"regexp"
	"strings"
)

// inviter is who brings the bot into channels.
const inviter = "U0ADMIN"

// change applies a change to a channel and returns it; nil when there is none.
func (s *Server) change(id string, apply func(*channel)) *channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c != nil {
		apply(c)
	}
	return c
}

// channelEvent tells the app what happened to a channel. Private channels have events of their own.
func (s *Server) channelEvent(c *channel, what string) {
	family := "channel_"
	if c.private() {
		family = "group_"
	}
	s.event(c.id, answer{"type": family + what, "channel": c.id, "user": inviter})
}

// Kick removes the bot from a channel.
func (s *Server) Kick(id string) {
	if c := s.change(id, func(c *channel) { c.member = false }); c != nil {
		s.channelEvent(c, "left")
	}
}

// Invite brings the bot into a channel; it makes the channel where there is none.
func (s *Server) Invite(id string) {
	s.mu.Lock()
	c := s.channels[id]
	if c == nil {
		c = &channel{id: id}
		s.channels[id] = c
	}
	c.member = true
	s.mu.Unlock()
	kind := "C"
	if c.private() {
		kind = "G"
	}
	s.event(id, answer{
		"type": "member_joined_channel", "user": BotUser, "channel": id, "channel_type": kind, "team": TeamID,
		"inviter": inviter,
	})
}

// Remove deletes a channel for good.
func (s *Server) Remove(id string) {
	c := s.change(id, func(c *channel) { delete(s.channels, c.id) })
	if c != nil {
		s.channelEvent(c, "deleted")
	}
}

// Archive closes a channel; everything stays readable.
func (s *Server) Archive(id string) {
	if c := s.change(id, func(c *channel) { c.archived = true }); c != nil {
		s.channelEvent(c, "archive")
	}
}

// Unarchive opens an archived channel again.
func (s *Server) Unarchive(id string) {
	if c := s.change(id, func(c *channel) { c.archived = false }); c != nil {
		s.channelEvent(c, "unarchive")
	}
}

// Rename gives a channel another name.
func (s *Server) Rename(id, name string) {
	if c := s.change(id, func(c *channel) { c.name = name }); c != nil {
		family := map[bool]string{false: "channel_rename", true: "group_rename"}[c.private()]
		s.event(id, answer{"type": family, "channel": answer{"id": id, "name": name, "created": 0}})
	}
}

// Forbid limits who may write in a channel to people. Slack tells the app nothing about it.
func (s *Server) Forbid(id string) { s.change(id, func(c *channel) { c.forbidden = true }) }

// Allow gives the bot its right to write back.
func (s *Server) Allow(id string) { s.change(id, func(c *channel) { c.forbidden = false }) }

// Revoke takes the app out of the workspace: both tokens die and the connections end.
func (s *Server) Revoke() {
	s.mu.Lock()
	s.revoked = true
	s.mu.Unlock()
	for _, k := range s.open() {
		k.disconnect("link_disabled")
		k.close()
	}
}

// Say makes a person write. A text that starts with the app's slash command is one, and nobody sees it; one that
// mentions the bot (« @Panneau ») reaches it as an event where it is a member; anything else stays between people.
func (s *Server) Say(id, user, text string) {
	s.meet(user)
	word, _, _ := strings.Cut(text, " ")
	if word == s.options.Command {
		s.command(id, user, text)
		return
	}
	if strings.HasPrefix(text, "/") {
		s.tell(id, user, fmt.Sprintf("%s is not a valid command.", word))
		return
	}
	s.speak(id, text, &message{user: user})
}

// Reply makes a person write in the thread beneath a message.
func (s *Server) Reply(id, user, thread, text string) {
	s.meet(user)
	s.speak(id, text, &message{user: user, thread: thread})
}

func (s *Server) speak(id, text string, m *message) {
	mention := regexp.MustCompile(`(?i)@` + regexp.QuoteMeta(s.options.Name) + `\b`)
	m.text = mention.ReplaceAllString(encode(text), "<@"+BotUser+">")
	c := s.change(id, func(c *channel) { s.add(c, m) })
	if c == nil || !c.member || !mention.MatchString(text) {
		return
	}
	event := answer{"type": "app_mention", "user": m.user, "text": m.text, "ts": m.ts, "channel": id, "team": TeamID}
	if m.thread != "" {
		event["thread_ts"] = m.thread
	}
	s.event(id, event)
}
