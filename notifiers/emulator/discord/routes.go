package discord

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// nonceWindow is how long a nonce is remembered. Discord says "in the past few minutes" without a number.
// https://docs.discord.com/developers/resources/message#create-message-jsonform-params
const nonceWindow = 3 * time.Minute

// routes lists every operation, by the pattern that Discord's description has for it.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, op := range map[string]operation{
		"GET /users/@me":                      s.getMe,
		"GET /gateway":                        s.getGateway,
		"GET /gateway/bot":                    s.getGatewayBot,
		"GET /guilds/{guild_id}/channels":     s.getGuildChannels,
		"GET /channels/{channel_id}":          s.getChannel,
		"GET /channels/{channel_id}/messages": s.getMessages,
		routePost:                             s.createMessage,
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
	case !room.guild.member, room.hidden:
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
	newestFirst := []*message{}
	for i := len(list) - 1; i >= 0; i-- {
		newestFirst = append(newestFirst, list[i])
	}
	return found(newestFirst)
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

func (s *Server) createMessage(c *call) reply {
	room, refused := s.room(c)
	if room == nil {
		return refused
	}
	if room.muted {
		return errMissingPermission.reply()
	}
	var body creation
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	if refused := s.checkCreation(c, room, body); refused.status != 0 {
		return refused
	}
	if body.Nonce != nil && body.EnforceNonce != nil && *body.EnforceNonce {
		if r := room.known(string(*body.Nonce), s.bot); r.status != 0 {
			return r
		}
	}
	m := s.newMessage(room, s.bot, body)
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

func (room *channel) message(id string) *message {
	for _, m := range room.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// known answers a creation whose nonce was used lately: with the first message or, when that was deleted, an error
// (https://github.com/discord/discord-api-docs/pull/6647).
func (room *channel) known(nonce string, author user) reply {
	for _, m := range room.messages {
		if m.Nonce == nonce && m.Author.ID == author.ID && time.Since(m.Timestamp) < nonceWindow {
			return found(m)
		}
	}
	if room.erased[nonce] {
		return errUnknownMessage.reply()
	}
	return reply{}
}

func (s *Server) editMessage(c *call) reply {
	// A bot may edit its own messages also where it may no longer write.
	_, m, refused := s.own(c)
	if m == nil {
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
	if m.apply(body) {
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
	room.erase(m.ID)
	return done()
}

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

func (s *Server) getCommands(c *call) reply {
	if c.http.PathValue("application_id") != s.bot.ID {
		return errUnknownApp.reply()
	}
	list := append([]command{}, s.commands...)
	if c.http.URL.Query().Get("with_localizations") != "true" {
		for i := range list {
			list[i].NameLocalizations, list[i].DescriptionLocalizations = nil, nil
		}
	}
	return found(list)
}

// putCommands replaces all commands. Those that stay as they were keep their id.
func (s *Server) putCommands(c *call) reply {
	if c.http.PathValue("application_id") != s.bot.ID {
		return errUnknownApp.reply()
	}
	var list []command
	if !s.decode(c, &list) {
		return errNotJSON.reply()
	}
	// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming
	name := regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)
	var form formErrors
	for i := range list {
		list[i].check(&form, name, strconv.Itoa(i))
		list[i].ID, list[i].ApplicationID, list[i].Version, list[i].Type = s.nextID(), s.bot.ID, s.nextID(), 1
		list[i].IntegrationTypes = []int{0}
	}
	if form.any() {
		s.problem(c, "Invalid Form Body")
		return form.reply()
	}
	s.commands = list
	s.note()
	return found(append([]command{}, list...))
}

// Paths lists the paths of the API that the emulator serves, as Discord's description writes them.
func Paths() []string {
	return []string{
		"/users/@me", "/gateway", "/gateway/bot", "/guilds/{guild_id}/channels", "/channels/{channel_id}",
		"/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}",
		"/channels/{channel_id}/messages/pins", "/channels/{channel_id}/messages/pins/{message_id}",
		"/applications/{application_id}/commands", "/interactions/{interaction_id}/{interaction_token}/callback",
		"/webhooks/{webhook_id}/{webhook_token}", "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
	}
}
