package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// town is the whole program between the emulated chats, in simulated time: the real wiring on a real SQLite file, the
// real adapters and listeners over networks in memory. A test decides the verdicts, the faults, and what people do.
type town struct {
	t     *testing.T
	known *catalogue.Catalogue
	words *locales.Renderer
	log   io.Writer
	file  string // the database
	*quarter

	accounts  map[string]string // what is configured: YAML by account
	chats     []chat
	platforms []string
	name      string // of every platform; empty for one after its id
	quiet     string // YAML: the quiet hours of chats without others; empty for none

	said *journal
	life *life
}

// chat is a configured destination.
type chat struct {
	account  string
	channel  string
	thread   string
	audience string
	zone     string // empty for Lille
	quiet    string // YAML; empty for none
	follows  []string
}

// life is one run of the program.
type life struct {
	app   *app
	store *doomed
	stop  context.CancelFunc
	done  chan error
}

// doomed is a store whose process can be killed: from then on nothing is written or read any more.
type doomed struct {
	bot.Store
	mu   sync.RWMutex
	dead bool
}

var errDead = errors.New("the process was killed")

// Update implements bot.Store.
func (m *doomed) Update(ctx context.Context, f func(bot.Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.dead {
		return errDead
	}
	return m.Store.Update(ctx, f)
}

// View implements bot.Store.
func (m *doomed) View(ctx context.Context, f func(bot.Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.dead {
		return errDead
	}
	return m.Store.View(ctx, f)
}

func (m *doomed) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = true
}

// opening is the simulated moment at which every scene begins: the first Tuesday of a school year, 8 a.m. in Paris.
func opening() time.Time { return time.Date(2026, time.September, 1, 6, 0, 0, 0, time.UTC) }

// template is a database with an up-to-date schema, which scenes copy: to prepare one takes longer than a scene.
type template struct {
	once sync.Once
	data []byte
	err  error
}

// play runs a test on a scene.
func play(t *testing.T, props *props, test func(s *town)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "panneau.db")
	if err := props.prepare(t, file); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(opening()))
		s := &town{
			t: t, known: props.known, words: props.words, file: file, log: io.Discard, said: &journal{},
			accounts: make(map[string]string), platforms: []string{"ent"},
		}
		if os.Getenv("PANNEAU_TEST_LOG") != "" {
			s.log = t.Output()
		}
		s.open(props)
		test(s)
		if s.life != nil {
			s.halt()
		}
		if err := s.leave(); err != nil {
			t.Error(err)
		}
	})
}

// props are what scenes share, because it takes long to make.
type props struct {
	known    *catalogue.Catalogue
	words    *locales.Renderer
	describe *telegram.Description
	template template
}

func newProps(t testing.TB) *props {
	t.Helper()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	return &props{known: known, words: words, describe: telegram.Describe()}
}

// prepare writes an empty database with its schema.
func (p *props) prepare(t *testing.T, file string) error {
	p.template.once.Do(func() {
		first := filepath.Join(t.TempDir(), "template.db")
		db, err := store.OpenSQLite(t.Context(), first, slog.New(slog.DiscardHandler))
		if err == nil {
			err = db.Close()
		}
		if err == nil {
			p.template.data, err = os.ReadFile(first)
		}
		p.template.err = err
	})
	if p.template.err != nil {
		return p.template.err
	}
	return os.WriteFile(file, p.template.data, 0o600)
}

// open opens the emulated platforms.
func (s *town) open(p *props) {
	s.quarter = newQuarter(s.t.Context(), p.describe)
	for _, platform := range platforms() {
		s.build(platform)
		s.account(string(platform), platform)
	}
}

func (s *town) medium(p bot.ChatPlatform) *medium {
	for _, m := range s.media {
		if m.platform == p {
			return m
		}
	}
	s.t.Fatalf("no chat platform %q", p)
	return nil
}

// account configures an account.
func (s *town) account(name string, p bot.ChatPlatform) {
	more := fmt.Sprintf("token: {env: %s}, api_url: %s", strings.ToUpper(string(p)), s.medium(p).apiURL())
	if p == bot.Slack {
		more += ", app_token: {env: SLACK_APP}"
	}
	s.accounts[name] = fmt.Sprintf("{platform: %s, %s}", p, more)
}

