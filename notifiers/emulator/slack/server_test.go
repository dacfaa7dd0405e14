package slack_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	library "github.com/slack-go/slack"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

const channel = "C0PARENTS"

// workspace is an emulated workspace with the vendor's library on it.
type workspace struct {
	*slack.Server
	api *library.Client
	url string
}

func open(t *testing.T, o slack.Options) *workspace {
	t.Helper()
	s := slack.New(o)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close)
	s.Open(channel)
	return &workspace{Server: s, url: server.URL, api: library.New(slack.BotToken,
		library.OptionAPIURL(server.URL+"/api/"), library.OptionAppLevelToken(slack.AppToken))}
}

func (w *workspace) post(t *testing.T, options ...library.MsgOption) string {
	t.Helper()
	_, ts, err := w.api.PostMessageContext(t.Context(), channel, options...)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func text(s string) library.MsgOption { return library.MsgOptionText(s, true) }

func wantError(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || err.Error() != code {
		t.Errorf("error %v, want %s", err, code)
	}
}

// call sends a form as it is and returns the answer.
func (w *workspace) call(t *testing.T, method string, form url.Values) map[string]any {
	t.Helper()
	if !form.Has("token") {
		form.Set("token", slack.BotToken)
	}
	answer, err := http.PostForm(w.url+"/api/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatalf("%s answers %s", method, text)
	}
	return object
}

func TestMessages(t *testing.T) {
	w := open(t, slack.Options{})
	first := w.post(t, text("Bonjour"))
	reply := w.post(t, text("Une réponse"), library.MsgOptionTS(first))
	loud := w.post(t, text("Pour tous"), library.MsgOptionTS(first), library.MsgOptionBroadcast())
	if _, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, first, text("Bonsoir")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.PostEphemeralContext(t.Context(), channel, "U0TEACHER", text("Rien que pour vous")); err != nil {
		t.Fatal(err)
	}
	want := []emulator.Shown{
		{ID: first, Bot: true, Text: "Bonsoir", Edits: 1, Audible: true},
		{ID: reply, Bot: true, Text: "Une réponse", ReplyTo: first, Thread: first},
		{ID: loud, Bot: true, Text: "Pour tous", ReplyTo: first, Thread: first, Audible: true},
		{Bot: true, Text: "Rien que pour vous", Ephemeral: "U0TEACHER"},
	}
	got := w.Shown(channel)
	for i := range got {
		got[i].At, got[i].Raw = time.Time{}, ""
	}
	got[3].ID = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, _, err := w.api.DeleteMessageContext(t.Context(), channel, loud); err != nil {
		t.Fatal(err)
	}
	_, _, err := w.api.DeleteMessageContext(t.Context(), channel, loud)
	wantError(t, err, "message_not_found")
}

func TestHistoryAndReplies(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	first := w.post(t, text("a"), library.MsgOptionMetadata(library.SlackMetadata{
		EventType: "delivery", EventPayload: map[string]any{"key": "k1"},
	}))
	w.post(t, text("b"), library.MsgOptionTS(first))
	w.post(t, text("c"))
	page, err := w.api.GetConversationHistoryContext(t.Context(), &library.GetConversationHistoryParameters{
		ChannelID: channel, Limit: 1, IncludeAllMetadata: true,
	})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].Text != "c" || !page.HasMore {
		t.Fatalf("first page %+v %v", page, err)
	}
	page, err = w.api.GetConversationHistoryContext(t.Context(), &library.GetConversationHistoryParameters{
		ChannelID: channel, Cursor: page.ResponseMetaData.NextCursor, IncludeAllMetadata: true,
	})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].Metadata.EventPayload["key"] != "k1" {
		t.Fatalf("second page %+v %v", page, err)
	}
	thread, _, _, err := w.api.GetConversationRepliesContext(t.Context(), &library.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: first,
	})
	if err != nil || len(thread) != 2 || thread[1].Text != "b" || thread[0].Metadata.EventType != "" {
		t.Errorf("thread %+v %v", thread, err)
	}
	page, err = w.api.GetConversationHistoryContext(t.Context(), &library.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: page.Messages[0].Timestamp,
	})
	if err != nil || len(page.Messages) != 1 {
		t.Errorf("since the first message %+v %v: oldest itself does not count", page, err)
	}
}

