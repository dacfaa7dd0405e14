package checks

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/panneau-ecole/panneau/bot"
)

// References are places on the Internet that have nothing to do with schools and nothing with each other. While none
// of them answers, the trouble is on our side.
type References struct {
	// Addresses are asked for a TCP connection, "IP:port", without name resolution.
	Addresses []string
	// Names are looked up, nothing more.
	Names []string
}

// DefaultReferences are public resolvers of three independent organisations, over IPv4 and IPv6, and the names of two
// unrelated sites. Their owners publish the addresses: Cloudflare (https://one.one.one.one), Quad9
// (https://quad9.net/service/service-addresses-and-features/) and FDN (https://www.fdn.fr/actions/dns/). The first two
// answer on port 443 (DNS over HTTPS), FDN's on port 53.
func DefaultReferences() References {
	return References{
		Addresses: []string{
			"1.1.1.1:443", "9.9.9.9:443", "80.67.169.12:53",
			"[2606:4700:4700::1111]:443", "[2620:fe::fe]:443", "[2001:910:800::12]:53",
		},
		Names: []string{"www.afnic.fr", "www.wikipedia.org"},
	}
}

// Validate reports every entry that cannot be asked, each a [FieldError] with the fields "addresses" and "names".
func (r References) Validate() error {
	var list []FieldError
	for i, address := range r.Addresses {
		if _, err := netip.ParseAddrPort(address); err != nil {
			list = append(list, FieldError{entry("addresses", i), "ce n’est pas une adresse IP suivie d’un port", "écrivez par exemple 9.9.9.9:443 ou [2620:fe::fe]:443"})
		}
	}
	for i, name := range r.Names {
		if name == "" || strings.ContainsAny(name, ":/@ ") {
			list = append(list, FieldError{entry("names", i), "ce n’est pas un nom de site", "écrivez par exemple www.afnic.fr, sans https:// ni port"})
		}
	}
	return joined(list)
}

// Line is the state of our own connection to the Internet.
type Line struct {
	Uplink bool // packets get out and back
	DNS    bool // names resolve
	// IPv4 and IPv6 say over which families an address answered. IPv6 may be well although it is false: nobody waits for it
	// where IPv4 has answered.
	IPv4, IPv6 bool
}

// Guard tells our own trouble from the platforms'. It is safe for concurrent use.
type Guard struct {
	references References
	dialer     net.Dialer
	dial       func(ctx context.Context, network, address string) (net.Conn, error)
	addresses  Addresses
	logger     *slog.Logger
	limit      time.Duration // of a look
	flight     singleflight.Group

	mu      sync.Mutex
	line    Line
	at      time.Time
	hadIPv4 bool
	// The last look over IPv6 alone.
	overIPv6 bool
	atIPv6   time.Time
}

// NewGuard makes a guard that asks the references. Without addresses and names it is switched off: the line is always
// found well. Of env it uses the dialer, the logger and, for the addresses that names lead to, the address policy.
func NewGuard(references References, env Env) *Guard {
	if env.Logger == nil {
		env.Logger = slog.New(slog.DiscardHandler)
	}
	dial := env.Dialer.DialContext
	if env.Dial != nil {
		dial = env.Dial
	}
	return &Guard{
		references: references, dialer: env.Dialer, dial: dial, addresses: env.Addresses, logger: env.Logger, limit: lookLimit,
	}
}

var _ bot.Guard = (*Guard)(nil)

// Believe reports whether our own network is good enough to believe a bad verdict: where no connection could be made, over
// the family of addresses that was tried as well. Online is whether it is good for anything. Both are false when ctx ends
// before that is known.
func (g *Guard) Believe(ctx context.Context, v bot.Verdict) (believed, online bool) {
	line, err := g.Look(ctx)
	if err != nil {
		return false, false
	}
	named := v.Reason == bot.ReasonDNS || v.Reason == bot.ReasonDNSAnswer
	if !line.Uplink || named && !line.DNS {
		return false, false
	}
	tried := familyOf(v.Evidence.Address)
	return tried == "" || !unconnected(v.Reason) || g.reaches(ctx, line, tried), true
}

// unconnected reports whether a reason means that no connection was made, and nothing answered that it is not wanted.
func unconnected(r bot.Reason) bool {
	return r == bot.ReasonUnreachable || r == bot.ReasonTimeoutConnect || r == bot.ReasonNoEcho
}

// reaches reports whether packets get out and back over a family of addresses. A look that found a line well may have
// ended before IPv6 answered: then its references are asked alone. Without references of the family nothing is known
// against it.
func (g *Guard) reaches(ctx context.Context, line Line, f Family) bool {
	var list []string
	for _, address := range g.references.Addresses {
		if familyOf(address) == f {
			list = append(list, address)
		}
	}
	if len(list) == 0 || f == IPv4 && line.IPv4 || f == IPv6 && line.IPv6 {
		return true
	}
	if f == IPv4 { // which the look has waited for
		return false
	}
	done := g.flight.DoChan(string(f), func() (any, error) {
		g.mu.Lock()
		over, fresh := g.overIPv6, time.Since(g.atIPv6) < lookFresh
		g.mu.Unlock()
		if fresh {
			return over, nil
		}
		return g.lookOverIPv6(context.WithoutCancel(ctx), list), nil
	})
	select {
	case <-ctx.Done():
		return false
	case result := <-done:
		over, _ := result.Val.(bool) // the function returns nothing else
		return over
	}
}

