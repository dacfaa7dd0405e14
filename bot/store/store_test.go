package store_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

func openSQLite(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau é #1.db"), quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// engines runs a test on every engine that is at hand: SQLite always, PostgreSQL where storetest finds a server.
func engines(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, storetest.OpenPostgres(t)) })
}

func at(minute int) time.Time { return time.Date(2021, 4, 6, 6, minute, 0, 0, time.UTC) }

func update(t *testing.T, s *store.Store, f func(bot.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *store.Store, f func(bot.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func cned(revision int64, condition bot.Condition) bot.Incident {
	return bot.Incident{
		Platform: "cned", Condition: condition, Worst: bot.Unreachable, Since: at(0), OpenedAt: at(1), ChangedAt: at(1),
		Revision: revision, Reason: bot.ReasonRefused, Evidence: bot.Evidence{Address: "192.0.2.1:443"},
	}
}

func chat(id string, audience bot.Audience, follows ...bot.PlatformID) bot.Destination {
	return bot.Destination{
		ID: bot.DestinationID(id), Account: "tg", Address: bot.Address{Channel: id}, Audience: audience,
		Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"}, Follows: follows,
	}
}

func TestStandingsAndTracks(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		standing := bot.Standing{
			Platform: "cned", Condition: bot.Unreachable, Since: at(1), CheckedAt: at(3), Reason: bot.ReasonDNS,
			Evidence: bot.Evidence{Status: 503, Latency: 12 * time.Millisecond, TLSExpiry: at(9)},
		}
		verdicts := []bot.Verdict{
			{Check: "cned/a", Platform: "cned", Vantage: "ici", At: at(1), Outcome: bot.Down, Reason: bot.ReasonDNS},
			{Check: "cned/a", Platform: "cned", Vantage: "ici", At: at(2), Outcome: bot.Up, Evidence: bot.Evidence{Status: 200}},
			{Check: "cned/a", Platform: "cned", Vantage: "ici", At: at(3), Outcome: bot.Unknown, Reason: bot.ReasonBlockedUs},
		}
		track := bot.Track{Check: "cned/a", Platform: "cned", Condition: bot.Unreachable, Since: at(1)}
		for range 2 { // the second time changes nothing
			update(t, s, func(tx bot.Tx) error {
				return errors.Join(tx.PutStanding(standing), tx.PutTrack(track), tx.AddVerdicts(verdicts))
			})
		}
		update(t, s, func(tx bot.Tx) error {
			later := bot.Verdict{Platform: "cned", At: at(5)}
			earlier := bot.Verdict{Platform: "cned", At: at(2)}
			return tx.TouchStandings([]bot.Verdict{later, earlier})
		})
		standing.CheckedAt, track.Recent = at(5), verdicts[1:]
		view(t, s, func(tx bot.Tx) error {
			standings, err := tx.Standings()
			if diff := cmp.Diff([]bot.Standing{standing}, standings); diff != "" || err != nil {
				t.Error(diff, err)
			}
			tracks, err := tx.Tracks(2)
			if diff := cmp.Diff([]bot.Track{track}, tracks); diff != "" || err != nil {
				t.Error(diff, err)
			}
			return nil
		})
	})
}

func TestCertificateWarnings(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		expiry := time.Now().Add(24 * time.Hour)
		for _, step := range []struct {
			warning bot.CertificateWarning
			news    bool
		}{
			{bot.CertificateWarning{Host: "a:443", Expiry: expiry, Days: 21}, true},
			{bot.CertificateWarning{Host: "a:443", Expiry: expiry, Days: 21}, false},
			{bot.CertificateWarning{Host: "b:443", Expiry: expiry, Days: 21}, true},
			{bot.CertificateWarning{Host: "a:443", Expiry: expiry, Days: 1}, true},
			{bot.CertificateWarning{Host: "a:443", Expiry: expiry, Days: 7}, false},
			{bot.CertificateWarning{Host: "a:443", Expiry: expiry.Add(time.Hour), Days: 7}, true},
		} {
			update(t, s, func(tx bot.Tx) error {
				news, err := tx.WarnOfCertificate(step.warning)
				if news != step.news {
					t.Errorf("%+v: news %v, want %v", step.warning, news, step.news)
				}
				return err
			})
		}
	})
}

