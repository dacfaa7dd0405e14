package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
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
	config  *config.Config
	story   *config.Story
	words   *locales.Renderer
	left    []bot.CheckID
	streets *streets
	quarter *quarter
	media   map[bot.AccountID]*medium
	store   bot.Store
	said    *journal
}

// demoOptions are the flags.
type demoOptions struct{ config, story, until, html string }

func (m Main) demoCommand() *cobra.Command {
	var o demoOptions
	command := &cobra.Command{
		Use:   "demo",
		Short: "Rejoue le 6 avril 2021, sans réseau et sans jeton, et dresse le bilan de chaque messagerie.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return m.demonstrate(c.Context(), o) },
	}
	command.Flags().StringVarP(&o.config, "config", "c", "", "fichier de configuration à essayer (sans lui : celle de la démonstration)")
	command.Flags().StringVar(&o.story, "story", "", "fichier de l’histoire (sans lui : le 6 avril 2021)")
	command.Flags().StringVar(&o.until, "until", "", "heure du premier jour à laquelle s’arrêter, par exemple 9:30")
	command.Flags().StringVar(&o.html, "html", "", "fichier dans lequel écrire ce que montrent les messageries à la fin")
	return command
}

func (m Main) demonstrate(ctx context.Context, o demoOptions) error {
	d, err := m.newDemo(o.config, o.story)
	if err == nil && o.until != "" {
		err = d.endAt(o.until)
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "panneau-demo-")
	if err != nil {
		return fmt.Errorf("create a folder for the demonstration: %w", err)
	}
	defer os.RemoveAll(dir)
	d.config.DataDir = dir
	var report *report
	// A bubble wants a *testing.T. The zero value is enough for one in which nothing fails: errors are returned.
	synctest.Test(&testing.T{}, func(*testing.T) { report, err = d.play(ctx, filepath.Join(dir, "panneau.db")) })
	if err != nil {
		return err
	}
	for _, id := range d.left {
		fmt.Fprintln(m.Stderr, locales.Typeset(fmt.Sprintf("Contrôle %s : il ne peut pas être joué, il est laissé de côté.", id)))
	}
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

// newDemo reads what is to be played. Embedded files are named as below the folder « stories ».
func (m Main) newDemo(file, storyFile string) (*demo, error) {
	words, err := locales.New()
	if err != nil {
		return nil, fmt.Errorf("load the texts: %w", err)
	}
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	options := config.Options{
		Catalogue: known, Getenv: m.Getenv, Rehearsal: true, Languages: words.Languages(),
		Open: func(name string) (fs.File, error) { return os.Open(name) },
	}
	open := func(name, standard string) (string, config.Options) {
		o := options
		if name == "" {
			name = path.Join("stories", standard)
			o.Open = stories.Open
		}
		return name, o
	}
	name, o := open(file, "panneau.yaml")
	d := &demo{Main: m, said: &journal{}, media: map[bot.AccountID]*medium{}}
	if d.config, err = config.Load(name, o); err != nil {
		return nil, err
	}
	name, o = open(storyFile, "avril-2021.yaml")
	if d.story, err = config.LoadStory(name, o, d.config.Platforms); err != nil {
		return nil, err
	}
	d.words, err = ownTexts(d.config, words)
	return d, err
}

// play plays the whole story. It is called in a bubble.
func (d *demo) play(ctx context.Context, file string) (_ *report, err error) {
	inside, stop := context.WithCancel(context.Background()) // ctx is of outside: to wait for it would hold the clock
	defer stop()
	time.Sleep(time.Until(d.story.Start))
	d.build(inside)
	db, err := store.OpenSQLite(inside, file, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	d.store = db
	a, err := newApp(d.Main, d.config, d.words, db, emulator.NewNetwork(), "demo")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	done := make(chan error, 1)
	go func() { done <- a.Run(inside) }()
	r, err := d.follow(ctx)
	stop()
	err = errors.Join(err, <-done, d.quarter.leave(), d.streets.network.Close(), db.Close())
	return r, err
}

// build puts the sites and the chats there.
func (d *demo) build(ctx context.Context) {
	d.streets, d.left = newStreets(d.config.Platforms)
	go func() { _ = d.streets.network.Serve(ctx, d.streets) }() // it ends with ctx; a site that is gone is seen by its checks
	d.quarter = newQuarter(ctx, telegram.Describe())
	d.config.Accounts = slices.DeleteFunc(d.config.Accounts, func(a config.Account) bool { return a.Platform == bot.Console })
	for i := range d.config.Accounts {
		a := &d.config.Accounts[i]
		d.media[a.ID] = d.quarter.build(a.Platform)
		d.media[a.ID].admit(a)
	}
	d.config.Destinations = slices.DeleteFunc(d.config.Destinations, func(to config.Destination) bool { return d.media[to.Account] == nil })
	for i := range d.config.Destinations {
		to := &d.config.Destinations[i]
		to.Address.Thread = "" // the emulated chats have no topics yet
		d.media[to.Account].Open(to.Address.Channel)
	}
	d.config.Watch.Guard = checks.References{Addresses: []string{uplink}}
	d.config.Watch.Others, d.config.Database = nil, config.Database{}
	d.Main.client, d.Main.net, d.Main.Stdout = d.quarter.client, checks.Env{Dial: d.streets.dial}, d.said
}

// follow lets the events of the story happen at their times, and judges at its end. Ctx ends it early.
func (d *demo) follow(ctx context.Context) (*report, error) {
	for _, e := range append(d.story.Events, config.Event{At: d.story.End}) {
		for time.Now().Before(e.At) {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			time.Sleep(min(time.Minute, time.Until(e.At)))
		}
		d.streets.apply(e)
	}
	return d.judge()
}

// report is how a demonstration ended.
type report struct {
	title  string
	row    view.Row // what the chats show
	chats  []chatReport
	broken []string // promises, in French
}

type chatReport struct {
	name                       string
	living, edits, rings, loud int
}

// print prints what happened in the story, and the report.
func (r *report) print(w io.Writer, s *config.Story) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.title)
	for _, e := range s.Events {
		tellEvent(&b, e)
	}
	fmt.Fprintln(&b)
	for _, c := range r.chats {
		fmt.Fprintf(&b, "%s : messages vivants %d, modifications %d, messages courts %d, sonneries %d\n", c.name, c.living, c.edits, c.rings, c.loud)
	}
	for _, text := range r.broken {
		fmt.Fprintf(&b, "Promesse non tenue : %s\n", text)
	}
	if len(r.broken) == 0 {
		fmt.Fprintln(&b, "Toutes les promesses sont tenues : un seul message vivant par incident et par messagerie, chaque fin "+
			"est dite, aucun envoi n’est refusé.")
	}
	fmt.Fprint(w, locales.Typeset(b.String()))
}

