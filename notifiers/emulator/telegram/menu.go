package telegram

import "encoding/json"

// Menu lists the commands that an ordinary member with a client in the language is offered in a chat,
// "/name – description".
func (s *Server) Menu(id, language string) []string { return s.MenuOf(id, "", language) }

// MenuOf is Menu for a person, who may administer the chat.
func (s *Server) MenuOf(id, user, language string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range s.scopes(id, user) {
		for _, lang := range []string{language, ""} {
			if list := s.menus[menuKey{scope, lang}]; len(list) > 0 {
				return lines(list)
			}
		}
	}
	return nil
}

// scopes lists those that concern a person in a chat, in the order of
// https://core.telegram.org/bots/api#determining-list-of-commands. One without a menu is passed over.
func (s *Server) scopes(id, user string) []string {
	c := s.lookup(id)
	switch {
	case c == nil:
		return []string{scopeName("all_group_chats", nil, nil), scopeName("default", nil, nil)}
	case c.kind == private:
		return []string{scopeName("chat", c.id, nil), scopeName("all_private_chats", nil, nil), scopeName("default", nil, nil)}
	}
	var list []string
	admin := false
	if user != "" {
		status := c.members[s.userID(user)].status
		admin = status == Owner || status == Administrator
		list = append(list, scopeName("chat_member", c.id, s.userID(user)))
	}
	if admin {
		list = append(list, scopeName("chat_administrators", c.id, nil))
	}
	list = append(list, scopeName("chat", c.id, nil))
	if admin {
		list = append(list, scopeName("all_chat_administrators", nil, nil))
	}
	return append(list, scopeName("all_group_chats", nil, nil), scopeName("default", nil, nil))
}

// scopeName is a scope as the keys of menus have it.
func scopeName(kind string, chat, user any) string {
	name, err := json.Marshal(scope{kind, chat, user})
	if err != nil {
		panic(err) // made of plain values
	}
	return string(name)
}

func lines(list []botCommand) []string {
	var texts []string
	for _, c := range list {
		texts = append(texts, "/"+c.Command+" – "+c.Description)
	}
	return texts
}
