package bot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// someViews are the views of up to six places.
func someViews(chance *rand.Rand) []bot.View {
	conditions := append(bot.Conditions(), bot.NotYetKnown)
	views := make([]bot.View, chance.IntN(7))
	for i := range views {
		views[i] = bot.View{
			Platform: "ent", Vantage: fmt.Sprint("v", i), Condition: conditions[chance.IntN(len(conditions))],
			Since: time.Unix(int64(chance.IntN(1000)), 0),
		}
	}
	return views
}

func tells(v bot.View) bool { return v.Condition != bot.NotYetKnown && v.Condition != bot.Unverifiable }
func fails(v bot.View) bool { return v.Condition.Outage() }

func count(views []bot.View, which func(bot.View) bool) int {
	n := 0
	for _, v := range views {
		if which(v) {
			n++
		}
	}
	return n
}

// TestQuorumHolds tries thousands of sets of views: an outage is told only if enough of those that can tell see one, and
// always then; the order of the views means nothing; one place that sees worse never makes the whole better.
func TestQuorumHolds(t *testing.T) {
	chance := rand.New(rand.NewPCG(4, 21))
	for range 20_000 {
		views, quorum := someViews(chance), chance.IntN(6)
		got := bot.Convene(views, quorum)
		telling := count(views, tells)
		if got.Of != telling {
			t.Fatalf("%v: %d places count, want %d", views, got.Of, telling)
		}
		need := quorum
		if need == 0 {
			need = telling/2 + 1
		}
		need = min(need, telling)
		if want := telling > 0 && count(views, fails) >= need; got.Condition.Outage() != want {
			t.Fatalf("%v with a quorum of %d: %s, want an outage: %v", views, quorum, got.Condition, want)
		}
		shuffled := slices.Clone(views)
		chance.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again := bot.Convene(shuffled, quorum); again != got {
			t.Fatalf("%v: %v in one order, %v in another", views, got, again)
		}
		if len(views) == 0 || !tells(views[0]) {
			continue
		}
		worse := slices.Clone(views)
		worse[0].Condition = bot.Unreachable
		if after := bot.Convene(worse, quorum); after.Condition.Severity() < got.Condition.Severity() {
			t.Fatalf("%v: %s, but %s when the first one sees worse", views, got.Condition, after.Condition)
		}
	}
}

// TestSplitCounts: what is said of a disagreement is literally so, and nothing is said where there is none.
func TestSplitCounts(t *testing.T) {
	chance := rand.New(rand.NewPCG(4, 22))
	for range 20_000 {
		views := someViews(chance)
		got := bot.Convene(views, 0)
		same := func(v bot.View) bool { return v.Condition == got.Split.Condition }
		switch {
		case got.Split == bot.Split{}:
			first := slices.IndexFunc(views, fails)
			if first >= 0 && count(views, func(v bot.View) bool { return v.Condition == views[first].Condition }) != got.Of {
				t.Fatalf("%v: nobody says that they disagree", views)
			}
		case got.Split.Count != count(views, same) || got.Split.Of != count(views, tells) || got.Split.Count >= got.Split.Of:
			t.Fatalf("%v: %+v", views, got.Split)
		}
	}
}

// TestOnePlaceDecidesAlone: with one place everything is as that place has it.
func TestOnePlaceDecidesAlone(t *testing.T) {
	for _, c := range bot.Conditions() {
		v := bot.View{Platform: "ent", Vantage: "ici", Condition: c, Since: time.Unix(7, 0), Reason: bot.ReasonDNS}
		got := bot.Convene([]bot.View{v}, 0)
		if tells(v) && (got.View != v || got.Of != 1 || got.Split != bot.Split{}) || !tells(v) && got != (bot.Consensus{}) {
			t.Errorf("%s: %+v", c, got)
		}
	}
}

func TestSinceIsWhenEnoughSawIt(t *testing.T) {
	at := func(minute int) time.Time { return time.Unix(int64(60*minute), 0) }
	view := func(name string, c bot.Condition, minute int) bot.View {
		return bot.View{Vantage: name, Condition: c, Since: at(minute)}
	}
	for name, test := range map[string]struct {
		views []bot.View
		want  int
	}{
		"one was blind for long": {[]bot.View{view("a", bot.Unreachable, 1), view("b", bot.Unreachable, 60), view("c", bot.Normal, 0)}, 60},
		"one after the other":    {[]bot.View{view("a", bot.Unreachable, 62), view("b", bot.Saturated, 60), view("c", bot.Unreachable, 61)}, 62},
		"back":                   {[]bot.View{view("a", bot.Normal, 80), view("b", bot.Normal, 81), view("c", bot.Unreachable, 60)}, 81},
		"back for all":           {[]bot.View{view("a", bot.Normal, 80), view("b", bot.Normal, 81), view("c", bot.Normal, 90)}, 81},
	} {
		if got := bot.Convene(test.views, 0); !got.Since.Equal(at(test.want)) {
			t.Errorf("%s: since %v, want %v", name, got.Since.Unix()/60, test.want)
		}
	}
}
