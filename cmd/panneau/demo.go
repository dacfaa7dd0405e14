package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
	"github.com/panneau-ecole/panneau/notifiers/emulator/view"
)

//go:embed stories
var stories embed.FS

// demo is Panneau as it is, between platforms and chats in memory, while a story is played. Docs/adr/0030-demo.md.
type demo struct {
	Main
	config   *config.Config
	story    *config.Story
	coming   []config.Event // what of the story has not happened yet
	words    *locales.Renderer
	left     []bot.CheckID
	streets  *streets
	quarter  *quarter
	operator *operator // nil where there is no account
	media    map[bot.AccountID]*medium
	store    bot.Store
	board    *bot.Board
	said     *journal
	reel     *reel // nil where nobody looks on
	popup    popup
}

// demoOptions are the flags.
type demoOptions struct {
	config, story, until, html string
	once                       bool
	port                       int
}

func (m Main) demoCommand() *cobra.Command {
	var o demoOptions
	command := &cobra.Command{
		Use:   "demo",
		Short: "Rejoue le 6 avril 2021, sans réseau et sans jeton : une page locale montre les trois messageries.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return m.demonstrate(c.Context(), o) },
	}
	command.Flags().StringVarP(&o.config, "config", "c", "", "fichier de configuration à essayer (sans lui : celle de l’histoire)")
	command.Flags().StringVar(&o.story, "story", standardStory, "histoire à jouer : "+strings.Join(storyNames(), ", ")+", ou un fichier")
	command.Flags().StringVar(&o.until, "until", "", "heure du premier jour à laquelle s’arrêter, par exemple 9:30")
	command.Flags().BoolVar(&o.once, "once", false, "jouer jusqu’à la fin, sans page, et dresser le bilan de chaque messagerie")
	command.Flags().StringVar(&o.html, "html", "", "avec --once : fichier dans lequel écrire ce que montrent les messageries à la fin")
	command.Flags().IntVar(&o.port, "port", demoPort, "port de la page sur 127.0.0.1 ; 0 : un port libre")
	return command
}

const (
	standardStory = "avril-2021"
	// demoPort is beside 8080, where the public page of a Panneau that runs may be.
	demoPort = 8090
)

// storyNames lists the stories that are part of the program.
func storyNames() []string {
	files, err := stories.ReadDir("stories")
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		if name, found := strings.CutSuffix(f.Name(), ".yaml"); found {
			names = append(names, name)
		}
	}
	return names
}

func (m Main) demonstrate(ctx context.Context, o demoOptions) error {
	d, err := m.newDemo(o)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "panneau-demo-")
	if err != nil {
		return fmt.Errorf("create a folder for the demonstration: %w", err)
	}
	defer os.RemoveAll(dir)
	d.config.DataDir = dir
	if !o.once {
		return d.exhibit(ctx, o.port)
	}
	report, err := d.run(ctx, d.toTheEnd)
	if err != nil {
		return err
	}
	d.excuse()
	if o.html != "" {
		if err := report.draw(o.html); err != nil {
			return fmt.Errorf("write what the chats show: %w", err)
		}
	}
	report.print(m.Stdout, d.story)
	if len(report.broken) > 0 {
		return errSaid
	}
	return nil
}

// run plays in a bubble what conduct lets happen. A bubble wants a *testing.T: the zero value is enough for one in which
// nothing fails, because errors are returned.
func (d *demo) run(ctx context.Context, conduct conductor) (r *report, err error) {
	synctest.Test(&testing.T{}, func(*testing.T) { r, err = d.play(ctx, conduct) })
	return r, err
}

// conductor lets the time of the story pass, within the bubble. Ctx is of outside, and failed of within: it gives the
// error of a Panneau that ended by itself.
type conductor func(ctx context.Context, failed chan error) (*report, error)

// excuse says which checks are not played.
func (d *demo) excuse() {
	for _, id := range d.left {
		fmt.Fprintln(d.Stderr, locales.Typeset(fmt.Sprintf("Contrôle %s : il ne peut pas être joué, il est laissé de côté.", id)))
	}
}

// endAt ends the story at an hour of its first day.
func (d *demo) endAt(hour string) error {
	start := d.story.Start
	clock, err := time.Parse("15:04", hour)
	end := time.Date(start.Year(), start.Month(), start.Day(), clock.Hour(), clock.Minute(), 0, 0, start.Location())
	if err != nil || !end.After(start) || end.After(d.story.End) {
		return usageError{fmt.Errorf("--until attend une heure du premier jour de l’histoire, après %s, par exemple 9:30 ; reçu : %q",
			start.Format("15:04"), hour)}
	}
	d.story.End = end
	d.story.Events = slices.DeleteFunc(d.story.Events, func(e config.Event) bool { return e.At.After(end) })
	return nil
}

// draw writes the page with what the chats show.
func (r *report) draw(file string) error {
	var page bytes.Buffer
	if err := view.Page(&page, r.title, []view.Row{r.row}); err != nil {
		return err
	}
	return os.WriteFile(file, page.Bytes(), 0o600)
}

