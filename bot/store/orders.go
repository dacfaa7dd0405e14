package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// AddUpkeep implements bot.OrderTx.
func (t *tx) AddUpkeep(u bot.Upkeep) (bot.Upkeep, error) {
	id, err := single(t, scanOne[int64], `
		INSERT INTO upkeeps (id, platform, starts, ends, text, link, who, cancelled)
		SELECT COALESCE(MAX(id), 0) + 1, CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS TEXT),
			CAST($5 AS TEXT), CAST($6 AS TEXT), 0
		FROM upkeeps WHERE true
		ON CONFLICT DO NOTHING
		RETURNING id`, u.Platform, millis(u.From), millis(u.To), u.Text, u.Link, u.Who)
	if errors.Is(err, bot.ErrNotFound) {
		return u, fmt.Errorf("plan a maintenance of %s: %w", u.Platform, bot.ErrConflict)
	}
	u.ID = id
	return u, err
}

// EndUpkeepAt implements bot.OrderTx.
func (t *tx) EndUpkeepAt(id int64, end time.Time) error {
	return t.upkeep(`UPDATE upkeeps SET ends = $2 WHERE id = $1 AND cancelled = 0`, id, millis(end))
}

// CancelUpkeep implements bot.OrderTx.
func (t *tx) CancelUpkeep(id int64, now time.Time) error {
	return t.upkeep(`UPDATE upkeeps SET cancelled = $2 WHERE id = $1 AND cancelled = 0 AND ends > $2`, id, millis(now))
}

// upkeep changes one maintenance.
func (t *tx) upkeep(query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err == nil && n == 0 {
		err = bot.ErrNotFound
	}
	return err
}

// Upkeeps implements bot.OrderTx.
func (t *tx) Upkeeps(after time.Time) ([]bot.Upkeep, error) {
	return list(t, func(r row) (bot.Upkeep, error) {
		var u bot.Upkeep
		var starts, ends int64
		err := r.Scan(&u.ID, &u.Platform, &starts, &ends, &u.Text, &u.Link, &u.Who)
		u.From, u.To = instant(starts), instant(ends)
		return u, err
	}, `SELECT id, platform, starts, ends, text, link, who FROM upkeeps
		WHERE cancelled = 0 AND ends > $1 ORDER BY starts, id`, millis(after))
}

// PutHalt implements bot.OrderTx.
func (t *tx) PutHalt(h bot.Halt) error {
	noted := 0
	if h.Noted {
		noted = 1
	}
	_, err := t.exec(`INSERT INTO halts (platform, since, until, account, who, noted) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (platform) DO UPDATE SET since = excluded.since, until = excluded.until, account = excluded.account,
			who = excluded.who, noted = excluded.noted`,
		h.Platform, millis(h.Since), millis(h.Until), h.Account, h.Who, noted)
	return err
}

// Halts implements bot.OrderTx.
func (t *tx) Halts() ([]bot.Halt, error) {
	return list(t, func(r row) (bot.Halt, error) {
		var h bot.Halt
		var since, until, noted int64
		err := r.Scan(&h.Platform, &since, &until, &h.Account, &h.Who, &noted)
		h.Since, h.Until, h.Noted = instant(since), instant(until), noted != 0
		return h, err
	}, `SELECT platform, since, until, account, who, noted FROM halts ORDER BY platform`)
}
