package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/trace"
)

// onTrace stops a trace at its end.
func onTrace(t *testing.T, name string, test func(s *stage, tr *trace.Trace)) {
	t.Helper()
	tr := traceOf(t, name)
	stageAt(t, tr, func(s *stage) { test(s, tr) })
}

// passTo lets a trace go on until a time of its first day.
func (s *stage) passTo(tr *trace.Trace, clock string) {
	s.t.Helper()
	c, err := time.Parse("15:04:05"[:len(clock)], clock)
	if err != nil {
		s.t.Fatal(err)
	}
	y, m, d := tr.Start.Date()
	time.Sleep(time.Until(time.Date(y, m, d, c.Hour(), c.Minute(), c.Second(), 0, tr.Start.Location())))
	synctest.Wait()
}

// troubles counts what the operator was told.
func (s *stage) troubles(kind bot.TroubleKind) (list []bot.Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, trouble := range s.trouble {
		if trouble.Kind == kind {
			list = append(list, trouble)
		}
	}
	return list
}

// view is what a chat or the page is shown of the only platform.
func (s *stage) view() bot.PlatformView {
	s.t.Helper()
	board := &bot.Board{Store: s.store, Platforms: s.platforms, Vantages: 1, Panel: s.panel, Offline: func() bool { return false }}
	overview, err := board.Overview(s.t.Context(), nil, bot.Families, bot.Place{Location: time.UTC})
	if err != nil {
		s.t.Fatal(err)
	}
	return overview.Platforms[0]
}

// TestAnOutageSeenElsewhereHasItsPlaces: the good verdicts of the place that decides are no reason of it.
func TestAnOutageSeenElsewhereHasItsPlaces(t *testing.T) {
	onTrace(t, "vantages-without-here", func(s *stage, tr *trace.Trace) {
		s.passTo(tr, "08:01")
		var revisions []bot.Revision
		err := s.store.View(s.t.Context(), func(tx bot.Tx) (err error) {
			revisions, err = tx.Revisions(1)
			return err
		})
		if err != nil || len(revisions) != 1 {
			s.t.Fatalf("%d revisions: %v", len(revisions), err)
		}
		why := revisions[0].Because
		var saw []string
		for _, v := range why.Views {
			saw = append(saw, v.Vantage+" "+string(v.Condition)+" "+string(v.Reason))
		}
		if diff := cmp.Diff([]string{"ici normal ", "lille down reset", "lyon down reset"}, saw); diff != "" || len(why.Verdicts) > 0 {
			s.t.Errorf("because %d verdicts, and of the places %s", len(why.Verdicts), diff)
		}
		s.passTo(tr, "08:06")
	})
}

// TestDisagreementIsShownAndNotBroadcast: one place of three is blind.
func TestDisagreementIsShownAndNotBroadcast(t *testing.T) {
	onTrace(t, "vantage-blind", func(s *stage, tr *trace.Trace) {
		s.passTo(tr, "08:00")
		if got := s.view(); got.Condition != bot.Normal || got.Vantages != 3 || got.Split != (bot.Split{}) {
			s.t.Errorf("before: %+v", got)
		}
		s.passTo(tr, "08:05")
		want := bot.Split{Condition: bot.Unreachable, Count: 1, Of: 3}
		if got := s.view(); got.Condition != bot.Normal || got.Split != want {
			s.t.Errorf("while one place is blind: %+v", got)
		}
		if told := s.troubles(bot.TroubleSplit); len(told) != 1 || told[0].Split != want || told[0].Platform != "ent" {
			s.t.Errorf("the operator was told %+v", told)
		}
		s.passTo(tr, "08:12")
		if got := s.view(); got.Split != (bot.Split{}) {
			s.t.Errorf("after: %+v", got)
		}
		if told := s.troubles(bot.TroubleSplit); len(told) != 1 {
			s.t.Errorf("the operator was told %d times", len(told))
		}
	})
}

// TestSilentPlaceIsToldOnce: a place that stops does not count after half a minute; the operator hears of it once, and
// once when it is back.
func TestSilentPlaceIsToldOnce(t *testing.T) {
	onTrace(t, "vantage-silent", func(s *stage, tr *trace.Trace) {
		s.passTo(tr, "08:00:20")
		if got := s.view(); got.Vantages != 3 {
			s.t.Errorf("after 20 s: %d places count, want 3", got.Vantages)
		}
		s.passTo(tr, "08:00:45")
		if got := s.view(); got.Vantages != 2 {
			s.t.Errorf("after 45 s: %d places count, want 2", got.Vantages)
		}
		s.passTo(tr, "08:11")
		silent, heard := s.troubles(bot.TroubleSilent), s.troubles(bot.TroubleHeard)
		if len(silent) != 1 || silent[0].Vantage != "lille" || len(heard) != 1 || heard[0].Vantage != "lille" {
			s.t.Errorf("silent: %+v, back: %+v", silent, heard)
		}
		if got := s.view(); got.Vantages != 3 {
			s.t.Errorf("in the end: %d places count, want 3", got.Vantages)
		}
	})
}
