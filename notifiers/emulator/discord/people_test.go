package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ranked = `[{"name":"status","description":"State","options":[{"type":3,"name":"what","description":"What","autocomplete":true}]},
	{"name":"stop","description":"Stop","description_localizations":{"fr":"Tout effacer"},"name_localizations":{"fr":"arrêter"},"default_member_permissions":"32"},
	{"name":"zero","description":"Administrators","default_member_permissions":"0"}]`

// received is an interaction as the bot receives it.
type received struct {
	ID, Token, Locale string
	Type              int
	Member            struct{ Permissions string }
	Data              struct {
		Name    string
		Options []struct {
			Value   string
			Focused bool
		}
	}
}

// offering is an emulator with commands, and what reads the next interaction in it.
func offering(t *testing.T) (*Server, func() received) {
	t.Helper()
	s := open(t, Options{Unlimited: true})
	if w := ask(t, s, "PUT", "/applications/"+s.bot.ID+"/commands", ranked); w.Code != 200 {
		t.Fatal(w.Body)
	}
	r := connect(t, s)
	r.next()
	r.send(identify)
	r.next()
	r.next()
	return s, func() received {
		_, data, err := r.ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var p struct{ D received }
		if err := json.Unmarshal(data, &p); err != nil {
			t.Fatal(err)
		}
		return p.D
	}
}

func TestCommandsByPermission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, next := offering(t)
		s.Appoint(room, "léa", ManageGuild)
		s.Appoint(room, "tom", Administrator)
		s.Speaks("tom", "de")
		s.Permit(room, "zoé", "stop")
		for name, want := range map[string][]string{
			"alice": {"/status – State"},
			"léa":   {"/status – State", "/arrêter – Tout effacer"},
			"zoé":   {"/status – State", "/arrêter – Tout effacer"},
			"tom":   {"/status – State", "/stop – Stop", "/zero – Administrators"},
		} {
			if diff := cmp.Diff(want, s.Menu(room, name)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		for _, test := range []struct{ name, text, permissions, locale string }{
			{"léa", "/arrêter", fmt.Sprint(everyonePermission | ManageGuild), "fr"},
			{"zoé", "/arrêter", fmt.Sprint(everyonePermission), "fr"},
			{"tom", "/stop", fmt.Sprint(everyonePermission | ManageGuild | Administrator), "de"},
		} {
			s.Say(room, test.name, test.text)
			if i := next(); i.Data.Name != "stop" || i.Member.Permissions != test.permissions || i.Locale != test.locale || i.Type != 2 {
				t.Errorf("%s: %+v", test.name, i)
			}
		}
		began := time.Now()
		s.Say(room, "alice", "/arrêter")
		shown := s.Shown(room)
		if len(shown) != 1 || shown[0].Text != "/arrêter" || time.Since(began) > 0 {
			t.Errorf("who may not give a command does not just write: %+v", shown)
		}
	})
}

func TestCompletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, next := offering(t)
		offered := func(answer string) (choices []string, response string) {
			var typing sync.WaitGroup
			typing.Go(func() { choices = s.Offered(room, "alice", "status", "pro") })
			i := next()
			if i.Type != 4 || i.Data.Name != "status" || len(i.Data.Options) != 1 || i.Data.Options[0].Value != "pro" || !i.Data.Options[0].Focused {
				t.Fatalf("interaction %+v", i)
			}
			w := ask(t, s, "POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", answer)
			typing.Wait()
			follow := ask(t, s, "POST", "/webhooks/"+s.bot.ID+"/"+i.Token, `{"content":"x"}`)
			if follow.Code != 404 {
				t.Errorf("a completion is followed up: %s", follow.Body)
			}
			return choices, w.Body.String()
		}
		if got, refused := offered(`{"type":8,"data":{"choices":[{"name":"Pronote","value":"pronote"}]}}`); len(got) != 1 || got[0] != "Pronote" {
			t.Errorf("offered %q: %s", got, refused)
		}
		many := strings.TrimSuffix(strings.Repeat(`{"name":"a","value":"a"},`, 26), ",")
		for problem, body := range map[string]string{
			"choices": `{"type":8,"data":{"choices":[` + many + `]}}`,
			"type":    `{"type":4,"data":{}}`,
			"name":    `{"type":8,"data":{"choices":[{"name":"` + strings.Repeat("é", 101) + `","value":"a"}]}}`,
			"value":   `{"type":8,"data":{"choices":[{"name":"a","value":"` + strings.Repeat("é", 101) + `"}]}}`,
		} {
			if got, response := offered(body); len(got) > 0 || !strings.Contains(response, "50035") || !strings.Contains(response, `"`+problem+`"`) {
				t.Errorf("%s: offered %q: %s", problem, got, response)
			}
		}
		if got := s.Offered(room, "alice", "stop", ""); got != nil {
			t.Errorf("offered %q for a command without options", got)
		}
	})
}

func TestMenusThatAreRefused(t *testing.T) {
	s := open(t, Options{Unlimited: true})
	for problem, text := range map[string]string{
		"autocomplete":               `[{"name":"a","description":"a","options":[{"type":5,"name":"b","description":"b","autocomplete":true}]}]`,
		"default_member_permissions": `[{"name":"a","description":"a","default_member_permissions":"manage"}]`,
		"REQUIRED_INVALID":           `[{"name":"a","description":"a","options":[{"type":3,"name":"b","description":"b"},{"type":3,"name":"c","description":"c","required":true}]}]`,
	} {
		if w := ask(t, s, "PUT", "/applications/"+s.bot.ID+"/commands", text); w.Code != 400 || !strings.Contains(w.Body.String(), problem) {
			t.Errorf("%s: %d %s", problem, w.Code, w.Body)
		}
	}
}
