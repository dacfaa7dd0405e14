package main

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// scenario is a broadcast that is measured.
type scenario struct {
	name  string
	parts []part
	shut  time.Duration // in the middle the whole bot is refused for so long
	goal  float64       // of a span, in ideal spans
	slack time.Duration // added to the goal
}

func scenarios() []scenario {
	chats := func(account string, n, haste int) part {
		return part{account: bot.AccountID(account), platform: bot.Telegram, chats: n, haste: haste}
	}
	return []scenario{
		{name: "300", parts: []part{chats("telegram", 300, 0)}, goal: 1.03},
		{name: "1000", parts: []part{chats("telegram", 1000, 0)}, goal: 1.03},
		// The limit of 30 a second is 300 here, for the pacer and for the emulator.
		{name: "10000-ten-times-as-fast", parts: []part{chats("telegram", 10_000, 10)}, goal: 1.03},
		{name: "1000-strict", parts: []part{chats("telegram", 1000, 0)}, shut: 2 * time.Second, goal: 1.10},
		{name: "1000-two-accounts", parts: []part{chats("telegram-1", 500, 0), chats("telegram-2", 500, 0)}, goal: 1.03},
		{
			name: "mixed", goal: 1.05, slack: time.Second,
			parts: []part{
				chats("telegram", 1000, 0),
				{account: "discord", platform: bot.Discord, chats: 300},
				{account: "slack", platform: bot.Slack, chats: 300},
			},
		},
	}
}

// BenchmarkBroadcast tells one outage to many chats, over loopback HTTP to the emulators that enforce the published
// limits: from the deciding verdict over a real database file (or PostgreSQL, where a server is named), the speakers and
// the real adapters to what each chat shows. A floor that has no database, a ticker in front of the same adapters, runs
// beside it. A goal that is missed fails the benchmark.
func BenchmarkBroadcast(b *testing.B) {
	for _, s := range scenarios() {
		b.Run("chats="+s.name, func(b *testing.B) {
			var floor measure
			b.Run("floor", func(b *testing.B) {
				for b.Loop() {
					floor = s.floor(b)
				}
				floor.report(b, nil)
			})
			b.Run("engine=sqlite", func(b *testing.B) {
				for b.Loop() {
					db, err := store.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
					if err != nil {
						b.Fatal(err)
					}
					s.run(b, db, true, floor)
					if err := db.Close(); err != nil {
						b.Error(err)
					}
				}
			})
			b.Run("engine=postgres", func(b *testing.B) {
				for b.Loop() {
					s.run(b, storetest.OpenPostgres(b), false, floor)
				}
			})
		})
	}
}

func (s scenario) booths(b *testing.B) []*booth {
	var list []*booth
	for _, p := range s.parts {
		booth := newBooth(b, p, loopback)
		if s.shut > 0 {
			booth.tap.after, booth.tap.then = p.chats/2, func() {
				booth.chat.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: s.shut, Scope: "global"})
			}
		}
		list = append(list, booth)
	}
	return list
}

// run carries the broadcast out and measures it.
func (s scenario) run(b *testing.B, db *store.Store, alone bool, floor measure) {
	line := newStudio(b, db, alone, s.booths(b))
	line.start()
	line.observe(pronote, bot.Up, "", bot.DefaultRule().Good)
	time.Sleep(200 * time.Millisecond) // a program that has just started keeps its distance from the one before
	before, spent := db.Work(), begin()
	line.fail(pronote)
	awaitAll(b, line.booths, s.limit())
	if err := line.halt(); err != nil {
		b.Error(err)
	}
	m := spent.end(line.booths)
	m.shut = s.shut
	m.first = m.firstDelivery().Sub(line.decided)
	work, n := db.Work(), float64(m.messages())
	m.statements = float64(work.Statements-before.Statements) / n
	m.transactions = float64(work.Transactions-before.Transactions) / n
	if owed := line.owed(); owed > 0 {
		b.Errorf("%d deliveries are still owed", owed)
	}
	m.report(b, &floor)
	b.Log(m.summary()) // the metrics of a benchmark that fails are not printed
	s.judge(b, m)
}

