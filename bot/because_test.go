package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// reasonsOf writes reasons down: the letters of a story's verdicts by their outcome, with the minute of each.
func reasonsOf(list []bot.Verdict) string {
	var words []string
	for _, v := range list {
		words = append(words, fmt.Sprintf("%s@%s", v.Outcome, v.At.Format("4")))
	}
	return strings.Join(words, " ")
}

func TestReasons(t *testing.T) {
	track := func(check string, condition bot.Condition, story string) bot.Track {
		t := bot.Track{Check: bot.CheckID(check), Condition: condition}
		for i, letter := range story {
			t.Recent = append(t.Recent, verdictOf(letter, check, minute(i)))
		}
		return t
	}
	for _, test := range []struct {
		name   string
		tracks []bot.Track
		n      int
		want   string
		left   int
	}{
		{"nothing is known", nil, 20, "", 0},
		{"the bad ones in a row, whatever their kind", []bot.Track{track("a", bot.Unreachable, "uduqddd")}, 20, "down@3 down@4 down@5 down@6", 0},
		{"what was stopped is passed over", []bot.Track{track("a", bot.Unreachable, "udcdd")}, 20, "down@1 down@3 down@4", 0},
		{"a verdict that settled nothing yet", []bot.Track{track("a", bot.Unreachable, "udddu")}, 20, "down@1 down@2 down@3", 0},
		{"the good ones that end it", []bot.Track{track("a", bot.Normal, "ddduu")}, 20, "up@3 up@4", 0},
		{"what cannot be said", []bot.Track{track("a", bot.Unverifiable, "unnnnn")}, 20, "unknown@1 unknown@2 unknown@3 unknown@4 unknown@5", 0},
		{
			"of many checks the newest of each, by time",
			[]bot.Track{track("a", bot.Normal, "uuuuu"), track("b", bot.Unreachable, "udddd")},
			4, "down@3 up@3 down@4 up@4", 3 + 2,
		},
		{
			"of too many checks those that are worst off",
			[]bot.Track{track("a", bot.Normal, "uu"), track("b", bot.Normal, "uu"), track("c", bot.Unreachable, "dd")},
			1, "down@1", 2 + 2 + 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, left := bot.Reasons(test.tracks, test.n)
			if diff := cmp.Diff(test.want, reasonsOf(got)); diff != "" {
				t.Error(diff)
			}
			if left != test.left {
				t.Errorf("%d are left out, want %d", left, test.left)
			}
		})
	}
}

// TestEveryRevisionKeepsItsReasons lets an ENT that hangs on a portal fail alone and come back.
func TestEveryRevisionKeepsItsReasons(t *testing.T) {
	cascade(t, func(s *stage) {
		s.both("uuuuuu", "uddduu")
		var revisions []bot.Revision
		err := s.store.View(s.t.Context(), func(tx bot.Tx) (err error) {
			revisions, err = tx.Revisions(1)
			return err
		})
		if err != nil || len(revisions) != 2 {
			s.t.Fatalf("%v %v", revisions, err)
		}
		for i, want := range []string{"down,down,down", "up,up"} {
			var got []string
			for _, v := range revisions[i].Because.Verdicts {
				got = append(got, v.Outcome.String())
				if v.Platform != "pronote" || v.Vantage != "ici" || v.At.IsZero() {
					s.t.Errorf("kept %+v", v)
				}
			}
			if diff := cmp.Diff(want, strings.Join(got, ",")); diff != "" {
				s.t.Errorf("revision %d: %s", i+1, diff)
			}
		}
		roots := revisions[0].Because.Roots
		if len(roots) != 1 || roots[0].Platform != "ent" || roots[0].Condition != bot.Normal || roots[0].CheckedAt.IsZero() {
			s.t.Errorf("the roots are %+v", roots)
		}
	})
}
