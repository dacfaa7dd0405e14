package store

import (
	"errors"
	"fmt"

	"github.com/panneau-ecole/panneau/bot"
)

const incidentColumns = `i.id, i.platform, i.condition, i.before_condition, i.worst, i.since, i.opened_at, i.changed_at,
	i.resolved_at, i.revision, i.again, i.reason, i.evidence, i.event, i.beside, i.until, i.stated, i.said`

func scanIncident(r row) (bot.Incident, error) {
	var f incidentFields
	if err := r.Scan(f.targets()...); err != nil {
		return bot.Incident{}, err
	}
	return f.incident()
}

// incidentFields receives the incidentColumns.
type incidentFields struct {
	i                                  bot.Incident
	since, opened, changed, resolvedAt int64
	until                              int64
	evidence, beside                   string
}

func (f *incidentFields) targets() []any {
	return []any{
		&f.i.ID, &f.i.Platform, &f.i.Condition, &f.i.Before, &f.i.Worst, &f.since, &f.opened, &f.changed,
		&f.resolvedAt, &f.i.Revision, &f.i.Again, &f.i.Reason, &f.evidence, &f.i.Event,
		&f.beside, &f.until, &f.i.Stated, &f.i.Said,
	}
}

func (f *incidentFields) incident() (bot.Incident, error) {
	f.i.Since, f.i.OpenedAt = instant(f.since), instant(f.opened)
	f.i.ChangedAt, f.i.ResolvedAt, f.i.Until = instant(f.changed), instant(f.resolvedAt), instant(f.until)
	if err := decode(f.beside, &f.i.Beside); err != nil {
		return f.i, err
	}
	return f.i, decode(f.evidence, &f.i.Evidence)
}

// AddIncident implements bot.IncidentTx.
func (t *tx) AddIncident(i bot.Incident) (bot.Incident, error) {
	id, err := single(t, scanOne[bot.IncidentID], `
		INSERT INTO incidents (id, platform, condition, before_condition, worst, since, opened_at, changed_at, resolved_at,
			revision, reason, evidence, event, beside, until, stated)
		SELECT COALESCE(MAX(id), 0) + 1, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
			CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT),
			CAST($10 AS TEXT), CAST($11 AS TEXT), CAST($12 AS TEXT), CAST($13 AS TEXT), CAST($14 AS BIGINT),
			CAST($15 AS TEXT)
		FROM incidents WHERE true
		ON CONFLICT DO NOTHING
		RETURNING id`,
		i.Platform, i.Condition, i.Before, i.Worst, millis(i.Since), millis(i.OpenedAt), millis(i.ChangedAt),
		millis(i.ResolvedAt), i.Revision, i.Reason, encode(i.Evidence), i.Event, encode(i.Beside), millis(i.Until),
		i.Stated)
	if errors.Is(err, bot.ErrNotFound) {
		return i, fmt.Errorf("open an incident of %s: %w", i.Platform, bot.ErrConflict)
	}
	if err != nil {
		return i, err
	}
	i.ID = id
	return i, t.addRevision(i)
}

// ReviseIncident implements bot.IncidentTx.
func (t *tx) ReviseIncident(i bot.Incident) error {
	err := t.one(`
		UPDATE incidents SET condition = $3, before_condition = $4, worst = $5, since = $6, changed_at = $7,
			resolved_at = $8, revision = $2, reason = $9, evidence = $10, again = $11, event = $12,
			beside = $13, until = $14, stated = $15, said = $16
		WHERE id = $1 AND revision = $2 - 1`,
		i.ID, i.Revision, i.Condition, i.Before, i.Worst, millis(i.Since), millis(i.ChangedAt), millis(i.ResolvedAt),
		i.Reason, encode(i.Evidence), i.Again, i.Event, encode(i.Beside), millis(i.Until), i.Stated, i.Said)
	if err != nil {
		return fmt.Errorf("revise incident %d: %w", i.ID, err)
	}
	return t.addRevision(i)
}

func (t *tx) addRevision(i bot.Incident) error {
	_, err := t.exec(`
		INSERT INTO revisions (incident, revision, at, condition, reason, evidence) VALUES ($1, $2, $3, $4, $5, $6)`,
		i.ID, i.Revision, millis(t.now), i.Condition, i.Reason, encode(i.Evidence))
	return err
}

// Incident implements bot.IncidentTx.
func (t *tx) Incident(id bot.IncidentID) (bot.Incident, error) {
	return single(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i WHERE i.id = $1 AND i.until = 0`, id)
}

// OpenIncidents implements bot.IncidentTx.
func (t *tx) OpenIncidents() ([]bot.Incident, error) {
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i WHERE i.resolved_at = 0 AND i.until = 0 ORDER BY i.id`)
}

// Announcements implements bot.IncidentTx.
func (t *tx) Announcements() ([]bot.Incident, error) {
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i WHERE i.resolved_at = 0 AND i.until > 0 ORDER BY i.id`)
}

// Companions implements bot.IncidentTx.
func (t *tx) Companions(i bot.Incident, at bot.DestinationID) ([]bot.Incident, error) {
	if i.Event == "" {
		return nil, nil
	}
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i
		JOIN deliveries l ON l.incident = i.id AND l.destination = $3
		WHERE i.event = $1 AND i.event <> '' AND i.id <> $2 AND (i.resolved_at = 0 OR l.heard <> '')
		ORDER BY i.id`, i.Event, i.ID, at)
}

// NewestIncidents implements bot.IncidentTx.
func (t *tx) NewestIncidents() ([]bot.Incident, error) {
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i
		WHERE i.id IN (SELECT MAX(id) FROM incidents WHERE until = 0 GROUP BY platform)`)
}

// LastIncidents implements bot.IncidentTx.
func (t *tx) LastIncidents(n int) ([]bot.Incident, error) {
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i WHERE i.until = 0 ORDER BY i.id DESC LIMIT $1`, n)
}
