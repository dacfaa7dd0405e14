package telegram

import (
	"maps"
	"strconv"
	"time"
)

// Status is what a person is in a group. https://core.telegram.org/bots/api#chatmember
type Status string

// What a person can be.
const (
	Owner         Status = "creator"
	Administrator Status = "administrator"
	Ordinary      Status = "member"
	Muted         Status = "restricted" // a member who may not write
	Gone          Status = "left"
	Banned        Status = "kicked"
)

// The users that stand for a chat that writes. https://core.telegram.org/bots/api#message, sender_chat
const (
	anonymousAdministrator = 1087968824 // @GroupAnonymousBot
	anyChannel             = 136817688  // @Channel_Bot
	forwarder              = 777000     // Telegram itself
)

// member is a person in a group.
type member struct {
	status Status
	hidden bool // an administrator who writes in the name of the group
}

// Appoint gives a person a status in a group. Bots that do not ask for chat_member updates are not told.
func (s *Server) Appoint(id, user string, as Status) {
	s.appoint(id, user, func(m *member) { *m = member{status: as} })
}

// Conceal makes an administrator remain anonymous: what they write stands there in the name of the group.
func (s *Server) Conceal(id, user string) {
	s.appoint(id, user, func(m *member) { m.hidden = m.status == Owner || m.status == Administrator })
}

func (s *Server) appoint(id, user string, change func(*member)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.lookup(id); c != nil {
		m := c.members[s.userID(user)]
		change(&m)
		c.admit(s.userID(user), m)
	}
}

func (c *chat) admit(user int64, m member) {
	if c.members == nil {
		c.members = map[int64]member{}
	}
	c.members[user] = m
}

// HideMembers makes the list of a supergroup's members one that only administrators see.
func (s *Server) HideMembers(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.lookup(id); c != nil {
		c.closedList = true
	}
}

// Link connects a channel with the group in which its posts are discussed.
func (s *Server) Link(channel, group string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if of, to := s.lookup(channel), s.lookup(group); of != nil && to != nil {
		of.linked, to.linked = to.id, of.id
	}
}

// userID is the id of a person that a test calls by name. Names get ids in the order of their appearance.
func (s *Server) userID(name string) int64 {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil { // the person of a private chat
		return id
	}
	if s.people[name] == 0 {
		s.people[name] = int64(5_000_001 + len(s.people))
	}
	return s.people[name]
}

// named is a person's name by the id; false for an id that the bot has never met.
func (s *Server) named(id int64) (string, bool) {
	for name, known := range s.people {
		if known == id {
			return name, true
		}
	}
	if c := s.chats[id]; c != nil && c.kind == private {
		return c.title, true
	}
	name, known := map[int64]string{anonymousAdministrator: "Group", anyChannel: "Channel", forwarder: "Telegram"}[id]
	return name, known
}

// getChatMember answers about the bot, and about people that the bot has met.
func (s *Server) getChatMember(args arguments) (any, error) {
	c, err := s.reach(args)
	if err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(args["user_id"], 10, 64)
	if err != nil || id <= 0 {
		return nil, errBadUser
	}
	if id == BotID {
		return c.membership(c.standing), nil
	}
	name, known := s.named(id)
	switch {
	case !known, c.kind == private && id != c.id:
		return nil, errUserNotFound
	case c.closedList && !c.admin:
		return nil, errAdminRequired
	case c.kind == private:
		return describeMember(person(id, name, ""), member{status: Ordinary}), nil
	}
	return describeMember(person(id, name, ""), c.members[id]), nil
}

// getChatAdministrators lists the owner and the administrators of a group. Everybody may see them.
func (s *Server) getChatAdministrators(args arguments) (any, error) {
	c, err := s.reach(args)
	switch {
	case err != nil:
		return nil, err
	case c.kind == private:
		return nil, errNoAdministrators
	}
	list := []object{}
	for id, m := range c.members {
		if m.status == Owner || m.status == Administrator {
			name, _ := s.named(id)
			list = append(list, describeMember(person(id, name, ""), m))
		}
	}
	if c.admin {
		list = append(list, c.membership(c.standing))
	}
	return list, nil
}

// person is a user as answers carry it; the language is known of who writes only.
func person(id int64, name, language string) object {
	o := object{"id": id, "is_bot": false, "first_name": name}
	switch id {
	case anonymousAdministrator:
		o["is_bot"], o["username"] = true, "GroupAnonymousBot"
	case anyChannel:
		o["is_bot"], o["username"] = true, "Channel_Bot"
	}
	if language != "" {
		o["language_code"] = language
	}
	return o
}

// describeMember is a person as a member of a chat; one without a status was never in it.
func describeMember(user object, m member) object {
	if m.status == "" {
		m.status = Gone
	}
	o := object{"status": string(m.status), "user": user}
	switch m.status {
	case Owner:
		o["is_anonymous"] = m.hidden
	case Administrator:
		maps.Copy(o, rights(true, administratorRights()...))
		o["is_anonymous"] = m.hidden
	case Muted:
		maps.Copy(o, rights(false, memberRights()...))
		o["is_member"], o["until_date"] = true, 0
	case Banned:
		o["until_date"] = 0
	case Ordinary, Gone:
	}
	return o
}

// sender fills in who wrote a message in a group: a person, or a chat with the user that stands for it.
func (s *Server) sender(c *chat, m *message, u Utterance) {
	as := s.lookup(u.As)
	member := c.members[s.userID(u.User)]
	switch {
	case u.Bot || c.kind == private || c.kind == channel:
		return
	case as != nil:
		m.author, m.sender = person(anyChannel, "Channel", ""), as
	case member.hidden:
		m.author, m.sender = person(anonymousAdministrator, "Group", ""), c
	case member.status == "", member.status == Gone:
		c.admit(s.userID(u.User), memberOf(Ordinary)) // who writes in a group is in it
	}
}

func memberOf(status Status) member { return member{status: status} }

// Publish makes the owners of a channel write a post, which Telegram forwards to the group that discusses it.
func (s *Server) Publish(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(id)
	if c == nil || c.kind != channel {
		return
	}
	s.add(c, &message{content: content{Text: text, Entities: found(text)}})
	group := s.chats[c.linked]
	if group == nil {
		return
	}
	m := &message{
		content: content{Text: text, Entities: found(text)}, author: person(forwarder, "Telegram", ""), sender: c, forwarded: true,
	}
	hears := s.hears(group, m)
	s.add(group, m)
	if hears {
		s.queue.push("message", m.describe(group))
	}
}

// Promote makes the bot an administrator who may pin, and write in closed topics. The bot is told.
func (s *Server) Promote(id string) { s.rank(id, true) }

// Demote makes the bot an ordinary member again.
func (s *Server) Demote(id string) { s.rank(id, false) }

func (s *Server) rank(id string, admin bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(id)
	if c == nil || c.admin == admin || c.kind == private {
		return
	}
	before := c.membership(c.standing)
	c.admin = admin
	s.tellStanding(c, before)
}

// tellStanding lets the bot know that it is something else in a chat than before.
func (s *Server) tellStanding(c *chat, before object) {
	s.queue.push("my_chat_member", object{
		"chat": c.describe(), "from": administrator(c), "date": time.Now().Unix(),
		"old_chat_member": before, "new_chat_member": c.membership(c.standing),
	})
}

// Rename gives a group another title, which a service message tells.
func (s *Server) Rename(id, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.lookup(id); c != nil && c.kind != private {
		c.title = title
		s.service(c, object{"new_chat_title": title})
	}
}
