package checks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Family restricts a check to one of the two internets. Empty: whichever connects first, as browsers do (RFC 8305). To
// ask over both in turn, make one check with each.
type Family string

// The families.
const (
	IPv4 Family = "ipv4"
	IPv6 Family = "ipv6"
)

// network is "tcp", "udp" or "ip" restricted to the family.
func (f Family) network(base string) string {
	switch f {
	case IPv4:
		return base + "4"
	case IPv6:
		return base + "6"
	}
	return base
}

// title is the family as people write it.
func (f Family) title() string {
	if f == IPv6 {
		return "IPv6"
	}
	return "IPv4"
}

// familyError is a target without an address of the family that was asked for.
type familyError struct{ family Family }

// Error names the family.
func (e *familyError) Error() string {
	return fmt.Sprintf("the target has no %s address", e.family.title())
}

// routeError is a family that this machine has no way out with.
type routeError struct{ family Family }

// Error names the family.
func (e *routeError) Error() string {
	return fmt.Sprintf("this machine has no %s route", e.family.title())
}

// connector opens the connections of one check: to admitted addresses only, of its family only.
type connector struct {
	dialer *net.Dialer
	other  func(ctx context.Context, network, address string) (net.Conn, error) // instead of the dialer; nil for none
	family Family
}

func (e Env) connector(s Spec) connector {
	dialer := e.addresses(s).dialer(e.Dialer)
	dialer.Timeout = s.Limits.Connect + linger
	return connector{dialer, e.Dial, s.Family}
}

// dial connects to "host:port" over "tcp" or "udp".
func (c connector) dial(ctx context.Context, network, address string) (net.Conn, error) {
	open := c.dialer.DialContext
	if c.other != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.dialer.Timeout)
		defer cancel()
		open = c.other
	}
	conn, err := open(ctx, c.family.network(network), address)
	switch {
	case err == nil:
		return conn, nil
	case c.family == "":
	case c.lacksFamily(ctx, address, err):
		return nil, &familyError{c.family}
	case errors.Is(err, syscall.ENETUNREACH):
		return nil, &routeError{c.family}
	}
	return nil, err
}

// lacksFamily reports whether a connection failed only because the target has addresses of the other family alone.
func (c connector) lacksFamily(ctx context.Context, address string, err error) bool {
	if _, mismatch := errors.AsType[*net.AddrError](err); mismatch {
		return true
	}
	var missing *net.DNSError
	host, _, split := net.SplitHostPort(address)
	if !errors.As(err, &missing) || !missing.IsNotFound || split != nil {
		return false
	}
	found, err := resolverOf(c.dialer).LookupNetIP(ctx, "ip", host)
	return err == nil && len(found) > 0
}

func resolverOf(d *net.Dialer) *net.Resolver {
	if d.Resolver != nil {
		return d.Resolver
	}
	return net.DefaultResolver
}

// addressOf is the IP address at the other end of a connection.
func addressOf(conn net.Conn) netip.Addr {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}
