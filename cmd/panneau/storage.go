package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

// loadStorage reads where a configuration keeps its data.
func (m Main) loadStorage(file string) (*config.Config, error) {
	return config.LoadStorage(file, config.Options{
		Getenv: m.Getenv, Open: func(name string) (fs.File, error) { return os.Open(name) },
	})
}

// backupFolder is where automatic backups are.
func backupFolder(c *config.Config) string { return filepath.Join(c.DataDir, "backups") }

// open opens the configured database. What its operator must mend is said, and the error is errSaid.
func (m Main) open(ctx context.Context, c *config.Config, words *locales.Renderer) (*store.Store, error) {
	if !c.Database.Postgres.IsZero() {
		return store.OpenPostgres(ctx, c.Database.Postgres.Reveal(), m.logger(c.Log))
	}
	db, err := m.openSQLite(ctx, c, words)
	if text := ailmentText(err); text != "" {
		return nil, errors.Join(m.explain(words, text, map[string]any{"File": c.Database.SQLite}),
			m.explain(words, "terminal.unstarted", nil))
	}
	return db, err
}

// ailmentText is the key of what to say of an ailing database; empty where that is not what the error is about.
func ailmentText(err error) string {
	switch {
	case errors.Is(err, store.ErrFull):
		return "terminal.full"
	case errors.Is(err, store.ErrLocked):
		return "terminal.locked"
	default:
		return ""
	}
}

// openSQLite opens a file once it is known to be sound: a damaged one is replaced by the newest backup, and one whose
// schema is about to change is backed up.
func (m Main) openSQLite(ctx context.Context, c *config.Config, words *locales.Renderer) (*store.Store, error) {
	path := c.Database.SQLite
	backups, err := store.Backups(backupFolder(c))
	if err != nil {
		return nil, err
	}
	state, err := store.Inspect(ctx, path)
	if errors.Is(err, store.ErrCorrupt) || state.Empty && len(backups) > 0 {
		if err := m.restore(ctx, c, words, err); err != nil {
			return nil, err
		}
		state, err = store.Inspect(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	now := time.Now()
	recent := len(backups) > 0 && now.Sub(backups[0].At) < recentBackup
	if state.Schema > 0 && state.Schema < state.Ours && !recent {
		made, err := store.BackUp(ctx, path, backupFolder(c), now)
		if err != nil {
			return nil, fmt.Errorf("back up before the update of the database: %w", err)
		}
		m.logger(c.Log).Info("backed up before the update of the database", "file", made.Path, "bytes", made.Size)
	}
	return store.OpenSQLite(ctx, path, m.logger(c.Log))
}

// recentBackup is the age under which a backup is not made again before an update: an update that fails is tried at
// each start, and must not push all older backups out.
const recentBackup = 10 * time.Minute

// restore replaces a damaged database by the newest sound backup, and says so. Where there is none, it says what to do.
func (m Main) restore(ctx context.Context, c *config.Config, words *locales.Renderer, why error) error {
	log := m.logger(c.Log)
	log.Error("the database is damaged", "file", c.Database.SQLite, "err", why)
	from, aside, err := store.Restore(ctx, c.Database.SQLite, backupFolder(c), time.Now())
	if errors.Is(err, store.ErrNoBackup) {
		return m.explain(words, "terminal.nobackup", map[string]any{"File": c.Database.SQLite, "Folder": backupFolder(c)})
	}
	if err != nil {
		return err
	}
	place, err := paris()
	if err != nil {
		return err
	}
	log.Warn("the database was restored", "backup", from.Path, "made", from.At, "damaged", aside)
	text, err := words.Text("fr", "terminal.restored", map[string]any{
		"Backup": from.Path, "When": moment(from.At.In(place.Location)), "Aside": aside,
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(m.Stderr, text)
	return nil
}

// moment is a date and an hour as French readers write them.
func moment(t time.Time) string {
	return fmt.Sprintf("%s à %d\u00a0h\u00a0%02d", t.Format("02/01/2006"), t.Hour(), t.Minute())
}

// attendant tells the operator once when the database ails, and once when it is well again.
type attendant struct {
	say  func(key string)
	log  *slog.Logger
	stop context.CancelCauseFunc // called when only a new start can help

	mu      sync.Mutex
	ailment error
}

// note takes what store.Attend reports.
func (a *attendant) note(ailment error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if errors.Is(ailment, a.ailment) {
		return
	}
	a.ailment = ailment
	switch {
	case ailment == nil:
		a.log.Info("the database takes writes again")
		a.say("terminal.writable")
	case errors.Is(ailment, store.ErrCorrupt):
		a.log.Error("the database ails", "reason", ailment.Error())
		a.say("terminal.damaged")
		a.stop(ailment)
	default:
		a.log.Error("the database ails", "reason", ailment.Error())
		a.say(ailmentText(ailment))
	}
}

// calm is a log handler for which a line about a database that takes no writes is one for debugging: the attendant has
// said it, and it would be repeated for every check and delivery, perhaps onto the very disk that is full.
type calm struct{ slog.Handler }

// Handle implements slog.Handler.
func (c calm) Handle(ctx context.Context, r slog.Record) error {
	about := func(a slog.Attr) bool {
		err, is := a.Value.Any().(error)
		return is && (errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrLocked))
	}
	known := false
	r.Attrs(func(a slog.Attr) bool {
		known = known || about(a)
		return !known
	})
	if known {
		r.Level = slog.LevelDebug
	}
	if !c.Enabled(ctx, r.Level) {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (c calm) WithAttrs(attrs []slog.Attr) slog.Handler { return calm{c.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (c calm) WithGroup(name string) slog.Handler { return calm{c.Handler.WithGroup(name)} }
