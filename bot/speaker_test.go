package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

func TestOneLivingMessageThenBack(t *testing.T) {
	onStage(t, []string{"-1", "-2"}, func(s *stage) {
		s.see("uuddd")
		s.wantShown("-1", "bulletin down r1")
		s.see("qqq")
		s.wantShown("-1", "bulletin saturated r2")
		s.restart()
		s.see("uu")
		s.wantShown("-1", "bulletin normal r3", "back normal r3")
		s.wantShown("-2", "bulletin normal r3", "back normal r3")
		s.restart()
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin normal r3", "back normal r3")
	})
}

func TestAnotherReasonIsAQuietEdit(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("udddd")
		s.see("xxx")
		s.wantShown("-1", "bulletin down r2")
	})
}

func TestWorseAndAgainRing(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("ussscddd")
		s.wantShown("-1", "bulletin down r2", "worse down r2")
		s.see("uuddd")
		s.wantShown("-1", "bulletin down r4", "worse down r2", "back normal r3", "again down r4")
	})
}

func TestWhatIsOverBeforeItWasSaidIsNeverSaid(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: errors.New("refused")}
		})
		s.see("uddd")
		s.see("uu")
		s.chat.failWith(nil)
		time.Sleep(10 * time.Minute)
		s.wantShown("-1")
	})
}

func TestAfterADayOfSilenceTheNewestTruthIsTold(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: errors.New("503")}
		})
		s.see("uddd")
		s.see("qqqdddqqq")
		time.Sleep(24 * time.Hour)
		calls := s.chat.requests()
		if calls > 24*60/4 {
			t.Errorf("%d requests in a day of outage: that is hammering", calls)
		}
		s.chat.failWith(nil)
		time.Sleep(6 * time.Minute)
		s.wantShown("-1", "bulletin saturated r4")
	})
}

func TestThrottledUntilTheTimeThatWasNamed(t *testing.T) {
	onStage(t, []string{"-1", "-2"}, func(s *stage) {
		s.chat.bucket = []bot.Bucket{{Name: "bot", N: 30, Per: time.Second}}
		var until time.Time
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			if until.IsZero() {
				until = time.Now().Add(2 * time.Hour)
			}
			if time.Now().Before(until) {
				return &bot.DeliveryError{Kind: bot.KindThrottled, RetryAfter: time.Until(until), Err: errors.New("429")}
			}
			return nil
		})
		s.see("uddd")
		time.Sleep(2*time.Hour + time.Second)
		s.wantShown("-1", "bulletin down r1")
		s.wantShown("-2", "bulletin down r1")
		if got := s.chat.requests(); got > 4 {
			t.Errorf("%d requests, want no more than the two refused and the two that went through", got)
		}
	})
}

func TestAnUncertainPostIsMadeAgainWhereNobodyCanRead(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		cut := true
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			if cut {
				cut = false
				return &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New("reset")}
			}
			return nil
		})
		s.see("uddd")
		time.Sleep(5 * time.Second)
		s.wantShown("-1", "bulletin down r1", "bulletin down r1")
		s.see("uu")
		s.wantShown("-1", "bulletin down r1", "bulletin normal r2", "back normal r2")
	})
}

func TestAnUncertainPostOfWhatIsOverIsTakenBack(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.per = 0
		s.chat.failWith(func(_ bot.Op, p bot.Posting) error {
			if strings.HasPrefix(p.Message.Title, "bulletin down") {
				return &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New("reset")}
			}
			return nil
		})
		for _, letter := range "udddu" { // over within the second after which the uncertain post is looked at again
			if _, err := s.watch.Observe(s.t.Context(), verdictOf(letter, "ent/a", time.Now())); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		s.see("u")
		time.Sleep(10 * time.Second)
		s.wantShown("-1", "bulletin down r1", "back normal r2")
	})
}

// readableChat is a chat whose history the bot can read.
type readableChat struct{ *fakeChat }

func (c readableChat) Find(_ context.Context, p bot.Posting, _ time.Time) (bot.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.shown[p.To.Channel], p.Message.Title)
	if i < 0 {
		return bot.Receipt{}, nil
	}
	return bot.Receipt{Channel: p.To.Channel, IDs: []string{fmt.Sprint(i)}}, nil
}

func TestAnUncertainPostIsLookedForWhereTheBotCanRead(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.notifier = readableChat{s.chat}
		s.restart()
		s.chat.failWith(func(op bot.Op, _ bot.Posting) error {
			if op == bot.OpPost {
				return &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New("reset")}
			}
			return nil
		})
		s.see("uddd")
		time.Sleep(5 * time.Second)
		s.wantShown("-1", "bulletin down r1")
		s.see("uu")
		time.Sleep(5 * time.Second)
		s.wantShown("-1", "bulletin normal r2", "back normal r2")
	})
}

func TestWhatIsOnItsWayArrivesWhenTheProgramStops(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.per = 3 * time.Second
		for _, letter := range "uddd" {
			if _, err := s.watch.Observe(s.t.Context(), verdictOf(letter, "ent/a", time.Now())); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(100 * time.Millisecond)
		s.restart()
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin down r1")
	})
}

// slowLedger is a ledger whose reader is held up once it has read.
type slowLedger struct{ bot.Store }

func (l slowLedger) View(ctx context.Context, f func(bot.Tx) error) error {
	err := l.Store.View(ctx, f)
	time.Sleep(100 * time.Millisecond)
	return err
}

func TestWhatLandsWhileTheLedgerIsReadIsNotSentAgain(t *testing.T) {
	channels := []string{"-1", "-2", "-3", "-4", "-5", "-6"}
	onStage(t, channels, func(s *stage) {
		s.chat.bucket = []bot.Bucket{{Name: "bot", N: 20, Per: time.Second}}
		s.halt()
		s.slow = true
		s.start()
		for _, letter := range "uddd" {
			if _, err := s.watch.Observe(s.t.Context(), verdictOf(letter, "ent/a", time.Now())); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 { // calls that make the speaker read while deliveries land
			time.Sleep(30 * time.Millisecond)
			s.speaker.Wake()
		}
		time.Sleep(time.Minute)
		for _, channel := range channels {
			s.wantShown(channel, "bulletin down r1")
		}
	})
}
