package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// notesLast is how long it is remembered that a note was due.
const notesLast = 30 * 24 * time.Hour

// AddNotes implements bot.NoteTx.
func (t *tx) AddNotes(list []bot.NoteTask) error {
	if _, err := t.exec(`DELETE FROM notes WHERE until < $1`, millis(t.now.Add(-notesLast))); err != nil {
		return err
	}
	rows := make([][]any, 0, len(list))
	for _, n := range list {
		rows = append(rows, []any{n.Destination, n.Kind, n.Day, n.To.Account, millis(n.At), millis(n.Until), millis(n.At)})
	}
	return t.insert("notes", []string{"destination", "kind", "day", "account", "at", "until", "due"}, rows,
		`ON CONFLICT DO NOTHING`)
}

// DueNotes implements bot.NoteTx.
func (t *tx) DueNotes(account bot.AccountID, now time.Time, n int) ([]bot.NoteTask, time.Time, error) {
	tasks, err := list(t, scanNote, `SELECT n.kind, n.day, n.at, n.until, n.tries, `+destinationColumns+`
		FROM notes n JOIN destinations d ON d.id = n.destination
		WHERE n.account = $1 AND n.due > 0 AND n.due <= $2 AND n.sent_at = 0 AND d.asleep_until <= $2
		ORDER BY n.due, n.destination, n.kind LIMIT $3`, account, millis(now), n)
	for i := 0; i < len(tasks) && err == nil; i++ {
		tasks[i].To.Follows, err = t.follows(tasks[i].Destination)
	}
	if err != nil || len(tasks) == n {
		return tasks, time.Time{}, err
	}
	next, err := single(t, scanOne[int64], `
		SELECT COALESCE(MIN(CASE WHEN n.due > d.asleep_until THEN n.due ELSE d.asleep_until END), 0)
		FROM notes n JOIN destinations d ON d.id = n.destination
		WHERE n.account = $1 AND n.due > 0 AND n.sent_at = 0 AND (n.due > $2 OR d.asleep_until > $2)`, account, millis(now))
	return tasks, instant(next), err
}

func scanNote(r row) (n bot.NoteTask, err error) {
	var d destinationFields
	var at, until int64
	if err := r.Scan(append([]any{&n.Kind, &n.Day, &at, &until, &n.Tries}, d.targets()...)...); err != nil {
		return n, err
	}
	n.At, n.Until = instant(at), instant(until)
	n.To, err = d.destination()
	n.Destination = n.To.ID
	return n, err
}

// DepartNote implements bot.NoteTx.
func (t *tx) DepartNote(key bot.NoteKey, at time.Time, duty bot.Duty) error {
	return t.one(`UPDATE notes SET sent_at = $4
		WHERE destination = $1 AND kind = $2 AND day = $3 AND due > 0 AND sent_at = 0
			AND EXISTS (SELECT 1 FROM duties WHERE name = $5 AND holder = $6 AND term = $7)`,
		key.Destination, key.Kind, key.Day, millis(at), duty.Name, duty.Holder, duty.Term)
}

// PostponeNote implements bot.NoteTx.
func (t *tx) PostponeNote(key bot.NoteKey, due time.Time, tries int) error {
	_, err := t.exec(`UPDATE notes SET due = $4, tries = $5, sent_at = 0
		WHERE destination = $1 AND kind = $2 AND day = $3 AND due > 0`,
		key.Destination, key.Kind, key.Day, millis(due), tries)
	return err
}

// EndNote implements bot.NoteTx.
func (t *tx) EndNote(key bot.NoteKey, end bot.NoteEnd) error {
	_, err := t.exec(`UPDATE notes SET due = 0, ended = $4 WHERE destination = $1 AND kind = $2 AND day = $3 AND due > 0`,
		key.Destination, key.Kind, key.Day, end)
	return err
}

// LandNotes implements bot.NoteTx.
func (t *tx) LandNotes(account bot.AccountID) error {
	_, err := t.exec(`UPDATE notes SET due = 0, ended = $2 WHERE account = $1 AND due > 0 AND sent_at > 0`,
		account, bot.NoteUnknown)
	return err
}

// Told implements bot.NoteTx.
func (t *tx) Told(id bot.DestinationID) ([]bot.Task, error) {
	return list(t, scanTask, taskQuery+`
		WHERE l.destination = $1 AND l.heard <> '' AND i.resolved_at = 0 ORDER BY i.id`, id)
}

// LastRung implements bot.NoteTx.
func (t *tx) LastRung(id bot.DestinationID) (time.Time, error) {
	at, err := single(t, scanOne[int64], `SELECT COALESCE(MAX(heard_at), 0) FROM deliveries WHERE destination = $1`, id)
	return instant(at), err
}

// IncidentsSince implements bot.NoteTx.
func (t *tx) IncidentsSince(from time.Time) ([]bot.Incident, error) {
	return list(t, scanIncident, `SELECT `+incidentColumns+` FROM incidents i
		WHERE i.resolved_at = 0 OR i.resolved_at >= $1 ORDER BY i.id`, millis(from))
}

// WarnOfCalendar implements bot.NoteTx.
func (t *tx) WarnOfCalendar(zone string, until calendar.Date, step int) (bool, error) {
	n, err := t.exec(`
		INSERT INTO calendar_warnings (zone, until, step) VALUES ($1, $2, $3)
		ON CONFLICT (zone) DO UPDATE SET until = excluded.until, step = excluded.step
			WHERE calendar_warnings.until <> excluded.until OR calendar_warnings.step < excluded.step`,
		zone, int64(until), step)
	return n > 0, err
}
