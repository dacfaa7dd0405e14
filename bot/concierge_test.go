package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// office is the chat where the operators of an account are told of troubles.
func office(account bot.AccountID) bot.Destination {
	return bot.Destination{
		ID: bot.DestinationID(account) + ":office", Account: account, Address: bot.Address{Channel: "office"},
		Audience: bot.Staff, Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"},
	}
}

// inOffice runs a test with a chat, operators' chats on two accounts, and what tells them of troubles.
func inOffice(t *testing.T, test func(s *stage)) {
	destinations := []bot.Destination{follower("-1"), office("tg"), office("slack")}
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, destinations, func(s *stage) {
		defer s.watchOver()()
		test(s)
	})
}

// watchOver runs a concierge until the function that it returns is called.
func (s *stage) watchOver() (stop func()) {
	word := func(trouble bot.Trouble, _ bot.Post) bot.Letter {
		return bot.Letter{Title: strings.TrimSpace(fmt.Sprintf("%s %s%s", trouble.Kind, trouble.Destination, trouble.Platform))}
	}
	c := bot.NewConcierge(bot.ConciergeConfig{
		Store: s.store, Word: word, Woken: func() { s.speaker.Wake() }, Logger: slog.New(slog.NewTextHandler(s.t.Output(), nil)),
		Posts: []bot.Post{{Account: "slack", Destination: "slack:office"}, {Account: "tg", Destination: "tg:office"}},
	})
	s.mu.Lock()
	s.concierge = c
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	}
}

// owed lists the titles of the letters that an operators' chat is owed.
func (s *stage) owed(account bot.AccountID) (titles []string) {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		tasks, _, err := tx.Due(account, time.Now(), 100)
		for _, task := range tasks {
			if task.Incident.Letter != nil {
				titles = append(titles, task.Incident.Letter.Title)
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return titles
}

func blocked(platform string, over bool) bot.Trouble {
	return bot.Trouble{Kind: bot.TroubleBlocked, Account: "tg", Platform: bot.PlatformID(platform), Over: over}
}

func TestATroubleIsToldOnceAndThatItIsOver(t *testing.T) {
	inOffice(t, func(s *stage) {
		for range 3 {
			s.concierge.Tell(blocked("ent", false))
			time.Sleep(20 * time.Second)
		}
		s.wantShown("office", "trouble: blocked ent")
		s.restart()
		stop := s.watchOver()
		s.concierge.Tell(blocked("ent", false)) // found again after a start
		time.Sleep(20 * time.Second)
		s.wantShown("office", "trouble: blocked ent")
		s.concierge.Tell(blocked("ent", true))
		s.concierge.Tell(blocked("cned", true)) // of which nobody was told
		time.Sleep(20 * time.Second)
		s.wantShown("office", "trouble: blocked ent, over")
		s.concierge.Tell(blocked("ent", false))
		time.Sleep(20 * time.Second)
		s.wantShown("office", "trouble: blocked ent, over", "trouble: blocked ent")
		stop()
	})
}

func TestATroubleThatEndsAtOnceIsNotTold(t *testing.T) {
	inOffice(t, func(s *stage) {
		s.concierge.Tell(blocked("ent", false))
		s.concierge.Tell(blocked("ent", true))
		time.Sleep(20 * time.Second)
		s.wantShown("office")
	})
}

func TestATroubleThatLastsIsToldAnewAfterAMonth(t *testing.T) {
	if raced {
		t.Skip("a simulated month takes two minutes under the race detector")
	}
	inOffice(t, func(s *stage) {
		for _, days := range []int{0, 29, 2} {
			time.Sleep(time.Duration(24*days) * time.Hour)
			s.concierge.Tell(blocked("ent", false))
			time.Sleep(20 * time.Second)
		}
		s.wantShown("office", "trouble: blocked ent", "trouble: blocked ent")
	})
}

// wantAll is wantShown for what may come in any order.
func (s *stage) wantAll(want ...string) {
	s.t.Helper()
	got := s.chat.lines("office")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("shown %q, want %q", got, want)
	}
}

func TestAStormIsOneMessage(t *testing.T) {
	inOffice(t, func(s *stage) {
		for i := range 1000 {
			s.concierge.Tell(blocked(fmt.Sprint("p", i), false))
		}
		time.Sleep(20 * time.Second)
		want := []string{"trouble: blocked p0", "trouble: blocked p1", "trouble: blocked p2", "trouble: blocked p3", "trouble: blocked p4"}
		s.wantAll(append(slices.Clone(want), "storm: blocked 995, over 0")...)
		for i := range 7 {
			s.concierge.Tell(blocked(fmt.Sprint("p", 998+i), true))
		}
		s.concierge.Tell(blocked("late", false))
		time.Sleep(20 * time.Second)
		s.wantAll(append(slices.Clone(want), "storm: blocked 996, over 2")...)
		for i := range 1000 {
			s.concierge.Tell(blocked(fmt.Sprint("p", i), true))
		}
		s.concierge.Tell(blocked("late", true))
		time.Sleep(20 * time.Second)
		for i := range want {
			want[i] += ", over"
		}
		s.wantAll(append(want, "storm: blocked 996, over 996, over")...)
		if calls := s.chat.requests(); calls > 20 {
			t.Errorf("%d requests for a storm", calls)
		}
	})
}

// TestAMuteAccountIsSpokenForByAnother has the token of an account withdrawn, and given back.
func TestAMuteAccountIsSpokenForByAnother(t *testing.T) {
	inOffice(t, func(s *stage) {
		s.concierge.Tell(bot.Trouble{Kind: bot.TroubleUnauthorised, Account: "tg"})
		time.Sleep(20 * time.Second)
		s.concierge.Tell(blocked("ent", false))
		time.Sleep(20 * time.Second)
		s.wantShown("office")
		if got := s.owed("slack"); !slices.Equal(got, []string{"unauthorised", "blocked ent"}) {
			t.Errorf("the other account is owed %q", got)
		}
		s.concierge.Tell(bot.Trouble{Kind: bot.TroubleUnauthorised, Account: "tg", Over: true})
		time.Sleep(20 * time.Second)
		s.concierge.Tell(blocked("cned", false))
		time.Sleep(20 * time.Second)
		s.wantShown("office", "trouble: blocked cned")
	})
}

// TestWhatAMuteAccountHadToSayIsForwarded withdraws the token while a letter waits.
func TestWhatAMuteAccountHadToSayIsForwarded(t *testing.T) {
	inOffice(t, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: context.Canceled}
		})
		s.concierge.Tell(blocked("ent", false))
		time.Sleep(20 * time.Second)
		if got := s.owed("slack"); len(got) > 0 {
			t.Fatalf("the other account is owed %q", got)
		}
		s.concierge.Tell(bot.Trouble{Kind: bot.TroubleUnauthorised, Account: "tg"})
		time.Sleep(20 * time.Second)
		if got := s.owed("slack"); !slices.Contains(got, "blocked ent") || !slices.Contains(got, "unauthorised") {
			t.Errorf("the other account is owed %q", got)
		}
	})
}

