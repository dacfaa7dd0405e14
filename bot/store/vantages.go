package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/panneau-ecole/panneau/bot"
)

// Vantages implements bot.VantageTx.
func (t *tx) Vantages() ([]bot.Vantage, error) {
	return list(t, scanVantage, `SELECT name, beat, written, silent_since FROM vantages ORDER BY name`)
}

func scanVantage(r row) (v bot.Vantage, err error) {
	var silent int64
	err = r.Scan(&v.Name, &v.Beat, &v.Written, &silent)
	v.SilentSince = instant(silent)
	return v, err
}

// EnterVantage implements bot.VantageTx.
func (t *tx) EnterVantage(name, holder string) error {
	_, err := t.exec(`
		INSERT INTO vantages (name, holder, beat, written) VALUES ($1, $2, 1, 0)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, beat = vantages.beat + 1`, name, holder)
	return err
}

// ExpectVantage implements bot.VantageTx.
func (t *tx) ExpectVantage(name string) error {
	_, err := t.exec(`INSERT INTO vantages (name, holder, beat, written) VALUES ($1, '', 0, 0) ON CONFLICT (name) DO NOTHING`, name)
	return err
}

// BeatVantage implements bot.VantageTx.
func (t *tx) BeatVantage(name, holder string, written int) error {
	return t.one(`UPDATE vantages SET beat = beat + 1, written = written + $3 WHERE name = $1 AND holder = $2`,
		name, holder, written)
}

// SilenceVantage implements bot.VantageTx.
func (t *tx) SilenceVantage(name string, since time.Time) error {
	_, err := t.exec(`UPDATE vantages SET silent_since = $2 WHERE name = $1`, name, millis(since))
	return err
}

// DropVantage implements bot.VantageTx.
func (t *tx) DropVantage(name string) error {
	if _, err := t.exec(`DELETE FROM views WHERE vantage = $1`, name); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM vantages WHERE name = $1`, name)
	return err
}

// viewColumns are the columns of a view, in the order of scanView and PutView.
const viewColumns = `platform, vantage, condition, since, seen_at, reason, evidence`

// Views implements bot.VantageTx.
func (t *tx) Views(vantage string) ([]bot.View, error) {
	return list(t, scanView, `SELECT `+viewColumns+` FROM views WHERE vantage = $1`, vantage)
}

// PresentViews implements bot.VantageTx.
func (t *tx) PresentViews() ([]bot.View, error) {
	return list(t, scanView, `
		SELECT `+viewColumns+` FROM views
		WHERE vantage IN (SELECT name FROM vantages WHERE silent_since = 0)`)
}

func scanView(r row) (v bot.View, err error) {
	var since, seen int64
	var evidence string
	if err := r.Scan(&v.Platform, &v.Vantage, &v.Condition, &since, &seen, &v.Reason, &evidence); err != nil {
		return v, err
	}
	v.Since, v.SeenAt = instant(since), instant(seen)
	return v, decode(evidence, &v.Evidence)
}

// PutView implements bot.VantageTx.
func (t *tx) PutView(v bot.View) error {
	_, err := t.exec(`
		INSERT INTO views (`+viewColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (vantage, platform) DO UPDATE SET condition = excluded.condition, since = excluded.since,
			seen_at = excluded.seen_at, reason = excluded.reason, evidence = excluded.evidence`,
		v.Platform, v.Vantage, v.Condition, millis(v.Since), millis(v.SeenAt), v.Reason, encode(v.Evidence))
	return err
}

// DropView implements bot.VantageTx.
func (t *tx) DropView(vantage string, p bot.PlatformID) error {
	_, err := t.exec(`DELETE FROM views WHERE vantage = $1 AND platform = $2`, vantage, p)
	return err
}

// besideNeeds is the version of the schema since which incidents have what is read of them: migrations only add to it.
const besideNeeds = 23

// undefinedTable is PostgreSQL's code for a table that there is not
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const undefinedTable = "42P01"

// ready makes sure that the database has what those need who open it beside its Panneau, and may not change the schema.
// The error is [ErrOlder], and [ErrNoSchema] as well where there is none.
func (s *Store) ready(ctx context.Context) error {
	return s.View(ctx, func(t bot.Tx) error {
		version, err := single(t.(*tx), scanOne[int64], //nolint:forcetypeassert // stores make no other
			`SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`)
		if failed, ok := errors.AsType[*pgconn.PgError](err); ok && failed.Code == undefinedTable {
			return ErrNoSchema
		}
		if err == nil && version < besideNeeds {
			err = ErrOlder
		}
		return err
	})
}
