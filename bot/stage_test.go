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

// silent marks what came without a sound.
const silent = " (silent)"

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
		line += silent
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
	line := p.Message.Title
	if strings.HasSuffix(c.shown[r.Channel][i], silent) { // as it came
		line += silent
	}
	c.shown[r.Channel][i] = line
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
type plainWords struct {
	bot.Renderer // what a speaker does not ask for

	named bool
}

func (w plainWords) Notice(lang string, n bot.Notice) (bot.Message, error) {
	title := fmt.Sprintf("%s %s r%d", n.Purpose, n.Incident.Condition, n.Incident.Revision)
	if w.named {
		title += " of " + string(n.Platform.ID)
	}
	return bot.Message{Lang: lang, Title: title, Footer: "pied"}, nil
}
func (plainWords) Choose(_ string, chat []string) []string            { return chat }
func (plainWords) Overview(string, bot.Overview) (bot.Message, error) { return bot.Message{}, nil }
func (plainWords) Playbook(string, bot.Playbook) (bot.Message, error) { return bot.Message{}, nil }
func (plainWords) Help(string, bot.Help) (bot.Message, error) {
	return bot.Message{Title: "help"}, nil
}
func (plainWords) Answer(_ string, a bot.Answer) (bot.Message, error) {
	return bot.Message{Title: string(a.Kind)}, nil
}
func (plainWords) Brief(b bot.Brief) (bot.Message, error) {
	return bot.Message{Title: string(b.Kind)}, nil
}
func (plainWords) Button(_ string, a bot.Action) (string, error)    { return string(a), nil }
func (plainWords) Welcome(string, bot.Welcome) (bot.Message, error) { return bot.Message{}, nil }

// Letter is « trouble: blocked ent, over, retry by claire », or « storm: blocked 3, over 1 ».
func (plainWords) Letter(lang string, n bot.Notice) (bot.Message, error) {
	l := n.Incident.Letter
	title := string(l.Kind) + ": " + l.Title + strings.Join(l.Text, " ")
	for _, tale := range l.Counts {
		title += fmt.Sprintf("%s %d, over %d", tale.Title, tale.Count, tale.Over)
	}
	if !n.Incident.Open() {
		title += ", over"
	}
	if l.Mend != nil {
		title += fmt.Sprintf(", %s by %s", l.Mend.Action, l.Mend.Who)
	}
	return bot.Message{Lang: lang, Title: title}, nil
}

func (plainWords) Note(lang string, n bot.Note) (bot.Message, error) {
	title := string(n.Kind)
	for _, v := range n.Troubles {
		title += fmt.Sprintf(" %s:%s", v.Platform.ID, v.Condition)
	}
	for _, e := range n.Over {
		title += fmt.Sprintf(" over %s:%s", e.Platform.ID, e.Worst)
	}
	for _, d := range n.Days {
		title += fmt.Sprintf(" on %s:%s", d.Date, d.Label)
	}
	return bot.Message{Lang: lang, Title: title}, nil
}

// stage is a whole delivery line on a real SQLite file: a watch, a speaker and a chat, in simulated time.
type stage struct {
	panel     bot.Panel
	t         *testing.T
	store     *store.Store
	between   bot.Store // between the speaker and the store; nil for nothing
	chat      *fakeChat
	notifier  bot.Notifier
	watch     *bot.Watch
	speaker   *bot.Speaker
	stopped   chan error
	stop      context.CancelFunc
	trouble   []bot.Trouble // what began
	concierge *bot.Concierge
	observe   func(bot.Attempt) // nil for nobody
	ask       func(bot.PlatformID)
	place     *time.Location // of what is usual; nil: UTC
	guard     bot.Guard
	quiet     *bot.Quiet // nil for chats that are never silent
	critical  *bot.CriticalDays
	every     map[bot.PlatformID]time.Duration // how often platforms are said to be checked
	writes    bool                             // verdicts that decide nothing, too
	look      time.Duration                    // of the speaker; 0 for the default

	platforms []bot.Platform
	mu        sync.Mutex
	slow      bool // the speaker's ledger is a slowLedger
}

type alwaysOnline struct{}

func (alwaysOnline) Believe(context.Context, bot.Verdict) (believed, online bool) { return true, true }

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
		if s.concierge != nil {
			s.concierge.Tell(trouble)
		}
		if trouble.Over {
			return
		}
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
		Quiet: s.quiet, Days: s.critical, Look: s.look,
		Writer: bot.Writer{Store: s.store, Renderer: plainWords{named: len(s.platforms) > 1}, Web: bot.NewWeb(s.platforms), Every: s.every},
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
			if s.writes {
				return s.watch.Run(ctx)
			}
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

// another is a speaker like the stage's own, for another replica.
func (s *stage) another() *bot.Speaker {
	return bot.NewSpeaker(bot.SpeakerConfig{
		Account: "tg", Store: s.store, Notifier: s.notifier, Logger: slog.New(slog.DiscardHandler), Trouble: func(bot.Trouble) {},
		Quiet: s.quiet, Days: s.critical, Look: s.look, Writer: bot.Writer{Renderer: plainWords{}, Web: bot.NewWeb(s.platforms)},
	})
}

// holdFor does a duty of another name for some time, as a replica does that is stopped then.
func (s *stage) holdFor(d time.Duration, do func(context.Context, *bot.Lease) error) {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), d)
	defer stop()
	holder := bot.Holder{Store: s.store, Replica: "r1", Alone: true, Logger: slog.New(slog.DiscardHandler)}
	if err := holder.Hold(ctx, "expiry", do); err != nil {
		s.t.Error(err)
	}
}
