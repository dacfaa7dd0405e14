package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// desk is a handler that keeps what it was asked.
type desk struct {
	mu        sync.Mutex
	requests  []bot.Request
	presences []bot.Presence
	greeting  bot.Message
	panics    string // what it panics with when it is told to
	fails     bool
}

func (d *desk) Command(_ context.Context, r bot.Request) (bot.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, r)
	switch {
	case r.Command == "panique":
		panic(d.panics)
	case d.fails:
		return bot.Message{}, errors.New("no answer today")
	}
	return bot.Message{Lang: "fr", Title: "Réponse à " + r.Command, Summary: r.Args}, nil
}

func (d *desk) Presence(_ context.Context, p bot.Presence) (bot.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.presences = append(d.presences, p)
	return d.greeting, nil
}

func (d *desk) heard() []bot.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.requests)
}

func (d *desk) seen() []bot.Presence {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.presences)
}

// listen runs the listener until the test ends. The returned channel has Listen's result.
func listen(t *testing.T, c *chat, h bot.Handler) (stop func(), result <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	var running sync.WaitGroup
	running.Go(func() { done <- c.Listen(ctx, h) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	return stop, done
}

// eventually waits in simulated time.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !is(); time.Sleep(time.Second / 4) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within five minutes", what)
		}
	}
}

// answered waits for the n-th message in a chat.
func answered(t *testing.T, c *chat, id string, n int) emulator.Shown {
	t.Helper()
	eventually(t, fmt.Sprint("message ", n), func() bool { return len(c.Shown(id)) >= n })
	return c.Shown(id)[n-1]
}

func TestCommandsInPrivate(t *testing.T) {
	for text, want := range map[string]bot.Request{
		"/status":                         {Command: "status"},
		"/STATUS   Pronote <b> & R&D":     {Command: "status", Args: "Pronote <b> & R&D"},
		"/start":                          {Command: "start"},
		"/status@PanneauBot pronote":      {Command: "status", Args: "pronote"},
		"/status@panneaubot pronote":      {Command: "status", Args: "pronote"},
		"état du collège":                 {Command: "état", Args: "du collège"},
		"Aide":                            {Command: "aide"},
		"status\npronote":                 {Command: "status", Args: "pronote"},
		"/status\u00a0pronote et l’ENT":   {Command: "status", Args: "pronote et l’ENT"},
		"/langue ar":                      {Command: "langue", Args: "ar"},
		"  /status  ":                     {Command: "status"},
		"Bonjour, Pronote est en panne ?": {Command: "bonjour,", Args: "Pronote est en panne ?"},
	} {
		simulate(t, nil, func(t *testing.T, c *chat) {
			d := &desk{}
			stop, _ := listen(t, c, d)
			defer stop()
			c.Tell(emulated.Utterance{Channel: person, User: "Zoé", Lang: "ar", Text: text})
			shown := answered(t, c, person, 2)
			want.From, want.Private, want.Lang = bot.Address{Channel: person}, true, "ar"
			if diff := cmp.Diff([]bot.Request{want}, anonymous(d.heard())); diff != "" {
				t.Errorf("%q (-want +got):\n%s", text, diff)
			}
			if !shown.Bot || !shown.Audible || shown.ReplyTo != "" || !strings.HasPrefix(shown.Text, "Réponse à "+want.Command) {
				t.Errorf("%q is answered with %+v", text, shown)
			}
			c.faultless(t)
		})
	}
}

// In a group, only the person who asked wants to know: the answer refers to the question and makes no sound.
func TestCommandsInGroups(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		topic := c.OpenTopic(channel)
		for i, thread := range []string{"", topic} {
			asked := c.Tell(emulated.Utterance{Channel: channel, Thread: thread, User: "Zoé", Text: "/Status@panneauBOT ENT"})
			shown := answered(t, c, channel, 2*i+2)
			if !shown.Bot || shown.Audible || shown.ReplyTo != asked || shown.Thread != thread {
				t.Errorf("in topic %q, %s is answered with %+v", thread, asked, shown)
			}
		}
		want := []bot.Request{
			{From: bot.Address{Channel: channel}, Command: "status", Args: "ENT"},
			{From: bot.Address{Channel: channel, Thread: topic}, Command: "status", Args: "ENT"},
		}
		if diff := cmp.Diff(want, anonymous(d.heard())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		c.faultless(t)
	})
}

