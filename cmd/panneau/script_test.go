package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// TestMain lets the test binary be the real program when a script runs « panneau ».
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"panneau": func() {
		signal.Ignore(syscall.SIGXFSZ) // « room » makes writes fail, as a full disk does
		main()
	}, "mortal": mortal})
}

// TestScripts runs the acceptance scripts of testdata/script: the real program, as its own process, between a web
// site that fails and the emulated chats. Besides the usual commands they have those of the world below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               newWorld,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"site":        withWorld((*world).scriptSite),
			"fill":        withWorld((*world).scriptFill),
			"await-in":    withWorld((*world).scriptAwaitIn),
			"await":       withWorld((*world).scriptAwait),
			"say":         withWorld((*world).scriptSay),
			"hidden":      withWorld((*world).scriptHidden),
			"open":        withWorld((*world).scriptOpen),
			"invite":      withWorld((*world).scriptInvite),
			"kick":        withWorld((*world).scriptKick),
			"confirm":     withWorld((*world).scriptConfirm),
			"revoke":      withWorld((*world).scriptRevoke),
			"valid":       withWorld((*world).scriptValid),
			"audible":     withWorld((*world).scriptAudible),
			"fetch-until": withWorld((*world).scriptFetchUntil),
			"room":        withWorld((*world).scriptRoom),
			"visits":      withWorld((*world).scriptVisits),
		},
	})
}

// world is what stands around the program in a script.
type world struct {
	site    *site
	chats   map[string]emulator.Chat
	servers map[string]*httptest.Server
}

type worldKey struct{}

// channels is where each emulated chat has its notices, in that platform's identifiers.
func channels() map[string]string {
	return map[string]string{"telegram": "-1001", "slack": "C0PARENTS", "discord": "1000000000000000001"}
}

func newWorld(env *testscript.Env) error {
	w := &world{site: newSite(), chats: map[string]emulator.Chat{}, servers: map[string]*httptest.Server{}}
	workspace := slack.New(slack.Options{})
	w.chats["telegram"], w.chats["slack"] = telegram.New(telegram.Options{}), workspace
	w.chats["discord"] = discord.New(discord.Options{Token: discordToken})
	for name, chat := range w.chats {
		chat.Open(channels()[name])
		w.servers[name] = httptest.NewServer(chat)
		env.Setenv(strings.ToUpper(name)+"_URL", w.servers[name].URL)
		env.Setenv(strings.ToUpper(name)+"_CHANNEL", channels()[name])
	}
	env.Setenv("SLACK_TOKEN", slack.BotToken)
	env.Setenv("SLACK_APP_TOKEN", slack.AppToken)
	env.Setenv("TELEGRAM_TOKEN", telegram.Token)
	env.Setenv("DISCORD_TOKEN", discordToken)
	env.Setenv("SITE_URL", w.site.url())
	env.Setenv("REFERENCE", w.servers["telegram"].Listener.Addr().String())
	page, err := freePort()
	if err != nil {
		return err
	}
	env.Setenv("PAGE", page)
	env.Values[worldKey{}] = w
	env.Defer(func() {
		w.site.close()
		for _, server := range w.servers {
			server.CloseClientConnections()
			server.Close()
		}
		workspace.Close()
	})
	return nil
}

// ports counts the ports that freePort has tried.
var ports atomic.Int32

// firstPort differs from run to run, for those that go on at the same time.
var firstPort = rand.Int32N(12000)

// freePort is an address on the loopback interface that nobody listens on. It lies below the ports that the kernel hands
// out by itself, so that no connection of another test takes it before it is used, and it is handed out once: a site that
// is down for now comes back to its own.
func freePort() (string, error) {
	var err error
	for range 50 {
		var listener net.Listener
		if listener, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+(firstPort+ports.Add(1))%12000)); err == nil {
			return listener.Addr().String(), listener.Close()
		}
	}
	return "", err
}

func withWorld(command func(*world, *testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, negated bool, args []string) {
		if negated {
			ts.Fatalf("this command has no negation")
		}
		command(ts.Value(worldKey{}).(*world), ts, args)
	}
}

