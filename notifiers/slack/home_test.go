package slack_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// house is a desk with a page of its own and forms.
type house struct {
	pressed

	page    bot.Message
	guests  []bot.Request
	sent    []bot.Submission
	outcome bot.Reply
	slow    time.Duration
}

func (h *house) Home(_ context.Context, r bot.Request) (bot.Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.guests = append(h.guests, r)
	return h.page, nil
}

func (h *house) Submit(ctx context.Context, s bot.Submission) (bot.Reply, error) {
	h.mu.Lock()
	h.sent = append(h.sent, s)
	h.mu.Unlock()
	select {
	case <-time.After(h.slow):
	case <-ctx.Done():
	}
	return h.outcome, nil
}

// homePage is what « status » says, with what can be asked for beneath.
func homePage() bot.Message {
	m := overview()
	m.Sections = append(m.Sections, bot.Section{Heading: "Ce que vous pouvez demander", Items: []string{"/panneau status : l’état de vos services"}})
	m.Buttons = []bot.Button{{Label: "Que faire ?", Data: "todo-0-mark"}, {Label: "Modifier…", Data: "settings-0-mark"}}
	return m
}

// settingsForm has a field of each kind.
func settingsForm() *bot.Form {
	return &bot.Form{
		Lang: "fr", Action: bot.ActionSettings, Title: "Réglages", Send: "Enregistrer", Data: "settings-mark",
		Fields: []bot.Field{
			{Name: "zone", Label: "Académie ou zone", Needed: true, Most: 1, Value: []string{"Lille"}, Choices: []bot.Choice{
				{Value: "Lille", Label: "Lille"}, {Value: "R&D", Label: "R&D <b>"},
			}},
			{Name: "langues", Label: "Langues", Hint: "Une ou deux langues & <b>.", Needed: true, Most: 2, Value: []string{"français"}, Choices: []bot.Choice{
				{Value: "français", Label: "français"}, {Value: "English", Label: "English"}, {Value: "العربية", Label: "العربية"},
			}},
			{Name: "silence", Label: "Sans sonnerie", Needed: true, Longest: 40, Value: []string{"20 h - 7 h"}},
			{Name: "plateformes", Label: "Plateformes", Most: 5, Choices: []bot.Choice{{Value: "Pix", Label: "Pix"}}},
		},
	}
}

// visit opens the home and returns what stands there.
func visit(t *testing.T, c *chat, who string) emulated.Page {
	t.Helper()
	c.OpenHome(who, "home")
	synctest.Wait()
	p, found := c.Home(who)
	if !found {
		t.Fatalf("%s sees no page", who)
	}
	return p
}

func TestHome(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &house{page: homePage()}
		stop, _ := listen(t, c, h)
		defer stop()
		p := visit(t, c, "U0TEACHER")
		golden(t, "home.json", indented(t, p.Raw))
		if !strings.Contains(p.Text, "Pronote : inaccessible depuis 8 h 05") || len(p.Buttons) != 2 {
			t.Errorf("the page is %+v", p)
		}
		want := []bot.Request{{From: bot.Address{Channel: "D0TEACHER"}, Private: true, Person: "U0TEACHER", Lang: "fr-FR"}}
		if diff := cmp.Diff(want, h.guests); diff != "" {
			t.Errorf("guests (-want +got):\n%s", diff)
		}
		c.OpenHome("U0TEACHER", "messages") // nothing is asked
		h.page = bot.Message{}              // opened too often: the page stays
		if again := visit(t, c, "U0TEACHER"); again.Raw != p.Raw || len(h.guests) != 2 {
			t.Errorf("%d guests, the page is %+v", len(h.guests), again)
		}
		h.page = homePage()
		if again := visit(t, c, "U0TEACHER"); again.ID != p.ID {
			t.Errorf("the page %s became %s", p.ID, again.ID)
		}
		c.faultless(t)
	})
}

// TestHomeShowsTextAsItIs and pings nobody, whatever a platform is called.
func TestHomeShowsTextAsItIs(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		stop, _ := listen(t, c, &house{page: nasty()})
		defer stop()
		p := visit(t, c, "U0TEACHER")
		if n := strings.Count(p.Text, nasty().Title); n < 6 || c.Pings() > 0 {
			t.Errorf("%d times, %d pings: %s", n, c.Pings(), p.Text)
		}
		c.faultless(t)
	})
}

// TestHomeHasRoom for far more than a message: in blocks of at most what a section takes; what has no room at all is not
// shown in part.
func TestHomeHasRoom(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &house{page: long()}
		stop, _ := listen(t, c, h)
		defer stop()
		p := visit(t, c, "U0TEACHER")
		for _, s := range h.page.Sections {
			if !strings.Contains(p.Text, s.Heading) {
				t.Errorf("%q is missing", s.Heading)
			}
		}
		h.page.Title = "Trop"
		for range 300 {
			h.page.Sections = append(h.page.Sections, bot.Section{Text: []string{strings.Repeat("Trop long. ", 100)}})
		}
		if again := visit(t, c, "U0TEACHER"); again.Raw != p.Raw || !strings.Contains(c.log.String(), "do not fit on a page") {
			t.Errorf("shown in part, or nothing said:\n%s", c.log.String())
		}
		c.faultless(t)
	})
}

