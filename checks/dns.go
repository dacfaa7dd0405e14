package checks

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"github.com/panneau-ecole/panneau/bot"
)

// records are the types that a check may ask for.
func records() map[string]uint16 {
	return map[string]uint16{
		"A": dns.TypeA, "AAAA": dns.TypeAAAA, "CNAME": dns.TypeCNAME, "MX": dns.TypeMX, "NS": dns.TypeNS, "SOA": dns.TypeSOA,
		"SRV": dns.TypeSRV, "TXT": dns.TypeTXT, "CAA": dns.TypeCAA, "HTTPS": dns.TypeHTTPS,
	}
}

// record is the type to ask for.
func (s Spec) record() string {
	if s.Family == IPv6 {
		return cmp.Or(strings.ToUpper(s.Record), "AAAA")
	}
	return cmp.Or(strings.ToUpper(s.Record), "A")
}

// maxResolvers bounds how many name servers one check asks.
const maxResolvers = 8

func validateDNS(s Spec) []FieldError {
	var list []FieldError
	t, wrong := readTarget(s, "")
	switch _, err := netip.ParseAddr(t.host); {
	case wrong != nil:
		list = append(list, *wrong)
	case err == nil:
		list = append(list, FieldError{"url", "un nom est attendu, pas une adresse", "écrivez par exemple dns://ent.exemple.fr"})
	}
	if _, known := records()[s.record()]; !known {
		list = append(list, FieldError{"record", "type d’enregistrement inconnu", "choisissez parmi : A, AAAA, CAA, CNAME, HTTPS, MX, NS, SOA, SRV, TXT"})
	}
	for i, answer := range s.Answers {
		if strings.TrimSpace(answer) == "" {
			list = append(list, FieldError{entry("answers", i), "la réponse attendue est vide", "écrivez-la telle que « dig +short » la donne"})
		}
	}
	if len(s.Resolvers) > maxResolvers {
		list = append(list, FieldError{"resolvers", "trop de serveurs de noms", fmt.Sprintf("gardez-en au plus %d", maxResolvers)})
	}
	for i, resolver := range s.Resolvers {
		if _, err := readResolver(resolver); err != nil {
			list = append(list, FieldError{entry("resolvers", i), "ce n’est pas l’adresse IP d’un serveur de noms", "écrivez par exemple 9.9.9.9 ou [2620:fe::fe]:53"})
		}
	}
	return list
}

// readResolver reads "IP" or "IP:port".
func readResolver(text string) (netip.AddrPort, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.AddrPortFrom(address, 53), nil
	}
	return netip.ParseAddrPort(text)
}

// dnsCheck asks name servers for the records of a name, all of them at once, and compares what they say.
type dnsCheck struct {
	target    target
	record    string
	expected  []string // in canonical form; empty: any answer is good
	resolvers func() ([]string, error)
	listed    bool // whether the spec lists the resolvers: then all of them must find the name
	asker     asker
}

func newDNS(spec Spec, env Env) (runner, error) {
	t, wrong := readTarget(spec, "")
	if wrong != nil {
		return nil, *wrong
	}
	c := &dnsCheck{target: t, record: spec.record(), listed: len(spec.Resolvers) > 0}
	for _, answer := range spec.Answers {
		c.expected = append(c.expected, canonical(answer))
	}
	own := env
	if c.listed {
		var list []string
		for _, resolver := range spec.Resolvers {
			at, err := readResolver(resolver)
			if err != nil {
				return nil, fmt.Errorf("read a resolver: %w", err)
			}
			list = append(list, at.String())
		}
		c.resolvers = func() ([]string, error) { return list, nil }
	} else {
		own.Addresses.AllowPrivate = true // the system's own resolvers mostly stand in a private network
		c.resolvers = systemResolvers(env)
	}
	c.asker = asker{
		name: dns.Fqdn(t.host), record: records()[c.record], limits: spec.Limits, expected: c.expected,
		dialer: own.connector(spec).dialer, policy: env.addresses(spec),
	}
	return c.run, nil
}

// systemResolvers are those of env or else of /etc/resolv.conf, read anew for each run because networks change.
func systemResolvers(env Env) func() ([]string, error) {
	return func() ([]string, error) {
		if len(env.Resolvers) > 0 {
			return env.Resolvers, nil
		}
		config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil {
			return nil, err
		}
		var list []string
		for _, server := range config.Servers {
			list = append(list, target{host: server, port: config.Port}.address())
		}
		return list, nil
	}
}

func (c *dnsCheck) run(parent context.Context) bot.Verdict {
	ctx, p := startProgress(parent, c.asker.limits)
	defer p.stop()
	p.enter(reading) // each question has its own time limit
	resolvers, err := c.resolvers()
	if err != nil || len(resolvers) == 0 {
		return c.about(verdict(bot.Unknown, bot.ReasonNotPermitted, "the system's name servers are not known: list them"))
	}
	opinions := make([]opinion, len(resolvers))
	var wait sync.WaitGroup
	for i, resolver := range resolvers {
		wait.Go(func() { opinions[i] = c.asker.ask(ctx, resolver) })
	}
	wait.Wait()
	if stopped(parent) {
		return c.about(verdict(bot.Unknown, bot.ReasonCancelled, "the run was stopped"))
	}
	return c.about(c.judge(opinions))
}

// about adds what the question was.
func (c *dnsCheck) about(v bot.Verdict) bot.Verdict {
	v.Evidence.URL = c.target.String()
	return v
}

// judge compares what the name servers say. Those that say nothing of the name (silent, refusing, out of reach) have no
// voice. The others must agree: where some find the name and others do not, nothing is claimed, because it depends on
// where people ask.
func (c *dnsCheck) judge(opinions []opinion) bot.Verdict {
	var good, bad []opinion
	texts := make([]string, len(opinions))
	for i, o := range opinions {
		texts[i] = o.String()
		switch {
		case o.says == found:
			good = append(good, o)
		case o.says != nothing:
			bad = append(bad, o)
		}
	}
	detail := c.record + ": " + strings.Join(texts, "; ")
	switch {
	case len(good) > 0 && (len(bad) == 0 || !c.listed):
		return from(good[0], verdict(bot.Up, bot.ReasonNone, detail))
	case len(good) > 0:
		return from(bad[0], verdict(bot.Unknown, bot.ReasonDNSDiffers, detail))
	case len(bad) == 0:
		return verdict(bot.Unknown, bot.ReasonOwnNetwork, detail)
	case slices.ContainsFunc(bad, func(o opinion) bool { return o.says != other }):
		return from(bad[0], verdict(bot.Down, bot.ReasonDNS, detail))
	}
	v := from(bad[0], verdict(bot.Down, bot.ReasonDNSAnswer, detail))
	v.Evidence.Matched = strings.Join(c.expected, ", ")
	return v
}

// from names the server that decided.
func from(o opinion, v bot.Verdict) bot.Verdict {
	v.Evidence.Address = o.server
	return v
}