func TestOtherMethods(t *testing.T) {
	w := open(t, slack.Options{})
	me, err := w.api.AuthTestContext(t.Context())
	if err != nil || me.UserID != slack.BotUser || me.BotID != slack.BotID {
		t.Errorf("auth.test: %+v %v", me, err)
	}
	w.Know("U0TEACHER", slack.User{})
	user, err := w.api.GetUserInfoContext(t.Context(), "U0TEACHER")
	if err != nil || user.ID != "U0TEACHER" {
		t.Errorf("users.info: %+v %v", user, err)
	}
	info, err := w.api.GetConversationInfoContext(t.Context(), &library.GetConversationInfoInput{ChannelID: channel})
	if err != nil || info.ID != channel || !info.IsMember {
		t.Errorf("conversations.info: %+v %v", info, err)
	}
	w.Kick(channel)
	if _, _, _, err := w.api.JoinConversationContext(t.Context(), channel); err != nil {
		t.Errorf("conversations.join: %v", err)
	}
	item := library.NewRefToMessage(channel, w.post(t, text("a")))
	if err := w.api.AddPinContext(t.Context(), channel, item); err != nil {
		t.Error(err)
	}
	wantError(t, w.api.AddPinContext(t.Context(), channel, item), "already_pinned")
	if err := w.api.RemovePinContext(t.Context(), channel, item); err != nil {
		t.Error(err)
	}
	wantError(t, w.api.RemovePinContext(t.Context(), channel, item), "no_pin")
	for _, r := range w.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
}

// TestAnswersFollowTheReference checks that a success has what the reference requires, and a refusal a listed error.
func TestAnswersFollowTheReference(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Know("U0TEACHER", slack.User{})
	ts := w.post(t, text("a"))
	for method, form := range map[string]url.Values{
		"chat.postMessage":      {"channel": {channel}, "text": {"b"}},
		"chat.update":           {"channel": {channel}, "text": {"b"}, "ts": {ts}},
		"conversations.history": {"channel": {channel}},
		"conversations.replies": {"channel": {channel}, "ts": {ts}},
		"conversations.info":    {"channel": {channel}},
		"users.info":            {"user": {"U0TEACHER"}},
		"auth.test":             {},
		"apps.connections.open": {"token": {slack.AppToken}},
	} {
		answer := w.call(t, method, form)
		for _, field := range slack.Required(method) {
			if _, found := answer[field]; !found || answer["ok"] != true {
				t.Errorf("%s: %v lacks %s", method, answer, field)
			}
		}
	}
	at := url.Values{"channel": {channel}, "text": {"b"}, "ts": {ts}, "user": {"U0TEACHER"}, "timestamp": {ts}}
	for _, state := range []struct {
		name  string
		enter func()
	}{
		{"archived", func() { w.Archive(channel) }},
		{"forbidden", func() { w.Unarchive(channel); w.Forbid(channel) }},
		{"left", func() { w.Kick(channel) }},
		{"deleted", func() { w.Remove(channel) }},
		{"revoked", w.Revoke},
	} {
		state.enter()
		for _, method := range []string{
			"chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral", "conversations.history",
			"conversations.replies", "conversations.join", "pins.add", "pins.remove",
		} {
			form := url.Values{}
			for name := range at {
				if slack.Takes(method, name) {
					form.Set(name, at.Get(name))
				}
			}
			answer := w.call(t, method, form)
			code, _ := answer["error"].(string)
			if answer["ok"] != true && !slices.Contains(slack.Errors(method), code) {
				t.Errorf("%s in a channel that is %s answers %q, which is not listed", method, state.name, code)
			}
		}
	}
}

