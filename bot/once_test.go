package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// deeds lists what was done in the tests' chat and by whoever erased it, newest first.
func (c *counter) deeds(t testing.TB) (list []string) {
	t.Helper()
	err := c.Store.View(t.Context(), func(tx bot.Tx) error {
		for _, channel := range []string{group().Channel, ""} {
			deeds, err := tx.Deeds(c.Account, channel)
			if err != nil {
				return err
			}
			for _, d := range deeds {
				list = append(list, d.What)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// gives is types for a command that the chat platform brings under an id.
func (c *counter) gives(t testing.TB, id, text string) string {
	t.Helper()
	return c.asks(t, bot.Request{ID: id, From: group(), Person: "prof"}, text)
}

// TestACommandThatComesAgain gives commands and brings them again, in their order and after the last: nothing is done that
// was done before, also once the chat is erased. Another process, which remembers nothing, is no different.
func TestACommandThatComesAgain(t *testing.T) {
	c := newCounter(t)
	commands := []string{"abonner Lille", "desabonner pronote", "reglages public enseignants", "langue anglais", "test", "stop"}
	for i, text := range commands {
		id := fmt.Sprint(700 + i)
		if title := c.gives(t, id, text); title == string(bot.AnswerRepeated) {
			t.Fatalf("%s is taken for one that was carried out", text)
		}
		done := c.deeds(t)
		if title := counterOn(c.Store).gives(t, id, text); title != string(bot.AnswerRepeated) {
			t.Errorf("%s comes again and is answered with %q", text, title)
		}
		if again := c.deeds(t); len(again) != len(done) || !strings.HasPrefix(again[0], strings.Fields(text)[0]) {
			t.Errorf("%s: done %q, then %q", text, done, again)
		}
	}
	for i, text := range commands {
		c.gives(t, fmt.Sprint(700+i), text)
	}
	if list := c.deeds(t); !slices.Equal(list, []string{"stop"}) {
		t.Errorf("a chat that was erased is back: %q", list)
	}
	if title := c.gives(t, "800", "abonner Lille"); title != string(bot.AnswerSubscribed) {
		t.Errorf("the same words under another id are answered with %q", title)
	}
}

// TestWhatChangesNothingIsAnsweredAgain: a question has no memory, nor has a command that came to nothing.
func TestWhatChangesNothingIsAnsweredAgain(t *testing.T) {
	c := newCounter(t)
	for _, text := range []string{"status", "aide", "abonner xyzzy", "langue klingon", "stop"} {
		first := c.gives(t, "700", text)
		if again := c.gives(t, "700", text); again != first || again == string(bot.AnswerRepeated) {
			t.Errorf("%s is answered with %q, then with %q", text, first, again)
		}
	}
}

// TestAnOperatorsCommandThatComesLate: what was ended meanwhile does not begin again, and what lasts is not prolonged.
func TestAnOperatorsCommandThatComesLate(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uuu")
		for _, c := range []struct{ id, typed, want string }{
			{"1", "incident ouvrir ENT lent", "opened"}, {"2", "incident clore ENT", "closed"}, {"1", "incident ouvrir ENT lent", "repeated"},
			{"3", "silence 2h", "mutes"}, {"4", "silence fin", "unmuted"}, {"3", "silence 2h", "repeated"},
			{"5", "suspendre ENT 2 h", "halted"}, {"6", "suspendre ENT fin", "halt_ended"}, {"5", "suspendre ENT 2 h", "repeated"},
			{"7", "incident ouvrir ENT lent", "opened"},
		} {
			s.bring(s.office(), c.id, "7", c.typed, c.want)
		}
		if list := s.deeds(); len(list) != 7 {
			s.t.Errorf("%d deeds, want 7: %q", len(list), list)
		}
		err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
			mutes, err := tx.Mutes(time.Now())
			if err != nil {
				return err
			}
			halts, err := tx.Halts()
			if len(mutes) > 0 || len(halts) != 1 || halts[0].Until.After(time.Now()) {
				s.t.Errorf("begun again: %+v, %+v", mutes, halts)
			}
			return err
		})
		if err != nil {
			s.t.Error(err)
		}
	})
}

// TestTheSameCommandAtOnce brings one command to many replicas at the same moment.
func TestTheSameCommandAtOnce(t *testing.T) {
	c := newCounter(t)
	var running sync.WaitGroup
	titles := make(chan string, 8)
	for range cap(titles) {
		replica := counterOn(c.Store)
		running.Go(func() { titles <- replica.gives(t, "700", "abonner Lille") })
	}
	running.Wait()
	close(titles)
	count := map[string]int{}
	for title := range titles {
		count[title]++
	}
	if count["subscribed"] != 1 || count["repeated"] != cap(titles)-1 || len(c.deeds(t)) != 1 {
		t.Errorf("answers %v, deeds %q", count, c.deeds(t))
	}
}

func TestRecentIDs(t *testing.T) {
	const kept = 1024
	var heard bot.RecentIDs
	for i := range kept {
		if id := fmt.Sprint(i); !heard.First(id) || heard.First(id) {
			t.Fatalf("%d is not known after its first time, or before", i)
		}
	}
	if heard.First("0") {
		t.Errorf("forgotten after %d", kept)
	}
	if !heard.First("one more") || !heard.First("0") {
		t.Error("the oldest is still known")
	}
}
