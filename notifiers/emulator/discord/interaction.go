package discord

import (
	"strconv"
	"strings"
	"time"
)

const (
	// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response
	firstAnswer = 3 * time.Second
	lastAnswer  = 15 * time.Minute
	// shows is how long Say waits for what a person waits for too: a command that the client offers.
	shows = 5 * time.Second
)

// Kinds of the first answer to an interaction.
const (
	answerMessage  = 4
	answerDeferred = 5
	answerChoices  = 8
)

// exchange is a command that a person gave, with what the bot answered.
type exchange struct {
	id       string
	kind     int // of the interaction
	token    string
	channel  string
	person   string
	at       time.Time
	answered bool
	flags    int      // of the first answer
	original *message // nil while the bot "is thinking"
	choices  []string // that the person is offered
}

// Say makes a person write in a channel. What begins with a slash and the name of a registered command is a command;
// the person waits up to five seconds for it to be offered. What follows is the value of its option. A command that the
// person's client does not offer, for lack of permissions, is nothing but text.
func (s *Server) Say(id, name, text string) {
	if word, args, _ := strings.Cut(strings.TrimSpace(text), " "); strings.HasPrefix(word, "/") {
		if s.offered(id, name, word[1:]) {
			s.command(id, name, word[1:], strings.TrimSpace(args))
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.channels[id]
	if room == nil {
		return
	}
	m := s.newMessage(room, s.person(name), creation{edit: edit{Content: &text}})
	room.messages = append(room.messages, m)
	for _, x := range s.sessions {
		if x.intents&intentGuildMessages == 0 || !room.guild.member {
			continue
		}
		seen := *m
		if x.intents&intentMessageContent == 0 {
			seen.Content = ""
		}
		x.event("MESSAGE_CREATE", seen)
	}
}

// offered waits until the client offers the command and the bot is there to answer it. One that the person may not
// give is not waited for.
func (s *Server) offered(id, name, word string) bool {
	timer := time.NewTimer(shows)
	defer timer.Stop()
	for {
		s.mu.Lock()
		cmd := s.find(word, s.locale(name))
		known := cmd != nil
		ready := known && s.connected() > 0
		allowed := !known || s.channels[id] == nil || s.may(s.channels[id].guild, name, cmd)
		changed := s.changed
		s.mu.Unlock()
		if ready || !allowed {
			return allowed
		}
		select {
		case <-changed:
		case <-timer.C:
			return known
		}
	}
}

// find looks a command up by its name, as it is or as people's clients show it.
func (s *Server) find(word, locale string) *command {
	for i := range s.commands {
		c := &s.commands[i]
		if c.Name == word || c.NameLocalizations[locale] == word {
			return c
		}
	}
	return nil
}

// command sends the interaction for a command.
func (s *Server) command(id, name, word, args string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	room, cmd := s.channels[id], s.find(word, s.locale(name))
	if room == nil || cmd == nil || !room.guild.member {
		return
	}
	x := s.begin(commandGiven, id, name)
	s.interact(s.apart(s.interactionView(x, room, cmd, args), x, room))
}

// Kinds of interaction. https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
const (
	commandGiven = 2
	buttonGiven  = 3
	commandTyped = 4 // an option that is completed
)

func (s *Server) begin(kind int, id, name string) *exchange {
	x := &exchange{id: s.nextID(), kind: kind, channel: id, person: name, at: time.Now()}
	x.token = "interaction-token-" + x.id
	s.exchanges[x.token] = x
	return x
}

// interact sends an interaction.
func (s *Server) interact(view map[string]any) {
	s.last = view
	s.dispatch("INTERACTION_CREATE", view)
}

// Repeat sends the last interaction once more, with the same id, as a gateway does that was resumed. A session that began
// since has it, too: Discord promises neither that nor the opposite.
func (s *Server) Repeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil {
		s.dispatch("INTERACTION_CREATE", s.last)
	}
}

func (s *Server) interactionView(x *exchange, room *channel, cmd *command, args string) map[string]any {
	data := map[string]any{"id": cmd.ID, "name": cmd.Name, "type": 1}
	if args != "" && len(cmd.Options) > 0 {
		data["options"] = []any{map[string]any{"name": cmd.Options[0].Name, "type": 3, "value": args}}
	}
	if x.kind == commandTyped {
		data["options"] = []any{map[string]any{"name": cmd.Options[0].Name, "type": 3, "value": args, "focused": true}}
	}
	member := s.member(s.person(x.person), room.guild)
	member["permissions"] = strconv.FormatInt(room.guild.permissions(x.person), 10)
	return map[string]any{
		"id": x.id, "application_id": s.bot.ID, "type": x.kind, "version": 1, "token": x.token, "data": data,
		"guild_id": room.guild.id, "channel_id": room.id, "channel": room.view(), "member": member,
		"locale": s.locale(x.person), "guild_locale": s.opts.Locale, "app_permissions": strconv.Itoa(everyonePermission),
		"entitlements": []any{}, "authorizing_integration_owners": map[string]any{"0": room.guild.id}, "context": 0,
	}
}

// callback takes the first answer.
func (s *Server) callback(c *call) reply {
	x := s.exchanges[c.token()]
	if x == nil || x.id != c.http.PathValue("interaction_id") || !x.answered && time.Since(x.at) > firstAnswer {
		return errUnknownExchange.reply()
	}
	if x.answered {
		return errAcknowledged.reply()
	}
	if x.kind == commandTyped {
		return s.complete(c, x)
	}
	var body struct {
		Type int       `json:"type"`
		Data *creation `json:"data"`
	}
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	var form formErrors
	if body.Data == nil {
		body.Data = new(creation)
	}
	if body.Type != answerMessage && body.Type != answerDeferred {
		form.add("BASE_TYPE_CHOICES", "Value must be one of {4, 5}.", "type")
	}
	if body.Data.check(&form); form.any() {
		s.problem(c, "Invalid Form Body")
		return form.reply()
	}
	if body.Data.Flags != nil {
		x.flags = *body.Data.Flags
	}
	files, refused := s.attach(c, s.channels[x.channel], body.Data.Attachments)
	if refused.status != 0 {
		return refused
	}
	if body.Type == answerMessage {
		if body.Data.blank() {
			s.problem(c, "empty message")
			return errEmptyMessage.reply()
		}
		x.original = s.answered(x, *body.Data, files...)
	}
	x.answered = true
	return done()
}

// answered makes the message of an answer. It is ephemeral if the first answer was.
func (s *Server) answered(x *exchange, body creation, files ...attached) *message {
	room := s.channels[x.channel]
	if room == nil {
		return nil
	}
	m := s.newMessage(room, s.bot, body)
	m.Attachments = append(m.Attachments, files...)
	if (x.flags|m.Flags)&flagEphemeral != 0 {
		m.ephemeral = x.person
		m.Flags |= flagEphemeral
	}
	room.messages = append(room.messages, m)
	return m
}

// conversation is the exchange that a webhook request goes on with.
func (s *Server) conversation(c *call) (*exchange, reply) {
	x := s.exchanges[c.token()]
	switch {
	case x == nil || c.http.PathValue("webhook_id") != s.bot.ID || !x.answered || x.kind == commandTyped:
		return nil, errUnknownWebhook.reply()
	case time.Since(x.at) > lastAnswer:
		return nil, errInvalidToken.reply()
	}
	return x, reply{}
}

func (s *Server) followUp(c *call) reply {
	x, refused := s.conversation(c)
	if x == nil {
		return refused
	}
	var body creation
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	var form formErrors
	if body.check(&form); form.any() {
		s.problem(c, "Invalid Form Body")
		return form.reply()
	}
	if body.blank() {
		s.problem(c, "empty message")
		return errEmptyMessage.reply()
	}
	files, refused := s.attach(c, s.channels[x.channel], body.Attachments)
	if refused.status != 0 {
		return refused
	}
	return found(s.answered(&exchange{channel: x.channel, person: x.person}, body, files...))
}

func (s *Server) editOriginal(c *call) reply {
	x, refused := s.conversation(c)
	if x == nil {
		return refused
	}
	if x.original != nil {
		return s.change(c, x.original)
	}
	x.original = s.answered(x, creation{})
	answer := s.change(c, x.original)
	if answer.status >= 300 {
		s.channels[x.channel].erase(x.original.ID)
		x.original = nil
		return answer
	}
	x.original.edits, x.original.Edited = 0, nil
	return answer
}

func (s *Server) deleteOriginal(c *call) reply {
	x, refused := s.conversation(c)
	if x == nil {
		return refused
	}
	if room := s.channels[x.channel]; room != nil && x.original != nil {
		room.erase(x.original.ID)
	}
	x.original = nil
	return done()
}
