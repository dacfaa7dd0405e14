package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	"golang.org/x/sys/unix"
)

// Backup is a whole SQLite database in a file of its own.
type Backup struct {
	Path string
	At   time.Time // when it was begun, to the second
	Size int64     // bytes
}

// The names of backups in their folder: panneau-20210406T060000Z.db.
const (
	backupPrefix = "panneau-"
	backupSuffix = ".db"
	stampLayout  = "20060102T150405Z"
	partSuffix   = ".part" // while it is being written
)

// keepBackups is how many backups stay in their folder.
const keepBackups = 7

// BackUp copies a SQLite database into a folder of backups, and removes the oldest ones there beyond the newest seven.
// Others may read and write the database meanwhile, in this process or another.
func BackUp(ctx context.Context, database, folder string, now time.Time) (Backup, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Backup{}, fmt.Errorf("create the folder of backups: %w", err)
	}
	if err := giveTo(database, folder); err != nil {
		return Backup{}, err
	}
	path := filepath.Join(folder, backupPrefix+now.UTC().Format(stampLayout)+backupSuffix)
	if err := Copy(ctx, database, path); err != nil {
		return Backup{}, err
	}
	all, err := Backups(folder)
	if err != nil {
		return Backup{}, err
	}
	for _, old := range all[min(keepBackups, len(all)):] {
		if err := os.Remove(old.Path); err != nil {
			return Backup{}, fmt.Errorf("remove an old backup: %w", err)
		}
	}
	made := slices.IndexFunc(all, func(b Backup) bool { return b.Path == path })
	return all[made], removeParts(folder, now)
}

// Backups lists the backups in a folder, newest first. A folder that is not there has none.
func Backups(folder string) ([]Backup, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the backups: %w", err)
	}
	var list []Backup
	for _, entry := range entries {
		stamp, prefixed := strings.CutPrefix(entry.Name(), backupPrefix)
		stamp, suffixed := strings.CutSuffix(stamp, backupSuffix)
		at, err := time.Parse(stampLayout, stamp)
		if err != nil || !prefixed || !suffixed {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, fmt.Errorf("list the backups: %w", err)
		}
		list = append(list, Backup{Path: filepath.Join(folder, entry.Name()), At: at, Size: info.Size()})
	}
	slices.SortFunc(list, func(a, b Backup) int { return cmp.Compare(b.At.UnixNano(), a.At.UnixNano()) })
	return list, nil
}

// removeParts removes what backups that were cut short have left. One that is under way is younger than an hour.
func removeParts(folder string, now time.Time) error {
	parts, err := filepath.Glob(filepath.Join(folder, backupPrefix+"*"+partSuffix+"*"))
	if err != nil {
		return err
	}
	for _, part := range parts {
		info, err := os.Stat(part)
		if err == nil && now.Sub(info.ModTime()) > time.Hour {
			err = os.Remove(part)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an unfinished backup: %w", err)
		}
	}
	return nil
}

// Copy writes a consistent, compact and verified copy of a SQLite database to a file that must not exist yet. It counts
// only once it is whole and on the disk: until then it has another name. Writers of the database go on meanwhile.
func Copy(ctx context.Context, database, to string) error {
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("copy to %s: %w", to, fs.ErrExist)
	}
	if err := enoughRoom(database, filepath.Dir(to)); err != nil {
		return fmt.Errorf("copy %s: %w", database, err)
	}
	part := to + partSuffix
	if err := copyTo(ctx, database, part); err != nil {
		return errors.Join(fmt.Errorf("copy %s: %w", database, diagnose(err)), ignoreMissing(os.Remove(part)))
	}
	return settleAs(part, to)
}

func copyTo(ctx context.Context, database, part string) error {
	if err := ignoreMissing(os.Remove(part)); err != nil {
		return err
	}
	db, err := openFile(database, "mode=rw")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", part)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := errors.Join(os.Chmod(part, 0o600), giveTo(database, part)); err != nil {
		return err
	}
	return check(ctx, part, "immutable=1&mode=ro")
}

// settleAs gives a finished file its name, durably.
func settleAs(part, path string) error {
	if err := flush(part); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("name %s: %w", path, err)
	}
	return flush(filepath.Dir(path))
}

// flush makes sure that a file, or the names in a folder, survive a power cut.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}

// reserve is what a backup must leave free for the ledger, in bytes.
const reserve = 64 << 20

// enoughRoom refuses a copy that would fill the disk up, on which the ledger may depend.
func enoughRoom(database, folder string) error {
	var size int64
	for _, file := range []string{database, database + "-wal"} { // what is new may still be in the log alone
		info, err := os.Stat(file)
		if err == nil {
			size += info.Size()
		} else if file == database || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		return fmt.Errorf("measure the disk of %s: %w", folder, err)
	}
	if free := int64(disk.Bavail) * int64(disk.Bsize); free < size+reserve { //nolint:unconvert // other systems have other types
		return fmt.Errorf("%w: %d bytes are free in %s, a copy needs %d and leaves %d", ErrFull, free, folder, size, reserve)
	}
	return nil
}

// giveTo gives a file to the owner of another one: root may make backups for the user that Panneau runs as.
func giveTo(like, path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		return os.Chown(path, int(owner.Uid), int(owner.Gid))
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// openFile opens a SQLite file that exists.
func openFile(path, options string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return sql.Open("sqlite", sqliteFile(path)+"?_pragma=busy_timeout(5000)&"+options)
}

// check reads a whole file and reports [ErrCorrupt] where it is no sound database.
func check(ctx context.Context, path, options string) error {
	db, err := openFile(path, options)
	if err != nil {
		return err
	}
	var answer string
	err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&answer)
	if err == nil && answer != "ok" {
		err = fmt.Errorf("%w: %s", ErrCorrupt, answer)
	}
	return diagnose(errors.Join(err, db.Close()))
}

// State is what is found of a SQLite database before it is opened for good.
type State struct {
	Missing      bool  // there is no file
	Empty        bool  // there is a file of no bytes: one that a crash of the system has cut, or somebody has prepared
	Schema, Ours int64 // the version of its schema, and the one that this program brings it to
}

// Inspect reads a whole SQLite database to see whether it is sound. The error is [ErrCorrupt] or [ErrLocked] where it is
// one of these.
func Inspect(ctx context.Context, path string) (s State, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return State{Missing: true}, nil
	case err != nil:
		return s, err
	case info.Size() == 0:
		return State{Empty: true}, nil
	}
	if err := check(ctx, path, "mode=rw"); err != nil {
		return s, fmt.Errorf("inspect %s: %w", path, err)
	}
	db, err := openFile(path, "mode=rw")
	if err != nil {
		return s, err
	}
	s.Schema, s.Ours, err = schema(ctx, goose.DialectSQLite3, db)
	return s, diagnose(errors.Join(err, db.Close()))
}
