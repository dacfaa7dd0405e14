package bot_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// lateChat is a chat that carries out late what it is told to: the request fails at once, and what it asked for happens
// after a while, if the bot cannot prevent it.
type lateChat struct {
	*fakeChat

	noted sync.Mutex
	late  map[bot.Op]time.Duration // for the next request of a kind
	finds int
	fail  error                  // of Find
	keys  map[string]bot.Receipt // of what was carried out
}

func newLateChat(s *stage) *lateChat {
	return &lateChat{fakeChat: s.chat, late: map[bot.Op]time.Duration{}, keys: map[string]bot.Receipt{}}
}

// next says whether the next request of a kind is carried out late, once.
func (c *lateChat) next(op bot.Op) (time.Duration, bool) {
	c.noted.Lock()
	defer c.noted.Unlock()
	wait, late := c.late[op]
	delete(c.late, op)
	return wait, late
}

func (c *lateChat) delay(op bot.Op, wait time.Duration) {
	c.noted.Lock()
	defer c.noted.Unlock()
	c.late[op] = wait
}

// refuse makes Find fail.
func (c *lateChat) refuse(err error) {
	c.noted.Lock()
	defer c.noted.Unlock()
	c.fail = err
}

// look counts a reading and returns how it fails; looked is how many there were.
func (c *lateChat) look() error {
	c.noted.Lock()
	defer c.noted.Unlock()
	c.finds++
	return c.fail
}

func (c *lateChat) looked() int {
	c.noted.Lock()
	defer c.noted.Unlock()
	return c.finds
}

func (c *lateChat) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	wait, late := c.next(bot.OpPost)
	if !late {
		return c.carryOut(ctx, p)
	}
	time.AfterFunc(wait, func() { _, _ = c.carryOut(context.Background(), p) })
	return bot.Receipt{}, cutOff()
}

func (c *lateChat) carryOut(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	r, err := c.fakeChat.Post(ctx, p)
	c.noted.Lock()
	defer c.noted.Unlock()
	if err == nil {
		c.keys[p.Key] = r
	}
	return r, err
}

func (c *lateChat) known(key string) bot.Receipt {
	c.noted.Lock()
	defer c.noted.Unlock()
	return c.keys[key]
}

func (c *lateChat) Edit(ctx context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	wait, late := c.next(bot.OpEdit)
	if !late {
		return c.fakeChat.Edit(ctx, r, p)
	}
	time.AfterFunc(wait, func() { _, _ = c.fakeChat.Edit(context.Background(), r, p) })
	return r, cutOff()
}

func cutOff() error {
	return &bot.DeliveryError{Kind: bot.KindUncertain, Err: errors.New("connection reset")}
}

// lateReader is one whose history can be read.
type lateReader struct{ *lateChat }

func (c lateReader) Find(_ context.Context, p bot.Posting, _ time.Time) (bot.Receipt, error) {
	if err := c.look(); err != nil {
		return bot.Receipt{}, err
	}
	return c.known(p.Key), nil
}

// knowing is one that also knows a posting by its key, for two minutes.
type knowing struct{ lateReader }

func (c knowing) Remembers() time.Duration { return 2 * time.Minute }

func (c knowing) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	if r := c.known(p.Key); r.Posted() {
		return r, nil
	}
	return c.lateReader.Post(ctx, p)
}

// tell plays verdicts without pauses.
func (s *stage) tell(story string) {
	s.t.Helper()
	for _, letter := range story {
		if _, err := s.watch.Observe(s.t.Context(), verdictOf(letter, "ent/a", time.Now())); err != nil {
			s.t.Fatal(err)
		}
	}
}

func withLateChat(s *stage, late map[bot.Op]time.Duration) lateReader {
	chat := lateReader{newLateChat(s)}
	for op, wait := range late {
		chat.delay(op, wait)
	}
	s.notifier = chat
	s.restart()
	return chat
}

func TestAPostThatArrivesLateIsFound(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		withLateChat(s, map[bot.Op]time.Duration{bot.OpPost: 1900 * time.Millisecond})
		s.tell("uddd")
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin down r1")
	})
}

// TestAPostThatArrivesLateIsFoundThoughTheOutageMovesOn wakes the speaker before the post can have arrived.
func TestAPostThatArrivesLateIsFoundThoughTheOutageMovesOn(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		withLateChat(s, map[bot.Op]time.Duration{bot.OpPost: 1900 * time.Millisecond})
		s.tell("uddd")
		time.Sleep(500 * time.Millisecond)
		s.tell("uu")
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin normal r2", "back normal r2")
	})
}

