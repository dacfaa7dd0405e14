package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// crowdOfReplicas takes some seconds to tell, so that a replica is lost in the middle.
func crowdOfReplicas() crowd { return crowd{telegram: 120, slack: 6, discord: 6} }

// failover is how long nobody may send after the one who spoke was lost. It is looked at generously here, because other
// tests use the machine; the table shows what it was.
const failover = 20 * time.Second

// fleet is several replicas on one PostgreSQL database, each with a cable of its own to it.
type fleet struct {
	*scene
	address  string
	replicas []*process
	cables   []*cable
}

func newFleet(t *testing.T, n int) *fleet {
	t.Helper()
	f := &fleet{scene: newScene(t, crowdOfReplicas()), address: storetest.Postgres(t)}
	f.change(bot.ActRing) // all is well at first
	for range n {
		cable, near := lay(t, f.address)
		p := f.processOn(near, f.address)
		p.start()
		f.replicas, f.cables = append(f.replicas, p), append(f.cables, cable)
	}
	for _, p := range f.replicas {
		p.ready()
	}
	return f
}

// speaker returns the number of the replica that speaks on Telegram.
func (f *fleet) speaker() int {
	f.t.Helper()
	holder := f.duty(bot.AccountDuty(bot.AccountID(bot.Telegram))).Holder
	for _, p := range f.replicas {
		name, err := os.ReadFile(filepath.Join(p.dir, "data", "replica"))
		if err == nil && string(name) == holder {
			return p.number
		}
	}
	f.t.Fatalf("no replica has the name %q", holder)
	return -1
}

func (f *fleet) duty(name bot.DutyName) (duty bot.Duty) {
	f.t.Helper()
	ctx := context.WithoutCancel(f.t.Context())
	db, err := store.OpenPostgres(ctx, f.address, slog.New(slog.DiscardHandler))
	if err != nil {
		f.t.Fatal(err)
	}
	err = db.View(ctx, func(tx bot.Tx) (err error) {
		duty, err = tx.Duty(name)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		f.t.Fatal(err)
	}
	return duty
}

// begin makes the site fail and waits until the broadcast is well under way.
func (f *fleet) begin() (begun time.Time) {
	f.t.Helper()
	begun = time.Now()
	f.change(bot.ActPost)
	f.await("the broadcast", func() bool { return len(f.gates[bot.Telegram].passages(begun)) > 30 })
	return begun
}

// await waits for something, and fails when it takes longer than anything should.
func (f *fleet) await(what string, done func() bool) {
	f.t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	for _, p := range f.replicas {
		f.t.Logf("replica %d:\n%s", p.number, p.tail())
	}
	f.t.Fatalf("waited in vain for %s", what)
}

// next waits for the first message that another replica than one sends after a time, and returns how long it took.
func (f *fleet) next(than int, after time.Time) time.Duration {
	f.t.Helper()
	var first time.Time
	f.await("another replica", func() bool {
		for _, p := range f.gates[bot.Telegram].passages(after) {
			if p.from != than {
				first = p.at
				return true
			}
		}
		return false
	})
	return first.Sub(after)
}

// finish waits until everybody was told, then for the end of the outage, and returns how many messages were too many.
func (f *fleet) finish() (repeats map[bot.ChatPlatform]int) {
	f.t.Helper()
	f.await("everybody to be told", f.watch(bot.ActPost).look)
	f.change(bot.ActRing)
	f.await("everybody to be told of the end", f.watch(bot.ActRing).look)
	repeats = map[bot.ChatPlatform]int{}
	for _, on := range platforms() {
		repeats[on] = f.tooMany(on, bot.ActRing)
		if on != bot.Telegram && repeats[on] > 0 {
			f.t.Errorf("%d repeats on %s", repeats[on], on)
		}
	}
	return repeats
}

// uncertain counts the messages on Telegram that replicas lost sight of by themselves.
func (f *fleet) uncertain() (n int) {
	for _, p := range f.replicas {
		n += p.uncertain(time.Time{})
	}
	return n
}

// silent demands that a replica has posted and edited nothing since a time.
func (f *fleet) silent(replica int, since time.Time) {
	f.t.Helper()
	for _, on := range platforms() {
		for _, p := range f.gates[on].passages(since) {
			if p.from == replica {
				f.t.Errorf("replica %d sent on %s %s after another one had taken over", replica, on, p.at.Sub(since))
			}
		}
	}
}

// trouble is what happens to the replica that speaks, and what it must lead to.
type trouble struct {
	what   string
	happen func(f *fleet, speaker int) (flying int, took time.Duration)
}

func troubles() []trouble {
	return []trouble{
		{"killed", func(f *fleet, speaker int) (int, time.Duration) {
			at := time.Now()
			f.replicas[speaker].kill()
			flying := f.replicas[speaker].inFlight(bot.AccountID(bot.Telegram))
			return flying, f.next(speaker, at)
		}},
		{"paused", func(f *fleet, speaker int) (int, time.Duration) {
			at := time.Now()
			f.replicas[speaker].signal(syscall.SIGSTOP)
			flying := f.replicas[speaker].inFlight(bot.AccountID(bot.Telegram))
			took := f.next(speaker, at)
			f.replicas[speaker].signal(syscall.SIGCONT)
			time.Sleep(2 * time.Second)
			f.silent(speaker, at.Add(took))
			return flying, took
		}},
		{"cut off, no word", func(f *fleet, speaker int) (int, time.Duration) { return f.cutOff(speaker, (*cable).freeze) }},
		{"cut off, connections broken", func(f *fleet, speaker int) (int, time.Duration) { return f.cutOff(speaker, (*cable).sever) }},
	}
}

// cutOff takes the database from a replica until another one has taken over and sent for a moment.
func (f *fleet) cutOff(speaker int, cut func(*cable)) (flying int, took time.Duration) {
	at := time.Now()
	cut(f.cables[speaker])
	time.Sleep(time.Second) // what had left has arrived by then, and its receipts cannot be written
	flying = f.replicas[speaker].inFlight(bot.AccountID(bot.Telegram))
	took = f.next(speaker, at)
	time.Sleep(time.Second)
	f.cables[speaker].heal()
	f.silent(speaker, at.Add(took))
	return flying, took
}

// TestReplicasTakeOver loses the replica that speaks in the middle of a broadcast, in every way, with three real
// processes on one PostgreSQL database.
func TestReplicasTakeOver(t *testing.T) {
	storetest.Postgres(t) // or skip
	var lines sync.Map
	var all sync.WaitGroup
	for _, trouble := range troubles() {
		all.Go(func() { // not t.Parallel: they wait more than they work
			t.Run(trouble.what, func(t *testing.T) {
				f := newFleet(t, 3)
				f.begin()
				flying, took := trouble.happen(f, f.speaker())
				repeats := f.finish()[bot.Telegram]
				flying += f.uncertain()
				if repeats > flying {
					t.Errorf("%d repeats, want at most the %d that were on their way", repeats, flying)
				}
				if took > failover {
					t.Errorf("another replica took over after %s", took)
				}
				lines.Store(trouble.what, fmt.Sprintf("%s\t0\t%d\t%d\t%.1f s", trouble.what, repeats, flying, took.Seconds()))
			})
		})
	}
	all.Wait()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "the replica that speaks is\tlost\trepeats\tin flight\tnext message after")
	for _, trouble := range troubles() {
		if line, ok := lines.Load(trouble.what); ok {
			fmt.Fprintln(w, line)
		}
	}
	if err := w.Flush(); err != nil {
		t.Error(err)
	}
	t.Log("\n" + b.String())
	publish(t, b.String())
}