// lookOverIPv6 asks the references that have such addresses until one answers.
func (g *Guard) lookOverIPv6(ctx context.Context, list []string) bool {
	ctx, cancel := context.WithTimeout(ctx, g.limit)
	defer cancel()
	answers := answers{count: make(map[Family]int), enough: cancel, sought: IPv6}
	var wait sync.WaitGroup
	for _, address := range list {
		wait.Go(func() { answers.add(IPv6, g.answers(ctx, address)) })
	}
	wait.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	over := answers.count[IPv6] > 0
	if over != g.overIPv6 && !g.atIPv6.IsZero() || !over && g.atIPv6.IsZero() {
		g.logger.Warn("own network", "ipv6", over)
	}
	g.overIPv6, g.atIPv6 = over, time.Now()
	return over
}

const (
	lookFresh = 5 * time.Second // how long a look is good for: within a confirmation burst one is enough
	lookLimit = 3 * time.Second // a reference that has not answered by then counts as silent
)

// Look finds out how our line is. Several callers share one look, and a look is good for 5 s. The error is that of ctx.
func (g *Guard) Look(ctx context.Context) (Line, error) {
	if line, fresh := g.last(); fresh {
		return line, nil
	}
	done := g.flight.DoChan("look", func() (any, error) {
		if line, fresh := g.last(); fresh {
			return line, nil
		}
		return g.look(context.WithoutCancel(ctx)), nil
	})
	select {
	case <-ctx.Done():
		return Line{}, ctx.Err()
	case result := <-done:
		line, _ := result.Val.(Line) // look returns nothing else
		return line, nil
	}
}

func (g *Guard) last() (Line, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.line, !g.at.IsZero() && time.Since(g.at) < lookFresh
}

func (g *Guard) look(ctx context.Context) Line {
	ctx, cancel := context.WithTimeout(ctx, g.limit)
	defer cancel()
	answers := answers{count: make(map[Family]int), enough: cancel, sought: IPv4, named: len(g.references.Names) > 0}
	var wait sync.WaitGroup
	for _, address := range g.references.Addresses {
		wait.Go(func() { answers.add(familyOf(address), g.answers(ctx, address)) })
	}
	for _, name := range g.references.Names {
		wait.Go(func() { answers.add(familyName, g.resolves(ctx, name)) })
	}
	wait.Wait()
	return g.conclude(answers.count)
}

// conclude turns the answers into the state of the line. Where IPv4 has worked before it must work now: IPv6 alone
// does not reach most platforms.
func (g *Guard) conclude(count map[Family]int) Line {
	g.mu.Lock()
	defer g.mu.Unlock()
	named := len(g.references.Names) == 0 || count[familyName] > 0
	line := Line{Uplink: count[IPv4] > 0 || count[IPv6] > 0 && !g.hadIPv4, DNS: named,
		IPv4: count[IPv4] > 0, IPv6: count[IPv6] > 0}
	if len(g.references.Addresses) == 0 {
		line.Uplink = named
	}
	g.hadIPv4 = g.hadIPv4 || count[IPv4] > 0
	before := g.line
	if g.at.IsZero() {
		before.Uplink, before.DNS = true, true
	}
	if line.Uplink != before.Uplink || line.DNS != before.DNS {
		g.logger.Warn("own network", "uplink", line.Uplink, "dns", line.DNS)
	}
	g.line, g.at = line, time.Now()
	return line
}

// answers reports whether a TCP connection to an address can be made.
func (g *Guard) answers(ctx context.Context, address string) bool {
	conn, err := g.dial(ctx, "tcp", address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// resolves reports whether a name leads to an address that can be its own: captive portals resolve every name, to
// themselves.
func (g *Guard) resolves(ctx context.Context, name string) bool {
	found, err := resolverOf(&g.dialer).LookupNetIP(ctx, "ip", name)
	if err != nil {
		return false
	}
	for _, address := range found {
		if g.addresses.Admit(address) == nil {
			return true
		}
	}
	return false
}

// familyName stands among the families for the references that are names: what they prove is that names resolve.
const familyName Family = "name"

// familyOf is the family of an address with or without a port; empty for anything else.
func familyOf(address string) Family {
	at, err := netip.ParseAddr(address)
	if err != nil {
		port, err := netip.ParseAddrPort(address)
		if err != nil {
			return ""
		}
		at = port.Addr()
	}
	if at.Unmap().Is6() {
		return IPv6
	}
	return IPv4
}

// answers counts which references answered.
type answers struct {
	sought Family // the one whose answer ends the look
	named  bool   // whether names are asked too
	enough func() // ends the look early

	mu    sync.Mutex
	count map[Family]int
}

// add takes one answer in. When nothing is left to find out, the silent references are not waited for.
func (a *answers) add(f Family, answered bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if answered {
		a.count[f]++
	}
	if a.count[a.sought] > 0 && (!a.named || a.count[familyName] > 0) {
		a.enough()
	}
}
