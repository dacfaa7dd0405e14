package discord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

const (
	token = "MTA0MjAw.GsEcRe.t"
	room  = "4200"
	posts = "/channels/" + room + "/messages"
)

func open(t *testing.T, o Options) *Server {
	t.Helper()
	o.Token = token
	s := New(o)
	s.Open(room)
	return s
}

// ask sends a request as a bot would and returns the answer.
func ask(t *testing.T, s *Server, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/api/v10"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bot "+token)
	r.Header.Set("User-Agent", "DiscordBot (https://panneau.example, 1)")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// answer is what an answer says, in short.
func answer(w *httptest.ResponseRecorder) string {
	var e struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	json.Unmarshal(w.Body.Bytes(), &e)
	return fmt.Sprint(w.Code, " ", e.Code, " ", e.Message)
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name         string
		do           func(*Server)
		method, path string
		body, want   string
	}{
		{"kicked", func(s *Server) { s.Kick(room) }, "POST", posts, `{"content":"x"}`, "403 50001 Missing Access"},
		{"removed", func(s *Server) { s.Remove(room) }, "POST", posts, `{"content":"x"}`, "404 10003 Unknown Channel"},
		{"forbidden", func(s *Server) { s.Forbid(room) }, "POST", posts, `{"content":"x"}`, "403 50001 Missing Access"},
		{"muted", func(s *Server) { s.Mute(room) }, "POST", posts, `{"content":"x"}`, "403 50013 Missing Permissions"},
		{"revoked", (*Server).Revoke, "POST", posts, `{"content":"x"}`, "401 0 401: Unauthorized"},
		{"no such message", nil, "PATCH", posts + "/5", `{"content":"x"}`, "404 10008 Unknown Message"},
		{"no snowflake", nil, "POST", "/channels/abc/messages", `{"content":"x"}`, "400 50035 Invalid Form Body"},
		{"nothing in it", nil, "POST", posts, `{"content":" "}`, "400 50006 Cannot send an empty message"},
		{"no JSON", nil, "POST", posts, `{`, "400 50109 The request body contains invalid JSON."},
		{"no route", nil, "POST", "/nothing", `{}`, "404 0 404: Not Found"},
		{"unknown interaction", nil, "POST", "/interactions/1/x/callback", `{"type":4}`, "404 10062 Unknown interaction"},
		{"unknown webhook", nil, "PATCH", "/webhooks/1/x/messages/@original", `{}`, "404 10015 Unknown Webhook"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, Options{})
			if c.do != nil {
				c.do(s)
			}
			if got := answer(ask(t, s, c.method, c.path, c.body)); got != c.want {
				t.Errorf("answer %q, want %q", got, c.want)
			}
		})
	}
}

func TestFormErrors(t *testing.T) {
	for body, want := range map[string]string{
		fmt.Sprintf(`{"content":%q}`, strings.Repeat("é", 2001)):                                                                `{"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 2000 or fewer in length."}]}}`,
		`{"embeds":[{"fields":[{"name":"","value":"x"}]}]}`:                                                                     `{"embeds":{"0":{"fields":{"0":{"name":{"_errors":[{"code":"BASE_TYPE_REQUIRED","message":"This field is required"}]}}}}}}`,
		fmt.Sprintf(`{"embeds":[{"description":%q},{"description":%q}]}`, strings.Repeat("x", 3000), strings.Repeat("x", 3001)): `{"embeds":{"_errors":[{"code":"MAX_EMBED_SIZE_EXCEEDED","message":"Embed size exceeds maximum size of 6000"}]}}`,
		`{"content":"x","nonce":"12345678901234567890123456"}`:                                                                  `{"nonce":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 25 or fewer in length."}]}}`,
		`{"content":"x","message_reference":{"message_id":"5"}}`:                                                                `{"message_reference":{"_errors":[{"code":"REPLIES_UNKNOWN_MESSAGE","message":"Unknown message"}]}}`,
	} {
		s := open(t, Options{})
		w := ask(t, s, "POST", posts, body)
		var e struct {
			Code   int
			Errors json.RawMessage
		}
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Code != 50035 {
			t.Errorf("%.60s: %s", body, w.Body)
		}
		if diff := cmp.Diff(want, string(e.Errors)); diff != "" {
			t.Errorf("%.60s: errors (-want +got):\n%s", body, diff)
		}
		if s.Requests()[0].Problem == "" {
			t.Errorf("%.60s: no problem recorded", body)
		}
	}
}

