package telegram

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// Utterance is something that a person, or another bot, writes in a chat.
type Utterance struct {
	Channel string
	Thread  string // topic of a forum; empty for the general one
	User    string // who writes, by name or by id; in a private chat it is always the person whose chat it is
	Bot     bool   // it is another bot that writes
	As      string // a channel in whose name the person writes in a group; empty for their own
	ReplyTo string // id of the message that it answers
	Lang    string // of the person's client, "fr" when empty
	Text    string
}

// Say makes a person write in a chat. In a private chat that does not exist yet, it begins one.
func (s *Server) Say(channel, user, text string) {
	s.Tell(Utterance{Channel: channel, User: user, Text: text})
}

// Tell makes somebody write in a chat and returns the message's id. The bot receives it by the rules of privacy mode,
// which is on: https://core.telegram.org/bots/features#privacy-mode
func (s *Server) Tell(u Utterance) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(u.Channel)
	if c == nil {
		if n, err := strconv.ParseInt(u.Channel, 10, 64); err != nil || n <= 0 {
			return ""
		}
		c = s.open(u.Channel)
	}
	if status := c.members[s.userID(u.User)].status; c.kind != private && (status == Muted || status == Banned) {
		return ""
	}
	m := &message{content: content{Text: u.Text, Entities: found(u.Text)}, author: s.person(c, u)}
	s.sender(c, m, u)
	m.thread, _ = strconv.Atoi(u.Thread)
	m.replyTo, _ = strconv.Atoi(u.ReplyTo)
	if u.Bot {
		m.bot = u.User
	}
	hears := s.hears(c, m)
	s.add(c, m)
	if hears {
		s.queue.push(messageKind(c), m.describe(c))
	}
	return strconv.Itoa(m.id)
}

// whole is the id that a name is; 0 for one that is none.
func whole(name string) int64 {
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func messageKind(c *chat) string {
	if c.kind == channel {
		return "channel_post"
	}
	return "message"
}

// person describes who writes.
func (s *Server) person(c *chat, u Utterance) object {
	var id int64
	switch c.kind {
	case channel:
		return nil
	case private:
		id = c.id
	default:
		if id = whole(u.User); id <= 0 {
			id = s.userID(u.User)
		}
	}
	if u.Bot {
		return object{"id": id, "is_bot": true, "first_name": u.User}
	}
	return person(id, u.User, cmp.Or(u.Lang, "fr"))
}

// hears reports whether the bot receives a message: everything in private chats and channels; in groups commands meant
// for it, commands without a name while it was the last bot that wrote there, and answers to its messages.
func (s *Server) hears(c *chat, m *message) bool {
	switch {
	case c.standing != inside && c.standing != restricted, m.bot != "":
		return false
	case c.kind == private, c.kind == channel:
		return true
	}
	if original := c.find(strconv.Itoa(m.replyTo)); original != nil && original.bot == Username {
		return true
	}
	command := regexp.MustCompile(`^/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]+)?`).FindStringSubmatch(m.Text)
	switch {
	case command == nil:
		return false
	case command[1] == "":
		return c.lastBot == Username
	}
	return strings.EqualFold(command[1], "@"+Username)
}