// tellEvent prints one event.
func tellEvent(b *strings.Builder, e config.Event) {
	what := fmt.Sprintf("%s : %s", e.Platform, map[string]string{
		"normal": "fonctionne normalement", "slow": "répond lentement", "error": "affiche une erreur", "quota": "refuse du monde",
		"white": "affiche une page blanche", "down": "ne répond plus", "login": "ne laisse plus entrer",
	}[e.Page])
	switch {
	case e.Quote != "":
		what = fmt.Sprintf("%s : « %s »", e.Author, e.Quote)
	case e.Page == "offline":
		what = "l’accès de Panneau à Internet est coupé"
	case e.Page == "online":
		what = "l’accès de Panneau à Internet est rétabli"
	}
	if e.Source != "" {
		what += " [" + e.Source + "]"
	}
	if e.Staged {
		what += " (heure de mise en scène)"
	}
	fmt.Fprintf(b, "%s  %s\n", e.At.Format("02/01/2006 15:04"), what)
}

// judge compares what the chats show with what the ledger says.
func (d *demo) judge() (*report, error) {
	r := &report{title: d.story.Title}
	all, incidents, tasks, err := d.ledger()
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	for _, to := range all {
		if m := d.media[to.Account]; m != nil {
			shown := m.Shown(to.Address.Channel)
			r.judgeChat(to, shown, incidents, tasks)
			r.row.Chats = append(r.row.Chats, view.Chat{
				Platform: string(m.platform), Name: fmt.Sprintf("%s (%s)", to.Account, to.Audience), Shown: shown,
			})
		}
	}
	expected, err := d.lineTexts()
	if err != nil {
		return nil, err
	}
	for _, m := range d.quarter.media {
		for _, request := range m.Requests() {
			if request.Problem != "" || request.Refused {
				r.breachf("%s : la demande %s est refusée", m.platform, request.Method)
			}
		}
	}
	for _, line := range d.said.take() {
		if slices.Contains(expected, line) {
			continue
		}
		r.breachf("Panneau signale : %s", line)
	}
	return r, nil
}

