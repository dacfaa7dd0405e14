package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// part is what one account has to tell in a broadcast.
type part struct {
	account  bot.AccountID
	platform bot.ChatPlatform
	chats    int
	haste    int // multiplies the 30 messages a second of a Telegram bot, here and in the emulator; 0 for none
}

// perSecond is how many first messages the published limits allow; 0: as many as there are, at once.
func (p part) perSecond() int {
	switch p.platform {
	case bot.Telegram:
		return 30 * max(p.haste, 1)
	case bot.Discord:
		return 50
	default: // 1 a second in each channel, and several hundred a minute in all
		return 0
	}
}

// booth is one account with its emulated chat platform.
type booth struct {
	part
	chat     emulator.Chat
	tap      *tap
	notifier bot.Notifier
	channels []string
	speaker  *bot.Speaker
}

// server makes a handler reachable: on a loopback port, or on a network in memory.
type server func(tb testing.TB, chat http.Handler) (url string, next http.RoundTripper)

func loopback(tb testing.TB, chat http.Handler) (url string, next http.RoundTripper) {
	s := httptest.NewServer(chat)
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
	})
	return s.URL, transport
}

// describedTelegram is the description of the Bot API, which takes a moment to read.
var describedTelegram = sync.OnceValue(telegram.Describe)

