package telegram

import (
	"maps"
	"strconv"
)

// Kick removes the bot from a chat; in a private one, the person blocks it.
func (s *Server) Kick(id string) { s.change(id, kicked) }

// Invite brings the bot back; in a private chat, the person unblocks it.
func (s *Server) Invite(id string) { s.change(id, inside) }

// Remove deletes a chat for good; in a private one, the person's account.
func (s *Server) Remove(id string) { s.change(id, deleted) }

// Forbid takes the bot's right to write away; in a private chat, the person blocks it.
func (s *Server) Forbid(id string) { s.change(id, restricted) }

// Allow gives it back.
func (s *Server) Allow(id string) { s.change(id, inside) }

// Block makes a person block the bot: their private chat has their id. Invite undoes it.
func (s *Server) Block(user string) { s.change(user, kicked) }

// Erase deletes a message as an administrator would. Bots are not told.
func (s *Server) Erase(id, messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.lookup(id); c != nil {
		if m := c.find(messageID); m != nil {
			m.deleted = true
		}
	}
}

// change puts the bot into a standing and tells it so.
func (s *Server) change(id string, to standing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(id)
	if c == nil || c.standing == to || c.standing == migrated {
		return
	}
	if c.kind == private && to == restricted {
		to = kicked
	}
	before := c.membership(c.standing)
	c.standing = to
	if to == kicked {
		c.admin, c.lastBot = false, ""
	}
	s.tellStanding(c, before)
}

func administrator(c *chat) object {
	if c.kind == private {
		return object{"id": c.id, "is_bot": false, "first_name": c.title, "language_code": "fr"}
	}
	return object{"id": 4_000_001, "is_bot": false, "first_name": "Direction", "language_code": "fr"}
}

// membership is the bot as a member of a chat. https://core.telegram.org/bots/api#chatmember
func (c *chat) membership(s standing) object {
	o := object{"user": myself()}
	switch {
	case s == kicked:
		o["status"], o["until_date"] = "kicked", 0
	case s == deleted, s == migrated:
		o["status"] = "left"
	case c.kind == channel, c.admin:
		o["status"] = "administrator"
		maps.Copy(o, rights(s == inside, append(administratorRights(), "can_post_messages", "can_edit_messages")...))
	case s == restricted:
		o["status"], o["is_member"], o["until_date"] = "restricted", true, 0
		maps.Copy(o, rights(false, memberRights()...))
	default:
		o["status"] = "member"
	}
	return o
}

func administratorRights() []string {
	return []string{
		"can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
		"can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
		"can_edit_stories", "can_delete_stories",
	}
}

func memberRights() []string {
	return []string{
		"can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
		"can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
		"can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
		"can_pin_messages", "can_manage_topics",
	}
}

func rights(granted bool, names ...string) object {
	o := object{}
	for _, name := range names {
		o[name] = granted
	}
	return o
}

// Migrate turns a basic group into a supergroup and returns its new id, as happens when an administrator gives it a
// public name, or when it grows. The bot hears of it in both chats. Any other chat stays as it is.
func (s *Server) Migrate(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(id)
	if c == nil || c.kind != group {
		return id
	}
	next := &chat{id: s.newSuper(), kind: supergroup, title: c.title, standing: c.standing, lastBot: c.lastBot, members: c.members}
	s.chats[next.id] = next
	s.service(c, object{"migrate_to_chat_id": next.id})
	s.service(next, object{"migrate_from_chat_id": c.id})
	c.standing, c.movedTo = migrated, next.id
	return strconv.FormatInt(next.id, 10)
}

// service adds a service message, which every bot receives.
func (s *Server) service(c *chat, what object) {
	m := s.add(c, &message{author: administrator(c), service: what})
	if c.standing == inside || c.standing == restricted {
		s.queue.push("message", m.describe(c))
	}
}

// general is the id of a forum's first topic. Requests cannot name it. https://core.telegram.org/api/forum
const general = 1

// OpenTopic creates a topic in a supergroup, which becomes a forum, and returns the topic's id.
func (s *Server) OpenTopic(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(id)
	if c == nil || c.kind != supergroup {
		return ""
	}
	if c.topics == nil {
		c.topics = map[int]bool{}
	}
	c.serial = max(c.serial, general) + 1
	c.topics[c.serial] = true
	return strconv.Itoa(c.serial)
}

// CloseTopic closes a topic: only administrators may write in it.
func (s *Server) CloseTopic(id, thread string) { s.topic(id, thread, false) }

// ReopenTopic opens a closed topic.
func (s *Server) ReopenTopic(id, thread string) { s.topic(id, thread, true) }

func (s *Server) topic(id, thread string, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := strconv.Atoi(thread)
	if c := s.lookup(id); err == nil && c != nil && c.topics != nil {
		c.topics[n] = open
	}
}

// DeleteTopic deletes a topic with everything in it.
func (s *Server) DeleteTopic(id, thread string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := strconv.Atoi(thread)
	c := s.lookup(id)
	if err != nil || c == nil {
		return
	}
	delete(c.topics, n)
	for _, m := range c.messages {
		m.deleted = m.deleted || m.thread == n
	}
}