// configuration is the file as an operator would write it.
func (s *town) configuration() string {
	var b strings.Builder
	fmt.Fprintf(&b, "data_dir: %s\nhttp: {public_url: https://panneau.exemple.fr}\nwatch: {guard: {addresses: [], names: []}}\naccounts:\n", filepath.Dir(s.file))
	for name, entry := range s.accounts {
		fmt.Fprintf(&b, "  %s: %s\n", name, entry)
	}
	b.WriteString("platforms:\n")
	for _, id := range s.platforms {
		name := s.name
		if name == "" {
			name = strings.ToUpper(id)
		}
		fmt.Fprintf(&b, "  %s: {name: %q, checks: [{name: a, url: https://%s.exemple.fr}]}\n", id, name, id)
	}
	if len(s.chats) > 0 {
		b.WriteString("destinations:\n")
	}
	for _, c := range s.chats {
		fmt.Fprintf(&b, "  - {account: %s, channel: %q, audience: %s, zone: %s, quiet: %s, follows: [%s]",
			c.account, c.channel, c.audience, cmp.Or(c.zone, "Lille"), cmp.Or(c.quiet, s.quiet, "none"), strings.Join(c.follows, ", "))
		if c.thread != "" {
			fmt.Fprintf(&b, ", thread: %q", c.thread)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// load reads the configuration as the program does. The checks are taken out: the test gives the verdicts.
func (s *town) load() *config.Config {
	s.t.Helper()
	file := filepath.Join(filepath.Dir(s.file), "panneau.yaml")
	if err := os.WriteFile(file, []byte(s.configuration()), 0o600); err != nil {
		s.t.Fatal(err)
	}
	tokens := map[string]string{
		"TELEGRAM": telegram.Token, "SLACK": slack.BotToken, "SLACK_APP": slack.AppToken, "DISCORD": discordToken,
	}
	c, err := config.Load(file, config.Options{
		Catalogue: s.known, Getenv: func(name string) string { return tokens[name] },
		Open: func(name string) (fs.File, error) { return os.Open(name) },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range c.Platforms {
		c.Platforms[i].Checks = nil
	}
	return c
}

// start begins a life.
func (s *town) start() {
	s.t.Helper()
	db, err := store.OpenSQLite(s.t.Context(), s.file, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	l := &life{store: &doomed{Store: db}, done: make(chan error, 1)}
	m := Main{Getenv: func(string) string { return "" }, Stdout: s.said, Stderr: s.log, client: s.client}
	if l.app, err = newApp(m, s.load(), s.words, l.store, emulator.NewNetwork(), "replica"); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	l.stop = cancel
	go func() { l.done <- l.app.Run(ctx) }()
	s.life = l
	time.Sleep(5 * time.Second) // the listeners connect
}

// halt ends the life in order.
func (s *town) halt() {
	s.t.Helper()
	s.life.stop()
	if err := <-s.life.done; err != nil {
		s.t.Error(err)
	}
	s.close()
}

// crash ends the life as a kill would: what is on its way arrives or not, and nobody writes down which.
func (s *town) crash() {
	s.t.Helper()
	s.life.store.kill()
	s.life.stop()
	if err := <-s.life.done; err != nil && !errors.Is(err, errDead) {
		s.t.Error(err)
	}
	s.close()
}

func (s *town) close() {
	s.client.CloseIdleConnections()
	if closer, ok := s.life.store.Store.(io.Closer); ok {
		if err := closer.Close(); err != nil {
			s.t.Error(err)
		}
	}
	s.life = nil
}

// restart ends the life in order and begins another one.
func (s *town) restart() {
	s.t.Helper()
	s.halt()
	s.start()
}

// see gives verdicts about a platform, a second apart: u up, s slow, d down, q full, l no login, x an error page, b one that
// refuses our checks.
func (s *town) see(platform, story string) {
	for _, letter := range story {
		v := map[rune]bot.Verdict{
			'u': {Outcome: bot.Up}, 's': {Outcome: bot.Slow, Reason: bot.ReasonSlow},
			'd': {Outcome: bot.Down, Reason: bot.ReasonTimeoutConnect}, 'q': {Outcome: bot.Down, Reason: bot.ReasonQuotaPage},
			'b': {Outcome: bot.Unknown, Reason: bot.ReasonBlockedUs},
			'l': {Outcome: bot.Down, Reason: bot.ReasonLoginPath}, 'x': {Outcome: bot.Down, Reason: bot.ReasonServerError},
		}[letter]
		v.Check, v.Platform, v.At = bot.CheckID(platform+"/a"), bot.PlatformID(platform), time.Now()
		if _, err := s.life.app.watch.Observe(s.t.Context(), v); err != nil {
			s.t.Error(err)
			return
		}
		time.Sleep(time.Second)
	}
}