// TestAnEditThatArrivesLateIsOverwritten lets an edit be carried out after the one that replaced it.
func TestAnEditThatArrivesLateIsOverwritten(t *testing.T) {
	for name, readable := range map[string]bool{"where the bot can read": true, "where it cannot": false} {
		t.Run(name, func(t *testing.T) {
			onStage(t, []string{"-1"}, func(s *stage) {
				chat := withLateChat(s, map[bot.Op]time.Duration{})
				if !readable {
					s.notifier = chat.lateChat
					s.restart()
				}
				s.tell("uddd")
				time.Sleep(time.Second)
				chat.delay(bot.OpEdit, 1500*time.Millisecond)
				s.tell("qqq")
				time.Sleep(500 * time.Millisecond)
				s.tell("ddd")
				time.Sleep(time.Minute)
				s.wantShown("-1", "bulletin down r3")
			})
		})
	}
}

func TestAPostIsRepeatedAtOnceWhereItsKeyIsKnown(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		lost := true
		chat := knowing{lateReader{newLateChat(s)}}
		s.notifier = losing{chat, &lost}
		s.restart()
		s.tell("uddd")
		time.Sleep(100 * time.Millisecond) // it has arrived, and its answer is lost
		s.tell("qqq")
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin saturated r2") // first repeated, and so answered with the old text, then edited
		if chat.looked() > 0 {
			t.Error("it was looked for")
		}
	})
}

// losing loses the answer to the first post.
type losing struct {
	knowing
	lost *bool
}

func (c losing) Post(ctx context.Context, p bot.Posting) (bot.Receipt, error) {
	r, err := c.knowing.Post(ctx, p)
	if *c.lost {
		*c.lost = false
		return bot.Receipt{}, cutOff()
	}
	return r, err
}

func TestLookingIsRefused(t *testing.T) {
	cases := map[string]struct {
		fail  *bot.DeliveryError
		want  []string // shown after a minute
		finds int      // in ten minutes, at most
	}{
		"for a while": {&bot.DeliveryError{Kind: bot.KindThrottled, RetryAfter: 5 * time.Minute}, nil, 3},
		"for good":    {&bot.DeliveryError{Kind: bot.KindGone}, []string{"bulletin down r1"}, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			onStage(t, []string{"-1"}, func(s *stage) {
				chat := withLateChat(s, map[bot.Op]time.Duration{bot.OpPost: time.Hour})
				c.fail.Err = errors.New("refused")
				chat.refuse(c.fail)
				s.tell("uddd")
				time.Sleep(time.Minute)
				s.wantShown("-1", c.want...)
				time.Sleep(9 * time.Minute)
				if n := chat.looked(); n == 0 || n > c.finds {
					t.Errorf("looked for %d times, want 1 to %d", n, c.finds)
				}
			})
		})
	}
}

func TestLookingWithARevokedTokenStopsTheAccount(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		chat := withLateChat(s, map[bot.Op]time.Duration{bot.OpPost: time.Hour})
		chat.refuse(&bot.DeliveryError{Kind: bot.KindUnauthorised, Err: errors.New("401")})
		s.tell("uddd")
		time.Sleep(time.Hour)
		if n := chat.looked(); n != 1 {
			t.Errorf("looked for %d times", n)
		}
		s.wantTrouble(bot.TroubleUnauthorised)
		var failed *bot.DeliveryError
		if err := s.halt(); !errors.As(err, &failed) {
			t.Errorf("the speaker ended with %v", err)
		}
		chat.refuse(nil)
		s.start()
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin down r1")
	})
}

// racing is a store in which an outage begins anew right before a delivery is dropped because it was over.
type racing struct {
	bot.Store
	before func(bot.Tx) error
}

func (r *racing) Update(ctx context.Context, f func(bot.Tx) error) error {
	return r.Store.Update(ctx, func(tx bot.Tx) error {
		if r.before != nil {
			return f(racingTx{tx, r})
		}
		return f(tx)
	})
}

type racingTx struct {
	bot.Tx
	race *racing
}

func (t racingTx) DropDelivery(d bot.Delivery, seen int64) error {
	if before := t.race.before; before != nil {
		t.race.before = nil
		if err := before(t.Tx); err != nil {
			return err
		}
	}
	return t.Tx.DropDelivery(d, seen)
}

func TestADroppedDeliveryIsNotLostToAnOutageThatBeginsAnew(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: errors.New("refused")}
		})
		s.tell("uddd")
		time.Sleep(100 * time.Millisecond)
		s.chat.failWith(nil)
		race := &racing{Store: s.store, before: func(tx bot.Tx) error {
			list, err := tx.LastIncidents(1)
			if err != nil {
				return err
			}
			again := list[0]
			again.Revision++
			again.Condition, again.ResolvedAt = bot.Unreachable, time.Time{}
			return errors.Join(tx.ReviseIncident(again), tx.Owe(again, nil, true, time.Now()))
		}}
		s.between = race
		s.restart()
		s.tell("uu")
		time.Sleep(time.Minute)
		if !slices.Equal(s.chat.lines("-1"), []string{"bulletin down r3"}) {
			t.Errorf("shown: %q", s.chat.lines("-1"))
		}
	})
}
