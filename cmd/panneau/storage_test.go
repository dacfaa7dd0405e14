package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot/store"
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

func TestABackupThatFailsIsSaidAndTriedAgain(t *testing.T) {
	var out strings.Builder
	a := keeper(t, &out)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 90*time.Minute)
		defer stop()
		a.keepBackups(ctx, &attendant{})
	})
	if n := strings.Count(out.String(), "La sauvegarde automatique de la base échoue"); n != 2 {
		t.Errorf("said %d times in an hour and a half, want 2:\n%s", n, out.String())
	}
}
