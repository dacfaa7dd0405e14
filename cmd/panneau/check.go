package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

func (m Main) checkCommand() *cobra.Command {
	var file string
	var all bool
	command := &cobra.Command{
		Use:   "check ADRESSE|plateforme",
		Short: "Vérifie une adresse ou une plateforme maintenant, et explique le résultat.",
		Long: `Vérifie une adresse ou une plateforme maintenant, et explique le résultat. Rien n’est annoncé à personne.

Le début d’une adresse dit ce qui est vérifié :
  https://ent.exemple.fr/    la page
  tls://ent.exemple.fr:443   le certificat
  tcp://ent.exemple.fr:443   la connexion, rien de plus ; « ent.exemple.fr:443 » dit la même chose
  dns://ent.exemple.fr       le nom
  icmp://ent.exemple.fr      la réponse au ping`,
		Example: "  panneau check pronote\n  panneau check https://ent.exemple.fr/",
		Args: func(_ *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return usageError{fmt.Errorf("« panneau check --all » n’attend pas d’adresse ni de nom")}
			}
			if !all && len(args) != 1 {
				return usageError{fmt.Errorf("« panneau check » attend une adresse ou le nom d’une plateforme")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if all {
				return m.checkAll(c.Context(), file)
			}
			return m.check(c.Context(), file, args[0])
		},
	}
	command.Flags().BoolVar(&all, "all", false, "essayer une fois, doucement, tout ce que le catalogue et la configuration connaissent")
	command.Flags().StringVarP(&file, "config", "c", "", "fichier de configuration")
	return command
}

// check runs the checks of a target once and explains each verdict.
func (m Main) check(ctx context.Context, file, target string) error {
	words, err := locales.New()
	if err != nil {
		return fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.load(file, words)
	if err != nil {
		return err
	}
	specs, err := specsFor(c, target)
	if err != nil {
		return err
	}
	env := checks.Env{UserAgent: userAgent(c), Manners: checks.NewManners()}
	guard := checks.NewGuard(c.Watch.Guard, env)
	place, err := paris()
	if err != nil {
		return err
	}
	for _, spec := range specs {
		verdict, err := runOnce(ctx, spec, env, guard)
		if err != nil {
			return err
		}
		verdict.At = verdict.At.In(place.Location)
		fmt.Fprintf(m.Stdout, "%s\n%s\n", spec.ID, checks.Explain(verdict))
	}
	return nil
}

// runOnce runs one check. A bad verdict that our own network explains claims nothing.
func runOnce(ctx context.Context, spec checks.Spec, env checks.Env, guard *checks.Guard) (bot.Verdict, error) {
	checker, err := checks.New(spec, env)
	if err != nil {
		return bot.Verdict{}, usageError{err}
	}
	at := time.Now()
	v := checker.Check(ctx)
	if v.At.IsZero() {
		v.At = at
	}
	if v.Outcome.Bad() {
		if believed, _ := guard.Believe(ctx, v); !believed {
			v.Outcome, v.Reason = bot.Unknown, bot.ReasonOwnNetwork
		}
	}
	return v, nil
}

// specsFor finds the checks that a person means by an address, or by the name of a platform of the configuration or
// the catalogue.
func specsFor(c *config.Config, target string) ([]checks.Spec, error) {
	if address, ok := addressed(target); ok {
		known, err := catalogue.Load()
		if err != nil {
			return nil, fmt.Errorf("load the catalogue: %w", err)
		}
		return []checks.Spec{{
			ID: bot.CheckID(target), URL: address, AllowPrivate: true, Signatures: known.SignaturesOf(""),
		}}, nil
	}
	var specs []checks.Spec
	for _, p := range c.Platforms {
		if named(p.Platform, target) {
			for _, check := range p.Checks {
				specs = append(specs, check.Spec)
			}
		}
	}
	if len(specs) > 0 {
		return specs, nil
	}
	known, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	found := false
	for _, entry := range known.Platforms {
		if named(entry.Platform, target) {
			found = true
			for _, check := range entry.Checks {
				specs = append(specs, check.Spec)
			}
		}
	}
	switch {
	case !found:
		return nil, usageError{fmt.Errorf("plateforme inconnue : « %s ». Donnez une adresse (https://…) ou un nom du catalogue, par exemple pronote", target)}
	case len(specs) == 0:
		return nil, usageError{fmt.Errorf("aucune page publique n’est connue pour « %s » : donnez son adresse (https://…)", target)}
	}
	return specs, nil
}

// addressed reports whether a word is an address rather than a name: one of any notation, or « host:port ».
func addressed(word string) (string, bool) {
	if _, known := checks.KindOf(word); known || strings.Contains(word, "://") {
		return word, true
	}
	host, port, err := net.SplitHostPort(word)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || host == "" || number != nil {
		return "", false
	}
	return "tcp://" + word, true
}

// named reports whether a word is one of the names of a platform.
func named(p bot.Platform, word string) bool {
	names := append([]string{string(p.ID), p.Name}, p.Aliases...)
	return slices.ContainsFunc(names, func(name string) bool { return bot.Fold(name) == bot.Fold(word) })
}

// project is where a platform's owner learns who asks when the operator gave no contact.
const project = "https://github.com/panneau-ecole/panneau"

func userAgent(c *config.Config) string {
	contact := c.Watch.Contact
	if contact == "" {
		contact = project
	}
	return checks.UserAgent(version(), contact)
}
