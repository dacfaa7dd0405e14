package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// openAt opens the SQLite database of a path, and returns how to close it before the test ends.
func openAt(t *testing.T, path string) (s *store.Store, closeNow func()) {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	closeNow = sync.OnceFunc(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(closeNow)
	return s, closeNow
}

func incidents(t *testing.T, s *store.Store) (list []bot.Incident) {
	t.Helper()
	view(t, s, func(tx bot.Tx) (err error) {
		list, err = tx.LastIncidents(99)
		return err
	})
	return list
}

// write is something that a store did not hold before.
func write(t *testing.T, s *store.Store, p bot.PlatformID) {
	t.Helper()
	update(t, s, func(tx bot.Tx) error {
		i := cned(1, bot.Unreachable)
		i.Platform = p
		_, err := tx.AddIncident(i)
		return err
	})
}

func TestBackUpWhileTheDatabaseIsWritten(t *testing.T) {
	path, folder := filepath.Join(t.TempDir(), "panneau é #1.db"), filepath.Join(t.TempDir(), "sauvegardes é")
	s, _ := openAt(t, path)
	write(t, s, "cned")
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				write(t, s, bot.PlatformID("p"+strings.Repeat("x", n)))
			}
		}
	})
	made, err := store.BackUp(t.Context(), path, folder, at(0))
	close(stop)
	writing.Wait()
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, "later")

	all, err := store.Backups(folder)
	if diff := cmp.Diff([]store.Backup{made}, all); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	copied, _ := openAt(t, made.Path)
	got, now := incidents(t, copied), incidents(t, s)
	if diff := cmp.Diff(now[len(now)-len(got):], got); diff != "" || len(got) == 0 || len(got) == len(now) {
		t.Errorf("of %d incidents the backup has %d, which are not the first: %s", len(now), len(got), diff)
	}
	if !made.At.Equal(at(0)) || filepath.Base(made.Path) != "panneau-20210406T060000Z.db" {
		t.Errorf("made as %+v", made)
	}
}

func TestTheNewestSevenBackupsStay(t *testing.T) {
	path, folder := filepath.Join(t.TempDir(), "panneau.db"), t.TempDir()
	openAt(t, path)
	for _, other := range []string{"panneau-notes.db", "autre.db"} {
		if err := os.WriteFile(filepath.Join(folder, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	abandoned := filepath.Join(folder, "panneau-20200101T000000Z.db.part")
	underWay := filepath.Join(folder, "panneau-20210406T060900Z.db.part")
	for part, written := range map[string]time.Time{abandoned: at(-90), underWay: at(9)} {
		if err := os.WriteFile(part, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(part, written, written); err != nil {
			t.Fatal(err)
		}
	}
	for minute := range 9 {
		if _, err := store.BackUp(t.Context(), path, folder, at(minute)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	want := []string{
		"autre.db", "panneau-20210406T060200Z.db", "panneau-20210406T060300Z.db", "panneau-20210406T060400Z.db",
		"panneau-20210406T060500Z.db", "panneau-20210406T060600Z.db", "panneau-20210406T060700Z.db",
		"panneau-20210406T060800Z.db", "panneau-20210406T060900Z.db.part", "panneau-notes.db",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestACopyReplacesNothing(t *testing.T) {
	path, to := filepath.Join(t.TempDir(), "panneau.db"), filepath.Join(t.TempDir(), "copie.db")
	if err := store.Copy(t.Context(), path, to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("copy of nothing: %v", err)
	}
	openAt(t, path)
	if err := os.WriteFile(to, []byte("important"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Copy(t.Context(), path, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("copy onto a file: %v", err)
	}
	if kept, err := os.ReadFile(to); string(kept) != "important" || err != nil {
		t.Errorf("the file now holds %q: %v", kept, err)
	}
}

// damage overwrites a part of a file.
func damage(t *testing.T, path string, at int64, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(with, at); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// damages are ways in which a file is lost, by name.
func damages() map[string]func(t *testing.T, path string) {
	const page = 4096
	return map[string]func(t *testing.T, path string){
		"no database": func(t *testing.T, path string) { damage(t, path, 0, []byte("<html>proxy error</html>")) },
		"a page of zeros": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			damage(t, path, (info.Size()/page-1)*page, make([]byte, page))
		},
		"cut short": func(t *testing.T, path string) {
			if err := os.Truncate(path, 2*page); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func TestADamagedFileIsFoundAndReplacedByTheNewestSoundBackup(t *testing.T) {
	for name, harm := range damages() {
		t.Run(name, func(t *testing.T) {
			path, folder := filepath.Join(t.TempDir(), "panneau.db"), t.TempDir()
			s, closeNow := openAt(t, path)
			write(t, s, "cned")
			if _, err := store.BackUp(t.Context(), path, folder, at(1)); err != nil {
				t.Fatal(err)
			}
			newest, err := store.BackUp(t.Context(), path, folder, at(2))
			if err != nil {
				t.Fatal(err)
			}
			damage(t, newest.Path, 0, make([]byte, 100))
			closeNow()
			harm(t, path)
			if err := os.WriteFile(path+"-wal", []byte("old log"), 0o600); err != nil {
				t.Fatal(err)
			}
			broken, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := store.Inspect(t.Context(), path); !errors.Is(err, store.ErrCorrupt) {
				t.Fatalf("inspected: %v, want ErrCorrupt", err)
			}
			from, aside, err := store.Restore(t.Context(), path, folder, at(3))
			if err != nil || !from.At.Equal(at(1)) {
				t.Fatalf("restored from %+v: %v", from, err)
			}
			if kept, err := os.ReadFile(aside); !bytes.Equal(kept, broken) || err != nil {
				t.Errorf("the damaged file was not kept as it was: %v", err)
			}
			again, _ := openAt(t, path)
			if got := incidents(t, again); len(got) != 1 || got[0].Platform != "cned" {
				t.Errorf("restored: %+v", got)
			}
			write(t, again, "new")
		})
	}
}

func TestWithoutASoundBackupNothingIsTouched(t *testing.T) {
	path, folder := filepath.Join(t.TempDir(), "panneau.db"), t.TempDir()
	s, closeNow := openAt(t, path)
	write(t, s, "cned")
	only, err := store.BackUp(t.Context(), path, folder, at(1))
	if err != nil {
		t.Fatal(err)
	}
	closeNow()
	for _, file := range []string{path, only.Path} {
		damage(t, file, 0, []byte("nothing that SQLite knows"))
	}
	if _, _, err := store.Restore(t.Context(), path, folder, at(3)); !errors.Is(err, store.ErrNoBackup) {
		t.Errorf("restored: %v, want ErrNoBackup", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("now there are %v: %v", entries, err)
	}
}

func TestInspect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	missing, err := store.Inspect(t.Context(), path)
	if !missing.Missing || err != nil {
		t.Errorf("of nothing: %+v %v", missing, err)
	}
	_, closeNow := openAt(t, path)
	closeNow()
	found, err := store.Inspect(t.Context(), path)
	if found.Missing || found.Schema == 0 || found.Schema != found.Ours || err != nil {
		t.Errorf("of a new database: %+v %v", found, err)
	}
}
