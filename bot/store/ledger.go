package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Owe implements bot.LedgerTx.
func (t *tx) Owe(i bot.Incident, reach bot.Reach, ring bool, now time.Time) error {
	_, err := t.exec(`UPDATE deliveries SET due = $3,
			routine = CASE WHEN due > 0 AND routine = 0 THEN 0 ELSE $4 END,
			owed_at = CASE WHEN due > 0 AND owed_at < $3 THEN owed_at ELSE $3 END
		WHERE incident = $1 AND told < $2`,
		i.ID, i.Revision, millis(now), flag(!ring))
	if err != nil || !i.Open() {
		return err
	}
	for audience, platforms := range reach {
		for _, platform := range platforms {
			if err := t.oweFollowers(i.ID, platform, audience, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// oweFollowers makes an incident due at those who follow a platform and do not have it yet.
func (t *tx) oweFollowers(i bot.IncidentID, platform bot.PlatformID, audience bot.Audience, now time.Time) error {
	_, err := t.exec(`
		INSERT INTO deliveries (incident, destination, account, told, heard, receipt, rings, reposts, tries, plain,
			flight_act, flight_purpose, flight_revision, flight_says, flight_at, due, routine, owed_at)
		SELECT CAST($1 AS BIGINT), d.id, d.account, 0, '', '{}', 0, 0, 0, 0, '', '', 0, '', 0,
			CAST($2 AS BIGINT), 0, CAST($2 AS BIGINT)
		FROM destinations d JOIN subscriptions s ON s.destination = d.id
		WHERE s.platform = $3 AND d.audience = $4
		ON CONFLICT DO NOTHING`,
		i, millis(now), platform, audience)
	return err
}

const deliveryColumns = `l.told, l.heard, l.receipt, l.rings, l.reposts, l.tries, l.plain, l.flight_act, l.flight_purpose,
	l.flight_revision, l.flight_says, l.flight_at, l.owed_at, l.heard_at`

const taskQuery = `SELECT ` + deliveryColumns + `, ` + destinationColumns + `, ` + incidentColumns + `,
		COALESCE(s.checked_at, 0)
	FROM deliveries l
	JOIN destinations d ON d.id = l.destination
	JOIN incidents i ON i.id = l.incident
	LEFT JOIN standings s ON s.platform = i.platform`

// dueQuery has the order of the index deliveries_due.
const dueQuery = taskQuery + `
	WHERE l.account = $1 AND l.due > 0 AND l.due <= $2 AND d.asleep_until <= $2
	ORDER BY l.routine, l.owed_at, l.destination LIMIT $3`

func scanTask(r row) (task bot.Task, err error) {
	l := &task.Delivery
	var receipt string
	var plain int
	var flightAt, owed, heard, checked int64
	var d destinationFields
	var i incidentFields
	targets := []any{
		&l.Told, &l.Heard, &receipt, &l.Rings, &l.Reposts, &l.Tries, &plain, &l.Flight.Act, &l.Flight.Purpose,
		&l.Flight.Revision, &l.Flight.Says, &flightAt, &owed, &heard,
	}
	targets = append(append(append(targets, d.targets()...), i.targets()...), &checked)
	if err := r.Scan(targets...); err != nil {
		return task, err
	}
	if task.Destination, err = d.destination(); err != nil {
		return task, err
	}
	if task.Incident, err = i.incident(); err != nil {
		return task, err
	}
	l.Incident, l.Destination, l.Plain, l.Flight.At = task.Incident.ID, task.Destination.ID, plain == 1, instant(flightAt)
	task.CheckedAt, task.OwedAt, l.HeardAt = instant(checked), instant(owed), instant(heard)
	return task, decode(receipt, &l.Receipt)
}

// Due implements bot.LedgerTx.
func (t *tx) Due(account bot.AccountID, now time.Time, n int) ([]bot.Task, time.Time, error) {
	tasks, err := list(t, scanTask, dueQuery, account, millis(now), n)
	if err != nil || len(tasks) == n {
		return tasks, time.Time{}, err
	}
	next, err := single(t, scanOne[int64], `
		SELECT COALESCE(MIN(CASE WHEN l.due > d.asleep_until THEN l.due ELSE d.asleep_until END), 0)
		FROM deliveries l JOIN destinations d ON d.id = l.destination
		WHERE l.account = $1 AND l.due > 0 AND (l.due > $2 OR d.asleep_until > $2)`, account, millis(now))
	return tasks, instant(next), err
}

// Task implements bot.LedgerTx.
func (t *tx) Task(key bot.DeliveryKey) (bot.Task, error) {
	return single(t, scanTask, taskQuery+` WHERE l.incident = $1 AND l.destination = $2`, key.Incident, key.Destination)
}

// Depart implements bot.LedgerTx.
func (t *tx) Depart(d bot.Delivery, f bot.Flight, duty bot.Duty) error {
	return t.one(`
		UPDATE deliveries SET flight_act = $4, flight_purpose = $5, flight_revision = $6, flight_says = $7, flight_at = $8,
			heard_at = CASE WHEN heard = '' AND $13 <> '' THEN CAST($12 AS BIGINT) ELSE heard_at END, heard = $13
		WHERE incident = $1 AND destination = $2 AND flight_at = $3
			AND EXISTS (SELECT 1 FROM incidents WHERE id = $1 AND revision = $6)
			AND EXISTS (SELECT 1 FROM destinations WHERE id = $2 AND asleep_until <= $12)
			AND EXISTS (SELECT 1 FROM duties WHERE name = $9 AND holder = $10 AND term = $11)`,
		d.Incident, d.Destination, millis(d.Flight.At), f.Act, f.Purpose, f.Revision, f.Says, millis(f.At),
		duty.Name, duty.Holder, duty.Term, millis(t.now), d.Heard)
}

// Settle implements bot.LedgerTx.
func (t *tx) Settle(d bot.Delivery, flight bot.Flight, seen int64, due time.Time) error {
	f := d.Flight
	return t.one(`
		UPDATE deliveries SET
			first_at = CASE WHEN first_at = 0 AND ($3 > 0 OR $4 <> '') THEN CAST($17 AS BIGINT) ELSE first_at END,
			last_at = CASE WHEN told < $3 THEN CAST($17 AS BIGINT) ELSE last_at END,
			heard_at = CASE WHEN flight_act <> '' AND $4 <> '' AND (heard = '' OR rings < $6) THEN CAST($17 AS BIGINT)
				ELSE heard_at END,
			edits = CASE WHEN flight_act = 'edit' AND told < $3 THEN edits + 1 ELSE edits END,
			told = $3, heard = $4, receipt = $5, rings = $6, reposts = $7, tries = $8, plain = $9,
			flight_act = $10, flight_purpose = $11, flight_revision = $12, flight_says = $13, flight_at = $14,
			due = CASE WHEN EXISTS (SELECT 1 FROM incidents WHERE id = $1 AND revision = $15) THEN CAST($16 AS BIGINT)
				ELSE CAST($17 AS BIGINT) END,
			routine = CASE WHEN rings < $6 AND EXISTS (SELECT 1 FROM incidents WHERE id = $1 AND revision = $15) THEN 1
				ELSE routine END
		WHERE incident = $1 AND destination = $2 AND flight_at = $18`,
		d.Incident, d.Destination, d.Told, d.Heard, encode(d.Receipt), d.Rings, d.Reposts, d.Tries, flag(d.Plain),
		f.Act, f.Purpose, f.Revision, f.Says, millis(f.At), seen, millis(due), millis(t.now), millis(flight.At))
}

// Postpone implements bot.LedgerTx.
func (t *tx) Postpone(key bot.DeliveryKey, due time.Time) error {
	_, err := t.exec(`UPDATE deliveries SET due = $3 WHERE incident = $1 AND destination = $2 AND due > 0`,
		key.Incident, key.Destination, millis(due))
	return err
}

// OweFrom implements bot.LedgerTx.
func (t *tx) OweFrom(key bot.DeliveryKey, at time.Time) error {
	_, err := t.exec(`UPDATE deliveries SET owed_at = $3 WHERE incident = $1 AND destination = $2 AND due = $3`,
		key.Incident, key.Destination, millis(at))
	return err
}

// EndSilence implements bot.LedgerTx.
func (t *tx) EndSilence(now time.Time) error {
	_, err := t.exec(`UPDATE deliveries SET due = $1, owed_at = $1 WHERE due > 0 AND owed_at > $1`, millis(now))
	return err
}

// DropUnfollowed implements bot.LedgerTx.
func (t *tx) DropUnfollowed() error {
	_, err := t.exec(`DELETE FROM deliveries WHERE due > 0 AND told = 0 AND heard = '' AND flight_act = ''
		AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = deliveries.incident AND letter <> '')
		AND NOT EXISTS (SELECT 1 FROM subscriptions s JOIN incidents i ON i.platform = s.platform
			WHERE s.destination = deliveries.destination AND i.id = deliveries.incident)`)
	return err
}

// DropDelivery implements bot.LedgerTx.
func (t *tx) DropDelivery(d bot.Delivery, seen int64) error {
	_, err := t.exec(`
		DELETE FROM deliveries WHERE incident = $1 AND destination = $2 AND told = 0 AND heard = '' AND flight_at = $3
			AND EXISTS (SELECT 1 FROM incidents WHERE id = $1 AND revision = $4)`,
		d.Incident, d.Destination, millis(d.Flight.At), seen)
	return err
}

// PutRefusal implements bot.LedgerTx.
func (t *tx) PutRefusal(account bot.AccountID, r bot.Refusal, now time.Time) error {
	if _, err := t.exec(`DELETE FROM refusals WHERE account = $1 AND until <= $2`, account, millis(now)); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO refusals (account, bucket, until) VALUES ($1, $2, $3)
		ON CONFLICT (account, bucket) DO UPDATE SET until = excluded.until`, account, r.Bucket, millis(r.Until))
	return err
}

// Refusals implements bot.LedgerTx.
func (t *tx) Refusals(account bot.AccountID, now time.Time) ([]bot.Refusal, error) {
	return list(t, func(r row) (bot.Refusal, error) {
		var refusal bot.Refusal
		var until int64
		err := r.Scan(&refusal.Bucket, &until)
		refusal.Until = instant(until)
		return refusal, err
	}, `SELECT bucket, until FROM refusals WHERE account = $1 AND until > $2 ORDER BY bucket`, account, millis(now))
}
