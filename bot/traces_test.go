package bot_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
)

// TestTraces replays every trace of a folder through the real patrol, judge, ledger and speaker in simulated time. No
// outage may be missed, none announced that was none, and no chat may hear more than the trace allows.
//
// `.ci/traces FOLDER` runs those of another folder.
func TestTraces(t *testing.T) {
	folder := *traceFolder
	files, err := filepath.Glob(filepath.Join(folder, "*.trace"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in %s: %v", folder, err)
	}
	if raced { // every fourth is enough for races
		files = slices.DeleteFunc(files, func(file string) bool { return slices.Index(files, file)%4 != 0 })
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-34s %6s %6s %9s %9s  %s\n", "trace", "false", "missed", "told in", "over in", "audible")
	for _, file := range files {
		var row string
		t.Run(filepath.Base(file), func(t *testing.T) {
			trace, err := readTrace(file)
			if err != nil {
				t.Fatal(err)
			}
			row = replay(t, trace)
		})
		table.WriteString(row)
	}
	t.Logf("\n%s", table.String())
}

var traceFolder = flag.String("traces", "testdata/traces", "the folder of the traces to replay") //nolint:gochecknoglobals // a flag of the test

// replay plays one trace and returns its row of the table.
func replay(t *testing.T, trace *trace) (row string) {
	for _, s := range trace.scenes {
		if _, known := sights()[s.state]; !known && !slices.Contains(states(), s.state) && s.platform != uplink && s.platform != uplink6 && s.platform != process {
			t.Fatalf("unknown state %q, want one of %v", s.state, states())
		}
	}
	stageAt(t, trace, func(s *stage) {
		time.Sleep(time.Until(trace.end))
		synctest.Wait()
		var incidents []bot.Incident
		err := s.store.View(s.t.Context(), func(tx bot.Tx) (err error) {
			incidents, err = tx.LastIncidents(1000)
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
		row = trace.verdict(s, incidents)
	})
	return row
}

// stageAt sets the stage of a trace at its beginning, with a patrol that checks.
func stageAt(t *testing.T, trace *trace, test func(s *stage)) {
	onStageOf(t, trace.platforms, trace.chats, func(s *stage) {
		if err := s.halt(); err != nil {
			s.t.Error(err)
		}
		time.Sleep(time.Until(trace.start.Add(-time.Minute)))
		s.guard, s.panel = wayOut{trace, here}, trace.panel()
		patrol := trace.patrol(here)
		s.ask = patrol.Ask
		s.place = trace.start.Location()
		trace.remember(s)
		s.start()
		trace.learn(s)
		patrol.Watch = s.watch
		time.Sleep(time.Until(trace.start))
		ctx, stop := context.WithCancel(s.t.Context())
		var running sync.WaitGroup
		run := func(f func(context.Context) error) {
			running.Go(func() {
				if err := f(ctx); err != nil {
					s.t.Error(err)
				}
			})
		}
		run(patrol.Run)
		if len(trace.vantages) > 0 || slices.ContainsFunc(trace.platforms, func(p bot.Platform) bool { return p.Ahead > 0 }) {
			run(s.watch.Run)
		}
		for _, vantage := range trace.vantages {
			run(func(ctx context.Context) error { return trace.lookOut(ctx, s, vantage) })
		}
		test(s)
		stop()
		running.Wait()
	})
}

func (t *trace) panel() bot.Panel {
	panel := bot.Panel{Others: t.vantages, Quorum: make(map[bot.PlatformID]int)}
	for _, p := range t.platforms {
		panel.Quorum[p.ID] = t.quorum
	}
	return panel
}

// patrol makes the checks of a place.
func (t *trace) patrol(vantage string) *bot.Patrol {
	patrol := &bot.Patrol{Vantage: vantage, Burst: bot.DefaultBurst(), Logger: slog.New(slog.DiscardHandler)}
	for _, p := range t.platforms {
		for _, check := range t.checks[p.ID] {
			patrol.Rounds = append(patrol.Rounds, bot.Round{
				Check: bot.CheckID(string(p.ID) + "/" + check), Platform: p.ID, Checker: t.probe(vantage, p.ID, check),
				Schedule: cron.Every(t.every), Limit: t.limit + time.Second,
			})
		}
	}
	return patrol
}

// lookOut is the process at another place: it runs except while the trace says that it is stopped.
func (t *trace) lookOut(ctx context.Context, s *stage, vantage string) error {
	for ctx.Err() == nil {
		life, end := context.WithCancel(ctx)
		var running sync.WaitGroup
		if t.now(vantage, process, "*", time.Now()).state != "stopped" {
			patrol := t.patrol(vantage)
			lookout := bot.NewLookout(bot.LookoutConfig{
				Store: s.store, Guard: wayOut{t, vantage}, Platforms: t.platforms, Rule: bot.DefaultRule(), Vantage: vantage,
				Holder: "process of " + vantage, Logger: slog.New(slog.DiscardHandler), Ask: patrol.Ask, Offline: func(bool) {},
			})
			patrol.Watch = lookout
			for _, run := range []func(context.Context) error{patrol.Run, lookout.Run} {
				running.Go(func() {
					if err := run(life); err != nil {
						s.t.Error(err)
					}
				})
			}
		}
		sleep(ctx, time.Until(t.nextTurn(vantage)))
		end()
		running.Wait()
	}
	return nil
}

// nextTurn is when the process at a place stops or starts next.
func (t *trace) nextTurn(vantage string) time.Time {
	for _, s := range t.scenes {
		if s.vantage == vantage && s.platform == process && s.at.After(time.Now()) {
			return s.at
		}
	}
	return t.end.Add(time.Hour)
}

// verdict compares what was told with what was true.
func (t *trace) verdict(s *stage, incidents []bot.Incident) string {
	wrong, missed := 0, 0
	var told, over []time.Duration
	for _, i := range incidents {
		if !slices.ContainsFunc(t.outages, func(o truth) bool { return o.covers(i, t.end) }) {
			wrong++
			s.t.Errorf("told of %s: %s from %s, which was no outage", i.Platform, i.Worst, i.Since.In(t.start.Location()).Format(time.TimeOnly))
		}
	}
	for _, o := range t.outages {
		at := slices.IndexFunc(incidents, func(i bot.Incident) bool { return o.covers(i, t.end) })
		if at < 0 {
			missed++
			s.t.Errorf("did not tell of %s: %s from %s", o.platform, o.condition, o.from.Format(time.TimeOnly))
			continue
		}
		i := incidents[at]
		told = append(told, i.OpenedAt.Sub(o.from))
		if late := i.OpenedAt.Sub(o.from); late > t.within {
			s.t.Errorf("told of %s after %v, want at most %v", o.platform, late, t.within)
		}
		if i.Worst != o.condition {
			s.t.Errorf("told %s as %s, want %s", o.platform, i.Worst, o.condition)
		}
		if ended := o.to.Before(t.end); ended != !i.Open() {
			s.t.Errorf("%s: over %v, told to be over %v", o.platform, ended, !i.Open())
		} else if ended {
			over = append(over, i.ChangedAt.Sub(o.to))
		}
	}
	var heard []string
	for _, chat := range t.chats {
		n := 0
		for _, line := range s.chat.lines(chat.Address.Channel) {
			if !strings.Contains(line, "(silent)") {
				n++
			}
		}
		heard = append(heard, fmt.Sprintf("%s %d", chat.Address.Channel, n))
		if limit := t.rings[chat.Address.Channel]; limit >= 0 && n > limit {
			s.t.Errorf("%s heard %d messages, want at most %d: %q", chat.Address.Channel, n, limit, s.chat.lines(chat.Address.Channel))
		}
		if n < t.heard[chat.Address.Channel] {
			s.t.Errorf("%s heard %d messages, want at least %d: %q", chat.Address.Channel, n, t.heard[chat.Address.Channel], s.chat.lines(chat.Address.Channel))
		}
	}
	return fmt.Sprintf("%-34s %6d %6d %9s %9s  %s\n", t.name, wrong, missed, longest(told), longest(over), strings.Join(heard, ", "))
}

// covers reports whether the incident is the telling of this outage.
func (o truth) covers(i bot.Incident, end time.Time) bool {
	until := end
	if !i.Open() {
		until = i.ResolvedAt
	}
	return i.Platform == o.platform && i.Since.Before(o.to) && !until.Before(o.from)
}

func longest(list []time.Duration) string {
	if len(list) == 0 {
		return "–"
	}
	return slices.Max(list).Round(100 * time.Millisecond).String()
}

// TestR6OwnUplinkCutSaysNothing cuts our own line, once, again and again, and in the middle of a real outage.
func TestR6OwnUplinkCutSaysNothing(t *testing.T) {
	for _, name := range []string{"own-uplink-cut", "own-uplink-flaps", "own-uplink-cut-in-an-outage"} {
		trace, err := readTrace(filepath.Join("testdata", "traces", name+".trace"))
		if err != nil {
			t.Fatal(err)
		}
		replay(t, trace)
	}
}
