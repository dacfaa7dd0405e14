package discord

import (
	"encoding/json"
	"testing"
)

func TestThreads(t *testing.T) {
	const (
		ok       = "200 0 "
		archived = "400 50083 Thread is archived"
		locked   = "400 160005 Thread is locked"
		denied   = "403 50013 Missing Permissions"
		unseen   = "403 50001 Missing Access"
	)
	for name, c := range map[string]struct {
		do                       func(*Server, string)
		post, edit, erase, wakes string // each right after
	}{
		"open":     {func(*Server, string) {}, ok, ok, "204 0 ", ok},
		"archived": {(*Server).Archive, ok, archived, archived, ok},
		"locked":   {(*Server).Lock, locked, locked, locked, denied},
		"both":     {func(s *Server, id string) { s.Archive(id); s.Lock(id) }, archived, archived, archived, denied},
		"reopened": {func(s *Server, id string) { s.Archive(id); s.Lock(id); s.Reopen(id) }, ok, ok, "204 0 ", ok},
		"hidden":   {func(s *Server, _ string) { s.Forbid(room) }, unseen, unseen, unseen, unseen},
	} {
		t.Run(name, func(t *testing.T) {
			for _, request := range []struct{ method, path, body, want string }{
				{"POST", "/messages", `{"content":"y"}`, c.post},
				{"PATCH", "/messages/", `{"content":"y"}`, c.edit},
				{"DELETE", "/messages/", ``, c.erase},
				{"PATCH", "", `{"archived":false}`, c.wakes},
			} {
				s := open(t, Options{})
				thread := "/channels/" + s.OpenThread(room)
				var m struct{ ID string }
				if err := json.Unmarshal(ask(t, s, "POST", thread+"/messages", `{"content":"x"}`).Body.Bytes(), &m); err != nil {
					t.Fatal(err)
				}
				c.do(s, thread[len("/channels/"):])
				path := thread + request.path
				if request.path == "/messages/" {
					path += m.ID
				}
				if got := answer(ask(t, s, request.method, path, request.body)); got != request.want {
					t.Errorf("%s %s: %q, want %q", request.method, request.path, got, request.want)
				}
			}
		})
	}
}

func TestAMessageWakesAnArchivedThread(t *testing.T) {
	s := open(t, Options{})
	id := s.OpenThread(room)
	s.Archive(id)
	for _, method := range []string{"POST", "PATCH"} {
		path, body := "/channels/"+id, `{"archived":false}`
		if method == "POST" {
			path, body = path+"/messages", `{"content":"x"}`
		}
		if got := answer(ask(t, s, method, path, body)); got != "200 0 " {
			t.Errorf("%s: %s", method, got)
		}
		var view struct {
			Metadata struct{ Archived bool } `json:"thread_metadata"`
		}
		if err := json.Unmarshal(ask(t, s, "GET", "/channels/"+id, "").Body.Bytes(), &view); err != nil || view.Metadata.Archived {
			t.Errorf("after %s: %+v %v", method, view, err)
		}
		s.Archive(id)
	}
	if got := answer(ask(t, s, "PATCH", "/channels/"+id, `{"archived":true}`)); got != "403 50013 Missing Permissions" {
		t.Errorf("archived by the bot: %s", got)
	}
}
