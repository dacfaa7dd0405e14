package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Backlog implements bot.LedgerTx.
func (t *tx) Backlog(account bot.AccountID) (bot.Backlog, error) {
	return single(t, scanBacklog, `
		SELECT COUNT(*), COALESCE(MIN(l.owed_at), 0) FROM deliveries l JOIN destinations d ON d.id = l.destination
		WHERE l.account = $1 AND l.due > 0 AND l.routine < 2 AND l.owed_at <= $2 AND d.asleep_since = 0`,
		account, millis(t.now))
}

// Flying implements bot.LedgerTx.
func (t *tx) Flying(account bot.AccountID, since time.Time) (int, error) {
	return single(t, scanOne[int], `
		SELECT COUNT(*) FROM deliveries WHERE account = $1 AND due > 0 AND flight_act <> '' AND flight_at >= $2`,
		account, millis(since))
}

func scanBacklog(r row) (b bot.Backlog, err error) {
	var oldest int64
	err = r.Scan(&b.Count, &oldest)
	b.Oldest = instant(oldest)
	return b, err
}