// TestHomeThatIsRefused costs nothing but the page.
func TestHomeThatIsRefused(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &house{page: homePage()}
		stop, done := listen(t, c, h)
		defer stop()
		c.Inject(emulator.Fault{Method: "views.publish", Kind: emulator.Throttle, Wait: time.Minute})
		c.OpenHome("U0TEACHER", "home")
		synctest.Wait()
		if _, found := c.Home("U0TEACHER"); found || len(done) > 0 || !strings.Contains(c.log.String(), "views.publish") {
			t.Errorf("found %v, log %s", found, c.log.String())
		}
		visit(t, c, "U0TEACHER")
	})
}

// TestPressesOnTheHome are answered in a window.
func TestPressesOnTheHome(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		answer := withButtons(overview())
		h := &house{page: homePage(), pressed: pressed{reply: bot.Reply{Message: answer}}}
		stop, _ := listen(t, c, h)
		defer stop()
		p := visit(t, c, "U0TEACHER")
		c.PressHome("U0TEACHER", p.Buttons[0])
		synctest.Wait()
		c.Repeat()
		synctest.Wait()
		want := []bot.Press{{
			ID: "946684800.7.emulated", From: bot.Address{Channel: "D0TEACHER"}, Private: true, Data: "todo-0-mark", Person: "U0TEACHER", Lang: "fr-FR",
		}}
		if diff := cmp.Diff(want, h.presses); diff != "" {
			t.Errorf("presses (-want +got):\n%s", diff)
		}
		w, found := c.Modal("U0TEACHER")
		if !found || !strings.Contains(w.Text, "Ne fonctionnent pas normalement") || len(w.Buttons) > 0 {
			t.Fatalf("the window is %v %+v", found, w)
		}
		golden(t, "window.json", indented(t, w.Raw))
		c.faultless(t)
	})
}

// TestPressesThatAreAnsweredLate on the home are answered in the conversation.
func TestPressesThatAreAnsweredLate(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &lateHouse{&house{page: homePage(), pressed: pressed{reply: bot.Reply{Message: overview()}}}}
		stop, _ := listen(t, c, h)
		defer stop()
		p := visit(t, c, "U0TEACHER")
		c.PressHome("U0TEACHER", p.Buttons[0])
		time.Sleep(10 * time.Second)
		shown := c.Shown("D0TEACHER")
		if _, found := c.Modal("U0TEACHER"); found || len(shown) != 1 || shown[0].Ephemeral != "U0TEACHER" {
			t.Errorf("window %v, shown %+v", found, shown)
		}
		if !strings.Contains(c.log.String(), "expired_trigger_id") {
			t.Errorf("the log is %s", c.log.String())
		}
	})
}

// lateHouse answers presses after the trigger's time.
type lateHouse struct{ *house }

func (h *lateHouse) Press(ctx context.Context, p bot.Press) (bot.Reply, error) {
	time.Sleep(4 * time.Second)
	return h.house.Press(ctx, p)
}

// ask posts a message with a button and presses it, so that a form opens.
func ask(t *testing.T, c *chat, who string) {
	t.Helper()
	if len(c.Buttons(channel)) == 0 {
		if _, err := c.Post(t.Context(), posting(withButtons(bulletin()))); err != nil {
			t.Fatal(err)
		}
	}
	c.Press(channel, who, c.Buttons(channel)[0])
	synctest.Wait()
}

