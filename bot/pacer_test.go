package bot_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// sliding is a server that takes at most n requests in any period, as it counts them.
type sliding struct {
	mu    sync.Mutex
	n     int
	per   time.Duration
	taken []time.Time
	over  int // how many were too many
	way   int // how many are on their way
	most  int
}

// on counts what is on its way.
func (s *sliding) on(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.way += n
	s.most = max(s.most, s.way)
}

func (s *sliding) take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if len(s.taken) >= s.n && now.Sub(s.taken[len(s.taken)-s.n]) < s.per {
		s.over++
	}
	s.taken = append(s.taken, now)
}

func (s *sliding) span() time.Duration { return s.taken[len(s.taken)-1].Sub(s.taken[0]) }

// through spends a limit for a number of requests that take their time: before they leave, on the way, and back.
func through(limit bot.Bucket, requests int, before, there, back func() time.Duration) *sliding {
	s := &sliding{n: limit.N, per: limit.Per}
	s.spend(sparing(), limit, requests, before, there, back)
	return s
}

// sparing is the pacer of an account whose messages nobody can look up.
func sparing() *bot.Pacer {
	p := bot.NewPacer()
	p.Spare()
	return p
}

// spend sends requests as fast as a pacer lets them through.
func (s *sliding) spend(p *bot.Pacer, limit bot.Bucket, requests int, before, there, back func() time.Duration) {
	limits := []bot.Bucket{limit}
	var sends sync.WaitGroup
	for range requests {
		for wait := time.Until(p.Ready(limits, time.Now())); wait > 0; wait = time.Until(p.Ready(limits, time.Now())) {
			time.Sleep(wait)
		}
		use := p.Take(limits, time.Now())
		s.on(1)
		sends.Go(func() {
			time.Sleep(before())
			p.Left(use, time.Now())
			time.Sleep(there())
			s.take()
			time.Sleep(back())
			p.Answered(use, 1, time.Now())
			s.on(-1)
			p.Drop(use, time.Now())
		})
	}
	sends.Wait()
}

func exactly(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// upTo is a chance time, the same in every run.
func upTo(d time.Duration, seed uint64) func() time.Duration {
	chance := rand.New(rand.NewPCG(seed, seed))
	var mu sync.Mutex
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(chance.Int64N(int64(d)))
	}
}

func TestPacerKeepsTheWindowAsTheServerCountsIt(t *testing.T) {
	second := bot.Bucket{Name: "bot", N: 30, Per: time.Second}
	for name, c := range map[string]struct {
		before, there, back func() time.Duration
		slower              float64 // than ideal, at most
	}{
		"at once":       {exactly(0), exactly(0), exactly(0), 1.01},
		"far away":      {exactly(3 * time.Millisecond), exactly(80 * time.Millisecond), exactly(80 * time.Millisecond), 1.02},
		"noisy":         {upTo(10*time.Millisecond, 1), upTo(40*time.Millisecond, 2), upTo(40*time.Millisecond, 3), 1.10},
		"a stalled log": {stalls(200, 900*time.Millisecond), exactly(time.Millisecond), exactly(time.Millisecond), 1.20},
		"cold lines":    {exactly(0), cold(30, 300*time.Millisecond), exactly(10 * time.Millisecond), 1.05},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := through(second, 600, c.before, c.there, c.back)
				if s.over > 0 {
					t.Errorf("%d requests too many", s.over)
				}
				if took := s.span(); took.Seconds() > 20*c.slower {
					t.Errorf("600 requests took %v, the ideal is 20 s", took)
				}
			})
		})
	}
}

// stalls is nothing, and now and then a long time.
func stalls(every int, d time.Duration) func() time.Duration {
	var mu sync.Mutex
	n := 0
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		if n++; n%every < 10 {
			return d
		}
		return 0
	}
}

// cold is a long time for the first ones, who have to connect.
func cold(first int, d time.Duration) func() time.Duration {
	var mu sync.Mutex
	n := 0
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		if n++; n <= first {
			return d
		}
		return 10 * time.Millisecond
	}
}

