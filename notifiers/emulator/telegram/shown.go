package telegram

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// Shown lists what a chat shows now, oldest first. Service messages are left out.
func (s *Server) Shown(id string) []emulator.Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.lookup(id)
	if c == nil {
		return nil
	}
	var list []emulator.Shown
	for _, m := range c.messages {
		if !m.deleted && m.service == nil {
			list = append(list, m.shown())
		}
	}
	return list
}

func (m *message) shown() emulator.Shown {
	raw, err := json.Marshal(m.content)
	if err != nil {
		panic(err) // a content is made of plain values
	}
	one := emulator.Shown{
		ID: strconv.Itoa(m.id), Bot: m.bot != "", Text: m.Text, Raw: string(raw), Edits: m.edits, Audible: !m.silent, At: m.at,
	}
	if m.replyTo != 0 {
		one.ReplyTo = strconv.Itoa(m.replyTo)
	}
	if m.photo != nil {
		one.Picture = &emulator.Picture{Data: []byte(m.photo.data)}
	}
	if m.thread != 0 {
		one.Thread = strconv.Itoa(m.thread)
	}
	return one
}

// Mentions lists the names that the bot's messages in a chat mention: those people are alerted.
func (s *Server) Mentions(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	if c := s.lookup(id); c != nil {
		for _, m := range c.messages {
			names = append(names, m.mentions()...)
		}
	}
	return names
}

func (m *message) mentions() []string {
	var names []string
	for _, e := range m.Entities {
		if m.bot == Username && e.Type == "mention" {
			names = append(names, m.part(e))
		}
	}
	return names
}

func sortEntities(list []entity) {
	slices.SortStableFunc(list, func(a, b entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
}
