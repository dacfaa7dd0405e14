package bot_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// passes counts who comes through of so many at once.
func passes(t *bot.Turnstile, chat string, person func(i int) string, n int) (ok, first int) {
	for i := range n {
		passed, said := t.Pass("tg", chat, person(i), time.Now())
		if passed {
			ok++
		}
		if said {
			first++
		}
	}
	return ok, first
}

func one(name string) func(int) string { return func(int) string { return name } }

func each(i int) string { return fmt.Sprint("person ", i) }

func TestTurnstileSlowsOnePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stile bot.Turnstile
		if ok, first := passes(&stile, "-1", one("a"), 50); ok != 10 || first != 1 {
			t.Errorf("at once: %d pass, %d are told, want 10 and 1", ok, first)
		}
		if ok, _ := passes(&stile, "-1", one("b"), 1); ok != 1 {
			t.Error("another person is held up")
		}
		if ok, _ := passes(&stile, "-2", one("a"), 1); ok != 0 {
			t.Error("the same person is new in another chat")
		}
		if ok, _ := stile.Pass("other", "-1", "a", time.Now()); !ok {
			t.Error("the same number on another account is held up")
		}
		time.Sleep(5 * time.Second)
		if ok, first := passes(&stile, "-1", one("a"), 3); ok != 1 || first != 0 {
			t.Errorf("5 s later: %d pass, %d are told, want 1 and none again", ok, first)
		}
		time.Sleep(time.Minute)
		if ok, first := passes(&stile, "-1", one("a"), 50); ok != 10 || first != 1 {
			t.Errorf("after a rest: %d pass, %d are told, want 10 and 1", ok, first)
		}
	})
}

func TestTurnstileSlowsOneChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stile bot.Turnstile
		if ok, first := passes(&stile, "-1", each, 500); ok != 120 || first != 1 {
			t.Errorf("at once: %d pass, %d are told, want 120 and 1", ok, first)
		}
		if ok, _ := passes(&stile, "-2", each, 50); ok != 50 {
			t.Errorf("in another chat: %d of 50 pass", ok)
		}
		if ok, _ := passes(&stile, "", each, 8); ok != 8 {
			t.Errorf("without a chat: %d of 8 pass", ok)
		}
		time.Sleep(10 * time.Second)
		if ok, _ := passes(&stile, "-1", each, 500); ok != 20 {
			t.Errorf("10 s later: %d pass, want 20", ok)
		}
	})
}

// TestTurnstileForgets makes a person a stranger after an hour: nothing tells that two records were one person's.
func TestTurnstileForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stile bot.Turnstile
		name := func() string { return stile.Name("tg", "camille", time.Now()) }
		first := name()
		time.Sleep(59 * time.Minute)
		if again := name(); again != first || again == stile.Name("tg", "dominique", time.Now()) {
			t.Errorf("within the hour: %s, then %s", first, again)
		}
		time.Sleep(time.Minute)
		if name() == first {
			t.Error("still known after an hour")
		}
	})
}

// TestTurnstileIsBounded lets a crowd through without remembering all of it.
func TestTurnstileIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stile bot.Turnstile
		before := stile.Name("tg", "camille", time.Now())
		if ok, _ := passes(&stile, "", each, 20_001); ok != 20_001 {
			t.Errorf("%d of 20,001 pass", ok)
		}
		if stile.Name("tg", "camille", time.Now()) == before {
			t.Error("20,001 people are known at once")
		}
	})
}
