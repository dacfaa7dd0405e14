package bot

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestSumUp(t *testing.T) {
	start := time.Date(2021, 4, 6, 6, 0, 0, 0, time.UTC)
	verdict := func(check CheckID, outcome Outcome, latency time.Duration) Verdict {
		return Verdict{
			Check: check, Platform: "ent", Vantage: "ici", At: start.Add(time.Minute), Outcome: outcome,
			Evidence: Evidence{Latency: latency},
		}
	}
	verdicts := []Verdict{verdict("ent/b", Down, 10*time.Second)}
	for i := range 10 { // 100 ms, 200 ms … 1 s
		verdicts = append(verdicts, verdict("ent/a", Up, time.Duration(10-i)*100*time.Millisecond))
	}
	verdicts = append(verdicts, verdict("ent/a", Down, time.Hour), verdict("ent/a", Unknown, time.Hour))
	elsewhere := verdict("ent/a", Slow, 9*time.Second)
	elsewhere.Vantage = "là-bas"
	verdicts = append(verdicts, elsewhere)

	got := SumUp(start, verdicts)
	slices.SortFunc(got, func(a, b Hour) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Vantage, b.Vantage))
	})
	want := []Hour{
		{
			Platform: "ent", Check: "ent/a", Vantage: "ici", Start: start, Up: 10, Down: 1, Unknown: 1,
			Median: 500 * time.Millisecond, NineInTen: 900 * time.Millisecond,
		},
		{
			Platform: "ent", Check: "ent/a", Vantage: "là-bas", Start: start, Slow: 1,
			Median: 9 * time.Second, NineInTen: 9 * time.Second,
		},
		{Platform: "ent", Check: "ent/b", Vantage: "ici", Start: start, Down: 1},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
