package discord

import (
	"encoding/json"
	"time"
)

// thread is what a channel has that stands within another one.
type thread struct {
	parent   *channel
	archived bool
	locked   bool
	begun    time.Time
	changed  time.Time // when it was archived or woken last
}

// OpenThread creates a public thread of a channel and returns its id.
func (s *Server) OpenThread(parent string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[parent]
	t := &channel{
		id: s.nextID(), name: "fil", guild: c.guild, erased: make(map[string]bool),
		thread: &thread{parent: c, begun: time.Now(), changed: time.Now()},
	}
	s.channels[t.id] = t
	s.dispatch("THREAD_CREATE", t.view())
	return t.id
}

// Archive archives a thread, as Discord does itself with one in which nobody writes for a while. A message wakes it; until
// then nothing in it can be edited or deleted. https://github.com/discord/discord-api-docs/pull/2855
func (s *Server) Archive(id string) { s.rethread(id, func(t *thread) { t.archived = true }) }

// Lock locks a thread: only those who may manage threads write, edit and wake it.
// https://github.com/discord/discord-api-docs/pull/5919
func (s *Server) Lock(id string) { s.rethread(id, func(t *thread) { t.locked = true }) }

// Reopen wakes and unlocks a thread.
func (s *Server) Reopen(id string) {
	s.rethread(id, func(t *thread) { t.archived, t.locked = false, false })
}

func (s *Server) rethread(id string, change func(*thread)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil && c.thread != nil {
		change(c.thread)
		s.threadChanged(c)
	}
}

func (s *Server) threadChanged(c *channel) {
	c.thread.changed = time.Now()
	s.dispatch("THREAD_UPDATE", c.view())
}

// fixed says why nothing in a thread can be changed; the zero reply where it can.
func (c *channel) fixed() reply {
	switch {
	case c.thread == nil:
		return reply{}
	case c.thread.archived:
		return errThreadArchived.reply()
	case c.thread.locked:
		return errThreadLocked.reply()
	}
	return reply{}
}

// stir wakes a thread that is written to, or says why it cannot be.
func (s *Server) stir(c *channel) reply {
	if c.thread == nil || !c.thread.archived && !c.thread.locked {
		return reply{}
	}
	if c.thread.locked {
		return c.fixed() // archived before locked, as Discord answers: discord/discord-api-docs#5517
	}
	c.thread.archived = false
	s.threadChanged(c)
	return reply{}
}

// editChannel wakes a thread, which whoever may write in it may do unless it is locked. The bot may do nothing else.
// https://docs.discord.com/developers/resources/channel#modify-channel-json-params-thread
func (s *Server) editChannel(c *call) reply {
	room, refused := s.room(c)
	if room == nil {
		return refused
	}
	var body map[string]json.RawMessage
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	if room.thread == nil || room.muted || room.thread.locked || len(body) != 1 || string(body["archived"]) != "false" {
		return errMissingPermission.reply()
	}
	s.stir(room)
	return found(room.view())
}

// threadView is a thread as the API writes it.
func (c *channel) threadView() map[string]any {
	return map[string]any{
		"id": c.id, "type": 11, "flags": 0, "guild_id": c.guild.id, "name": c.name, "parent_id": c.thread.parent.id,
		"owner_id": c.id, "rate_limit_per_user": 0, "message_count": len(c.messages), "member_count": 1,
		"total_message_sent": len(c.messages), "last_message_id": nil,
		"thread_metadata": map[string]any{
			"archived": c.thread.archived, "locked": c.thread.locked, "auto_archive_duration": 4320,
			"archive_timestamp": c.thread.changed.UTC().Format(time.RFC3339),
			"create_timestamp":  c.thread.begun.UTC().Format(time.RFC3339),
		},
	}
}
