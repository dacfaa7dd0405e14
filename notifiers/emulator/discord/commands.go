package discord

import (
	"regexp"
	"strconv"
	"strings"
)

// command is a slash command. https://docs.discord.com/developers/interactions/application-commands
type command struct {
	ID                       string            `json:"id"`
	ApplicationID            string            `json:"application_id"`
	Version                  string            `json:"version"`
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Options                  []option          `json:"options,omitempty"`
	DefaultMemberPermissions *string           `json:"default_member_permissions"`
	DMPermission             *bool             `json:"dm_permission,omitempty"`
	Contexts                 []int             `json:"contexts"`
	IntegrationTypes         []int             `json:"integration_types,omitempty"`
	NSFW                     bool              `json:"nsfw"`
}

type option struct {
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Required                 bool              `json:"required"`
	Autocomplete             bool              `json:"autocomplete"`
	Choices                  []any             `json:"choices,omitempty"`
	Options                  []any             `json:"options,omitempty"`
	ChannelTypes             []int             `json:"channel_types,omitempty"`
}

// check looks for what Discord refuses in a command.
func (c command) check(f *formErrors, name *regexp.Regexp, path ...string) {
	names := map[string]string{"name": c.Name}
	for lang, text := range c.NameLocalizations {
		names["name_localizations."+lang] = text
	}
	for key, text := range names {
		if !name.MatchString(text) || strings.ToLower(text) != text {
			f.add("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid", with(path, strings.Split(key, ".")...)...)
		}
	}
	f.between(c.Description, 100, with(path, "description")...)
	for lang, text := range c.DescriptionLocalizations {
		f.between(text, 100, with(path, "description_localizations", lang)...)
	}
	c.checkOptions(f, name, path...)
	if p := c.DefaultMemberPermissions; p != nil {
		if _, err := strconv.ParseUint(*p, 10, 64); err != nil {
			f.add("NUMBER_TYPE_COERCE", "Value is not int.", with(path, "default_member_permissions")...)
		}
	}
}

func (c command) checkOptions(f *formErrors, name *regexp.Regexp, path ...string) {
	for i, o := range c.Options {
		at := with(path, "options", strconv.Itoa(i))
		if !name.MatchString(o.Name) || strings.ToLower(o.Name) != o.Name {
			f.add("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid", with(at, "name")...)
		}
		f.between(o.Description, 100, with(at, "description")...)
		for lang, text := range o.DescriptionLocalizations {
			f.between(text, 100, with(at, "description_localizations", lang)...)
		}
		if o.Autocomplete && (o.Type != 3 || len(o.Choices) > 0) { // 3: a text, the only completed type that is emulated
			f.add("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", "Autocomplete is not allowed here", with(at, "autocomplete")...)
		}
		if o.Required && i > 0 && !c.Options[i-1].Required {
			f.add("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options", at...)
		}
	}
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
