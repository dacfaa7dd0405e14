package store

import (
	"slices"
	"strings"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Standings implements bot.WatchTx.
func (t *tx) Standings() ([]bot.Standing, error) {
	return list(t, scanStanding, `SELECT platform, condition, since, checked_at, reason, evidence FROM standings`)
}

func scanStanding(r row) (s bot.Standing, err error) {
	var since, checked int64
	var evidence string
	if err := r.Scan(&s.Platform, &s.Condition, &since, &checked, &s.Reason, &evidence); err != nil {
		return s, err
	}
	s.Since, s.CheckedAt = instant(since), instant(checked)
	return s, decode(evidence, &s.Evidence)
}

// PutStanding implements bot.WatchTx.
func (t *tx) PutStanding(s bot.Standing) error {
	_, err := t.exec(`
		INSERT INTO standings (platform, condition, since, checked_at, reason, evidence)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (platform) DO UPDATE SET
			condition = excluded.condition, since = excluded.since, checked_at = excluded.checked_at,
			reason = excluded.reason, evidence = excluded.evidence`,
		s.Platform, s.Condition, millis(s.Since), millis(s.CheckedAt), s.Reason, encode(s.Evidence))
	return err
}

// TouchStandings implements bot.WatchTx.
func (t *tx) TouchStandings(verdicts []bot.Verdict) error {
	newest := make(map[bot.PlatformID]time.Time)
	for _, v := range verdicts {
		if v.At.After(newest[v.Platform]) {
			newest[v.Platform] = v.At
		}
	}
	rows := make([][]any, 0, len(newest))
	for platform, at := range newest {
		rows = append(rows, []any{platform, millis(at)})
	}
	return t.together(rows, func(size int) string {
		return `WITH seen (platform, at) AS (VALUES ` + values(size, []string{"$%d", "CAST($%d AS BIGINT)"}) + `)
			UPDATE standings SET checked_at = seen.at FROM seen
			WHERE standings.platform = seen.platform AND standings.checked_at < seen.at`
	})
}

// Tracks implements bot.WatchTx.
func (t *tx) Tracks(n int) ([]bot.Track, error) {
	tracks, err := list(t, scanTrack, `SELECT check_id, platform, condition, since, reason, failed FROM tracks`)
	if err != nil {
		return nil, err
	}
	for i := range tracks {
		recent, err := list(t, scanVerdict, `
			SELECT `+verdictColumns+` FROM verdicts WHERE check_id = $1 ORDER BY at DESC LIMIT $2`, tracks[i].Check, n)
		if err != nil {
			return nil, err
		}
		slices.Reverse(recent)
		tracks[i].Recent = recent
	}
	return tracks, nil
}

func scanTrack(r row) (track bot.Track, err error) {
	var since int64
	var failed int
	err = r.Scan(&track.Check, &track.Platform, &track.Condition, &since, &track.Reason, &failed)
	track.Since, track.Failed = instant(since), failed == 1
	return track, err
}

// PutTrack implements bot.WatchTx. The track's verdicts are written by AddVerdicts.
func (t *tx) PutTrack(track bot.Track) error {
	_, err := t.exec(`
		INSERT INTO tracks (check_id, platform, condition, since, reason, failed) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (check_id) DO UPDATE SET platform = excluded.platform, condition = excluded.condition,
			since = excluded.since, reason = excluded.reason, failed = excluded.failed`,
		track.Check, track.Platform, track.Condition, millis(track.Since), track.Reason, flag(track.Failed))
	return err
}

// verdictColumns are the columns of a verdict, in the order of verdictRow and scanVerdict.
const verdictColumns = `check_id, at, vantage, platform, outcome, reason, evidence`

func verdictRow(v bot.Verdict) []any {
	return []any{v.Check, millis(v.At), v.Vantage, v.Platform, v.Outcome.String(), v.Reason, encode(v.Evidence)}
}

// AddVerdicts implements bot.WatchTx.
func (t *tx) AddVerdicts(verdicts []bot.Verdict) error {
	rows := make([][]any, len(verdicts))
	for i, v := range verdicts {
		rows[i] = verdictRow(v)
	}
	return t.insert("verdicts", strings.Split(verdictColumns, ", "), rows, "ON CONFLICT DO NOTHING")
}

func scanVerdict(r row) (v bot.Verdict, err error) {
	var at int64
	var outcome, evidence string
	if err := r.Scan(&v.Check, &at, &v.Vantage, &v.Platform, &outcome, &v.Reason, &evidence); err != nil {
		return v, err
	}
	v.At = instant(at)
	if err := v.Outcome.UnmarshalText([]byte(outcome)); err != nil {
		return v, err
	}
	return v, decode(evidence, &v.Evidence)
}

// WarnOfCertificate implements bot.WatchTx. What has run out is forgotten on the way.
func (t *tx) WarnOfCertificate(w bot.CertificateWarning) (bool, error) {
	if _, err := t.exec(`DELETE FROM certificate_warnings WHERE expiry < $1`, millis(t.now)); err != nil {
		return false, err
	}
	n, err := t.exec(`
		INSERT INTO certificate_warnings (host, expiry, days) VALUES ($1, $2, $3)
		ON CONFLICT (host, expiry) DO UPDATE SET days = excluded.days WHERE certificate_warnings.days > excluded.days`,
		w.Host, millis(w.Expiry), w.Days)
	return n > 0, err
}