func send(t *testing.T, c *chat, who string, filled map[string][]string) {
	t.Helper()
	if err := c.Submit(who, filled); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func TestForms(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &house{pressed: pressed{reply: bot.Reply{Message: overview(), Form: settingsForm()}}}
		h.outcome = bot.Reply{Message: overview(), Wrong: map[string]string{"silence": "Je ne comprends pas « <b> »."}}
		stop, _ := listen(t, c, h)
		defer stop()
		ask(t, c, "U0ADMIN")
		w, found := c.Modal("U0ADMIN")
		if !found || w.Title != "Réglages" || !slices.Equal(w.Fields, []string{"Académie ou zone", "Langues", "Sans sonnerie", "Plateformes"}) {
			t.Fatalf("the window is %v %+v", found, w)
		}
		golden(t, "form.json", indented(t, w.Raw))
		filled := map[string][]string{
			"Académie ou zone": {"R&D <b>"}, "Langues": {"français", "العربية"}, "Sans sonnerie": {"<b> & co"}, "Plateformes": {"Pix"},
		}
		send(t, c, "U0ADMIN", filled)
		want := []bot.Submission{{
			Press: bot.Press{From: bot.Address{Channel: channel}, Data: "settings-mark", Person: "U0ADMIN", Lang: "fr-FR"},
			Filled: map[string][]string{
				"zone": {"R&D"}, "langues": {"français", "العربية"}, "silence": {"<b> & co"}, "plateformes": {"Pix"},
			},
		}}
		if diff := cmp.Diff(want, h.sent); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		w, _ = c.Modal("U0ADMIN")
		if diff := cmp.Diff(map[string]string{"Sans sonnerie": "Je ne comprends pas « <b> »."}, w.Wrong); diff != "" {
			t.Errorf("beside the fields (-want +got):\n%s", diff)
		}
		h.outcome.Wrong = nil
		send(t, c, "U0ADMIN", map[string][]string{"Plateformes": {"Pix"}})
		if got := h.sent[1].Filled; len(h.sent) != 2 || len(got) != 1 || got["plateformes"] == nil { // only what is not as it stood
			t.Errorf("sent %+v", h.sent)
		}
		w, found = c.Modal("U0ADMIN")
		if !found || len(w.Fields) > 0 || w.Trouble != "" || !strings.Contains(w.Text, "État des services") {
			t.Errorf("the window is %v %+v", found, w)
		}
		if n := len(c.Shown(channel)); n != 1 {
			t.Errorf("%d messages in the channel", n)
		}
		c.faultless(t)
	})
}

// TestFormsThatComeTwice are taken once.
func TestFormsThatComeTwice(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &house{pressed: pressed{reply: bot.Reply{Form: settingsForm()}}, outcome: bot.Reply{Message: overview()}}
		stop, _ := listen(t, c, h)
		defer stop()
		ask(t, c, "U0ADMIN")
		send(t, c, "U0ADMIN", nil)
		c.Resend()
		synctest.Wait()
		if len(h.sent) != 1 {
			t.Errorf("taken %d times", len(h.sent))
		}
		c.faultless(t)
	})
}

// TestFormsThatCannotBeShown are replaced by how the command is typed: where the press is too old, and where Slack refuses.
func TestFormsThatCannotBeShown(t *testing.T) {
	long := settingsForm()
	long.Title = strings.Repeat("Réglages ", 4)
	for name, test := range map[string]struct {
		late bool
		form *bot.Form
		says string
	}{
		"too late": {true, settingsForm(), "expired_trigger_id"}, "too long": {false, long, "does not fit"},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, c *chat) {
				h := &house{pressed: pressed{reply: bot.Reply{Message: overview(), Form: test.form}}}
				var handler bot.Handler = h
				if test.late {
					handler = &lateHouse{h}
				}
				stop, _ := listen(t, c, handler)
				defer stop()
				ask(t, c, "U0ADMIN")
				time.Sleep(10 * time.Second)
				shown := c.Shown(channel)
				if _, found := c.Modal("U0ADMIN"); found || len(shown) != 2 || shown[1].Ephemeral != "U0ADMIN" {
					t.Errorf("window %v, shown %+v", found, shown)
				}
				if !strings.Contains(c.log.String(), test.says) {
					t.Errorf("the log is %s", c.log.String())
				}
			})
		})
	}
}

// TestFormsThatAreAnsweredLate are closed, and answered in the conversation.
func TestFormsThatAreAnsweredLate(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		h := &house{pressed: pressed{reply: bot.Reply{Form: settingsForm()}}, outcome: bot.Reply{Message: overview()}, slow: 5 * time.Second}
		stop, _ := listen(t, c, h)
		defer stop()
		ask(t, c, "U0ADMIN")
		send(t, c, "U0ADMIN", nil)
		time.Sleep(10 * time.Second)
		shown := c.Shown(channel)
		if _, found := c.Modal("U0ADMIN"); found || len(shown) != 2 || shown[1].Ephemeral != "U0ADMIN" {
			t.Errorf("window %v, shown %+v", found, shown)
		}
		c.faultless(t)
	})
}

// TestManyChoicesAreTyped where Slack has no list for as many.
func TestManyChoicesAreTyped(t *testing.T) {
	simulate(t, func(t *testing.T, c *chat) {
		form := settingsForm()
		for i := range 120 {
			form.Fields[3].Choices = append(form.Fields[3].Choices, bot.Choice{Value: fmt.Sprint(i), Label: fmt.Sprint(i)})
		}
		h := &house{pressed: pressed{reply: bot.Reply{Form: form}}, outcome: bot.Reply{Message: overview()}}
		stop, _ := listen(t, c, h)
		defer stop()
		ask(t, c, "U0ADMIN")
		send(t, c, "U0ADMIN", map[string][]string{"Plateformes": {"Pix, 7"}})
		if len(h.sent) != 1 || !slices.Equal(h.sent[0].Filled["plateformes"], []string{"Pix, 7"}) {
			t.Errorf("sent %+v", h.sent)
		}
		c.faultless(t)
	})
}
