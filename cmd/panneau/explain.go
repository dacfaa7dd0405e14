package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) explainCommand() *cobra.Command {
	var file, database string
	command := &cobra.Command{
		Use:   "explain INCIDENT",
		Short: "Dit pourquoi un incident a été ouvert, ce qui a changé et pourquoi il est clos.",
		Long: `Dit pourquoi un incident a été ouvert, quand, d’après quels contrôles, ce qui a changé à chaque étape et pourquoi il
est clos. Le numéro de l’incident est celui de sa page publique : /incidents/12.

Panneau peut tourner pendant ce temps : la commande lit une copie de sa base et n’y change rien. Les contrôles qui ont
décidé sont gardés 30 jours après la fin de l’incident.`,
		Example: "  panneau explain 12\n  panneau explain 12 --base sauvegarde.db",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("« panneau explain » attend le numéro d’un incident")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			number, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || number < 1 {
				return usageError{fmt.Errorf("« %s » n’est pas le numéro d’un incident : attendu, un nombre à partir de 1", args[0])}
			}
			return m.explainIncident(c.Context(), file, database, bot.IncidentID(number))
		},
	}
	command.Flags().StringVarP(&file, "config", "c", "", "fichier de configuration, qui désigne la base")
	command.Flags().StringVar(&database, "base", "", "fichier SQLite à lire à la place : une sauvegarde, par exemple")
	return command
}

// explainIncident reads an incident and tells its story.
func (m Main) explainIncident(ctx context.Context, file, database string, id bot.IncidentID) (err error) {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.loadStorage(file)
	if err != nil {
		return err
	}
	if database != "" {
		c.Database = config.Database{SQLite: database}
	}
	db, leave, err := m.openCopy(ctx, c, words)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, leave()) }()
	s, err := newStory(words)
	if err != nil {
		return err
	}
	board := &bot.Board{Store: db}
	dossier, err := board.Dossier(ctx, id)
	if errors.Is(err, bot.ErrNotFound) {
		return m.noIncident(ctx, board, s, id)
	}
	if err != nil {
		return err
	}
	text, err := s.tell(dossier)
	if err != nil {
		return err
	}
	fmt.Fprint(m.Stdout, text)
	return nil
}

// openCopy opens a database to read while a Panneau works on it. Of a SQLite file it reads a copy: its schema may be of
// another version, and nothing is written there. leave closes it, and removes the copy.
func (m Main) openCopy(ctx context.Context, c *config.Config, words *locales.Renderer) (db *store.Store, leave func() error, err error) {
	if !c.Database.Postgres.IsZero() {
		db, err := store.OpenBeside(ctx, c.Database.Postgres.Reveal())
		if errors.Is(err, store.ErrNoSchema) {
			return nil, nil, m.explain(words, "terminal.nodatabase", map[string]any{"File": "PostgreSQL"})
		}
		if errors.Is(err, store.ErrOlder) {
			return nil, nil, m.explain(words, "terminal.older", nil)
		}
		if err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
	path := c.Database.SQLite
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, m.explain(words, "terminal.nodatabase", map[string]any{"File": path})
	}
	folder, err := os.MkdirTemp("", "panneau-explain-")
	if err != nil {
		return nil, nil, fmt.Errorf("make room for a copy of the database: %w", err)
	}
	remove := func() error { return os.RemoveAll(folder) }
	copied := filepath.Join(folder, "copie.db")
	if err = store.Copy(ctx, path, copied); err == nil {
		db, err = store.OpenSQLite(ctx, copied, slog.New(slog.DiscardHandler))
	}
	if text := ailmentText(err); text != "" {
		err = m.explain(words, text, map[string]any{"File": path})
	}
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return db, func() error { return errors.Join(db.Close(), remove()) }, nil
}

// newest is how many incidents are named to somebody who asks for one that is not there.
const newest = 5

// noIncident says that there is no incident of a number, and which there are.
func (m Main) noIncident(ctx context.Context, board *bot.Board, s *story, id bot.IncidentID) error {
	list, err := board.Incidents(ctx, newest)
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stderr, locales.Typeset(s.known(id, list)))
	return errSaid
}
