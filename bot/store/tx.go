package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// tx is one transaction. It carries its context because it never outlives the call that the context belongs to.
type tx struct {
	ctx context.Context //nolint:containedctx // see above
	sql *sql.Tx
	now time.Time

	count    *atomic.Int64 // of statements
	wrote    bool          // at least one row
	prepared *prepared     // nil where the driver prepares
	read     []string      // texts that were not prepared
}

// statement returns what is prepared for a text; nil where the text itself has to be run.
func (t *tx) statement(query string) *sql.Stmt {
	t.count.Add(1)
	if statement := t.prepared.find(query); statement != nil {
		return t.sql.StmtContext(t.ctx, statement)
	}
	t.read = append(t.read, query)
	return nil
}

func (t *tx) execute(query string, args []any) (sql.Result, error) {
	if statement := t.statement(query); statement != nil { //nolint:sqlclosecheck // the end of the transaction closes it
		return statement.ExecContext(t.ctx, args...)
	}
	return t.sql.ExecContext(t.ctx, query, args...)
}

func (t *tx) query(query string, args []any) (*sql.Rows, error) {
	if statement := t.statement(query); statement != nil { //nolint:sqlclosecheck // the end of the transaction closes it
		return statement.QueryContext(t.ctx, args...)
	}
	return t.sql.QueryContext(t.ctx, query, args...)
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int, error) {
	result, err := t.execute(query, args)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	t.wrote = t.wrote || n > 0
	return int(n), err
}

// one runs a statement that must change exactly one row; another number is ErrConflict.
func (t *tx) one(query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err == nil && n != 1 {
		return bot.ErrConflict
	}
	return err
}

// insert adds rows to a table, many with one statement. The end is what follows the values: what to do on a conflict.
func (t *tx) insert(table string, columns []string, rows [][]any, end string) error {
	cells := slices.Repeat([]string{"$%d"}, len(columns))
	return t.together(rows, func(size int) string {
		return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s %s", table, strings.Join(columns, ", "), values(size, cells), end)
	})
}

// together runs a statement for rows of values, many at once. Query makes its text for a number of rows.
func (t *tx) together(rows [][]any, query func(size int) string) error {
	// Few texts, so that they can be kept prepared; not long, because SQLite looks a « $9 » up among all others.
	for _, size := range []int{25, 5, 1} {
		if len(rows) < size {
			continue
		}
		text := query(size)
		for ; len(rows) >= size; rows = rows[size:] {
			if _, err := t.exec(text, slices.Concat(rows[:size]...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// values are the « ($1, $2), ($3, $4) » of some rows, whose cells are each written as « $%d » or around that.
func values(rows int, cells []string) string {
	var b strings.Builder
	for i := range rows * len(cells) {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%len(cells) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, cells[i%len(cells)], i+1)
	}
	b.WriteString(")")
	return b.String()
}

// row is what both sql.Row and sql.Rows can do.
type row interface{ Scan(targets ...any) error }

// list reads every row of a query.
func list[T any](t *tx, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.query(query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, rows.Err()
}

// single reads the one row of a query; none is ErrNotFound.
func single[T any](t *tx, scan func(row) (T, error), query string, args ...any) (T, error) {
	all, err := list(t, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// scanOne reads a row of one column.
func scanOne[T any](r row) (value T, err error) {
	err = r.Scan(&value)
	return value, err
}

// millis is a time as it is stored: milliseconds since 1970 in UTC, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant reads a stored time.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// encode is a value as it is stored in a text column.
func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil { // only for types that JSON cannot hold, and we store none
		panic(fmt.Sprintf("encode %T: %v", value, err))
	}
	return string(text)
}

func decode(text string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("decode a stored %T: %w", into, err)
	}
	return nil
}

// flag is a truth value as it is stored.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
