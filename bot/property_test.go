package bot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/trace"
)

// tale is a story of a platform with two checks, as the judge and its incidents tell it.
type tale struct {
	t         *testing.T
	letters   map[string][]rune // of each check, without runs that were stopped
	tracks    []bot.Track
	standing  bot.Standing
	incident  bot.Incident
	decisions []string
}

// hear plays one verdict and holds what follows against what must never be.
func (s *tale) hear(letter rune, check string, at time.Time) {
	s.t.Helper()
	if letter != 'c' {
		s.letters[check] = append(s.letters[check], letter)
	}
	for i := range s.tracks {
		if s.tracks[i].Check == bot.CheckID(check) {
			recent := slices.Concat(s.tracks[i].Recent, []bot.Verdict{verdictOf(letter, check, at)})
			s.tracks[i].Recent = recent[max(0, len(recent)-bot.DefaultRule().Memory()):]
		}
	}
	ruling := bot.Judge(s.standing, s.tracks, bot.DefaultRule(), bot.Plan{})
	s.standing, s.tracks = ruling.Standing, ruling.Tracks
	next, changed := bot.Advance(s.incident, s.standing, bot.DefaultFlap(), at)
	if !changed {
		return
	}
	was := s.incident.ID != 0 && s.incident.Open()
	switch {
	case next.Open() && !was:
		s.opened()
	case !next.Open():
		s.resolved(was)
	}
	if next.ID == 0 {
		next.ID = s.incident.ID + 1
	}
	if next.ID == s.incident.ID && next.Revision != s.incident.Revision+1 {
		s.t.Fatalf("revision %d after %d", next.Revision, s.incident.Revision)
	}
	s.incident = next
	s.decisions = append(s.decisions, fmt.Sprint(at.Unix(), next.ID, next.Revision, next.Condition, next.Since.Unix()))
}

// opened: a check was bad as often as the rule asks, without a good verdict in between. Unknown is not
// bad, and a page that announces maintenance is no outage.
func (s *tale) opened() {
	s.t.Helper()
	for _, letters := range s.letters {
		bad := string(letters)[len(strings.TrimRight(string(letters), "dxqslm")):]
		if len(bad)-strings.Count(bad, "m") >= bot.DefaultRule().Bad {
			return
		}
	}
	s.t.Fatalf("opened after %v", s.written())
}

// resolved: it was open, nothing fails as settled, and since a check failed last it was good as often as the rule asks.
// What it showed after that was too little to fail again: a platform that comes and goes is over only after a while, so
// that a bad verdict or two may stand between its good ones and the end.
func (s *tale) resolved(was bool) {
	s.t.Helper()
	if !was {
		s.t.Fatalf("resolved what was not open, after %v", s.written())
	}
	for _, track := range s.tracks {
		if track.Condition.Outage() {
			s.t.Fatalf("resolved while %s is %s, after %v", track.Check, track.Condition, s.written())
		}
	}
	good := strings.Repeat("u", bot.DefaultRule().Good)
	for _, letters := range s.letters {
		if last := strings.LastIndex(string(letters), good); last >= 0 && !failing(string(letters)[last:]) {
			return
		}
	}
	s.t.Fatalf("resolved after %v", s.written())
}

// failing reports whether bad verdicts follow each other as often as the rule asks.
func failing(letters string) bool {
	runs := strings.FieldsFunc(letters, func(letter rune) bool { return !strings.ContainsRune("dxqslm", letter) })
	return slices.ContainsFunc(runs, func(run string) bool { return len(run) >= bot.DefaultRule().Bad })
}

func (s *tale) written() string {
	return string(s.letters["ent/a"]) + " and " + string(s.letters["ent/b"])
}

// tell plays a story: the lower bits of each byte say which letter, the highest which check, the next how much later.
func tell(t *testing.T, story []byte) *tale {
	s := &tale{t: t, letters: make(map[string][]rune)}
	s.tracks = []bot.Track{{Check: "ent/a", Platform: "ent"}, {Check: "ent/b", Platform: "ent"}}
	at := minute(0)
	for _, b := range story {
		letter := []rune("udxqslbnmc")[int(b&0x3f)%10]
		check := map[bool]string{false: "ent/a", true: "ent/b"}[b&0x80 != 0]
		at = at.Add(map[bool]time.Duration{false: time.Second, true: 7 * time.Minute}[b&0x40 != 0])
		s.hear(letter, check, at)
	}
	return s
}

// FuzzStory: whatever the checks see, nothing opens on what is unknown or good or on too little, nothing is over but by
// good verdicts, each revision follows the one before, and the same story is told the same.
func FuzzStory(f *testing.F) {
	f.Add([]byte("\x01\x01\x01\x00\x00"))                         // down, up
	f.Add([]byte("\x06\x07\x06\x07\x06\x07\x06\x07"))             // unknown
	f.Add([]byte("\x81\x01\x81\x00\x81\x00\x80\x80"))             // one check of two
	f.Add([]byte("\x01\x02\x03\x00\x01\x02\x03\x40\x40\x41\x01")) // by moments
	f.Add([]byte("\x01\x01\x06\x01\x01\x01\x08\x08\x08\x00\x09\x00"))
	// It comes and goes, is bad once while it is watched, and then over.
	f.Add([]byte("\x05\x05\x05\x00\x00\x05\x05\x05\x00\x00\x40\x08\x40"))
	f.Fuzz(func(t *testing.T, story []byte) {
		if len(story) > 500 {
			return
		}
		first, again := tell(t, story), tell(t, story)
		if diff := cmp.Diff(first.decisions, again.decisions); diff != "" {
			t.Errorf("told otherwise: %s", diff)
		}
	})
}

