package discord_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

const (
	token   = "MTA0MjAwMDAwMDAwMDAwMDA.GsEcRe.t-token-that-must-never-be-shown"
	channel = "4200"
)

// stage is an emulated Discord on loopback with one channel, and a notifier on it.
type stage struct {
	*emulated.Server
	n   *discord.Notifier
	web *httptest.Server
	log *strings.Builder
}

func newStage(t *testing.T, o emulated.Options, change func(*discord.Config)) *stage {
	t.Helper()
	o.Token = token
	s := &stage{Server: emulated.New(o), log: new(strings.Builder)}
	s.web = httptest.NewServer(s.Server)
	t.Cleanup(s.web.Close)
	s.Open(channel)
	c := discord.Config{Token: token, APIURL: s.web.URL + "/api/v10", AllowInsecureGateway: true}
	if change != nil {
		change(&c)
	}
	n, err := discord.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.n = n
	return s
}

func bulletin() bot.Message {
	return bot.Message{
		Lang: "fr", Tone: bot.ToneAlarm, Title: "Pronote : inaccessible",
		Summary: "Pronote ne répond plus depuis 8 h 05. Nous vérifions toutes les minutes.",
		Facts:   []bot.Fact{{Label: "Depuis", Value: "8 h 05"}, {Label: "Vérifié", Value: "8 h 12"}},
		Sections: []bot.Section{{
			Heading: "En attendant", Text: []string{"Inutile de réessayer sans cesse."},
			Items: []string{"notez le travail sur papier", "prévenez vos camarades"},
		}},
		Links:  []bot.Link{{Text: "Suivre cet incident", URL: "https://panneau.example/incidents/7"}},
		Footer: "Observé depuis 2 endroits.",
	}
}

func posting(m bot.Message) bot.Posting {
	return bot.Posting{To: bot.Address{Channel: channel}, Message: m, Key: "incident/7/destination/3/1"}
}

func TestPostIsShown(t *testing.T) {
	s := newStage(t, emulated.Options{}, nil)
	r, err := s.n.Post(t.Context(), posting(bulletin()))
	if err != nil {
		t.Fatal(err)
	}
	shown := s.Shown(channel)
	if len(shown) != 1 || len(r.IDs) != 1 || shown[0].ID != r.IDs[0] || r.Channel != channel {
		t.Fatalf("receipt %+v, shown %+v", r, shown)
	}
	want := strings.Join([]string{
		"Pronote ne répond plus depuis 8 h 05. Nous vérifions toutes les minutes.",
		"Pronote : inaccessible",
		"Depuis", "8 h 05", "Vérifié", "8 h 12",
		"En attendant", "Inutile de réessayer sans cesse.", "• notez le travail sur papier", "• prévenez vos camarades",
		"Suivre cet incident",
		"Observé depuis 2 endroits. · #xqbo7rnv",
	}, "\n")
	if diff := cmp.Diff(want, shown[0].Text); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if !shown[0].Audible || shown[0].ReplyTo != "" {
		t.Errorf("want an audible message that answers nothing: %+v", shown[0])
	}
	noProblems(t, s)
}

func noProblems(t *testing.T, s *stage) {
	t.Helper()
	for _, r := range s.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
}

// background is a context for what must not end with the test's.
func background() context.Context { return context.Background() }
