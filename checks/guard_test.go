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
		{"all well", References{[]string{dead, good}, []string{"absent.exemple.fr", "ent.exemple.fr"}}, Line{true, true}},
		{"no names", References{[]string{good}, []string{"absent.exemple.fr", "casse.exemple.fr"}}, Line{true, false}},
		{"no uplink", References{[]string{dead}, []string{"ent.exemple.fr"}}, Line{false, true}},
		{"nothing", References{[]string{dead}, []string{"absent.exemple.fr"}}, Line{false, false}},
		{"names only", References{nil, []string{"ent.exemple.fr"}}, Line{true, true}},
		{"names only, none resolves", References{nil, []string{"absent.exemple.fr"}}, Line{false, false}},
		{"addresses only", References{[]string{good}, nil}, Line{true, true}},
		{"off", References{}, Line{true, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			line, err := NewGuard(test.references, env).Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.line, line); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGuardBelievesByReason(t *testing.T) {
	good, _ := reference(t)
	env := local()
	env.Dialer.Resolver = nameServer(t)
	guard := NewGuard(References{[]string{good}, []string{"absent.exemple.fr"}}, env)
	if !guard.Online(t.Context(), bot.ReasonTimeoutConnect) {
		t.Error("a time-out is not believed although packets get out")
	}
	if guard.Online(t.Context(), bot.ReasonDNS) {
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
			go func() { results <- guard.Online(context.Background(), bot.ReasonReset) }()
		}
		for range 20 {
			if !<-results {
				t.Error("offline")
			}
		}
		<-taken
		time.Sleep(4 * time.Second)
		guard.Online(context.Background(), bot.ReasonReset)
		if len(taken) > 0 {
			t.Error("looked again after 4 s")
		}
		time.Sleep(2 * time.Second)
		guard.Online(context.Background(), bot.ReasonReset)
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
	if guard.Online(ctx, bot.ReasonReset) {
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
