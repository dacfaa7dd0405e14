package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// scene is what outlives the processes of a test: a web site that fails, the three chat platforms with their published
// limits, and the channels in them.
type scene struct {
	t         *testing.T
	site      *site
	reference net.Listener
	gates     map[bot.ChatPlatform]*gate
	chats     map[bot.ChatPlatform]emulator.Chat
	channels  map[bot.ChatPlatform][]string
	processes int
}

// crowd is how many channels a scene has on each platform.
type crowd struct{ telegram, slack, discord int }

func platforms() []bot.ChatPlatform {
	return []bot.ChatPlatform{bot.Telegram, bot.Slack, bot.Discord}
}

func newScene(t *testing.T, of crowd) *scene {
	t.Helper()
	workspace := slack.New(slack.Options{})
	s := &scene{
		t: t, site: newSite(), channels: map[bot.ChatPlatform][]string{}, gates: map[bot.ChatPlatform]*gate{},
		chats: map[bot.ChatPlatform]emulator.Chat{
			bot.Telegram: telegram.New(telegram.Options{}), bot.Slack: workspace,
			bot.Discord: discord.New(discord.Options{Token: discordToken}),
		},
	}
	var err error
	if s.reference, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	for name, chat := range s.chats {
		s.gates[name] = &gate{chat: chat}
	}
	for i := range of.telegram {
		s.open(bot.Telegram, fmt.Sprint(-1001-i))
	}
	for i := range of.slack {
		s.open(bot.Slack, fmt.Sprintf("C0%06d", i))
	}
	for i := range of.discord {
		s.open(bot.Discord, fmt.Sprint(1000000000000000001+i))
	}
	t.Cleanup(func() {
		s.site.close()
		workspace.Close()
		if err := s.reference.Close(); err != nil {
			t.Error(err)
		}
		for _, g := range s.gates {
			g.empty()
		}
	})
	return s
}

func (s *scene) open(on bot.ChatPlatform, channel string) {
	s.chats[on].Open(channel)
	s.channels[on] = append(s.channels[on], channel)
}

// shown is what the bot shows in a channel.
func (s *scene) shown(on bot.ChatPlatform, channel string) []emulator.Shown {
	w := world{chats: map[string]emulator.Chat{string(on): s.chats[on]}}
	return w.shown(string(on), channel)
}

// process is a panneau that is killed and started again in the same folder.
type process struct {
	scene    *scene
	number   int
	dir      string
	postgres string // the address of its database; empty for SQLite in its folder
	env      []string
	mu       sync.Mutex // a trap kills from elsewhere
	command  *exec.Cmd
	gone     chan struct{} // closed when the process has ended
	ended    time.Time     // when that was, once gone is closed
	output   *output
	log      *output // of all its lives
}

// output is what a process writes, and when it wrote first: it greets once it is ready.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first time.Time
}

// Write implements io.Writer.
func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.first.IsZero() {
		o.first = time.Now()
	}
	return o.text.Write(data)
}

// String is everything that was written.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) since() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.first
}

// process prepares a panneau with a folder, a page and a way to the chats of its own. Postgres is the address of its
// database; empty for SQLite in its folder.
func (s *scene) process(postgres string) *process {
	return s.processOn(postgres, postgres)
}

// processOn is process with two ways to the same database: the program's, and ours.
func (s *scene) processOn(postgres, ours string) *process {
	s.t.Helper()
	p := &process{scene: s, number: s.processes, postgres: ours, dir: s.t.TempDir(), log: &output{}}
	s.processes++
	page, err := freePort()
	if err != nil {
		s.t.Fatal(err)
	}
	urls := map[bot.ChatPlatform]string{}
	for name, g := range s.gates {
		server := httptest.NewServer(g.from(p.number))
		urls[name] = server.URL
		s.t.Cleanup(func() {
			server.CloseClientConnections()
			server.Close()
		})
	}
	config := fmt.Sprintf(sceneConfig, filepath.Join(p.dir, "data"), page, s.reference.Addr(), s.site.url(),
		urls[bot.Telegram], urls[bot.Slack], urls[bot.Discord])
	if postgres != "" {
		config += "database: {postgres: {env: DATABASE}}\n"
	}
	config += "destinations:\n"
	for _, on := range platforms() {
		for _, channel := range s.channels[on] {
			config += fmt.Sprintf("  - {account: %s, channel: %q, audience: families, zone: Lille, quiet: none, follows: [ent-demo]}\n", on, channel)
		}
	}
	if err := os.WriteFile(filepath.Join(p.dir, "panneau.yaml"), []byte(config), 0o600); err != nil {
		s.t.Fatal(err)
	}
	p.env = append(os.Environ(), "TELEGRAM_TOKEN="+telegram.Token, "SLACK_TOKEN="+slack.BotToken,
		"DISCORD_TOKEN="+discordToken, "DATABASE="+postgres, deathFile+"="+filepath.Join(p.dir, "death"))
	s.t.Cleanup(p.kill)
	return p
}

