package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// affair is an incident as a watch writes it, one revision after the other, on the clock of a bubble.
type affair struct {
	t  *testing.T
	db *store.Store
	i  bot.Incident
}

// becomes writes the next revision, with the verdicts that decided it.
func (a *affair) becomes(c bot.Condition, r bot.Reason, why bot.Because) {
	a.t.Helper()
	now := time.Now()
	first := now
	if len(why.Verdicts) > 0 {
		first = why.Verdicts[0].At
	}
	a.i.Revision++
	a.i.Before, a.i.Condition, a.i.ChangedAt = a.i.Condition, c, now
	if c != bot.Normal && c != bot.Unstable {
		a.i.Reason = r
	}
	if c.Severity() > a.i.Worst.Severity() {
		a.i.Worst = c
	}
	if c == bot.Normal {
		a.i.ResolvedAt = first
	} else if !a.i.Open() {
		a.i.ResolvedAt, a.i.Since, a.i.Again = time.Time{}, first, a.i.Again+1
	}
	err := a.db.Update(a.t.Context(), func(tx bot.Tx) (err error) {
		if a.i.ID == 0 {
			a.i.Since, a.i.OpenedAt, a.i.Before = first, now, bot.NotYetKnown
			a.i, err = tx.AddIncident(a.i)
		} else {
			err = tx.ReviseIncident(a.i)
		}
		return errors.Join(err, tx.KeepBecause(a.i.ID, a.i.Revision, why))
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

// seen are verdicts of a check, a second apart, the last one of now.
func seen(check bot.CheckID, n int, v bot.Verdict) bot.Because {
	why := bot.Because{}
	for i := range n {
		v.Check, v.Platform, v.Vantage = check, "pronote", "lille"
		v.At = time.Now().Add(time.Duration(i+1-n) * time.Second)
		why.Verdicts = append(why.Verdicts, v)
	}
	return why
}

// pretendMorning writes a morning of Pronote: slow, down, back, down again, by moments, over. And an older incident
// without reasons.
func pretendMorning(t *testing.T, path string) {
	synctest.Test(t, func(t *testing.T) {
		db, err := store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(time.Date(2021, 4, 6, 6, 0, 2, 0, time.UTC)))
		err = db.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.AddIncident(bot.Incident{
				Platform: "lycee-lumiere", Condition: bot.Maintenance, Worst: bot.Unreachable, Since: time.Now(), OpenedAt: time.Now(),
				ChangedAt: time.Now(), Revision: 1, Reason: bot.ReasonRefused,
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		a := &affair{t: t, db: db, i: bot.Incident{Platform: "pronote"}}
		up := bot.Verdict{Outcome: bot.Up, Evidence: bot.Evidence{Status: 200, Latency: 340 * time.Millisecond}}
		slow := bot.Verdict{Outcome: bot.Slow, Reason: bot.ReasonSlow, Evidence: bot.Evidence{Status: 200, Latency: 4200 * time.Millisecond}}
		down := bot.Verdict{Outcome: bot.Down, Reason: bot.ReasonRefused, Evidence: bot.Evidence{Detail: "dial tcp 192.0.2.7:443:\x1b connect: connection refused"}}
		blind := bot.Verdict{Reason: bot.ReasonBlockedUs, Evidence: bot.Evidence{Status: 403}}
		opening := seen("pronote/accueil", 3, slow)
		opening.Roots = []bot.Root{{Platform: "educonnect", Condition: bot.Normal, CheckedAt: time.Now()}, {Platform: "ent-inconnu"}}
		opening.Beside = []bot.Companion{{Platform: "skolengo", Shares: "203.0.113.0/24"}}
		a.becomes(bot.Slowed, bot.ReasonSlow, opening)
		time.Sleep(18 * time.Minute)
		worse := seen("pronote/accueil", 3, down)
		worse.Left = 4
		a.becomes(bot.Unreachable, bot.ReasonRefused, worse)
		time.Sleep(20 * time.Minute)
		a.becomes(bot.Normal, "", seen("pronote/accueil", 2, up))
		time.Sleep(10 * time.Minute)
		a.becomes(bot.Unreachable, bot.ReasonRefused, seen("pronote/accueil", 3, down))
		time.Sleep(time.Minute)
		a.becomes(bot.Unstable, "", seen("pronote/accueil", 2, up))
		time.Sleep(time.Minute)
		a.becomes(bot.Unverifiable, bot.ReasonBlockedUs, seen("pronote/accueil", 5, blind))
		time.Sleep(30 * time.Minute)
		a.becomes(bot.Normal, "", seen("pronote/accueil", 2, up))
		err = db.Update(t.Context(), func(tx bot.Tx) error {
			return tx.AddSignals(a.i.ID, "tg:-1", bot.Signals{Also: 4, Fine: 1}, 20, time.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		far := &affair{t: t, db: db, i: bot.Incident{Platform: "educonnect"}}
		far.becomes(bot.Unreachable, bot.ReasonReset, bot.Because{Views: []bot.View{
			{Vantage: "lille", Condition: bot.Normal, Since: time.Now().Add(-time.Hour)},
			{Vantage: "lyon", Condition: bot.Unreachable, Since: time.Now(), Reason: bot.ReasonReset},
			{Vantage: "nantes", Condition: bot.Unreachable, Since: time.Now(), Reason: bot.ReasonRefused},
		}})
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// explained runs « panneau explain » as a person does.
func explained(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	m := Main{Args: append([]string{"explain"}, args...), Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &err}
	code = m.Run(ctx)
	return code, out.String(), err.String()
}

func TestExplain(t *testing.T) {
	room := t.TempDir()
	t.Setenv("TMPDIR", room)
	path := filepath.Join(t.TempDir(), "panneau.db")
	pretendMorning(t, path)
	for name, args := range map[string][]string{
		"pronote": {"2"}, "elsewhere": {"3"}, "without-reasons": {"1"}, "unknown": {"99"}, "word": {"pronote"}, "none": nil,
	} {
		code, stdout, stderr := explained(t.Context(), append(args, "--base", path)...)
		if (code == exitOK) != (stderr == "") {
			t.Errorf("%s: exit code %d with %q", name, code, stderr)
		}
		file := filepath.Join("testdata", "explain", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(stdout+stderr), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), stdout+stderr); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if left, err := filepath.Glob(filepath.Join(room, "panneau-explain-*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestExplainReadsBesideARunningPanneau asks while somebody has the database open, and while there is none.
func TestExplainReadsBesideARunningPanneau(t *testing.T) {
	path := filepath.Join(t.TempDir(), "panneau.db")
	if code, _, stderr := explained(t.Context(), "1", "--base", path); code != exitFailure || !strings.Contains(stderr, "Il n’y a pas de base ici") {
		t.Errorf("of no database: %d %q", code, stderr)
	}
	db, err := store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if code, _, stderr := explained(t.Context(), "1", "--base", path); code != exitFailure || !strings.Contains(stderr, "aucun n’est encore connu") {
		t.Errorf("of an empty database: %d %q", code, stderr)
	}
	owe(t, db, time.Now())
	if code, stdout, stderr := explained(t.Context(), "1", "--base", path); code != exitOK || !strings.Contains(stdout, "inaccessible") {
		t.Errorf("beside a writer: %d %q %q", code, stdout, stderr)
	}
}

// TestExplainLeavesPostgresAsItIs asks before there is a schema, which a reader must not make, and with one.
func TestExplainLeavesPostgresAsItIs(t *testing.T) {
	address := storetest.Postgres(t)
	file := filepath.Join(t.TempDir(), "panneau.yaml")
	if err := os.WriteFile(file, []byte("database: {postgres: {env: DATABASE}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ask := func() (int, string) {
		var said strings.Builder
		getenv := func(name string) string { return map[string]string{"DATABASE": address}[name] }
		m := Main{Args: []string{"explain", "1", "-c", file}, Getenv: getenv, Stdout: &said, Stderr: &said}
		return m.Run(t.Context()), said.String()
	}
	for range 2 {
		if code, said := ask(); code != exitFailure || !strings.Contains(said, "Il n’y a pas de base ici\u00a0: PostgreSQL.") {
			t.Errorf("of an empty database: %d %q", code, said)
		}
	}
	db, err := store.OpenPostgres(t.Context(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	owe(t, db, time.Now())
	if code, said := ask(); code != exitOK || !strings.Contains(said, "inaccessible") {
		t.Errorf("beside a Panneau: %d %q", code, said)
	}
}
