package discord

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

// writing is what the bot needs in a channel to speak there.
const writing = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionEmbedLinks

// change is a channel that the bot may now speak in, or no longer.
type change struct {
	channel string
	kind    bot.PresenceKind
	greet   bool   // whether the answer to it is to be posted
	lang    string // of the guild, if it says
}

// guilds knows where the bot is and where it may speak. It turns the gateway's events into changes: also what happened
// while no connection stood, by comparing what comes with what was known.
type guilds struct {
	mu    sync.Mutex
	self  string
	ready bool // a first READY has come: guilds that are new from then on are news
	known map[string]*guild
}

// guild is one server. Its channels are nil until they were told.
type guild struct {
	joining  bool // its first GUILD_CREATE is the bot's arrival
	owner    string
	lang     string
	system   string
	roles    map[string]int64 // permissions by role
	mine     []string         // the bot's roles
	channels map[string]*discordgo.Channel
	open     map[string]bool // channels that the bot may speak in
}

func newGuilds() *guilds { return &guilds{known: make(map[string]*guild)} }

// start takes note of READY, which lists the guilds and nothing of them.
func (g *guilds) start(self string, list []*discordgo.Guild) []change {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.self = self
	var changes []change
	present := make(map[string]bool)
	for _, item := range list {
		present[item.ID] = true
		if g.known[item.ID] == nil {
			g.known[item.ID] = &guild{joining: g.ready}
		}
	}
	for id := range g.known {
		if !present[id] {
			changes = append(changes, g.forget(id)...)
		}
	}
	g.ready = true
	return changes
}

// describe takes note of GUILD_CREATE: the bot's arrival, the first description of a guild after a start, or what is
// there after an outage or a gap.
func (g *guilds) describe(item *discordgo.Guild) []change {
	g.mu.Lock()
	defer g.mu.Unlock()
	if item.Unavailable {
		return nil
	}
	old := g.known[item.ID]
	now := describe(item, g.self)
	g.known[item.ID] = now
	switch {
	case old == nil || old.joining:
		return now.arrival()
	case old.channels == nil:
		return nil
	default:
		return differences(old, now)
	}
}

// leave takes note that the bot is no longer in a guild: all its channels are closed to us.
func (g *guilds) leave(id string) []change {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.forget(id)
}

func (g *guilds) forget(id string) []change {
	old := g.known[id]
	delete(g.known, id)
	if old == nil {
		return nil
	}
	return differences(old, &guild{})
}

// is reports whether a user is the bot.
func (g *guilds) is(user *discordgo.User) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return user != nil && user.ID == g.self
}

// alter applies a change to a guild and returns what it means for its channels.
func (g *guilds) alter(id string, apply func(*guild)) []change {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.known[id]
	if old == nil || old.channels == nil {
		return nil
	}
	now := *old
	now.channels, now.roles = maps.Clone(old.channels), maps.Clone(old.roles)
	apply(&now)
	now.open = now.speakable(g.self)
	g.known[id] = &now
	return differences(old, &now)
}

func describe(item *discordgo.Guild, self string) *guild {
	g := &guild{
		owner: item.OwnerID, system: item.SystemChannelID, lang: item.PreferredLocale,
		roles: make(map[string]int64), channels: make(map[string]*discordgo.Channel),
	}
	for _, role := range item.Roles {
		g.roles[role.ID] = role.Permissions
	}
	// The role of everyone has the guild's id and is nobody's in particular.
	g.mine = []string{item.ID}
	for _, m := range item.Members {
		if m.User != nil && m.User.ID == self {
			g.mine = append(g.mine, m.Roles...)
		}
	}
	for _, c := range item.Channels {
		g.keep(c)
	}
	g.open = g.speakable(self)
	return g
}

// keep takes a channel over, if it is one that notices can go to. Threads are not followed: a guild's description lists
// only those that are active, and an archived one wakes up when it is written to.
func (g *guild) keep(c *discordgo.Channel) {
	if c.Type == discordgo.ChannelTypeGuildText || c.Type == discordgo.ChannelTypeGuildNews {
		g.channels[c.ID] = c
	}
}

// speakable lists the channels that the bot may speak in.
func (g *guild) speakable(self string) map[string]bool {
	open := make(map[string]bool)
	for id, c := range g.channels {
		if g.permissions(c, self)&writing == writing {
			open[id] = true
		}
	}
	return open
}

// permissions computes what the bot may do in a channel.
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func (g *guild) permissions(c *discordgo.Channel, self string) int64 {
	var granted int64
	for _, role := range g.mine {
		granted |= g.roles[role]
	}
	if self == g.owner || granted&discordgo.PermissionAdministrator != 0 {
		return discordgo.PermissionAll
	}
	var everyone, roles, own discordgo.PermissionOverwrite
	for _, o := range c.PermissionOverwrites {
		switch {
		case o.ID == g.mine[0]:
			everyone = *o
		case o.Type == discordgo.PermissionOverwriteTypeMember && o.ID == self:
			own = *o
		case o.Type == discordgo.PermissionOverwriteTypeRole && slices.Contains(g.mine, o.ID):
			roles.Allow |= o.Allow
			roles.Deny |= o.Deny
		}
	}
	for _, o := range []discordgo.PermissionOverwrite{everyone, roles, own} {
		granted = granted&^o.Deny | o.Allow
	}
	return granted
}

// arrival is the news of a guild that the bot was added to: every channel that it may speak in, with a greeting in one.
func (g *guild) arrival() []change {
	greeting := g.greeting()
	changes := differences(&guild{}, g)
	for i := range changes {
		changes[i].greet = changes[i].channel == greeting
	}
	return changes
}

// greeting is the channel for the first words: the one where Discord itself greets, else the topmost.
func (g *guild) greeting() string {
	if g.open[g.system] {
		return g.system
	}
	best := ""
	for id := range g.open {
		if best == "" || g.before(id, best) {
			best = id
		}
	}
	return best
}

func (g *guild) before(a, b string) bool {
	x, y := g.channels[a], g.channels[b]
	return cmp.Or(cmp.Compare(x.Position, y.Position), cmp.Compare(a, b)) < 0
}

// differences lists the channels that opened or closed to the bot between two states, in order of their ids.
func differences(old, now *guild) []change {
	var changes []change
	for _, id := range slices.Sorted(maps.Keys(old.channels)) {
		gone := now.channels[id] == nil
		if gone || old.open[id] && !now.open[id] {
			changes = append(changes, change{channel: id, kind: bot.Left})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now.open)) {
		if old.channels == nil || old.channels[id] != nil && !old.open[id] {
			changes = append(changes, change{channel: id, kind: bot.Joined, greet: true, lang: now.lang})
		}
	}
	return changes
}
