package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// PutDraft implements bot.CircularTx.
func (t *tx) PutDraft(d bot.Draft, now time.Time) error {
	if _, err := t.exec(`DELETE FROM drafts WHERE expires <= $1`, millis(now)); err != nil {
		return err
	}
	return t.one(`INSERT INTO drafts (code, expires, draft) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		d.Code, millis(d.Expires), encode(d))
}

// Draft implements bot.CircularTx.
func (t *tx) Draft(code string, now time.Time) (bot.Draft, error) {
	text, err := single(t, scanOne[string], `SELECT draft FROM drafts WHERE code = $1 AND expires > $2`, code, millis(now))
	if err != nil {
		return bot.Draft{}, err
	}
	var d bot.Draft
	err = decode(text, &d)
	return d, err
}

// TakeDraft implements bot.CircularTx.
func (t *tx) TakeDraft(code string, now time.Time) (bot.Draft, error) {
	d, err := t.Draft(code, now)
	if err != nil {
		return d, err
	}
	n, err := t.exec(`DELETE FROM drafts WHERE code = $1`, code)
	if err == nil && n == 0 { // somebody else was first
		err = bot.ErrNotFound
	}
	return d, err
}

// Circulars implements bot.CircularTx.
func (t *tx) Circulars() ([]bot.Incident, error) {
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i
		WHERE i.letter <> '' AND i.platform LIKE 'circular/%' AND i.resolved_at = 0 ORDER BY i.id DESC`)
}

// PutMute implements bot.CircularTx.
func (t *tx) PutMute(m bot.Mute) error {
	_, err := t.exec(`INSERT INTO mutes (account, until, who) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET until = excluded.until, who = excluded.who`, m.Account, millis(m.Until), m.Who)
	return err
}

// Mutes implements bot.CircularTx.
func (t *tx) Mutes(now time.Time) ([]bot.Mute, error) {
	return list(t, func(r row) (bot.Mute, error) {
		var m bot.Mute
		var until int64
		err := r.Scan(&m.Account, &until, &m.Who)
		m.Until = instant(until)
		return m, err
	}, `SELECT account, until, who FROM mutes WHERE until > $1 ORDER BY account`, millis(now))
}
