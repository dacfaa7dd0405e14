package discord

import (
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Shown lists what a channel shows now, oldest first. The answers that only one person sees are in it.
func (s *Server) Shown(id string) []emulator.Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil {
		return nil
	}
	var list []emulator.Shown
	md := newMarkdown()
	for _, m := range c.messages {
		list = append(list, m.shown(md))
	}
	return list
}

// Pings counts how often the bot's messages in a channel, and their edits, rang somebody with a mention.
func (s *Server) Pings(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	if c := s.channels[id]; c != nil {
		for _, m := range c.messages {
			n += m.pings
		}
	}
	return n
}

// Erase deletes a message as an administrator would.
func (s *Server) Erase(id, messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		c.erase(messageID)
	}
}

func (c *channel) erase(messageID string) {
	for _, m := range c.messages {
		if m.ID == messageID && m.Nonce != "" {
			c.erased[m.Nonce] = true
		}
	}
	c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return m.ID == messageID })
	c.pins = slices.DeleteFunc(c.pins, func(p pin) bool { return p.Message.ID == messageID })
}

func (m *message) shown(md markdown) emulator.Shown {
	replyTo := ""
	if m.Reference != nil {
		replyTo = m.Reference.MessageID
	}
	var picture *emulator.Picture
	if len(m.Attachments) > 0 {
		picture = &emulator.Picture{Alt: m.Attachments[0].Description, Data: m.Attachments[0].data}
	}
	return emulator.Shown{
		Picture:   picture,
		ID:        m.ID,
		Bot:       m.Author.Bot,
		Text:      m.text(md),
		Raw:       m.raw(),
		Edits:     m.edits,
		Audible:   m.Flags&flagSuppressNotifications == 0 && m.ephemeral == "",
		Ephemeral: m.ephemeral,
		ReplyTo:   replyTo,
		At:        m.Timestamp,
	}
}

// text is what a person reads, top to bottom. Rings and previews, which nobody wants, stand at the end.
func (m *message) text(md markdown) string {
	if !m.Author.Bot {
		return m.Content
	}
	var lines []string
	add := func(text string) {
		if text != "" {
			lines = append(lines, text)
		}
	}
	add(md.text(m.Content))
	for _, e := range m.Embeds {
		if e.Author != nil {
			add(e.Author.Name)
		}
		add(md.inline(e.Title))
		add(md.text(e.Description))
		for _, f := range e.Fields {
			add(strings.Trim(md.inline(f.Name), "\u200b"))
			add(strings.Trim(md.text(f.Value), "\u200b"))
		}
		if e.Footer != nil {
			add(e.Footer.Text)
		}
	}
	for _, ring := range pinged(m.Content, m.mentions) {
		add("{ring " + ring + "}")
	}
	if m.Flags&flagSuppressEmbeds == 0 {
		for _, address := range previews(m.Content) {
			add("{preview " + address + "}")
		}
	}
	return strings.Join(lines, "\n")
}
