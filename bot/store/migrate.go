package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations only ever add (docs/adr/0010-storage.md): while replicas are replaced one by one, older programs work on
// the newer schema.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. A schema that is newer than this program is left as it is.
func (s *Store) migrate(ctx context.Context, logger *slog.Logger) error {
	var options []goose.ProviderOption
	if s.dialect == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := migrator(s.dialect, s.write, append(options, goose.WithSlog(logger))...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

func migrator(dialect goose.Dialect, db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, files, options...)
}

// schema returns the version of the database's schema and the one that this program brings.
func schema(ctx context.Context, dialect goose.Dialect, db *sql.DB) (current, ours int64, err error) {
	provider, err := migrator(dialect, db)
	if err != nil {
		return 0, 0, err
	}
	current, ours, err = provider.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read the version of the schema: %w", err)
	}
	return current, ours, nil
}