// A reply to one of the bot's messages outside of a forum has the id of a thread too, which is no topic.
func TestAReplyIsNoTopic(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		r, err := c.Post(t.Context(), posting(bulletin()))
		if err != nil {
			t.Fatal(err)
		}
		c.Tell(emulated.Utterance{Channel: channel, User: "Zoé", ReplyTo: r.IDs[0], Text: "/status"})
		if shown := answered(t, c, channel, 3); shown.Thread != "" || d.heard()[0].From.Thread != "" {
			t.Errorf("%+v is answered with %+v, in a topic", d.heard(), shown)
		}
	})
}

func TestWhatIsNotForTheBotIsIgnored(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		r, err := c.Post(t.Context(), posting(bulletin()))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"merci", "status", "/status@AutreBot", "/", "/@PanneauBot", ""} {
			c.Tell(emulated.Utterance{Channel: channel, User: "Zoé", ReplyTo: r.IDs[0], Text: text})
		}
		c.Say(person, "Zoé", "/status@AutreBot")
		time.Sleep(time.Minute)
		if heard := d.heard(); len(heard) > 0 {
			t.Errorf("heard %+v", heard)
		}
	})
}

func TestUpdatesAreConfirmedAndHandledOnce(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		for _, kind := range []emulator.FaultKind{
			emulator.CutBefore, emulator.CutAfter, emulator.CutBody, emulator.Garbage, emulator.Hang,
		} {
			c.Inject(emulator.Fault{Kind: kind, Method: "getUpdates"})
		}
		c.Inject(emulator.Fault{Kind: emulator.Answer, Status: http.StatusBadGateway, Method: "getUpdates", Times: 3})
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		for i := range 40 {
			c.Say(person, "Zoé", fmt.Sprint("/status ", i))
		}
		answered(t, c, person, 80)
		time.Sleep(3 * time.Minute)
		var args []string
		for _, r := range d.heard() {
			args = append(args, r.Args)
		}
		slices.Sort(args)
		if n := len(slices.Compact(args)); n != 40 || len(d.heard()) != 40 {
			t.Errorf("%d different commands of 40 in %d calls", n, len(d.heard()))
		}
	})
}

// A listener that was stopped for long does not answer what nobody waits for any more.
func TestOldCommandsAreNotAnswered(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		c.Say(person, "Zoé", "/status vieux")
		time.Sleep(11 * time.Minute)
		c.Say(person, "Zoé", "/status neuf")
		time.Sleep(5 * time.Minute)
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		answered(t, c, person, 3)
		if heard := d.heard(); len(heard) != 1 || heard[0].Args != "neuf" {
			t.Errorf("heard %+v", heard)
		}
	})
}

func TestAPanicStopsNothing(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{panics: "oh"}
		stop, _ := listen(t, c, d)
		defer stop()
		c.Say(person, "Zoé", "/panique")
		c.Say(person, "Zoé", "/status")
		if shown := answered(t, c, person, 3); shown.Text != "Réponse à status" {
			t.Errorf("answered with %+v", shown)
		}
		if log := c.log.String(); strings.Count(log, "panicked") != 1 {
			t.Errorf("the log says:\n%s", log)
		}
	})
}

func TestAFailedHandlerSaysNothingInTheChat(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{fails: true}
		stop, _ := listen(t, c, d)
		defer stop()
		c.Say(person, "Zoé", "/status")
		eventually(t, "word in the log", func() bool { return strings.Contains(c.log.String(), "no answer today") })
		if shown := c.Shown(person); len(shown) != 1 {
			t.Errorf("the chat shows %+v", shown)
		}
	})
}

