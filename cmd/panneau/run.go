package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/robfig/cron/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) runCommand() *cobra.Command {
	var file string
	command := &cobra.Command{
		Use:   "run",
		Short: "Surveille, annonce et répond, jusqu’à Ctrl+C.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return m.run(c.Context(), file) },
	}
	command.Flags().StringVarP(&file, "config", "c", "", "fichier de configuration (sans lui : les réglages d’origine)")
	return command
}

// run loads, opens, and runs until ctx ends, with one configuration after another.
func (m Main) run(ctx context.Context, file string) (err error) {
	first, err := m.read(file)
	if err != nil {
		return err
	}
	replica, unlock, err := m.claim(first.config, first.words)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	h := &house{Main: m, file: file, replica: replica, doors: doors{}}
	defer h.doors.close()
	if h.db, err = m.open(ctx, first.config, first.words); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.db.Close()) }()
	a, err := h.build(ctx, first)
	if err != nil {
		return err
	}
	m.greet(a, file)
	defer context.AfterFunc(ctx, func() { a.say("terminal.stopping", nil) })()
	for next := a; next != nil; {
		if next, err = h.live(ctx, next); err != nil {
			return err
		}
	}
	a.say("terminal.stopped", nil)
	return nil
}

// attended runs the app while its database is attended to and backed up.
func (m Main) attended(ctx context.Context, a *app, db *store.Store) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	about := map[string]any{"File": cmp.Or(a.config.Database.SQLite, "PostgreSQL")}
	watch := &attendant{say: func(key string) { a.say(key, about) }, log: a.log, stop: stop}
	db.Attend(watch.note)
	var backups sync.WaitGroup
	if a.config.Database.Postgres.IsZero() {
		backups.Go(func() { a.keepBackups(ctx, watch) })
	}
	err := a.Run(ctx)
	stop(nil)
	backups.Wait()
	switch {
	case errors.Is(context.Cause(ctx), store.ErrCorrupt):
		return errSaid
	case ailmentText(err) != "":
		a.say("terminal.unstarted", nil)
		return errSaid
	}
	return err
}

// load reads the configuration file, or the embedded configuration where there is none.
func (m Main) load(file string, words *locales.Renderer) (*config.Config, error) {
	return m.loadFor(file, words, false)
}

// loadQuietly reads a configuration for something that sends nothing: no token is looked for.
func (m Main) loadQuietly(file string, words *locales.Renderer) (*config.Config, error) {
	return m.loadFor(file, words, true)
}

func (m Main) loadFor(file string, words *locales.Renderer, rehearsal bool) (*config.Config, error) {
	platforms, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	options := config.Options{
		Catalogue: platforms,
		Getenv:    m.Getenv,
		Open:      func(name string) (fs.File, error) { return os.Open(name) },
		Languages: words.Languages(),
		Rehearsal: rehearsal,
	}
	if file == "" {
		return config.Default(options)
	}
	c, err := config.Load(file, options)
	if err != nil {
		return nil, err
	}
	for _, warning := range c.Warnings {
		fmt.Fprintln(m.Stderr, warning)
	}
	err = c.Keep(func() (*calendar.Almanac, error) { return almanac(c) })
	if _, broken := errors.AsType[*calendar.FileError](err); broken { // whoever uses it warns the operator
		err = nil
	}
	return c, err
}

// claim makes sure that one process only uses the data folder, and returns the name that this replica keeps there: who
// holds the folder's lock knows that the one who had the name before is gone.
func (m Main) claim(c *config.Config, words *locales.Renderer) (replica string, unlock func() error, err error) {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return "", nil, fmt.Errorf("create the data folder: %w", err)
	}
	lock := flock.New(filepath.Join(c.DataDir, "panneau.lock"))
	held, err := lock.TryLock()
	if err != nil {
		return "", nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if !held {
		return "", nil, m.explain(words, "terminal.running", map[string]any{"Folder": c.DataDir})
	}
	replica, err = replicaName(filepath.Join(c.DataDir, "replica"))
	if err != nil {
		return "", nil, errors.Join(err, lock.Unlock())
	}
	return replica, lock.Unlock, nil
}

