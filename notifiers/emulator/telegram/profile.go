package telegram

import (
	"encoding/json"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// The lengths of the bot's texts, in characters. https://core.telegram.org/bots/api#setmyname and following
const (
	maxName             = 64
	maxDescription      = 512
	maxShortDescription = 120
	maxCommands         = 100
	maxCommandText      = 256
)

// botCommand is an entry of a menu. https://core.telegram.org/bots/api#botcommand
type botCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// menuKey is whom a menu is for.
type menuKey struct {
	scope    string
	language string
}

// textKey is one of the bot's texts in one language.
type textKey struct{ name, language string }

func myself() object {
	return object{"id": BotID, "is_bot": true, "first_name": "Panneau", "username": Username}
}

func (s *Server) getMe(arguments) (any, error) {
	me := myself()
	me["can_join_groups"], me["can_read_all_group_messages"], me["supports_inline_queries"] = true, false, false
	return me, nil
}

// scope is whom a menu is for. https://core.telegram.org/bots/api#botcommandscope
type scope struct {
	Type   string `json:"type"`
	ChatID any    `json:"chat_id"`
	UserID any    `json:"user_id"`
}

// menuOf reads the scope and the language of a request about commands.
func menuOf(args arguments) (menuKey, error) {
	scope := scope{Type: "default"}
	if args["scope"] != "" && json.Unmarshal([]byte(args["scope"]), &scope) != nil {
		return menuKey{}, errBadScope
	}
	if !regexp.MustCompile(`^(default|all_private_chats|all_group_chats|all_chat_administrators|chat|chat_administrators|chat_member)$`).
		MatchString(scope.Type) {
		return menuKey{}, errBadScope
	}
	if !isLanguage(args["language_code"]) {
		return menuKey{}, errBadLanguage
	}
	name, err := json.Marshal(scope)
	if err != nil {
		return menuKey{}, errBadScope
	}
	return menuKey{string(name), args["language_code"]}, nil
}

func isLanguage(code string) bool { return regexp.MustCompile(`^([a-z]{2})?$`).MatchString(code) }

func (s *Server) setMyCommands(args arguments) (any, error) {
	key, err := menuOf(args)
	if err != nil {
		return nil, err
	}
	var list []botCommand
	if err := json.Unmarshal([]byte(args["commands"]), &list); err != nil {
		return nil, Refusal(jsonPrefix + "commands JSON object")
	}
	if len(list) > maxCommands {
		return nil, errTooManyCommands
	}
	for _, c := range list {
		if !regexp.MustCompile(`^[a-z0-9_]{1,32}$`).MatchString(c.Command) {
			return nil, errBadCommand
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > maxCommandText {
			return nil, errBadCommandText
		}
	}
	s.menus[key] = list
	return true, nil
}

func (s *Server) getMyCommands(args arguments) (any, error) {
	key, err := menuOf(args)
	if err != nil {
		return nil, err
	}
	return append([]botCommand{}, s.menus[key]...), nil
}

func (s *Server) deleteMyCommands(args arguments) (any, error) {
	key, err := menuOf(args)
	if err != nil {
		return nil, err
	}
	delete(s.menus, key)
	return true, nil
}

// setText sets one of the bot's texts in one language.
func (s *Server) setText(name string, limit int) handler {
	return func(args arguments) (any, error) {
		if !isLanguage(args["language_code"]) {
			return nil, errBadLanguage
		}
		if utf8.RuneCountInString(args[name]) > limit {
			return nil, errBadCommandText
		}
		s.texts[textKey{name, args["language_code"]}] = args[name]
		return true, nil
	}
}

// getText reads one back; where a language has none, that of all others counts.
func (s *Server) getText(name string) handler {
	return func(args arguments) (any, error) {
		text, ok := s.texts[textKey{name, args["language_code"]}]
		if !ok {
			text = s.texts[textKey{name, ""}]
		}
		return object{name: text}, nil
	}
}

func (s *Server) getChat(args arguments) (any, error) {
	c, err := s.reach(args)
	if err != nil {
		return nil, err
	}
	o := c.describe()
	o["accent_color_id"], o["max_reaction_count"] = 0, 11
	o["accepted_gift_types"] = object{
		"unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
		"gifts_from_channels": true,
	}
	if c.linked != 0 {
		o["linked_chat_id"] = c.linked
	}
	if m := c.find(strconv.Itoa(c.pinned)); m != nil {
		o["pinned_message"] = m.describe(c)
	}
	return o, nil
}
