package bot_test

import (
	"errors"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

func TestEditsThatFailComeMoreAndMoreRarely(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: errors.New("503")}
		})
		before := s.chat.requests()
		s.see("qqq")
		time.Sleep(24 * time.Hour)
		if calls := s.chat.requests() - before; calls > 24*60/4 {
			t.Errorf("%d edits in a day of outage: that is hammering", calls)
		}
		s.chat.failWith(nil)
		time.Sleep(6 * time.Minute)
		s.wantShown("-1", "bulletin saturated r2")
	})
}

func TestAPostWhoseMessageIsSaidToBeMissingIsNoHurry(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindMissing, Err: errors.New("no such message")}
		})
		s.see("uddd")
		time.Sleep(time.Hour)
		if calls := s.chat.requests(); calls > 60/4+10 {
			t.Errorf("%d posts in an hour: that is hammering", calls)
		}
		s.chat.failWith(nil)
		time.Sleep(6 * time.Minute)
		s.wantShown("-1", "bulletin down r1")
	})
}

func TestADeletedMessageIsPostedAgainOnce(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		s.chat.failWith(func(op bot.Op, _ bot.Posting) error {
			if op == bot.OpEdit {
				return &bot.DeliveryError{Kind: bot.KindMissing, Err: errors.New("message to edit not found")}
			}
			return nil
		})
		s.see("qqq")
		s.wantShown("-1", "bulletin down r1", "bulletin saturated r2 (silent)")
		s.see("ddd")
		s.wantTrouble(bot.TroubleDeleted)
		s.see("uu")
		s.wantShown("-1", "bulletin down r1", "bulletin saturated r2 (silent)", "back normal r4")
	})
}

func TestAMovedChannelIsFollowedInTheSameAttempt(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(_ bot.Op, p bot.Posting) error {
			if p.To.Channel == "-1" {
				return &bot.DeliveryError{Kind: bot.KindMoved, MovedTo: "-1001", Err: errors.New("upgraded")}
			}
			return nil
		})
		s.see("uddd")
		s.wantShown("-1001", "bulletin down r1")
		s.see("uu")
		s.wantShown("-1001", "bulletin normal r2", "back normal r2")
		if got := s.chat.requests(); got != 4 {
			t.Errorf("%d requests, want 4: refused, post, ring, edit", got)
		}
	})
}

func TestAMessageThatStayedBehindIsPostedAgain(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		s.chat.failWith(func(op bot.Op, p bot.Posting) error {
			if p.To.Channel == "-1" {
				return &bot.DeliveryError{Kind: bot.KindMoved, MovedTo: "-1001", Err: errors.New("upgraded")}
			}
			return nil
		})
		s.see("qqq")
		s.wantShown("-1001", "bulletin saturated r2 (silent)")
		s.see("uu")
		s.wantShown("-1001", "bulletin normal r3 (silent)", "back normal r3")
	})
}

func TestAClosedChannelSleepsAndWakes(t *testing.T) {
	onStage(t, []string{"-1", "-2"}, func(s *stage) {
		s.chat.failWith(func(_ bot.Op, p bot.Posting) error {
			if p.To.Channel == "-1" {
				return &bot.DeliveryError{Kind: bot.KindGone, Err: errors.New("kicked")}
			}
			return nil
		})
		s.see("uddd")
		time.Sleep(time.Hour)
		s.wantTrouble(bot.TroubleAsleep)
		s.wantShown("-2", "bulletin down r1")
		s.chat.failWith(nil)
		err := s.store.Update(s.t.Context(), func(tx bot.Tx) error {
			_, err := tx.Wake("tg", "-1", time.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.speaker.Wake()
		time.Sleep(time.Second)
		s.wantShown("-1", "bulletin down r1")
	})
}

func TestRejectedContentFallsBackToPlainText(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(_ bot.Op, p bot.Posting) error {
			if p.Message.Footer != "" {
				return &bot.DeliveryError{Kind: bot.KindRejected, Err: errors.New("can't parse entities")}
			}
			return nil
		})
		s.see("uddd")
		s.wantShown("-1", "bulletin down r1")
		s.wantTrouble(bot.TroublePlain)
		s.see("qqquu")
		s.wantShown("-1", "bulletin normal r3", "back normal r3")
		s.wantTrouble(bot.TroublePlain)
	})
}

func TestWhatIsRejectedAltogetherIsOfferedAgainRarely(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindRejected, Err: errors.New("400")}
		})
		s.see("uddd")
		s.see("qqq")
		time.Sleep(6 * time.Hour)
		s.wantTrouble(bot.TroublePlain, bot.TroubleRejected)
		if calls := s.chat.requests(); calls > 10 {
			t.Errorf("%d requests in six hours", calls)
		}
		s.chat.failWith(nil)
		time.Sleep(time.Hour)
		s.wantShown("-1", "bulletin saturated r2")
	})
}

func TestARingThatIsRejectedDoesNotHoldTheLivingMessageUp(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		s.chat.failWith(func(op bot.Op, _ bot.Posting) error {
			if op == bot.OpPost {
				return &bot.DeliveryError{Kind: bot.KindRejected, Err: errors.New("400")}
			}
			return nil
		})
		s.see("uu")
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin normal r2")
		s.wantTrouble(bot.TroublePlain, bot.TroubleRejected)
	})
}

func TestAClosedChannelIsTriedNowAndThen(t *testing.T) {
	onStage(t, []string{"-1", "-2"}, func(s *stage) {
		s.chat.failWith(func(_ bot.Op, p bot.Posting) error {
			if p.To.Channel == "-1" {
				return &bot.DeliveryError{Kind: bot.KindGone, Err: errors.New("kicked")}
			}
			return nil
		})
		s.see("uddd")
		time.Sleep(24 * time.Hour)
		if calls := s.chat.requests(); calls < 5 || calls > 10 {
			t.Errorf("%d requests in a day, one of them for the other chat", calls)
		}
		s.restart()
		s.wantTrouble(bot.TroubleAsleep)
		s.chat.failWith(nil) // and nobody tells us
		time.Sleep(25 * time.Hour)
		s.wantShown("-1", "bulletin down r1")
		s.see("uu")
		s.wantShown("-1", "bulletin normal r2", "back normal r2")
		s.wantTrouble(bot.TroubleAsleep)
	})
}

func TestARevokedTokenStopsTheAccountAndLosesNothing(t *testing.T) {
	onStage(t, []string{"-1", "-2", "-3"}, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindUnauthorised, Err: errors.New("401")}
		})
		s.see("uddd")
		time.Sleep(time.Hour)
		if got := s.chat.requests(); got > 3 {
			t.Errorf("%d requests with a revoked token", got)
		}
		s.chat.failWith(nil)
		var failed *bot.DeliveryError
		if err := s.halt(); !errors.As(err, &failed) || failed.Kind != bot.KindUnauthorised {
			t.Errorf("the speaker ended with %v", err)
		}
		s.start()
		time.Sleep(2 * time.Second)
		for _, channel := range []string{"-1", "-2", "-3"} {
			s.wantShown(channel, "bulletin down r1")
		}
	})
}
