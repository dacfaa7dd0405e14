package bot_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// clinic is an office with a desk whose buttons mend, beside a chat that subscribed itself and one of the configuration.
type clinic struct {
	*stage

	desk *bot.Desk
	seal bot.Seal
}

func inClinic(t *testing.T, test func(c *clinic)) {
	own := follower("-1")
	own.Wishes = &bot.Wishes{Zone: "Lille", Platforms: own.Follows}
	destinations := []bot.Destination{own, follower("-2"), office("tg"), office("slack")}
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, destinations, func(s *stage) {
		defer s.watchOver()()
		c := &clinic{stage: s, desk: s.office()}
		if err := c.seal.Load(s.t.Context(), s.store); err != nil {
			t.Fatal(err)
		}
		c.desk.Seal, c.desk.End = &c.seal, s.concierge.End
		test(c)
	})
}

// shut closes chats to us.
func (c *clinic) shut(channels ...string) {
	c.chat.failWith(func(_ bot.Op, p bot.Posting) error {
		if slices.Contains(channels, p.To.Channel) {
			return &bot.DeliveryError{Kind: bot.KindGone, Err: context.Canceled}
		}
		return nil
	})
}

// letter is the newest letter about a trouble.
func (c *clinic) letter(subject string) (i bot.Incident) {
	c.t.Helper()
	err := c.store.View(c.t.Context(), func(tx bot.Tx) (err error) {
		i, err = tx.LetterAbout(subject, time.Now())
		return err
	})
	if err != nil {
		c.t.Fatalf("%s: %v", subject, err)
	}
	return i
}

// press presses a button beneath a letter and wants an answer.
func (c *clinic) press(person string, action bot.Action, letter bot.IncidentID, want string) bot.Reply {
	c.t.Helper()
	reply, err := c.desk.Press(c.t.Context(), bot.Press{
		From: bot.Address{Channel: "office"}, Person: person, Data: bot.SealedFor(&c.seal, "tg", action, letter),
	})
	if err != nil || reply.Message.Title != want {
		c.t.Errorf("%s presses %s: %q, %v, want %q", person, action, reply.Message.Title, err, want)
	}
	return reply
}

func (c *clinic) settle() {
	time.Sleep(20 * time.Second)
	synctest.Wait()
}

func (c *clinic) wantJournal(want ...string) {
	c.t.Helper()
	if diff := cmp.Diff(want, c.journal()); diff != "" {
		c.t.Error(diff)
	}
}

// TestAnOperatorHasAChatTriedAgain: in vain, which is told again, and then not.
func TestAnOperatorHasAChatTriedAgain(t *testing.T) {
	inClinic(t, func(c *clinic) {
		c.shut("-2")
		c.see("uddd")
		c.settle()
		c.wantShown("office", "trouble: asleep tg:-2")
		first := c.letter("asleep/tg/tg:-2#0")
		if diff := cmp.Diff([]bot.Action{bot.ActionRetry}, first.Letter.Offers); diff != "" {
			t.Error(diff)
		}
		c.press("9", bot.ActionRetry, first.ID, "reserved")
		c.settle()
		c.wantShown("office", "trouble: asleep tg:-2")
		c.press("7", bot.ActionRetry, first.ID, "chat_retried")
		c.settle()
		c.wantShown("office", "trouble: asleep tg:-2, over, retry by claire", "trouble: asleep tg:-2")
		c.press("7", bot.ActionRetry, first.ID, "mended") // its trouble is told of by another letter
		c.settle()
		c.shut()
		second := c.letter("asleep/tg/tg:-2#0")
		var both sync.WaitGroup
		answers := make([]string, 2)
		for i, person := range []string{"7", "8"} {
			both.Go(func() {
				reply, err := c.desk.Press(c.t.Context(), bot.Press{
					From: bot.Address{Channel: "office"}, Person: person, Data: bot.SealedFor(&c.seal, "tg", bot.ActionRetry, second.ID),
				})
				if err != nil {
					t.Error(err)
				}
				answers[i] = reply.Message.Title
			})
		}
		both.Wait()
		c.settle()
		late := []string{"chat_awake", "mended"}
		if !slices.Contains(answers, "chat_retried") || !slices.ContainsFunc(answers, func(s string) bool { return slices.Contains(late, s) }) {
			t.Errorf("two at once are answered %q", answers)
		}
		c.wantShown("-2", "bulletin down r1")
		shown := c.chat.lines("office")
		if len(shown) != 2 || !strings.HasPrefix(shown[1], "trouble: asleep tg:-2, over, retry by ") {
			t.Errorf("the office shows %q", shown)
		}
		c.press("8", bot.ActionRetry, second.ID, "mended")
		journal := c.journal()
		if len(journal) != 2 || journal[0] != "claire: conversation reessayer tg:-2" || !strings.HasSuffix(journal[1], ": conversation reessayer tg:-2") {
			t.Errorf("the journal is %q", journal)
		}
	})
}

