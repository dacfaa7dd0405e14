package discord_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

// answerer is a handler that records what it is told.
type answerer struct {
	command  func(context.Context, bot.Request) (bot.Message, error)
	greeting bot.Message

	mu        sync.Mutex
	requests  []bot.Request
	presences []bot.Presence
}

func (a *answerer) Command(ctx context.Context, r bot.Request) (bot.Message, error) {
	a.mu.Lock()
	a.requests = append(a.requests, r)
	a.mu.Unlock()
	if a.command != nil {
		return a.command(ctx, r)
	}
	return bot.Message{Lang: r.Lang, Summary: "Réponse à " + r.Command + " " + r.Args}, nil
}

func (a *answerer) Presence(_ context.Context, p bot.Presence) (bot.Message, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.presences = append(a.presences, p)
	return a.greeting, nil
}

func (a *answerer) heard() []bot.Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

func (a *answerer) told() []bot.Presence {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.presences)
}

func menu() []bot.MenuItem {
	return []bot.MenuItem{{
		Name: "status", Names: map[string]string{"fr": "état"},
		Description: map[string]string{"fr": "État des services", "en": "State of the services"},
		Option: &bot.MenuOption{
			Name:        "plateforme",
			Description: map[string]string{"fr": "Nom d’une plateforme", "en": "A platform's name"},
		},
	}}
}

// listening is a notifier that listens to an emulated Discord within a bubble.
type listening struct {
	*emulated.Server
	n       *discord.Notifier
	handler *answerer
	stop    context.CancelFunc
	result  chan error
	log     *strings.Builder
}

// listen starts it. Everything ends with the test.
func listen(t *testing.T, h *answerer, prepare func(*emulated.Server)) *listening {
	t.Helper()
	l := listenTo(t, h, prepare)
	l.handler = h
	return l
}

// listenTo is listen with any handler.
func listenTo(t *testing.T, h bot.Handler, prepare func(*emulated.Server)) *listening {
	t.Helper()
	s := emulated.New(emulated.Options{Token: token})
	s.Open(channel)
	if prepare != nil {
		prepare(s)
	}
	l := &listening{Server: s, result: make(chan error, 1), log: new(strings.Builder)}
	var err error
	l.n, err = discord.New(discord.Config{
		Token: token, APIURL: "http://discord.example/api/v10", AllowInsecureGateway: true, Menu: menu(),
		HTTPClient: memory(t, s), Logger: slog.New(slog.NewTextHandler(l.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, l.stop = context.WithCancel(background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.result <- l.n.Listen(ctx, h)
	}()
	t.Cleanup(func() {
		l.stop()
		<-done
	})
	return l
}

// end stops listening and returns its error.
func (l *listening) end() error {
	l.stop()
	return <-l.result
}

// settle lets time pass until the bot is connected and everything has been done.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestCommandIsAnsweredEphemerally(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, nil)
		settle(time.Second)
		l.Say(channel, "alice", "/état pronote")
		settle(time.Second)
		heard := l.handler.heard()
		if len(heard) != 1 || heard[0].ID == "" || heard[0].Person == "" {
			t.Fatalf("heard %+v", heard)
		}
		want := []bot.Request{{ID: heard[0].ID, From: bot.Address{Channel: channel}, Command: "status", Args: "pronote", Lang: "fr", Person: heard[0].Person, Rights: bot.RightsNone}}
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		shown := l.Shown(channel)
		if len(shown) != 1 || shown[0].Ephemeral != "alice" || shown[0].Text != "Réponse à status pronote" {
			t.Errorf("shown: %+v", shown)
		}
		if err := l.end(); err != nil {
			t.Errorf("Listen: %v", err)
		}
	})
}

func TestSlowCommandIsDeferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &answerer{command: func(ctx context.Context, r bot.Request) (bot.Message, error) {
			time.Sleep(10 * time.Second)
			return bot.Message{Title: "Enfin", Summary: "La réponse est là."}, nil
		}}
		l := listen(t, h, nil)
		settle(time.Second)
		l.Say(channel, "alice", "/status")
		settle(5 * time.Second)
		if shown := l.Shown(channel); len(shown) != 0 {
			t.Errorf("shown before there is an answer: %+v", shown)
		}
		settle(10 * time.Second)
		shown := l.Shown(channel)
		if len(shown) != 1 || shown[0].Ephemeral != "alice" || !strings.Contains(shown[0].Text, "La réponse est là.") {
			t.Errorf("shown: %+v", shown)
		}
		noProblemsIn(t, l.Requests())
	})
}

func TestLongAnswerComesInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &answerer{command: func(context.Context, bot.Request) (bot.Message, error) { return long(), nil }}
		l := listen(t, h, nil)
		settle(time.Second)
		l.Say(channel, "alice", "/status")
		settle(time.Second)
		shown := l.Shown(channel)
		if len(shown) < 2 {
			t.Fatalf("want several parts, got %d", len(shown))
		}
		for _, m := range shown {
			if m.Ephemeral != "alice" {
				t.Errorf("a part is seen by everybody: %+v", m)
			}
		}
	})
}

func TestHandlerErrorSaysNothing(t *testing.T) {
	for name, wait := range map[string]time.Duration{"at once": 0, "after the deferral": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &answerer{command: func(context.Context, bot.Request) (bot.Message, error) {
					time.Sleep(wait)
					return bot.Message{}, errors.New("no such thing")
				}}
				l := listen(t, h, nil)
				settle(time.Second)
				l.Say(channel, "alice", "/status secret-question")
				settle(10 * time.Second)
				if shown := l.Shown(channel); len(shown) != 0 {
					t.Errorf("shown: %+v", shown)
				}
				if log := l.log.String(); !strings.Contains(log, "no such thing") || strings.Contains(log, "secret-question") {
					t.Errorf("log: %s", log)
				}
			})
		})
	}
}

func TestHandlerPanicKillsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		h := &answerer{}
		h.command = func(_ context.Context, r bot.Request) (bot.Message, error) {
			if first {
				first = false
				panic("token " + token)
			}
			return bot.Message{Summary: "Encore là."}, nil
		}
		l := listen(t, h, nil)
		settle(time.Second)
		l.Say(channel, "alice", "/status")
		settle(time.Second)
		l.Say(channel, "alice", "/status")
		settle(time.Second)
		if shown := l.Shown(channel); len(shown) != 1 || shown[0].Text != "Encore là." {
			t.Errorf("shown: %+v", shown)
		}
		if strings.Contains(l.log.String(), token) {
			t.Error("the token is in the log")
		}
	})
}

func TestRepeatedInteractionIsHandledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, nil)
		settle(time.Second)
		l.Say(channel, "alice", "/status")
		l.Repeat()
		settle(time.Second)
		if heard := l.handler.heard(); len(heard) != 1 {
			t.Errorf("handled %d times", len(heard))
		}
	})
}

func TestManyCommandsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most := 0, 0
		h := &answerer{command: func(context.Context, bot.Request) (bot.Message, error) {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running--
			mu.Unlock()
			return bot.Message{Summary: "Oui."}, nil
		}}
		l := listen(t, h, nil)
		settle(time.Second)
		for range 100 {
			l.Say(channel, "alice", "/status")
		}
		settle(time.Minute)
		if shown := l.Shown(channel); len(shown) != 100 {
			t.Errorf("%d of 100 commands answered", len(shown))
		}
		if most > 16 {
			t.Errorf("%d commands ran at once", most)
		}
	})
}

func TestCommandsAreRegisteredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, func(s *emulated.Server) {
			s.Inject(emulator.Fault{Method: putCommands, Kind: emulator.Answer, Status: 503})
		})
		settle(30 * time.Second)
		if diff := cmp.Diff([]string{"status"}, l.Commands()); diff != "" {
			t.Fatalf("commands (-want +got):\n%s", diff)
		}
		if err := l.end(); err != nil {
			t.Fatal(err)
		}
		before := count(l.Requests(), putCommands)
		ctx, stop := context.WithCancel(background())
		go func() { l.result <- l.n.Listen(ctx, l.handler) }()
		settle(30 * time.Second)
		stop()
		if err := <-l.result; err != nil {
			t.Fatal(err)
		}
		if after := count(l.Requests(), putCommands); after != before {
			t.Errorf("commands that had not changed were written again: %d times", after-before)
		}
		noProblemsIn(t, l.Requests())
	})
}

const putCommands = "PUT /applications/{application_id}/commands"

func count(requests []emulator.Request, method string) int {
	n := 0
	for _, r := range requests {
		if r.Method == method {
			n++
		}
	}
	return n
}

func noProblemsIn(t *testing.T, requests []emulator.Request) {
	t.Helper()
	for _, r := range requests {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
}
