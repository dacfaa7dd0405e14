package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/statuspage"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers"
)

// app is everything that runs, wired together. It decides nothing.
type app struct {
	config    *config.Config
	log       *slog.Logger
	out       io.Writer
	err       io.Writer
	words     *locales.Renderer
	quiet     *bot.Quiet
	seal      bot.Seal // of the buttons
	days      *bot.CriticalDays
	expiry    bot.CalendarWatch
	attention bot.Attention
	store     bot.Store
	board     *bot.Board
	watch     *bot.Watch
	patrol    *bot.Patrol
	orders    bot.Orders
	guard     *checks.Guard
	holder    bot.Holder
	page      *statuspage.Page
	listener  net.Listener
	speakers  []*speaker
	metrics   *metrics
	measured  net.Listener // where the metrics are served; nil for nowhere
	offline   atomic.Bool
	refused   sync.Map // the accounts that are no longer accepted

	concierge *bot.Concierge
}

// speaker is one account with all that it does.
type speaker struct {
	*bot.Speaker
	account  config.Account
	keeper   *bot.Timekeeper
	listener bot.Listener // nil where the account does not listen
	desk     *bot.Desk
}

// runLimit bounds one run of a check whose own limits failed to.
const runLimit = time.Minute

// newApp wires an app on an open store and an open listener for the page.
func newApp(
	m Main, c *config.Config, words *locales.Renderer, store bot.Store, listener net.Listener, replica string,
) (*app, error) {
	a := &app{config: c, log: m.logger(c.Log), out: m.Stdout, err: m.Stderr, words: words, store: store, listener: listener}
	env := m.net
	env.UserAgent, env.Logger, env.Manners, env.Patterns = userAgent(c), a.log, checks.NewManners(), checks.NewPatterns()
	a.guard = checks.NewGuard(c.Watch.Guard, env)
	a.holder = bot.Holder{Store: store, Replica: replica, Alone: c.Database.Postgres.IsZero(), Logger: a.log}
	a.board = a.newBoard()
	a.concierge = a.newConcierge(m)
	a.metrics = newMetrics(store, a.board, accountIDs(c.Accounts))
	place, err := paris()
	if err != nil {
		return nil, err
	}
	a.watch = bot.NewWatch(bot.WatchConfig{
		Store: store, Guard: a.guard, Platforms: a.board.Platforms, Rule: bot.DefaultRule(), Flap: bot.DefaultFlap(),
		Vantage: c.Watch.Vantage, Panel: a.board.Panel, Place: place.Location, Logger: a.log, Changed: a.changed,
		Offline: a.setOffline, Trouble: a.report, Orders: &a.orders,
		Ask: func(id bot.PlatformID) { a.patrol.Ask(id) },
	})
	rounds, err := rounds(c.Platforms, env)
	if err != nil {
		return nil, err
	}
	if err := a.readCalendar(); err != nil {
		return nil, err
	}
	a.patrol = &bot.Patrol{
		Rounds: rounds, Watch: a.watch, Vantage: c.Watch.Vantage, Burst: bot.DefaultBurst(), Days: a.days, Logger: a.log,
		Orders: &a.orders, Behind: bot.NewStrain().Behind,
	}
	a.attention = bot.Attention{
		Store: store, Ask: a.patrol.Ask, Fail: func(err error) { a.log.Error("attend to signals", "err", err) },
	}
	if a.page, err = a.newPage(); err != nil {
		return nil, err
	}
	for _, account := range c.Accounts {
		s, err := a.newSpeaker(m, account)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", account.ID, err)
		}
		a.speakers = append(a.speakers, s)
	}
	return a, nil
}

