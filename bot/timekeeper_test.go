package bot_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// troubles keeps what an operator was told.
type troubles struct {
	mu  sync.Mutex
	all []bot.Trouble
}

func (l *troubles) add(trouble bot.Trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, trouble)
}

func (l *troubles) list() []bot.Trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all)
}

// keep runs a timekeeper until the function that it returns is called.
func (s *stage) keep(keeper *bot.Timekeeper) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- keeper.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	}
}

// TestALateBroadcastIsReportedOnceWithItsReason holds a chat back for longer than its limits explain, and lets it go.
func TestALateBroadcastIsReportedOnceWithItsReason(t *testing.T) {
	onStage(t, []string{"-1", "-2"}, func(s *stage) {
		var late troubles
		keeper := &bot.Timekeeper{Account: "tg", Store: s.store, Notifier: s.chat, Trouble: late.add}
		s.observe = keeper.Observe
		s.restart()
		defer s.keep(keeper)()
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: errors.New("503")}
		})
		s.see("uddd")
		time.Sleep(20 * time.Second)
		if late := late.list(); len(late) > 0 {
			t.Fatalf("late within the grace: %v", late)
		}
		time.Sleep(10 * time.Minute)
		if late := late.list(); len(late) != 1 {
			t.Fatalf("reported %d times, want once: %v", len(late), late)
		}
		if got := late.list()[0]; got.Kind != bot.TroubleLate || got.Owed != 2 || got.Cause != bot.KindTransient {
			t.Errorf("reported %+v", got)
		}
		s.chat.failWith(nil)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		s.wantShown("-1", "bulletin down r1")
		if late := late.list(); len(late) != 2 || !late[1].Over {
			t.Errorf("what was told in the end is not said to be, once: %v", late)
		}
	})
}

// TestABroadcastWithinItsLimitsIsNotLate gives many chats a limit under which the last one hears after minutes.
func TestABroadcastWithinItsLimitsIsNotLate(t *testing.T) {
	var channels []string
	for i := range 120 {
		channels = append(channels, string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	onStage(t, channels, func(s *stage) {
		s.chat.bucket = []bot.Bucket{{Name: "bot", N: 1, Per: time.Second}}
		var late troubles
		keeper := &bot.Timekeeper{Account: "tg", Store: s.store, Notifier: s.chat, Trouble: late.add}
		var mu sync.Mutex
		var slowest time.Duration
		s.observe = func(a bot.Attempt) {
			keeper.Observe(a)
			mu.Lock()
			defer mu.Unlock()
			slowest = max(slowest, a.Told())
		}
		s.restart()
		defer s.keep(keeper)()
		s.see("uddd")
		time.Sleep(3 * time.Minute)
		if late := late.list(); len(late) > 0 {
			t.Errorf("two minutes for 120 chats at one a second are called late: %v", late)
		}
		mu.Lock()
		defer mu.Unlock()
		if slowest < 115*time.Second || slowest > 130*time.Second {
			t.Errorf("the last chat was told after %v", slowest)
		}
	})
}
