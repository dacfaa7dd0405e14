package store

import (
	"slices"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Revisions implements bot.DossierTx.
func (t *tx) Revisions(id bot.IncidentID) ([]bot.Revision, error) {
	return list(t, scanRevision, `SELECT revision, at, condition, reason, evidence, because FROM revisions
		WHERE incident = $1 ORDER BY revision`, id)
}

func scanRevision(r row) (revision bot.Revision, err error) {
	var at int64
	var evidence, because string
	if err := r.Scan(&revision.Number, &at, &revision.Condition, &revision.Reason, &evidence, &because); err != nil {
		return revision, err
	}
	revision.At = instant(at)
	if err := decode(evidence, &revision.Evidence); err != nil {
		return revision, err
	}
	revision.Because, err = readBecause(because)
	return revision, err
}

// Tallies implements bot.DossierTx.
func (t *tx) Tallies(id bot.IncidentID) ([]bot.Tally, error) {
	return list(t, scanTally, `SELECT account,
			COUNT(CASE WHEN told > 0 OR heard <> '' THEN 1 END), CAST(SUM(edits) AS BIGINT), CAST(SUM(rings) AS BIGINT),
			COUNT(CASE WHEN due > 0 THEN 1 END), COALESCE(MIN(NULLIF(first_at, 0)), 0), MAX(last_at)
		FROM deliveries WHERE incident = $1 GROUP BY account ORDER BY account`, id)
}

func scanTally(r row) (tally bot.Tally, err error) {
	var first, last int64
	err = r.Scan(&tally.Account, &tally.Chats, &tally.Edits, &tally.Rings, &tally.Waiting, &first, &last)
	tally.First, tally.Last = instant(first), instant(last)
	return tally, err
}

// LastVerdicts implements bot.DossierTx. The checks of a platform are those that have a track: by their names the
// verdicts are found by key.
func (t *tx) LastVerdicts(platform bot.PlatformID, from, until time.Time, n int) ([]bot.Verdict, error) {
	verdicts, err := list(t, scanVerdict, `SELECT `+verdictColumns+` FROM verdicts
		WHERE check_id IN (SELECT check_id FROM tracks WHERE platform = $1) AND at >= $2 AND at < $3
		ORDER BY at DESC, check_id, vantage LIMIT $4`, platform, millis(from), millis(until), n)
	slices.Reverse(verdicts)
	return verdicts, err
}
