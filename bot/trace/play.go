package trace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
)

// account is the one that all chats of a trace belong to.
const account = bot.AccountID("tg")

// Player is what a trace is played with.
type Player struct {
	Store    bot.Store // empty
	Renderer bot.Renderer
	Rule     bot.Rule
	Logger   *slog.Logger
}

// Result is what was decided and told.
type Result struct {
	Incidents []bot.Incident // oldest first
	Decisions []Decision     // in their order; of one moment, by platform
	Lines     map[string][]Line
}

// Line is a message that a chat received.
type Line struct {
	At     time.Time
	Title  string // as it was edited last
	Silent bool
}

// Heard counts the messages of a chat that called attention.
func (r Result) Heard(chat string) int {
	n := 0
	for _, line := range r.Lines[chat] {
		if !line.Silent {
			n++
		}
	}
	return n
}

// Play plays a trace from its beginning to its end through the judge, the ledger and a speaker, by the clock of the bubble
// (testing/synctest) that it is called in: a day takes seconds.
func (p Player) Play(ctx context.Context, t *Trace) (Result, error) {
	pause(ctx, t.Start.Add(-time.Minute))
	if err := p.furnish(ctx, t); err != nil {
		return Result{}, err
	}
	chats := &chats{lines: make(map[string][]Line)}
	speaker := bot.NewSpeaker(bot.SpeakerConfig{
		Account: account, Store: p.Store, Notifier: chats, Logger: p.Logger, Trouble: func(bot.Trouble) {},
		Writer: bot.Writer{Renderer: p.Renderer, Web: bot.NewWeb(t.Platforms)},
	})
	patrol := t.Patrol(Here)
	watch := bot.NewWatch(bot.WatchConfig{
		Store: p.Store, Guard: t.Guard(Here), Platforms: t.Platforms, Rule: p.Rule, Flap: bot.DefaultFlap(), Vantage: Here,
		Panel: t.Panel(), Place: t.Start.Location(), Logger: p.Logger, Changed: speaker.Wake, Ask: patrol.Ask,
		Offline: func(bool) {},
	})
	patrol.Watch = watch
	inside, stop := context.WithCancel(ctx)
	defer stop()
	holder := bot.Holder{Store: p.Store, Replica: "r1", Alone: true, Logger: p.Logger}
	group, inside := errgroup.WithContext(inside)
	group.Go(func() error { return holder.Hold(inside, bot.AccountDuty(account), speaker.Run) })
	group.Go(func() error {
		return holder.Hold(inside, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
			if err := watch.Load(ctx, lease); err != nil {
				return err
			}
			if err := t.Learn(ctx, watch); err != nil {
				return err
			}
			pause(ctx, t.Start)
			return t.Drive(ctx, watch, patrol, p.Store)
		})
	})
	pause(inside, t.End)
	if ctx.Err() == nil {
		time.Sleep(time.Second) // what was decided at the end is still told
	}
	r, err := p.result(context.WithoutCancel(ctx), t, chats)
	stop()
	return r, errors.Join(group.Wait(), ctx.Err(), err)
}

// pause waits until a moment.
func pause(ctx context.Context, at time.Time) { sleep(ctx, time.Until(at)) }

// Learn lets a watch learn what is usual, where something is.
func (t *Trace) Learn(ctx context.Context, watch *bot.Watch) error {
	if len(t.Usual) == 0 {
		return nil
	}
	return watch.Learn(ctx)
}

// Drive runs what the trace says until ctx ends: the checks of every place, or what was recorded of them.
func (t *Trace) Drive(ctx context.Context, watch *bot.Watch, patrol *bot.Patrol, db bot.Store) error {
	group, ctx := errgroup.WithContext(ctx)
	if len(t.Seen) > 0 {
		group.Go(func() error { return t.repeat(ctx, watch) })
	} else {
		group.Go(func() error { return patrol.Run(ctx) })
	}
	if len(t.Vantages) > 0 || slices.ContainsFunc(t.Platforms, func(p bot.Platform) bool { return p.Ahead > 0 }) {
		group.Go(func() error {
			sleep(ctx, apart)
			return watch.Run(ctx)
		})
	}
	for i, vantage := range t.Vantages {
		group.Go(func() error {
			sleep(ctx, apart*time.Duration(i+2))
			return t.lookOut(ctx, db, vantage)
		})
	}
	return group.Wait()
}

// apart is how far apart the places begin. In simulated time they would all look at each other in the same nanosecond, in
// which an answer may come as well: who is first would be chance, and with it the second in which is decided.
const apart = 7 * time.Millisecond

