package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// fakeChat is a notifier that keeps what each chat shows, and fails as it is told.
type fakeChat struct {
	mu     sync.Mutex
	shown  map[string][]string // channel → lines, in order of arrival; edits in place
	fail   func(op bot.Op, p bot.Posting) error
	calls  int
	per    time.Duration // how long a request takes
	bucket []bot.Bucket
}

func newFakeChat() *fakeChat {
	return &fakeChat{shown: make(map[string][]string), per: 20 * time.Millisecond}
}

func (c *fakeChat) request(op bot.Op, p bot.Posting) error {
	time.Sleep(c.per)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if c.fail != nil {
		return c.fail(op, p)
	}
	return nil
}

func (c *fakeChat) Post(_ context.Context, p bot.Posting) (bot.Receipt, error) {
	err := c.request(bot.OpPost, p)
	var failed *bot.DeliveryError
	if err != nil && (!errors.As(err, &failed) || failed.Kind != bot.KindUncertain) {
		return bot.Receipt{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	line := p.Message.Title
	if p.Silent {
		line += " (silent)"
	}
	c.shown[p.To.Channel] = append(c.shown[p.To.Channel], line)
	if err != nil {
		return bot.Receipt{}, err
	}
	return bot.Receipt{Channel: p.To.Channel, IDs: []string{fmt.Sprint(len(c.shown[p.To.Channel]) - 1)}}, nil
}

func (c *fakeChat) Edit(_ context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	if err := c.request(bot.OpEdit, p); err != nil {
		return r, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var i int
	if _, err := fmt.Sscan(r.IDs[0], &i); err != nil {
		return r, err
	}
	c.shown[r.Channel][i] = p.Message.Title
	return r, nil
}

func (c *fakeChat) Buckets(bot.Op, bot.Address) []bot.Bucket { return c.bucket }

func (c *fakeChat) failWith(f func(op bot.Op, p bot.Posting) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = f
}

func (c *fakeChat) lines(channel string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.shown[channel])
}

func (c *fakeChat) requests() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// plainWords renders facts as few words: « bulletin down r1 », or, named, « bulletin down r1 of ent ».
type plainWords struct{ named bool }

func (w plainWords) Notice(lang string, n bot.Notice) (bot.Message, error) {
	title := fmt.Sprintf("%s %s r%d", n.Purpose, n.Incident.Condition, n.Incident.Revision)
	if w.named {
		title += " of " + string(n.Platform.ID)
	}
	return bot.Message{Lang: lang, Title: title, Footer: "pied"}, nil
}
func (plainWords) Overview(string, bot.Overview) (bot.Message, error) { return bot.Message{}, nil }
func (plainWords) Playbook(string, bot.Playbook) (bot.Message, error) { return bot.Message{}, nil }
func (plainWords) Help(string, bot.Help) (bot.Message, error)         { return bot.Message{}, nil }
func (plainWords) Welcome(string, bot.Welcome) (bot.Message, error)   { return bot.Message{}, nil }

// stage is a whole delivery line on a real SQLite file: a watch, a speaker and a chat, in simulated time.
type stage struct {
	panel    bot.Panel
	t        *testing.T
	store    *store.Store
	between  bot.Store // between the speaker and the store; nil for nothing
	chat     *fakeChat
	notifier bot.Notifier
	watch    *bot.Watch
	speaker  *bot.Speaker
	stopped  chan error
	stop     context.CancelFunc
	trouble  []bot.Trouble
	observe  func(bot.Attempt) // nil for nobody
	ask      func(bot.PlatformID)
	place    *time.Location // of what is usual; nil: UTC
	guard    bot.Guard
	quiet    *bot.Quiet    // nil for chats that are never silent
	look     time.Duration // of the speaker; 0 for the default

	platforms []bot.Platform
	mu        sync.Mutex
	slow      bool // the speaker's ledger is a slowLedger
}

type alwaysOnline struct{}

func (alwaysOnline) Online(context.Context, bot.Reason) bool { return true }

// onStage runs a test in a bubble of simulated time, with destinations that follow the platform "ent".
func onStage(t *testing.T, channels []string, test func(s *stage)) {
	var destinations []bot.Destination
	for _, channel := range channels {
		destinations = append(destinations, follower(channel))
	}
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, destinations, test)
}

// onStageOf runs a test in a bubble of simulated time.
func onStageOf(t *testing.T, platforms []bot.Platform, destinations []bot.Destination, test func(s *stage)) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, chat: newFakeChat(), platforms: platforms, guard: alwaysOnline{}}
		s.notifier = s.chat
		var err error
		if s.store, err = store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		err = s.store.Update(t.Context(), func(tx bot.Tx) error {
			for _, destination := range destinations {
				if err := tx.PutDestination(destination); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.start()
		test(s)
		s.halt()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func follower(channel string) bot.Destination {
	return bot.Destination{
		ID: bot.DestinationID("tg:" + channel), Account: "tg", Address: bot.Address{Channel: channel},
		Audience: bot.Families, Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"},
		Follows: []bot.PlatformID{"ent"},
	}
}

// start begins as a fresh process would.
func (s *stage) start() {
	s.t.Helper()
	logger := slog.New(slog.NewTextHandler(s.t.Output(), nil))
	trouble := func(trouble bot.Trouble) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.trouble = append(s.trouble, trouble)
	}
	var ledger bot.Store = s.store
	if s.slow {
		ledger = slowLedger{s.store}
	}
	if s.between != nil {
		ledger = s.between
	}
	s.speaker = bot.NewSpeaker(bot.SpeakerConfig{
		Account: "tg", Store: ledger, Notifier: s.notifier, Logger: logger, Observe: s.observe, Trouble: trouble,
		Quiet: s.quiet, Look: s.look,
		Writer: bot.Writer{Renderer: plainWords{named: len(s.platforms) > 1}, Web: bot.NewWeb(s.platforms)},
	})
	s.watch = bot.NewWatch(bot.WatchConfig{
		Store: s.store, Guard: s.guard, Platforms: s.platforms, Rule: bot.DefaultRule(), Place: s.place,
		Ask: func(id bot.PlatformID) {
			if s.ask != nil {
				s.ask(id)
			}
		},
		Flap: bot.DefaultFlap(), Vantage: "ici", Panel: s.panel, Logger: logger, Changed: s.speaker.Wake, Offline: func(bool) {},
		Trouble: trouble,
	})
	holder := bot.Holder{Store: s.store, Replica: "r1", Alone: true, Logger: logger}
	ctx, cancel := context.WithCancel(s.t.Context())
	s.stop, s.stopped = cancel, make(chan error, 2)
	go func() { s.stopped <- holder.Hold(ctx, bot.AccountDuty("tg"), s.speaker.Run) }()
	loaded := make(chan error, 1)
	go func() {
		s.stopped <- holder.Hold(ctx, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
			loaded <- s.watch.Load(ctx, lease)
			<-ctx.Done()
			return nil
		})
	}()
	if err := <-loaded; err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) halt() error {
	s.stop()
	return errors.Join(<-s.stopped, <-s.stopped)
}

func (s *stage) restart() {
	s.t.Helper()
	if err := s.halt(); err != nil {
		s.t.Error(err)
	}
	s.start()
}

// see plays verdicts, a second apart.
func (s *stage) see(story string) {
	s.t.Helper()
	for _, letter := range story {
		if _, err := s.watch.Observe(s.t.Context(), verdictOf(letter, "ent/a", time.Now())); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(time.Second)
	}
	synctest.Wait()
}

func (s *stage) wantShown(channel string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.chat.lines(channel)); diff != "" {
		s.t.Errorf("%s shows: %s", channel, diff)
	}
}

func (s *stage) wantTrouble(want ...bot.TroubleKind) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var got []bot.TroubleKind
	for _, trouble := range s.trouble {
		got = append(got, trouble.Kind)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Error(diff)
	}
}

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
		s.wantShown("-1001", "bulletin normal r3", "back normal r3")
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
