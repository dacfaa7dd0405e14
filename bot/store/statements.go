package store

import (
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// Say implements bot.IncidentTx.
func (t *tx) Say(s bot.Statement) error {
	return t.one(`INSERT INTO statements (incident, revision, kind, at, author, text, link)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		s.Incident, s.Revision, s.Kind, millis(s.At), s.Author, s.Text, s.Link)
}

// Statements implements bot.IncidentTx.
func (t *tx) Statements(id bot.IncidentID, n int) ([]bot.Statement, error) {
	statements, err := list(t, scanStatement, `SELECT revision, kind, at, author, text, link FROM statements
		WHERE incident = $1 ORDER BY revision DESC LIMIT $2`, id, n)
	for i := range statements {
		statements[i].Incident = id
	}
	slices.Reverse(statements)
	return statements, err
}

func scanStatement(r row) (s bot.Statement, err error) {
	var at int64
	err = r.Scan(&s.Revision, &s.Kind, &at, &s.Author, &s.Text, &s.Link)
	s.At = instant(at)
	return s, err
}
