package discord

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const menu = `[{"name":"status","description":"State","name_localizations":{"fr":"état"},"options":[{"type":3,"name":"what","description":"What"}]}]`

// asked is an emulator in which somebody gave a command, and the interaction as the bot received it.
func asked(t *testing.T) (*Server, discordInteraction) {
	t.Helper()
	s := open(t, Options{Unlimited: true})
	if w := ask(t, s, "PUT", "/applications/"+s.bot.ID+"/commands", menu); w.Code != 200 {
		t.Fatal(w.Body)
	}
	r := connect(t, s)
	r.next()
	r.send(identify)
	r.next()
	r.next()
	s.Say(room, "alice", "/état pronote bleu")
	_, data, err := r.ws.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ D discordInteraction }
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return s, p.D
}

type discordInteraction struct {
	ID, Token, Locale string
	Data              struct {
		Name    string
		Options []struct{ Name, Value string }
	}
}

func (i discordInteraction) callback() string {
	return "/interactions/" + i.ID + "/" + i.Token + "/callback"
}

func TestInteraction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, i := asked(t)
		if i.Data.Name != "status" || i.Data.Options[0].Value != "pronote bleu" || i.Locale != "fr" {
			t.Errorf("interaction %+v", i)
		}
		if w := ask(t, s, "POST", i.callback(), `{"type":4,"data":{"content":"oui","flags":64}}`); w.Code != 204 {
			t.Fatal(w.Body)
		}
		if shown := s.Shown(room); len(shown) != 1 || shown[0].Ephemeral != "alice" || shown[0].Text != "oui" {
			t.Errorf("shown %+v", shown)
		}
		if got := answer(ask(t, s, "POST", i.callback(), `{"type":4,"data":{"content":"oui"}}`)); !strings.Contains(got, "40060") {
			t.Errorf("second answer: %s", got)
		}
	})
}

func TestInteractionDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, i := asked(t)
		time.Sleep(firstAnswer + time.Millisecond)
		if got := answer(ask(t, s, "POST", i.callback(), `{"type":4,"data":{"content":"oui"}}`)); got != "404 10062 Unknown interaction" {
			t.Errorf("late answer: %s", got)
		}
	})
}

func TestDeferredInteraction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, i := asked(t)
		original := "/webhooks/" + s.bot.ID + "/" + i.Token + "/messages/@original"
		if w := ask(t, s, "PATCH", original, `{"content":"oui"}`); w.Code != 404 {
			t.Errorf("an edit before the first answer: %d", w.Code)
		}
		ask(t, s, "POST", i.callback(), `{"type":5,"data":{"flags":64}}`)
		if n := len(s.Shown(room)); n != 0 {
			t.Errorf("%d messages while the bot thinks", n)
		}
		time.Sleep(14 * time.Minute)
		if w := ask(t, s, "PATCH", original, `{"content":"oui"}`); w.Code != 200 {
			t.Errorf("edit: %s", w.Body)
		}
		if shown := s.Shown(room); len(shown) != 1 || shown[0].Ephemeral != "alice" {
			t.Errorf("shown %+v", shown)
		}
		time.Sleep(2 * time.Minute)
		if got := answer(ask(t, s, "PATCH", original, `{"content":"non"}`)); !strings.Contains(got, "50027") {
			t.Errorf("after 15 minutes: %s", got)
		}
	})
}

func TestSayWithoutACommandIsAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		s.Say(room, "alice", "/nothing *registered*")
		shown := s.Shown(room)
		if len(shown) != 1 || shown[0].Bot || shown[0].Text != "/nothing *registered*" {
			t.Errorf("shown %+v", shown)
		}
	})
}
