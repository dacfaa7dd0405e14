package discord_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord/openapi"
)

// presser is an answerer whose buttons answer, after a while.
type presser struct {
	answerer

	presses []bot.Press
	reply   bot.Reply
	takes   time.Duration
}

func (p *presser) Press(_ context.Context, press bot.Press) (bot.Reply, error) {
	time.Sleep(p.takes)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.presses = append(p.presses, press)
	return p.reply, nil
}

func withButtons(m bot.Message) bot.Message {
	for _, label := range []string{"Détails", "Que faire ?", "Chez moi aussi", "Chez moi, ça marche", "Me prévenir au retour", "Montrer à tous"} {
		m.Buttons = append(m.Buttons, bot.Button{Label: label, Data: strings.Repeat(label[:1], bot.MaxData-1) + string(rune('a'+len(m.Buttons)))})
	}
	return m
}

func labels(list []emulator.Button) []string {
	var texts []string
	for _, b := range list {
		texts = append(texts, b.Label)
	}
	return texts
}

// TestButtonsStandBeneath posts buttons, keeps them over an edit and takes them away by one, as Discord's own description
// allows it.
func TestButtonsStandBeneath(t *testing.T) {
	d, err := openapi.Read("/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, emulated.Options{Token: token, Inspect: d.Inspect}, nil)
	m := withButtons(bulletin())
	receipt, err := s.n.Post(background(), posting(m))
	if err != nil {
		t.Fatal(err)
	}
	m.Summary += " Encore."
	if receipt, err = s.n.Edit(background(), receipt, posting(m)); err != nil {
		t.Fatal(err)
	}
	want := []string{"Détails", "Que faire ?", "Chez moi aussi", "Chez moi, ça marche", "Me prévenir au retour", "Montrer à tous"}
	if diff := cmp.Diff(want, labels(s.Buttons(channel))); diff != "" {
		t.Errorf("after an edit (-want +got):\n%s", diff)
	}
	if _, err = s.n.Edit(background(), receipt, posting(bulletin())); err != nil {
		t.Fatal(err)
	}
	if left := s.Buttons(channel); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
	noProblems(t, s)
}

// TestPresses answers to the eyes of who pressed, each press once, also where the answer takes long.
func TestPresses(t *testing.T) {
	for name, takes := range map[string]time.Duration{"at once": 0, "slowly": 5 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &presser{reply: bot.Reply{Message: bot.Message{Lang: "fr", Title: "Détails", Summary: "Voici."}}, takes: takes}
				l := listenTo(t, h, nil)
				time.Sleep(time.Minute)
				if _, err := l.n.Post(background(), posting(withButtons(bulletin()))); err != nil {
					t.Fatal(err)
				}
				button := l.Buttons(channel)[1]
				l.Press(channel, "camille", button)
				time.Sleep(time.Second)
				l.Repeat()
				time.Sleep(time.Minute)
				shown := l.Shown(channel)
				if len(shown) != 2 || shown[1].Ephemeral != "camille" || !strings.Contains(shown[1].Text, "Voici.") {
					t.Errorf("shown: %+v", shown)
				}
				if len(h.presses) != 1 || h.presses[0].Data != button.Data || h.presses[0].From.Channel != channel ||
					h.presses[0].Rights != bot.RightsNone || h.presses[0].Person == "" || h.presses[0].Private {
					t.Errorf("presses: %+v", h.presses)
				}
			})
		})
	}
}

// TestPrivateMessages open a conversation with a person, who may take no messages.
func TestPrivateMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &presser{reply: bot.Reply{Message: bot.Message{Lang: "fr", Title: "Oui"}}}
		l := listenTo(t, h, nil)
		time.Sleep(time.Minute)
		if _, err := l.n.Post(background(), posting(withButtons(bulletin()))); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"camille", "dominique"} {
			l.Press(channel, name, l.Buttons(channel)[0])
			time.Sleep(time.Second)
		}
		l.Shut("dominique")
		for i, want := range []bot.ErrorKind{"", bot.KindGone} {
			at, err := l.n.Confide(background(), h.presses[i].Person)
			if err != nil {
				t.Fatal(err)
			}
			again, err := l.n.Confide(background(), h.presses[i].Person)
			if err != nil || again != at {
				t.Errorf("%v, %v, want %v", again, err, at)
			}
			_, err = l.n.Post(background(), bot.Posting{To: at, Message: withButtons(bulletin())})
			if want != "" {
				wantKind(t, err, want)
			} else if err != nil {
				t.Error(err)
			}
		}
		at := l.Direct("camille")
		l.Press(at, "camille", l.Buttons(at)[0])
		time.Sleep(time.Second)
		h.mu.Lock()
		defer h.mu.Unlock()
		if last := h.presses[len(h.presses)-1]; !last.Private || last.From.Channel != at || last.Person != h.presses[0].Person {
			t.Errorf("pressed in private: %+v", last)
		}
		if _, err := l.n.Confide(background(), "4"); err == nil {
			t.Error("a conversation with nobody was opened")
		}
	})
}
