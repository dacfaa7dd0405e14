package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

// A look at everything is made once by a person who waits for it, at machines of others.
const (
	allLimit = 5 * time.Minute // what is not tried by then is left out
	allPause = 2 * time.Second // between two checks of one site
	allSites = 8               // at the same time
)

// trial is one check of a platform and what came of it.
type trial struct {
	platform bot.Platform
	spec     checks.Spec
	verdict  bot.Verdict
	done     bool
}

// checkAll tries everything that the configuration and the catalogue know, and sums it up.
func (m Main) checkAll(ctx context.Context, file string) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.load(file, words)
	if err != nil {
		return err
	}
	trials, without, err := everyCheck(c)
	if err != nil {
		return err
	}
	env := checks.Env{UserAgent: userAgent(c), Manners: checks.NewManners()}
	guard := checks.NewGuard(c.Watch.Guard, env)
	if err := m.lineOf(ctx, guard); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, allLimit)
	defer cancel()
	sites := bySite(trials)
	fmt.Fprintln(m.Stderr, locales.Typeset(fmt.Sprintf("%d contrôles sur %d sites, %.0f minutes au plus…", len(trials), len(sites), allLimit.Minutes())))
	err = sweep(limited, sites, allPause, func(ctx context.Context, spec checks.Spec) (bot.Verdict, error) {
		return runOnce(ctx, spec, env, guard)
	})
	if err != nil {
		return err
	}
	return summary{words, trials, without}.print(m.Stdout)
}

// lineOf says so where the machine has no access to the Internet: then every platform would look broken.
func (m Main) lineOf(ctx context.Context, guard *checks.Guard) error {
	line, err := guard.Look(ctx)
	if err != nil {
		return fmt.Errorf("look at our own network: %w", err)
	}
	why := "Aucune adresse de référence ne répond : cette machine n’a pas accès à Internet, ou un pare-feu l’en empêche."
	switch {
	case line.Uplink && line.DNS:
		return nil
	case line.Uplink:
		why = "Aucun nom de référence ne se résout : voyez le DNS de cette machine."
	}
	fmt.Fprintln(m.Stderr, locales.Typeset("Rien n’est vérifié. "+why+" Les références se règlent sous watch.guard."))
	return errSaid
}

// everyCheck lists the checks of the configuration and those of the catalogue's other platforms. without counts the
// platforms that have none.
func everyCheck(c *config.Config) (trials []*trial, without int, err error) {
	known, err := catalogue.Load()
	if err != nil {
		return nil, 0, fmt.Errorf("load the catalogue: %w", err)
	}
	mine := make(map[bot.PlatformID]bool)
	for _, p := range c.Platforms {
		mine[p.ID] = true
		for _, check := range p.Checks {
			trials = append(trials, &trial{platform: p.Platform, spec: check.Spec})
		}
	}
	for _, e := range known.Platforms {
		if mine[e.ID] {
			continue
		}
		if len(e.Checks) == 0 {
			without++
		}
		for _, check := range e.Checks {
			trials = append(trials, &trial{platform: e.Platform, spec: check.Spec})
		}
	}
	return trials, without, nil
}

// bySite groups the checks by the site that they ask.
func bySite(trials []*trial) [][]*trial {
	var sites [][]*trial
	at := make(map[string]int)
	for _, t := range trials {
		site := checks.Site(t.spec.URL)
		if _, known := at[site]; !known {
			at[site] = len(sites)
			sites = append(sites, nil)
		}
		sites[at[site]] = append(sites[at[site]], t)
	}
	return sites
}

// sweep makes every trial once, one at a time on each site with a pause in between, until ctx ends.
func sweep(
	ctx context.Context, sites [][]*trial, pause time.Duration,
	run func(context.Context, checks.Spec) (bot.Verdict, error),
) error {
	var group errgroup.Group
	group.SetLimit(allSites)
	for _, site := range sites {
		group.Go(func() error { return sweepSite(ctx, site, pause, run) })
	}
	return group.Wait()
}

func sweepSite(
	ctx context.Context, site []*trial, pause time.Duration,
	run func(context.Context, checks.Spec) (bot.Verdict, error),
) error {
	for i, t := range site {
		if !rest(ctx, min(pause, time.Duration(i)*pause)) {
			break
		}
		limited, cancel := context.WithTimeout(ctx, runLimit)
		v, err := run(limited, t.spec)
		cancel()
		if err != nil {
			return err
		}
		t.verdict, t.done = v, v.Reason != bot.ReasonCancelled
	}
	return nil
}

// rest waits, and reports whether it was for long enough: false when ctx ended first.
func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

// summary is what a look at everything found.
type summary struct {
	words   *locales.Renderer
	trials  []*trial
	without int // platforms without a check
}

func (s summary) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONTRÔLE\tPLATEFORME\tRÉSULTAT\tMOTIF\tRÉPONSE\tDURÉE")
	count := make(map[bot.Condition]int)
	untried := 0
	for _, t := range s.trials {
		result := "pas essayé"
		if t.done {
			condition := conditionOf(t)
			count[condition]++
			var err error
			if result, err = s.words.Condition("fr", condition); err != nil {
				return fmt.Errorf("name a condition: %w", err)
			}
		} else {
			untried++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			t.spec.ID, short(t.platform.Name), result, cmp.Or(string(t.verdict.Reason), "–"), status(t), took(t))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	normal, slow, closed, unknown := count[bot.Normal], count[bot.Slowed], count[bot.Closed], count[bot.Unverifiable]
	failing := len(s.trials) - normal - slow - closed - unknown - untried
	fmt.Fprintln(w, locales.Typeset(fmt.Sprintf(
		"\n%d contrôles : normal %d, lent %d, en défaut %d, fermé %d, non vérifiable %d, pas essayé %d. Plateformes sans contrôle : %d.\n"+
			"Un seul essai ne fait pas une panne. Le détail : panneau check PLATEFORME",
		len(s.trials), normal, slow, failing, closed, unknown, untried, s.without)))
	return nil
}

// conditionOf is what one verdict alone would amount to. Not reaching a platform that is opened on demand is « closed ».
func conditionOf(t *trial) bot.Condition {
	switch {
	case t.verdict.Outcome == bot.Down && t.platform.OnDemand:
		return bot.Closed
	case t.verdict.Outcome == bot.Down:
		return t.verdict.Reason.Condition()
	case t.verdict.Outcome == bot.Slow:
		return bot.Slowed
	case t.verdict.Outcome == bot.Up:
		return bot.Normal
	default:
		return bot.Unverifiable
	}
}

func status(t *trial) string {
	if t.verdict.Evidence.Status == 0 {
		return "–"
	}
	return fmt.Sprint(t.verdict.Evidence.Status)
}

func took(t *trial) string {
	if t.verdict.Evidence.Latency == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f s", t.verdict.Evidence.Latency.Seconds())
}