func TestOneOpenIncidentPerPlatform(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		var first bot.Incident
		update(t, s, func(tx bot.Tx) (err error) {
			first, err = tx.AddIncident(cned(1, bot.Unreachable))
			return err
		})
		err := s.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.AddIncident(cned(1, bot.Saturated))
			return err
		})
		if !errors.Is(err, bot.ErrConflict) {
			t.Fatalf("a second open incident: %v, want ErrConflict", err)
		}
		first.Revision, first.Before, first.Condition, first.ResolvedAt = 2, bot.Unreachable, bot.Normal, at(9)
		update(t, s, func(tx bot.Tx) error { return tx.ReviseIncident(first) })
		err = s.Update(t.Context(), func(tx bot.Tx) error { return tx.ReviseIncident(first) })
		if !errors.Is(err, bot.ErrConflict) {
			t.Fatalf("the same revision twice: %v, want ErrConflict", err)
		}
		var second bot.Incident
		update(t, s, func(tx bot.Tx) (err error) {
			second, err = tx.AddIncident(cned(1, bot.Saturated))
			return err
		})
		view(t, s, func(tx bot.Tx) error {
			all, err := tx.LastIncidents(9)
			if diff := cmp.Diff([]bot.Incident{second, first}, all); diff != "" || err != nil {
				t.Error(diff, err)
			}
			newest, err := tx.NewestIncidents()
			if diff := cmp.Diff([]bot.Incident{second}, newest); diff != "" || err != nil {
				t.Error(diff, err)
			}
			open, err := tx.OpenIncidents()
			if diff := cmp.Diff([]bot.Incident{second}, open); diff != "" || err != nil {
				t.Error(diff, err)
			}
			_, err = tx.Incident(99)
			if !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("an incident that is not there: %v", err)
			}
			return nil
		})
	})
}

func TestAFailedUpdateLeavesNothing(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		failure := errors.New("no")
		err := s.Update(t.Context(), func(tx bot.Tx) error {
			if _, err := tx.AddIncident(cned(1, bot.Unreachable)); err != nil {
				t.Error(err)
			}
			return failure
		})
		if !errors.Is(err, failure) {
			t.Fatalf("got %v", err)
		}
		view(t, s, func(tx bot.Tx) error {
			all, err := tx.LastIncidents(9)
			if len(all) != 0 || err != nil {
				t.Errorf("left behind: %v %v", all, err)
			}
			return nil
		})
	})
}

func TestViewCannotWrite(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		err := s.View(t.Context(), func(tx bot.Tx) error { return tx.PutStanding(bot.Standing{Platform: "cned"}) })
		if err == nil {
			t.Error("a view wrote")
		}
	})
}

func TestDestinations(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		parents := chat("-1", bot.Families, "cned", "ent")
		parents.Place.Location, _ = time.LoadLocation("Indian/Reunion")
		update(t, s, func(tx bot.Tx) error { return tx.PutDestination(parents) })
		update(t, s, func(tx bot.Tx) error { return tx.MoveChannel("tg", "-1", "-1001") })
		parents.Languages, parents.Follows = []string{"fr", "ar"}, []bot.PlatformID{"cned"}
		update(t, s, func(tx bot.Tx) error { return tx.PutDestination(parents) })
		parents.Address.Channel = "-1001" // what the platform moved stays moved
		view(t, s, func(tx bot.Tx) error {
			all, err := tx.Destinations()
			if diff := cmp.Diff([]bot.Destination{parents}, all, cmp.Comparer(sameZone)); diff != "" || err != nil {
				t.Error(diff, err)
			}
			found, err := tx.DestinationAt("tg", bot.Address{Channel: "-1001", Thread: "7"})
			if diff := cmp.Diff(parents, found, cmp.Comparer(sameZone)); diff != "" || err != nil {
				t.Error(diff, err)
			}
			if _, err = tx.DestinationAt("tg", bot.Address{Channel: "-1"}); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("the old address: %v", err)
			}
			return nil
		})
	})
}

func sameZone(a, b *time.Location) bool { return a.String() == b.String() }

func TestWorkCountsStatementsAndTransactions(t *testing.T) {
	engines(t, func(t *testing.T, s *store.Store) {
		before := s.Work()
		update(t, s, func(tx bot.Tx) error { return tx.PutDestination(chat("-1", bot.Families)) })
		view(t, s, func(tx bot.Tx) error {
			_, err := tx.OpenIncidents()
			return err
		})
		after := s.Work()
		got := store.Work{Statements: after.Statements - before.Statements, Transactions: after.Transactions - before.Transactions}
		if want := (store.Work{Statements: 3, Transactions: 2}); got != want { // a destination is an insert and a delete
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}
