package checks

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

func TestAddressesAdmitPublicOnesOnly(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1", "10.0.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
		"224.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1",
		"::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "2001:db8::1",
	} {
		if (Addresses{}).Admit(netip.MustParseAddr(address)) == nil {
			t.Errorf("%s is admitted", address)
		}
		if err := (Addresses{AllowPrivate: true}).Admit(netip.MustParseAddr(address)); err != nil {
			t.Errorf("%s is refused although everything is allowed: %v", address, err)
		}
	}
	for _, address := range []string{"1.1.1.1", "172.32.0.1", "169.253.1.1", "2606:4700:4700::1111", "64:ff9b::1.1.1.1"} {
		if err := (Addresses{}).Admit(netip.MustParseAddr(address)); err != nil {
			t.Errorf("%s is refused: %v", address, err)
		}
	}
}

func TestAllowedNetwork(t *testing.T) {
	policy := Addresses{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	if err := policy.Admit(netip.MustParseAddr("::ffff:10.1.2.3")); err != nil {
		t.Error(err)
	}
	if policy.Admit(netip.MustParseAddr("10.2.0.1")) == nil {
		t.Error("an address outside of the allowed network is admitted")
	}
}

func TestNameThatLeadsInsideIsNotAsked(t *testing.T) {
	asked := false
	target := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	var logged bytes.Buffer
	env := local()
	env.Addresses, env.Dialer.Resolver = Addresses{}, nameServer(t)
	env.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	v := check(t, Spec{URL: strings.Replace(target, "127.0.0.1", "ent.exemple.fr", 1), Function: FunctionLogin}, env)
	want(t, v, bot.Unknown, bot.ReasonOwnNetwork, "address 127.0.0.1 is not public and not allowed")
	if asked {
		t.Error("the server inside was asked")
	}
	if !strings.Contains(logged.String(), "127.0.0.1") {
		t.Errorf("the operator is not told: %s", &logged)
	}
}

func TestRedirectInsideIsNotFollowed(t *testing.T) {
	inside := false
	target := serve(t, func(http.ResponseWriter, *http.Request) { inside = true })
	outside := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(target, "127.0.0.1", "127.0.0.2", 1), http.StatusFound)
	})
	env := local()
	env.Addresses = Addresses{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	want(t, check(t, Spec{URL: outside}, env), bot.Unknown, bot.ReasonOwnNetwork, "address 127.0.0.2 is not public")
	if inside {
		t.Error("the server inside was asked")
	}
}

func TestPrivateURLIsRefusedAtOnce(t *testing.T) {
	env := local()
	env.Addresses = Addresses{}
	spec := Spec{ID: "essai/accueil", URL: "http://[::1]:8080/"}
	if _, err := New(spec, env); len(Problems(err)) != 1 || Problems(err)[0].Field != "url" {
		t.Errorf("error is %v", err)
	}
	spec.AllowPrivate = true
	if _, err := New(spec, env); err != nil {
		t.Error(err)
	}
}
