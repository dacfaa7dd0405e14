package bot_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

// wall is a clock that can be put forward and back, unlike the one that the timers of a program go by.
type wall struct{ skew atomic.Int64 }

func (w *wall) now() time.Time { return time.Now().Add(time.Duration(w.skew.Load())) }

// jump changes the clock's time in one step, as a machine that wakes from sleep or a corrected clock does.
func (w *wall) jump(d time.Duration) {
	w.skew.Add(int64(d))
}

// TestASleepIsMadeUpForOnce lets a machine sleep over many ticks: on waking each check runs once, within seconds.
func TestASleepIsMadeUpForOnce(t *testing.T) {
	onBeat(t, func(b *beat) {
		clock := &wall{}
		b.now = clock.now
		day := time.Now().Truncate(24 * time.Hour) // bubbles begin at midnight
		daily := newTarget(fine())
		b.add("daily", parsed(t, "0 7 * * *", "UTC"), daily)
		var often []*target
		for i := range 40 {
			f := newTarget(fine())
			often = append(often, f)
			b.add(fmt.Sprint("often/", i), cron.Every(time.Minute), f)
		}
		b.start()
		time.Sleep(10 * time.Minute)
		clock.jump(9 * time.Hour) // over 7 o'clock
		woken := time.Now()
		time.Sleep(4 * time.Second)
		if n := daily.count(woken); n != 1 {
			t.Errorf("the daily check, missed at 7, ran %d times after waking, at %v", n, clock.now().Sub(day))
		}
		for i, f := range often {
			if n := f.count(woken); n < 1 || n > 2 { // made up for, and perhaps due
				t.Errorf("often/%d ran %d times after waking, want once", i, n)
			}
		}
		time.Sleep(time.Minute)
		for i, f := range often {
			if n := f.count(woken); n > 3 {
				t.Errorf("often/%d ran %d times in the minute after waking", i, n)
			}
		}
		time.Sleep(24 * time.Hour)
		if n := daily.count(woken); n != 2 {
			t.Errorf("the daily check ran %d times in the day after waking, want 2", n)
		}
	})
}

// TestAClockPutBackStopsNothing sets the clock back by an hour: the checks keep their rhythm. The library's runner waits
// for the hour to come again.
func TestAClockPutBackStopsNothing(t *testing.T) {
	onBeat(t, func(b *beat) {
		clock := &wall{}
		b.now = clock.now
		f := newTarget(fine())
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(2 * time.Hour)
		clock.jump(-time.Hour)
		from := time.Now()
		time.Sleep(10 * time.Minute)
		if n := f.count(from); n < 59 || n > 62 {
			t.Errorf("%d runs in the ten minutes after the clock was put back, want 60", n)
		}
	})
}

// TestASmallCorrectionOfTheClockMovesNothing: what a time server corrects in an ordinary day.
func TestASmallCorrectionOfTheClockMovesNothing(t *testing.T) {
	onBeat(t, func(b *beat) {
		clock := &wall{}
		b.now = clock.now
		f := newTarget(fine())
		b.add("ent", cron.Every(every10), f)
		b.start()
		time.Sleep(time.Hour)
		from := time.Now()
		for i := range 60 {
			time.Sleep(time.Minute)
			clock.jump([]time.Duration{400 * time.Millisecond, -400 * time.Millisecond, -900 * time.Millisecond, 900 * time.Millisecond}[i%4])
		}
		if n := f.count(from); n < 358 || n > 362 {
			t.Errorf("%d runs in an hour, want 360", n)
		}
	})
}

// TestAStoppedProgramChecksAtOnce: whatever the schedule says, a fresh start shows something within seconds, once.
func TestAStoppedProgramChecksAtOnce(t *testing.T) {
	onBeat(t, func(b *beat) {
		daily, often := newTarget(fine()), newTarget(fine())
		b.add("daily", parsed(t, "0 7 * * *", "UTC"), daily)
		b.add("often", cron.Every(time.Minute), often)
		b.start()
		time.Sleep(3 * time.Second)
		b.stop()
		time.Sleep(12 * time.Hour)
		again := time.Now()
		b.start()
		time.Sleep(3 * time.Second)
		if n, m := daily.count(again), often.count(again); n != 1 || m < 1 || m > 2 {
			t.Errorf("after a restart the daily check ran %d times and the other one %d times, want once", n, m)
		}
	})
}

// TestAClockChangeInTheRunningProgram runs a night check through the night on which Paris puts its clock back.
func TestAClockChangeInTheRunningProgram(t *testing.T) {
	onBeat(t, func(b *beat) {
		clock := &wall{}
		clock.jump(time.Until(time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC)))
		b.now = clock.now
		nightly, hourly := newTarget(fine()), newTarget(fine())
		b.add("nightly", parsed(t, "30 2 * * *", "Europe/Paris"), nightly)
		b.add("hourly", parsed(t, "0 * * * *", "Europe/Paris"), hourly)
		b.start()
		time.Sleep(3 * time.Second)
		from := time.Now()
		time.Sleep(12 * time.Hour)
		if n, m := nightly.count(from), hourly.count(from); n != 1 || m != 12 {
			t.Errorf("the nightly check ran %d times, the hourly one %d times; want 1 and 12", n, m)
		}
	})
}
