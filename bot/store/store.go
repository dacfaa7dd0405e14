// Package store keeps Panneau's data in SQLite (the default, embedded) or PostgreSQL. It is the only package that
// speaks SQL, with one text for both engines.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the SQLite driver

	"github.com/panneau-ecole/panneau/bot"
)

// Store is a bot.Store on a database. Make one with OpenSQLite or OpenPostgres, and close it.
type Store struct {
	write   *sql.DB
	read    *sql.DB
	dialect goose.Dialect
	reading sql.TxOptions

	writes, reads *prepared // nil for PostgreSQL, whose driver prepares statements itself

	attend func(error)

	statements, transactions atomic.Int64
}

// Attend makes the store tell how it fares, before it is used: f is called with [ErrFull], [ErrLocked] or [ErrCorrupt]
// each time that a transaction fails for it, and with nil each time that one has written something.
func (s *Store) Attend(f func(error)) { s.attend = f }

// Work is what a store has done since it was opened.
type Work struct {
	Statements   int64 // SQL statements run, without begin and commit
	Transactions int64
}

// Work returns the work done so far.
func (s *Store) Work() Work {
	return Work{Statements: s.statements.Load(), Transactions: s.transactions.Load()}
}

// OpenSQLite opens the database file, or creates it, and brings its schema up to date.
func OpenSQLite(ctx context.Context, path string, logger *slog.Logger) (*Store, error) {
	write, err := sql.Open("sqlite", sqliteDSN(path, "immediate", "query_only(0)"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1) // SQLite has one writer: waiting here is cheaper than SQLITE_BUSY
	read, err := sql.Open("sqlite", sqliteDSN(path, "deferred", "query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(4)
	s := &Store{
		write: write, read: read, dialect: goose.DialectSQLite3, writes: newPrepared(write), reads: newPrepared(read),
	}
	if err := s.migrate(ctx, logger); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", path, diagnose(err)), s.Close())
	}
	return s, nil
}

// sqliteDSN sets what must hold on every connection of the pool: a write-ahead log that is flushed at each commit, so
// that what was accepted survives a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
func sqliteDSN(path, locking, access string) string {
	query := url.Values{
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(5000)", access},
		"_txlock": {locking},
	}
	return sqliteFile(path) + "?" + query.Encode()
}

// sqliteFile is a file's address without options (https://www.sqlite.org/uri.html).
func sqliteFile(path string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}

// sessionSettings are those of each connection to PostgreSQL, where the address does not say otherwise.
func sessionSettings() map[string]string {
	return map[string]string{
		// A replica that is stopped or cut off in the middle of a transaction must not hold its locks until another one
		// takes its duties.
		"idle_in_transaction_session_timeout": "4s",
		// What is due is read in the order of an index. Before PostgreSQL has counted the rows of a great broadcast, it
		// would rather sort all of them each time: 50 ms instead of 1 ms for 10,000.
		"enable_sort": "off",
		// Where there is no way but to sort, that makes a plan look so dear that PostgreSQL compiles it first: two seconds
		// for a query of a tenth of a millisecond.
		"jit": "off",
	}
}

// OpenPostgres opens the database at a postgres:// address and brings its schema up to date; several replicas may do
// so at once. No error shows the address, which may hold a password.
func OpenPostgres(ctx context.Context, address string, logger *slog.Logger) (*Store, error) {
	s, err := connect(address)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, logger); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the PostgreSQL database: %w", err), s.Close())
	}
	return s, nil
}

// ErrOlder is returned for a database whose schema this program cannot work on before a newer Panneau has changed it.
var ErrOlder = errors.New("the schema is older than this program needs")

// ErrNoSchema is the ErrOlder of a database in which no Panneau has written yet.
var ErrNoSchema = fmt.Errorf("there is no schema: %w", ErrOlder)

// OpenBeside opens the database at a postgres:// address beside the Panneau that it belongs to, as a role with few rights
// may: the schema is left as it is. The error is [ErrOlder] where it lacks what this program reads there, or a vantage
// writes; none shows the address.
func OpenBeside(ctx context.Context, address string) (*Store, error) {
	s, err := connect(address)
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("look at the PostgreSQL database: %w", err), s.Close())
	}
	return s, nil
}

// connect prepares the connections to a PostgreSQL database.
func connect(address string) (*Store, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address of the PostgreSQL database cannot be read")
	}
	for name, value := range sessionSettings() {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	return &Store{
		write: db, read: db, dialect: goose.DialectPostgres,
		reading: sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead},
	}, nil
}

// Close closes the database.
func (s *Store) Close() error {
	if s.read == s.write {
		return s.write.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// View runs f on a consistent picture of the data.
func (s *Store) View(ctx context.Context, f func(bot.Tx) error) error {
	return s.transact(ctx, s.read, s.reads, &s.reading, f)
}

// Update runs f in one transaction.
func (s *Store) Update(ctx context.Context, f func(bot.Tx) error) error {
	return s.transact(ctx, s.write, s.writes, nil, f)
}

func (s *Store) transact(
	ctx context.Context, db *sql.DB, ready *prepared, options *sql.TxOptions, f func(bot.Tx) error,
) error {
	sqlTx, err := db.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", s.report(err))
	}
	s.transactions.Add(1)
	t := &tx{ctx: ctx, sql: sqlTx, now: time.Now(), count: &s.statements, prepared: ready}
	if err := f(t); err != nil {
		return s.report(errors.Join(err, rollback(sqlTx)))
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", s.report(err))
	}
	if t.wrote && s.attend != nil {
		s.attend(nil)
	}
	ready.learn(ctx, t.read)
	return nil
}

// report diagnoses an error, and tells whoever attends to the store.
func (s *Store) report(err error) error {
	err = diagnose(err)
	for _, ailment := range []error{ErrFull, ErrLocked, ErrCorrupt} {
		if s.attend != nil && errors.Is(err, ailment) {
			s.attend(ailment)
		}
	}
	return err
}

// rollback takes the transaction back. One whose context ended is taken back already.
func rollback(t *sql.Tx) error {
	if err := t.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}