// sceneConfig has one platform, checked as often as is allowed, and one account on each chat platform.
const sceneConfig = `
data_dir: %s
http: {listen: %q}
log: {level: info}
watch:
  contact: panneau@exemple.fr
  schedule: "@every 10s"
  guard: {addresses: [%q], names: []}
platforms:
  pronote: {enabled: false}
  educonnect: {enabled: false}
  ecoledirecte: {enabled: false}
  apps: {enabled: false}
  tchap: {enabled: false}
  ent-demo:
    name: ENT de démonstration
    checks: [{name: accueil, url: %q, allow_private: true, must_contain: [Bienvenue]}]
accounts:
  telegram: {platform: telegram, token: {env: TELEGRAM_TOKEN}, api_url: %q}
  slack: {platform: slack, token: {env: SLACK_TOKEN}, api_url: "%s/api"}
  discord: {platform: discord, token: {env: DISCORD_TOKEN}, api_url: "%s/api/v10"}
`

// start runs the program. It is the test binary, which is panneau when it is called « mortal ».
func (p *process) start() {
	p.scene.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.scene.t.Fatal(err)
	}
	p.output = &output{}
	command := &exec.Cmd{
		Path: self, Args: []string{"mortal", "run", "-c", filepath.Join(p.dir, "panneau.yaml")}, Dir: p.dir, Env: p.env,
		Stdout: p.output, Stderr: p.log,
	}
	if err := command.Start(); err != nil {
		p.scene.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = command.Wait() // how it ended is seen in its state
		p.ended = time.Now()
		close(gone)
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.command, p.gone = command, gone
}

// life is what runs now, or ran last, and what is closed when it ends; nil before the first start.
func (p *process) life() (*exec.Cmd, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.command, p.gone
}

// ready waits until the program greets, and returns when that was.
func (p *process) ready() time.Time {
	p.scene.t.Helper()
	for range 3000 {
		if at := p.output.since(); !at.IsZero() {
			return at
		}
		select {
		case <-p.gone:
			p.scene.t.Fatalf("process %d ended at its start:\n%s", p.number, p.tail())
		case <-time.After(10 * time.Millisecond):
		}
	}
	p.scene.t.Fatalf("process %d is not ready", p.number)
	return time.Time{}
}

// tail is the end of the log.
func (p *process) tail() string {
	text := p.log.String()
	return text[max(0, len(text)-4000):]
}

// decided is when the process wrote a decision about the platform down, the first one since a time.
func (p *process) decided(since time.Time) (time.Time, bool) {
	for line := range strings.Lines(p.log.String()) {
		stamp, rest, _ := strings.Cut(line, " ")
		at, err := time.Parse("time="+time.RFC3339Nano, stamp)
		if err == nil && !at.Before(since) && strings.Contains(rest, "platform condition") {
			return at, true
		}
	}
	return time.Time{}, false
}

// uncertain counts the messages on Telegram that a living process has lost sight of since a time: on a machine with too
// much to do, a lease can end in the middle of requests.
func (p *process) uncertain(since time.Time) int {
	n := 0
	for line := range strings.Lines(p.log.String()) {
		stamp, rest, _ := strings.Cut(line, " ")
		at, err := time.Parse("time="+time.RFC3339Nano, stamp)
		if err == nil && !at.Before(since) && strings.Contains(rest, "account=telegram") &&
			strings.Contains(rest, "kind=uncertain") && !strings.Contains(rest, "act=edit") {
			n++
		}
	}
	return n
}