// repeat says what was recorded, each verdict when it was known.
func (t *Trace) repeat(ctx context.Context, watch *bot.Watch) error {
	list := slices.Clone(t.Seen)
	slices.SortStableFunc(list, func(a, b bot.Verdict) int { return cmp.Or(known(a).Compare(known(b)), cmp.Compare(a.Check, b.Check)) })
	for _, v := range list {
		if !sleep(ctx, time.Until(known(v))) {
			return nil
		}
		if v.Reason == bot.ReasonCancelled {
			continue
		}
		if _, err := watch.Observe(ctx, v); err != nil && ctx.Err() == nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

// lookOut is the process at another place: it runs except while the trace says that it is stopped.
func (t *Trace) lookOut(ctx context.Context, db bot.Store, vantage string) error {
	for ctx.Err() == nil {
		life, end := context.WithCancel(ctx)
		running, life := errgroup.WithContext(life)
		if t.now(vantage, Process, "*", time.Now()).State != "stopped" {
			patrol := t.Patrol(vantage)
			lookout := bot.NewLookout(bot.LookoutConfig{
				Store: db, Guard: t.Guard(vantage), Platforms: t.Platforms, Rule: bot.DefaultRule(), Vantage: vantage,
				Holder: "process of " + vantage, Logger: slog.New(slog.DiscardHandler), Ask: patrol.Ask, Offline: func(bool) {},
			})
			patrol.Watch = lookout
			running.Go(func() error { return patrol.Run(life) })
			running.Go(func() error { return lookout.Run(life) })
		}
		pause(ctx, t.nextTurn(vantage))
		end()
		if err := running.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// nextTurn is when the process at a place stops or starts next.
func (t *Trace) nextTurn(vantage string) time.Time {
	for _, s := range t.Scenes {
		if s.Vantage == vantage && s.Platform == Process && s.At.After(time.Now()) {
			return s.At
		}
	}
	return t.End.Add(time.Hour)
}

// furnish writes the chats, and the four weeks before the trace as they were summed up.
func (p Player) furnish(ctx context.Context, t *Trace) error {
	err := p.Store.Update(ctx, func(tx bot.Tx) error {
		for _, d := range t.Chats {
			if err := tx.PutDestination(d); err != nil {
				return err
			}
		}
		return tx.PutHours(t.Past())
	})
	if err != nil {
		return fmt.Errorf("furnish the trace: %w", err)
	}
	return nil
}

// Past is the four weeks before the trace, as far as something is usual.
func (t *Trace) Past() []bot.Hour {
	var hours []bot.Hour
	for _, c := range t.Usual {
		for at := t.Start.AddDate(0, 0, -28).Truncate(time.Hour); at.Before(t.Start); at = at.Add(time.Hour) {
			if h := at.Hour(); h < c.From || h >= c.To {
				continue
			}
			for _, check := range t.Checks[c.Platform] {
				hours = append(hours, bot.Hour{
					Platform: c.Platform, Check: checkID(c.Platform, check), Vantage: Here, Start: at.UTC(),
					Up: 360, Median: c.Took, NineInTen: c.Took * 3 / 2,
				})
			}
		}
	}
	return hours
}

// result reads what was decided.
func (p Player) result(ctx context.Context, t *Trace, c *chats) (r Result, err error) {
	r.Lines = c.read()
	err = p.Store.View(ctx, func(tx bot.Tx) (err error) {
		r.Incidents, r.Decisions, err = Decisions(tx, t.Start, t.End.Add(time.Second))
		return err
	})
	return r, err
}

// mostIncidents bounds the incidents of a trace.
const mostIncidents = 10_000

// Decisions lists the incidents that were decided on at from or later and before until, oldest first, and those
// decisions.
func Decisions(tx bot.Tx, from, until time.Time) ([]bot.Incident, []Decision, error) {
	incidents, err := tx.LastIncidents(mostIncidents)
	if err != nil {
		return nil, nil, err
	}
	slices.Reverse(incidents)
	var kept []bot.Incident
	var list []Decision
	for _, i := range incidents {
		revisions, err := tx.Revisions(i.ID)
		if err != nil {
			return nil, nil, err
		}
		before := len(list)
		for _, r := range revisions {
			if !r.At.Before(from) && r.At.Before(until) {
				list = append(list, Decision{r.At, i.Platform, r.Condition, r.Reason})
			}
		}
		if len(list) > before {
			kept = append(kept, i)
		}
	}
	slices.SortStableFunc(list, func(a, b Decision) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Platform, b.Platform))
	})
	return kept, list, nil
}

// chats keeps what each chat received.
type chats struct {
	mu    sync.Mutex
	lines map[string][]Line
}

// trip is how long a request takes.
const trip = 20 * time.Millisecond

// Post implements bot.Notifier.
func (c *chats) Post(_ context.Context, p bot.Posting) (bot.Receipt, error) {
	time.Sleep(trip)
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.lines[p.To.Channel])
	c.lines[p.To.Channel] = append(c.lines[p.To.Channel], Line{time.Now(), p.Message.Title, p.Silent})
	return bot.Receipt{Channel: p.To.Channel, IDs: []string{fmt.Sprint(n)}}, nil
}

// Edit implements bot.Notifier.
func (c *chats) Edit(_ context.Context, r bot.Receipt, p bot.Posting) (bot.Receipt, error) {
	time.Sleep(trip)
	var n int
	if _, err := fmt.Sscan(r.IDs[0], &n); err != nil {
		return r, &bot.DeliveryError{Kind: bot.KindMissing, Err: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines[r.Channel][n].Title = p.Message.Title
	return r, nil
}

// Buckets implements bot.Notifier.
func (*chats) Buckets(bot.Op, bot.Address) []bot.Bucket { return nil }

func (c *chats) read() map[string][]Line {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := make(map[string][]Line, len(c.lines))
	for chat, list := range c.lines {
		lines[chat] = slices.Clone(list)
	}
	return lines
}