func TestExactlyAtTheLimit(t *testing.T) {
	s := open(t, Options{})
	body := fmt.Sprintf(`{"content":%q,"embeds":[{"title":%q,"description":%q,"footer":{"text":%q}}]}`,
		strings.Repeat("🏫", 2000), strings.Repeat("é", 256), strings.Repeat("x", 4096), strings.Repeat("x", 6000-4096-256))
	if w := ask(t, s, "POST", posts, body); w.Code != 200 {
		t.Errorf("refused: %s", w.Body)
	}
}

func TestRouteLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		for i := range 5 {
			w := ask(t, s, "POST", posts, `{"content":"x"}`)
			if got := w.Header().Get("X-RateLimit-Remaining"); w.Code != 200 || got != fmt.Sprint(4-i) {
				t.Fatalf("post %d: %d, %s remaining", i+1, w.Code, got)
			}
		}
		time.Sleep(time.Second)
		for range 20 { // hammering helps nothing
			w := ask(t, s, "POST", posts, `{"content":"x"}`)
			if w.Code != 429 || w.Header().Get("Retry-After") != "4" || w.Header().Get("X-RateLimit-Scope") != "user" {
				t.Fatalf("%d %v", w.Code, w.Header())
			}
			want := `{"global":false,"message":"You are being rate limited.","retry_after":4}`
			if got := w.Body.String(); got != want {
				t.Fatalf("body %s, want %s", got, want)
			}
		}
		time.Sleep(4 * time.Second)
		if w := ask(t, s, "POST", posts, `{"content":"x"}`); w.Code != 200 {
			t.Errorf("after the wait: %s", w.Body)
		}
		if n := len(s.Shown(room)); n != 6 {
			t.Errorf("%d messages, want 6", n)
		}
	})
}

func TestGlobalLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		for i := range 50 {
			id := fmt.Sprint(5000 + i)
			s.Open(id)
			if w := ask(t, s, "POST", "/channels/"+id+"/messages", `{"content":"x"}`); w.Code != 200 {
				t.Fatalf("request %d: %s", i+1, w.Body)
			}
		}
		w := ask(t, s, "POST", posts, `{"content":"x"}`)
		h := w.Header()
		if w.Code != 429 || h.Get("X-RateLimit-Global") != "true" || h.Get("Retry-After") != "1" || h.Get("X-RateLimit-Reset-After") != "" {
			t.Errorf("%d %v: want the documented form of the global limit", w.Code, h)
		}
		time.Sleep(time.Second)
		if w := ask(t, s, "POST", posts, `{"content":"x"}`); w.Code != 200 {
			t.Errorf("after a second: %s", w.Body)
		}
	})
}

func TestBanAfterInvalidRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		s.Forbid(room)
		invalid := 0
		for invalid < invalidN {
			if w := ask(t, s, "POST", posts, `{"content":"x"}`); w.Code != 403 && w.Code != 429 {
				t.Fatalf("%d after %d invalid requests", w.Code, invalid)
			}
			invalid++
		}
		ask(t, s, "POST", posts, `{"content":"x"}`)
		s.Allow(room)
		time.Sleep(10 * time.Minute)
		w := ask(t, s, "GET", "/users/@me", "")
		if w.Code != 429 || !strings.HasPrefix(w.Body.String(), "<!DOCTYPE html>") || w.Header().Get("Retry-After") != "3000" {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		time.Sleep(time.Hour)
		if w := ask(t, s, "GET", "/users/@me", ""); w.Code != 200 {
			t.Errorf("after the ban: %s", w.Body)
		}
	})
}

func TestNonce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		post := func(body string) (id string, code int) {
			w := ask(t, s, "POST", posts, body)
			var m struct{ ID string }
			json.Unmarshal(w.Body.Bytes(), &m)
			return m.ID, w.Code
		}
		first, _ := post(`{"content":"x","nonce":"n","enforce_nonce":true}`)
		if again, _ := post(`{"content":"y","nonce":"n","enforce_nonce":true}`); again != first {
			t.Errorf("the nonce was not enforced: %s and %s", first, again)
		}
		if other, _ := post(`{"content":"y","nonce":"n"}`); other == first {
			t.Error("the nonce was enforced though nobody asked for it")
		}
		time.Sleep(nonceWindow)
		later, _ := post(`{"content":"z","nonce":"n","enforce_nonce":true}`)
		if later == first || len(s.Shown(room)) != 3 {
			t.Error("the nonce is remembered for too long")
		}
		s.Erase(room, later)
		time.Sleep(5 * time.Second)
		post(`{"content":"w","nonce":"m","enforce_nonce":true}`)
		s.Erase(room, s.Shown(room)[2].ID)
		if _, code := post(`{"content":"w","nonce":"m","enforce_nonce":true}`); code != 404 {
			t.Errorf("%d for the nonce of an erased message", code)
		}
	})
}

