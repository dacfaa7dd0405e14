package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// ErrNotEmpty is returned for a database that is to be filled and holds something already.
var ErrNotEmpty = errors.New("the database is not empty")

// ErrNewer is returned for a database whose schema a newer Panneau has changed.
var ErrNewer = errors.New("the schema is newer than this program")

// ErrInUse is returned for a database that a Panneau works on.
var ErrInUse = errors.New("the database is in use")

// tables lists everything that is moved, those that others refer to first.
func tables() []string {
	return []string{
		"standings", "tracks", "verdicts", "days", "incidents", "revisions", "destinations", "subscriptions", "deliveries",
		"duties", "certificate_warnings", "refusals", "vantages", "views", "notes", "calendar_warnings", "audit",
		"statements", "seal", "signals", "promises", "troubles", "drafts", "mutes",
		"upkeeps", "halts", "requests",
	}
}

// Count is how many rows of a table were moved.
type Count struct {
	Table string
	Rows  int
}

// Move copies all that one store holds into another, empty one, in one transaction there: after an error the target is
// as empty as before. The source is only read, as of one moment. Both have the schema of this program: columns are the
// same on both engines, so that rows pass as they are. The duties are held by nobody afterwards, under the same terms.
func Move(ctx context.Context, from, to *Store) ([]Count, error) {
	current, ours, err := schema(ctx, from.dialect, from.write)
	if err != nil {
		return nil, err
	}
	if current != ours {
		return nil, fmt.Errorf("%w: version %d, not %d", ErrNewer, current, ours)
	}
	var counts []Count
	err = from.View(ctx, func(source bot.Tx) error {
		return to.Update(ctx, func(target bot.Tx) (err error) {
			counts, err = moveAll(source.(*tx), target.(*tx)) //nolint:forcetypeassert // stores make no other
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("move: %w", err)
	}
	return counts, nil
}

func moveAll(source, target *tx) ([]Count, error) {
	for _, table := range tables() {
		n, err := target.countRows(table)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			return nil, fmt.Errorf("%w: %d rows in %s", ErrNotEmpty, n, table)
		}
	}
	var counts []Count
	for _, table := range tables() {
		moved, err := moveTable(source, target, table)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", table, err)
		}
		there, err := source.countRows(table)
		if err != nil {
			return nil, err
		}
		here, err := target.countRows(table)
		if err != nil {
			return nil, err
		}
		if moved != there || moved != here {
			return nil, fmt.Errorf("table %s: %d rows moved, %d in the source, %d in the target", table, moved, there, here)
		}
		counts = append(counts, Count{Table: table, Rows: moved})
	}
	_, err := target.exec(`UPDATE duties SET holder = ''`)
	return counts, err
}

func (t *tx) countRows(table string) (int, error) {
	return single(t, scanOne[int], `SELECT COUNT(*) FROM `+table)
}

// moveTable copies a table in groups of rows, and returns how many it copied.
func moveTable(source, target *tx, table string) (moved int, err error) {
	source.count.Add(1)
	rows, err := source.sql.QueryContext(source.ctx, `SELECT * FROM `+table) //nolint:gosec,unqueryvet // one of tables(), with all its columns
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	const group = 500
	var list [][]any
	for rows.Next() {
		values, err := scanAny(rows, len(columns))
		if err != nil {
			return moved, err
		}
		if list = append(list, values); len(list) == group {
			if err := target.insert(table, columns, list, ""); err != nil {
				return moved, err
			}
			moved, list = moved+group, list[:0]
		}
	}
	if err := rows.Err(); err != nil {
		return moved, err
	}
	return moved + len(list), target.insert(table, columns, list, "")
}

// scanAny reads a row of whatever columns. Every column is a whole number or a text.
func scanAny(rows *sql.Rows, n int) ([]any, error) {
	values, targets := make([]any, n), make([]any, n)
	for i := range values {
		targets[i] = &values[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	for i, value := range values {
		if raw, ok := value.([]byte); ok {
			values[i] = string(raw)
		}
	}
	return values, nil
}

// Idle makes sure that no Panneau works on the database: each that does shows life in its duties, and gives them back
// when it is stopped. For one that was killed it waits that long. The error is [ErrInUse].
func (s *Store) Idle(ctx context.Context, within time.Duration) error {
	before, err := s.heldDuties(ctx)
	if err != nil || before == "" {
		return err
	}
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	after, err := s.heldDuties(ctx)
	if err == nil && after != before {
		err = ErrInUse
	}
	return err
}

// heldDuties describes the duties that somebody holds.
func (s *Store) heldDuties(ctx context.Context) (string, error) {
	var held []string
	err := s.View(ctx, func(t bot.Tx) error {
		duties, err := list(t.(*tx), scanDuty, //nolint:forcetypeassert // stores make no other
			`SELECT name, holder, term, beat FROM duties WHERE holder <> '' ORDER BY name`)
		for _, d := range duties {
			held = append(held, fmt.Sprint(d))
		}
		return err
	})
	return strings.Join(held, " "), err
}