func TestRequestsAreChecked(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	for name, test := range map[string]struct {
		method string
		form   url.Values
		code   string
	}{
		"no token":       {"chat.postMessage", url.Values{"token": {""}}, "not_authed"},
		"wrong token":    {"chat.postMessage", url.Values{"token": {"xoxb-other"}}, "invalid_auth"},
		"wrong kind":     {"chat.postMessage", url.Values{"token": {slack.AppToken}}, "not_allowed_token_type"},
		"method":         {"chat.shout", url.Values{}, "unknown_method"},
		"missing":        {"chat.postMessage", url.Values{"text": {"a"}}, "invalid_arguments"},
		"boolean":        {"chat.postMessage", url.Values{"channel": {channel}, "text": {"a"}, "unfurl_links": {"no"}}, "invalid_arguments"},
		"no text":        {"chat.postMessage", url.Values{"channel": {channel}}, "no_text"},
		"channel":        {"chat.postMessage", url.Values{"channel": {"C9"}, "text": {"a"}}, "channel_not_found"},
		"blocks":         {"chat.postMessage", url.Values{"channel": {channel}, "blocks": {"["}}, "invalid_blocks_format"},
		"metadata":       {"chat.postMessage", url.Values{"channel": {channel}, "text": {"a"}, "metadata": {"{"}}, "invalid_metadata_format"},
		"metadata event": {"chat.postMessage", url.Values{"channel": {channel}, "text": {"a"}, "metadata": {`{"event_type":"a"}`}}, "invalid_metadata_schema"},
		"long metadata":  {"chat.postMessage", url.Values{"channel": {channel}, "text": {"a"}, "metadata": {`{"event_type":"a","event_payload":{"k":"` + strings.Repeat("x", 17000) + `"}}`}}, "metadata_too_large"},
		"thread":         {"chat.postMessage", url.Values{"channel": {channel}, "text": {"a"}, "thread_ts": {"1.1"}}, "cannot_reply_to_message"},
		"cursor":         {"conversations.history", url.Values{"channel": {channel}, "cursor": {"x"}}, "invalid_cursor"},
		"oldest":         {"conversations.history", url.Values{"channel": {channel}, "oldest": {"x"}}, "invalid_ts_oldest"},
	} {
		answer := w.call(t, test.method, test.form)
		if answer["ok"] != false || answer["error"] != test.code {
			t.Errorf("%s: %v, want %s", name, answer, test.code)
		}
	}
	w.call(t, "chat.update", url.Values{"channel": {channel}, "ts": {"1.1"}, "text": {"a"}, "unfurl_links": {"false"}})
	list := w.Requests()
	if got := list[len(list)-1].Problem; got != "unknown argument unfurl_links" {
		t.Errorf("problem %q", got)
	}
}

func TestLongTexts(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	ts := w.post(t, text(strings.Repeat("a", 40_001)))
	if n := len(w.Shown(channel)[0].Text); n != 40_000 {
		t.Errorf("%d characters are kept, want 40000", n)
	}
	_, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, ts, text(strings.Repeat("é", 4_001)))
	wantError(t, err, "msg_too_long")
	if _, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, ts, text(strings.Repeat("é", 4_000))); err != nil {
		t.Error(err)
	}
}

func TestForeignMessagesCannotBeChanged(t *testing.T) {
	w := open(t, slack.Options{Unlimited: true})
	w.Say(channel, "U0TEACHER", "Bonjour")
	ts := w.Shown(channel)[0].ID
	_, _, _, err := w.api.UpdateMessageContext(t.Context(), channel, ts, text("a"))
	wantError(t, err, "cant_update_message")
	_, _, err = w.api.DeleteMessageContext(t.Context(), channel, ts)
	wantError(t, err, "cant_delete_message")
}

func TestManifest(t *testing.T) {
	manifest := func(command string) string {
		return `{"display_information":{"name":"Panneau"},"features":{"slash_commands":[{"command":"` + command +
			`","description":"x","should_escape":false}]}}`
	}
	if problems := slack.CheckManifest([]byte(manifest("/panneau"))); len(problems) > 0 {
		t.Error(problems)
	}
	for _, text := range []string{manifest("/status"), manifest("/REMIND"), `{"features":{}}`, `{`, `{"display_information":{"name":1}}`} {
		if len(slack.CheckManifest([]byte(text))) == 0 {
			t.Errorf("%s is accepted", text)
		}
	}
	w := open(t, slack.Options{})
	answer := w.call(t, "apps.manifest.validate", url.Values{"token": {"xoxe-config"}, "manifest": {manifest("/status")}})
	if answer["error"] != "invalid_manifest" || !strings.Contains(answer["errors"].([]any)[0].(map[string]any)["message"].(string), "invalid name") {
		t.Errorf("answer %v", answer)
	}
}