// ledger reads the destinations, the incidents and what was told of them.
func (d *demo) ledger() (all []bot.Destination, incidents []bot.Incident, tasks map[bot.DeliveryKey]bot.Task, err error) {
	tasks = map[bot.DeliveryKey]bot.Task{}
	err = d.store.View(context.Background(), func(tx bot.Tx) (err error) {
		if all, err = tx.Destinations(); err != nil {
			return err
		}
		if incidents, err = tx.LastIncidents(mostIncidents); err != nil {
			return err
		}
		for _, to := range all {
			if err := readTasks(tx, to.ID, incidents, tasks); err != nil {
				return err
			}
		}
		return nil
	})
	return all, incidents, tasks, err
}

// mostIncidents is more than any story has.
const mostIncidents = 1000

// readTasks reads what a destination was told of the incidents.
func readTasks(tx bot.Tx, to bot.DestinationID, incidents []bot.Incident, tasks map[bot.DeliveryKey]bot.Task) error {
	for _, i := range incidents {
		key := bot.DeliveryKey{Incident: i.ID, Destination: to}
		switch task, err := tx.Task(key); {
		case err == nil:
			tasks[key] = task
		case !errors.Is(err, bot.ErrNotFound):
			return err
		}
	}
	return nil
}

// lineTexts are what the operator is told of our own line: a story may cut it.
func (d *demo) lineTexts() ([]string, error) {
	offline, err := d.words.Text("fr", "terminal.offline", nil)
	online, again := d.words.Text("fr", "terminal.online", nil)
	return []string{offline, online}, errors.Join(err, again)
}

func (r *report) breachf(format string, values ...any) {
	r.broken = append(r.broken, fmt.Sprintf(format, values...))
}

// judgeChat counts what a chat shows, and holds it against the ledger.
func (r *report) judgeChat(to bot.Destination, shown []emulator.Shown, incidents []bot.Incident, tasks map[bot.DeliveryKey]bot.Task) {
	c := chatReport{name: fmt.Sprintf("%s (%s)", to.Account, to.Audience)}
	texts := map[string]int{}
	byID := map[string]emulator.Shown{}
	for _, m := range shown {
		if !m.Bot || m.Ephemeral != "" {
			continue
		}
		byID[m.ID] = m
		texts[m.Text]++
		c.edits += m.Edits
		if m.Audible {
			c.loud++
		}
	}
	for text, n := range texts {
		if n > 1 {
			r.breachf("%s : un message y est %d fois (« %.60s »)", c.name, n, text)
		}
	}
	for _, i := range incidents {
		task, owed := tasks[bot.DeliveryKey{Incident: i.ID, Destination: to.ID}]
		if !owed {
			continue
		}
		c.rings += task.Delivery.Rings
		_, there := byID[firstID(task.Delivery.Receipt)]
		if there {
			c.living++
		}
		r.judgeDelivery(c.name, i, task.Delivery, there)
	}
	if got := len(byID); got != c.living+c.rings {
		r.breachf("%s : %d messages, %d attendus", c.name, got, c.living+c.rings)
	}
	r.chats = append(r.chats, c)
}

// firstID is the message that a receipt is for; empty where nothing was posted.
func firstID(r bot.Receipt) string {
	if !r.Posted() {
		return ""
	}
	return r.IDs[0]
}

// judgeDelivery holds what a chat was told of one incident against the incident.
func (r *report) judgeDelivery(chat string, i bot.Incident, d bot.Delivery, there bool) {
	switch {
	case !d.Receipt.Posted():
		r.breachf("%s : l’incident %d (%s) n’a pas de message", chat, i.ID, i.Platform)
	case !there:
		r.breachf("%s : le message de l’incident %d (%s) manque", chat, i.ID, i.Platform)
	case d.Told != i.Revision:
		r.breachf("%s : le message de l’incident %d (%s) n’est pas à jour", chat, i.ID, i.Platform)
	case !i.Open() && d.Heard.Outage():
		r.breachf("%s : la fin de l’incident %d (%s) n’est pas dite", chat, i.ID, i.Platform)
	}
}
