package checks

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// scripted is a check that gives its verdicts one after the other, the last one for ever, and notes when it is asked.
type scripted struct {
	mu       sync.Mutex
	verdicts []bot.Verdict
	asked    []time.Time
}

func (s *scripted) Check(context.Context) bot.Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.verdicts[min(len(s.asked), len(s.verdicts)-1)]
	s.asked = append(s.asked, time.Now())
	return v
}

// minutes runs a check once a minute and returns the minutes in which its target was asked.
func minutes(checker bot.Checker, target *scripted, n int) []int {
	start := time.Now()
	for range n {
		checker.Check(context.Background())
		time.Sleep(time.Minute)
	}
	var list []int
	for _, at := range target.asked {
		list = append(list, int(at.Sub(start)/time.Minute))
	}
	return list
}

func up() bot.Verdict { return bot.Verdict{Outcome: bot.Up} }

func failing(outcome bot.Outcome, reason bot.Reason, retry time.Duration) bot.Verdict {
	return bot.Verdict{Outcome: outcome, Reason: reason, Evidence: bot.Evidence{RetryIn: retry}}
}

func TestSite(t *testing.T) {
	for address, want := range map[string]string{
		"https://0590001a.index-education.net/pronote/": "index-education.net",
		"https://DEMO.Index-Education.net:443":          "index-education.net",
		"https://educonnect.education.gouv.fr":          "education.gouv.fr",
		"https://portail.apps.education.fr":             "education.fr",
		"https://nati.pf":                               "nati.pf",
		"http://192.0.2.7:8080/a":                       "192.0.2.7",
		"http://[2001:db8::1]/":                         "2001:db8::1",
		"http://intranet/":                              "intranet",
	} {
		if got := Site(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestRunsOnOneSiteAreSpaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		manners, target := NewManners(), &scripted{verdicts: []bot.Verdict{up()}}
		start := time.Now()
		var wait sync.WaitGroup
		for i := range 6 {
			spec := Spec{URL: fmt.Sprintf("https://%d.index-education.net/pronote/", i)}
			if i >= 4 {
				spec.URL = "https://enthdf.fr"
			}
			wait.Go(func() { manners.around(spec, target).Check(context.Background()) })
		}
		wait.Wait()
		var starts []time.Duration
		for _, at := range target.asked {
			starts = append(starts, at.Sub(start))
		}
		slices.Sort(starts)
		if diff := cmp.Diff([]time.Duration{0, 0, gap, gap, 2 * gap, 3 * gap}, starts); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnOverfullSiteIsNotQueuedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		manners, target := NewManners(), &scripted{verdicts: []bot.Verdict{up()}}
		checker := manners.around(Spec{URL: "https://demo.index-education.net/"}, target)
		var wait sync.WaitGroup
		var mu sync.Mutex
		count := make(map[bot.Reason]int)
		for range 100 {
			wait.Go(func() {
				v := checker.Check(context.Background())
				mu.Lock()
				defer mu.Unlock()
				count[v.Reason]++
			})
		}
		wait.Wait()
		made := int(longestWait/gap) + 1
		if diff := cmp.Diff(map[bot.Reason]int{bot.ReasonNone: made, bot.ReasonCancelled: 100 - made}, count); diff != "" {
			t.Error(diff)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if v := checker.Check(ctx); v.Reason != bot.ReasonCancelled || len(target.asked) != made {
			t.Errorf("a stopped run gives %+v", v)
		}
	})
}

func TestBeingTurnedAwayBacksOff(t *testing.T) {
	blocked := failing(bot.Unknown, bot.ReasonBlockedUs, 0)
	for name, test := range map[string]struct {
		verdicts []bot.Verdict
		want     []int
	}{
		"twice as long each time": {[]bot.Verdict{blocked}, []int{0, 2, 6, 14, 30, 62, 122, 182}},
		"as long as asked":        {[]bot.Verdict{failing(bot.Unknown, bot.ReasonBlockedUs, 90*time.Minute), up()}, append([]int{0}, span(90, 199)...)},
		"forgotten once let in":   {[]bot.Verdict{blocked, blocked, up(), blocked, up()}, append([]int{0, 2, 6, 7}, span(9, 199)...)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := &scripted{verdicts: test.verdicts}
				checker := NewManners().around(Spec{URL: "https://enthdf.fr"}, target)
				if diff := cmp.Diff(test.want, minutes(checker, target, 200)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// span lists the whole numbers from first to last.
func span(first, last int) []int {
	var list []int
	for i := first; i <= last; i++ {
		list = append(list, i)
	}
	return list
}

func TestARefusalCountsForTheWholeSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		manners := NewManners()
		refused := failing(bot.Unknown, bot.ReasonBlockedUs, 0)
		refused.Evidence.URL = "https://educonnect.education.gouv.fr/idp" // where the portal's redirect led
		portal, idp, other := &scripted{verdicts: []bot.Verdict{refused}}, &scripted{verdicts: []bot.Verdict{up()}}, &scripted{verdicts: []bot.Verdict{up()}}
		checkPortal := manners.around(Spec{URL: "https://enthdf.fr"}, portal)
		checkPortal.Check(t.Context())
		for _, checker := range []bot.Checker{checkPortal, manners.around(Spec{URL: "https://www.education.gouv.fr/a?jeton=s3cret"}, idp)} {
			v := checker.Check(t.Context())
			if v.Outcome != bot.Unknown || v.Reason != bot.ReasonBlockedUs || v.Evidence.RetryIn != firstPause || v.At.IsZero() {
				t.Errorf("verdict is %+v", v)
			}
			if v.Evidence.URL != "https://enthdf.fr" && v.Evidence.URL != "https://www.education.gouv.fr/a" {
				t.Errorf("the evidence names %s", v.Evidence.URL)
			}
		}
		if v := manners.around(Spec{URL: "https://ent.enthdf.fr"}, other).Check(t.Context()); v.Outcome != bot.Up {
			t.Errorf("the site that only led there is left alone too: %+v", v)
		}
		if len(portal.asked) != 1 || len(idp.asked) != 0 {
			t.Errorf("the site was asked %d and %d times", len(portal.asked), len(idp.asked))
		}
	})
}

func TestAFailingSiteIsAskedLater(t *testing.T) {
	asks := failing(bot.Down, bot.ReasonServerError, 2*time.Minute)
	for name, test := range map[string]struct {
		verdicts []bot.Verdict
		want     []int
	}{
		"once it is sure":      {[]bot.Verdict{asks}, []int{0, 1, 2, 4, 6, 8, 10}},
		"but not for too long": {[]bot.Verdict{failing(bot.Down, bot.ReasonQuotaPage, time.Hour)}, []int{0, 1, 2, 4, 6, 8, 10}},
		"until it is back":     {[]bot.Verdict{asks, asks, asks, up()}, append([]int{0, 1, 2}, span(4, 11)...)},
		"not where it says no": {[]bot.Verdict{failing(bot.Down, bot.ReasonServerError, 0)}, span(0, 11)},
		"not when we are down": {[]bot.Verdict{failing(bot.Unknown, bot.ReasonOwnNetwork, time.Hour)}, span(0, 11)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := &scripted{verdicts: test.verdicts}
				checker := NewManners().around(Spec{URL: "https://enthdf.fr"}, target)
				if diff := cmp.Diff(test.want, minutes(checker, target, 12)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestPausesDecideNothing holds what is not asked apart from what is seen: the judge passes over it, so that a pause
// neither opens nor ends an outage.
func TestPausesDecideNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &scripted{verdicts: []bot.Verdict{failing(bot.Down, bot.ReasonServerError, time.Minute)}}
		checker := NewManners().around(Spec{URL: "https://enthdf.fr"}, target)
		for range confirming {
			checker.Check(t.Context())
			time.Sleep(time.Second)
		}
		v := checker.Check(t.Context())
		if v.Outcome != bot.Unknown || v.Reason != bot.ReasonCancelled || v.Evidence.RetryIn <= 0 {
			t.Errorf("verdict is %+v", v)
		}
	})
}

func TestMannersOverTheWire(t *testing.T) {
	var mu sync.Mutex
	asked := 0
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	env := local()
	env.Manners = NewManners()
	spec := Spec{ID: "essai/accueil", URL: url}
	checker, err := New(spec, env)
	if err != nil {
		t.Fatal(err)
	}
	want(t, checker.Check(t.Context()), bot.Unknown, bot.ReasonBlockedUs, "status 429")
	v := checker.Check(t.Context())
	want(t, v, bot.Unknown, bot.ReasonBlockedUs, "left alone")
	if asked != 1 || v.Evidence.RetryIn < 9*time.Minute {
		t.Errorf("asked %d times, again in %s", asked, v.Evidence.RetryIn)
	}
	spec.AllowPrivate = true
	if checker, err = New(spec, env); err != nil {
		t.Fatal(err)
	}
	want(t, checker.Check(t.Context()), bot.Unknown, bot.ReasonBlockedUs, "status 429")
}
