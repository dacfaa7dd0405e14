package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// sight is what a check of a platform sees, so many times, a second apart.
func (s *stage) sight(platform bot.PlatformID, address string, v bot.Verdict, times int) {
	s.t.Helper()
	for range times {
		v.Check, v.Platform, v.At, v.Evidence.Address = bot.CheckID(platform+"/a"), platform, time.Now(), address
		if _, err := s.watch.Observe(s.t.Context(), v); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(time.Second)
	}
	synctest.Wait()
}

// audible counts what a channel was rung for.
func (s *stage) audible(channel string) int {
	n := 0
	for _, line := range s.chat.lines(channel) {
		if !strings.HasSuffix(line, silent) {
			n++
		}
	}
	return n
}

func (s *stage) incidentsOf() map[bot.PlatformID]bot.Incident {
	s.t.Helper()
	found := make(map[bot.PlatformID]bot.Incident)
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		list, err := tx.NewestIncidents()
		for _, i := range list {
			found[i.Platform] = i
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// onCommonGround runs a test with platforms that one chat follows.
func onCommonGround(t *testing.T, platforms []bot.Platform, test func(s *stage)) {
	chat := follower("-1")
	chat.Follows = nil
	for _, p := range platforms {
		chat.Follows = append(chat.Follows, p.ID)
	}
	onStageOf(t, platforms, []bot.Destination{chat}, test)
}

var (
	down = bot.Verdict{Outcome: bot.Down, Reason: bot.ReasonRefused}
	slow = bot.Verdict{Outcome: bot.Slow, Reason: bot.ReasonSlow}
	good = bot.Verdict{Outcome: bot.Up}
)

// TestCommonGround says what makes two outages of the same moment one event: a node, or a network that is not ours.
func TestCommonGround(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		nodes [2][]string
		rings int
	}{
		{a: "203.0.113.7:443", b: "203.0.113.200:8443", rings: 1},
		{a: "203.0.113.7:443", b: "203.0.113.200", rings: 1},        // an echo request has no port
		{a: "[::ffff:203.0.113.7]:443", b: "203.0.113.9", rings: 1}, // the same, written otherwise
		{a: "203.0.113.7:443", b: "203.0.114.7:443", rings: 2},      // the next network
		{a: "[2001:41d0:301::21]:443", b: "[2001:41d0:301:1::9]:443", rings: 1},
		{a: "[2001:41d0:301::21]:443", b: "[2001:41d0:302::21]:443", rings: 2},
		{a: "192.168.1.10:443", b: "192.168.1.11:443", rings: 2}, // what is between us and them
		{a: "127.0.0.1:8080", b: "127.0.0.1:8081", rings: 2},
		{a: "", b: "", rings: 2},
		{a: "", b: "nonsense", rings: 2},
		{nodes: [2][]string{{"hebergeur", "editeur"}, {"editeur"}}, rings: 1},
		{nodes: [2][]string{{"hebergeur"}, {"editeur"}}, rings: 2},
	} {
		t.Run(fmt.Sprint(c.a, c.b, c.nodes), func(t *testing.T) {
			platforms := []bot.Platform{{ID: "a", Shares: c.nodes[0]}, {ID: "b", Shares: c.nodes[1]}}
			onCommonGround(t, platforms, func(s *stage) {
				s.sight("a", c.a, down, 3)
				s.sight("b", c.b, down, 3)
				if got := s.audible("-1"); got != c.rings || len(s.chat.lines("-1")) != 2 {
					s.t.Errorf("rang %d times, want %d: %q", got, c.rings, s.chat.lines("-1"))
				}
			})
		})
	}
}

// TestCommonMoment says which outages began at the same time: those that may have, by what was last seen good.
func TestCommonMoment(t *testing.T) {
	for _, c := range []struct {
		name        string
		good, wrong time.Duration // of b, from the first bad verdict of a
		rings       int
	}{
		{"at once", 0, 5 * time.Second, 1},
		{"a minute later", 40 * time.Second, 50 * time.Second, 1},
		{"checked rarely, found late", 30 * time.Second, 5 * time.Minute, 1},
		{"found too late to tell", 30 * time.Second, 11 * time.Minute, 2},
		{"seen good in between", 2 * time.Minute, 5 * time.Minute, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			platforms := []bot.Platform{{ID: "a", Shares: []string{"hebergeur"}}, {ID: "b", Shares: []string{"hebergeur"}}}
			onCommonGround(t, platforms, func(s *stage) {
				began := time.Now()
				s.sight("a", "", down, 3)
				time.Sleep(time.Until(began.Add(c.good)))
				s.sight("b", "", good, 1)
				time.Sleep(time.Until(began.Add(c.wrong)))
				s.sight("b", "", down, 3)
				if got := s.audible("-1"); got != c.rings {
					s.t.Errorf("rang %d times, want %d: %q", got, c.rings, s.chat.lines("-1"))
				}
			})
		})
	}
}

// TestSlownessHushesNothing lets the chat hear that a platform is down although another one was told to be slow.
func TestSlownessHushesNothing(t *testing.T) {
	platforms := []bot.Platform{{ID: "a", Shares: []string{"hebergeur"}}, {ID: "b", Shares: []string{"hebergeur"}}}
	onCommonGround(t, platforms, func(s *stage) {
		s.sight("a", "", slow, 3)
		s.sight("b", "", down, 3)
		s.wantShown("-1", "bulletin slow r1 of a", "bulletin down r1 of b")
	})
}

// TestAnEventOutlivesAStop keeps what fails together apart and true over a restart: whatever is still broken stays open,
// and the message of each names the others that are.
func TestAnEventOutlivesAStop(t *testing.T) {
	platforms := []bot.Platform{
		{ID: "a", Shares: []string{"hebergeur"}}, {ID: "b", Shares: []string{"hebergeur"}}, {ID: "c", Shares: []string{"hebergeur"}},
	}
	onCommonGround(t, platforms, func(s *stage) {
		s.sight("a", "", down, 3)
		s.sight("b", "", down, 3)
		s.restart()
		s.sight("c", "", down, 3)
		s.sight("a", "", down, 1)
		list := s.incidentsOf()
		if got := fmt.Sprint(list["a"].Beside, list["b"].Beside, list["c"].Beside); got != "[b c] [a] [a b]" {
			s.t.Errorf("beside a, b and c: %s", got)
		}
		if list["a"].Event == "" || list["b"].Event != list["a"].Event || list["c"].Event != list["a"].Event {
			s.t.Errorf("not one event: %q %q %q", list["a"].Event, list["b"].Event, list["c"].Event)
		}
		s.sight("a", "", good, 2)
		s.sight("b", "", down, 1)
		list = s.incidentsOf()
		if list["a"].Open() || !list["b"].Open() || !list["c"].Open() {
			s.t.Errorf("a is back, b and c are not: %+v", list)
		}
		if got := fmt.Sprint(list["a"].Beside, list["b"].Beside); got != "[] [c]" {
			s.t.Errorf("beside a and b: %s", got)
		}
		if got := s.audible("-1"); got != 2 {
			s.t.Errorf("rang %d times, want for the first and for its return: %q", got, s.chat.lines("-1"))
		}
	})
}
