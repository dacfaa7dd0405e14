package store

import (
	"errors"
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

// Duty implements bot.DutyTx.
func (t *tx) Duty(name bot.DutyName) (bot.Duty, error) {
	duty, err := single(t, scanDuty, `SELECT name, holder, term, beat FROM duties WHERE name = $1`, name)
	if errors.Is(err, bot.ErrNotFound) {
		return bot.Duty{Name: name}, nil
	}
	return duty, err
}

func scanDuty(r row) (d bot.Duty, err error) {
	err = r.Scan(&d.Name, &d.Holder, &d.Term, &d.Beat)
	return d, err
}

// TakeDuty implements bot.DutyTx.
func (t *tx) TakeDuty(seen bot.Duty, holder string) (bot.Duty, error) {
	duty, err := single(t, scanDuty, `
		INSERT INTO duties (name, holder, term, beat) VALUES ($1, $2, 1, 0)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, term = duties.term + 1, beat = 0
			WHERE duties.term = $3 AND duties.beat = $4 AND duties.holder = $5
		RETURNING name, holder, term, beat`,
		seen.Name, holder, seen.Term, seen.Beat, seen.Holder)
	if errors.Is(err, bot.ErrNotFound) {
		return seen, fmt.Errorf("take the duty %s: %w", seen.Name, bot.ErrConflict)
	}
	return duty, err
}

// KeepDuty implements bot.DutyTx.
func (t *tx) KeepDuty(d bot.Duty) error {
	err := t.one(`UPDATE duties SET beat = beat + 1 WHERE name = $1 AND holder = $2 AND term = $3`,
		d.Name, d.Holder, d.Term)
	if err != nil {
		return fmt.Errorf("keep the duty %s: %w", d.Name, err)
	}
	return nil
}

// LeaveDuty implements bot.DutyTx.
func (t *tx) LeaveDuty(d bot.Duty) error {
	return t.one(`UPDATE duties SET holder = '' WHERE name = $1 AND holder = $2 AND term = $3`,
		d.Name, d.Holder, d.Term)
}
