package slack_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// pressed is a desk whose buttons answer.
type pressed struct {
	desk

	presses []bot.Press
	reply   bot.Reply
}

func (d *pressed) Press(_ context.Context, p bot.Press) (bot.Reply, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.presses = append(d.presses, p)
	return d.reply, nil
}

func withButtons(m bot.Message) bot.Message {
	for _, label := range []string{"Détails", "Que faire ?", "R&D <b>", "Chez moi, ça marche", "Me prévenir au retour"} {
		m.Buttons = append(m.Buttons, bot.Button{Label: label, Data: "data-" + label[:1] + strings.Repeat("x", bot.MaxData-6)})
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

// TestButtonsStandBeneath posts buttons, keeps them over an edit and takes them away by one.
func TestButtonsStandBeneath(t *testing.T) {
	c := open(t)
	want := []string{"Détails", "Que faire ?", "R&D <b>", "Chez moi, ça marche", "Me prévenir au retour"}
	m := withButtons(bulletin())
	receipt, err := c.Post(t.Context(), posting(m))
	if err != nil {
		t.Fatal(err)
	}
	m.Summary += " Encore."
	if receipt, err = c.Edit(t.Context(), receipt, posting(m)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, labels(c.Buttons(channel))); diff != "" {
		t.Errorf("after an edit (-want +got):\n%s", diff)
	}
	if _, err = c.Edit(t.Context(), receipt, posting(bulletin())); err != nil {
		t.Fatal(err)
	}
	if left := c.Buttons(channel); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
	c.faultless(t)
}

// TestButtonsOfADividedMessage stand beneath its last part, and leave room for themselves.
func TestButtonsOfADividedMessage(t *testing.T) {
	c := open(t)
	receipt, err := c.Post(t.Context(), posting(withButtons(long())))
	if err != nil || len(receipt.IDs) < 2 {
		t.Fatal(receipt, err)
	}
	for _, b := range c.Buttons(channel) {
		if b.Message != receipt.IDs[len(receipt.IDs)-1] {
			t.Errorf("%s stands beneath %s", b.Label, b.Message)
		}
	}
	if n := len(c.Buttons(channel)); n != 5 {
		t.Errorf("%d buttons", n)
	}
	c.faultless(t)
}

// TestPresses answers to the eyes of who pressed, each press once, and beneath what they pressed.
func TestPresses(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		reply := withButtons(bot.Message{Lang: "fr", Title: "Détails", Summary: "Voici."})
		d := &pressed{reply: bot.Reply{Message: reply}}
		stop, _ := listen(t, c, d)
		defer stop()
		if _, err := c.Post(t.Context(), posting(withButtons(bulletin()))); err != nil {
			t.Fatal(err)
		}
		button := c.Buttons(channel)[1]
		c.Press(channel, "U0TEACHER", button)
		synctest.Wait()
		c.Repeat()
		synctest.Wait()
		shown := c.Shown(channel)
		if len(shown) != 2 || shown[1].Ephemeral != "U0TEACHER" || !strings.Contains(shown[1].Text, "Voici.") {
			t.Errorf("shown: %+v", shown)
		}
		if len(d.presses) != 1 || d.presses[0].ID == "" {
			t.Fatalf("presses: %+v", d.presses)
		}
		want := []bot.Press{{ID: d.presses[0].ID, From: bot.Address{Channel: channel}, Data: button.Data, Person: "U0TEACHER", Lang: "fr-FR"}}
		if diff := cmp.Diff(want, d.presses); diff != "" {
			t.Errorf("presses (-want +got):\n%s", diff)
		}
		buttons := c.Buttons(channel)
		c.Press(channel, "U0TEACHER", buttons[len(buttons)-1]) // of the answer that only they see
		c.Press(channel, "U0OTHER", buttons[len(buttons)-1])
		synctest.Wait()
		if len(d.presses) != 2 || d.presses[1].Person != "U0TEACHER" {
			t.Errorf("presses: %+v", d.presses)
		}
		c.faultless(t)
	})
}

// TestPressesInAThread are answered in it.
func TestPressesInAThread(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		d := &pressed{reply: bot.Reply{Message: bot.Message{Lang: "fr", Title: "Oui"}}}
		stop, _ := listen(t, c, d)
		defer stop()
		root, err := c.Post(t.Context(), posting(bulletin()))
		if err != nil {
			t.Fatal(err)
		}
		p := posting(withButtons(bulletin()))
		p.To.Thread, p.Key = root.IDs[0], "other"
		if _, err := c.Post(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		c.Press(channel, "U0TEACHER", c.Buttons(channel)[0])
		synctest.Wait()
		shown := c.Shown(channel)
		if last := shown[len(shown)-1]; last.Thread != root.IDs[0] || last.Ephemeral == "" {
			t.Errorf("answered by %+v", last)
		}
		if len(d.presses) != 1 || d.presses[0].From.Thread != root.IDs[0] {
			t.Errorf("presses: %+v", d.presses)
		}
	})
}

// TestPressesAreAcknowledged also where there is nobody to ask: the person sees no error.
func TestPressesAreAcknowledged(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		stop, _ := listen(t, c, &desk{})
		defer stop()
		if _, err := c.Post(t.Context(), posting(withButtons(bulletin()))); err != nil {
			t.Fatal(err)
		}
		c.Press(channel, "U0TEACHER", c.Buttons(channel)[0])
		synctest.Wait()
		if n := len(c.Shown(channel)); n != 1 || !slices.Contains(c.methods(), "ack") {
			t.Errorf("%d messages, requests %v", n, c.methods())
		}
	})
}

// TestPrivateMessages arrive in the app's own conversation with a person, where they take them.
func TestPrivateMessages(t *testing.T) {
	c := open(t)
	at, err := c.Confide(t.Context(), "U0TEACHER")
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := c.Post(t.Context(), bot.Posting{To: at, Message: bulletin()})
	if err != nil || receipt.Channel != "D0TEACHER" || len(c.Shown("D0TEACHER")) != 1 {
		t.Fatal(receipt, err)
	}
	c.Refuse("U0OTHER")
	_, err = c.Post(t.Context(), bot.Posting{To: bot.Address{Channel: "U0OTHER"}, Message: bulletin()})
	wantKind(t, err, bot.KindGone)
	c.faultless(t)
}