// floor sends the same message to the same chats with nothing but a ticker at the published limit.
func (s scenario) floor(b *testing.B) measure {
	booths := scenario{parts: s.parts}.booths(b)
	posting := sample(b)
	spent := begin()
	var loops sync.WaitGroup
	for _, booth := range booths {
		loops.Go(func() { booth.loop(b, posting) })
	}
	loops.Wait()
	return spent.end(booths)
}

// sample renders the message that the broadcast sends.
func sample(b *testing.B) bot.Posting {
	line := newStudio(b, sqliteIn(b, b.TempDir()), true, []*booth{newBooth(b, part{platform: bot.Telegram, chats: 1}, loopback)})
	now := time.Now()
	posting, err := line.writer().Write(b.Context(), bot.Task{
		Delivery: bot.Delivery{Flight: bot.Flight{Act: bot.ActPost, Purpose: bot.PurposeBulletin, Revision: 1}},
		Incident: bot.Incident{
			ID: 1, Platform: pronote, Condition: bot.Unreachable, Worst: bot.Unreachable, Since: now, OpenedAt: now,
			ChangedAt: now, Revision: 1, Reason: bot.ReasonServerError,
		},
		Destination: line.destination(line.booths[0], 0), CheckedAt: now,
	}, now)
	if err != nil {
		b.Fatal(err)
	}
	return posting
}