// TestOneOpenIncidentAPlatform lets many goroutines see the checks of a few platforms fail and recover at once, over
// restarts. At no moment has a platform two open incidents, and in the end each is as it was seen last.
func TestOneOpenIncidentAPlatform(t *testing.T) {
	platforms := []bot.Platform{
		{ID: "a", Shares: []string{"hebergeur"}}, {ID: "b", Shares: []string{"hebergeur"}},
		{ID: "c", DependsOn: []bot.Dependency{{On: "a"}}},
	}
	onCommonGround(t, platforms, func(s *stage) {
		for round := range 6 {
			verdicts := bot.Verdict{Outcome: bot.Down, Reason: bot.ReasonRefused}
			if round%2 == 1 {
				verdicts = good
			}
			for range 5 {
				s.storm(platforms, verdicts)
				s.oneOpenEach()
				time.Sleep(20 * time.Second)
			}
			s.restart()
		}
		time.Sleep(3 * time.Hour) // after so many beginnings it takes long to be over
		s.storm(platforms, good)
		synctest.Wait()
		for id, i := range s.incidentsOf() {
			if i.Open() {
				s.t.Errorf("%s is told to be %s", id, i.Condition)
			}
		}
	})
}

// storm has several goroutines observe the same of every check at the same moment.
func (s *stage) storm(platforms []bot.Platform, v bot.Verdict) {
	s.t.Helper()
	var seeing sync.WaitGroup
	for _, p := range platforms {
		for check := range 4 {
			v := v
			v.Check, v.Platform, v.At = bot.CheckID(fmt.Sprint(p.ID, "/", check)), p.ID, time.Now()
			seeing.Go(func() {
				if _, err := s.watch.Observe(s.t.Context(), v); err != nil {
					s.t.Error(err)
				}
			})
		}
	}
	seeing.Wait()
}

func (s *stage) oneOpenEach() {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		open, err := tx.OpenIncidents()
		found := make(map[bot.PlatformID]bot.IncidentID)
		for _, i := range open {
			if found[i.Platform] != 0 {
				s.t.Errorf("%s has the open incidents %d and %d", i.Platform, found[i.Platform], i.ID)
			}
			found[i.Platform] = i.ID
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestTheSameTraceIsDecidedTheSame plays traces twice through the real patrol and compares all that was decided, and
// when; of several places as well.
func TestTheSameTraceIsDecidedTheSame(t *testing.T) {
	names := []string{
		"april-6", "lossy-then-down", "together-partly-back", "vantages-root-and-dependants", "vantage-blind-then-down", "vantage-restarts",
		"vantage-silent",
	}
	times := 2
	if raced { // enough for races
		names, times = names[3:4], 1
	}
	for _, name := range names {
		first := play(t, traceOf(t, name)).Decisions
		if len(first) == 0 && name != "vantage-restarts" {
			t.Errorf("%s: nothing was decided", name)
		}
		for range times {
			if diff := cmp.Diff(first, play(t, traceOf(t, name)).Decisions); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// TestGeneratedTraces plays mornings made up at random, of an own seed each, through the whole line: a platform that was
// never seen to fail is never told to, what is over was open before, and twice the same morning is decided the same.
func TestGeneratedTraces(t *testing.T) {
	mornings := 6
	if raced {
		mornings = 1
	}
	for seed := range mornings {
		text, harmless := morning(uint64(seed))
		read := func() *trace.Trace {
			tr, err := trace.Read(strings.NewReader(text), fmt.Sprintf("morning-%d.trace", seed))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			return tr
		}
		r := play(t, read())
		if len(r.Decisions) == 0 {
			t.Errorf("nothing was decided: mend the morning\n%s", text)
		}
		open := make(map[bot.PlatformID]bool)
		for _, d := range r.Decisions {
			switch over := d.Condition == bot.Normal; {
			case over && !open[d.Platform]:
				t.Errorf("%s is over at %v and was not open\n%s", d.Platform, d.At, text)
			case slices.Contains(harmless, d.Platform):
				t.Errorf("told of %s: %s at %v, and it never failed\n%s", d.Platform, d.Condition, d.At, text)
			default:
				open[d.Platform] = !over
			}
		}
		if diff := cmp.Diff(r.Decisions, play(t, read()).Decisions); diff != "" {
			t.Errorf("decided otherwise: %s\n%s", diff, text)
		}
	}
}

// morning makes up half an hour of five platforms, of which the last two are seen to be well or not at all.
func morning(seed uint64) (text string, harmless []bot.PlatformID) {
	chance := rand.New(rand.NewPCG(seed, 33))
	var lines strings.Builder
	lines.WriteString("start 2021-04-06 08:00 Europe/Paris\nplatform a checks x,y shares hebergeur\nplatform b needs a shares hebergeur\n" +
		"platform c needs b for families\nplatform d needs c\nplatform e\nchat parents families a b c d e\n")
	bad := []string{"up", "up", "refused", "hang", "503", "quota", "lossy 30", "flap 90s", "blocked", "slow 6s", "maintenance"}
	calm := []string{"up", "blocked", "takes 1s"}
	for at := 0; at < 28*60; at += 20 + chance.IntN(200) {
		i := chance.IntN(5)
		states := bad
		if i > 2 {
			states = calm
		}
		fmt.Fprintf(&lines, "08:%02d:%02d %c %s\n", at/60, at%60, 'a'+rune(i), states[chance.IntN(len(states))])
	}
	return lines.String() + "08:30 end\n", []bot.PlatformID{"d", "e"}
}
