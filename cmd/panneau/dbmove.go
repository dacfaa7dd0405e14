package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) dbCommand() *cobra.Command {
	command := &cobra.Command{Use: "db", Short: "Travaille sur la base de données."}
	var file, to string
	move := &cobra.Command{
		Use:   "move -c FICHIER --to CIBLE",
		Short: "Copie toute la base vers une autre, vide : de SQLite à PostgreSQL, ou l’inverse.",
		Long: `Copie tout ce que Panneau sait (incidents, messages publiés, conversations, abonnements, historique) de la base
que désigne la configuration vers une base vide. Panneau doit être arrêté ; la base de départ n’est pas modifiée.

La cible est l’une de :
  chemin.db           un fichier SQLite, à créer
  postgres://…        une base PostgreSQL, sans mot de passe dans l’adresse (PGPASSWORD ou ~/.pgpass le donnent)
  env:NOM             la variable d’environnement qui contient l’adresse
  file:CHEMIN         le fichier qui contient l’adresse`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return m.move(c.Context(), file, to) },
	}
	move.Flags().StringVarP(&file, "config", "c", "", "fichier de configuration, qui désigne la base de départ")
	move.Flags().StringVar(&to, "to", "", "base d’arrivée")
	command.AddCommand(move)
	return command
}

// idleWait is how long to look for signs of life in a database that several machines may use: longer than a lease
// lasts without one (see bot.Holder).
const idleWait = 7 * time.Second

func (m Main) move(ctx context.Context, file, to string) (err error) {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	target, err := m.target(to)
	if err != nil {
		return err
	}
	c, err := m.loadStorage(file)
	if err != nil {
		return err
	}
	if database := c.Database.SQLite; database != "" {
		if _, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) {
			return m.explain(words, "terminal.nodatabase", map[string]any{"File": database})
		}
	}
	_, unlock, err := m.claim(c, words)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	counts, err := m.moveTo(ctx, c, target, words)
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return m.explain(words, "terminal.move.used", nil)
	case errors.Is(err, store.ErrInUse):
		return m.explain(words, "terminal.move.running", nil)
	case errors.Is(err, store.ErrNewer):
		return m.explain(words, "terminal.move.newer", nil)
	case err != nil:
		return err
	}
	for _, count := range counts {
		fmt.Fprintf(m.Stdout, "%-14s%9d\n", count.Table, count.Rows)
	}
	return m.tell(words, "terminal.move.done", nil)
}

// target reads where to move to.
func (m Main) target(to string) (config.Secret, error) {
	kind, rest, _ := strings.Cut(to, ":")
	switch kind {
	case "":
		return config.Secret{}, usageError{errors.New("« panneau db move » attend une cible : --to")}
	case "env":
		to = m.Getenv(rest)
	case "file":
		text, err := os.ReadFile(rest)
		if err != nil {
			return config.Secret{}, fmt.Errorf("lire la cible : %w", err)
		}
		to = strings.TrimSpace(string(text))
	case "postgres", "postgresql":
		address, err := url.Parse(to)
		if err != nil {
			return config.Secret{}, usageError{errors.New("l’adresse donnée à --to n’a pas la forme postgres://utilisateur@serveur:5432/base")}
		}
		if _, shown := address.User.Password(); shown {
			return config.Secret{}, usageError{errors.New("un mot de passe sur la ligne de commande est visible de tous : donnez l’adresse par --to env:NOM ou --to file:CHEMIN")}
		}
	}
	if to == "" {
		return config.Secret{}, usageError{fmt.Errorf("la cible désignée par --to %s:%s est vide", kind, rest)}
	}
	return config.NewSecret(to), nil
}

// moveTo copies the configured database to the target.
func (m Main) moveTo(ctx context.Context, c *config.Config, target config.Secret, words *locales.Renderer) (counts []store.Count, err error) {
	from, err := m.open(ctx, c, words)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if !c.Database.Postgres.IsZero() {
		if err := from.Idle(ctx, idleWait); err != nil {
			return nil, err
		}
	}
	to, err := m.openTarget(ctx, target.Reveal(), m.logger(c.Log))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return store.Move(ctx, from, to)
}

// openTarget opens a database that is to be filled: nothing of it can be restored or backed up.
func (m Main) openTarget(ctx context.Context, target string, logger *slog.Logger) (*store.Store, error) {
	if strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") {
		return store.OpenPostgres(ctx, target, logger)
	}
	return store.OpenSQLite(ctx, target, logger)
}
