package slack

import (
	"cmp"
	"net/url"
	"strings"
)

// User is a person as users.info describes them. https://docs.slack.dev/reference/objects/user-object
type User struct {
	Admin, Owner, Primary bool   // of their own workspace
	Deleted               bool   // the account was deactivated
	Guest                 bool   // may use some channels only
	Team                  string // their own workspace, where it is another one (Slack Connect)
	Locale                string // of their client; "fr-FR" when empty
}

// Know makes a person what is said. Who writes without having been introduced is an ordinary member.
func (s *Server) Know(id string, u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[id] = u
}

func (s *Server) meet(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.users[id]; !known {
		s.users[id] = User{}
	}
}

func (s *Server) usersInfo(args url.Values) answer {
	id := args.Get("user")
	u, known := s.users[id]
	if !known && id != BotUser {
		return refusal("user_not_found")
	}
	user := answer{
		"id": id, "team_id": cmp.Or(u.Team, TeamID), "name": strings.ToLower(id), "deleted": u.Deleted, "is_bot": id == BotUser,
		"is_app_user": false, "updated": 0,
	}
	if truth(args.Get("include_locale")) {
		user["locale"] = cmp.Or(u.Locale, "fr-FR")
	}
	if u.Team != "" {
		user["is_stranger"] = true
	}
	if !u.Deleted { // the flags of a deactivated account are left out
		user["is_admin"], user["is_owner"] = u.Admin || u.Owner || u.Primary, u.Owner || u.Primary
		user["is_primary_owner"], user["is_restricted"], user["is_ultra_restricted"] = u.Primary, u.Guest, false
	}
	return answer{"ok": true, "user": user}
}