// sqliteIn opens a database file that is closed at the end of the test.
func sqliteIn(tb testing.TB, dir string) *store.Store {
	tb.Helper()
	db, err := store.OpenSQLite(tb.Context(), filepath.Join(dir, "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// loop posts to every channel, a hundredth slower than the limit; where there is none, 64 at once.
func (b *booth) loop(tb testing.TB, p bot.Posting) {
	pause := time.Microsecond
	if n := b.perSecond(); n > 0 {
		pause = time.Second * 101 / 100 / time.Duration(n)
	}
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	slots := make(chan struct{}, 64)
	var sends sync.WaitGroup
	for i, channel := range b.channels {
		<-ticker.C
		p.To.Channel, p.Key = channel, fmt.Sprint(i)
		slots <- struct{}{}
		sends.Go(func() {
			defer func() { <-slots }()
			_, err := b.notifier.Post(tb.Context(), p)
			if failed, ok := errors.AsType[*bot.DeliveryError](err); ok && failed.Kind != bot.KindThrottled {
				tb.Error(err) // refusals are counted
			}
		})
	}
	sends.Wait()
}

// limit is how long a broadcast may take before the benchmark gives it up.
func (s scenario) limit() time.Duration {
	longest := time.Duration(0)
	for _, p := range s.parts {
		longest = max(longest, p.ideal())
	}
	return 3*longest + time.Minute
}

// awaitAll returns when every chat has its message.
func awaitAll(b *testing.B, booths []*booth, limit time.Duration) {
	deadline := time.Now().Add(limit)
	for _, booth := range booths {
		for booth.tap.done() < booth.chats {
			if time.Now().After(deadline) {
				b.Errorf("%v: after %v only %d have their message", booth.part, limit, booth.tap.done())
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// measure is what a broadcast cost.
type measure struct {
	booths       []*booth
	shut         time.Duration // the part of the ideal in which nothing may be sent
	cpu          time.Duration // of the whole process, the emulators included
	bytes        uint64        // allocated, likewise
	first        time.Duration // from the decision to the arrival of the first message
	statements   float64       // for each message
	transactions float64
}

// spending is where a measure began.
type spending struct {
	cpu   time.Duration
	bytes uint64
}

func begin() spending {
	runtime.GC()
	return spending{cpuTime(), allocated()}
}

func (s spending) end(booths []*booth) measure {
	return measure{booths: booths, cpu: cpuTime() - s.cpu, bytes: allocated() - s.bytes}
}

// cpuTime is the processor time that the process has used.
func cpuTime() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

func (m measure) messages() int {
	n := 0
	for _, b := range m.booths {
		n += b.chats
	}
	return n
}

func (m measure) firstDelivery() time.Time {
	var first time.Time
	for _, b := range m.booths {
		if list := b.deliveries(); len(list) > 0 && (first.IsZero() || list[0].Before(first)) {
			first = list[0]
		}
	}
	return first
}

func (m measure) refused() (refused, early int) {
	for _, b := range m.booths {
		r, e := b.tap.refusals()
		refused, early = refused+r, early+e
	}
	return refused, early
}

func (m measure) micros() float64 { return float64(m.cpu.Microseconds()) / float64(m.messages()) }

// report writes the measure as metrics; next to the floor where there is one.
func (m measure) report(b *testing.B, floor *measure) {
	n := float64(m.messages())
	for _, booth := range m.booths {
		name := strings.ReplaceAll(string(booth.account), "-", "")
		b.ReportMetric(booth.span().Seconds(), name+"-s")
		if ideal := booth.ideal() + m.shut; ideal > 0 {
			b.ReportMetric(booth.span().Seconds()/ideal.Seconds(), name+"-span/ideal")
		}
	}
	refused, early := m.refused()
	b.ReportMetric(float64(refused), "429s")
	b.ReportMetric(float64(early), "early")
	b.ReportMetric(m.micros(), "cpu-µs/msg")
	b.ReportMetric(float64(m.bytes)/n, "B/msg")
	b.ReportMetric(0, "ns/op")
	if floor == nil {
		return
	}
	b.ReportMetric(float64(m.first.Microseconds())/1000, "first-ms")
	b.ReportMetric(m.statements, "stmts/msg")
	b.ReportMetric(m.transactions, "txs/msg")
	b.ReportMetric(m.micros()-floor.micros(), "cpu-over-floor-µs/msg")
	b.ReportMetric(m.micros()/floor.micros(), "cpu/floor")
}

// summary is what matters of the measure, on one line.
func (m measure) summary() string {
	var spans []string
	for _, booth := range m.booths {
		spans = append(spans, fmt.Sprintf("%v in %.2f s", booth.part, booth.span().Seconds()))
	}
	refused, early := m.refused()
	return fmt.Sprintf("%s; %d refused, %d early; first after %v; %.2f statements, %.2f transactions, %.0f µs of CPU for each",
		strings.Join(spans, ", "), refused, early, m.first.Round(time.Microsecond), m.statements, m.transactions, m.micros())
}

// judge fails the benchmark where a goal is missed.
func (s scenario) judge(b *testing.B, m measure) {
	for _, booth := range m.booths {
		lost, repeated := booth.count(b, 1)
		if lost+repeated > 0 {
			b.Errorf("%v: %d lost, %d repeated", booth.part, lost, repeated)
		}
		ideal := booth.ideal() + s.shut
		if goal := time.Duration(s.goal*float64(ideal)) + s.slack; booth.span() > goal {
			b.Errorf("%v: %v from first to last, the goal is %v (ideal %v)", booth.part, booth.span(), goal, ideal)
		}
		if goal := booth.tap.roundTrip() + 50*time.Millisecond; m.first > goal {
			b.Errorf("the first message came %v after the decision, the goal is %v", m.first, goal)
		}
	}
	refused, early := m.refused()
	if s.shut > 0 {
		refused-- // the one that was injected
	}
	if refused > m.messages()/1000 {
		b.Errorf("%d requests refused, of %d messages", refused, m.messages())
	}
	if early > 0 {
		b.Errorf("%d requests left before the time that a refusal named", early)
	}
	if m.statements > 3 {
		b.Errorf("%.2f statements for each message, the goal is 3", m.statements)
	}
}