// TestAnOperatorHasAChatForgotten: asked back once, and not where the configuration decides.
func TestAnOperatorHasAChatForgotten(t *testing.T) {
	inClinic(t, func(c *clinic) {
		c.shut("-1", "-2")
		c.see("uddd")
		c.settle()
		own, other := c.letter("asleep/tg/tg:-1#0"), c.letter("asleep/tg/tg:-2#0")
		if diff := cmp.Diff([]bot.Action{bot.ActionRetry, bot.ActionForget}, own.Letter.Offers); diff != "" {
			t.Error(diff)
		}
		c.press("9", bot.ActionForgetYes, own.ID, "reserved")
		c.press("7", bot.ActionForget, other.ID, "chat_configured")
		c.press("7", bot.ActionForgetYes, other.ID, "chat_configured")
		asked := c.press("7", bot.ActionForget, own.ID, "chat_forget").Message.Buttons
		if len(asked) != 1 || asked[0].Data != bot.SealedFor(&c.seal, "tg", bot.ActionForgetYes, own.ID) {
			t.Errorf("asked back with %v", asked)
		}
		c.wantJournal([]string(nil)...)
		c.press("7", bot.ActionForgetYes, own.ID, "chat_forgotten")
		c.press("8", bot.ActionForgetYes, own.ID, "mended")
		c.settle()
		if got := c.chat.lines("office"); !slices.Contains(got, "trouble: asleep tg:-1, over, forget by claire") {
			t.Errorf("the office shows %q", got)
		}
		c.wantJournal("claire: conversation oublier (compte tg)")
		err := c.store.View(c.t.Context(), func(tx bot.Tx) error {
			all, err := tx.Destinations()
			if slices.ContainsFunc(all, func(d bot.Destination) bool { return d.ID == "tg:-1" }) {
				t.Error("it is still kept")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if l := mended(c, own.ID); l.Text != nil || l.Remedy != "" {
			t.Errorf("the letter still tells of it: %+v", l)
		}
		c.see("uuuqqq")
		c.settle()
		c.wantShown("-1")
	})
}

// mended reads a letter that is over.
func mended(c *clinic, id bot.IncidentID) (l bot.Letter) {
	c.t.Helper()
	err := c.store.View(c.t.Context(), func(tx bot.Tx) error {
		i, err := tx.Letter(id)
		if err == nil {
			l = *i.Letter
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	return l
}

// TestAnOperatorHasChecksStopped where a platform refuses them: a second press changes nothing, one that is late neither.
func TestAnOperatorHasChecksStopped(t *testing.T) {
	inClinic(t, func(c *clinic) {
		c.see("u")
		c.concierge.Tell(blocked("ent", false))
		c.settle()
		letter := c.letter("blocked/tg/ent#0")
		if diff := cmp.Diff([]bot.Action{bot.ActionSuspend}, letter.Letter.Offers); diff != "" {
			t.Error(diff)
		}
		c.press("9", bot.ActionSuspend, letter.ID, "reserved")
		if h := c.halts(); len(h) > 0 {
			t.Errorf("a stranger has stopped %v", h)
		}
		c.press("7", bot.ActionSuspend, letter.ID, "halted")
		before := c.halts()
		time.Sleep(2 * time.Hour)
		c.press("8", bot.ActionSuspend, letter.ID, "halted")
		if diff := cmp.Diff(before, c.halts()); diff != "" || len(before) != 1 || before[0].Who != "claire" {
			t.Errorf("%v, and later (-before +after): %s", before, diff)
		}
		c.concierge.Tell(blocked("ent", true))
		c.settle()
		c.press("8", bot.ActionSuspend, letter.ID, "mended")
		if journal := c.journal(); len(journal) != 1 || !strings.HasPrefix(journal[0], "claire: suspendre ent jusqu’au ") {
			t.Errorf("the journal is %q", journal)
		}
	})
}

func (c *clinic) halts() (list []bot.Halt) {
	c.t.Helper()
	err := c.store.View(c.t.Context(), func(tx bot.Tx) (err error) {
		list, err = tx.Halts()
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	return list
}

// TestAStormOffersNothing: which of many troubles a button would mend, nobody can tell.
func TestAStormOffersNothing(t *testing.T) {
	inClinic(t, func(c *clinic) {
		for _, p := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			c.concierge.Tell(blocked(p, false))
		}
		c.settle()
		storm := c.letter("storm/tg:office")
		if len(storm.Letter.Offers) > 0 {
			t.Errorf("a storm offers %v", storm.Letter.Offers)
		}
		c.press("7", bot.ActionSuspend, storm.ID, "mended")
	})
}

// TestSleepersByCommand: what a button does can be typed, also of a chat that a storm tells of.
func TestSleepersByCommand(t *testing.T) {
	inClinic(t, func(c *clinic) {
		c.order(c.desk, "7", "conversation", "chats_none")
		c.shut("-1", "-2")
		c.see("uddd")
		c.settle()
		c.order(c.desk, "7", "conversation", "chats")
		for typed, want := range map[string]string{
			"réveille tg:-1": "unclear", "reessayer": "unclear", "oublier": "unclear", "oublier tg:-1 vite": "unclear",
			"reessayer tg:-3": "chat_unknown", "oublier tg:-2": "chat_configured", "oublier tg:-1": "chat_forget",
			"reessayer slack:office": "chat_awake", "oublier slack:office confirmer": "chat_awake",
		} {
			c.order(c.desk, "7", "conversation "+typed, want)
		}
		c.order(c.desk, "9", "conversation reessayer tg:-1", "reserved")
		c.wantJournal([]string(nil)...)
		c.order(c.desk, "8", "conversation oublier tg:-1 confirmer", "chat_forgotten")
		c.shut()
		elsewhere := *c.desk
		elsewhere.Account = "slack" // whose operators' chat may tell of it, too
		c.order(&elsewhere, "7", "conversation réessayer tg:-2", "chat_retried")
		c.order(c.desk, "7", "conversations", "chats_none")
		c.wantShown("-1")
		c.wantShown("-2", "bulletin down r1")
		c.wantJournal("karim: conversation oublier (compte tg)", "claire: conversation reessayer tg:-2")
	})
}