// TestPacerKeepsFewOnTheirWay stops the sender itself now and then: what it makes up for does not leave all at once.
func TestPacerKeepsFewOnTheirWay(t *testing.T) {
	second := bot.Bucket{Name: "bot", N: 30, Per: time.Second}
	for name, c := range map[string]struct {
		pacer *bot.Pacer
		most  int
	}{
		"in a burst":       {bot.NewPacer(), 5},
		"no more than one": {sparing(), 3}, // and as many as leave in a round trip
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sliding{n: second.N, per: second.Per}
				for range 20 {
					s.spend(c.pacer, second, 30, exactly(0), exactly(50*time.Millisecond), exactly(45*time.Millisecond))
				}
				if took := s.span(); s.over > 0 || took > 20*time.Second*101/100 {
					t.Errorf("%d requests too many, 600 took %v", s.over, took)
				}
				if s.most != c.most {
					t.Errorf("%d on their way at once, want %d", s.most, c.most)
				}
			})
		})
	}
}

// TestPacerKeepsThePaceWhereTripsDiffer: few are on their way also where one takes ten times as long as another, and the
// time that a long one costs is made up for.
func TestPacerKeepsThePaceWhereTripsDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chance := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		uneven := func() time.Duration {
			mu.Lock()
			defer mu.Unlock()
			return 400*time.Microsecond + time.Duration(chance.ExpFloat64()*float64(1200*time.Microsecond))
		}
		quick := bot.Bucket{Name: "bot", N: 300, Per: time.Second}
		s := &sliding{n: quick.N, per: quick.Per}
		s.spend(sparing(), quick, 6000, exactly(0), uneven, uneven)
		if took := s.span(); s.over > 0 || took > 20*time.Second*1009/1000 {
			t.Errorf("%d requests too many, 6000 took %v", s.over, took)
		}
	})
}

func TestAChatThatHangsDoesNotCountAsOnItsWay(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p, now := sparing(), start
	for range 30 {
		use := sent(p, "0", now)
		now = now.Add(10 * time.Millisecond)
		p.Answered(use, 1, now)
		p.Drop(use, now)
		now = now.Add(500 * time.Millisecond)
	}
	for _, chat := range []string{"1", "2"} {
		sent(p, chat, now)
		now = now.Add(time.Millisecond)
	}
	for _, c := range []struct{ after, wait time.Duration }{
		{5 * time.Millisecond, time.Second / 30 / 16}, // two are on their way
		{40 * time.Millisecond, 0},                    // everything takes long
		{2 * time.Second, 0},                          // they hang
	} {
		at := now.Add(c.after)
		if wait := p.Ready(wideAndNarrow("3"), at).Sub(at); wait != c.wait {
			t.Errorf("after %v the next one waits %v, want %v", c.after, wait, c.wait)
		}
	}
}

func TestPacerSpendsALongWindowInABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := through(bot.Bucket{Name: "group", N: 20, Per: time.Minute}, 60, exactly(0), exactly(time.Millisecond), exactly(time.Millisecond))
		if took := s.span(); s.over > 0 || took > 125*time.Second {
			t.Errorf("%d too many, %v", s.over, took)
		}
	})
}

// TestPacerLeavesRoomForWhatIsCarriedOutLate kills one process and starts another, while the server still carries out
// what the first one sent.
func TestPacerLeavesRoomForWhatIsCarriedOutLate(t *testing.T) {
	late := []time.Duration{200 * time.Millisecond, 800 * time.Millisecond, 900 * time.Millisecond, 1300 * time.Millisecond}
	cases := map[string]struct {
		late   []time.Duration // after the restart
		known  int             // as the ledger says
		slower time.Duration   // than at the published limit, at most
		over   bool
	}{
		"nothing is late": {nil, 0, 50 * time.Millisecond, false},
		"what is late":    {late, 4, 450 * time.Millisecond, false},
		"unknown":         {late, 0, time.Second, true},
		"never arrives":   {nil, 4, 450 * time.Millisecond, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limit, soon := bot.Bucket{Name: "bot", N: 30, Per: time.Second}, exactly(time.Millisecond)
				s := &sliding{n: limit.N, per: limit.Per}
				s.spend(bot.NewPacer(), limit, 60, soon, soon, soon)
				for _, wait := range c.late {
					time.AfterFunc(wait, s.take)
				}
				restarted, born := bot.NewPacer(), time.Now()
				restarted.Restore(nil, c.known, born)
				s.spend(restarted, limit, 120, soon, soon, soon)
				if (s.over > 0) != c.over {
					t.Errorf("%d requests too many", s.over)
				}
				if took := time.Since(born); took > 4*time.Second*1005/1000+c.slower {
					t.Errorf("120 requests took %v, the ideal is 4 s", took)
				}
			})
		})
	}
}