// readCalendar wires what follows from the school calendar: silence, notes, critical days and the warnings of its end.
func (a *app) readCalendar() (err error) {
	if a.board.Quiet, err = schoolDays(a.config); err != nil {
		return err
	}
	if paced(a.config) {
		a.quiet = a.board.Quiet
		a.days = bot.NewCriticalDays(a.quiet, zones(a.config), a.config.CriticalDays)
		a.board.Days = a.days
	}
	a.expiry = bot.CalendarWatch{Store: a.store, Trouble: a.report, Logger: a.log}
	a.expiry.Schools, err = a.schools()
	return err
}

func (a *app) newBoard() *bot.Board {
	board := &bot.Board{
		Store: a.store, Every: make(map[bot.PlatformID]time.Duration), Vantages: 1, PageURL: a.config.HTTP.PublicURL,
		Offline: a.offline.Load, Panel: bot.Panel{Others: a.config.Watch.Others, Quorum: make(map[bot.PlatformID]int)},
	}
	board.Planner = &bot.Planner{Store: a.store, Workarounds: a.config.Workarounds, Every: board.Every, Logger: a.log}
	for _, p := range a.config.Platforms {
		board.Platforms = append(board.Platforms, p.Platform)
		board.Panel.Quorum[p.ID] = p.Quorum
		for _, check := range p.Checks {
			if every := interval(check.Schedule); board.Every[p.ID] == 0 || every < board.Every[p.ID] {
				board.Every[p.ID] = every
			}
		}
	}
	board.Planner.Web = bot.NewWeb(board.Platforms)
	return board
}

// rounds makes the checks of every platform.
func rounds(platforms []config.Platform, env checks.Env) ([]bot.Round, error) {
	var rounds []bot.Round
	asked := requests(platforms)
	for _, p := range platforms {
		for _, check := range p.Checks {
			checker, err := checks.New(check.Spec, env)
			if err != nil {
				return nil, fmt.Errorf("check %s: %w", check.ID, err)
			}
			rounds = append(rounds, bot.Round{
				Check: check.ID, Platform: p.ID, Checker: checker, Schedule: check.Schedule, Limit: runLimit,
				Over: overFamily(check.Spec, env), Tight: tight(check, asked),
			})
		}
	}
	return rounds, nil
}

// requests counts, for each site, the checks a minute that the schedules ask for.
func requests(platforms []config.Platform) map[string]float64 {
	asked := make(map[string]float64)
	for _, p := range platforms {
		for _, check := range p.Checks {
			if every := interval(check.Schedule); every > 0 {
				asked[checks.Site(check.URL)] += time.Minute.Minutes() / every.Minutes()
			}
		}
	}
	return asked
}

const (
	// tightest is the shortest time between two runs of a check on a critical day, and rarest the longest usual one that is
	// shortened: what is asked every hour is asked so rarely for a reason.
	tightest = 20 * time.Second
	rarest   = 15 * time.Minute
	// mostAsked is how many checks a minute a site must have at most to be asked twice as often: half of what it may get
	// then ([checks.Manners] lets two a second through).
	mostAsked = 30
)

// tight is how often a check is made on critical days: twice as often as usual where its site is asked seldom enough; 0
// for as usual.
func tight(check config.Check, asked map[string]float64) time.Duration {
	every := interval(check.Schedule)
	if every/2 < tightest || every > rarest || asked[checks.Site(check.URL)] > mostAsked {
		return 0
	}
	return every / 2
}

// overFamily makes a check over one family of addresses; nil for one that keeps to a family itself.
func overFamily(spec checks.Spec, env checks.Env) func(bot.Family) bot.Checker {
	if spec.Family != "" {
		return nil
	}
	return func(f bot.Family) bot.Checker {
		spec := spec
		spec.Family = checks.Family(f)
		checker, err := checks.New(spec, env)
		if err != nil { // a URL that names an address of the other family
			return nil
		}
		return checker
	}
}

// menu is what an account's chat platform shows of the commands. What is for operators is known only where there are some.
func menu(words *locales.Renderer, account config.Account) ([]bot.MenuItem, error) {
	return words.Menu(slices.DeleteFunc(bot.Commands(), func(c bot.Command) bool {
		return c.For == bot.ForOperators && len(account.Operators) == 0
	})...)
}