func TestMarkdownIsResolved(t *testing.T) {
	md := newMarkdown()
	for text, want := range map[string]string{
		"**gras** *italique* _aussi_ __souligné__ ~~barré~~ ||caché||": "gras italique aussi souligné barré caché",
		`\*\*gras\*\* \_x\_ \\`:   `**gras** _x_ \`,
		"`a*b*` ```bloc```":       "a*b* bloc",
		"# Titre\n-# petit\n- un": "Titre\npetit\n• un",
		"> citation":              "citation",
		"[texte](https://x.example) <https://y.example>": "texte https://y.example",
		"<@12> <@&3> <#4> <:x:5> <t:1:R> :smile:":        "{mention} {mention} {channel} {emoji} {time} {emoji}",
		"8:05:30 a * b * c 2*3":                          "8:05:30 a * b * c 2*3",
		`\:smile: \[a](b)`:                               ":smile: [a](b)",
	} {
		if got := md.text(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestPings(t *testing.T) {
	for body, want := range map[string]int{
		`{"content":"@everyone <@1> <@&2>"}`:                                                    3,
		`{"content":"\\@everyone"}`:                                                             1,
		`{"content":"@everyone <@1>","allowed_mentions":{"parse":[]}}`:                          0,
		`{"content":"@here <@1>","allowed_mentions":{"parse":["users"]}}`:                       1,
		`{"content":"<@1> <@2>","allowed_mentions":{"parse":[],"users":["2"]}}`:                 1,
		`{"embeds":[{"description":"@everyone"}],"content":"","allowed_mentions":{"parse":[]}}`: 0,
	} {
		s := open(t, Options{})
		ask(t, s, "POST", posts, body)
		if got := s.Pings(room); got != want {
			t.Errorf("%s: %d pings, want %d", body, got, want)
		}
	}
}

func TestEditWithoutAllowedMentionsRings(t *testing.T) {
	s := open(t, Options{})
	ask(t, s, "POST", posts, `{"content":"x","allowed_mentions":{"parse":[]}}`)
	id := s.Shown(room)[0].ID
	ask(t, s, "PATCH", posts+"/"+id, `{"content":"@everyone"}`)
	shown := s.Shown(room)[0]
	if s.Pings(room) != 1 || shown.Edits != 1 || !strings.Contains(shown.Text, "{ring @everyone}") {
		t.Errorf("%d pings, shown %+v", s.Pings(room), shown)
	}
	ask(t, s, "PATCH", posts+"/"+id, `{"content":"@everyone"}`)
	if s.Shown(room)[0].Edits != 1 {
		t.Error("an edit that changes nothing counts")
	}
}

func TestThrottleFaultLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		s.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: time.Minute, Scope: "global"})
		for range 3 {
			if w := ask(t, s, "POST", posts, `{"content":"x"}`); w.Code != http.StatusTooManyRequests {
				t.Errorf("%d, want 429 until the time is over", w.Code)
			}
		}
		time.Sleep(time.Minute)
		if w := ask(t, s, "POST", posts, `{"content":"x"}`); w.Code != http.StatusOK {
			t.Errorf("%d after the wait", w.Code)
		}
	})
}

func TestUnknownFieldIsAProblem(t *testing.T) {
	s := open(t, Options{})
	if w := ask(t, s, "POST", posts, `{"content":"x","colour":1}`); w.Code != 200 {
		t.Errorf("Discord ignores what it does not know: %s", w.Body)
	}
	if r := s.Requests()[0]; !strings.Contains(r.Problem, "colour") || !r.Accepted {
		t.Errorf("request %+v", r)
	}
}

func TestHistoryAndPins(t *testing.T) {
	s := open(t, Options{Unlimited: true})
	for i := range 3 {
		ask(t, s, "POST", posts, fmt.Sprintf(`{"content":"%d","nonce":"n%d"}`, i, i))
	}
	shown := s.Shown(room)
	var list []message
	w := ask(t, s, "GET", posts+"?limit=100&after="+shown[0].ID, "")
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != 2 || list[0].Content != "2" || list[0].Nonce != "" {
		t.Errorf("history: %s", w.Body)
	}
	if w := ask(t, s, "GET", posts+"?limit=101", ""); w.Code != 400 {
		t.Errorf("limit 101: %d", w.Code)
	}
	ask(t, s, "PUT", posts+"/pins/"+shown[1].ID, "")
	if w := ask(t, s, "GET", posts+"/pins", ""); !strings.Contains(w.Body.String(), shown[1].ID) {
		t.Errorf("pins: %s", w.Body)
	}
	if w := ask(t, s, "DELETE", posts+"/pins/"+shown[1].ID, ""); w.Code != 204 {
		t.Errorf("unpin: %d", w.Code)
	}
}
