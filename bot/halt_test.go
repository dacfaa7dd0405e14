package bot_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
)

// TestChecksAreStopped: the open outage says that nobody looks any more, what comes late says nothing, and what was seen
// before says nothing afterwards, over a stop of the program.
func TestChecksAreStopped(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		stop := s.plan()
		desk := s.office()
		s.see("uuuddd")
		s.wantShown("-1", "bulletin down r1")
		s.order(desk, "7", "suspendre ENT 2h", "halted")
		s.wantShown("-1", "bulletin unverifiable r2")
		s.order(desk, "7", "suspendre ENT 2h", "halted") // delivered twice
		s.see("uuu")
		s.wantShown("-1", "bulletin unverifiable r2")
		if v := s.view(); v.Condition != bot.Unverifiable || v.Reason != bot.ReasonHalted || v.Since.Before(at(24, 12, 0)) {
			t.Errorf("readers see %s (%s) since %v", v.Condition, v.Reason, v.Since)
		}
		stop = s.again(stop)
		until(at(24, 13, 50))
		s.wantShown("-1", "bulletin unverifiable r2")
		until(at(24, 14, 5)) // checked again, by itself
		s.wantShown("-1", "bulletin unverifiable r2")
		stop = s.again(stop)
		s.see("u")
		s.wantShown("-1", "bulletin unverifiable r2") // once is not enough
		s.see("u")
		s.wantShown("-1", "bulletin normal r3", "back normal r3")
		stop()
		want := []string{"claire: suspendre ent jusqu’au 24/11 14:00", "claire: suspendre ent : fin au terme prévu"}
		if diff := cmp.Diff(want, s.deeds()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestChecksGoOn: another operator ends what one began; a platform that worked is not told of at all, and an outage that
// begins meanwhile is seen afterwards.
func TestChecksGoOn(t *testing.T) {
	atDesk(t, func(s *stage, desk *bot.Desk, at func(int, int, int) time.Time) {
		s.see("uuu")
		s.order(desk, "8", "suspendre ENT fin", "halt_unknown")
		s.order(desk, "7", "suspendre ENT", "halted")
		s.order(desk, "8", "suspendre ENT jusqu'à demain 8h", "halted")
		s.order(desk, "8", "suspendre", "halts")
		if v := s.view(); v.Condition != bot.Unverifiable {
			t.Errorf("readers see %s", v.Condition)
		}
		s.order(desk, "8", "suspendre ENT fin", "halt_ended")
		s.order(desk, "7", "suspendre ENT fin", "halt_unknown")
		s.order(desk, "7", "suspendre", "halt_none")
		if v := s.view(); v.Condition != bot.Unverifiable { // nobody has looked yet
			t.Errorf("readers see %s", v.Condition)
		}
		s.wantShown("-1")
		s.see("ddd")
		s.wantShown("-1", "bulletin down r1")
		want := []string{
			"claire: suspendre ent jusqu’au 25/11 12:00", "karim: suspendre ent jusqu’au 25/11 08:00", "karim: suspendre ent fin",
		}
		if diff := cmp.Diff(want, s.deeds()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestStatedWhileChecksAreStopped: what an operator states needs no check.
func TestStatedWhileChecksAreStopped(t *testing.T) {
	atDesk(t, func(s *stage, desk *bot.Desk, _ func(int, int, int) time.Time) {
		s.see("uuu")
		s.order(desk, "7", "incident ouvrir ENT inaccessible", "opened")
		s.order(desk, "7", "suspendre ENT 3 jours", "halted")
		s.wantShown("-1", "bulletin down r1")
		s.order(desk, "7", "incident clore ENT", "closed")
		s.wantShown("-1", "bulletin normal r2", "back normal r2")
	})
}

func TestHaltsRefused(t *testing.T) {
	atDesk(t, func(s *stage, desk *bot.Desk, _ func(int, int, int) time.Time) {
		for typed, want := range map[string]string{
			"Ecole": "no_platform", "ENT bientôt": "halt_when", "ENT 31 jours": "halt_when", "ENT jusqu'à hier": "halt_when",
			"ENT 2h maintenant": "halt_when", "ENT 0 h": "halt_when", "ENT jusqu'au 27/12": "halt_when",
		} {
			s.order(desk, "7", "suspendre "+typed, want)
		}
		s.order(desk, "9", "suspendre ENT", "reserved")
		if deeds := s.deeds(); len(deeds) > 0 {
			t.Errorf("kept %v", deeds)
		}
	})
}

// TestNoRunWhileChecksAreStopped: of two platforms one is not asked, by schedule or out of turn, until the time is over.
func TestNoRunWhileChecksAreStopped(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		var orders bot.Orders
		asked, other := newTarget(after(0, 'u')), newTarget(after(0, 'u'))
		every := cron.Every(10 * time.Second)
		patrol := &bot.Patrol{
			Rounds: []bot.Round{
				{Check: "ent/a", Platform: "ent", Checker: asked, Schedule: every, Limit: time.Second},
				{Check: "cned/a", Platform: "cned", Checker: other, Schedule: every, Limit: time.Second},
			},
			Watch: nobody{}, Burst: bot.DefaultBurst(), Logger: slog.New(slog.DiscardHandler), Orders: &orders,
		}
		since := time.Now().Truncate(time.Millisecond)
		err := s.store.Update(s.t.Context(), func(tx bot.Tx) error {
			return tx.PutHalt(bot.Halt{Platform: "ent", Since: since, Until: since.Add(time.Hour), Who: "claire"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := orders.Read(s.t.Context(), s.store); err != nil {
			t.Fatal(err)
		}
		stop := running(s.t, patrol.Run)
		time.Sleep(time.Hour - time.Second)
		patrol.Ask("ent")
		synctest.Wait()
		if n := asked.count(since); n > 0 || other.count(since) < 300 {
			t.Errorf("asked %d times, and the other %d times", n, other.count(since))
		}
		time.Sleep(30 * time.Second)
		stop()
		if n := asked.count(since); n < 2 {
			t.Errorf("asked %d times after the time was over", n)
		}
	})
}

// TestAPlaceKnowsWhatIsNotChecked: another place says that nothing can be said, whatever it saw before.
func TestAPlaceKnowsWhatIsNotChecked(t *testing.T) {
	onStage(t, nil, func(s *stage) {
		var orders bot.Orders
		lookout := bot.NewLookout(bot.LookoutConfig{
			Store: s.store, Guard: alwaysOnline{}, Platforms: s.platforms, Rule: bot.DefaultRule(), Vantage: "lyon", Holder: "h1",
			Logger: slog.New(slog.DiscardHandler), Ask: func(bot.PlatformID) {}, Offline: func(bool) {}, Orders: &orders,
		})
		err := s.store.Update(s.t.Context(), func(tx bot.Tx) error { return tx.ExpectVantage("lyon") })
		if err != nil {
			t.Fatal(err)
		}
		stop := running(s.t, lookout.Run)
		see := func(story string) {
			for _, letter := range story {
				if _, err := lookout.Observe(s.t.Context(), verdictOf(letter, "ent/a", time.Now())); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
			}
			time.Sleep(10 * time.Second)
		}
		see("uuu")
		if got := s.viewsOf("lyon"); !slices.Equal(got, []string{"normal "}) {
			t.Errorf("lyon sees %q", got)
		}
		now := time.Now().Truncate(time.Millisecond)
		err = s.store.Update(s.t.Context(), func(tx bot.Tx) error {
			return tx.PutHalt(bot.Halt{Platform: "ent", Since: now, Until: now.Add(time.Minute), Who: "claire"})
		})
		if err != nil {
			t.Fatal(err)
		}
		see("uu")
		if got := s.viewsOf("lyon"); !slices.Equal(got, []string{"unverifiable halted"}) {
			t.Errorf("lyon sees %q", got)
		}
		time.Sleep(time.Minute)
		see("uu")
		stop()
		if got := s.viewsOf("lyon"); !slices.Equal(got, []string{"normal "}) {
			t.Errorf("lyon sees %q", got)
		}
	})
}

// viewsOf lists what a place sees, with the reasons.
func (s *stage) viewsOf(vantage string) (list []string) {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		views, err := tx.Views(vantage)
		for _, v := range views {
			list = append(list, string(v.Condition)+" "+string(v.Reason))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// nobody takes no note of verdicts.
type nobody struct{}

func (nobody) Observe(context.Context, bot.Verdict) (bool, error) { return false, nil }

// running runs a part beside a test until the function that it returns is called.
func running(t *testing.T, run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
