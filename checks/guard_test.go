package checks

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// reference is a loopback address that takes connections and tells of each.
func reference(t *testing.T) (address string, taken chan struct{}) {
	t.Helper()
	taken = make(chan struct{}, 100)
	return listen(t, func(net.Conn) { taken <- struct{}{} }), taken
}

func believes(ctx context.Context, g *Guard, v bot.Verdict) bool {
	believed, _ := g.Believe(ctx, v)
	return believed
}

func TestGuardTellsUplinkAndNamesApart(t *testing.T) {
	good, _ := reference(t)
	dead := freePort(t)
	env := local()
	env.Dialer.Resolver = nameServer(t)
	for _, test := range []struct {
		name       string
		references References
		line       Line
	}{
		{"all well", References{[]string{dead, good}, []string{"absent.exemple.fr", "ent.exemple.fr"}}, Line{Uplink: true, DNS: true}},
		{"no names", References{[]string{good}, []string{"absent.exemple.fr", "casse.exemple.fr"}}, Line{Uplink: true, DNS: false}},
		{"no uplink", References{[]string{dead}, []string{"ent.exemple.fr"}}, Line{Uplink: false, DNS: true}},
		{"nothing", References{[]string{dead}, []string{"absent.exemple.fr"}}, Line{Uplink: false, DNS: false}},
		{"names only", References{nil, []string{"ent.exemple.fr"}}, Line{Uplink: true, DNS: true}},
		{"names only, none resolves", References{nil, []string{"absent.exemple.fr"}}, Line{Uplink: false, DNS: false}},
		{"addresses only", References{[]string{good}, nil}, Line{Uplink: true, DNS: true}},
		{"off", References{}, Line{Uplink: true, DNS: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			line, err := NewGuard(test.references, env).Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := (Line{Uplink: line.Uplink, DNS: line.DNS}); got != test.line {
				t.Errorf("got %+v, want %+v", got, test.line)
			}
		})
	}
}

func TestGuardBelievesByReason(t *testing.T) {
	good, _ := reference(t)
	env := local()
	env.Dialer.Resolver = nameServer(t)
	guard := NewGuard(References{[]string{good}, []string{"absent.exemple.fr"}}, env)
	if !believes(t.Context(), guard, bot.Verdict{Reason: bot.ReasonTimeoutConnect}) {
		t.Error("a time-out is not believed although packets get out")
	}
	if believes(t.Context(), guard, bot.Verdict{Reason: bot.ReasonDNS}) {
		t.Error("a name failure is believed although no name resolves")
	}
}

func TestCaptivePortalProvesNothing(t *testing.T) {
	env := Env{}
	env.Dialer.Resolver = nameServer(t)
	line, err := NewGuard(References{Names: []string{"ent.exemple.fr"}}, env).Look(t.Context())
	if err != nil || line.DNS {
		t.Errorf("a name that leads into a private network counts as resolved: %+v, %v", line, err)
	}
}

func TestLookIsSharedAndGoodForFiveSeconds(t *testing.T) {
	good, taken := reference(t) // outside of the bubble, so that its waiting does not stop the bubble's clock
	synctest.Test(t, func(t *testing.T) {
		guard := NewGuard(References{Addresses: []string{good}}, Env{})
		results := make(chan bool)
		for range 20 {
			go func() { results <- believes(context.Background(), guard, bot.Verdict{Reason: bot.ReasonReset}) }()
		}
		for range 20 {
			if !<-results {
				t.Error("offline")
			}
		}
		<-taken
		time.Sleep(4 * time.Second)
		believes(context.Background(), guard, bot.Verdict{Reason: bot.ReasonReset})
		if len(taken) > 0 {
			t.Error("looked again after 4 s")
		}
		time.Sleep(2 * time.Second)
		believes(context.Background(), guard, bot.Verdict{Reason: bot.ReasonReset})
		<-taken
		if len(taken) > 0 {
			t.Error("looked more than once")
		}
	})
}

func TestLossOfIPv4IsNotHiddenByIPv6(t *testing.T) {
	guard := NewGuard(References{Addresses: []string{"9.9.9.9:443"}}, Env{})
	if line := guard.conclude(map[Family]int{IPv6: 1}); !line.Uplink {
		t.Error("a line that only ever had IPv6 is found broken")
	}
	guard.conclude(map[Family]int{IPv4: 1, IPv6: 1})
	if line := guard.conclude(map[Family]int{IPv6: 1}); line.Uplink {
		t.Error("a line that lost IPv4 is found well")
	}
}

