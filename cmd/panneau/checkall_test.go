package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func trialOf(id, url string) *trial {
	return &trial{
		platform: bot.Platform{ID: bot.PlatformID(id), Name: "ENT " + id},
		spec:     checks.Spec{ID: bot.CheckID(id), URL: url, AllowPrivate: true},
	}
}

// TestSweepIsGentle proves that no site is asked twice at a time or without a pause, and that few are at once.
func TestSweepIsGentle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trials []*trial
		for i := range 40 {
			trials = append(trials, trialOf(fmt.Sprint(i), fmt.Sprintf("https://a%d.site%d.fr/", i, i/2)))
		}
		var mu sync.Mutex
		busy, most := make(map[string]int), 0
		ended := make(map[string]time.Time)
		run := func(_ context.Context, spec checks.Spec) (bot.Verdict, error) {
			site := checks.Site(spec.URL)
			mu.Lock()
			busy[site]++
			most = max(most, len(busy))
			if busy[site] > 1 || !ended[site].IsZero() && time.Since(ended[site]) < allPause {
				t.Errorf("%s is asked %d at a time, %s after the last", site, busy[site], time.Since(ended[site]))
			}
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			delete(busy, site)
			ended[site] = time.Now()
			return bot.Verdict{Outcome: bot.Up}, nil
		}
		if err := sweep(t.Context(), bySite(trials), allPause, run); err != nil {
			t.Fatal(err)
		}
		for _, trial := range trials {
			if !trial.done {
				t.Errorf("%s was not tried", trial.spec.ID)
			}
		}
		if most != allSites {
			t.Errorf("%d sites were asked at the same time, want %d", most, allSites)
		}
	})
}

func TestSweepEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		trials := []*trial{trialOf("a", "https://a.fr"), trialOf("b", "https://www.a.fr"), trialOf("c", "https://c.a.fr")}
		start := time.Now()
		err := sweep(ctx, bySite(trials), 2*time.Second, func(ctx context.Context, _ checks.Spec) (bot.Verdict, error) {
			select {
			case <-ctx.Done():
				return bot.Verdict{Reason: bot.ReasonCancelled}, nil
			case <-time.After(2 * time.Second):
				return bot.Verdict{Outcome: bot.Up}, nil
			}
		})
		if err != nil || time.Since(start) != 5*time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		if !trials[0].done || trials[1].done || trials[2].done {
			t.Errorf("tried: %v %v %v", trials[0].done, trials[1].done, trials[2].done)
		}
	})
}

// TestSummary makes real runs against a site of this machine and reads the table.
func TestSummary(t *testing.T) {
	var mu sync.Mutex
	var agents []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		agents = append(agents, r.UserAgent())
		switch r.URL.Path {
		case "/503", "/cned":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/403":
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	env := checks.Env{UserAgent: checks.UserAgent("test", "https://exemple.fr"), Manners: checks.NewManners()}
	guard := checks.NewGuard(checks.References{Addresses: []string{server.Listener.Addr().String()}}, env)
	trials := []*trial{
		trialOf("bien", server.URL+"/"), trialOf("casse", server.URL+"/503"), trialOf("ecarte", server.URL+"/403"),
		trialOf("cned", server.URL+"/cned"), trialOf("tard", server.URL+"/"),
	}
	trials[3].platform.OnDemand = true
	err := sweep(t.Context(), bySite(trials[:4]), time.Millisecond, func(ctx context.Context, spec checks.Spec) (bot.Verdict, error) {
		return runOnce(ctx, spec, env, guard)
	})
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := (summary{words, trials, 3}).print(&b); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(plain(b.String())) {
		cells := strings.Fields(line)
		if len(cells) >= 6 && cells[len(cells)-1] == "s" { // the duration varies
			line = strings.Join(cells[:len(cells)-2], " ")
		}
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"CONTRÔLE PLATEFORME RÉSULTAT MOTIF RÉPONSE DURÉE",
		"bien ENT bien fonctionne normalement – 200",
		"casse ENT casse inaccessible server_error 503",
		"ecarte ENT ecarte état non vérifiable blocked_us 403",
		"cned ENT cned service fermé server_error 503",
		"tard ENT tard pas essayé – – –",
		"",
		"5 contrôles : normal 1, lent 0, en défaut 1, fermé 1, non vérifiable 1, pas essayé 1. Plateformes sans contrôle : 3.",
		"Un seul essai ne fait pas une panne. Le détail : panneau check PLATEFORME",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(agents) != 4 || agents[0] != "Panneau/test (+https://exemple.fr)" {
		t.Errorf("the site was asked by %q", agents)
	}
}

func TestEveryCheckIsTriedOnce(t *testing.T) {
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	own := config.Platform{
		Platform: bot.Platform{ID: "pronote"},
		Checks:   []config.Check{{Spec: checks.Spec{ID: "pronote/college", URL: "https://0590001a.index-education.net/pronote/"}}},
	}
	trials, without, err := everyCheck(&config.Config{Platforms: []config.Platform{own}})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[bot.CheckID]int)
	for _, trial := range trials {
		seen[trial.spec.ID]++
	}
	none := 0
	for _, e := range known.Platforms {
		if len(e.Checks) == 0 {
			none++
		}
		for _, check := range e.Checks {
			want := 1
			if e.ID == "pronote" {
				want = 0
			}
			if seen[check.ID] != want {
				t.Errorf("%s is tried %d times", check.ID, seen[check.ID])
			}
		}
	}
	if seen["pronote/college"] != 1 || without != none {
		t.Errorf("the own check is tried %d times; %d platforms without checks, want %d", seen["pronote/college"], without, none)
	}
}
