package store

import (
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// CarryOut implements bot.RequestTx.
func (t *tx) CarryOut(account bot.AccountID, request string, now time.Time) error {
	if _, err := t.exec(`DELETE FROM requests WHERE at < $1`, millis(now.Add(-bot.RequestsKept))); err != nil {
		return err
	}
	n, err := t.exec(`INSERT INTO requests (account, id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		account, request, millis(now))
	if err == nil && n == 0 {
		err = fmt.Errorf("request of %s: %w", account, bot.ErrRepeated)
	}
	return err
}

// CarriedOut implements bot.RequestTx.
func (t *tx) CarriedOut(account bot.AccountID, request string) (bool, error) {
	n, err := single(t, scanOne[int], `SELECT COUNT(*) FROM requests WHERE account = $1 AND id = $2`, account, request)
	return n > 0, err
}
