package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/trace"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

// replayOptions are the flags of « panneau replay ».
type replayOptions struct {
	config    string
	bad, good int
}

func (m Main) replayCommand() *cobra.Command {
	rule := bot.DefaultRule()
	var o replayOptions
	command := &cobra.Command{
		Use:   "replay FICHIER|DOSSIER…",
		Short: "Rejoue des jours enregistrés et dit ce qui serait décidé maintenant.",
		Long: `Rejoue des jours, tels que « panneau record » les a enregistrés ou tels qu’on les écrit, avec les règles de ce
programme : les décisions, leurs délais, les messages sonores, et ce qui diffère de ce qui a été dit alors.

Rien n’est envoyé et aucune base n’est modifiée. Une journée dure quelques secondes.`,
		Example: "  panneau replay 2021-04-06.trace\n  panneau replay -c panneau.yaml --mauvais 2 jours",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("« panneau replay » attend un fichier .trace, ou un dossier qui en contient")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return m.replayAll(c.Context(), o, args) },
	}
	flags := command.Flags()
	flags.StringVarP(&o.config, "config", "c", "", "configuration dont prendre les plateformes : dépendances, périodes prévues (sans elle : celles du fichier rejoué)")
	flags.IntVar(&o.bad, "mauvais", rule.Bad, "contrôles en défaut d’affilée qui annoncent une panne")
	flags.IntVar(&o.good, "bons", rule.Good, "contrôles réussis d’affilée qui annoncent le retour")
	return command
}

func (m Main) replayAll(ctx context.Context, o replayOptions, args []string) error {
	if o.bad < 1 || o.good < 1 {
		return usageError{errors.New("--mauvais et --bons attendent un nombre à partir de 1")}
	}
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	files, err := traceFiles(args)
	if err != nil {
		return err
	}
	var platforms []config.Platform
	if o.config != "" {
		c, err := m.loadQuietly(o.config, words)
		if err != nil {
			return err
		}
		platforms = c.Platforms
	}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.replay(file, o, platforms, words); err != nil {
			return err
		}
	}
	return nil
}

// traceFiles are the traces that arguments name.
func traceFiles(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, usageError{fmt.Errorf("« %s » ne peut pas être lu : donnez un fichier .trace, ou un dossier qui en contient", arg)}
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		found, err := filepath.Glob(filepath.Join(arg, "*.trace"))
		if err != nil || len(found) == 0 {
			return nil, usageError{fmt.Errorf("le dossier « %s » ne contient pas de fichier .trace", arg)}
		}
		files = append(files, found...)
	}
	return files, nil
}

// replay plays a trace and says what came of it.
func (m Main) replay(file string, o replayOptions, platforms []config.Platform, words *locales.Renderer) error {
	in, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read a trace: %w", err)
	}
	defer in.Close()
	t, err := trace.Read(in, file)
	if err != nil {
		return m.complainOfTrace(err)
	}
	for i, p := range t.Platforms {
		at := slices.IndexFunc(platforms, func(known config.Platform) bool { return known.ID == p.ID })
		if at >= 0 {
			t.Platforms[i] = platforms[at].Platform
		}
	}
	rule := bot.DefaultRule()
	rule.Bad, rule.Good = o.bad, o.good
	result, err := played(t, rule, words)
	if err != nil {
		return err
	}
	text, err := retell(t, result, words)
	if err != nil {
		return err
	}
	fmt.Fprint(m.Stdout, text)
	return nil
}

// complainOfTrace says what is wrong with a trace.
func (m Main) complainOfTrace(err error) error {
	var wrong *trace.LineError
	if !errors.As(err, &wrong) {
		return err
	}
	fmt.Fprintln(m.Stderr, locales.Typeset(wrong.Error()))
	return errSaid
}

// played plays a trace on a database of its own.
func played(t *trace.Trace, rule bot.Rule, words bot.Renderer) (r trace.Result, err error) {
	dir, err := os.MkdirTemp("", "panneau-replay-")
	if err != nil {
		return r, fmt.Errorf("create a folder for the replay: %w", err)
	}
	defer os.RemoveAll(dir)
	quiet := slog.New(slog.DiscardHandler)
	// A bubble wants a *testing.T. The zero value is enough for one in which nothing fails: errors are returned.
	synctest.Test(&testing.T{}, func(*testing.T) {
		ctx := context.Background() // a context of outside would hold the clock
		var db *store.Store
		if db, err = store.OpenSQLite(ctx, filepath.Join(dir, "panneau.db"), quiet); err != nil {
			return
		}
		r, err = trace.Player{Store: db, Renderer: words, Rule: rule, Logger: quiet}.Play(ctx, t)
		err = errors.Join(err, db.Close())
	})
	return r, err
}

