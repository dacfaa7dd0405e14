package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/view"
)

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
	for _, line := range r.lines() {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprint(w, locales.Typeset(b.String()))
}

// lines sums up what each chat was told, and which promises were broken.
func (r *report) lines() []string {
	var lines []string
	for _, c := range r.chats {
		lines = append(lines, fmt.Sprintf("%s : messages vivants %d, modifications %d, messages courts %d, sonneries %d",
			c.name, c.living, c.edits, c.rings, c.loud))
	}
	for _, text := range r.broken {
		lines = append(lines, "Promesse non tenue : "+text)
	}
	if len(r.broken) == 0 {
		lines = append(lines, "Toutes les promesses sont tenues : un seul message vivant par incident et par messagerie, chaque fin "+
			"est dite, aucun envoi n’est refusé.")
	}
	return lines
}

// tellEvent prints one event.
func tellEvent(b *strings.Builder, e config.Event) {
	what := happening(e, string(e.Platform))
	if e.Quote != "" {
		what = fmt.Sprintf("%s : « %s »", e.Author, e.Quote)
	}
	if e.Source != "" {
		what += " [" + e.Source + "]"
	}
	if e.Staged {
		what += " (heure de mise en scène)"
	}
	fmt.Fprintf(b, "%s, %s  %s\n", e.At.Format("02/01/2006"), clockOf(e.At), what)
}

// happening says what happens to a platform, or to our own line; a quote is left to its author.
func happening(e config.Event, name string) string {
	switch e.Page {
	case "offline":
		return "l’accès de Panneau à Internet est coupé"
	case "online":
		return "l’accès de Panneau à Internet est rétabli"
	default:
		return name + " : " + showing(e.Page)
	}
}

// showing says what a site does.
func showing(page string) string {
	return map[string]string{
		"normal": "fonctionne normalement", "slow": "répond lentement", "error": "affiche une erreur", "quota": "refuse du monde",
		"white": "affiche une page blanche", "down": "ne répond plus", "login": "ne laisse plus entrer",
	}[page]
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
	if d.operator != nil {
		said, err := d.board.Said(context.Background(), incidents)
		if err != nil {
			return nil, fmt.Errorf("read what is said: %w", err)
		}
		r.judgeSaid(d.operator.published, said)
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
	asked := map[string]bool{}
	for _, m := range shown {
		asked[m.ID] = !m.Bot
		if !m.Bot || m.Ephemeral != "" || asked[m.ReplyTo] { // an answer to somebody is no notice
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