func TestLookEndsWithItsContext(t *testing.T) {
	env := local()
	env.Dialer.Resolver = nameServer(t)
	guard := NewGuard(References{Names: []string{"muet.exemple.fr"}}, env)
	guard.limit = 500 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := guard.Look(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if believes(ctx, guard, bot.Verdict{Reason: bot.ReasonReset}) {
		t.Error("online was claimed without an answer")
	}
	guard.flight.Do("look", func() (any, error) { return nil, nil }) // the look that goes on ends before the test does
}

func TestReferencesValidate(t *testing.T) {
	if err := DefaultReferences().Validate(); err != nil {
		t.Error(err)
	}
	bad := References{Addresses: []string{"9.9.9.9:443", "quad9.net:443", "9.9.9.9"}, Names: []string{"https://www.afnic.fr", ""}}
	var fields []string
	for _, p := range Problems(bad.Validate()) {
		fields = append(fields, p.Field)
	}
	if diff := cmp.Diff([]string{"addresses[2]", "addresses[3]", "names[1]", "names[2]"}, fields); diff != "" {
		t.Error(diff)
	}
}

// TestGuardOverBothFamilies asks real references on 127.0.0.1 and ::1. A host that has IPv4 alone is not offline for it,
// and what could not be reached over a family of ours that is broken is not held against its platform.
func TestGuardOverBothFamilies(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("no IPv6 on loopback")
	}
	good4, _ := reference(t)
	good6 := reference6(t)
	dead4 := freePort(t)
	_, port, _ := net.SplitHostPort(dead4)
	dead6 := net.JoinHostPort("::1", port)
	const over4, over6 = "203.0.113.7:443", "[2001:db8::7]:443"
	for _, test := range []struct {
		name       string
		references []string
		reason     bot.Reason
		address    string
		believed   bool
	}{
		{"IPv4 alone, seen over IPv4", []string{good4, dead6}, bot.ReasonTimeoutConnect, over4, true},
		{"IPv4 alone, no address known", []string{good4, dead6}, bot.ReasonTimeoutConnect, "", true},
		{"IPv4 alone, seen over IPv6", []string{good4, dead6}, bot.ReasonTimeoutConnect, over6, false},
		{"IPv4 alone, unreachable over IPv6", []string{good4, dead6}, bot.ReasonUnreachable, over6, false},
		{"IPv4 alone, no echo over IPv6", []string{good4, dead6}, bot.ReasonNoEcho, "2001:db8::7", false},
		{"IPv4 alone, refused over IPv6", []string{good4, dead6}, bot.ReasonRefused, over6, true},
		{"IPv6 alone, seen over IPv6", []string{dead4, good6}, bot.ReasonTimeoutConnect, over6, true},
		{"IPv6 alone, seen over IPv4", []string{dead4, good6}, bot.ReasonTimeoutConnect, over4, false},
		{"both, seen over IPv6", []string{good4, good6}, bot.ReasonTimeoutConnect, over6, true},
		{"both, seen over IPv4", []string{good4, good6}, bot.ReasonTimeoutConnect, over4, true},
		{"neither", []string{dead4, dead6}, bot.ReasonTimeoutConnect, over6, false},
		{"no reference over IPv6", []string{good4}, bot.ReasonTimeoutConnect, over6, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			guard := NewGuard(References{Addresses: test.references}, local())
			v := bot.Verdict{Outcome: bot.Down, Reason: test.reason, Evidence: bot.Evidence{Address: test.address}}
			for range 2 { // asked and remembered
				believed, online := guard.Believe(t.Context(), v)
				if believed != test.believed || online != (test.name != "neither") {
					t.Errorf("believed is %v, online is %v", believed, online)
				}
			}
		})
	}
}

// reference6 is a loopback address of IPv6 that takes connections.
func reference6(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

// TestAFamilyOfOursIsNoOutage makes real checks of targets that nobody listens at, and asks the guard whether to believe
// them: only over IPv6 while ours is broken, no; over both, yes, because IPv4 works.
func TestAFamilyOfOursIsNoOutage(t *testing.T) {
	if !hasIPv6(t) {
		t.Skip("no IPv6 on loopback")
	}
	good4, _ := reference(t)
	_, port, _ := net.SplitHostPort(freePort(t))
	env := local()
	env.Dialer.Resolver = twoFamilies(t)
	guard := NewGuard(References{Addresses: []string{good4, net.JoinHostPort("::1", port)}}, env)
	for _, scheme := range []string{"http", "tcp"} {
		both := check(t, Spec{URL: scheme + "://ent.exemple.fr:" + port}, env)
		want(t, both, bot.Down, bot.ReasonRefused, "")
		if both.Evidence.Address != "127.0.0.1:"+port {
			t.Errorf("%s: tried in vain over both, and tells of %s", scheme, both.Evidence.Address)
		}
		both.Reason = bot.ReasonTimeoutConnect // loopback refuses; a network that is cut says nothing
		if !believes(t.Context(), guard, both) {
			t.Errorf("%s: a failure over both families is not believed", scheme)
		}
		six := check(t, Spec{URL: scheme + "://ent.exemple.fr:" + port, Family: IPv6}, env)
		want(t, six, bot.Down, bot.ReasonRefused, "")
		six.Reason = bot.ReasonTimeoutConnect
		if believes(t.Context(), guard, six) {
			t.Errorf("%s: a failure over IPv6 is believed although ours is broken", scheme)
		}
	}
}
