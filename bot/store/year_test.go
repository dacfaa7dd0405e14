package store_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// wholeYear makes TestAYearIsSmall write every row instead of a share of them.
var wholeYear = flag.Bool("whole-year", false, "fill the database of TestAYearIsSmall with every row of a year")

const (
	yearPlatforms = 200
	yearDays      = 400     // that hours are kept, which is more than a year
	yearMinutes   = 48 * 60 // that single verdicts are kept
)

// TestAYearIsSmall fills a database as 200 platforms, checked once a minute, leave it after a year: 400 days of hours and
// 48 hours of single verdicts, written as Watch writes them, with incidents and 300 chats that were told of them. Hours
// and verdicts are 99 % of the rows: an ordinary run writes a fortieth of each and counts their room forty times.
func TestAYearIsSmall(t *testing.T) {
	share := 40
	if *wholeYear {
		share = 1
	}
	path := filepath.Join(t.TempDir(), "panneau.db")
	s, err := store.OpenSQLite(t.Context(), path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begun := time.Now()
	empty := grown(t, s, path, 0)
	fillHours(t, s, yearDays/share)
	hours := grown(t, s, path, empty)
	fillIncidents(t, s)
	incidents := grown(t, s, path, empty+hours)
	written := fillVerdicts(t, s, yearMinutes/share)
	verdicts := grown(t, s, path, empty+hours+incidents)
	const mb = 1e6
	total := empty + int64(share)*(hours+verdicts) + incidents
	t.Logf("one in %d written: %d days of hours %.1f MB, incidents and deliveries %.1f MB, 48 h of verdicts %.1f MB (%d bytes each): %.1f MB in all, filled in %v",
		share, yearDays, float64(int64(share)*hours)/mb, float64(incidents)/mb, float64(int64(share)*verdicts)/mb, verdicts/int64(written),
		float64(total)/mb, time.Since(begun).Round(time.Second/10))
	if total > 500*mb {
		t.Errorf("a year takes %.1f MB, over 500", float64(total)/mb)
	}
	measureWaits(t, s, path)
}

// measureWaits logs how long a write has to wait while the database is inspected, backed up, and while the oldest
// verdicts are forgotten in steps. It asserts that all of them are, not how fast: that depends on the machine.
func measureWaits(t *testing.T, s *store.Store, path string) {
	t.Helper()
	during := func(what string, f func() error) {
		t.Helper()
		stop, longest := make(chan struct{}), make(chan time.Duration)
		go func() { longest <- longestWrite(t, s, stop) }()
		begun := time.Now()
		err := f()
		took := time.Since(begun)
		close(stop)
		t.Logf("%s: %v, the longest write meanwhile %v", what, took.Round(time.Millisecond), (<-longest).Round(time.Millisecond))
		if err != nil {
			t.Error(err)
		}
	}
	during("an inspection", func() error {
		_, err := store.Inspect(t.Context(), path)
		return err
	})
	during("a backup", func() error {
		_, err := store.BackUp(t.Context(), path, t.TempDir(), at(0))
		return err
	})
	forgotten := 0
	during("20 steps of forgetting", func() error {
		for range 20 {
			err := s.Update(t.Context(), func(tx bot.Tx) error {
				n, err := tx.PruneVerdicts(at(yearMinutes), 500)
				forgotten += n
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if forgotten != 20*500 {
		t.Errorf("forgot %d verdicts, want %d", forgotten, 20*500)
	}
}

// longestWrite writes a little, again and again, and returns how long the longest write took.
func longestWrite(t *testing.T, s *store.Store, stop <-chan struct{}) (longest time.Duration) {
	for {
		select {
		case <-stop:
			return longest
		default:
		}
		begun := time.Now()
		err := s.Update(t.Context(), func(tx bot.Tx) error { return tx.PutStanding(bot.Standing{Platform: "ent"}) })
		if err != nil {
			t.Error(err)
		}
		longest = max(longest, time.Since(begun))
	}
}

// grown is by how much the file is larger than before once everything is in it.
func grown(t *testing.T, s *store.Store, path string, before int64) int64 {
	t.Helper()
	if err := store.Checkpoint(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size() - before
}

func yearPlatform(i int) bot.PlatformID { return bot.PlatformID(fmt.Sprintf("ent-academie-%03d", i)) }

func yearCheck(i int) bot.CheckID { return bot.CheckID(yearPlatform(i) + "/accueil") }

// fillHours writes an hour of all checks at a time for the last days, as Watch does, so that keys come in that order.
// The others are written a day at a time: the rows are the same, without 24 times the work.
func fillHours(t *testing.T, s *store.Store, days int) {
	t.Helper()
	const hourly = 3
	for day := range days {
		var list []bot.Hour
		for hour := range 24 {
			for i := range yearPlatforms {
				list = append(list, bot.Hour{
					Platform: yearPlatform(i), Check: yearCheck(i), Vantage: "local",
					Start: at(0).Add(time.Duration(day*24+hour) * time.Hour), Up: 57, Slow: 1, Down: i % 3, Unknown: i % 2,
					Median: time.Duration(80+i) * time.Millisecond, NineInTen: time.Duration(1200+hour*day%300) * time.Millisecond,
				})
			}
			if day >= days-hourly {
				update(t, s, func(tx bot.Tx) error { return tx.PutHours(list) })
				list = nil
			}
		}
		update(t, s, func(tx bot.Tx) error { return tx.PutHours(list) })
	}
}

// fillIncidents writes 12 incidents a platform and year with 6 revisions each, and the deliveries of the last month's to
// 300 chats that follow a tenth of the platforms each.
func fillIncidents(t *testing.T, s *store.Store) {
	t.Helper()
	const chats, perPlatform = 300, 12
	update(t, s, func(tx bot.Tx) error {
		for i := range chats {
			d := chat(fmt.Sprintf("-100123456%04d", i), bot.Families)
			for p := range yearPlatforms / 10 {
				d.Follows = append(d.Follows, yearPlatform((i+p*10)%yearPlatforms))
			}
			if err := tx.PutDestination(d); err != nil {
				return err
			}
		}
		return nil
	})
	for n := range perPlatform {
		update(t, s, func(tx bot.Tx) error {
			for i := range yearPlatforms {
				if err := oneIncident(tx, yearPlatform(i), n == perPlatform-1); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func oneIncident(tx bot.Tx, platform bot.PlatformID, told bool) error {
	i := cned(1, bot.Unreachable)
	i.Platform, i.Evidence = platform, yearEvidence(0)
	i, err := tx.AddIncident(i)
	if err != nil {
		return err
	}
	if told {
		if err := tx.Owe(i, bot.Reach{bot.Families: {platform}}, true, at(1)); err != nil {
			return err
		}
		tasks, _, err := tx.Due("tg", at(1), 1000)
		if err != nil {
			return err
		}
		for _, task := range tasks {
			d := task.Delivery
			d.Told, d.Heard, d.Receipt = 6, bot.Normal, bot.Receipt{Channel: string(d.Destination), IDs: []string{"123456"}}
			if err := tx.Settle(d, bot.Flight{}, 1, time.Time{}); err != nil {
				return err
			}
		}
	}
	for range 5 {
		i.Revision++
		i.Condition, i.ResolvedAt = bot.Normal, at(9)
		if err := tx.ReviseIncident(i); err != nil {
			return err
		}
	}
	return nil
}

func yearEvidence(i int) bot.Evidence {
	return bot.Evidence{
		URL: "https://ent.academie.example.fr/accueil/", Status: 200, Latency: 123456789 * time.Duration(1+i%9),
		Address: "192.0.2.17:443", TLSExpiry: at(7),
	}
}

// fillVerdicts writes some minutes of verdicts, a minute of all checks at a time, and returns how many.
func fillVerdicts(t *testing.T, s *store.Store, minutes int) (written int) {
	t.Helper()
	for minute := range minutes {
		var list []bot.Verdict
		for i := range yearPlatforms {
			list = append(list, bot.Verdict{
				Check: yearCheck(i), Platform: yearPlatform(i), Vantage: "local", At: at(minute).Add(time.Duration(i) * time.Millisecond),
				Outcome: bot.Up, Evidence: yearEvidence(i),
			})
		}
		update(t, s, func(tx bot.Tx) error { return tx.AddVerdicts(list) })
		written += len(list)
	}
	return written
}
