package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) backupCommand() *cobra.Command {
	var file, out string
	command := &cobra.Command{
		Use:   "backup",
		Short: "Sauvegarde la base SQLite, aussi pendant que Panneau tourne.",
		Long: `Fait une copie complète et vérifiée de la base SQLite, sans arrêter Panneau : dans le dossier de ses sauvegardes,
où les sept dernières restent, ou dans le fichier donné par -o.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return m.backup(c.Context(), file, out) },
	}
	command.Flags().StringVarP(&file, "config", "c", "", "fichier de configuration")
	command.Flags().StringVarP(&out, "output", "o", "", "fichier à créer (sans lui : dans le dossier des sauvegardes)")
	return command
}

func (m Main) backup(ctx context.Context, file, out string) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.loadStorage(file)
	if err != nil {
		return err
	}
	database := c.Database.SQLite
	if !c.Database.Postgres.IsZero() {
		return m.explain(words, "terminal.backup.postgres", nil)
	}
	if _, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) {
		return m.explain(words, "terminal.nodatabase", map[string]any{"File": database})
	}
	made := store.Backup{Path: out}
	if out == "" {
		made, err = store.BackUp(ctx, database, backupFolder(c), time.Now())
	} else if err = store.Copy(ctx, database, out); err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(out); err == nil {
			made.Size = info.Size()
		}
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return m.explain(words, "terminal.exists", map[string]any{"File": out})
	case errors.Is(err, store.ErrFull):
		return m.explain(words, "terminal.backup.room", nil)
	case errors.Is(err, store.ErrLocked):
		return m.explain(words, "terminal.locked", map[string]any{"File": database})
	case errors.Is(err, store.ErrCorrupt):
		return m.explain(words, "terminal.backup.damaged", map[string]any{"File": database})
	case err != nil:
		return err
	}
	return m.tell(words, "terminal.backup.made", map[string]any{"File": made.Path, "Size": megabytes(made.Size)})
}

// tell prints a text on the standard output.
func (m Main) tell(words *locales.Renderer, key string, data map[string]any) error {
	text, err := words.Text("fr", key, data)
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stdout, text)
	return nil
}

// megabytes is a size as French readers write it.
func megabytes(bytes int64) string {
	return strings.Replace(fmt.Sprintf("%.1f\u00a0Mo", float64(bytes)/1e6), ".", ",", 1)
}

const (
	// backupDelay lets a start be over before the backup that a night without power has cost.
	backupDelay = 10 * time.Second
	// backupRetry is the time between two attempts at a backup that fails.
	backupRetry = time.Hour
)

// keepBackups backs the database up on its schedule until ctx ends. What is due follows from the newest backup there is.
func (a *app) keepBackups(ctx context.Context, watch *attendant) {
	folder := backupFolder(a.config)
	failing := false
	for wait := backupDelay; sleep(ctx, wait); {
		all, err := store.Backups(folder)
		if err != nil {
			a.log.Error("list the backups", "err", err)
		}
		now := time.Now()
		if due := nextBackup(a.config.Database.Backup, all, now); due.After(now) {
			wait = min(due.Sub(now), backupRetry) // a clock may be set meanwhile
			continue
		}
		err = a.backUp(ctx, folder, now)
		wait = time.Second
		if err != nil && ctx.Err() == nil {
			a.explainFailure(ctx, watch, err, failing)
			wait = backupRetry
		}
		failing = err != nil
	}
}

// explainFailure says that a backup has failed, the first time aloud. The database itself may be the cause.
func (a *app) explainFailure(ctx context.Context, watch *attendant, err error, again bool) {
	a.log.Error("back up the database", "why", err.Error())
	if !again {
		a.say("terminal.backup.failed", nil)
	}
	if _, err := store.Inspect(ctx, a.config.Database.SQLite); errors.Is(err, store.ErrCorrupt) {
		watch.note(store.ErrCorrupt)
	}
}

func (a *app) backUp(ctx context.Context, folder string, now time.Time) error {
	made, err := store.BackUp(ctx, a.config.Database.SQLite, folder, now)
	if err == nil {
		a.log.Info("backed up the database", "file", made.Path, "bytes", made.Size, "took", time.Since(now))
	}
	return err
}

// nextBackup is when a backup is due: at once where there is none yet.
func nextBackup(schedule cron.Schedule, made []store.Backup, now time.Time) time.Time {
	if len(made) == 0 {
		return now
	}
	return schedule.Next(made[0].At)
}

// sleep waits, and reports whether it was long enough: false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