// newDemo reads what is to be played.
func (m Main) newDemo(o demoOptions) (*demo, error) {
	if o.html != "" && !o.once {
		return nil, usageError{errors.New("--html va avec --once : sans lui, une page locale montre les messageries")}
	}
	ours := slices.Contains(storyNames(), o.story)
	if _, err := os.Stat(o.story); !ours && errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("--story : « %s » n’est ni un fichier, ni l’une des histoires %s", o.story, strings.Join(storyNames(), ", "))}
	}
	words, err := locales.New()
	if err != nil {
		return nil, fmt.Errorf("load the texts: %w", err)
	}
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	from := config.Options{
		Catalogue: known, Getenv: m.Getenv, Rehearsal: true, Languages: words.Languages(),
		Open: func(name string) (fs.File, error) { return os.Open(name) },
	}
	d := &demo{Main: m, said: &journal{}, media: map[bot.AccountID]*medium{}}
	name, options := shipped(from, o.config == "", o.config, setting(o.story))
	if d.config, err = config.Load(name, options); err != nil {
		return nil, err
	}
	name, options = shipped(from, ours, o.story, path.Join("stories", o.story+".yaml"))
	if d.story, err = config.LoadStory(name, options, d.config.Platforms); err != nil {
		return nil, err
	}
	if o.until != "" {
		if err := d.endAt(o.until); err != nil {
			return nil, err
		}
	}
	d.coming = slices.Clone(d.story.Events)
	d.words, err = ownTexts(d.config, words)
	return d, err
}

// shipped leads the reader to a file of the program, or to the operator's own.
func shipped(o config.Options, ours bool, file, embedded string) (string, config.Options) {
	if ours {
		o.Open = stories.Open
		return embedded, o
	}
	return file, o
}

// setting is the configuration that a story is played with when the operator gives none.
func setting(story string) string {
	const folder = "stories/configurations"
	own := path.Join(folder, story+".yaml")
	if _, err := fs.Stat(stories, own); err == nil {
		return own
	}
	return path.Join(folder, "panneau.yaml")
}

// play puts everything there and lets the story happen. It is called in a bubble.
func (d *demo) play(ctx context.Context, conduct conductor) (_ *report, err error) {
	inside, stop := context.WithCancel(context.Background()) // ctx is of outside: to wait for it would hold the clock
	defer stop()
	time.Sleep(time.Until(d.story.Start))
	within := d.build(inside)
	db, err := store.OpenSQLite(inside, filepath.Join(d.config.DataDir, "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	d.store = db
	a, err := newApp(within, d.config, d.words, db, emulator.NewNetwork(), "demo")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	d.board = a.board
	done := make(chan error, 1)
	go func() { done <- a.Run(inside) }()
	r, err := conduct(ctx, done)
	stop()
	err = errors.Join(err, <-done, d.quarter.leave(), d.streets.leave(), db.Close())
	return r, err
}

// build puts the sites and the chats there, and returns the program as it is among them.
func (d *demo) build(ctx context.Context) Main {
	d.streets, d.left = newStreets(d.config.Platforms)
	go func() { _ = d.streets.network.Serve(ctx, d.streets) }() // it ends with ctx; a site that is gone is seen by its checks
	d.quarter = newQuarter(ctx, telegram.Describe())
	d.config.Accounts = slices.DeleteFunc(d.config.Accounts, func(a config.Account) bool { return a.Platform == bot.Console })
	for i := range d.config.Accounts {
		a := &d.config.Accounts[i]
		d.media[a.ID] = d.quarter.build(a.Platform)
		d.media[a.ID].admit(a)
	}
	if len(d.config.Accounts) > 0 {
		a := &d.config.Accounts[0]
		d.operator = d.media[a.ID].engage(a)
	}
	d.config.Destinations = slices.DeleteFunc(d.config.Destinations, func(to config.Destination) bool { return d.media[to.Account] == nil })
	for i := range d.config.Destinations {
		to := &d.config.Destinations[i]
		to.Address.Thread = "" // the emulated chats have no topics yet
		d.media[to.Account].Open(to.Address.Channel)
	}
	d.config.Watch.Guard = checks.References{Addresses: []string{uplink}}
	d.config.Watch.Others, d.config.Database = nil, config.Database{}
	within := d.Main
	within.client, within.net, within.Stdout = d.quarter.client, checks.Env{Dial: d.streets.dial}, d.said
	return within
}

// toTheEnd is the conductor of a story that nobody looks on, and judges at its end.
func (d *demo) toTheEnd(ctx context.Context, _ chan error) (*report, error) {
	if err := d.pass(d.story.End, func() bool { return ctx.Err() != nil }); err != nil || ctx.Err() != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	return d.judge()
}

// pass lets time pass until a moment, and the events of the story happen at theirs. It ends early, at a full minute,
// where that is enough.
func (d *demo) pass(until time.Time, enough func() bool) error {
	for now := time.Now(); now.Before(until) && !enough(); now = time.Now() {
		next := now.Truncate(time.Minute).Add(time.Minute)
		if until.Before(next) {
			next = until
		}
		if len(d.coming) > 0 && d.coming[0].At.Before(next) {
			next = d.coming[0].At
		}
		time.Sleep(next.Sub(now))
		for len(d.coming) > 0 && !d.coming[0].At.After(next) {
			d.streets.apply(d.coming[0])
			if err := d.declare(d.coming[0]); err != nil {
				return err
			}
			d.coming = d.coming[1:]
		}
		if err := d.keep(); err != nil {
			return err
		}
	}
	return nil
}