// newBooth opens an account's channels and makes its real adapter.
func newBooth(tb testing.TB, p part, serve server) *booth {
	tb.Helper()
	b := &booth{part: p}
	path, channel, token := "", "", ""
	switch p.platform {
	case bot.Telegram:
		b.chat, token = telegram.New(telegram.Options{Haste: p.haste, Description: describedTelegram()}), telegram.Token
		channel = "-100%08d"
	case bot.Slack:
		workspace := slack.New(slack.Options{})
		tb.Cleanup(workspace.Close)
		b.chat, token, path, channel = workspace, slack.BotToken, "/api", "C0%08d"
	case bot.Discord:
		b.chat, token, path = discord.New(discord.Options{Token: discordToken}), discordToken, "/api/v10"
		channel = "1%017d"
	}
	for i := range p.chats {
		b.channels = append(b.channels, fmt.Sprintf(channel, i+1))
		b.chat.Open(b.channels[i])
	}
	url, next := serve(tb, b.chat)
	b.tap = &tap{next: next}
	notifier, err := notifiers.New(notifiers.Config{
		Platform: p.platform, Token: token, APIURL: url + path, HTTPClient: &http.Client{Transport: b.tap},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	b.notifier = notifier
	if p.haste > 1 {
		b.notifier = hasty{notifier, p.haste}
	}
	return b
}

// hasty is an account with a multiple of the published limit of 30 messages a second.
type hasty struct {
	bot.Notifier
	haste int
}

func (h hasty) Buckets(op bot.Op, to bot.Address) []bot.Bucket {
	list := h.Notifier.Buckets(op, to)
	list[0].N *= h.haste
	return list
}

// studio is the whole line from a verdict to what the chats show: the real watch, ledger, speakers and adapters.
type studio struct {
	tb      testing.TB
	store   *store.Store
	alone   bool // no other process can reach the database
	words   *locales.Renderer
	booths  []*booth
	follows []bot.PlatformID
	watch   *bot.Watch
	stop    context.CancelFunc
	stopped chan error

	mu      sync.Mutex
	decided time.Time // when the last decision was written
	trouble []bot.Trouble
}

// pronote is the platform that fails in broadcasts.
const pronote bot.PlatformID = "pronote"

// newStudio writes the destinations down: every channel of every account. Those of the account follow what follows
// says, in the order of its channels; where it says nothing, they follow Pronote.
func newStudio(tb testing.TB, s *store.Store, alone bool, booths []*booth, platforms ...bot.PlatformID) *studio {
	tb.Helper()
	words, err := locales.New()
	if err != nil {
		tb.Fatal(err)
	}
	if len(platforms) == 0 {
		platforms = []bot.PlatformID{pronote}
	}
	b := &studio{tb: tb, store: s, alone: alone, words: words, booths: booths, follows: platforms}
	err = s.Update(tb.Context(), func(tx bot.Tx) error {
		for _, booth := range booths {
			for i := range booth.channels {
				if err := tx.PutDestination(b.destination(booth, i)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func (b *studio) destination(booth *booth, i int) bot.Destination {
	place, err := paris()
	if err != nil {
		b.tb.Fatal(err)
	}
	return bot.Destination{
		ID: bot.DestinationID(string(booth.account) + ":" + booth.channels[i]), Account: booth.account,
		Address: bot.Address{Channel: booth.channels[i]}, Audience: bot.Families, Place: place,
		Languages: []string{"fr"}, Follows: b.follows,
	}
}

func (b *studio) platforms() []bot.Platform {
	var list []bot.Platform
	for _, id := range b.follows {
		list = append(list, bot.Platform{ID: id, Name: "Pronote " + string(id)})
	}
	return list
}

func (b *studio) writer() bot.Writer {
	return bot.Writer{Renderer: b.words, Web: bot.NewWeb(b.platforms()), Vantages: 1}
}

// start begins as a fresh process would.
func (b *studio) start() {
	b.tb.Helper()
	logger := slog.New(slog.NewTextHandler(b.tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	holder := bot.Holder{Store: b.store, Replica: "r1", Alone: b.alone, Logger: logger}
	look := time.Minute
	if !b.alone {
		look = 250 * time.Millisecond
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.tb.Context()))
	b.stop, b.stopped = cancel, make(chan error, len(b.booths)+1)
	for _, booth := range b.booths {
		booth.speaker = bot.NewSpeaker(bot.SpeakerConfig{
			Account: booth.account, Store: b.store, Notifier: booth.notifier, Writer: b.writer(), Look: look,
			Trouble: b.report, Logger: logger,
		})
		go func() { b.stopped <- holder.Hold(ctx, bot.AccountDuty(booth.account), booth.speaker.Run) }()
	}
	b.watch = bot.NewWatch(bot.WatchConfig{
		Store: b.store, Guard: online{}, Platforms: b.platforms(), Rule: bot.DefaultRule(), Flap: bot.DefaultFlap(),
		Vantage: "ici", Logger: logger, Changed: b.changed, Ask: func(bot.PlatformID) {}, Offline: func(bool) {},
	})
	loaded := make(chan error, 1)
	go func() {
		b.stopped <- holder.Hold(ctx, bot.WatchDuty, func(ctx context.Context, lease *bot.Lease) error {
			loaded <- b.watch.Load(ctx, lease)
			<-ctx.Done()
			return nil
		})
	}()
	if err := <-loaded; err != nil {
		b.tb.Fatal(err)
	}
}

type online struct{}

func (online) Believe(context.Context, bot.Verdict) (believed, online bool) { return true, true }

func (b *studio) changed() {
	b.mu.Lock()
	b.decided = time.Now()
	b.mu.Unlock()
	for _, booth := range b.booths {
		booth.speaker.Wake()
	}
}

func (b *studio) report(t bot.Trouble) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trouble = append(b.trouble, t)
}

// told lists what the operator was told.
func (b *studio) told() []bot.Trouble {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.trouble)
}

// halt ends as a program that is told to stop.
func (b *studio) halt() error {
	b.stop()
	var all error
	for range len(b.booths) + 1 {
		all = errors.Join(all, <-b.stopped)
	}
	return all
}

// fail makes a platform fail until it is told, recover makes it answer again until that is.
func (b *studio) fail(id bot.PlatformID) {
	b.observe(id, bot.Down, bot.ReasonServerError, bot.DefaultRule().Bad)
}
func (b *studio) recover(id bot.PlatformID) { b.observe(id, bot.Up, "", bot.DefaultRule().Good) }

func (b *studio) observe(id bot.PlatformID, o bot.Outcome, reason bot.Reason, times int) {
	b.tb.Helper()
	for range times {
		v := bot.Verdict{Check: bot.CheckID(id + "/accueil"), Platform: id, At: time.Now(), Outcome: o, Reason: reason}
		if _, err := b.watch.Observe(b.tb.Context(), v); err != nil {
			b.tb.Fatal(err)
		}
	}
}

// owed counts the deliveries that have something left to do, whenever it falls due.
func (b *studio) owed() int {
	n := 0
	err := b.store.View(b.tb.Context(), func(tx bot.Tx) error {
		for _, booth := range b.booths {
			tasks, _, err := tx.Due(booth.account, time.Now().AddDate(1, 0, 0), 100_000)
			if err != nil {
				return err
			}
			n += len(tasks)
		}
		return nil
	})
	if err != nil {
		b.tb.Fatal(err)
	}
	return n
}

// count compares what each channel shows with the number of messages that it should.
func (b *booth) count(tb testing.TB, want int) (lost, repeated int) {
	tb.Helper()
	for _, channel := range b.channels {
		n := len(b.chat.Shown(channel))
		lost += max(want-n, 0)
		repeated += max(n-want, 0)
	}
	for _, r := range b.chat.Requests() {
		if r.Problem != "" {
			tb.Errorf("%s: %s of %s: %s", b.account, r.Method, r.Channel, r.Problem)
		}
	}
	return lost, repeated
}

// deliveries lists the moments at which the platform took a message of the account, in order.
func (b *booth) deliveries() []time.Time {
	var list []time.Time
	for _, r := range b.chat.Requests() {
		if r.Accepted {
			list = append(list, r.At)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return list
}

// span is the time from the first to the last delivery.
func (b *booth) span() time.Duration {
	list := b.deliveries()
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].Sub(list[0])
}

// ideal is the shortest span that the published limits allow, without a burst at the beginning.
func (p part) ideal() time.Duration {
	if p.perSecond() == 0 {
		return 0
	}
	return time.Duration(p.chats) * time.Second / time.Duration(p.perSecond())
}

func (p part) String() string { return string(p.platform) + " " + strconv.Itoa(p.chats) }
