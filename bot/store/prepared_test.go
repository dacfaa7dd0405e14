package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// TestPreparedStatementsOutliveANewSchema changes the schema, as a newer Panneau does at its start, while statements of
// this one are prepared.
func TestPreparedStatementsOutliveANewSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	s, err := store.OpenSQLite(t.Context(), path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	standing := bot.Standing{Platform: "ent", Condition: bot.Normal, CheckedAt: at(1)}
	use := func() {
		t.Helper()
		update(t, s, func(tx bot.Tx) error { return tx.PutStanding(standing) })
		view(t, s, func(tx bot.Tx) error {
			list, err := tx.Standings()
			if err == nil && (len(list) != 1 || !list[0].CheckedAt.Equal(standing.CheckedAt)) {
				t.Errorf("standings: %+v", list)
			}
			return err
		})
	}
	use()
	use()
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "ALTER TABLE standings ADD COLUMN novelty TEXT NOT NULL DEFAULT ''"); err != nil {
		t.Fatal(err)
	}
	standing.CheckedAt = at(2)
	use()
}

// TestManyTimesAreBroughtUpToDate takes more platforms than one statement has room for, and none that is not there.
func TestManyTimesAreBroughtUpToDate(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		const n = 63 // of 25, 5 and 1 together
		var seen []bot.Verdict
		update(t, s, func(tx bot.Tx) error {
			for i := range n {
				id := bot.PlatformID(fmt.Sprint("ent-", i))
				if err := tx.PutStanding(bot.Standing{Platform: id, Condition: bot.Normal, CheckedAt: at(10)}); err != nil {
					return err
				}
				seen = append(seen, bot.Verdict{Platform: id, At: at(i % 20)})
			}
			return tx.TouchStandings(append(seen, bot.Verdict{Platform: "unknown", At: at(30)}))
		})
		view(t, s, func(tx bot.Tx) error {
			list, err := tx.Standings()
			if len(list) != n {
				t.Errorf("%d platforms, want %d", len(list), n)
			}
			for _, standing := range list {
				var i int
				if _, err := fmt.Sscanf(string(standing.Platform), "ent-%d", &i); err != nil {
					t.Fatal(err)
				}
				if want := at(max(10, i%20)); !standing.CheckedAt.Equal(want) {
					t.Errorf("%s was checked at %v, want %v", standing.Platform, standing.CheckedAt, want)
				}
			}
			return err
		})
	})
}
