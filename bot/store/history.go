package store

import (
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Verdicts implements bot.HistoryTx.
func (t *tx) Verdicts(from, until time.Time) ([]bot.Verdict, error) {
	return list(t, scanVerdict, `SELECT `+verdictColumns+` FROM verdicts WHERE at >= $1 AND at < $2`,
		millis(from), millis(until))
}

// day is a row of the table days. The hours are kept together because a row for each would take four times the room:
// most of it would be keys.
type day struct {
	platform bot.PlatformID
	check    bot.CheckID
	vantage  string
	start    int64 // milliseconds
	hours    [24]*figures
}

// figures are an hour as it is stored: how many verdicts were up, slow, down and unknown; the median latency and the
// one that nine in ten kept within, in milliseconds.
type figures [6]int64

const dayLength = 24 * time.Hour

func scanDay(r row) (d day, err error) {
	var hours string
	if err := r.Scan(&d.platform, &d.check, &d.vantage, &d.start, &hours); err != nil {
		return d, err
	}
	return d, decode(hours, &d.hours)
}

const dayQuery = `SELECT platform, check_id, vantage, day, hours FROM days `

// PutHours implements bot.HistoryTx.
func (t *tx) PutHours(hours []bot.Hour) error {
	byDay := make(map[int64][]bot.Hour)
	for _, h := range hours {
		start := millis(h.Start.UTC().Truncate(dayLength))
		byDay[start] = append(byDay[start], h)
	}
	for start, hours := range byDay {
		if err := t.putDay(start, hours); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putDay(start int64, hours []bot.Hour) error {
	type key struct {
		check   bot.CheckID
		vantage string
	}
	known, err := list(t, scanDay, dayQuery+`WHERE day = $1`, start)
	if err != nil {
		return err
	}
	days := make(map[key]*day, len(hours))
	for _, d := range known {
		days[key{d.check, d.vantage}] = &d
	}
	changed := make(map[*day]bool)
	for _, h := range hours {
		k := key{h.Check, h.Vantage}
		if days[k] == nil {
			days[k] = &day{platform: h.Platform, check: h.Check, vantage: h.Vantage, start: start}
		}
		days[k].hours[h.Start.UTC().Hour()] = &figures{
			int64(h.Up), int64(h.Slow), int64(h.Down), int64(h.Unknown), h.Median.Milliseconds(), h.NineInTen.Milliseconds(),
		}
		changed[days[k]] = true
	}
	rows := make([][]any, 0, len(changed))
	for d := range changed {
		rows = append(rows, []any{d.platform, d.check, d.vantage, d.start, encode(d.hours)})
	}
	return t.insert("days", []string{"platform", "check_id", "vantage", "day", "hours"}, rows,
		`ON CONFLICT (platform, check_id, vantage, day) DO UPDATE SET hours = excluded.hours`)
}

// Hours implements bot.HistoryTx.
func (t *tx) Hours(platform bot.PlatformID, from, until time.Time) ([]bot.Hour, error) {
	days, err := list(t, scanDay, dayQuery+`WHERE platform = $1 AND day >= $2 AND day < $3 ORDER BY check_id, vantage, day`,
		platform, millis(from.UTC().Truncate(dayLength)), millis(until))
	if err != nil {
		return nil, err
	}
	var hours []bot.Hour
	for _, d := range days {
		for _, h := range d.list() {
			if !h.Start.Before(from) && h.Start.Before(until) {
				hours = append(hours, h)
			}
		}
	}
	return hours, nil
}

// list gives the hours of the day that have figures.
func (d day) list() []bot.Hour {
	var hours []bot.Hour
	for i, f := range d.hours {
		if f == nil {
			continue
		}
		hours = append(hours, bot.Hour{
			Platform: d.platform, Check: d.check, Vantage: d.vantage, Start: instant(d.start).Add(time.Duration(i) * time.Hour),
			Up: int(f[0]), Slow: int(f[1]), Down: int(f[2]), Unknown: int(f[3]),
			Median: time.Duration(f[4]) * time.Millisecond, NineInTen: time.Duration(f[5]) * time.Millisecond,
		})
	}
	return hours
}

// LastHour implements bot.HistoryTx.
func (t *tx) LastHour() (last time.Time, err error) {
	days, err := list(t, scanDay, dayQuery+`WHERE day = (SELECT MAX(day) FROM days)`)
	if err != nil {
		return last, err
	}
	for _, d := range days {
		for _, h := range d.list() {
			if h.Start.After(last) {
				last = h.Start
			}
		}
	}
	return last, nil
}

// PruneVerdicts implements bot.HistoryTx.
func (t *tx) PruneVerdicts(before time.Time, n int) (int, error) {
	return t.exec(`DELETE FROM verdicts WHERE (check_id, at, vantage) IN
		(SELECT check_id, at, vantage FROM verdicts WHERE at < $1 ORDER BY at LIMIT $2)`, millis(before), n)
}

// PruneHours implements bot.HistoryTx.
func (t *tx) PruneHours(before time.Time, n int) (int, error) {
	return t.exec(`DELETE FROM days WHERE (platform, check_id, vantage, day) IN
		(SELECT platform, check_id, vantage, day FROM days WHERE day < $1 ORDER BY day LIMIT $2)`,
		millis(before.UTC().Truncate(dayLength)), n)
}

// PruneIncidents implements bot.HistoryTx. A delivery that has nothing more to say is one that is not due, or one that
// is due at a destination that sleeps and was never told anything (bot.ActDrop).
func (t *tx) PruneIncidents(before time.Time, n int) (int, error) {
	deliveries, err := t.exec(`DELETE FROM deliveries WHERE (incident, destination) IN
		(SELECT l.incident, l.destination FROM incidents i JOIN deliveries l ON l.incident = i.id
			WHERE i.resolved_at > 0 AND i.resolved_at < $1 AND l.flight_at = 0
				AND (l.due = 0 OR l.told = 0 AND l.heard = '' AND l.reposts = 0)
			LIMIT $2)`, millis(before), n)
	if err != nil {
		return 0, err
	}
	signals, err := t.exec(`DELETE FROM signals WHERE (incident, destination) IN
		(SELECT s.incident, s.destination FROM incidents i JOIN signals s ON s.incident = i.id
			WHERE i.resolved_at > 0 AND i.resolved_at < $1 LIMIT $2)`, millis(before), n)
	if err != nil {
		return 0, err
	}
	revisions, err := t.exec(`UPDATE revisions SET evidence = '{}', because = '' WHERE (incident, revision) IN
		(SELECT r.incident, r.revision FROM incidents i JOIN revisions r ON r.incident = i.id
			WHERE i.resolved_at > 0 AND i.resolved_at < $1 AND (r.evidence <> '{}' OR r.because <> '')
			LIMIT $2)`, millis(before), n)
	return deliveries + signals + revisions, err
}
