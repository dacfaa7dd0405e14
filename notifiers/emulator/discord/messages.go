package discord

import (
	"strings"
	"time"
)

func (s *Server) createMessage(c *call) reply {
	room, refused := s.room(c)
	if room == nil {
		return refused
	}
	if room.muted {
		return errMissingPermission.reply()
	}
	if s.refuses(room) {
		return errShut.reply()
	}
	var body creation
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	files, refused := s.attach(c, room, body.Attachments)
	if refused.status != 0 {
		return refused
	}
	if refused := s.checkCreation(c, room, body); refused.status != 0 {
		return refused
	}
	if body.Nonce != nil && body.EnforceNonce != nil && *body.EnforceNonce {
		if r := room.known(string(*body.Nonce), s.bot); r.status != 0 {
			return r
		}
	}
	if refused := s.stir(room); refused.status != 0 {
		return refused
	}
	m := s.newMessage(room, s.bot, body)
	m.Attachments = append(m.Attachments, files...)
	room.messages = append(room.messages, m)
	return found(m)
}

// checkCreation looks for what Discord refuses in a new message.
func (s *Server) checkCreation(c *call, room *channel, body creation) reply {
	var form formErrors
	body.check(&form)
	if body.Nonce != nil && len(*body.Nonce) > maxNonce {
		form.add("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.", "nonce")
	}
	if ref := body.Reference; ref != nil && room.message(ref.MessageID) == nil {
		if ref.FailIfNotExists == nil || *ref.FailIfNotExists {
			form.add("REPLIES_UNKNOWN_MESSAGE", "Unknown message", "message_reference")
		} else {
			*ref = reference{}
		}
	}
	if form.any() {
		s.problem(c, "Invalid Form Body")
		return form.reply()
	}
	if body.blank() {
		s.problem(c, "empty message")
		return errEmptyMessage.reply()
	}
	return reply{}
}

func (e edit) blank() bool {
	return (e.Content == nil || strings.TrimSpace(*e.Content) == "") && (e.Embeds == nil || len(*e.Embeds) == 0)
}

func (c *channel) message(id string) *message {
	for _, m := range c.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// known answers a creation whose nonce was used lately: with the first message or, when that was deleted, an error
// (https://github.com/discord/discord-api-docs/pull/6647).
func (c *channel) known(nonce string, author user) reply {
	for _, m := range c.messages {
		if m.Nonce == nonce && m.Author.ID == author.ID && time.Since(m.Timestamp) < nonceWindow {
			return found(m)
		}
	}
	if c.erased[nonce] {
		return errUnknownMessage.reply()
	}
	return reply{}
}

func (s *Server) editMessage(c *call) reply {
	// A bot may edit its own messages also where it may no longer write.
	room, m, refused := s.own(c)
	if m == nil {
		return refused
	}
	if refused := room.fixed(); refused.status != 0 {
		return refused
	}
	if m.Author.ID != s.bot.ID {
		return errOtherAuthor.reply()
	}
	return s.change(c, m)
}

// change applies the edit in a request's body to a message.
func (s *Server) change(c *call, m *message) reply {
	var body edit
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	var form formErrors
	if body.check(&form); form.any() {
		s.problem(c, "Invalid Form Body")
		return form.reply()
	}
	if body.Content != nil && body.Embeds != nil && body.blank() {
		s.problem(c, "empty message")
		return errEmptyMessage.reply()
	}
	files, refused := s.attach(c, s.channels[m.ChannelID], body.Attachments)
	if refused.status != 0 {
		return refused
	}
	if body.Attachments != nil { // those that it does not list go
		m.Attachments = []attached{}
	}
	m.Attachments = append(m.Attachments, files...)
	if m.apply(body) || len(files) > 0 {
		m.edits++
		now := time.Now().UTC()
		m.Edited = &now
	}
	return found(m.inHistory())
}

func (s *Server) deleteMessage(c *call) reply {
	room, m, refused := s.own(c)
	if m == nil {
		return refused
	}
	if m.Author.ID != s.bot.ID {
		return errMissingPermission.reply()
	}
	if refused := room.fixed(); refused.status != 0 {
		return refused
	}
	room.erase(m.ID)
	return done()
}
