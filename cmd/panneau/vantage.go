package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) vantageCommand() *cobra.Command {
	var file, name string
	command := &cobra.Command{
		Use:   "vantage -c FICHIER --name LIEU",
		Short: "Vérifie les plateformes depuis un autre lieu, pour le Panneau qui annonce.",
		Long: `Vérifie les mêmes plateformes depuis un autre lieu (un autre fournisseur d’accès, une autre ville), et écrit ce qui s’y
voit dans la base PostgreSQL commune. N’annonce rien : le Panneau principal (« panneau run ») annonce une panne quand
assez de lieux la voient.

Le fichier est celui du Panneau principal, ou un fichier qui n’en garde que database, watch et platforms. Le lieu est
l’un de ceux de watch.vantages. Aucun jeton de messagerie n’est nécessaire. Voir docs/fr/lieux.md.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return m.vantage(c.Context(), file, name) },
	}
	command.Flags().StringVarP(&file, "config", "c", "panneau.yaml", "fichier de configuration")
	command.Flags().StringVar(&name, "name", "", "nom de ce lieu, parmi watch.vantages")
	return command
}

// vantage checks from another place until ctx ends.
func (m Main) vantage(ctx context.Context, file, name string) (err error) {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.loadVantage(file)
	if err != nil {
		return err
	}
	about := map[string]any{"Name": name, "File": file, "Names": strings.Join(c.Watch.Others, ", "), "Count": len(c.Platforms)}
	switch {
	case c.Database.Postgres.IsZero():
		return m.explain(words, "terminal.vantage.sqlite", about)
	case len(c.Watch.Others) == 0:
		return m.explain(words, "terminal.vantage.none", about)
	case !slices.Contains(c.Watch.Others, name):
		return m.explain(words, "terminal.vantage.unknown", about)
	}
	db, err := store.OpenBeside(ctx, c.Database.Postgres.Reveal())
	if errors.Is(err, store.ErrOlder) {
		return m.explain(words, "terminal.vantage.older", about)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	v := &vantage{log: m.logger(c.Log), say: func(key string) error {
		text, err := words.Text("fr", key, about)
		fmt.Fprintln(m.Stdout, text)
		return err
	}}
	if err := v.wire(c, name, m.between(db)); err != nil {
		return err
	}
	if err := v.orders.ReadHalts(ctx, m.between(db)); err != nil {
		v.log.Warn("what operators have stopped is checked from here", "err", err)
	}
	if err := v.say("terminal.vantage.started"); err != nil {
		return err
	}
	err = v.run(ctx)
	if errors.Is(err, bot.ErrConflict) {
		return m.explain(words, "terminal.vantage.taken", about)
	}
	return err
}

func (m Main) loadVantage(file string) (*config.Config, error) {
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	c, err := config.LoadVantage(file, config.Options{
		Catalogue: known, Getenv: m.Getenv, Open: func(name string) (fs.File, error) { return os.Open(name) },
	})
	if err != nil {
		return nil, err
	}
	for _, warning := range c.Warnings {
		fmt.Fprintln(m.Stderr, warning)
	}
	return c, nil
}

// vantage is what runs at another place.
type vantage struct {
	log     *slog.Logger
	say     func(key string) error
	lookout *bot.Lookout
	patrol  *bot.Patrol
	orders  bot.Orders
	offline atomic.Bool
}

// wire makes the checks and what takes their verdicts in.
func (v *vantage) wire(c *config.Config, name string, db bot.Store) error {
	env := checks.Env{UserAgent: userAgent(c), Logger: v.log, Manners: checks.NewManners(), Patterns: checks.NewPatterns()}
	rounds, err := rounds(c.Platforms, env)
	if err != nil {
		return err
	}
	watched := make([]bot.Platform, len(c.Platforms))
	for i, p := range c.Platforms {
		watched[i] = p.Platform
	}
	v.lookout = bot.NewLookout(bot.LookoutConfig{
		Store: db, Guard: checks.NewGuard(c.Watch.Guard, env), Platforms: watched, Rule: bot.DefaultRule(), Vantage: name,
		Orders: &v.orders, Holder: rand.Text(), Logger: v.log, Ask: func(id bot.PlatformID) { v.patrol.Ask(id) }, Offline: v.setOffline,
	})
	v.patrol = &bot.Patrol{
		Rounds: rounds, Watch: v.lookout, Vantage: name, Orders: &v.orders, Burst: bot.DefaultBurst(),
		Behind: bot.NewStrain().Behind, Logger: v.log,
	}
	return nil
}

func (v *vantage) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return v.lookout.Run(ctx) })
	group.Go(func() error { return v.patrol.Run(ctx) })
	return group.Wait()
}

// setOffline says aloud when our own network fails, and when it is well again.
func (v *vantage) setOffline(offline bool) {
	if v.offline.Swap(offline) == offline {
		return
	}
	key := "terminal.vantage.online"
	if offline {
		key = "terminal.vantage.offline"
	}
	if err := v.say(key); err != nil {
		v.log.Error("find a text", "key", key, "err", err)
	}
}
