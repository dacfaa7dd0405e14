package bot_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/trace"
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
			tr := readTrace(t, file)
			row = held(t, tr, play(t, tr))
		})
		table.WriteString(row)
	}
	t.Logf("\n%s", table.String())
}

var traceFolder = flag.String("traces", "testdata/traces", "the folder of the traces to replay") //nolint:gochecknoglobals // a flag of the test

// traceOf reads a trace of ours.
func traceOf(t *testing.T, name string) *trace.Trace {
	t.Helper()
	return readTrace(t, filepath.Join("testdata", "traces", name+".trace"))
}

func readTrace(t *testing.T, path string) *trace.Trace {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, err := trace.Read(file, path)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// play plays a trace on a real SQLite file in a bubble.
func play(t *testing.T, tr *trace.Trace) (r trace.Result) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "panneau.db")
	synctest.Test(t, func(t *testing.T) {
		logger := slog.New(slog.NewTextHandler(t.Output(), nil))
		db, err := store.OpenSQLite(t.Context(), path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		player := trace.Player{Store: db, Renderer: plainWords{named: true}, Rule: bot.DefaultRule(), Logger: logger}
		if r, err = player.Play(t.Context(), tr); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// stageAt sets the stage of a trace at its beginning, with what it says under way.
func stageAt(t *testing.T, tr *trace.Trace, test func(s *stage)) {
	onStageOf(t, tr.Platforms, tr.Chats, func(s *stage) {
		if err := s.halt(); err != nil {
			s.t.Error(err)
		}
		time.Sleep(time.Until(tr.Start.Add(-time.Minute)))
		s.guard, s.panel = tr.Guard(trace.Here), tr.Panel()
		patrol := tr.Patrol(trace.Here)
		s.ask = patrol.Ask
		s.place = tr.Start.Location()
		s.start()
		patrol.Watch = s.watch
		time.Sleep(time.Until(tr.Start))
		ctx, stop := context.WithCancel(s.t.Context())
		done := make(chan error, 1)
		go func() { done <- tr.Drive(ctx, s.watch, patrol, s.store) }()
		test(s)
		stop()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	})
}

// held compares what was told with what was true, and returns the row of the table.
func held(t *testing.T, tr *trace.Trace, r trace.Result) string {
	t.Helper()
	wrong, missed := 0, 0
	var told, over []time.Duration
	for _, i := range r.Incidents {
		if !slices.ContainsFunc(tr.Outages, func(o trace.Outage) bool { return o.Covers(i, tr.End) }) {
			wrong++
			t.Errorf("told of %s: %s from %s, which was no outage", i.Platform, i.Worst, i.Since.In(tr.Start.Location()).Format(time.TimeOnly))
		}
	}
	for _, o := range tr.Outages {
		at := slices.IndexFunc(r.Incidents, func(i bot.Incident) bool { return o.Covers(i, tr.End) })
		if at < 0 {
			missed++
			t.Errorf("did not tell of %s: %s from %s", o.Platform, o.Condition, o.From.Format(time.TimeOnly))
			continue
		}
		i := r.Incidents[at]
		told = append(told, i.OpenedAt.Sub(o.From))
		if late := i.OpenedAt.Sub(o.From); late > tr.Within {
			t.Errorf("told of %s after %v, want at most %v", o.Platform, late, tr.Within)
		}
		if i.Worst != o.Condition {
			t.Errorf("told %s as %s, want %s", o.Platform, i.Worst, o.Condition)
		}
		if ended := o.To.Before(tr.End); ended != !i.Open() {
			t.Errorf("%s: over %v, told to be over %v", o.Platform, ended, !i.Open())
		} else if ended {
			over = append(over, i.ChangedAt.Sub(o.To))
		}
	}
	var heard []string
	for _, chat := range tr.Chats {
		channel := chat.Address.Channel
		n := r.Heard(channel)
		heard = append(heard, fmt.Sprintf("%s %d", channel, n))
		if limit := tr.Rings[channel]; limit >= 0 && n > limit {
			t.Errorf("%s heard %d messages, want at most %d: %v", channel, n, limit, r.Lines[channel])
		}
		if n < tr.Heard[channel] {
			t.Errorf("%s heard %d messages, want at least %d: %v", channel, n, tr.Heard[channel], r.Lines[channel])
		}
	}
	return fmt.Sprintf("%-34s %6d %6d %9s %9s  %s\n", tr.Name, wrong, missed, longest(told), longest(over), strings.Join(heard, ", "))
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
		tr := traceOf(t, name)
		held(t, tr, play(t, tr))
	}
}
