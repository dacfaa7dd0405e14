package discord_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

func TestReconnects(t *testing.T) {
	for _, c := range []struct {
		name       string
		end        func(*emulated.Server)
		within     time.Duration
		identifies int // in all: 1 where the session is resumed
	}{
		{"cut", func(s *emulated.Server) { s.Disconnect(0) }, 5 * time.Second, 1},
		{"closed", func(s *emulated.Server) { s.Disconnect(4000) }, 5 * time.Second, 1},
		{"asked to reconnect", (*emulated.Server).Reconnect, 5 * time.Second, 1},
		{"invalid session", (*emulated.Server).Invalidate, 15 * time.Second, 2},
		{"session timed out", func(s *emulated.Server) { s.Disconnect(4009) }, 15 * time.Second, 2},
		{"silent", func(s *emulated.Server) {
			s.Stall(true)
			time.AfterFunc(5*time.Minute, func() { s.Stall(false) })
		}, 10 * time.Minute, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := listen(t, &answerer{}, nil)
				settle(10 * time.Second)
				c.end(l.Server)
				settle(c.within)
				l.Say(channel, "alice", "/status")
				settle(time.Second)
				if shown := l.Shown(channel); len(shown) != 1 {
					t.Errorf("no answer after the reconnection: %+v\n%s", shown, l.log)
				}
				if got := l.Identifies(); got != c.identifies {
					t.Errorf("%d identifies, want %d", got, c.identifies)
				}
				if told := l.handler.told(); len(told) != 0 {
					t.Errorf("a reconnection is no change of presence: %+v", told)
				}
				if err := l.end(); err != nil {
					t.Errorf("Listen: %v", err)
				}
			})
		})
	}
}

func TestCommandDuringAGapIsHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, nil)
		settle(10 * time.Second)
		l.Disconnect(0)
		l.Say(channel, "alice", "/status")
		settle(5 * time.Second)
		if shown := l.Shown(channel); len(shown) != 1 {
			t.Errorf("shown: %+v", shown)
		}
	})
}

func TestFatalCloseCodesEndListening(t *testing.T) {
	for code, kind := range map[int]bot.ErrorKind{
		4004: bot.KindUnauthorised, 4010: bot.KindRejected, 4011: bot.KindRejected, 4012: bot.KindRejected,
		4013: bot.KindRejected, 4014: bot.KindRejected,
	} {
		synctest.Test(t, func(t *testing.T) {
			l := listen(t, &answerer{}, nil)
			settle(10 * time.Second)
			l.Disconnect(code)
			settle(5 * time.Second)
			select {
			case err := <-l.result:
				wantKind(t, err, kind)
			default:
				t.Errorf("close code %d: still listening", code)
			}
		})
	}
}

func TestRefusedTokenEndsListening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, (*emulated.Server).Revoke)
		settle(5 * time.Second)
		wantKind(t, <-l.result, bot.KindUnauthorised)
		if l.Identifies() != 0 {
			t.Error("a refused token must not cost identifies")
		}
	})
}

func TestRevokedTokenEndsListening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, nil)
		settle(5 * time.Second)
		l.Revoke()
		settle(5 * time.Second)
		wantKind(t, <-l.result, bot.KindUnauthorised)
		if strings.Contains(l.log.String(), token) {
			t.Error("the token is in the log")
		}
	})
}

func TestSilentGatewayAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, func(s *emulated.Server) { s.Stall(true) })
		settle(10 * time.Minute)
		if l.Identifies() != 0 {
			t.Errorf("%d identifies without a HELLO", l.Identifies())
		}
		l.Stall(false)
		settle(5 * time.Minute)
		if l.Connected() != 1 {
			t.Errorf("not connected:\n%s", l.log)
		}
	})
}

func TestListeningEndsWhileTheGatewayIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, func(s *emulated.Server) { s.Stall(true) })
		settle(5 * time.Second)
		began := time.Now()
		if err := l.end(); err != nil {
			t.Errorf("Listen: %v", err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %s to end", took)
		}
	})
}

func TestIdentifyBudgetIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, &answerer{}, nil)
		for range 24 * 60 * 2 {
			settle(30 * time.Second)
			l.Invalidate()
		}
		if got := l.Identifies(); got > 1000 || got < 500 {
			t.Errorf("%d identifies in a day, want at most 1000 and not far below", got)
		}
	})
}

func TestPresence(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*emulated.Server)
		want []bot.Presence
		text string // shown in the channel in the end
	}{
		{"nothing", func(*emulated.Server) {}, nil, ""},
		{"kicked", func(s *emulated.Server) { s.Kick(channel) }, []bot.Presence{left}, ""},
		{"kicked and invited", func(s *emulated.Server) { s.Kick(channel); s.Invite(channel) },
			[]bot.Presence{left, joined}, "Bonjour"},
		{"removed", func(s *emulated.Server) { s.Remove(channel) }, []bot.Presence{left}, ""},
		{"forbidden and allowed", func(s *emulated.Server) { s.Forbid(channel); s.Allow(channel) },
			[]bot.Presence{left, joined}, "Bonjour"},
		{"outage of the guild", func(s *emulated.Server) { s.Outage(channel, true); s.Outage(channel, false) }, nil, ""},
		{"kicked during a gap", func(s *emulated.Server) { s.Invalidate(); s.Kick(channel) }, []bot.Presence{left}, ""},
		{"removed during a gap", func(s *emulated.Server) { s.Invalidate(); s.Remove(channel) }, []bot.Presence{left}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &answerer{greeting: bot.Message{Title: "Bonjour"}}
				l := listen(t, h, nil)
				settle(10 * time.Second)
				c.do(l.Server)
				settle(30 * time.Second)
				if diff := cmp.Diff(c.want, h.told()); diff != "" {
					t.Errorf("presences (-want +got):\n%s", diff)
				}
				text := ""
				for _, m := range l.Shown(channel) {
					text += m.Text
				}
				if text != c.text {
					t.Errorf("the channel shows %q, want %q", text, c.text)
				}
			})
		})
	}
}

var (
	left   = bot.Presence{At: bot.Address{Channel: channel}, Kind: bot.Left}
	joined = bot.Presence{At: bot.Address{Channel: channel}, Kind: bot.Joined, Lang: "fr"}
)

func TestGreetingGoesToOneChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &answerer{greeting: bot.Message{Title: "Bonjour"}}
		l := listen(t, h, nil)
		settle(10 * time.Second)
		l.OpenBeside("4201", channel)
		l.Kick(channel)
		l.Forbid(channel) // the system channel: the greeting has to go elsewhere
		l.Invite(channel)
		settle(time.Second)
		if n := len(l.Shown(channel)); n != 0 {
			t.Errorf("%d messages where the bot may not write", n)
		}
		if shown := l.Shown("4201"); len(shown) != 1 || shown[0].Audible {
			t.Errorf("want one silent greeting: %+v", shown)
		}
	})
}

func wantKind(t *testing.T, err error, kind bot.ErrorKind) *bot.DeliveryError {
	t.Helper()
	var e *bot.DeliveryError
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
	if e.Kind != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
	return e
}
