package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrNoBackup is returned where there is no backup, or none that is sound.
var ErrNoBackup = errors.New("no sound backup")

// Restore puts the newest sound backup of a folder in the place of a damaged SQLite database, which nobody may have
// open. The damaged file is kept under the name aside. It returns [ErrNoBackup], and touches nothing, where there is
// none. Cut short at any moment, it can be done again.
func Restore(ctx context.Context, database, folder string, now time.Time) (b Backup, aside string, err error) {
	b, err = newestSound(ctx, folder)
	if err != nil {
		return b, "", err
	}
	part := database + partSuffix
	if err := copyFile(b.Path, part); err != nil {
		return b, "", fmt.Errorf("restore %s: %w", b.Path, diagnose(err))
	}
	aside = database + ".damaged-" + now.UTC().Format(stampLayout)
	if err := setAside(database, aside); err != nil {
		return b, "", fmt.Errorf("keep the damaged database: %w", err)
	}
	return b, aside, settleAs(part, database)
}

func newestSound(ctx context.Context, folder string) (Backup, error) {
	all, err := Backups(folder)
	if err != nil {
		return Backup{}, err
	}
	for _, b := range all {
		err := check(ctx, b.Path, "immutable=1&mode=ro")
		if err == nil {
			return b, nil
		}
		if !errors.Is(err, ErrCorrupt) {
			return Backup{}, fmt.Errorf("read the backup %s: %w", b.Path, err)
		}
	}
	return Backup{}, fmt.Errorf("%w in %s", ErrNoBackup, folder)
}

// setAside gives the file another name, with its log, which would otherwise be taken for that of the restored file.
// The file has both names until it is replaced, where the file system knows links: so that there is never none.
func setAside(database, aside string) error {
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := ignoreMissing(os.Rename(database+suffix, aside+suffix)); err != nil {
			return err
		}
	}
	if err := os.Link(database, aside); err == nil {
		return nil
	}
	return os.Rename(database, aside)
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return errors.Join(err, target.Close())
	}
	return target.Close()
}
