package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Backlog implements bot.LedgerTx.
func (t *tx) Backlog(account bot.AccountID) (bot.Backlog, error) {
	return single(t, scanBacklog, `
		SELECT COUNT(*), COALESCE(MIN(l.owed_at), 0) FROM deliveries l JOIN destinations d ON d.id = l.destination
		WHERE l.account = $1 AND l.due > 0 AND l.owed_at <= $2 AND d.asleep_since = 0`,
		account, millis(t.now))
}

// Flying implements bot.LedgerTx.
func (t *tx) Flying(account bot.AccountID, since time.Time) (int, error) {
	return single(t, scanOne[int], `
		SELECT COUNT(*) FROM deliveries WHERE account = $1 AND due > 0 AND flight_act <> '' AND flight_at >= $2`,
		account, millis(since))
}

// Sent implements bot.LedgerTx.
func (t *tx) Sent(account bot.AccountID, since time.Time) ([]bot.Sent, error) {
	return list(t, scanSent, `
		SELECT CASE WHEN edits > 0 THEN 'edit' ELSE 'post' END, d.channel, d.thread, last_at AS at
			FROM deliveries l JOIN destinations d ON d.id = l.destination WHERE l.account = $1 AND last_at >= $2
		UNION ALL
		SELECT CASE WHEN flight_act = 'edit' THEN 'edit' ELSE 'post' END, d.channel, d.thread, flight_at
			FROM deliveries l JOIN destinations d ON d.id = l.destination
			WHERE l.account = $1 AND flight_act <> '' AND flight_at >= $2
		ORDER BY at`,
		account, millis(since))
}

func scanSent(r row) (s bot.Sent, err error) {
	var at int64
	err = r.Scan(&s.Op, &s.To.Channel, &s.To.Thread, &at)
	s.At = instant(at)
	return s, err
}

func scanBacklog(r row) (b bot.Backlog, err error) {
	var oldest int64
	err = r.Scan(&b.Count, &oldest)
	b.Oldest = instant(oldest)
	return b, err
}