// TestAnOutageGoesBeforeTroubles lets an account post one message in ten seconds.
func TestAnOutageGoesBeforeTroubles(t *testing.T) {
	inOffice(t, func(s *stage) {
		s.chat.bucket = []bot.Bucket{{Name: "bot", N: 1, Per: 10 * time.Second}}
		s.restart()
		defer s.watchOver()()
		for i := range 5 {
			s.concierge.Tell(blocked(fmt.Sprint("p", i), false))
		}
		time.Sleep(time.Second)
		s.see("uddd")
		time.Sleep(15 * time.Second)
		s.wantShown("-1", "bulletin down r1")
		if n := len(s.chat.lines("office")); n > 2 {
			t.Errorf("%d letters left before the outage was told", n)
		}
	})
}

// TestAChatThatWakesIsNoTroubleAnyMore closes a chat and opens it again.
func TestAChatThatWakesIsNoTroubleAnyMore(t *testing.T) {
	inOffice(t, func(s *stage) {
		s.chat.failWith(func(_ bot.Op, p bot.Posting) error {
			if p.To.Channel == "-1" {
				return &bot.DeliveryError{Kind: bot.KindGone, Err: context.Canceled}
			}
			return nil
		})
		s.see("uddd")
		time.Sleep(20 * time.Second)
		s.wantShown("office", "trouble: asleep tg:-1")
		s.chat.failWith(nil)
		time.Sleep(20 * time.Minute)
		s.wantShown("-1", "bulletin down r1")
		s.wantShown("office", "trouble: asleep tg:-1, over")
	})
}
