package telegram

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// kind is a type of chat. https://core.telegram.org/bots/api#chat
type kind string

const (
	private    kind = "private"
	group      kind = "group"
	supergroup kind = "supergroup"
	channel    kind = "channel"
)

// standing is what the bot is in a chat.
type standing string

const (
	inside     standing = "member" // in a private chat: neither blocked nor unknown
	restricted standing = "restricted"
	kicked     standing = "kicked"
	deleted    standing = "deleted" // the chat is
	migrated   standing = "migrated"
)

// superBase is what the ids of supergroups and channels count down from. https://core.telegram.org/api/bots/ids
const superBase = -1_000_000_000_000

// chat is a conversation with its messages.
type chat struct {
	id       int64
	kind     kind
	title    string
	username string // of a public channel
	standing standing
	movedTo  int64
	noPhotos bool         // the bot may not send photos
	admin    bool         // the bot may pin, and write in closed topics
	topics   map[int]bool // of a forum, by id: whether it is open
	messages []*message   // oldest first
	serial   int
	pinned   int
	lastBot  string // the last bot that wrote, by username

	members    map[int64]member // people in a group that the bot has met, by id
	closedList bool             // only administrators see who is a member
	linked     int64            // the channel of a group, or the group of a channel
}

// Open creates a chat that the bot is a member of. An identifier that is neither a number nor "@name" is a mistake of
// the test and panics.
func (s *Server) Open(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lookup(id) == nil {
		s.open(id)
	}
}

func (s *Server) open(id string) *chat {
	c := &chat{standing: inside, title: "Chat " + id}
	if name, ok := strings.CutPrefix(id, "@"); ok {
		c.id, c.kind, c.username = s.newSuper(), channel, name
		s.names[strings.ToLower(id)] = c.id
	} else {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n == 0 {
			panic(fmt.Errorf("%q is no chat of Telegram's", id))
		}
		c.id, c.kind = n, kindOf(n)
	}
	s.chats[c.id] = c
	return c
}

// newSuper is an id that no supergroup or channel has yet.
func (s *Server) newSuper() int64 {
	for {
		s.newest++
		if id := superBase - 9_000_000_000 - s.newest; s.chats[id] == nil {
			return id
		}
	}
}

func kindOf(id int64) kind {
	switch {
	case id > 0:
		return private
	case id <= superBase:
		return supergroup
	default:
		return group
	}
}

// lookup finds a chat by what a request calls it; nil where there is none.
func (s *Server) lookup(id string) *chat {
	if known, ok := s.names[strings.ToLower(id)]; ok {
		return s.chats[known]
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil
	}
	return s.chats[n]
}

// reach finds the chat of a request that the bot may see, or says why it may not.
func (s *Server) reach(args arguments) (*chat, error) {
	if args["chat_id"] == "" {
		return nil, errChatEmpty
	}
	c := s.lookup(args["chat_id"])
	switch {
	case c == nil && s.met(args["chat_id"]):
		return nil, errNotBegun
	case c == nil:
		return nil, errChatNotFound
	}
	switch c.standing {
	case migrated:
		return nil, refused{errUpgraded, parameters{MigrateToChatID: c.movedTo}}
	case kicked:
		return nil, map[kind]Refusal{
			private: errBlocked, group: errKickedGroup, supergroup: errKickedSuper, channel: errKickedChannel,
		}[c.kind]
	case deleted:
		return nil, map[kind]Refusal{
			private: errDeactivated, group: errGroupDeleted, supergroup: errChatNotFound, channel: errChatNotFound,
		}[c.kind]
	}
	return c, nil
}

// writable finds the chat of a request that posts.
func (s *Server) writable(args arguments) (*chat, error) {
	c, err := s.reach(args)
	switch {
	case err != nil:
		return nil, err
	case c.standing == restricted && c.kind == channel:
		return nil, errNoChannelRights
	case c.standing == restricted:
		return nil, errNoRights
	}
	return c, nil
}

// thread finds the topic of a forum that a request posts in; 0 is the general one, which cannot be named.
func (c *chat) thread(text string) (int, error) {
	if text == "" || text == "0" {
		return 0, nil
	}
	id, err := strconv.Atoi(text)
	if err != nil {
		return 0, errThreadNotFound
	}
	open, known := c.topics[id]
	switch {
	case !known:
		return 0, errThreadNotFound
	case !open && !c.admin:
		return 0, errTopicClosed
	}
	return id, nil
}

// add appends a message.
func (s *Server) add(c *chat, m *message) *message {
	count := &c.serial
	if c.kind == private || c.kind == group {
		count = &s.serial
	}
	*count++
	m.id, m.at = *count, time.Now()
	c.messages = append(c.messages, m)
	if m.bot != "" {
		c.lastBot = m.bot
	}
	return m
}

// find returns a message that was not deleted; nil where there is none.
func (c *chat) find(id string) *message {
	for _, m := range c.messages {
		if strconv.Itoa(m.id) == id && !m.deleted {
			return m
		}
	}
	return nil
}

// describe is the chat as messages carry it.
func (c *chat) describe() object {
	o := object{"id": c.id, "type": string(c.kind)}
	if c.kind == private {
		o["first_name"] = c.title
	} else {
		o["title"] = c.title
	}
	if c.username != "" {
		o["username"] = c.username
	}
	if len(c.topics) > 0 {
		o["is_forum"] = true
	}
	return o
}
