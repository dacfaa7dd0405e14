package discord

import (
	"slices"
	"strconv"
	"time"
)

// Permissions, as bits. https://docs.discord.com/developers/topics/permissions
const (
	viewChannel        = 1 << 10
	sendMessages       = 1 << 11
	embedLinks         = 1 << 14
	readMessageHistory = 1 << 16
	everyonePermission = viewChannel | sendMessages | embedLinks | readMessageHistory
)

// user is a person or the bot, as the API writes it.
type user struct {
	ID            string  `json:"id"`
	Username      string  `json:"username"`
	Discriminator string  `json:"discriminator"`
	Avatar        *string `json:"avatar"`
	GlobalName    *string `json:"global_name"`
	PublicFlags   int     `json:"public_flags"`
	Flags         int     `json:"flags"`
	PrimaryGuild  *string `json:"primary_guild"`
	Bot           bool    `json:"bot,omitempty"`
}

// guild is what people call a server. The bot is a member of it or not.
type guild struct {
	id       string
	member   bool
	joined   time.Time
	channels []*channel
	ranks    map[string]int64           // what people may do besides, by name
	allowed  map[string]map[string]bool // commands that people may give in spite of their permissions, by name
}

// channel is a text channel of a guild, or a thread in one.
type channel struct {
	id       string
	name     string
	guild    *guild
	hidden   bool // the bot may neither see nor write
	muted    bool // the bot may not write
	noFiles  bool // the bot may not attach files
	messages []*message
	pins     []pin
	erased   map[string]bool // nonces whose message was deleted
	thread   *thread         // nil for a channel

	recipient string // of a direct conversation: who is in it besides the bot
}

type pin struct {
	At      time.Time `json:"pinned_at"`
	Message *message  `json:"message"`
}

// Open creates a channel that the bot is a member of, in a guild of its own.
func (s *Server) Open(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[id] != nil {
		return
	}
	g := &guild{id: s.nextID(), member: true, joined: time.Now()}
	s.guilds = append(s.guilds, g)
	s.addChannel(g, id)
	s.dispatch("GUILD_CREATE", s.guildView(g))
}

// OpenBeside creates a channel in the guild of another one.
func (s *Server) OpenBeside(id, neighbour string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.addChannel(s.channels[neighbour].guild, id)
	s.dispatch("CHANNEL_CREATE", c.view())
}

func (s *Server) addChannel(g *guild, id string) *channel {
	c := &channel{id: id, name: "salon-" + strconv.Itoa(len(g.channels)+1), guild: g, erased: make(map[string]bool)}
	g.channels = append(g.channels, c)
	s.channels[id] = c
	return c
}

// Kick removes the bot from the guild of the channel, with all its channels.
func (s *Server) Kick(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil && c.guild.member {
		c.guild.member = false
		s.dispatch("GUILD_DELETE", map[string]any{"id": c.guild.id})
	}
}

// Invite brings the bot back into the guild of the channel, and creates both when there are none.
func (s *Server) Invite(id string) {
	s.mu.Lock()
	c := s.channels[id]
	if c != nil && !c.guild.member {
		c.guild.member, c.guild.joined = true, time.Now()
		s.dispatch("GUILD_CREATE", s.guildView(c.guild))
	}
	s.mu.Unlock()
	if c == nil {
		s.Open(id)
	}
}

// Outage makes the guild of the channel unavailable for a while, or available again: no change of membership.
func (s *Server) Outage(id string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.channels[id].guild
	if on {
		s.dispatch("GUILD_DELETE", map[string]any{"id": g.id, "unavailable": true})
		return
	}
	s.dispatch("GUILD_CREATE", s.guildView(g))
}

// Remove deletes a channel for good.
func (s *Server) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil {
		return
	}
	view := c.view()
	delete(s.channels, id)
	c.guild.channels = slices.DeleteFunc(c.guild.channels, func(other *channel) bool { return other == c })
	if c.thread != nil {
		s.dispatch("THREAD_DELETE", view)
		return
	}
	s.dispatch("CHANNEL_DELETE", view)
}

// Forbid shuts the bot out of a channel, as an administrator does who takes its right to see the channel and to write
// in it away with a permission overwrite. Where a bot may still see, it may still edit: see Mute.
func (s *Server) Forbid(id string) { s.overwrite(id, func(c *channel) { c.hidden = true }) }

// Mute takes only the right to write away.
func (s *Server) Mute(id string) { s.overwrite(id, func(c *channel) { c.muted = true }) }

// Allow gives back what Forbid and Mute took.
func (s *Server) Allow(id string) {
	s.overwrite(id, func(c *channel) { c.hidden, c.muted = false, false })
}

func (s *Server) overwrite(id string, change func(*channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil {
		return
	}
	before := c.denied()
	if change(c); c.denied() != before {
		s.dispatch("CHANNEL_UPDATE", c.view())
	}
}

// denied is what the channel's overwrite takes away.
func (c *channel) denied() int {
	denied := 0
	if c.hidden {
		denied |= viewChannel | sendMessages
	}
	if c.muted {
		denied |= sendMessages
	}
	return denied
}

// view is the channel as the API writes it.
func (c *channel) view() map[string]any {
	if c.thread != nil {
		return c.threadView()
	}
	overwrites := []any{}
	if denied := c.denied(); denied != 0 {
		overwrites = append(overwrites, map[string]any{
			"id": c.guild.id, "type": 0, "allow": "0", "deny": strconv.Itoa(denied),
		})
	}
	return map[string]any{
		"id": c.id, "type": 0, "flags": 0, "guild_id": c.guild.id, "name": c.name, "position": c.position(),
		"permission_overwrites": overwrites, "nsfw": false, "rate_limit_per_user": 0, "topic": nil, "parent_id": nil,
		"last_message_id": nil,
	}
}

func (c *channel) position() int { return slices.Index(c.guild.channels, c) }

// guildView is the guild as GUILD_CREATE writes it to a bot without privileged intents: it is the only member listed.
func (s *Server) guildView(g *guild) map[string]any {
	channels := []any{}
	for _, c := range g.channels {
		channels = append(channels, c.view())
	}
	var system any
	if len(g.channels) > 0 {
		system = g.channels[0].id
	}
	return map[string]any{
		"id": g.id, "name": "École", "owner_id": s.person("owner").ID, "unavailable": false, "large": false, "member_count": 2,
		"joined_at": g.joined.UTC().Format(time.RFC3339), "preferred_locale": s.opts.Locale,
		"roles": []any{map[string]any{
			"id": g.id, "name": "@everyone", "permissions": strconv.Itoa(everyonePermission), "position": 0,
			"color": 0, "hoist": false, "managed": false, "mentionable": false, "flags": 0,
		}},
		"members": []any{s.member(s.bot, g)},
		"threads": []any{}, "channels": channels, "system_channel_id": system,
	}
}

func (s *Server) member(u user, g *guild) map[string]any {
	return map[string]any{
		"user": u, "roles": []string{}, "joined_at": g.joined.UTC().Format(time.RFC3339),
		"deaf": false, "mute": false, "flags": 0, "nick": nil, "pending": false,
	}
}

// person returns the user of a name that a test uses.
func (s *Server) person(name string) user {
	u, ok := s.users[name]
	if !ok {
		u = user{ID: s.nextID(), Username: name, Discriminator: "0"}
		if snowflake(name) {
			u.ID = name
		}
		s.users[name] = u
	}
	return u
}

func formatID(n int64) string { return strconv.FormatInt(n, 10) }

// snowflake reports whether an id has the form of one.
func snowflake(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && n >= 0 && formatID(n) == id
}
