package checks

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
)

// Addresses says where a check may connect to. A catalogue entry, a redirect or a poisoned name server must not turn
// Panneau into a way into the operator's own network, so the zero value admits public addresses only.
type Addresses struct {
	// AllowPrivate admits every address: for platforms that a school hosts itself.
	AllowPrivate bool
	// Allow lists networks that are admitted although they are not public.
	Allow []netip.Prefix
}

// AddressError is a connection that was not made because the address is not one that a check may connect to.
type AddressError struct {
	Address netip.Addr
}

// Error names the address.
func (e *AddressError) Error() string {
	return fmt.Sprintf("address %s is not public and not allowed", e.Address)
}

// Admit returns nil for an address that a check may connect to and an [*AddressError] for any other.
func (a Addresses) Admit(address netip.Addr) error {
	address = plain(address)
	within := func(p netip.Prefix) bool { return p.Contains(address) }
	if a.AllowPrivate || slices.ContainsFunc(a.Allow, within) || !slices.ContainsFunc(notPublic(), within) {
		return nil
	}
	return &AddressError{address}
}

// plain is the IPv4 address that an IPv6 address stands for (mapped, or translated by the network, RFC 6052), and any
// other address as it is.
func plain(address netip.Addr) netip.Addr {
	address = address.Unmap().WithZone("")
	if netip.MustParsePrefix("64:ff9b::/96").Contains(address) {
		b := address.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return address
}

// notPublic lists the networks that are not globally reachable according to
// https://www.iana.org/assignments/iana-ipv4-special-registry/ and
// https://www.iana.org/assignments/iana-ipv6-special-registry/, multicast, the old translation prefixes, behind which any
// of them may hide, and the address at which Microsoft's cloud answers its guests
// (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16); the metadata addresses of the
// other clouds are link-local or private.
func notPublic() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("224.0.0.0/3"), netip.MustParsePrefix("168.63.129.16/32"),
		netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"),
		netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("fec0::/10"),
		netip.MustParsePrefix("ff00::/8"),
	}
}

// dialer is a dialer that asks before each connection, after the name was resolved: what a name pointed to when it was
// looked at earlier does not count.
func (a Addresses) dialer(d net.Dialer) *net.Dialer {
	d.Control = nil
	d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("read the address to connect to: %w", err)
		}
		return a.Admit(at.Addr())
	}
	return &d
}

// addresses is the policy for one spec.
func (e Env) addresses(s Spec) Addresses {
	policy := e.Addresses
	policy.AllowPrivate = policy.AllowPrivate || s.AllowPrivate
	return policy
}

// admits refuses at once what names an address that no check may connect to. What a name points to is seen when it is
// resolved.
func (e Env) admits(s Spec) error {
	policy := e.addresses(s)
	var list []FieldError
	for _, named := range s.named() {
		if policy.Admit(named.address) != nil {
			list = append(list, FieldError{named.field, "cette adresse n’est pas publique", "écrivez une adresse publique, ou « allow_private: true » si la plateforme est dans votre réseau"})
		}
	}
	return joined(list)
}

// named is an address that stands in a spec.
type named struct {
	field   string
	address netip.Addr
}

// named lists the addresses that the spec names as such.
func (s Spec) named() []named {
	var list []named
	add := func(field, host string) {
		if address, err := netip.ParseAddr(host); err == nil {
			list = append(list, named{field, address})
		}
	}
	add("url", hostOf(s.URL))
	for i, step := range s.Steps {
		add(entry("steps", i)+".url", hostOf(step.URL))
	}
	for i, resolver := range s.Resolvers {
		if at, err := readResolver(resolver); err == nil {
			add(entry("resolvers", i), at.Addr().String())
		}
	}
	return list
}

// hostOf is the server in an address of any kind.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err == nil && u.Opaque != "" {
		u, err = url.Parse("//" + u.Opaque)
	}
	if err != nil {
		return ""
	}
	return u.Hostname()
}
