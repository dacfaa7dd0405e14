package telegram_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
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

// buttons are the five of a notice, with data as long as it may be.
func buttons() []bot.Button {
	var list []bot.Button
	for _, label := range []string{"Détails", "Que faire ?", "Chez moi aussi", "Chez moi, ça marche", "Me prévenir au retour"} {
		list = append(list, bot.Button{Label: label, Data: strings.Repeat("d", bot.MaxData-1) + string(rune('a'+len(list)))})
	}
	return list
}

func withButtons() bot.Message {
	m := bulletin()
	m.Buttons = buttons()
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
	simulate(t, nil, func(t *testing.T, c *chat) {
		want := []string{}
		for _, b := range buttons() {
			want = append(want, b.Label)
		}
		receipt, err := c.Post(t.Context(), posting(withButtons()))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, labels(c.Buttons(channel))); diff != "" {
			t.Errorf("after a post (-want +got):\n%s", diff)
		}
		if raw := c.Shown(channel)[0].Raw; strings.Count(raw, "[{\"text\"") != 3 {
			t.Errorf("want three rows: %s", raw)
		}
		changed := withButtons()
		changed.Summary += " Encore."
		for _, m := range []bot.Message{changed, changed} { // the same again is no error
			if receipt, err = c.Edit(t.Context(), receipt, posting(m)); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, labels(c.Buttons(channel))); diff != "" {
			t.Errorf("after an edit (-want +got):\n%s", diff)
		}
		if _, err := c.Edit(t.Context(), receipt, posting(bulletin())); err != nil {
			t.Fatal(err)
		}
		if left := c.Buttons(channel); len(left) > 0 {
			t.Errorf("still there: %v", left)
		}
	})
}

// TestButtonsOfADividedMessage stand beneath its last part.
func TestButtonsOfADividedMessage(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		m := withButtons()
		m.Sections = []bot.Section{{Heading: "Long", Text: []string{strings.Repeat("Une phrase. ", 700)}}}
		receipt, err := c.Post(t.Context(), posting(m))
		if err != nil || len(receipt.IDs) < 2 {
			t.Fatal(receipt, err)
		}
		for _, b := range c.Buttons(channel) {
			if b.Message != receipt.IDs[len(receipt.IDs)-1] {
				t.Errorf("%s stands beneath %s", b.Label, b.Message)
			}
		}
		if n := len(c.Buttons(channel)); n != len(buttons()) {
			t.Errorf("%d buttons", n)
		}
	})
}

// TestPresses answers in a window, in a private conversation or by a link to one, each press once.
func TestPresses(t *testing.T) {
	short := bot.Message{Lang: "fr", Title: "C'est compté", Summary: "Merci."}
	long := bulletin()
	for name, test := range map[string]struct {
		at    string
		reply bot.Reply
		want  emulated.Window
		posts int
	}{
		"short":                 {channel, bot.Reply{Message: short}, emulated.Window{Text: "C'est compté\nMerci.", Alert: true}, 0},
		"two languages":         {channel, bot.Reply{Message: bot.Message{Title: "A", Summary: "B", Also: []bot.Message{{Title: "C", Summary: "D"}}}}, emulated.Window{Text: "A\nB\nC\nD", Alert: true}, 0},
		"long":                  {channel, bot.Reply{Message: long}, emulated.Window{URL: "https://t.me/PanneauBot?start=" + buttons()[0].Data}, 0},
		"only apart":            {channel, bot.Reply{Message: short, Apart: true}, emulated.Window{URL: "https://t.me/PanneauBot?start=" + buttons()[0].Data}, 0},
		"long, in private":      {person, bot.Reply{Message: long}, emulated.Window{}, 1},
		"nothing to say at all": {channel, bot.Reply{}, emulated.Window{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, nil, func(t *testing.T, c *chat) {
				h := &pressed{reply: test.reply}
				c.Server.Open(person)
				stop, _ := listen(t, c, h)
				p := posting(withButtons())
				p.To.Channel = test.at
				if _, err := c.Post(t.Context(), p); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				c.Press(test.at, "camille", c.Buttons(test.at)[0])
				synctest.Wait()
				c.Repeat()
				synctest.Wait()
				stop()
				if diff := cmp.Diff([]emulated.Window{test.want}, c.Windows("camille")); diff != "" {
					t.Errorf("windows (-want +got):\n%s", diff)
				}
				if n := len(c.Shown(test.at)) - 1; n != test.posts {
					t.Errorf("%d messages in the chat besides, want %d", n, test.posts)
				}
				if len(h.presses) != 1 || h.presses[0].Data != buttons()[0].Data || h.presses[0].Private != (test.at == person) ||
					h.presses[0].Lang != "fr" || h.presses[0].Person == "" {
					t.Errorf("pressed: %+v", h.presses)
				}
				c.faultless(t)
			})
		})
	}
}

// TestPressesAreAlwaysEnded stops the clock that Telegram shows also where there is nobody to ask.
func TestPressesAreAlwaysEnded(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		stop, _ := listen(t, c, &desk{})
		if _, err := c.Post(t.Context(), posting(withButtons())); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		c.Press(channel, "camille", c.Buttons(channel)[1])
		synctest.Wait()
		stop()
		if n := c.Unanswered(); n != 0 {
			t.Errorf("%d presses are not answered", n)
		}
	})
}

// TestPrivateChatsNeedABeginning shows that a person who never wrote to the bot cannot be written to.
func TestPrivateChatsNeedABeginning(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		c.Say(channel, "camille", "bonjour")
		at, err := c.Confide(t.Context(), c.Chat("camille"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Post(t.Context(), bot.Posting{To: at, Message: bulletin()})
		wantKind(t, err, bot.KindGone)
		c.Say(at.Channel, "camille", "/start")
		if _, err = c.Post(t.Context(), bot.Posting{To: at, Message: bulletin()}); err != nil {
			t.Error(err)
		}
	})
}