// adapterOf is what the adapter of an account is made of, without what it writes to.
func (m Main) adapterOf(account config.Account, menu []bot.MenuItem) notifiers.Config {
	return notifiers.Config{
		Platform: account.Platform, Token: account.Token.Reveal(), AppToken: account.AppToken.Reveal(),
		Command: account.Command, Admins: account.Admins, APIURL: account.APIURL, Menu: menu, Colour: m.colour(), HTTPClient: m.client,
	}
}

// secondAbove is how many chats an operator may address alone: where there is one operator only, any number.
func secondAbove(accounts []config.Account, configured int) int {
	names := make(map[string]bool)
	for _, account := range accounts {
		for _, name := range account.Operators {
			names[name] = true
		}
	}
	if len(names) < 2 {
		return 0
	}
	return configured
}

// prefix is what comes before a command's name on an account.
func (m Main) prefix(account config.Account) string {
	return notifiers.Prefix(m.adapterOf(account, nil))
}

func (a *app) newSpeaker(m Main, account config.Account) (*speaker, error) {
	menu, err := menu(a.words, account)
	if err != nil {
		return nil, err
	}
	place, err := paris()
	if err != nil {
		return nil, err
	}
	settings := m.adapterOf(account, menu)
	settings.Terminal, settings.Logger = a.out, a.log.With("account", account.ID)
	notifier, err := notifiers.New(settings)
	if err != nil {
		return nil, err
	}
	s := &speaker{account: account}
	places := a.board.Vantages
	if len(a.board.Panel.Others) > 0 {
		places = 0 // not known of the moment that a notice tells of
	}
	s.keeper = &bot.Timekeeper{Account: account.ID, Store: a.store, Notifier: notifier, Trouble: a.report, Logger: a.log}
	s.Speaker = bot.NewSpeaker(bot.SpeakerConfig{
		Account: account.ID, Store: a.store, Notifier: notifier, Trouble: a.report, Logger: a.log, Look: a.look(),
		Quiet: a.quiet, Days: a.days,
		Observe: func(attempt bot.Attempt) {
			a.metrics.observe(attempt)
			s.keeper.Observe(attempt)
			a.mended(attempt)
		},
		Writer: bot.Writer{
			Store: a.store, Renderer: a.words, Web: a.board.Planner.Web, Planner: a.board.Planner, Every: a.board.Every, Vantages: places,
			PageURL: a.config.HTTP.PublicURL, Seal: &a.seal, Operated: len(account.Operators) > 0,
		},
	})
	s.listener, _ = notifier.(bot.Listener)
	s.desk = &bot.Desk{
		Account: account.ID, Chat: account.Platform, Prefix: m.prefix(account), Store: a.store, Board: a.board,
		Open: account.Open, Operators: account.Operators, Whispers: account.Platform != bot.Telegram,
		Forms: account.Platform == bot.Slack, Notifier: notifier, Turnstile: &bot.Turnstile{},
		Seal:     &a.seal,
		Renderer: a.words, Stranger: stranger(place), Woken: s.Wake, Changed: a.changed, Trouble: a.report, End: a.concierge.End, Logger: a.log,
		SecondAbove: secondAbove(a.config.Accounts, a.config.SecondAbove),
	}
	return s, nil
}

// look is how often a speaker reads the ledger when nobody in this process calls it.
func (a *app) look() time.Duration {
	if a.config.Database.Postgres.IsZero() {
		return time.Minute
	}
	return 250 * time.Millisecond
}

// Run runs everything until ctx ends, and then lets what is on its way arrive.
func (a *app) Run(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.servePage(ctx) })
	if a.measured != nil {
		group.Go(func() error { return a.metrics.serve(ctx, a.measured) })
	}
	group.Go(func() error { return a.concierge.Run(ctx) })
	group.Go(func() error { return a.holder.Hold(ctx, bot.WatchDuty, a.doWatch) })
	for _, s := range a.speakers {
		group.Go(func() error {
			return a.tolerate(s, a.holder.Hold(ctx, bot.AccountDuty(s.account.ID), s.speak))
		})
	}
	return group.Wait()
}

