package storetest

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/pressly/goose/v3"
)

// LockSQLite holds a database file as a tool does that lets nobody else read it, until unlock is called.
func LockSQLite(t testing.TB, path string) (unlock func()) {
	t.Helper()
	db := openFile(t, path, "?_pragma=locking_mode(EXCLUSIVE)")
	execute(t, db, `DELETE FROM tracks`)
	return func() { closeFile(t, db) }
}

// AgeSQLite takes a database file, which nobody has open, back to the schema before its first change.
func AgeSQLite(t testing.TB, path string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	migrations := os.DirFS(filepath.Join(filepath.Dir(here), "..", "migrations"))
	db := openFile(t, path, "")
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, migrations)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	closeFile(t, db)
}

func openFile(t testing.TB, path, options string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+options)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func execute(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func closeFile(t testing.TB, db *sql.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
