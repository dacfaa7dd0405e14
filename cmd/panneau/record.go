package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/trace"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

// recordOptions are the flags of « panneau record ».
type recordOptions struct {
	config, database, folder string
	from, until              string
	platforms                []string
}

func (m Main) recordCommand() *cobra.Command {
	var o recordOptions
	command := &cobra.Command{
		Use:   "record",
		Short: "Enregistre ce que les contrôles ont vu et ce qui a été décidé, un fichier par jour.",
		Long: `Enregistre les jours choisis dans des fichiers que « panneau replay » rejoue : chaque contrôle, chaque décision. Les
conversations n’y sont pas.

Panneau peut tourner pendant ce temps : la commande lit une copie de sa base et n’y change rien. Les contrôles un par un
sont gardés deux jours.`,
		Example: "  panneau record --jour 2021-04-06\n  panneau record --de 2021-04-05 --a 2021-04-06 --plateformes pronote,educonnect --dossier jours",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return m.record(c.Context(), o) },
	}
	flags := command.Flags()
	flags.StringVarP(&o.config, "config", "c", "panneau.yaml", "fichier de configuration, qui désigne la base et décrit les plateformes")
	flags.StringVar(&o.database, "base", "", "fichier SQLite à lire à la place : une sauvegarde, par exemple")
	flags.StringVar(&o.folder, "dossier", ".", "dossier où écrire les fichiers")
	flags.StringVar(&o.from, "de", "", "premier jour, à Paris, par exemple 2021-04-06 (sans lui : aujourd’hui)")
	flags.StringVar(&o.until, "a", "", "dernier jour (sans lui : le premier)")
	flags.StringVar(&o.from, "jour", "", "un seul jour : comme --de")
	flags.StringSliceVar(&o.platforms, "plateformes", nil, "plateformes à enregistrer (sans elles : toutes)")
	return command
}

// days reads which days are asked for, the last one excluded at its end.
func (o recordOptions) days(now time.Time, place *time.Location) (from, until time.Time, err error) {
	y, m, d := now.In(place).Date()
	from = time.Date(y, m, d, 0, 0, 0, 0, place)
	read := func(flag, text string, day *time.Time) {
		if text == "" {
			return
		}
		at, wrong := time.ParseInLocation(time.DateOnly, text, place)
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s attend un jour, par exemple 2021-04-06 ; reçu : %q", flag, text))
		}
		*day = at
	}
	read("--de", o.from, &from)
	last := from
	read("--a", o.until, &last)
	if err == nil && last.Before(from) {
		err = errors.New("--a vient avant --de")
	}
	if err != nil {
		return from, until, usageError{err}
	}
	return from, last.AddDate(0, 0, 1), nil
}

// record writes a trace for each day.
func (m Main) record(ctx context.Context, o recordOptions) (err error) {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	place, err := paris()
	if err != nil {
		return err
	}
	from, until, err := o.days(time.Now(), place.Location)
	if err != nil {
		return err
	}
	c, err := m.loadQuietly(o.config, words)
	if err != nil {
		return err
	}
	chosen, err := choose(c.Platforms, o.platforms)
	if err != nil {
		return err
	}
	if o.database != "" {
		c.Database = config.Database{SQLite: o.database}
	}
	db, leave, err := m.openCopy(ctx, c, words)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, leave()) }()
	for day := from; day.Before(until); day = day.AddDate(0, 0, 1) {
		t := recorded(day, chosen)
		if err := db.View(ctx, func(tx bot.Tx) error { return observed(tx, t) }); err != nil {
			return fmt.Errorf("read what was seen: %w", err)
		}
		if err := m.writeTrace(t, filepath.Join(o.folder, t.Name+".trace"), words); err != nil {
			return err
		}
	}
	return nil
}

// choose are the platforms that are asked for.
func choose(all []config.Platform, names []string) ([]config.Platform, error) {
	if len(names) == 0 {
		return all, nil
	}
	var list []config.Platform
	for _, name := range names {
		i := slices.IndexFunc(all, func(p config.Platform) bool { return string(p.ID) == name })
		if i < 0 {
			return nil, usageError{fmt.Errorf("la plateforme « %s » n’est pas surveillée : « panneau catalogue » les nomme", name)}
		}
		list = append(list, all[i])
	}
	return list, nil
}

// recorded is the trace of a day in which nothing was seen yet. Its clock is that of Paris, or UTC where that of Paris
// shows an hour twice.
func recorded(day time.Time, platforms []config.Platform) *trace.Trace {
	t := &trace.Trace{
		Name: day.Format(time.DateOnly), Start: day, End: day.AddDate(0, 0, 1), Checks: make(map[bot.PlatformID][]string),
		Title: fmt.Sprintf("Le %s, tel que les contrôles l’ont vu.", day.Format("02/01/2006")),
	}
	_, before := t.Start.Zone()
	if _, after := t.End.Zone(); before != after {
		t.Start, t.End = t.Start.UTC(), t.End.UTC()
	}
	readers := map[bot.Audience]string{bot.Families: "familles", bot.Teachers: "enseignants", bot.Staff: "personnels"}
	for _, a := range bot.Audiences() {
		t.Chats = append(t.Chats, bot.Destination{Address: bot.Address{Channel: readers[a]}, Audience: a})
	}
	for _, p := range platforms {
		t.Platforms = append(t.Platforms, p.Platform)
		for _, check := range p.Checks {
			t.Checks[p.ID] = append(t.Checks[p.ID], strings.TrimPrefix(string(check.ID), string(p.ID)+"/"))
		}
		for i := range t.Chats {
			t.Chats[i].Follows = append(t.Chats[i].Follows, p.ID)
		}
	}
	return t
}

// observed fills in what was seen and decided.
func observed(tx bot.Tx, t *trace.Trace) error {
	concerns := func(id bot.PlatformID) bool {
		return slices.ContainsFunc(t.Platforms, func(p bot.Platform) bool { return p.ID == id })
	}
	verdicts, err := tx.Verdicts(t.Start, t.End)
	if err != nil {
		return err
	}
	t.Seen = slices.DeleteFunc(verdicts, func(v bot.Verdict) bool {
		return !concerns(v.Platform) || v.Reason == bot.ReasonCancelled
	})
	slices.SortFunc(t.Seen, func(a, b bot.Verdict) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Check, b.Check)) })
	upkeeps, err := tx.Upkeeps(t.Start)
	if err != nil {
		return err
	}
	for i, p := range t.Platforms {
		t.Platforms[i] = p.With(upkeeps)
	}
	_, told, err := trace.Decisions(tx, t.Start, t.End)
	t.Told = slices.DeleteFunc(told, func(d trace.Decision) bool { return !concerns(d.Platform) })
	return err
}

// writeTrace writes a trace, and says so; an empty one is not written.
func (m Main) writeTrace(t *trace.Trace, file string, words *locales.Renderer) error {
	if len(t.Seen) == 0 {
		return m.explain(words, "terminal.record.empty", map[string]any{"Day": t.Name})
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the trace: %w", err)
	}
	if err := errors.Join(t.Write(out), out.Close()); err != nil {
		return fmt.Errorf("write the trace: %w", err)
	}
	text, err := words.Text("fr", "terminal.record.written", map[string]any{
		"File": file, "Seen": len(t.Seen), "Told": len(t.Told),
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stdout, text)
	return nil
}