// doWatch is the duty to watch.
func (a *app) doWatch(ctx context.Context, lease *bot.Lease) error {
	if err := unlessStopped(ctx, a.watch.Load(ctx, lease)); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.watch.Run(ctx) })
	group.Go(func() error { return a.patrol.Run(ctx) })
	group.Go(func() error { return a.expiry.Run(ctx, lease) })
	group.Go(func() error { return a.attention.Run(ctx) })
	return group.Wait()
}

// unlessStopped is an error that is not just the end of ctx.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// speak is the duty to send and to listen on the account.
func (s *speaker) speak(ctx context.Context, lease *bot.Lease) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.Run(ctx, lease) })
	group.Go(func() error { return s.keeper.Run(ctx) })
	if s.listener != nil {
		group.Go(func() error { return s.listener.Listen(ctx, s.desk) })
	}
	return group.Wait()
}

// tolerate keeps an account that is refused from stopping the others.
func (a *app) tolerate(s *speaker, err error) error {
	var failed *bot.DeliveryError
	if errors.As(err, &failed) && failed.Kind == bot.KindUnauthorised {
		a.report(bot.Trouble{Kind: bot.TroubleUnauthorised, Account: s.account.ID, Detail: failed.Error()})
		return nil
	}
	return err
}

// prepare writes the configured destinations down.
func (a *app) prepare(ctx context.Context) error {
	err := a.store.Update(ctx, func(tx bot.Tx) error {
		configured, err := a.configured(tx)
		if err != nil {
			return err
		}
		return bot.Enrol(tx, configured, accountIDs(a.config.Accounts), a.board.Platforms, time.Now())
	})
	if err != nil {
		return fmt.Errorf("write the destinations down: %w", err)
	}
	return a.seal.Load(ctx, a.store)
}

// configured lists the destinations of the configuration, and the operators' chats: one that has subscribed itself, too,
// stays as it wants to be.
func (a *app) configured(tx bot.Tx) (list []bot.Destination, err error) {
	for _, d := range a.config.Destinations {
		list = append(list, d.Destination)
	}
	known, err := tx.Destinations()
	if err != nil {
		return nil, err
	}
	place, err := paris()
	if err != nil {
		return nil, err
	}
	for _, account := range a.config.Accounts {
		id := account.Office.ID
		taken := func(d bot.Destination) bool { return d.ID == id }
		if id == "" || slices.ContainsFunc(list, taken) ||
			slices.ContainsFunc(known, func(d bot.Destination) bool { return taken(d) && d.Wishes != nil }) {
			continue
		}
		list = append(list, bot.Destination{
			ID: id, Account: account.ID, Address: account.Office.Address, Audience: bot.Staff, Place: place, Languages: []string{"fr"},
		})
	}
	return list, nil
}

// changed tells everybody that the ledger has changed.
func (a *app) changed() {
	a.wake()
	a.page.Changed()
}

// setOffline takes note of the state of our own network, and says it aloud when it changes.
func (a *app) setOffline(offline bool) {
	if a.offline.Swap(offline) == offline {
		return
	}
	key := "terminal.online"
	if offline {
		key = "terminal.offline"
	}
	a.say(key, nil)
	a.page.Changed()
}

// say prints one of the operator's texts.
func (a *app) say(key string, data map[string]any) {
	if text := a.text(key, data); text != "" {
		fmt.Fprintln(a.out, text)
	}
}

// text is one of the operator's texts; empty, and logged, where it cannot be made.
func (a *app) text(key string, data map[string]any) string {
	text, err := a.words.Text("fr", key, data)
	if err != nil {
		a.log.Error("find a text", "key", key, "err", err)
	}
	return text
}
