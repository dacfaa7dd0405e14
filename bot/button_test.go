package bot_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// TestDividedButtons stand beneath the last part of the first language, and every part has room for them.
func TestDividedButtons(t *testing.T) {
	m := bot.Message{
		Lang: "fr", Title: "Titre", Summary: strings.Repeat("Une phrase. ", 20), Buttons: []bot.Button{{Label: "Détails", Data: "d"}},
		Also: []bot.Message{{Lang: "ar", Title: "Autre", Summary: strings.Repeat("Encore une. ", 20)}},
	}
	pages, err := m.Divide(func(m bot.Message) bool {
		return len(m.Title)+len(m.Summary) <= 100-30*len(m.Buttons) && len(m.Also) == 0
	})
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for i, page := range pages {
		if page.Lang == "fr" {
			last = i
			if n := len(page.Title) + len(page.Summary); n > 70 {
				t.Errorf("part %d has no room for the buttons: %d", i, n)
			}
		}
	}
	for i, page := range pages {
		if (len(page.Buttons) == 1) != (i == last) {
			t.Errorf("part %d of %d has %d buttons", i, len(pages), len(page.Buttons))
		}
	}
}

// TestSealIsShared gives two replicas on one database the same key, which survives a restart, and refuses a broken one.
func TestSealIsShared(t *testing.T) {
	file := filepath.Join(t.TempDir(), "panneau.db")
	var data []string
	for range 2 {
		s, err := store.OpenSQLite(t.Context(), file, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var seal bot.Seal
		if err := seal.Load(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		data = append(data, bot.SealedFor(&seal, "tg", bot.ActionShareDetails, 1<<62))
		for what, other := range map[string]string{
			"account": bot.SealedFor(&seal, "slack", bot.ActionShareDetails, 1<<62), "incident": bot.SealedFor(&seal, "tg", bot.ActionShareDetails, 1),
			"action": bot.SealedFor(&seal, "tg", bot.ActionTell, 1<<62),
		} {
			if other[len(other)-16:] == data[0][len(data[0])-16:] {
				t.Errorf("another %s is signed alike", what)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if data[0] != data[1] || len(data[0]) > bot.MaxData || strings.Trim(data[0], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
		t.Errorf("data %q", data)
	}
	broken, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broken.Close() })
	err = broken.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.SealKey("secret")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := new(bot.Seal).Load(t.Context(), broken); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a key of another size is loaded, or shown: %v", err)
	}
}

// TestAttention has a platform checked a minute apart while readers signal something, and for a while after; not when the
// incident is over.
func TestAttention(t *testing.T) {
	file := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		s, err := store.OpenSQLite(t.Context(), file, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		asked := 0
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			_ = bot.Attention{Store: s, Fail: func(err error) { t.Error(err) }, Ask: func(p bot.PlatformID) {
				mu.Lock()
				defer mu.Unlock()
				if p == "cned" {
					asked++
				}
			}}.Run(ctx)
		})
		step := func(what string, wait time.Duration, least, most int) {
			t.Helper()
			time.Sleep(wait)
			mu.Lock()
			defer mu.Unlock()
			if asked < least || asked > most {
				t.Errorf("%s: asked %d times, want %d to %d", what, asked, least, most)
			}
			asked = 0
		}
		incident := bot.Incident{Platform: "cned", Condition: bot.Unreachable, Since: time.Now(), OpenedAt: time.Now(), Revision: 1}
		signal := func() {
			t.Helper()
			err := s.Update(t.Context(), func(tx bot.Tx) (err error) {
				if incident.ID == 0 {
					incident, err = tx.AddIncident(incident)
				}
				if err != nil {
					return err
				}
				return tx.AddSignals(incident.ID, "-1", bot.Signals{Also: 1}, 9, time.Now())
			})
			if err != nil {
				t.Error(err)
			}
		}
		step("nothing is said", time.Hour, 0, 0)
		signal()
		step("after a signal", 30*time.Second, 1, 1)
		for range 30 {
			signal()
		}
		step("after many", time.Hour, 9, 11)
		signal()
		incident.Revision, incident.Condition, incident.ResolvedAt = 2, bot.Normal, time.Now()
		if err := s.Update(t.Context(), func(tx bot.Tx) error { return tx.ReviseIncident(incident) }); err != nil {
			t.Error(err)
		}
		step("after the end", time.Hour, 0, 0)
		stop()
		running.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
