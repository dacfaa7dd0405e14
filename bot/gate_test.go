package bot_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

// crowd puts many checks of one target on the beat, all of which are due within the same two seconds.
func (b *beat) crowd(n int, f *target) {
	for i := range n {
		b.add(fmt.Sprint("essai/", i), cron.Every(every10), f)
	}
}

// TestAMachineThatDoesNotKeepUp lets few runs be under way at once while the machine does not keep up, and lets those
// that wait in when it has caught up, although nobody leaves.
func TestAMachineThatDoesNotKeepUp(t *testing.T) {
	onBeat(t, func(b *beat) {
		var behind atomic.Bool
		behind.Store(true)
		b.behind = behind.Load
		hangs := newTarget(hang())
		b.crowd(400, hangs)
		b.start()
		time.Sleep(4 * time.Second)
		if most, _ := hangs.crush(); most != 64 {
			t.Errorf("%d runs at once on a machine that does not keep up, want 64", most)
		}
		behind.Store(false)
		time.Sleep(time.Second)
		if most, _ := hangs.crush(); most <= 300 {
			t.Errorf("%d runs at once after the machine has caught up, want nearly all 400", most)
		}
	})
}

// TestWaitingForATurn: whoever waits is asked later and not less, its time limit begins with its turn, and it is told of
// nothing.
func TestWaitingForATurn(t *testing.T) {
	onBeat(t, func(b *beat) {
		b.behind = func() bool { return true }
		quick := newTarget(after(200*time.Millisecond, 'u'))
		b.crowd(1000, quick)
		for i := range b.rounds {
			b.rounds[i].Limit = 250 * time.Millisecond // less than the wait
		}
		b.start()
		time.Sleep(3 * every10)
		if n := quick.count(time.Now().Add(-2 * every10)); n < 1900 {
			t.Errorf("%d runs in two intervals of 1000 checks", n)
		}
		if most, stopped := quick.crush(); most > 64 || stopped > 0 {
			t.Errorf("%d at once, %d stopped", most, stopped)
		}
		if found := b.incidents(); len(found) > 0 {
			t.Errorf("told of %v", found)
		}
	})
}

// TestADoubtGoesFirst: on a machine that does not keep up, the runs that settle a doubt do not stand in line.
func TestADoubtGoesFirst(t *testing.T) {
	onBeat(t, func(b *beat) {
		b.behind = func() bool { return true }
		b.crowd(400, newTarget(after(3*time.Second, 'u'))) // twice what there is room for: the line is never empty
		failing := newTarget(after(time.Millisecond, 'd'))
		b.add("ent", cron.Every(every10), failing)
		b.start()
		for failing.count(time.Time{}) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		begun := failing.times()[0]
		b.waitFor("ent", true)
		if took := time.Since(begun); took > 8*time.Second { // two more runs, each after the end of one under way
			t.Errorf("decided after %v", took)
		}
	})
}
