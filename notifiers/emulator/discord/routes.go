package discord

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// nonceWindow is how long a nonce is remembered. Discord says "in the past few minutes" without a number.
// https://docs.discord.com/developers/resources/message#create-message-jsonform-params
const nonceWindow = 3 * time.Minute

// routes lists every operation, by the pattern that Discord's description has for it.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, op := range map[string]operation{
		"GET /users/@me":                                   s.getMe,
		"GET /gateway":                                     s.getGateway,
		"GET /gateway/bot":                                 s.getGatewayBot,
		"POST /users/@me/channels":                         s.createDM,
		"GET /guilds/{guild_id}/channels":                  s.getGuildChannels,
		"GET /channels/{channel_id}":                       s.getChannel,
		"PATCH /channels/{channel_id}":                     s.editChannel,
		"GET /channels/{channel_id}/messages":              s.getMessages,
		routePost:                                          s.createMessage,
		"GET /channels/{channel_id}/messages/{message_id}": s.getMessage,
		routeEdit: s.editMessage,
		"DELETE /channels/{channel_id}/messages/{message_id}":              s.deleteMessage,
		"GET /channels/{channel_id}/messages/pins":                         s.getPins,
		"PUT /channels/{channel_id}/messages/pins/{message_id}":            s.pinMessage,
		"DELETE /channels/{channel_id}/messages/pins/{message_id}":         s.unpinMessage,
		"GET /applications/{application_id}/commands":                      s.getCommands,
		"PUT /applications/{application_id}/commands":                      s.putCommands,
		"POST /interactions/{interaction_id}/{interaction_token}/callback": s.callback,
		"POST /webhooks/{webhook_id}/{webhook_token}":                      s.followUp,
		"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original":  s.editOriginal,
		"DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original": s.deleteOriginal,
	} {
		mux.Handle(pattern, s.handle(op))
	}
	mux.Handle("/", s.handle(func(c *call) reply {
		s.problem(c, c.http.Method+" "+c.http.URL.Path+" is not in Discord's description")
		return errNotFound.reply()
	}))
	return mux
}

func (s *Server) getMe(*call) reply {
	return found(map[string]any{
		"id": s.bot.ID, "username": s.bot.Username, "discriminator": s.bot.Discriminator, "avatar": nil,
		"public_flags": 0, "flags": 0, "bot": true, "global_name": nil, "mfa_enabled": true, "locale": "fr",
		"verified": true, "email": nil,
	})
}

// room is the channel of a request, if the bot may see it.
func (s *Server) room(c *call) (*channel, reply) {
	var form formErrors
	if form.id(c.channel(), "channel_id"); form.any() {
		s.problem(c, "channel_id is no snowflake")
		return nil, form.reply()
	}
	room := s.channels[c.channel()]
	switch {
	case room == nil:
		return nil, errUnknownChannel.reply()
	case !room.guild.member, room.hidden, room.thread != nil && room.thread.parent.hidden:
		return nil, errMissingAccess.reply()
	}
	return room, reply{}
}

// own is the bot's message that a request is about.
func (s *Server) own(c *call) (*channel, *message, reply) {
	room, refused := s.room(c)
	if room == nil {
		return nil, nil, refused
	}
	id := c.http.PathValue("message_id")
	for _, m := range room.messages {
		if m.ID == id && m.ephemeral == "" {
			return room, m, reply{}
		}
	}
	return nil, nil, errUnknownMessage.reply()
}

func (s *Server) getChannel(c *call) reply {
	room, refused := s.room(c)
	if room == nil {
		return refused
	}
	return found(room.view())
}

func (s *Server) getGuildChannels(c *call) reply {
	for _, g := range s.guilds {
		if g.id != c.http.PathValue("guild_id") {
			continue
		}
		if !g.member {
			return errMissingAccess.reply()
		}
		return found(s.guildView(g)["channels"])
	}
	return errUnknownGuild.reply()
}

// getMessages lists the newest messages, newest first, or with after the oldest of those that are newer.
func (s *Server) getMessages(c *call) reply {
	room, refused := s.room(c)
	if room == nil {
		return refused
	}
	query := c.http.URL.Query()
	limit, after := 50, int64(-1)
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			var form formErrors
			form.add("NUMBER_TYPE_MAX", "int value should be less than or equal to 100.", "limit")
			return form.reply()
		}
		limit = n
	}
	if text := query.Get("after"); text != "" {
		after, _ = strconv.ParseInt(text, 10, 64)
	}
	list := []*message{}
	for _, m := range room.messages {
		if id, _ := strconv.ParseInt(m.ID, 10, 64); id > after && m.ephemeral == "" {
			list = append(list, m.inHistory())
		}
	}
	if len(list) > limit {
		list = list[:limit]
		if after < 0 {
			list = list[len(list)-limit:]
		}
	}
	slices.Reverse(list)
	return found(list)
}

// inHistory is the message as reading gives it: the nonce is only in the answer to its creation.
func (m *message) inHistory() *message {
	seen := *m
	seen.Nonce = ""
	return &seen
}

func (s *Server) getMessage(c *call) reply {
	_, m, refused := s.own(c)
	if m == nil {
		return refused
	}
	return found(m.inHistory())
}

// Paths lists the paths of the API that the emulator serves, as Discord's description writes them.
func Paths() []string {
	return []string{
		"/users/@me", "/users/@me/channels", "/gateway", "/gateway/bot", "/guilds/{guild_id}/channels", "/channels/{channel_id}",
		"/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}",
		"/channels/{channel_id}/messages/pins", "/channels/{channel_id}/messages/pins/{message_id}",
		"/applications/{application_id}/commands", "/interactions/{interaction_id}/{interaction_token}/callback",
		"/webhooks/{webhook_id}/{webhook_token}", "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
	}
}