// TestPacerRemembersWhatWasSpentBeforeARestart leaves what a minute still allows, and takes up the even pace at once.
func TestPacerRemembersWhatWasSpentBeforeARestart(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	limits := []bot.Bucket{{Name: "edits", N: 50, Per: time.Minute}, {Name: "channel", N: 1, Per: time.Second}}
	p := bot.NewPacer()
	p.Restore(nil, 0, start)
	for i := range 50 {
		p.Remember(limits, start.Add(time.Duration(i-50)*100*time.Millisecond))
	}
	free := start.Add(55 * time.Second)
	if at := p.Ready(limits, start); at.Before(free) || at.After(free.Add(time.Second)) {
		t.Errorf("the next may leave at %v, want %v", at, free)
	}
	if at := p.Ready(limits[1:], start); at.After(start.Add(time.Second)) {
		t.Errorf("a channel waits until %v", at)
	}
}

// wideAndNarrow are the limits of a chat of an account.
func wideAndNarrow(chat string) []bot.Bucket {
	return []bot.Bucket{{Name: "bot", N: 30, Per: time.Second}, {Name: "chat:" + chat, N: 1, Per: time.Second}}
}

// sent lets an operation through at a time.
func sent(p *bot.Pacer, chat string, at time.Time) *bot.Use {
	u := p.Take(wideAndNarrow(chat), at)
	p.Left(u, at)
	return u
}

func TestARefusalWithoutAScope(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	at := start.Add
	ready := func(p *bot.Pacer, chat string, d time.Duration) time.Duration {
		return p.Ready(wideAndNarrow(chat), at(d)).Sub(start).Round(100 * time.Millisecond)
	}
	refused := func(chat string) *bot.Pacer {
		p := bot.NewPacer()
		p.Answered(sent(p, "0", at(-time.Minute)), 1, at(-time.Minute))
		r := p.Refuse(sent(p, chat, start), "", time.Hour, start)
		if r.Bucket != "chat:"+chat || !r.Until.Equal(at(time.Hour)) {
			t.Errorf("refused: %+v", r)
		}
		return p
	}
	p := refused("1")
	if got := ready(p, "2", 0); got != 3*time.Second {
		t.Errorf("others wait %v, want a moment of doubt", got)
	}
	p.Answered(sent(p, "2", at(3*time.Second)), 1, at(3*time.Second))
	if got := ready(p, "3", 4*time.Second); got != 4*time.Second {
		t.Errorf("after a success elsewhere others wait until %v", got)
	}
	if got := ready(p, "1", 4*time.Second); got != time.Hour {
		t.Errorf("the chat waits until %v", got)
	}
	p.Refuse(sent(p, "4", at(5*time.Second)), "", time.Hour, at(5*time.Second))
	if got := ready(p, "5", 5*time.Second); got > 6*time.Second {
		t.Errorf("it was a chat the last time, and now others wait until %v", got)
	}

	p = refused("1")
	r := p.Refuse(sent(p, "2", at(3*time.Second)), "", time.Hour, at(3*time.Second))
	if r.Bucket != "bot" {
		t.Errorf("refused twice in two chats: %+v", r)
	}
	if got := ready(p, "3", 3*time.Second); got != time.Hour+3*time.Second {
		t.Errorf("others wait until %v", got)
	}

	p = refused("1")
	p.Answered(sent(p, "2", at(time.Millisecond)), 1, at(20*time.Millisecond)) // it was on its way
	if got := ready(p, "3", time.Second); got != time.Second {
		t.Errorf("a success that left after the refused one: others wait until %v", got)
	}
}

func TestNothingLeavesOnceALimitIsFoundShut(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p := bot.NewPacer()
	late := p.Take(wideAndNarrow("1"), start)
	p.Refuse(sent(p, "2", start), "bot", time.Hour, start)
	if at := p.Left(late, start); !at.Equal(start.Add(time.Hour)) {
		t.Errorf("it may leave at %v", at)
	}
	restarted := bot.NewPacer()
	restarted.Restore([]bot.Refusal{{Bucket: "bot", Until: start.Add(time.Hour)}}, 0, start)
	if at := restarted.Ready(wideAndNarrow("1"), start); !at.Equal(start.Add(time.Hour)) {
		t.Errorf("after a restart it may leave at %v", at)
	}
}
