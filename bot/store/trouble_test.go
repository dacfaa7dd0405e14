package store_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// childVariable names the database of the child process of TestAFullDisk.
const childVariable = "PANNEAU_STORE_CHILD"

// TestAFullDisk takes all room away from a process of its own, by the limit that the system sets on what it may write,
// and gives it back. What was accepted is there, what was refused is not, reading goes on, and writing goes on after.
func TestAFullDisk(t *testing.T) {
	if path := os.Getenv(childVariable); path != "" {
		fullDiskChild(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "panneau.db")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self, "-test.run", "^TestAFullDisk$")
	child.Env = append(os.Environ(), childVariable+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		t.Log("child:", lines.Text())
	}
	if err := child.Wait(); err != nil {
		t.Fatal("child:", err)
	}
	s, _ := openAt(t, path) // as the next process finds it
	if got := incidents(t, s); len(got) != 2 || got[0].Platform != "after" || got[1].Platform != "before" {
		t.Errorf("found %+v", got)
	}
}

func fullDiskChild(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ) // a write over the limit fails instead of killing
	s, _ := openAt(t, path)
	write(t, s, "before")
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	room := limit
	limit.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		err := s.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.AddIncident(bot.Incident{Platform: "during", Condition: bot.Unreachable, Revision: 1})
			return err
		})
		fmt.Println("without room:", err)
		if !errors.Is(err, store.ErrFull) {
			t.Fatalf("wrote without room: %v, want ErrFull", err)
		}
		if got := incidents(t, s); len(got) != 1 {
			t.Fatalf("reading without room: %v", got)
		}
	}
	if err := store.Copy(t.Context(), path, path+".copy"); !errors.Is(err, store.ErrFull) {
		t.Fatalf("copied without room: %v, want ErrFull", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &room); err != nil {
		t.Fatal(err)
	}
	write(t, s, "after")
}

// TestTheFilesOwnLimit provokes SQLite's own word for a full disk.
func TestTheFilesOwnLimit(t *testing.T) {
	s := openSQLite(t)
	lift, err := store.LimitPages(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	fill := func() error {
		return s.Update(t.Context(), func(tx bot.Tx) error {
			for minute := range 600 {
				if err := tx.AddVerdicts([]bot.Verdict{{Check: "cned/a", Platform: "cned", At: at(minute)}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := fill(); !errors.Is(err, store.ErrFull) {
		t.Fatalf("wrote without room: %v, want ErrFull", err)
	}
	if err := lift(); err != nil {
		t.Fatal(err)
	}
	if err := fill(); err != nil {
		t.Fatal(err)
	}
}

func TestALockedFile(t *testing.T) {
	t.Parallel() // SQLite waits five seconds for the lock
	path := filepath.Join(t.TempDir(), "panneau.db")
	s, _ := openAt(t, path)
	other, _ := openAt(t, path)
	waiting, goOn := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- other.Update(t.Context(), func(bot.Tx) error {
			close(waiting)
			<-goOn
			return nil
		})
	}()
	<-waiting
	begun := time.Now()
	err := s.Update(t.Context(), func(tx bot.Tx) error { return nil })
	if !errors.Is(err, store.ErrLocked) {
		t.Errorf("wrote into a locked file: %v, want ErrLocked", err)
	}
	t.Log("after", time.Since(begun))
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	write(t, s, "after")
}

func TestEveryConnectionFlushesAtCommit(t *testing.T) {
	s := openSQLite(t)
	for _, name := range []string{"write", "read"} {
		for i, settings := range store.Durability(t, s, name) {
			if settings != "wal 2" { // 2 is FULL
				t.Errorf("connection %d to %s has journal and synchronous %s", i, name, settings)
			}
		}
	}
}

func TestAnExclusivelyLockedFileCannotBeOpened(t *testing.T) {
	t.Parallel() // SQLite waits five seconds for the lock
	path := filepath.Join(t.TempDir(), "panneau.db")
	_, closeNow := openAt(t, path)
	closeNow()
	unlock := storetest.LockSQLite(t, path)
	if _, err := store.Inspect(t.Context(), path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("inspected: %v, want ErrLocked", err)
	}
	unlock()
	openAt(t, path)
}
