package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// TestMetrics reads, as Prometheus would, what attempts and the ledger left.
func TestMetrics(t *testing.T) {
	db, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now := time.Now()
	owe(t, db, now.Add(-time.Minute))
	err = db.Update(t.Context(), func(tx bot.Tx) error {
		return tx.AddSignals(1, "tg:-1", bot.Signals{Also: 3}, 20, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	m := newMetrics(db, &bot.Board{Store: db}, []bot.AccountID{"tg"})
	m.observe(bot.Attempt{Account: "tg", Act: bot.ActPost, Took: 30 * time.Millisecond, OwedAt: now.Add(-9 * time.Second), EndedAt: now})
	m.observe(bot.Attempt{Account: "tg", Act: bot.ActEdit, Outcome: bot.KindThrottled, OwedAt: now, EndedAt: now})
	m.trouble(bot.Trouble{Kind: bot.TroubleLate, Account: "tg"})
	page := scrape(t, m)
	for _, want := range []string{
		`panneau_attempts_total{account="tg",act="post",outcome="ok"} 1`,
		`panneau_attempts_total{account="tg",act="edit",outcome="throttled"} 1`,
		`panneau_told_seconds_sum{account="tg"} 9`,
		`panneau_broadcast_seconds{account="tg"} 9`,
		`panneau_backlog{account="tg"} 1`,
		`panneau_backlog_age_seconds{account="tg"} 6`,
		`panneau_troubles_total{account="tg",kind="late"} 1`,
		`panneau_platform_condition{condition="down",platform="ent"} 1`,
		`panneau_platform_checked_seconds{platform="ent"} 6`,
		`panneau_signals{platform="ent",says="also"} 3`,
		`panneau_signals{platform="ent",says="fine"} 0`,
		`process_resident_memory_bytes`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the metrics lack %s in\n%s", want, page)
		}
	}
}

// owe opens an incident of the platform « ent » that one chat of the account « tg » was not told of.
func owe(t *testing.T, db bot.Store, at time.Time) {
	t.Helper()
	err := db.Update(t.Context(), func(tx bot.Tx) error {
		chat := bot.Destination{
			ID: "tg:-1", Account: "tg", Address: bot.Address{Channel: "-1"}, Audience: bot.Families,
			Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"}, Follows: []bot.PlatformID{"ent"},
		}
		if err := tx.PutDestination(chat); err != nil {
			return err
		}
		if err := tx.PutStanding(bot.Standing{Platform: "ent", Condition: bot.Unreachable, Since: at, CheckedAt: at}); err != nil {
			return err
		}
		i, err := tx.AddIncident(bot.Incident{
			Platform: "ent", Condition: bot.Unreachable, Worst: bot.Unreachable, Revision: 1, Since: at, OpenedAt: at, ChangedAt: at,
		})
		if err != nil {
			return err
		}
		return tx.Owe(i, bot.Reach{bot.Families: {"ent"}}, true, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scrape serves the metrics and reads them once.
func scrape(t *testing.T, m *metrics) string {
	t.Helper()
	var network net.ListenConfig
	listener, err := network.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.serve(ctx, listener) }()
	page, err := fetch(fmt.Sprintf("http://%s/metrics", listener.Addr()))
	if err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return page
}
