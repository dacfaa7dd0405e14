package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

func TestUsualWeighs(t *testing.T) {
	answer := func(o bot.Outcome, r bot.Reason, took time.Duration) bot.Verdict {
		return bot.Verdict{Outcome: o, Reason: r, Evidence: bot.Evidence{Latency: took}}
	}
	up := func(took time.Duration) bot.Verdict { return answer(bot.Up, "", took) }
	slow := func(took time.Duration) bot.Verdict { return answer(bot.Slow, bot.ReasonSlow, took) }
	fast := bot.Usual{Median: 300 * time.Millisecond, NineInTen: 500 * time.Millisecond, Hours: 20}
	sluggish := bot.Usual{Median: 2 * time.Second, NineInTen: 3 * time.Second, Hours: 4}
	wide := bot.Usual{Median: time.Second, NineInTen: 4 * time.Second, Hours: 20}
	for _, test := range []struct {
		name  string
		usual bot.Usual
		seen  bot.Verdict
		want  bot.Outcome
		why   bot.Reason
	}{
		{"nothing is known", bot.Usual{}, up(4 * time.Second), bot.Up, ""},
		{"nothing is known, and the check says slow", bot.Usual{}, slow(6 * time.Second), bot.Slow, bot.ReasonSlow},
		{"too little is known", bot.Usual{Median: 100 * time.Millisecond, Hours: 3}, up(4 * time.Second), bot.Up, ""},
		{"as usual", fast, up(400 * time.Millisecond), bot.Up, ""},
		{"many times its usual, and still fast", fast, up(2 * time.Second), bot.Up, ""},
		{"unusually late", fast, up(3100 * time.Millisecond), bot.Slow, bot.ReasonSlow},
		{"slow for the check, as usual", sluggish, slow(7 * time.Second), bot.Up, ""},
		{"slow for the check, and unusual", sluggish, slow(9 * time.Second), bot.Slow, bot.ReasonSlow},
		{"one answer in ten takes as long", wide, up(7 * time.Second), bot.Up, ""},
		{"down stays down", fast, answer(bot.Down, bot.ReasonTimeoutBody, 5*time.Second), bot.Down, bot.ReasonTimeoutBody},
		{"no latency was measured", fast, up(0), bot.Up, ""},
		{"many times later than usual", fast, up(11 * time.Second), bot.Slow, bot.ReasonVerySlow},
		{"slow for the check, and many times later than usual", fast, slow(11 * time.Second), bot.Slow, bot.ReasonVerySlow},
		{"late where that is nothing new", sluggish, up(25 * time.Second), bot.Slow, bot.ReasonSlow},
		{"very late, and nothing is known", bot.Usual{}, slow(25 * time.Second), bot.Slow, bot.ReasonSlow},
	} {
		got := test.usual.Weigh(test.seen)
		if got.Outcome != test.want || got.Reason != test.why {
			t.Errorf("%s: %v %q, want %v %q", test.name, got.Outcome, got.Reason, test.want, test.why)
		}
		if diff := cmp.Diff(got, test.usual.Weigh(got)); diff != "" {
			t.Errorf("%s: weighed twice it is another verdict: %s", test.name, diff)
		}
	}
}

func TestBaseline(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	var hours []bot.Hour
	add := func(month time.Month, day, hour, runs int, took time.Duration) {
		hours = append(hours, bot.Hour{
			Check: "ent/a", Vantage: "ici", Start: time.Date(2021, month, day, hour, 0, 0, 0, paris).UTC(), Up: runs,
			Median: took, NineInTen: 2 * took,
		})
	}
	for _, day := range []int{22, 23, 24, 25, 26} { // Monday to Friday, before the clocks go forward
		add(time.March, day, 8, 60, time.Duration(day)*100*time.Millisecond)
		add(time.March, day, 9, 5, time.Second) // too few answers to count
	}
	add(time.March, 26, 8, 60, time.Hour) // an outage moves nothing much
	for _, day := range []int{20, 21, 27} {
		add(time.March, day, 8, 60, time.Second)
	}
	b := bot.NewBaseline(hours, paris)
	of := func(vantage string, month time.Month, day, hour int) bot.Usual {
		return b.Of(bot.Verdict{Check: "ent/a", Vantage: vantage, At: time.Date(2021, month, day, hour, 30, 0, 0, paris)})
	}
	for _, test := range []struct {
		name      string
		got, want bot.Usual
	}{
		{"a school day, after the clocks went forward", of("ici", time.April, 6, 8), bot.Usual{Median: 2400 * time.Millisecond, NineInTen: 4800 * time.Millisecond, Hours: 6}},
		{"another hour", of("ici", time.April, 6, 9), bot.Usual{}},
		{"a weekend", of("ici", time.April, 10, 8), bot.Usual{Median: time.Second, NineInTen: 2 * time.Second, Hours: 3}},
		{"another place", of("lyon", time.April, 6, 8), bot.Usual{}},
		{"of nothing", bot.Baseline{}.Of(bot.Verdict{Check: "ent/a"}), bot.Usual{}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if of("ici", time.April, 10, 8).Known() {
		t.Error("three hours of weekends are taken for usual")
	}
}
