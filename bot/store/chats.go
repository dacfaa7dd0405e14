package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// ChatsMade implements bot.ChatTx.
func (t *tx) ChatsMade(account bot.AccountID) (int, error) {
	return single(t, scanOne[int], `SELECT COUNT(*) FROM destinations WHERE account = $1 AND wishes <> ''`, account)
}

// EraseChat implements bot.ChatTx.
func (t *tx) EraseChat(account bot.AccountID, channel string) (int, error) {
	const made = ` FROM destinations WHERE account = $1 AND channel = $2 AND (wishes <> ''
		OR NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.destination = destinations.id))`
	for _, table := range []string{"deliveries", "notes", "signals", "subscriptions"} { // this one last: who follows nothing is found by it
		_, err := t.exec(`DELETE FROM `+table+` WHERE destination IN (SELECT id`+made+`)`, account, channel)
		if err != nil {
			return 0, err
		}
	}
	for _, also := range []string{
		`audit WHERE account = $1 AND channel = $2 AND operator = 0`, `refusals WHERE account = $1 AND bucket LIKE '%:' || $2`,
	} {
		if _, err := t.exec(`DELETE FROM `+also, account, channel); err != nil {
			return 0, err
		}
	}
	return t.exec(`DELETE`+made, account, channel)
}

// Keep implements bot.ChatTx.
func (t *tx) Keep(d bot.Deed) error {
	if _, err := t.exec(`DELETE FROM audit WHERE at < $1`, millis(d.At.Add(-bot.DeedsKept))); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO audit (at, account, channel, who, what, operator) VALUES ($1, $2, $3, $4, $5, $6)`,
		millis(d.At), d.Account, d.Channel, d.Who, d.What, flag(d.Operator))
	return err
}

// Deeds implements bot.ChatTx.
func (t *tx) Deeds(account bot.AccountID, channel string) ([]bot.Deed, error) {
	return list(t, func(r row) (bot.Deed, error) {
		d := bot.Deed{Account: account, Channel: channel}
		var at int64
		err := r.Scan(&at, &d.Who, &d.What)
		d.At = instant(at)
		return d, err
	}, `SELECT at, who, what FROM audit WHERE account = $1 AND channel = $2 ORDER BY at DESC, what`, account, channel)
}

// OperatorDeeds implements bot.ChatTx.
func (t *tx) OperatorDeeds(since time.Time, n int) (deeds []bot.Deed, all int, err error) {
	deeds, err = list(t, func(r row) (bot.Deed, error) {
		d := bot.Deed{Operator: true}
		var at int64
		err := r.Scan(&at, &d.Account, &d.Who, &d.What)
		d.At = instant(at)
		return d, err
	}, `SELECT at, account, who, what FROM audit WHERE operator = 1 AND at >= $1 ORDER BY at DESC, what LIMIT $2`, millis(since), n)
	if err != nil || len(deeds) < n {
		return deeds, len(deeds), err
	}
	all, err = single(t, scanOne[int], `SELECT COUNT(*) FROM audit WHERE operator = 1 AND at >= $1`, millis(since))
	return deeds, all, err
}

// Deliveries implements bot.ChatTx.
func (t *tx) Deliveries(account bot.AccountID, channel string) (int, error) {
	return single(t, scanOne[int], `SELECT COUNT(*) FROM deliveries l JOIN destinations d ON d.id = l.destination
		WHERE d.account = $1 AND d.channel = $2`, account, channel)
}
