package bot_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// verdictOf reads one letter of a story: u up, s slow, d refused, x 503, q quota page, l login, b blocked, n own network,
// m maintenance, c cancelled.
func verdictOf(letter rune, check string, at time.Time) bot.Verdict {
	v := bot.Verdict{Check: bot.CheckID(check), Platform: "ent", At: at, Outcome: bot.Down}
	switch letter {
	case 'u':
		v.Outcome = bot.Up
	case 's':
		v.Outcome, v.Reason = bot.Slow, bot.ReasonSlow
	case 'd':
		v.Reason = bot.ReasonRefused
	case 'x':
		v.Reason = bot.ReasonServerError
	case 'q':
		v.Reason = bot.ReasonQuotaPage
	case 'l':
		v.Reason = bot.ReasonLoginPath
	case 'm':
		v.Reason = bot.ReasonMaintenance
	case 'b':
		v.Outcome, v.Reason = bot.Unknown, bot.ReasonBlockedUs
	case 'n':
		v.Outcome, v.Reason = bot.Unknown, bot.ReasonOwnNetwork
	case 'c':
		v.Outcome, v.Reason = bot.Unknown, bot.ReasonCancelled
	}
	return v
}

func minute(n int) time.Time { return time.Date(2021, 4, 6, 6, n, 0, 0, time.UTC) }

// judged plays a story, one verdict a minute, and writes down each condition at the minute where it is decided.
func judged(story string) string {
	return judgedUnder(story, func(int) bot.Plan { return bot.Plan{} })
}

// judgedUnder is judged under what is planned for each minute.
func judgedUnder(story string, plan func(minute int) bot.Plan) string {
	var standing bot.Standing
	var tracks []bot.Track
	var told []string
	for i, letter := range []rune(story) {
		before := standing.Condition
		v := verdictOf(letter, "ent/a", minute(i))
		if len(tracks) == 0 {
			tracks = []bot.Track{{Check: v.Check, Platform: v.Platform}}
		}
		tracks[0].Recent = append(tracks[0].Recent, v)
		if n := len(tracks[0].Recent); n > bot.DefaultRule().Memory() {
			tracks[0].Recent = tracks[0].Recent[n-bot.DefaultRule().Memory():]
		}
		ruling := bot.Judge(standing, tracks, bot.DefaultRule(), plan(i))
		standing, tracks = ruling.Standing, ruling.Tracks
		if standing.Condition != before {
			told = append(told, string(standing.Condition)+"@"+standing.Since.Format("4")+"/"+minute(i).Format("4"))
		}
	}
	return strings.Join(told, " ")
}

