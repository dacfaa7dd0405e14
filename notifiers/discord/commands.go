package discord

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-structure
	maxCommandDescription = 100
	maxCommands           = 100
)

// locale is Discord's name for a language, empty for one that its clients do not have.
// https://docs.discord.com/developers/reference#locales
func locale(lang string) discordgo.Locale {
	switch lang {
	case "fr", "ru", "ro", "tr", "uk", "de", "it", "pl":
		return discordgo.Locale(lang)
	case "es":
		return discordgo.SpanishES
	case "pt":
		return discordgo.PortugueseBR
	case "zh":
		return discordgo.ChineseCN
	default:
		return ""
	}
}

// commandsOf translates the menu. The texts without localisation are the English ones: that is what clients show whose
// language is not among the localisations.
func commandsOf(menu []bot.MenuItem) ([]*discordgo.ApplicationCommand, error) {
	// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming
	valid := regexp.MustCompile(`^[-_'\p{L}\p{N}]{1,32}$`)
	if len(menu) > maxCommands {
		return nil, fmt.Errorf("discord menu: %d commands, at most %d", len(menu), maxCommands)
	}
	var commands []*discordgo.ApplicationCommand
	for _, item := range menu {
		names, descriptions := localised(item.Names), localised(item.Description)
		c := &discordgo.ApplicationCommand{
			Type: discordgo.ChatApplicationCommand, Name: item.Name, Description: item.Description["en"],
			NameLocalizations: &names, DescriptionLocalizations: &descriptions,
		}
		restrict(c, item.For)
		if item.Option != nil {
			c.Options = []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionString, Name: item.Option.Name, Autocomplete: true,
				Description:              item.Option.Description["en"],
				DescriptionLocalizations: localised(item.Option.Description),
			}}
		}
		if err := checkCommand(c, valid); err != nil {
			return nil, fmt.Errorf("discord menu: command %q: %w", item.Name, err)
		}
		commands = append(commands, c)
	}
	return commands, nil
}

// restrict keeps a command from the menus of those whom it is not for. Who runs Panneau is not known to Discord: what is
// for them is shown to a server's administrators only, and in no private conversation, where everybody would see it.
// https://docs.discord.com/developers/interactions/application-commands#permissions
func restrict(c *discordgo.ApplicationCommand, role bot.Role) {
	permissions := int64(discordgo.PermissionManageGuild)
	switch role {
	case bot.ForEveryone:
		return
	case bot.ForOperators:
		permissions = 0
		c.Contexts = &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild}
	}
	c.DefaultMemberPermissions = &permissions
}

func localised(texts map[string]string) map[discordgo.Locale]string {
	out := make(map[discordgo.Locale]string)
	for lang, text := range texts {
		if l := locale(lang); l != "" && text != "" {
			out[l] = text
		}
	}
	return out
}

// checkCommand refuses what Discord would refuse, with all the other commands.
func checkCommand(c *discordgo.ApplicationCommand, valid *regexp.Regexp) error {
	names := []string{c.Name}
	descriptions := []string{c.Description}
	for text := range maps.Values(*c.NameLocalizations) {
		names = append(names, text)
	}
	for text := range maps.Values(*c.DescriptionLocalizations) {
		descriptions = append(descriptions, text)
	}
	for _, o := range c.Options {
		names = append(names, o.Name)
		descriptions = append(descriptions, o.Description)
		for text := range maps.Values(o.DescriptionLocalizations) {
			descriptions = append(descriptions, text)
		}
	}
	for _, name := range names {
		if !valid.MatchString(name) || strings.ToLower(name) != name {
			return fmt.Errorf("name %q: want 1 to 32 small letters, digits, - or _", name)
		}
	}
	for _, text := range descriptions {
		if n := utf8.RuneCountInString(text); n < 1 || n > maxCommandDescription {
			return fmt.Errorf("description %q: want 1 to %d characters", text, maxCommandDescription)
		}
	}
	return nil
}

// register makes Discord offer our commands, and only them. It writes only when they differ: each creation counts
// towards a daily limit, and clients reload what was written.
func (n *Notifier) register(ctx context.Context, application string) error {
	url := discordgo.EndpointApplicationGlobalCommands(application)
	var have []*discordgo.ApplicationCommand
	err := n.call(ctx, request{method: http.MethodGet, url: url + "?with_localizations=true", repeatable: true}, &have)
	if err != nil {
		return fmt.Errorf("read commands: %w", err)
	}
	if sameCommands(have, n.commands) {
		return nil
	}
	want := n.commands
	if want == nil {
		want = []*discordgo.ApplicationCommand{}
	}
	if err := n.call(ctx, request{method: http.MethodPut, url: url, body: want, repeatable: true}, nil); err != nil {
		return fmt.Errorf("write commands: %w", err)
	}
	return nil
}

// sameCommands compares what a person sees of the commands.
func sameCommands(have, want []*discordgo.ApplicationCommand) bool {
	return reflect.DeepEqual(offers(have), offers(want))
}

// offer is what a person sees of a command or an option.
type offer struct {
	name, description   string
	names, descriptions map[discordgo.Locale]string
	kind                int
	required            bool
	completed           bool
	permissions         int64 // 0 for everybody, administrators for their own
	contexts            []discordgo.InteractionContextType
	options             []offer
}

func offers(list []*discordgo.ApplicationCommand) map[string]offer {
	out := make(map[string]offer)
	for _, c := range list {
		o := offer{name: c.Name, description: c.Description, kind: int(c.Type)}
		if c.DefaultMemberPermissions != nil {
			o.permissions = cmp.Or(*c.DefaultMemberPermissions, discordgo.PermissionAdministrator)
		}
		if c.Contexts != nil {
			o.contexts = *c.Contexts
		}
		if c.NameLocalizations != nil && len(*c.NameLocalizations) > 0 {
			o.names = *c.NameLocalizations
		}
		if c.DescriptionLocalizations != nil && len(*c.DescriptionLocalizations) > 0 {
			o.descriptions = *c.DescriptionLocalizations
		}
		for _, option := range c.Options {
			inner := offer{
				name: option.Name, description: option.Description, kind: int(option.Type), required: option.Required,
				completed: option.Autocomplete,
			}
			if len(option.DescriptionLocalizations) > 0 {
				inner.descriptions = option.DescriptionLocalizations
			}
			o.options = append(o.options, inner)
		}
		out[c.Name] = o
	}
	return out
}
