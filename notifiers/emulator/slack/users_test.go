package slack_test

import (
	"net/url"
	"testing"

	library "github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// TestUsers reads people with the real library.
func TestUsers(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Know("U0ADMIN", slack.User{Admin: true})
	w.Know("U0OWNER", slack.User{Owner: true, Locale: "ar"})
	w.Know("U0GONE", slack.User{Admin: true, Deleted: true})
	w.Know("U0ELSEWHERE", slack.User{Owner: true, Team: "T0OTHER"})
	w.Know("U0GUEST", slack.User{Guest: true})
	w.Say(channel, "U0TEACHER", "Bonjour")
	for id, right := range map[string]func(*library.User) bool{
		"U0ADMIN": func(u *library.User) bool {
			return u.IsAdmin && !u.IsOwner && u.TeamID == slack.TeamID && u.Locale == "fr-FR"
		},
		"U0OWNER":     func(u *library.User) bool { return u.IsAdmin && u.IsOwner && !u.IsPrimaryOwner && u.Locale == "ar" },
		"U0GONE":      func(u *library.User) bool { return u.Deleted && !u.IsAdmin },
		"U0ELSEWHERE": func(u *library.User) bool { return u.IsStranger && u.IsOwner && u.TeamID == "T0OTHER" },
		"U0GUEST":     func(u *library.User) bool { return u.IsRestricted && !u.IsAdmin },
		"U0TEACHER":   func(u *library.User) bool { return !u.IsAdmin && !u.Deleted && !u.IsStranger },
		slack.BotUser: func(u *library.User) bool { return u.IsBot },
	} {
		user, err := w.api.GetUserInfoContext(t.Context(), id)
		if err != nil || !right(user) {
			t.Errorf("%s: %+v %v", id, user, err)
		}
	}
	_, err := w.api.GetUserInfoContext(t.Context(), "U0NOBODY")
	wantError(t, err, "user_not_found")
	if user, _ := w.call(t, "users.info", url.Values{"user": {"U0ADMIN"}})["user"].(map[string]any); user["locale"] != nil {
		t.Errorf("a locale that was not asked for: %v", user)
	}
}

func TestRename(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Rename(channel, "parents-4b")
	info, err := w.api.GetConversationInfoContext(t.Context(), &library.GetConversationInfoInput{ChannelID: channel})
	if err != nil || info.Name != "parents-4b" {
		t.Errorf("%+v %v", info, err)
	}
}