func TestJudge(t *testing.T) {
	for _, test := range []struct{ name, story, want string }{
		{"the first good verdict is enough to begin with", "uuu", "normal@0/0"},
		{"one bad verdict says nothing", "uudu", "normal@0/0"},
		{"two bad verdicts say nothing", "uudduu", "normal@0/0"},
		{"three bad verdicts decide, since the first", "uuddd", "normal@0/0 down@2/4"},
		{"down from the start", "ddd", "down@0/2"},
		{"refused and 503 are both unreachable", "udxd", "normal@0/0 down@1/3"},
		{"one good verdict does not end it", "uddduddd", "normal@0/0 down@1/3"},
		{"two good verdicts end it, since the first", "uddduu", "normal@0/0 down@1/3 normal@4/5"},
		{"a quota page is another condition", "udddqqq", "normal@0/0 down@1/3 saturated@4/6"},
		{"a single quota page is not", "udddqddd", "normal@0/0 down@1/3"},
		{"kinds that change are bad all the same", "udqd", "normal@0/0 down@1/3"},
		{"slow needs as many", "usss", "normal@0/0 slow@1/3"},
		{"slow becomes unreachable", "usssddd", "normal@0/0 slow@1/3 down@4/6"},
		{"a blocked check says nothing soon", "ubbbb", "normal@0/0"},
		{"a check blocked for long cannot be verified", "ubbbbb", "normal@0/0 unverifiable@1/5"},
		{"own network is not down", "unnnn", "normal@0/0"},
		{"unknown between bad ones does not open", "udndnd", "normal@0/0"},
		{"stopped runs are passed over", "udcdcd", "normal@0/0 down@1/5"},
		{"the login alone", "ulll", "normal@0/0 login@1/3"},
		{"a maintenance page", "ummm", "normal@0/0 maintenance@1/3"},
		{"nothing is known before the first verdict", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, judged(test.story)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAReasonThatLastsIsTold(t *testing.T) {
	var standing bot.Standing
	tracks := []bot.Track{{Check: "ent/a", Platform: "ent"}}
	var reasons []string
	for i, letter := range "uddddxdxddxxxxqquu" {
		tracks[0].Recent = append(tracks[0].Recent, verdictOf(letter, "ent/a", minute(i)))
		ruling := bot.Judge(standing, tracks, bot.DefaultRule(), bot.Plan{})
		if ruling.Standing.Reason != standing.Reason {
			reasons = append(reasons, string(ruling.Standing.Reason)+"@"+minute(i).Format("4"))
		}
		standing, tracks = ruling.Standing, ruling.Tracks
	}
	want := []string{"refused@3", "server_error@12", "@17"}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Error(diff)
	}
}

func TestJudgeCombinesChecks(t *testing.T) {
	track := func(check string, c bot.Condition, since int) bot.Track {
		return bot.Track{Check: bot.CheckID(check), Platform: "ent", Condition: c, Since: minute(since)}
	}
	for _, test := range []struct {
		name   string
		tracks []bot.Track
		want   bot.Condition
		since  int
	}{
		{"all well", []bot.Track{track("a", bot.Normal, 1), track("b", bot.Normal, 3)}, bot.Normal, 3},
		{"all down", []bot.Track{track("a", bot.Unreachable, 4), track("b", bot.Unreachable, 2)}, bot.Unreachable, 2},
		{"one function down", []bot.Track{track("a", bot.Normal, 1), track("b", bot.Unreachable, 2)}, bot.Partial, 2},
		{"the login down", []bot.Track{track("a", bot.Normal, 1), track("b", bot.LoginImpossible, 2)}, bot.LoginImpossible, 2},
		{"one slow", []bot.Track{track("a", bot.Normal, 1), track("b", bot.Slowed, 2)}, bot.Slowed, 2},
		{"one not verifiable", []bot.Track{track("a", bot.Normal, 1), track("b", bot.Unverifiable, 2)}, bot.Normal, 1},
		{"one not asked yet", []bot.Track{track("a", bot.Normal, 1), track("b", bot.NotYetKnown, 0)}, bot.Normal, 1},
		{"closed", []bot.Track{track("a", bot.Closed, 1)}, bot.Closed, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := bot.Judge(bot.Standing{Platform: "ent"}, test.tracks, bot.DefaultRule(), bot.Plan{}).Standing
			if got.Condition != test.want || !got.Since.Equal(minute(test.since)) {
				t.Errorf("got %s since %v, want %s since minute %d", got.Condition, got.Since, test.want, test.since)
			}
		})
	}
}

func TestDoubtAsksAgain(t *testing.T) {
	for story, want := range map[string]bool{
		"u": false, "ud": true, "udd": true, "uddd": false, "udddu": true, "udddd": false, "ub": false, "us": true, "d": true,
	} {
		var standing bot.Standing
		tracks := []bot.Track{{Check: "ent/a", Platform: "ent"}}
		var ruling bot.Ruling
		for i, letter := range []rune(story) {
			tracks[0].Recent = append(tracks[0].Recent, verdictOf(letter, "ent/a", minute(i)))
			ruling = bot.Judge(standing, tracks, bot.DefaultRule(), bot.Plan{})
			standing, tracks = ruling.Standing, ruling.Tracks
		}
		if got := len(ruling.Doubt) > 0; got != want {
			t.Errorf("after %q: doubt %v, want %v", story, got, want)
		}
	}
}

// TestIncidentsOfRandomStories plays random verdicts through judge and incident: an incident opens only on bad
// verdicts, resolves only after good ones, and its revisions follow each other.
func TestIncidentsOfRandomStories(t *testing.T) {
	random := rand.New(rand.NewPCG(2021, 4))
	for range 2000 {
		var standing bot.Standing
		var incident bot.Incident
		tracks := []bot.Track{{Check: "ent/a", Platform: "ent"}}
		var story []rune
		for i := range 60 {
			letter := []rune("uuuuddxqslbnmc")[random.IntN(14)]
			if i > 0 && random.IntN(3) > 0 {
				letter = story[i-1]
			}
			story = append(story, letter)
			tracks[0].Recent = append(tracks[0].Recent, verdictOf(letter, "ent/a", minute(i)))
			ruling := bot.Judge(standing, tracks, bot.DefaultRule(), bot.Plan{})
			standing, tracks = ruling.Standing, ruling.Tracks
			next, changed := bot.Advance(incident, standing, bot.DefaultFlap(), minute(i))
			switch opened := next.Open() && (incident.ID == 0 || !incident.Open()); {
			case !changed:
				continue
			case opened && !strings.ContainsRune("dxqsl", letter):
				t.Fatalf("%s: opened on %c", string(story), letter)
			case !next.Open() && (letter != 'u' || next.Condition != bot.Normal):
				t.Fatalf("%s: resolved on %c as %s", string(story), letter, next.Condition)
			case next.ID == incident.ID && incident.ID != 0 && next.Revision != incident.Revision+1:
				t.Fatalf("%s: revision %d after %d", string(story), next.Revision, incident.Revision)
			}
			if next.ID == 0 {
				next.ID = incident.ID + 1
			}
			incident = next
		}
	}
}

func TestAdvance(t *testing.T) {
	down := bot.Standing{Platform: "ent", Condition: bot.Unreachable, Since: minute(5), Reason: bot.ReasonRefused}
	up := bot.Standing{Platform: "ent", Condition: bot.Normal, Since: minute(9)}
	opened, changed := bot.Advance(bot.Incident{}, down, bot.DefaultFlap(), minute(6))
	want := bot.Incident{
		Platform: "ent", Condition: bot.Unreachable, Worst: bot.Unreachable, Since: minute(5), OpenedAt: minute(6),
		ChangedAt: minute(6), Revision: 1, Reason: bot.ReasonRefused,
	}
	if diff := cmp.Diff(want, opened); diff != "" || !changed {
		t.Error(diff, changed)
	}
	opened.ID = 1
	resolved, _ := bot.Advance(opened, up, bot.DefaultFlap(), minute(10))
	if resolved.Open() || resolved.Step() != bot.StepResolved || !resolved.ResolvedAt.Equal(minute(9)) {
		t.Errorf("resolved: %+v", resolved)
	}
	down.Since = minute(20)
	again, _ := bot.Advance(resolved, down, bot.DefaultFlap(), minute(21))
	if again.ID != 1 || !again.Open() || !again.Since.Equal(minute(20)) || !again.Calls() {
		t.Errorf("the same incident should go on: %+v", again)
	}
	down.Since = minute(55)
	fresh, _ := bot.Advance(resolved, down, bot.DefaultFlap(), minute(56))
	if fresh.ID != 0 || fresh.Revision != 1 {
		t.Errorf("a new incident should open: %+v", fresh)
	}
}

func TestNextActFollowsFromWhatWasTold(t *testing.T) {
	open := bot.Incident{ID: 1, Condition: bot.Unreachable, Revision: 2}
	slow := bot.Incident{ID: 1, Condition: bot.Slowed, Revision: 3}
	blind := bot.Incident{ID: 1, Condition: bot.Unverifiable, Revision: 4}
	over := bot.Incident{ID: 1, Condition: bot.Normal, Revision: 5, ResolvedAt: minute(9)}
	receipt := bot.Receipt{Channel: "-1", IDs: []string{"7"}}
	for _, test := range []struct {
		name     string
		delivery bot.Delivery
		incident bot.Incident
		act      bot.Act
		ring     bot.Purpose
	}{
		{"nothing told, open", bot.Delivery{}, open, bot.ActPost, ""},
		{"nothing told, over", bot.Delivery{}, over, bot.ActDrop, ""},
		{"told", bot.Delivery{Told: 2, Heard: bot.Unreachable, Receipt: receipt}, open, bot.ActNone, ""},
		{"better", bot.Delivery{Told: 2, Heard: bot.Unreachable, Receipt: receipt}, slow, bot.ActEdit, ""},
		{"worse", bot.Delivery{Told: 1, Heard: bot.Slowed, Receipt: receipt}, open, bot.ActRing, bot.PurposeWorse},
		{"blind", bot.Delivery{Told: 2, Heard: bot.Unreachable, Receipt: receipt}, blind, bot.ActEdit, ""},
		{"over, not yet heard", bot.Delivery{Told: 5, Heard: bot.Unreachable, Receipt: receipt}, over, bot.ActRing, bot.PurposeBack},
		{"over, heard, not yet shown", bot.Delivery{Told: 2, Heard: bot.Normal, Receipt: receipt}, over, bot.ActEdit, ""},
		{"over and told", bot.Delivery{Told: 5, Heard: bot.Normal, Receipt: receipt}, over, bot.ActNone, ""},
		{"begun anew", bot.Delivery{Told: 1, Heard: bot.Normal, Receipt: receipt}, open, bot.ActRing, bot.PurposeAgain},
		{"deleted once", bot.Delivery{Heard: bot.Unreachable, Reposts: 1}, open, bot.ActPost, ""},
		{"deleted twice", bot.Delivery{Heard: bot.Unreachable, Reposts: 2}, open, bot.ActNone, ""},
		{"deleted twice, then over", bot.Delivery{Heard: bot.Unreachable, Reposts: 2}, over, bot.ActRing, bot.PurposeBack},
		{"deleted, over and heard", bot.Delivery{Heard: bot.Normal, Reposts: 1}, over, bot.ActNone, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.delivery.Next(test.incident); got != test.act {
				t.Errorf("act %q, want %q", got, test.act)
			}
			if got := test.delivery.Ring(test.incident); got != test.ring {
				t.Errorf("ring %q, want %q", got, test.ring)
			}
		})
	}
}