const (
	// sameDecision is how far apart decisions may be that are the same one, made sooner or later.
	sameDecision = time.Hour
	// sameMoment is how far apart they may be without a word.
	sameMoment = 2 * time.Second
)

// retelling is the account of a replay, in French.
type retelling struct {
	words *locales.Renderer
	trace *trace.Trace
	text  strings.Builder
	err   error
}

// retell says what is decided in a replay, what is heard, and how that differs from what was told.
func retell(t *trace.Trace, r trace.Result, words *locales.Renderer) (string, error) {
	a := &retelling{words: words, trace: t}
	a.say("terminal.replay.title", map[string]any{"File": t.Name, "Title": t.Title})
	for _, d := range r.Decisions {
		if after := delay(r, d); after != "" {
			a.item("terminal.replay.opened", map[string]any{"Decision": a.decision(d), "Delay": after})
			continue
		}
		a.text.WriteString("  " + a.decision(d) + "\n")
	}
	if len(r.Decisions) == 0 {
		a.item("terminal.replay.nothing", nil)
	}
	for _, chat := range t.Chats {
		a.say("terminal.replay.heard", map[string]any{"Chat": chat.Address.Channel, "Count": r.Heard(chat.Address.Channel)})
	}
	a.compare(r)
	return a.text.String(), a.err
}

func (a *retelling) say(key string, data map[string]any) {
	text, err := a.words.Text("fr", key, data)
	a.err = errors.Join(a.err, err)
	a.text.WriteString(text + "\n")
}

// item says something a little to the right.
func (a *retelling) item(key string, data map[string]any) {
	a.text.WriteString("  ")
	a.say(key, data)
}

// decision is a decision in a line: « 08:00:05 Pronote : inaccessible (refused) ».
func (a *retelling) decision(d trace.Decision) string {
	name := string(d.Platform)
	for _, p := range a.trace.Platforms {
		if p.ID == d.Platform {
			name = p.Name
		}
	}
	condition, err := a.words.Condition("fr", d.Condition)
	a.err = errors.Join(a.err, err)
	text := fmt.Sprintf("%s %s : %s", a.at(d.At), name, condition)
	if d.Reason != bot.ReasonNone {
		text += fmt.Sprintf(" (%s)", d.Reason)
	}
	return locales.Typeset(text)
}

// at is a time on the clock of the trace; of a later day with its date.
func (a *retelling) at(t time.Time) string {
	t = t.In(a.trace.Start.Location())
	if t.YearDay() != a.trace.Start.YearDay() {
		return t.Format("02/01 15:04:05")
	}
	return t.Format(time.TimeOnly)
}

// delay is how long after the first bad check an incident was opened, in seconds; empty for other decisions.
func delay(r trace.Result, d trace.Decision) string {
	i := slices.IndexFunc(r.Incidents, func(i bot.Incident) bool {
		return i.Platform == d.Platform && i.OpenedAt.UnixMilli() == d.At.UnixMilli()
	})
	if i < 0 {
		return ""
	}
	seconds := fmt.Sprintf("%.1f", r.Incidents[i].OpenedAt.Sub(r.Incidents[i].Since).Seconds())
	return strings.Replace(seconds, ".", ",", 1)
}

// compare says how a replay differs from what was told.
func (a *retelling) compare(r trace.Result) {
	if len(a.trace.Seen) == 0 {
		return // written, not recorded
	}
	list := trace.Compare(a.trace.Told, r.Decisions, sameDecision, sameMoment)
	if len(list) == 0 {
		a.say("terminal.replay.same", nil)
		return
	}
	a.say("terminal.replay.differences", nil)
	for _, d := range list {
		switch {
		case d.Now.At.IsZero():
			a.item("terminal.replay.then", map[string]any{"Decision": a.decision(d.Then)})
		case d.Then.At.IsZero():
			a.item("terminal.replay.now", map[string]any{"Decision": a.decision(d.Now)})
		default:
			a.item("terminal.replay.moved", map[string]any{"Decision": a.decision(d.Now), "Before": a.at(d.Then.At)})
		}
	}
}
