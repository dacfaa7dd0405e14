package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Letter implements bot.LetterTx.
func (t *tx) Letter(id bot.IncidentID) (bot.Incident, error) {
	return single(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i WHERE i.id = $1 AND i.letter <> ''`, id)
}

// LetterAbout implements bot.LetterTx.
func (t *tx) LetterAbout(subject string, now time.Time) (bot.Incident, error) {
	return single(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i
		WHERE i.platform = $1 AND i.letter <> '' AND i.resolved_at = 0 AND i.until > $2 ORDER BY i.id DESC LIMIT 1`,
		subject, millis(now))
}

// OweLetter implements bot.LetterTx.
func (t *tx) OweLetter(i bot.Incident, to []bot.DestinationID, rank bot.Rank, now time.Time) error {
	_, err := t.exec(`UPDATE deliveries SET due = $3, owed_at = CASE WHEN due > 0 AND owed_at < $3 THEN owed_at ELSE $3 END
		WHERE incident = $1 AND told < $2`, i.ID, i.Revision, millis(now))
	if err != nil {
		return err
	}
	for _, id := range to {
		_, err := t.exec(`
			INSERT INTO deliveries (incident, destination, account, told, heard, receipt, rings, reposts, tries, plain,
				flight_act, flight_purpose, flight_revision, flight_says, flight_at, due, routine, owed_at)
			SELECT CAST($1 AS BIGINT), d.id, d.account, 0, '', '{}', 0, 0, 0, 0, '', '', 0, '', 0,
				CAST($3 AS BIGINT), CAST($4 AS INTEGER), CAST($3 AS BIGINT)
			FROM destinations d WHERE d.id = $2
			ON CONFLICT DO NOTHING`, i.ID, id, millis(now), int(rank))
		if err != nil {
			return err
		}
	}
	return nil
}

// LettersSince implements bot.LetterTx.
func (t *tx) LettersSince(to bot.DestinationID, since time.Time) (int, error) {
	return single(t, scanOne[int], `SELECT COUNT(*) FROM deliveries l JOIN incidents i ON i.id = l.incident
		WHERE l.destination = $1 AND i.letter <> '' AND i.opened_at > $2`, to, millis(since))
}

// ForwardTroubles implements bot.LetterTx.
func (t *tx) ForwardTroubles(from, to bot.DestinationID, now time.Time) error {
	_, err := t.exec(`UPDATE deliveries SET destination = $2, due = $3,
			account = (SELECT account FROM destinations WHERE id = $2)
		WHERE destination = $1 AND due > 0 AND told = 0 AND heard = '' AND flight_act = ''
			AND EXISTS (SELECT 1 FROM troubles p WHERE p.incident = deliveries.incident)
			AND EXISTS (SELECT 1 FROM destinations WHERE id = $2)
			AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.incident = deliveries.incident AND o.destination = $2)`,
		from, to, millis(now))
	return err
}

// AddTrouble implements bot.LetterTx.
func (t *tx) AddTrouble(note bot.TroubleNote, stale time.Time) (bool, error) {
	n, err := t.exec(`INSERT INTO troubles (subject, step, kind, since, incident) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (subject, step) DO UPDATE SET since = excluded.since, over_at = 0, incident = excluded.incident
			WHERE troubles.over_at > 0 OR troubles.since <= $6`,
		note.Subject, note.Step, note.Kind, millis(note.Since), note.Letter, millis(stale))
	return n > 0, err
}

// EndTrouble implements bot.LetterTx.
func (t *tx) EndTrouble(subject string, now time.Time) ([]bot.IncidentID, error) {
	letters, err := list(t, scanOne[bot.IncidentID], `SELECT DISTINCT incident FROM troubles
		WHERE subject = $1 AND over_at = 0 AND incident > 0 ORDER BY incident`, subject)
	if err != nil {
		return nil, err
	}
	_, err = t.exec(`UPDATE troubles SET over_at = $2 WHERE subject = $1 AND over_at = 0`, subject, millis(now))
	return letters, err
}

// TroublesIn implements bot.LetterTx.
func (t *tx) TroublesIn(id bot.IncidentID) ([]bot.TroubleNote, error) {
	return list(t, func(r row) (bot.TroubleNote, error) {
		n := bot.TroubleNote{Letter: id}
		var since, over int64
		err := r.Scan(&n.Subject, &n.Step, &n.Kind, &since, &over)
		n.Since, n.Over = instant(since), over > 0
		return n, err
	}, `SELECT subject, step, kind, since, over_at FROM troubles WHERE incident = $1 ORDER BY since, subject, step`, id)
}

// OpenTroubles implements bot.LetterTx.
func (t *tx) OpenTroubles() ([]string, error) {
	return list(t, scanOne[string], `SELECT DISTINCT subject FROM troubles WHERE over_at = 0 ORDER BY subject`)
}

// ToldOf implements bot.LetterTx.
func (t *tx) ToldOf(id bot.IncidentID) ([]bot.DestinationID, error) {
	return list(t, scanOne[bot.DestinationID], `SELECT destination FROM deliveries WHERE incident = $1 ORDER BY destination`, id)
}
