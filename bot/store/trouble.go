package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a database suffers from and only an operator can mend. Errors of a Store are one of these where they can be.
var (
	// ErrFull: the disk has no room, or takes no more writes. Nothing of the transaction was written.
	ErrFull = errors.New("the disk takes no more writes")
	// ErrLocked: another process holds the file.
	ErrLocked = errors.New("the database is locked by another process")
	// ErrCorrupt: what the file holds is no longer a sound database.
	ErrCorrupt = errors.New("the database file is damaged")
)

// diagnose says which of the above an error amounts to, if any.
func diagnose(err error) error {
	if lite, is := errors.AsType[*sqlite.Error](err); is {
		if what := diagnoseSQLite(lite.Code()); what != nil {
			return fmt.Errorf("%w: %w", what, err)
		}
	}
	if server, is := errors.AsType[*pgconn.PgError](err); is && server.Code == "53100" { // disk_full: https://www.postgresql.org/docs/current/errcodes-appendix.html
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// diagnoseSQLite reads a result code (https://www.sqlite.org/rescode.html). A file system that refuses to let a file
// grow for another reason than its own size (a quota, a limit of the process) makes SQLite report a failed write.
func diagnoseSQLite(code int) error {
	const primary = 0xff
	switch code {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_TRUNCATE:
		return ErrFull
	}
	switch code & primary {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrLocked
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	}
	return nil
}