func TestPresence(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{greeting: bot.Message{Lang: "fr", Title: "Bonjour"}}
		stop, _ := listen(t, c, d)
		defer stop()
		at := bot.Address{Channel: channel}
		var want []bot.Presence
		for _, step := range []struct {
			change func(string)
			kind   bot.PresenceKind
		}{
			{c.Kick, bot.Left}, {c.Invite, bot.Joined}, {c.Forbid, ""}, {c.Allow, bot.Joined}, {c.Remove, bot.Left},
		} {
			step.change(channel)
			if step.kind != "" {
				want = append(want, bot.Presence{At: at, Kind: step.kind, Lang: "fr"})
			}
			time.Sleep(time.Second)
			if diff := cmp.Diff(want, d.seen()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		shown := c.Shown(channel)
		if len(shown) != 1 || shown[0].Text != "Bonjour" || shown[0].Audible {
			t.Errorf("the chat shows %+v, want one silent greeting", shown)
		}
		c.faultless(t)
	})
}

func TestAPersonWhoBlocksTheBotHasLeft(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		c.Server.Open(person)
		d := &desk{greeting: bot.Message{Lang: "fr", Title: "Bonjour"}}
		stop, _ := listen(t, c, d)
		defer stop()
		c.Block(person)
		eventually(t, "departure", func() bool { return len(d.seen()) == 1 })
		want := []bot.Presence{{At: bot.Address{Channel: person}, Kind: bot.Left, Lang: "fr"}}
		if diff := cmp.Diff(want, d.seen()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestMigration(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		c.Server.Open(basic)
		d := &desk{greeting: bot.Message{Lang: "fr", Title: "Bonjour"}}
		stop, _ := listen(t, c, d)
		defer stop()
		next := c.Migrate(basic)
		time.Sleep(time.Second)
		want := []bot.Presence{{At: bot.Address{Channel: basic}, Kind: bot.Moved, MovedTo: next}}
		if diff := cmp.Diff(want, d.seen()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if n := len(c.Shown(next)); n != 0 {
			t.Errorf("%d messages are shown, want none", n)
		}
	})
}

// Another process with the same token takes the updates away until it stops.
func TestAnotherListenerIsSurvived(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		eventually(t, "poll", func() bool { return c.count("getUpdates") == 1 })
		r, err := http.NewRequest(http.MethodGet, "http://memory/bot"+emulated.Token+"/getUpdates", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.roundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "conflict in the log", func() bool { return strings.Contains(c.log.String(), "Conflict") })
		c.Say(person, "Zoé", "/status")
		answered(t, c, person, 2)
	})
}

// An account starts while Telegram is down, asks more and more rarely, and works once it is back.
func TestStartWhileTelegramIsDown(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		for _, method := range []string{"getMe", "getMyCommands", "getUpdates"} {
			c.Inject(emulator.Fault{Kind: emulator.Answer, Status: http.StatusBadGateway, Method: method, Times: 12})
		}
		d := &desk{}
		stop, _ := listen(t, c, d)
		defer stop()
		time.Sleep(time.Minute)
		if n := c.count("getMe"); n < 3 || n > 10 {
			t.Errorf("%d attempts in the first minute", n)
		}
		time.Sleep(30 * time.Minute)
		c.Say(person, "Zoé", "/status")
		answered(t, c, person, 2)
	})
}

func TestListenEnds(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		stop, result := listen(t, c, &desk{})
		eventually(t, "poll", func() bool { return c.count("getUpdates") == 1 })
		begun := time.Now()
		stop()
		if err := <-result; err != nil || time.Since(begun) > time.Second {
			t.Errorf("ended with %v after %v", err, time.Since(begun))
		}
		_, result = listen(t, c, &desk{})
		eventually(t, "poll", func() bool { return c.count("getUpdates") == 2 })
		begun = time.Now()
		c.Revoke()
		wantKind(t, <-result, bot.KindUnauthorised)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("a refused token ended listening only after %v", took)
		}
	})
}

// anonymous are requests without who asked, by ids that the emulator chose; each has one.
func anonymous(requests []bot.Request) []bot.Request {
	for i := range requests {
		if requests[i].Person != "" {
			requests[i].Person = ""
		}
		if requests[i].ID != "" {
			requests[i].ID = ""
		}
	}
	return requests
}
