package discord

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

// newSession returns a session of the library whose events come to us. They come one at a time and in order, in the
// goroutine that reads from the gateway, partly while the library holds its own locks: nothing here calls back.
func (l *listening) newSession(ctx context.Context) *discordgo.Session {
	s := l.n.newSession(ctx)
	s.Dialer = l.n.dialler(ctx, l.use)
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Ready) {
		l.established.Store(true)
		if e.User == nil || e.Application == nil {
			return
		}
		l.present(ctx, l.guilds.start(e.User.ID, e.Guilds))
		l.register.Do(func() { l.begin(func() { l.offer(ctx, e.Application.ID) }) })
	})
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case l.dropped <- struct{}{}:
		default:
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) { l.interaction(ctx, e.Interaction) })
	l.watchGuilds(ctx, s)
	l.watchChannels(ctx, s)
	return s
}

func (l *listening) offer(ctx context.Context, application string) {
	l.n.retry(ctx, "register commands", func() error { return l.n.register(ctx, application) })
}

func (l *listening) watchGuilds(ctx context.Context, s *discordgo.Session) {
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildCreate) {
		l.present(ctx, l.guilds.describe(e.Guild))
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildDelete) {
		// An unavailable guild is an outage of Discord's, not a farewell.
		if !e.Unavailable {
			l.present(ctx, l.guilds.leave(e.ID))
		}
	})
	role := func(id string, r *discordgo.Role) {
		l.present(ctx, l.guilds.alter(id, func(g *guild) { g.roles[r.ID] = r.Permissions }))
	}
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildRoleCreate) { role(e.GuildID, e.Role) })
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildRoleUpdate) { role(e.GuildID, e.Role) })
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildRoleDelete) {
		l.present(ctx, l.guilds.alter(e.GuildID, func(g *guild) { delete(g.roles, e.RoleID) }))
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildMemberUpdate) {
		if l.guilds.is(e.User) {
			l.present(ctx, l.guilds.alter(e.GuildID, func(g *guild) {
				g.mine = append([]string{e.GuildID}, e.Roles...)
			}))
		}
	})
}

func (l *listening) watchChannels(ctx context.Context, s *discordgo.Session) {
	keep := func(c *discordgo.Channel) {
		l.present(ctx, l.guilds.alter(c.GuildID, func(g *guild) { g.keep(c) }))
	}
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ChannelCreate) { keep(e.Channel) })
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ChannelUpdate) { keep(e.Channel) })
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ChannelDelete) {
		l.present(ctx, l.guilds.alter(e.GuildID, func(g *guild) { delete(g.channels, e.ID) }))
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ThreadDelete) {
		l.present(ctx, []change{{channel: e.ID, kind: bot.Left}})
	})
}

// present hands changes on to be told. When more than can be kept are waiting, the gateway waits with them.
func (l *listening) present(ctx context.Context, changes []change) {
	for _, c := range changes {
		select {
		case l.news <- func() { l.presence(ctx, c) }:
		case <-ctx.Done():
			return
		}
	}
}

// tell reports the changes to the handler, one after the other.
func (l *listening) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case report := <-l.news:
			report()
		}
	}
}

// presence reports one change and posts the greeting, if there is one to be posted.
func (l *listening) presence(ctx context.Context, c change) {
	p := bot.Presence{At: bot.Address{Channel: c.channel}, Kind: c.kind, Lang: c.lang}
	m, err := guarded(func() (bot.Message, error) { return l.handler.Presence(ctx, p) })
	if err != nil {
		l.n.log.Error("discord: presence", "kind", c.kind, "error", l.n.redact(err))
		return
	}
	if !c.greet || m.Title == "" {
		return
	}
	if _, err := l.n.Post(ctx, bot.Posting{To: p.At, Message: m, Silent: true}); err != nil {
		l.n.log.Warn("discord: greeting not posted", "error", err)
	}
}

// guarded calls a handler; its panic becomes an error with the place where it happened, without the value's text,
// which might hold anything.
func guarded(call func() (bot.Message, error)) (m bot.Message, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("handler panicked with a %T: %s", r, debug.Stack())
		}
	}()
	return call()
}