// scriptFill writes a file with the variables of the script put in: fill template file.
func (w *world) scriptFill(ts *testscript.TestScript, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// scriptSite switches the watched site: site up|refuse|503|quota.
func (w *world) scriptSite(ts *testscript.TestScript, args []string) {
	ts.Check(w.site.become(args[0]))
}

// await is how long a script waits for something to be shown: three checks, ten seconds apart, settle another reason.
const await = 60 * time.Second

// scriptAwait waits until the bot's messages in a chat have, one for one and in order, the texts: await chat text…
// A chat named « all » stands for the three of them. Texts need not be whole.
func (w *world) scriptAwait(ts *testscript.TestScript, args []string) {
	for _, name := range w.named(args[0]) {
		w.scriptAwaitIn(ts, append([]string{name, channels()[name]}, args[1:]...))
	}
}

// scriptAwaitIn is await for any channel: await-in chat channel text…
func (w *world) scriptAwaitIn(ts *testscript.TestScript, args []string) {
	deadline := time.Now().Add(await)
	for shown := w.shown(args[0], args[1]); !matches(shown, args[2:]); shown = w.shown(args[0], args[1]) {
		if time.Now().After(deadline) {
			ts.Fatalf("%s shows %s, want %q", args[0], texts(shown), args[2:])
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// scriptHidden makes sure that no message of the bot in a chat says something: hidden chat text…
func (w *world) scriptHidden(ts *testscript.TestScript, args []string) {
	for _, shown := range w.shown(args[0], channels()[args[0]]) {
		for _, text := range args[1:] {
			if strings.Contains(shown.Text, text) {
				ts.Fatalf("%s shows %q", args[0], shown.Text)
			}
		}
	}
}

func (w *world) named(name string) []string {
	if name == "all" {
		return []string{"telegram", "slack", "discord"}
	}
	return []string{name}
}

// shown is what the bot shows in a channel.
func (w *world) shown(name, channel string) []emulator.Shown {
	all := w.chats[name].Shown(channel)
	return slices.DeleteFunc(all, func(s emulator.Shown) bool { return !s.Bot })
}

func matches(shown []emulator.Shown, want []string) bool {
	return slices.EqualFunc(shown, want, func(s emulator.Shown, part string) bool {
		return strings.Contains(plain(s.Text), plain(part))
	})
}

// plain is a text with plain spaces, as a script is typed.
func plain(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'", "\u2060", "").Replace(text)
}

func texts(shown []emulator.Shown) string {
	var b strings.Builder
	for _, s := range shown {
		fmt.Fprintf(&b, "\n--- edits %d, audible %v\n%s", s.Edits, s.Audible, s.Text)
	}
	return b.String()
}

// scriptAudible demands how many of the messages in each chat made phones ring: audible chat n.
func (w *world) scriptAudible(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	for _, name := range w.named(args[0]) {
		n := 0
		shown := w.shown(name, channels()[name])
		for _, s := range shown {
			if s.Audible {
				n++
			}
		}
		if n != want {
			ts.Fatalf("%s: %d audible messages, want %d: %s", name, n, want, texts(shown))
		}
	}
}

// scriptValid demands that every request to the chats was valid by the vendors' descriptions, and, with the word
// « unrefused », that none came too soon.
func (w *world) scriptValid(ts *testscript.TestScript, args []string) {
	unrefused := slices.Contains(args, "unrefused")
	for name, chat := range w.chats {
		for _, r := range chat.Requests() {
			if r.Problem != "" || r.Refused && unrefused {
				ts.Fatalf("%s: %s: refused %v %s", name, r.Method, r.Refused, r.Problem)
			}
		}
	}
}

// scriptSay makes a person write: say chat text [who [channel]].
func (w *world) scriptSay(_ *testscript.TestScript, args []string) {
	who, channel := "camille", channels()[args[0]]
	if len(args) > 2 {
		who = args[2]
		if server, ok := w.chats[args[0]].(*discord.Server); ok { // whose menu has what only administrators are offered
			server.Appoint(channel, who, discord.Administrator)
		}
	}
	if len(args) > 3 {
		channel = args[3]
	}
	w.chats[args[0]].Say(channel, who, args[1])
}

// scriptOpen makes a chat that the bot is in: open chat channel.
func (w *world) scriptOpen(_ *testscript.TestScript, args []string) { w.chats[args[0]].Open(args[1]) }

// scriptInvite adds the bot to a chat that it is not in: invite chat channel.
func (w *world) scriptInvite(_ *testscript.TestScript, args []string) {
	w.chats[args[0]].Open(args[1])
	w.chats[args[0]].Kick(args[1])
	w.chats[args[0]].Invite(args[1])
}

// scriptConfirm makes a person give the last command that a chat of theirs shows for that: confirm chat channel who.
func (w *world) scriptConfirm(ts *testscript.TestScript, args []string) {
	all := regexp.MustCompile(`/annonce confirmer \d+`).FindAllString(plain(texts(w.shown(args[0], args[1]))), -1)
	if len(all) == 0 {
		ts.Fatalf("nothing is to be confirmed in %s", args[1])
	}
	w.chats[args[0]].Say(args[1], args[2], all[len(all)-1])
}

// scriptKick puts the bot out of a chat: kick chat channel.
func (w *world) scriptKick(_ *testscript.TestScript, args []string) { w.chats[args[0]].Kick(args[1]) }

func (w *world) scriptRevoke(_ *testscript.TestScript, args []string) { w.chats[args[0]].Revoke() }

// scriptRoom takes the room for files away from the programs in the background, or gives it back: room none|all.
func (w *world) scriptRoom(ts *testscript.TestScript, args []string) {
	limit := unix.Rlimit{Max: unix.RLIM_INFINITY}
	if args[0] == "all" {
		limit.Cur = unix.RLIM_INFINITY
	}
	for _, program := range ts.BackgroundCmds() {
		ts.Check(unix.Prlimit(program.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil))
	}
}

// scriptVisits waits until the site was asked some times more: visits n.
func (w *world) scriptVisits(ts *testscript.TestScript, args []string) {
	more, err := strconv.Atoi(args[0])
	ts.Check(err)
	deadline := time.Now().Add(await)
	for begun := w.site.visits(); w.site.visits() < begun+more; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("the site was visited %d times, want %d", w.site.visits()-begun, more)
		}
	}
}

// scriptFetchUntil gets a page of the program's until all texts are in it: fetch-until path text…
func (w *world) scriptFetchUntil(ts *testscript.TestScript, args []string) {
	deadline := time.Now().Add(await)
	for {
		page, err := fetch("http://" + ts.Getenv("PAGE") + args[0])
		missing := slices.IndexFunc(args[1:], func(text string) bool { return !strings.Contains(plain(page), text) })
		if err == nil && missing < 0 {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%q is not in the page: %v\n%s", args[1+max(missing, 0)], err, page)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func fetch(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	return string(page), err
}

// site is a school's web site on the loopback interface, which can fail in several ways.
type site struct {
	address string
	mode    string
	visited int
	mu      sync.Mutex
	server  *http.Server
}

func newSite() *site {
	s := &site{mode: "up"}
	address, err := freePort()
	if err != nil {
		panic(err)
	}
	s.address = address
	return s
}

func (s *site) url() string { return "http://" + s.address + "/" }

// become switches the site to a mode, "up", "503" or "quota", or closes its port: "refuse".
func (s *site) become(mode string) error {
	s.mu.Lock()
	s.mode = mode
	s.mu.Unlock()
	if mode == "refuse" {
		s.close()
		return nil
	}
	if s.server != nil {
		return nil
	}
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return nil
}

// visits is how often the site was asked while it was open.
func (s *site) visits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visited
}

func (s *site) close() {
	if s.server != nil {
		_ = s.server.Close()
		s.server = nil
	}
}

func (s *site) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	s.visited++
	mode := s.mode
	s.mu.Unlock()
	switch mode {
	case "503":
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case "quota":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<h1>Désolé</h1><p>Nous avons limité le temps des sessions et instauré une logique de quota.</p>")
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<h1>Bienvenue sur l’ENT</h1>")
	}
}
