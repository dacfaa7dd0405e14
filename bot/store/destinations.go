package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

const destinationColumns = `d.id, d.account, d.channel, d.thread, d.audience, d.timezone, d.place, d.languages,
	d.asleep_since, d.asleep_why, d.asleep_until, d.silence, d.rhythm, d.wishes`

// destinationFields receives the destinationColumns.
type destinationFields struct {
	d                                            bot.Destination
	timezone, languages, silence, rhythm, wishes string
	asleep, until                                int64
}

func (f *destinationFields) targets() []any {
	return []any{
		&f.d.ID, &f.d.Account, &f.d.Address.Channel, &f.d.Address.Thread, &f.d.Audience, &f.timezone, &f.d.Place.Name,
		&f.languages, &f.asleep, &f.d.Asleep.Why, &f.until, &f.silence, &f.rhythm, &f.wishes,
	}
}

func (f *destinationFields) destination() (bot.Destination, error) {
	f.d.Asleep.Since, f.d.Asleep.Until = instant(f.asleep), instant(f.until)
	location, err := time.LoadLocation(f.timezone)
	if err != nil {
		return f.d, fmt.Errorf("destination %s: %w", f.d.ID, err)
	}
	f.d.Place.Location = location
	if err := decode(f.silence, &f.d.Silence); err != nil {
		return f.d, err
	}
	if err := decode(f.rhythm, &f.d.Rhythm); err != nil {
		return f.d, err
	}
	if f.wishes != "" {
		f.d.Wishes = &bot.Wishes{}
		if err := decode(f.wishes, f.d.Wishes); err != nil {
			return f.d, err
		}
	}
	return f.d, decode(f.languages, &f.d.Languages)
}

func scanDestination(r row) (bot.Destination, error) {
	var f destinationFields
	if err := r.Scan(f.targets()...); err != nil {
		return bot.Destination{}, err
	}
	return f.destination()
}

// Destinations implements bot.DestinationTx.
func (t *tx) Destinations() ([]bot.Destination, error) {
	all, err := list(t, scanDestination, `SELECT `+destinationColumns+` FROM destinations d ORDER BY d.id`)
	if err != nil {
		return nil, err
	}
	type subscription struct {
		destination bot.DestinationID
		platform    bot.PlatformID
	}
	follows, err := list(t, func(r row) (s subscription, err error) {
		err = r.Scan(&s.destination, &s.platform)
		return s, err
	}, `SELECT destination, platform FROM subscriptions ORDER BY destination, platform`)
	if err != nil {
		return nil, err
	}
	byID := make(map[bot.DestinationID][]bot.PlatformID)
	for _, s := range follows {
		byID[s.destination] = append(byID[s.destination], s.platform)
	}
	for i := range all {
		all[i].Follows = byID[all[i].ID]
	}
	return all, nil
}

// DestinationAt implements bot.DestinationTx.
func (t *tx) DestinationAt(account bot.AccountID, at bot.Address) (bot.Destination, error) {
	d, err := single(t, scanDestination, `SELECT `+destinationColumns+` FROM destinations d
		WHERE d.account = $1 AND d.channel = $2 AND (d.thread IN ($3, '') OR d.wishes <> '')
		ORDER BY CASE d.thread WHEN $3 THEN 0 WHEN '' THEN 1 ELSE 2 END, d.id LIMIT 1`, account, at.Channel, at.Thread)
	if err != nil {
		return d, err
	}
	d.Follows, err = t.follows(d.ID)
	return d, err
}

// follows lists what a destination follows.
func (t *tx) follows(id bot.DestinationID) ([]bot.PlatformID, error) {
	followed, err := list(t, scanOne[bot.PlatformID], `SELECT platform FROM subscriptions WHERE destination = $1`, id)
	slices.Sort(followed) // here: PostgreSQL would read everybody's subscriptions in their order
	return followed, err
}

// PutDestination implements bot.DestinationTx.
func (t *tx) PutDestination(d bot.Destination) error {
	wishes := ""
	if d.Wishes != nil {
		wishes = encode(d.Wishes)
	}
	_, err := t.exec(`
		INSERT INTO destinations (id, account, channel, thread, configured, audience, timezone, place, languages,
			silence, rhythm, asleep_since, asleep_why, wishes)
		VALUES ($1, $2, $3, $4, $3, $5, $6, $7, $8, $9, $10, 0, '', $11)
		ON CONFLICT (id) DO UPDATE SET
			channel = CASE WHEN destinations.configured = excluded.configured THEN destinations.channel
				ELSE excluded.channel END,
			configured = excluded.configured, account = excluded.account, thread = excluded.thread,
			audience = excluded.audience, timezone = excluded.timezone, place = excluded.place,
			languages = excluded.languages, silence = excluded.silence, rhythm = excluded.rhythm,
			wishes = excluded.wishes`,
		d.ID, d.Account, d.Address.Channel, d.Address.Thread, d.Audience, d.Place.Location.String(), d.Place.Name,
		encode(d.Languages), encode(d.Silence), encode(d.Rhythm), wishes)
	if err != nil {
		return err
	}
	if err := t.RetireDestination(d.ID); err != nil {
		return err
	}
	for _, platform := range d.Follows {
		if _, err := t.exec(`INSERT INTO subscriptions (destination, platform) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
			d.ID, platform); err != nil {
			return err
		}
	}
	return nil
}

// RetireDestination implements bot.DestinationTx.
func (t *tx) RetireDestination(id bot.DestinationID) error {
	_, err := t.exec(`DELETE FROM subscriptions WHERE destination = $1`, id)
	return err
}

// MoveChannel implements bot.DestinationTx.
func (t *tx) MoveChannel(account bot.AccountID, from, to string) error {
	for _, table := range []string{"destinations", "audit"} {
		_, err := t.exec(`UPDATE `+table+` SET channel = $3 WHERE account = $1 AND channel = $2`, account, from, to)
		if err != nil {
			return err
		}
	}
	return nil
}

// PutToSleep implements bot.DestinationTx.
func (t *tx) PutToSleep(account bot.AccountID, at bot.Address, s bot.Sleep) (int, error) {
	const where = ` WHERE account = $1 AND channel = $2 AND ($3 = '' OR thread = $3)`
	_, err := t.exec(`UPDATE destinations SET asleep_until = $4, asleep_why = $5`+where+` AND asleep_since > 0`,
		account, at.Channel, at.Thread, millis(s.Until), s.Why)
	if err != nil {
		return 0, err
	}
	return t.exec(`UPDATE destinations SET asleep_until = $4, asleep_why = $5, asleep_since = $6`+where+` AND asleep_since = 0`,
		account, at.Channel, at.Thread, millis(s.Until), s.Why, millis(s.Since))
}

// Wake implements bot.DestinationTx.
func (t *tx) Wake(account bot.AccountID, channel string, now time.Time) (int, error) {
	_, err := t.exec(`UPDATE deliveries SET due = $3, tries = 0 WHERE due > $3 AND destination IN
		(SELECT id FROM destinations WHERE account = $1 AND channel = $2 AND asleep_since > 0)`,
		account, channel, millis(now))
	if err != nil {
		return 0, err
	}
	return t.exec(`UPDATE destinations SET asleep_since = 0, asleep_why = '', asleep_until = 0
		WHERE account = $1 AND channel = $2 AND asleep_since > 0`, account, channel)
}
