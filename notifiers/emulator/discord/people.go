package discord

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Permissions of those who look after a guild, as bits. https://docs.discord.com/developers/topics/permissions
const (
	Administrator = 1 << 3
	ManageGuild   = 1 << 5
)

const (
	// https://docs.discord.com/developers/interactions/application-commands#autocomplete
	maxChoices = 25
	maxChoice  = 100
)

// Appoint gives a person permissions in the guild of a channel, besides those of everybody; 0 takes them back.
func (s *Server) Appoint(id, name string, permissions int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		if c.guild.ranks == nil {
			c.guild.ranks = make(map[string]int64)
		}
		c.guild.ranks[name] = permissions
	}
}

// Permit lets a person give a command in the guild of a channel whatever their permissions, as whoever manages the guild
// can under « Integrations ».
// https://docs.discord.com/developers/interactions/application-commands#permissions
func (s *Server) Permit(id, name, command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil {
		return
	}
	if c.guild.allowed == nil {
		c.guild.allowed = make(map[string]map[string]bool)
	}
	if c.guild.allowed[name] == nil {
		c.guild.allowed[name] = make(map[string]bool)
	}
	c.guild.allowed[name][command] = true
}

// Speaks sets the language of a person's client.
func (s *Server) Speaks(name, locale string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locales[name] = locale
}

func (s *Server) locale(name string) string {
	if locale, ok := s.locales[name]; ok {
		return locale
	}
	return s.opts.Locale
}

// permissions is what a person may do in the guild's channels: everything for an administrator.
func (g *guild) permissions(name string) int64 {
	p := everyonePermission | g.ranks[name]
	if p&Administrator != 0 {
		p |= ManageGuild
	}
	return p
}

// may reports whether a person's client offers a command in a guild.
func (s *Server) may(g *guild, name string, c *command) bool {
	if c.DefaultMemberPermissions == nil || g.allowed[name][c.Name] {
		return true
	}
	wanted, err := strconv.ParseInt(*c.DefaultMemberPermissions, 10, 64)
	if err != nil {
		return false // refused when it was registered
	}
	if wanted == 0 { // for administrators only
		wanted = Administrator
	}
	has := g.permissions(name)
	return has&Administrator != 0 || has&wanted == wanted
}

// Menu lists the commands that a person's client offers in a channel, "/name – description".
func (s *Server) Menu(id, name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.channels[id]
	if room == nil || !room.guild.member {
		return nil
	}
	var list []string
	for i := range s.commands {
		if c := &s.commands[i]; s.may(room.guild, name, c) {
			list = append(list, "/"+localised(c.Name, c.NameLocalizations, s.locale(name))+" – "+
				localised(c.Description, c.DescriptionLocalizations, s.locale(name)))
		}
	}
	return list
}

func localised(text string, texts map[string]string, locale string) string {
	if theirs, ok := texts[locale]; ok {
		return theirs
	}
	return text
}

// Offered is what a person's client offers who has typed so much of a command's option; nothing where the bot did not
// answer within three seconds, or the option is not completed.
func (s *Server) Offered(id, name, word, typed string) []string {
	s.mu.Lock()
	room, cmd := s.channels[id], s.find(word, s.locale(name))
	if room == nil || cmd == nil || !room.guild.member || !s.may(room.guild, name, cmd) ||
		len(cmd.Options) == 0 || !cmd.Options[0].Autocomplete {
		s.mu.Unlock()
		return nil
	}
	x := s.begin(commandTyped, id, name)
	s.interact(s.interactionView(x, room, cmd, typed))
	s.mu.Unlock()
	late := time.NewTimer(firstAnswer)
	defer late.Stop()
	for {
		s.mu.Lock()
		answered, choices, changed := x.answered, slices.Clone(x.choices), s.changed
		s.mu.Unlock()
		if answered {
			return choices
		}
		select {
		case <-changed:
		case <-late.C:
			return nil
		}
	}
}

// complete takes the choices for what a person is typing.
func (s *Server) complete(c *call, x *exchange) reply {
	var body struct {
		Type int `json:"type"`
		Data struct {
			Choices []struct {
				Name  string            `json:"name"`
				Names map[string]string `json:"name_localizations"`
				Value json.RawMessage   `json:"value"`
			} `json:"choices"`
		} `json:"data"`
	}
	if !s.decode(c, &body) {
		return errNotJSON.reply()
	}
	var form formErrors
	if body.Type != answerChoices {
		form.add("BASE_TYPE_CHOICES", "Value must be one of {8}.", "type")
	}
	if len(body.Data.Choices) > maxChoices {
		form.add("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.", "data", "choices")
	}
	for i, choice := range body.Data.Choices {
		at := []string{"data", "choices", strconv.Itoa(i)}
		form.between(choice.Name, maxChoice, with(at, "name")...)
		var value string
		if json.Unmarshal(choice.Value, &value) != nil || utf8.RuneCountInString(value) > maxChoice {
			form.add("BASE_TYPE_BAD_LENGTH", "Must be a text of at most 100.", with(at, "value")...)
		}
		x.choices = append(x.choices, choice.Name)
	}
	if form.any() {
		x.choices = nil
		s.problem(c, "Invalid Form Body")
		return form.reply()
	}
	x.answered = true
	s.note()
	return done()
}
