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

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func TestAnAilmentIsSaidOnce(t *testing.T) {
	var said []string
	var log strings.Builder
	ctx, stop := context.WithCancelCause(t.Context())
	a := &attendant{say: func(key string) { said = append(said, key) }, log: slog.New(slog.NewTextHandler(&log, nil)), stop: stop}
	for _, ailment := range []error{
		nil, store.ErrFull, store.ErrFull, nil, nil, store.ErrLocked, store.ErrFull, nil, store.ErrCorrupt, store.ErrCorrupt,
	} {
		a.note(ailment)
	}
	want := []string{
		"terminal.full", "terminal.writable", "terminal.locked", "terminal.full", "terminal.writable", "terminal.damaged",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	if lines := strings.Count(log.String(), "\n"); lines != len(want) {
		t.Errorf("%d lines in the log, want %d:\n%s", lines, len(want), log.String())
	}
	if !errors.Is(context.Cause(ctx), store.ErrCorrupt) {
		t.Errorf("stopped for %v", context.Cause(ctx))
	}
}

func TestCalmLeavesOutWhatWasSaid(t *testing.T) {
	for level, want := range map[slog.Level][]string{
		slog.LevelInfo:  {"level=INFO msg=started", "level=ERROR msg=other"},
		slog.LevelDebug: {"level=INFO msg=started", "level=DEBUG msg=repeated", "level=ERROR msg=other"},
	} {
		var log strings.Builder
		logger := slog.New(calm{slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})}).With("account", "tg").WithGroup("g")
		logger.Info("started")
		logger.Error("repeated", "key", 1, "err", fmt.Errorf("write: %w", store.ErrFull))
		logger.Error("other", "err", errors.New("no"))
		var got []string
		for line := range strings.Lines(log.String()) {
			fields := strings.Fields(line)
			got = append(got, strings.Join(fields[1:3], " "))
			if fields[3] != "account=tg" {
				t.Errorf("attributes are lost: %s", line)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %v: %s", level, diff)
		}
	}
}

// keeper is an app that has a database and nothing to do but back it up.
func keeper(t *testing.T, out *strings.Builder) *app {
	t.Helper()
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := config.ParseSchedule("40 3 * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	c := &config.Config{DataDir: folder, Database: config.Database{SQLite: filepath.Join(folder, "panneau.db"), Backup: schedule}}
	return &app{config: c, log: slog.New(slog.DiscardHandler), out: out, words: words}
}

// TestAutomaticBackups runs nine simulated days, with a stop of two and a half days in the middle.
func TestAutomaticBackups(t *testing.T) {
	var out strings.Builder
	a := keeper(t, &out)
	synctest.Test(t, func(t *testing.T) { // its clock begins on 1 January 2000, at midnight of UTC
		db, err := store.OpenSQLite(t.Context(), a.config.Database.SQLite, a.log)
		if err != nil {
			t.Fatal(err)
		}
		runFor := func(d time.Duration) {
			ctx, stop := context.WithTimeout(t.Context(), d)
			defer stop()
			a.keepBackups(ctx, &attendant{})
		}
		runFor(3 * 24 * time.Hour)
		time.Sleep(60 * time.Hour)
		runFor(3*24*time.Hour + 12*time.Hour)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	})
	all, err := store.Backups(backupFolder(a.config))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range slices.Backward(all) {
		got = append(got, b.At.Format("2 15:04:05"))
	}
	// The first one, at once, made room for the eighth; that of the 6th is made at the start, because one was missed.
	want := []string{
		"1 03:40:00", "2 03:40:00", "3 03:40:00", "6 12:00:10", "7 03:40:00", "8 03:40:00", "9 03:40:00",
	}
	if diff := cmp.Diff(want, got); diff != "" || out.String() != "" {
		t.Error(diff, out.String())
	}
}

func TestABackupThatFailsIsSaidOnceAndTriedAgain(t *testing.T) {
	var out, log strings.Builder
	a := keeper(t, &out)
	a.log = slog.New(slog.NewTextHandler(&log, nil))
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 90*time.Minute)
		defer stop()
		a.keepBackups(ctx, &attendant{})
	})
	if n := strings.Count(out.String(), "La sauvegarde automatique de la base échoue"); n != 1 {
		t.Errorf("said %d times, want once:\n%s", n, out.String())
	}
	if n := strings.Count(log.String(), "back up the database"); n != 2 {
		t.Errorf("tried %d times in an hour and a half, want 2:\n%s", n, log.String())
	}
}

// open opens the database of a configuration as the program does, and closes it. It returns what was printed.
func open(t *testing.T, c *config.Config) (printed string, err error) {
	t.Helper()
	var out strings.Builder
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	m := Main{Stdout: &out, Stderr: &out}
	quiet := *c
	quiet.Log.Level = slog.LevelError + 1
	db, err := m.open(t.Context(), &quiet, words)
	if db != nil {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	return plain(out.String()), err
}

// backups counts the automatic backups of a configuration.
func backups(t *testing.T, c *config.Config) int {
	t.Helper()
	all, err := store.Backups(backupFolder(c))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestADatabaseIsBackedUpBeforeItsSchemaChanges(t *testing.T) {
	c := keeper(t, nil).config
	if _, err := open(t, c); err != nil || backups(t, c) != 0 {
		t.Fatalf("a new database: %v, %d backups", err, backups(t, c))
	}
	for range 2 { // the second time stands for an update that has failed
		storetest.AgeSQLite(t, c.Database.SQLite)
		if _, err := open(t, c); err != nil || backups(t, c) != 1 {
			t.Fatalf("an old database: %v, %d backups, want 1", err, backups(t, c))
		}
	}
	all, err := store.Backups(backupFolder(c))
	if err != nil {
		t.Fatal(err)
	}
	if state, err := store.Inspect(t.Context(), all[0].Path); state.Schema != 1 || err != nil {
		t.Errorf("the backup has schema %d: %v", state.Schema, err)
	}
	if state, err := store.Inspect(t.Context(), c.Database.SQLite); state.Schema != state.Ours || err != nil {
		t.Errorf("the database has schema %d: %v", state.Schema, err)
	}
}

func TestAnEmptiedDatabaseIsRestored(t *testing.T) {
	a := keeper(t, nil)
	if _, err := open(t, a.config); err != nil {
		t.Fatal(err)
	}
	if err := a.backUp(t.Context(), backupFolder(a.config), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(a.config.Database.SQLite, 0); err != nil {
		t.Fatal(err)
	}
	printed, err := open(t, a.config)
	if err != nil || !strings.Contains(printed, "Panneau reprend la sauvegarde") {
		t.Errorf("opened: %v\n%s", err, printed)
	}
}

func TestALockedDatabaseIsNamed(t *testing.T) {
	t.Parallel() // SQLite waits five seconds for the lock
	c := keeper(t, nil).config
	if _, err := open(t, c); err != nil {
		t.Fatal(err)
	}
	unlock := storetest.LockSQLite(t, c.Database.SQLite)
	defer unlock()
	printed, err := open(t, c)
	if !errors.Is(err, errSaid) || !strings.Contains(printed, "Un autre programme bloque la base "+c.Database.SQLite) {
		t.Errorf("opened: %v\n%s", err, printed)
	}
}
