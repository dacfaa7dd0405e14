package discord

import (
	"time"
)

func (s *Server) getPins(c *call) reply {
	room, refused := s.room(c)
	if room == nil {
		return refused
	}
	items := append([]pin{}, room.pins...)
	return found(map[string]any{"items": items, "has_more": false})
}

// maxPins is the number of pins in a channel. https://docs.discord.com/developers/resources/message#pin-message
const maxPins = 250

func (s *Server) pinMessage(c *call) reply {
	room, m, refused := s.own(c)
	if m == nil {
		return refused
	}
	if m.Pinned {
		return done()
	}
	if len(room.pins) >= maxPins {
		return errTooManyPins.reply()
	}
	m.Pinned = true
	room.pins = append(room.pins, pin{time.Now().UTC(), m})
	return done()
}

func (s *Server) unpinMessage(c *call) reply {
	room, m, refused := s.own(c)
	if m == nil {
		return refused
	}
	m.Pinned = false
	kept := room.pins[:0]
	for _, p := range room.pins {
		if p.Message != m {
			kept = append(kept, p)
		}
	}
	room.pins = kept
	return done()
}
