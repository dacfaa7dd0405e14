package bot_test

import (
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// planner is what can be done in a town: an ENT by way of ÉduConnect for families, Pronote by itself.
func planner(t *testing.T) *bot.Planner {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &bot.Planner{
		Store: s, Logger: slog.New(slog.DiscardHandler),
		Web: bot.NewWeb([]bot.Platform{
			{ID: "educonnect"}, {ID: "pronote"}, {ID: "cned"}, {ID: "tchap", Readers: []bot.Audience{bot.Staff}},
			{ID: "ent", DependsOn: []bot.Dependency{{On: "educonnect", Readers: []bot.Audience{bot.Families}}}},
		}),
		Workarounds: []bot.Workaround{
			{ID: "own", Text: "Appelez.", Failing: []bot.PlatformID{"pronote"}},
			{ID: "by-ent", Failing: []bot.PlatformID{"pronote", "educonnect"}, Through: []bot.PlatformID{"ent"}},
			{ID: "by-pronote", Failing: []bot.PlatformID{"cned", "pronote"}, Through: []bot.PlatformID{"ent", "pronote"}},
			{ID: "by-tchap", Failing: []bot.PlatformID{"cned"}, Through: []bot.PlatformID{"tchap"}},
			{ID: "wait", Failing: []bot.PlatformID{"pronote"}, Conditions: []bot.Condition{bot.Saturated}},
			{ID: "staff", Failing: []bot.PlatformID{"pronote"}, Readers: []bot.Audience{bot.Staff}},
			{ID: "2020", Failing: []bot.PlatformID{"pronote"}, Until: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)},
			{ID: "2030", Failing: []bot.PlatformID{"pronote"}, From: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)},
		},
	}
}

// stand writes down how platforms stand, as of a time.
func stand(t *testing.T, p *bot.Planner, at time.Time, conditions map[bot.PlatformID]bot.Condition) {
	t.Helper()
	err := p.Store.Update(t.Context(), func(tx bot.Tx) error {
		for id, c := range conditions {
			if err := tx.PutStanding(bot.Standing{Platform: id, Condition: c, Since: at, CheckedAt: at}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOffersHangOnNothingThatFails is the heart of it: no advice that leads to another closed door.
func TestOffersHangOnNothingThatFails(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 5, 0, 0, time.UTC)
	all := []bot.PlatformID{"pronote", "ent", "educonnect", "cned", "tchap"}
	good := map[bot.PlatformID]bot.Condition{
		"pronote": bot.Unreachable, "ent": bot.Normal, "educonnect": bot.Normal, "cned": bot.Normal, "tchap": bot.Normal,
	}
	but := func(id bot.PlatformID, c bot.Condition) map[bot.PlatformID]bot.Condition {
		changed := maps.Clone(good)
		changed[id] = c
		return changed
	}
	type want []string
	for name, test := range map[string]struct {
		failing   bot.PlatformID
		condition bot.Condition
		reader    bot.Audience
		follows   []bot.PlatformID
		stand     map[bot.PlatformID]bot.Condition
		at        time.Time
		want      want
	}{
		"all else works":            {"pronote", bot.Unreachable, bot.Families, all, good, now, want{"own", "by-ent ent", "by-pronote ent"}},
		"its condition":             {"pronote", bot.Saturated, bot.Families, all, good, now, want{"own", "by-ent ent", "by-pronote ent", "wait"}},
		"for staff":                 {"pronote", bot.Unreachable, bot.Staff, all, good, now, want{"own", "by-ent ent", "by-pronote ent", "staff"}},
		"the ENT fails":             {"pronote", bot.Unreachable, bot.Families, all, but("ent", bot.Unreachable), now, want{"own"}},
		"the ENT is slow":           {"pronote", bot.Unreachable, bot.Families, all, but("ent", bot.Slowed), now, want{"own"}},
		"the ENT is unverifiable":   {"pronote", bot.Unreachable, bot.Families, all, but("ent", bot.Unverifiable), now, want{"own"}},
		"the ENT's entrance fails":  {"pronote", bot.Unreachable, bot.Families, all, but("educonnect", bot.LoginImpossible), now, want{"own"}},
		"not an entrance for staff": {"pronote", bot.Unreachable, bot.Teachers, all, but("educonnect", bot.LoginImpossible), now, want{"own", "by-ent ent", "by-pronote ent"}},
		"the entrance is at fault":  {"educonnect", bot.LoginImpossible, bot.Families, all, good, now, nil},
		"the ENT is not followed":   {"pronote", bot.Unreachable, bot.Families, all[:1], good, now, want{"own"}},
		"the second way works":      {"cned", bot.Unreachable, bot.Families, all, map[bot.PlatformID]bot.Condition{"ent": bot.Unreachable, "pronote": bot.Normal}, now, want{"by-pronote pronote"}},
		"not for this reader":       {"cned", bot.Unreachable, bot.Families, all[4:], good, now, nil},
		"for this one":              {"cned", bot.Unreachable, bot.Staff, all[4:], good, now, want{"by-tchap tchap"}},
		"nothing fails":             {"pronote", bot.Normal, bot.Families, all, good, now, nil},
		"suspended by decision":     {"pronote", bot.Suspended, bot.Families, all[:1], good, now, want{"own"}},
		"the verdicts are old":      {"pronote", bot.Unreachable, bot.Families, all, good, now.Add(11 * time.Minute), want{"own"}},
		"nothing is known":          {"pronote", bot.Unreachable, bot.Families, all, nil, now, want{"own"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planner(t)
			stand(t, p, now, test.stand)
			var got want
			for _, o := range p.Offers(t.Context(), bot.Failure{
				Platform: test.failing, Condition: test.condition, Reader: test.reader, Follows: test.follows,
			}, test.at) {
				text := o.Workaround.ID
				if o.Through.ID != "" {
					text += " " + string(o.Through.ID)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOffersFollowTheState(t *testing.T) {
	p, now := planner(t), time.Date(2026, 11, 24, 8, 5, 0, 0, time.UTC)
	f := bot.Failure{Platform: "pronote", Condition: bot.Unreachable, Reader: bot.Teachers, Follows: []bot.PlatformID{"ent"}}
	through := func(at time.Time) bool {
		return slices.ContainsFunc(p.Offers(t.Context(), f, at), func(o bot.Offer) bool { return o.Through.ID == "ent" })
	}
	for i, c := range []bot.Condition{bot.Normal, bot.Unreachable, bot.Normal} {
		at := now.Add(time.Duration(i) * time.Second)
		stand(t, p, at, map[bot.PlatformID]bot.Condition{"ent": c})
		if got := through(at); got != (c == bot.Normal) {
			t.Errorf("the ENT is %q, and offered: %v", c, got)
		}
	}
	p.Every = map[bot.PlatformID]time.Duration{"ent": time.Hour}
	if !through(now.Add(time.Hour)) {
		t.Error("a platform that is checked each hour was not offered half an hour after the last check")
	}
}

func TestNoPlanner(t *testing.T) {
	var none *bot.Planner
	if offers := none.Offers(t.Context(), bot.Failure{}, time.Now()); offers != nil {
		t.Errorf("got %v", offers)
	}
}