// TestReplicasRestartOneByOne upgrades three replicas one after the other during a broadcast: nobody notices.
func TestReplicasRestartOneByOne(t *testing.T) {
	t.Parallel()
	storetest.Postgres(t) // or skip
	f := newFleet(t, 3)
	f.begin()
	begun := time.Now()
	gap := time.Duration(0)
	for _, p := range f.replicas {
		p.stop()
		p.start()
		p.ready()
	}
	took := time.Since(begun)
	repeats := f.finish()
	if repeats[bot.Telegram] > f.uncertain() {
		t.Errorf("%d repeats", repeats[bot.Telegram])
	}
	previous := begun
	for _, p := range f.gates[bot.Telegram].passages(begun) {
		if p.at.Before(begun.Add(took)) {
			gap, previous = max(gap, p.at.Sub(previous)), p.at
		}
	}
	text := fmt.Sprintf("three replicas restarted one after the other in %.1f s: lost 0, repeats %d, longest silence %.1f s\n",
		took.Seconds(), repeats[bot.Telegram], gap.Seconds())
	t.Log(text)
	publish(t, text)
}

// TestR10_TwoReplicasAndAPartition cuts one of two replicas off while it speaks, then the other one: each time the one
// that still reaches the database speaks, and nobody hears two voices.
func TestR10_TwoReplicasAndAPartition(t *testing.T) {
	t.Parallel()
	storetest.Postgres(t) // or skip
	f := newFleet(t, 2)
	f.begin()
	first := f.speaker()
	flying, _ := f.cutOff(first, (*cable).freeze)
	if term := f.duty(bot.AccountDuty(bot.AccountID(bot.Telegram))).Term; term < 2 {
		t.Errorf("the term is %d after a takeover", term)
	}
	f.await("everybody to be told", f.watch(bot.ActPost).look)
	second := f.speaker()
	if second == first {
		t.Fatal("the replica that was cut off speaks")
	}
	f.cables[second].sever()
	flying += f.replicas[second].inFlight(bot.AccountID(bot.Telegram)) // the last receipts may not have been written
	f.await("the first replica to have the duty again", func() bool { return f.speaker() == first })
	f.await("the first replica to watch again", func() bool {
		name, err := os.ReadFile(filepath.Join(f.replicas[first].dir, "data", "replica"))
		return err == nil && f.duty(bot.WatchDuty).Holder == string(name)
	})
	ended := time.Now()
	if repeats := f.finish()[bot.Telegram]; repeats > flying+f.uncertain() {
		t.Errorf("%d repeats, want at most the %d that were on their way", repeats, flying)
	}
	f.silent(second, ended)
	f.cables[second].heal()
}

// TestOneFolderIsOneProcess starts two processes at once in one folder: one of them says why it cannot run.
func TestOneFolderIsOneProcess(t *testing.T) {
	t.Parallel()
	s := newScene(t, crowd{telegram: 1})
	one := s.process("")
	other := &process{scene: one.scene, number: one.number, dir: one.dir, env: one.env, log: &output{}}
	one.start()
	other.start()
	defer other.kill()
	running, refused := one, other
	select {
	case <-one.gone:
		running, refused = other, one
	case <-other.gone:
	case <-time.After(time.Minute):
		t.Fatal("both run")
	}
	if code := refused.command.ProcessState.ExitCode(); code != exitFailure {
		t.Errorf("exit code %d, want %d", code, exitFailure)
	}
	if said := plain(refused.tail()); !strings.Contains(said, "Panneau") || !strings.Contains(said, filepath.Join(one.dir, "data")) {
		t.Errorf("it said: %s", said)
	}
	running.ready()
	running.stop()
}
