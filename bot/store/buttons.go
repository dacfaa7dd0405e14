package store

import (
	"strconv"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// SealKey implements bot.SealTx.
func (t *tx) SealKey(fresh string) (string, error) {
	if _, err := t.exec(`INSERT INTO seal (id, key) VALUES (1, $1) ON CONFLICT DO NOTHING`, fresh); err != nil {
		return "", err
	}
	return single(t, scanOne[string], `SELECT key FROM seal WHERE id = 1`)
}

// AddSignals implements bot.SignalTx.
func (t *tx) AddSignals(id bot.IncidentID, at bot.DestinationID, change bot.Signals, most int, now time.Time) error {
	_, err := t.exec(`
		INSERT INTO signals (incident, destination, also, fine, at) VALUES ($1, $2, 0, 0, $3) ON CONFLICT DO NOTHING`,
		id, at, millis(now))
	if err != nil {
		return err
	}
	_, err = t.exec(`
		UPDATE signals SET at = $5,
			also = CASE WHEN also + $3 < 0 THEN 0 WHEN also + $3 > $6 THEN $6 ELSE also + $3 END,
			fine = CASE WHEN fine + $4 < 0 THEN 0 WHEN fine + $4 > $6 THEN $6 ELSE fine + $4 END
		WHERE incident = $1 AND destination = $2`,
		id, at, change.Also, change.Fine, millis(now), most)
	return err
}

// Echo implements bot.SignalTx.
func (t *tx) Echo(id bot.IncidentID) (bot.Echo, error) {
	return single(t, scanEcho, `
		SELECT COALESCE(MIN(i.platform), ''), COUNT(*), COALESCE(CAST(SUM(s.also) AS BIGINT), 0),
			COALESCE(CAST(SUM(s.fine) AS BIGINT), 0), COALESCE(MAX(s.at), 0)
		FROM signals s JOIN incidents i ON i.id = s.incident WHERE s.incident = $1`, id)
}

// Echoes implements bot.SignalTx.
func (t *tx) Echoes() ([]bot.Echo, error) {
	return list(t, scanEcho, `
		SELECT i.platform, COUNT(*), CAST(SUM(s.also) AS BIGINT), CAST(SUM(s.fine) AS BIGINT), MAX(s.at)
		FROM signals s JOIN incidents i ON i.id = s.incident WHERE i.resolved_at = 0 GROUP BY i.platform`)
}

func scanEcho(r row) (e bot.Echo, err error) {
	var at int64
	err = r.Scan(&e.Platform, &e.Chats, &e.Also, &e.Fine, &at)
	e.At = instant(at)
	return e, err
}

// AddPromise implements bot.PromiseTx.
func (t *tx) AddPromise(p bot.Promise) (bool, error) {
	n, err := t.exec(`INSERT INTO promises (account, channel, incident, lang, due, tries) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, p.Account, p.Channel, p.Incident, p.Lang, millis(p.Due), p.Tries)
	return n > 0, err
}

// Promises implements bot.PromiseTx.
func (t *tx) Promises(account bot.AccountID, channels ...string) (int, error) {
	where, args := theirs(account, channels)
	return single(t, scanOne[int], `SELECT COUNT(*) FROM promises WHERE `+where, args...)
}

// theirs is the condition of a person's promises.
func theirs(account bot.AccountID, channels []string) (where string, args []any) {
	where, args = "account = $1 AND channel IN (''", []any{account} // no channel has an empty name
	for _, channel := range channels {
		args = append(args, channel)
		where += ", $" + strconv.Itoa(len(args))
	}
	return where + ")", args
}

// DuePromises implements bot.PromiseTx.
func (t *tx) DuePromises(account bot.AccountID, now time.Time, n int) ([]bot.Promise, time.Time, error) {
	due, err := list(t, func(r row) (bot.Promise, error) {
		p := bot.Promise{Account: account}
		var due int64
		err := r.Scan(&p.Channel, &p.Incident, &p.Lang, &due, &p.Tries)
		p.Due = instant(due)
		return p, err
	}, `SELECT p.channel, p.incident, p.lang, p.due, p.tries FROM promises p JOIN incidents i ON i.id = p.incident
		WHERE p.account = $1 AND i.resolved_at > 0 AND p.due <= $2 ORDER BY p.due, p.incident, p.channel LIMIT $3`,
		account, millis(now), n)
	if err != nil || len(due) == n {
		return due, time.Time{}, err
	}
	next, err := single(t, scanOne[int64], `
		SELECT COALESCE(MIN(p.due), 0) FROM promises p JOIN incidents i ON i.id = p.incident
		WHERE p.account = $1 AND i.resolved_at > 0 AND p.due > $2`, account, millis(now))
	return due, instant(next), err
}

// RetryPromise implements bot.PromiseTx.
func (t *tx) RetryPromise(p bot.Promise) error {
	_, err := t.exec(`UPDATE promises SET due = $4, tries = $5 WHERE account = $1 AND channel = $2 AND incident = $3`,
		p.Account, p.Channel, p.Incident, millis(p.Due), p.Tries)
	return err
}

// DropPromise implements bot.PromiseTx.
func (t *tx) DropPromise(p bot.Promise) error {
	_, err := t.exec(`DELETE FROM promises WHERE account = $1 AND channel = $2 AND incident = $3`,
		p.Account, p.Channel, p.Incident)
	return err
}

// DropPromises implements bot.PromiseTx.
func (t *tx) DropPromises(account bot.AccountID, channels ...string) (int, error) {
	where, args := theirs(account, channels)
	return t.exec(`DELETE FROM promises WHERE `+where, args...)
}

// PrunePromises implements bot.PromiseTx.
func (t *tx) PrunePromises(before time.Time, n int) (int, error) {
	return t.exec(`DELETE FROM promises WHERE (account, channel, incident) IN
		(SELECT p.account, p.channel, p.incident FROM promises p LEFT JOIN incidents i ON i.id = p.incident
			WHERE i.id IS NULL OR i.resolved_at > 0 AND i.resolved_at < $1 LIMIT $2)`, millis(before), n)
}
