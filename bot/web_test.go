package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// web is a portal that families enter an ENT by, staff do not, and that Pronote hangs on behind the ENT.
func web() bot.Web {
	families := []bot.Audience{bot.Families}
	return bot.NewWeb([]bot.Platform{
		{ID: "portal", Name: "ÉduConnect"},
		{ID: "ent", Name: "ENT", DependsOn: []bot.Dependency{{On: "portal", Readers: families}}},
		{ID: "pronote", Name: "Pronote", DependsOn: []bot.Dependency{{On: "ent"}, {On: "elsewhere"}}},
		{ID: "a", DependsOn: []bot.Dependency{{On: "b"}}},
		{ID: "b", DependsOn: []bot.Dependency{{On: "a"}, {On: "b"}}},
	})
}

func TestWeb(t *testing.T) {
	w := web()
	down := bot.Incident{ID: 1, Platform: "portal", Condition: bot.Unreachable, Worst: bot.Unreachable}
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"roots, nearest first", w.Roots("pronote"), []bot.PlatformID{"ent", "portal"}},
		{"a circle is passed once", w.Roots("a"), []bot.PlatformID{"b"}},
		{"dependants of families", w.Dependants("portal", bot.Families), []bot.PlatformID{"ent", "pronote"}},
		{"teachers enter by another door", w.Dependants("portal", bot.Teachers), []bot.PlatformID(nil)},
		{"reach", w.Reach(down), bot.Reach{
			bot.Families: {"portal", "ent", "pronote"}, bot.Teachers: {"portal"}, bot.Staff: {"portal"},
		}},
		{"reach of what is only slow", w.Reach(bot.Incident{Platform: "ent", Condition: bot.Slowed, Worst: bot.Slowed}), bot.Reach{
			bot.Families: {"ent"}, bot.Teachers: {"ent"}, bot.Staff: {"ent"},
		}},
		{"a login that fails with its portal", w.Explains(down, "ent", bot.LoginImpossible), true},
		{"a site that teachers cannot reach either", w.Explains(down, "ent", bot.Unreachable), false},
		{"somebody else's outage", w.Explains(down, "a", bot.Unreachable), false},
		{"an outage that is over", w.Explains(bot.Incident{ID: 1, Platform: "ent", Condition: bot.Normal, ResolvedAt: minute(1)}, "pronote", bot.Unreachable), false},
		{"everything behind an ENT", w.Explains(bot.Incident{ID: 1, Platform: "ent", Condition: bot.Unreachable}, "pronote", bot.Unreachable), true},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// cascade is a stage on which one chat follows each platform alone and one follows all, with Pronote behind an ENT.
func cascade(t *testing.T, test func(s *stage)) {
	platforms := []bot.Platform{
		{ID: "ent", Name: "ENT"}, {ID: "pronote", Name: "Pronote", DependsOn: []bot.Dependency{{On: "ent"}}},
	}
	destinations := []bot.Destination{follower("-1"), follower("-2"), follower("-3")}
	destinations[0].Follows = []bot.PlatformID{"ent", "pronote"}
	destinations[1].Follows = []bot.PlatformID{"pronote"}
	onStageOf(t, platforms, destinations, test)
}

// seeOf plays one verdict of a platform.
func (s *stage) seeOf(platform bot.PlatformID, letter rune) {
	s.t.Helper()
	v := verdictOf(letter, string(platform)+"/a", time.Now())
	v.Platform = platform
	if _, err := s.watch.Observe(s.t.Context(), v); err != nil {
		s.t.Fatal(err)
	}
}

// both plays verdicts of the ENT and of Pronote, a second apart; a space is none.
func (s *stage) both(ent, pronote string) {
	s.t.Helper()
	for i := range ent {
		if ent[i] != ' ' {
			s.seeOf("ent", rune(ent[i]))
		}
		if pronote[i] != ' ' {
			s.seeOf("pronote", rune(pronote[i]))
		}
		time.Sleep(time.Second)
	}
}

// TestR7TheRootIsToldFirstAndOnce has an ENT fail together with what hangs on it: every chat hears one message, of the ENT.
func TestR7TheRootIsToldFirstAndOnce(t *testing.T) {
	for name, story := range map[string]struct{ ent, pronote string }{
		"the ENT is seen first":         {"uddd    ", "u    ddd"},
		"both at once":                  {"uddd    ", "uddd    "},
		"what depends on it seen first": {"u    ddd", "uddd    "},
		"and asked only on demand":      {"u       ", "udddd   "},
	} {
		t.Run(name, func(t *testing.T) {
			cascade(t, func(s *stage) {
				s.ask = func(id bot.PlatformID) {
					if name == "and asked only on demand" {
						go func() { time.Sleep(time.Second); s.seeOf(id, 'd'); s.seeOf(id, 'd'); s.seeOf(id, 'd') }()
					}
				}
				s.both(story.ent, story.pronote)
				s.wantShown("-1", "bulletin down r1 of ent")
				s.wantShown("-2", "bulletin down r1 of ent")
				s.wantShown("-3", "bulletin down r1 of ent")
				s.both("uu", "uu")
				time.Sleep(time.Minute)
				s.wantShown("-2", "bulletin normal r2 of ent", "back normal r2 of ent")
			})
		})
	}
}

// TestWhatIsStillBrokenAfterItsRootIsToldByItself lets the ENT come back and Pronote not.
func TestWhatIsStillBrokenAfterItsRootIsToldByItself(t *testing.T) {
	cascade(t, func(s *stage) {
		s.both("uddd", "uddd")
		s.both("uu   ", "dd   ")
		s.wantShown("-2", "bulletin normal r2 of ent", "back normal r2 of ent")
		s.both("uuu", "ddd")
		time.Sleep(time.Second)
		s.wantShown("-2", "bulletin normal r2 of ent", "back normal r2 of ent", "bulletin down r1 of pronote")
		s.wantShown("-3", "bulletin normal r2 of ent", "back normal r2 of ent")
	})
}

// TestWhatFailsAloneIsNotHeldBackForLong has Pronote fail while its ENT is well, or is not heard of any more.
func TestWhatFailsAloneIsNotHeldBackForLong(t *testing.T) {
	cascade(t, func(s *stage) {
		s.both("uuuuu", "uddd ")
		s.wantShown("-1", "bulletin down r1 of pronote")
		s.wantShown("-3")
	})
	cascade(t, func(s *stage) {
		s.both("u", "u")
		for range 60 {
			s.both(" ", "d")
		}
		s.wantShown("-2", "bulletin down r1 of pronote")
	})
}

func TestABlockIsToldToTheOperatorOnce(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("ubbbbnbbu")
		s.wantTrouble(bot.TroubleBlocked)
		s.see("bb")
		s.wantTrouble(bot.TroubleBlocked, bot.TroubleBlocked)
		s.wantShown("-1")
	})
}