// inFlight counts, in the database of a process that has ended, the messages of an account that had left or were about
// to, and whose end is not written down.
func (p *process) inFlight(account bot.AccountID) int {
	p.scene.t.Helper()
	var db *store.Store
	var err error
	quiet := slog.New(slog.DiscardHandler)
	if p.postgres != "" {
		db, err = store.OpenPostgres(p.scene.t.Context(), p.postgres, quiet)
	} else {
		db, err = store.OpenSQLite(p.scene.t.Context(), filepath.Join(p.dir, "data", "panneau.db"), quiet)
	}
	if err != nil {
		p.scene.t.Fatal(err)
	}
	n := 0
	err = db.View(p.scene.t.Context(), func(tx bot.Tx) error {
		tasks, _, err := tx.Due(account, time.Now().Add(time.Hour), 10_000)
		for _, task := range tasks {
			if act := task.Delivery.Flight.Act; act == bot.ActPost || act == bot.ActRing {
				n++
			}
		}
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		p.scene.t.Fatal(err)
	}
	return n
}

// signal sends a signal to the process.
func (p *process) signal(s syscall.Signal) {
	command, _ := p.life()
	if err := command.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.scene.t.Error(err)
	}
}

// kill ends the process at once, if it runs, and waits for its end.
func (p *process) kill() {
	command, gone := p.life()
	if command == nil {
		return
	}
	p.signal(syscall.SIGKILL)
	<-gone
}

// stop ends the process as an operator does.
func (p *process) stop() {
	p.signal(syscall.SIGTERM)
	<-p.gone
}

// announce tells the process when it is to die, for its next transactions.
func (p *process) announce(d death) {
	file := filepath.Join(p.dir, "death")
	if err := os.WriteFile(file+".new", []byte(d.String()), 0o600); err != nil {
		p.scene.t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		p.scene.t.Fatal(err)
	}
}

// pardon takes an announcement back.
func (p *process) pardon() {
	if err := os.Remove(filepath.Join(p.dir, "death")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.scene.t.Fatal(err)
	}
}

// told reports whether a channel shows what a phase of the outage is to be told with: posted first, edited when the
// site fails in another way, and, when it is back, edited and said aloud.
func told(list []emulator.Shown, act bot.Act) bool {
	living, aloud := false, false
	for _, m := range list {
		text := plain(m.Text)
		back := strings.Contains(text, "de nouveau accessible")
		switch act {
		case bot.ActPost:
			living = living || strings.Contains(text, "ne répond pas")
		case bot.ActEdit:
			living = living || strings.Contains(text, "affiche une erreur")
		default:
			living = living || back && strings.Contains(text, "Retour")
			aloud = aloud || back && !strings.Contains(text, "Retour")
		}
	}
	return living && (aloud || act != bot.ActRing)
}

// change makes the site do what a phase of the outage is about.
func (s *scene) change(act bot.Act) {
	s.t.Helper()
	mode := map[bot.Act]string{bot.ActPost: "refuse", bot.ActEdit: "503", bot.ActRing: "up"}[act]
	if err := s.site.become(mode); err != nil {
		s.t.Fatal(err)
	}
}

// tooMany counts the messages that readers of a platform see more than once.
func (s *scene) tooMany(on bot.ChatPlatform, act bot.Act) int {
	each, n := 1, 0
	if act == bot.ActRing {
		each = 2
	}
	for _, channel := range s.channels[on] {
		n += max(0, len(s.shown(on, channel))-each)
	}
	return n
}

// watcher waits for channels to show what a phase is to be told with.
type watcher struct {
	scene   *scene
	act     bot.Act
	waiting map[bot.ChatPlatform][]string
	done    map[bot.ChatPlatform]time.Time // when the last channel of a platform showed it
	seen    map[bot.ChatPlatform]int
}

func (s *scene) watch(act bot.Act) *watcher {
	w := &watcher{
		scene: s, act: act, waiting: map[bot.ChatPlatform][]string{}, done: map[bot.ChatPlatform]time.Time{},
		seen: map[bot.ChatPlatform]int{},
	}
	for on, channels := range s.channels {
		w.waiting[on] = slices.Clone(channels)
		w.seen[on] = -1
	}
	return w
}

// look reports whether every channel shows it now.
func (w *watcher) look() bool {
	for on, channels := range w.waiting {
		if n := w.scene.gates[on].carriedOutSoFar(); len(channels) > 0 && n != w.seen[on] {
			w.seen[on] = n
			w.waiting[on] = slices.DeleteFunc(channels, func(c string) bool { return told(w.scene.shown(on, c), w.act) })
		}
		if len(w.waiting[on]) == 0 && w.done[on].IsZero() {
			w.done[on] = time.Now()
		}
	}
	return len(w.done) == len(w.waiting)
}
