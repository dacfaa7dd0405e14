package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// Checkpoint brings everything from the write-ahead log into the file.
func Checkpoint(ctx context.Context, s *Store) error {
	_, err := s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// LimitPages keeps a SQLite file from growing, until lift is called.
func LimitPages(ctx context.Context, s *Store) (lift func() error, err error) {
	_, err = s.write.ExecContext(ctx, "PRAGMA max_page_count = 1") // as many as there are
	return func() error {
		_, err := s.write.ExecContext(ctx, "PRAGMA max_page_count = 1000000")
		return err
	}, err
}

// Durability reads the journal mode and the synchronous setting of as many connections as a pool of the store opens.
func Durability(t *testing.T, s *Store, pool string) (settings []string) {
	t.Helper()
	db, n := s.write, 1
	if pool == "read" {
		db, n = s.read, 4
	}
	var open []*sql.Conn
	for range n {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
		var journal string
		var synchronous int
		if err := conn.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&journal); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&synchronous); err != nil {
			t.Fatal(err)
		}
		settings = append(settings, fmt.Sprint(journal, " ", synchronous))
	}
	for _, conn := range open {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	return settings
}

// MovedTables lists what Move copies.
func MovedTables() []string { return tables() }

// AllTables lists the tables of a SQLite database, in order, except those of the migrations and of SQLite itself.
func AllTables(t *testing.T, s *Store) (names []string) {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), `SELECT name FROM sqlite_master
		WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// Mentions counts, by table, the rows that hold a text in any column.
func Mentions(t *testing.T, s *Store, text string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, table := range tables() {
		if n := rowsWith(t, s, table, text); n > 0 {
			found[table] = n
		}
	}
	return found
}

func rowsWith(t *testing.T, s *Store, table, text string) (n int) {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), `SELECT * FROM `+table) //nolint:unqueryvet // all its columns are looked at
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, err := scanAny(rows, len(columns))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(fmt.Sprint(values...), text) {
			n++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// Break makes every row that is added to a table fail.
func Break(t *testing.T, s *Store, table string) {
	t.Helper()
	execute(t, s, `ALTER TABLE `+table+` ADD COLUMN impossible INTEGER DEFAULT 1 CHECK (impossible = 2)`)
}

// MigrateFurther does what a future migration may do: it adds a table, a column and an index.
func MigrateFurther(t *testing.T, s *Store) {
	t.Helper()
	execute(t, s, `CREATE TABLE later (id BIGINT NOT NULL PRIMARY KEY)`)
	execute(t, s, `ALTER TABLE incidents ADD COLUMN cause TEXT NOT NULL DEFAULT ''`)
	execute(t, s, `CREATE INDEX incidents_by_cause ON incidents (cause)`)
	applied := map[bool]string{true: "true", false: "1"}[s.read == s.write]
	execute(t, s, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99001, `+applied+`)`)
}

func execute(t *testing.T, s *Store, statement string) {
	t.Helper()
	if _, err := s.write.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// DuePlan is whether PostgreSQL sorts gladly, and how it finds what is due.
func DuePlan(ctx context.Context, s *Store) (sorts, plan string, err error) {
	if err := s.read.QueryRowContext(ctx, "SHOW enable_sort").Scan(&sorts); err != nil {
		return "", "", err
	}
	rows, err := s.read.QueryContext(ctx, "EXPLAIN "+dueQuery, "telegram", 1, 128)
	if err != nil {
		return "", "", err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", "", err
		}
		plan += line + "\n"
	}
	return sorts, plan, rows.Err()
}