// replicaName reads the replica's name, or makes one up where there is none yet.
func replicaName(file string) (string, error) {
	name, err := os.ReadFile(file)
	if err == nil && len(name) > 0 {
		return string(name), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the replica's name: %w", err)
	}
	fresh := rand.Text()
	if err := os.WriteFile(file, []byte(fresh), 0o600); err != nil {
		return "", fmt.Errorf("write the replica's name: %w", err)
	}
	return fresh, nil
}

// listen opens the page's address. The one of the embedded configuration gives way to any free port.
func (m Main) listen(ctx context.Context, c *config.Config, file string, words *locales.Renderer) (net.Listener, error) {
	if file != "" {
		return m.listenAt(ctx, c.HTTP.Listen, file, words)
	}
	var network net.ListenConfig
	listener, err := network.Listen(ctx, "tcp", c.HTTP.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return network.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	return listener, err
}

// listenAt opens an address of the configuration file.
func (m Main) listenAt(ctx context.Context, address, file string, words *locales.Renderer) (net.Listener, error) {
	var network net.ListenConfig
	listener, err := network.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, m.explain(words, "terminal.port", map[string]any{"Address": address, "File": file})
	}
	return listener, err
}

// explain prints why the program cannot go on.
func (m Main) explain(words *locales.Renderer, key string, data map[string]any) error {
	text, err := words.Text("fr", key, data)
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stderr, text)
	return errSaid
}

// between is the store that the program sees.
func (m Main) between(db *store.Store) bot.Store {
	if m.Between == nil {
		return db
	}
	return m.Between(db)
}

func (m Main) logger(l config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "json" {
		return slog.New(calm{slog.NewJSONHandler(m.Stderr, options)})
	}
	return slog.New(calm{slog.NewTextHandler(m.Stderr, options)})
}

// colour reports whether the notices go to a terminal that wants colours (https://no-color.org).
func (m Main) colour() bool {
	return m.terminal() && m.Getenv("NO_COLOR") == "" && m.Getenv("TERM") != "dumb"
}

// terminal reports whether the notices go to a terminal.
func (m Main) terminal() bool {
	out, ok := m.Stdout.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(out.Fd()), unix.TCGETS)
	return err == nil
}

// greet says what runs, where the page is and how to connect a chat.
func (m Main) greet(a *app, file string) {
	a.say("terminal.started", map[string]any{"Version": version(), "Count": len(a.config.Platforms)})
	a.say("terminal.page", map[string]any{"URL": pageURL(a.listener.Addr())})
	chats := 0
	for _, d := range a.config.Destinations {
		if a.accountOf(d.Account).Platform != bot.Console {
			chats++
		}
	}
	switch {
	case chats > 0:
		a.say("terminal.chats", map[string]any{"Count": chats})
	case file == "":
		a.say("terminal.account", map[string]any{"File": "docs/panneau.example.yaml"})
	default:
		a.say("terminal.first", map[string]any{"File": file})
	}
	a.say("terminal.stop", nil)
}

// pageURL is where somebody at this machine finds the page.
func pageURL(address net.Addr) string {
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d/", tcp.Port)
	}
	return "http://" + address.String() + "/"
}

func (a *app) accountOf(id bot.AccountID) config.Account {
	for _, account := range a.config.Accounts {
		if account.ID == id {
			return account
		}
	}
	return config.Account{}
}

// paris is the clock of a chat whose territory is not known.
func paris() (bot.Place, error) {
	zone, err := calendar.Find("Paris")
	if err != nil {
		return bot.Place{}, err
	}
	location, err := zone.Location()
	return bot.Place{Location: location, Name: zone.Name}, err
}

// stranger is how a chat that follows nothing is spoken to.
func stranger(place bot.Place) bot.Destination {
	return bot.Destination{Audience: bot.Families, Place: place, Languages: []string{"fr"}}
}

// interval is the time between two runs of a schedule, measured once from now.
func interval(s cron.Schedule) time.Duration {
	first := s.Next(time.Now())
	return s.Next(first).Sub(first)
}
