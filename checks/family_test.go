package checks

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// twoFamilies is a resolver for a name with an address of each family.
func twoFamilies(t testing.TB) *net.Resolver {
	server := resolver(t, zone(t, "ent.exemple.fr. 60 IN A 127.0.0.1", "ent.exemple.fr. 60 IN AAAA ::1"))
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}
}

func TestFamilyOfAHostWithBoth(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("no IPv6 on loopback")
	}
	env := local()
	env.Dialer.Resolver = twoFamilies(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(serve(t, answer(200, nil, "")), "http://")) // IPv4 only
	for scheme, name := range map[string]string{"http": "page", "tcp": "connection"} {
		for _, test := range []struct {
			family  Family
			outcome bot.Outcome
			reason  bot.Reason
			address string
		}{
			{"", bot.Up, "", "127.0.0.1:" + port},
			{IPv4, bot.Up, "", "127.0.0.1:" + port},
			{IPv6, bot.Down, bot.ReasonRefused, "[::1]:" + port},
		} {
			t.Run(fmt.Sprint(name, test.family), func(t *testing.T) {
				v := check(t, Spec{URL: scheme + "://ent.exemple.fr:" + port, Family: test.family}, env)
				want(t, v, test.outcome, test.reason, "")
				if v.Evidence.Address != test.address {
					t.Errorf("connected to %s", v.Evidence.Address)
				}
			})
		}
	}
}

// TestFamilyThatIsMissingSaysNothing: somebody who asks over both in turn must not take that for an outage.
func TestFamilyThatIsMissingSaysNothing(t *testing.T) {
	env := local()
	env.Dialer.Resolver = nameServer(t)
	_, port, _ := net.SplitHostPort(freePort(t))
	for _, format := range []string{"http://%s:" + port, "tls://%s:" + port, "tcp://%s:" + port, "icmp://%s"} {
		for _, host := range []string{"ent.exemple.fr", "127.0.0.1"} { // which have IPv4 only
			v := check(t, Spec{URL: fmt.Sprintf(format, host), Family: IPv6}, env)
			want(t, v, bot.Unknown, bot.ReasonNoFamily, "no IPv6 address")
		}
		v := check(t, Spec{URL: fmt.Sprintf(format, "absent.exemple.fr"), Family: IPv6}, env)
		want(t, v, bot.Down, bot.ReasonDNS, "no such name")
	}
}

func TestFamilyWithoutARouteIsOurOwnTrouble(t *testing.T) {
	f := ownFailure(fmt.Errorf("dial: %w", &routeError{IPv6}))
	if f.outcome != bot.Unknown || f.reason != bot.ReasonOwnNetwork || f.detail != "this machine has no IPv6 route" {
		t.Errorf("failure is %+v", f)
	}
}

// everyKind is a check of each kind on a server that admits nobody from outside.
func everyKind(host string) map[Kind]Spec {
	return map[Kind]Spec{
		HTTP: {URL: "http://" + host + ":1/"},
		TLS:  {URL: "tls://" + host + ":1"},
		TCP:  {URL: "tcp://" + host + ":1"},
		ICMP: {URL: "icmp://" + host},
		DNS:  {URL: "dns://ent.exemple.fr", Resolvers: []string{host}},
	}
}

// TestNoKindConnectsInside holds every kind to the address policy: at once where the spec names an address, and with the
// address that a name leads to.
func TestNoKindConnectsInside(t *testing.T) {
	env := Env{UserAgent: "test"}
	env.Dialer.Resolver = nameServer(t)
	specs := everyKind("10.1.2.3")
	if len(specs) != len(Kinds()) {
		t.Fatalf("%d kinds are tried of %d", len(specs), len(Kinds()))
	}
	for kind, spec := range specs {
		spec.ID = "x"
		field := "url"
		if kind == DNS {
			field = "resolvers[1]"
		}
		if _, err := New(spec, env); len(Problems(err)) != 1 || Problems(err)[0].Field != field {
			t.Errorf("%s: error is %v", kind, err)
		}
		spec.AllowPrivate = true
		if _, err := New(spec, env); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for kind, spec := range everyKind("interne.exemple.fr") {
		if kind == DNS { // names of name servers are refused
			continue
		}
		want(t, check(t, spec, env), bot.Unknown, bot.ReasonOwnNetwork, "address 10.1.2.3 is not public")
	}
	step := Spec{ID: "x", URL: "https://ent.exemple.fr", Steps: []Step{{URL: "http://[::1]/"}}}
	if _, err := New(step, env); len(Problems(err)) != 1 || Problems(err)[0].Field != "steps[1].url" {
		t.Errorf("error is %v", err)
	}
}

// TestHangingTargetsDelayNobody runs a good check while one of each kind hangs: it ends first. What hangs ends when it
// is told to.
func TestHangingTargetsDelayNobody(t *testing.T) {
	silent := listen(t, func(conn net.Conn) { readRequest(conn); readRequest(conn) })
	hanging := []Spec{
		{URL: "http://" + silent}, {URL: "https://" + silent}, {URL: "tls://" + silent},
		{URL: "tcp://" + silent, MustContain: []Pattern{{Text: "prêt"}}}, {URL: "tcp://" + crowded(t)},
		{URL: "dns://ent.exemple.fr", Resolvers: []string{resolver(t, silence)}},
	}
	ctx, cancel := context.WithCancel(t.Context())
	verdicts := make(chan bot.Verdict, len(hanging))
	for _, spec := range hanging {
		spec.ID = "x"
		checker, err := New(spec, local())
		if err != nil {
			t.Fatal(err)
		}
		go func() { verdicts <- checker.Check(ctx) }()
	}
	time.Sleep(20 * time.Millisecond)
	want(t, check(t, Spec{URL: serve(t, answer(200, nil, ""))}, local()), bot.Up, bot.ReasonNone, "")
	if n := len(verdicts); n > 0 {
		t.Errorf("%d hanging checks ended before the good one", n)
	}
	cancel()
	for range hanging {
		want(t, <-verdicts, bot.Unknown, bot.ReasonCancelled, "stopped")
	}
}

func TestAddressOf(t *testing.T) {
	address := listen(t, func(net.Conn) {})
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := addressOf(conn); got != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("got %s", got)
	}
}
