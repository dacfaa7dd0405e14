package checks

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	probing "github.com/prometheus-community/pro-bing"

	"github.com/panneau-ecole/panneau/bot"
)

func validateICMP(s Spec) []FieldError {
	if _, wrong := readTarget(s, ""); wrong != nil {
		return []FieldError{*wrong}
	}
	return nil
}

// icmpCheck sends up to three echo requests, until one is answered.
type icmpCheck struct {
	target  target
	limits  Limits
	connect connector
	echo    func(ctx context.Context, to netip.Addr, limit time.Duration) (time.Duration, error)
}

func newICMP(spec Spec, env Env) (runner, error) {
	t, wrong := readTarget(spec, "")
	if wrong != nil {
		return nil, *wrong
	}
	return icmpCheck{t, spec.Limits, env.connector(spec), echo}.run, nil
}

func (c icmpCheck) run(parent context.Context) bot.Verdict {
	ctx, p := startProgress(parent, c.limits)
	defer p.stop()
	v := c.ping(parent, ctx, p)
	v.Evidence.URL = c.target.String()
	return v
}

func (c icmpCheck) ping(parent, ctx context.Context, p *progress) bot.Verdict {
	to, err := c.find(ctx)
	if err != nil {
		return classify(parent, ctx, p, err).verdict(p)
	}
	p.reach(to.String())
	p.enter(reading) // from here on the time limit is the pinger's own
	latency, err := c.echo(ctx, to, c.limits.Connect)
	var v bot.Verdict
	switch {
	case err == nil && latency > 0:
		v = verdict(bot.Up, bot.ReasonNone, "")
		v.Evidence.Latency = latency
	case errors.Is(err, errNoPing):
		v = verdict(bot.Unknown, bot.ReasonNotPermitted, err.Error())
	case !stopped(parent) && (err == nil || ctx.Err() != nil):
		v = verdict(bot.Down, bot.ReasonNoEcho, "no answer to echo requests")
	default:
		return classify(parent, ctx, p, err).verdict(p)
	}
	p.witness(&v.Evidence)
	return v
}

// find resolves the name. The UDP socket that it opens for that sends nothing: it makes the system choose an address
// that there is a route to, and it is admitted like any other connection. What the system prohibits fails here already:
// pro-bing would try that for ever, whatever its context says.
func (c icmpCheck) find(ctx context.Context) (netip.Addr, error) {
	const discard = "9" // https://www.rfc-editor.org/rfc/rfc863
	conn, err := c.connect.dial(ctx, "udp", net.JoinHostPort(c.target.host, discard))
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	return addressOf(conn), nil
}

// errNoPing is a system that lets this process send no echo request.
var errNoPing = errors.New("this system does not let Panneau send ICMP echo requests: " +
	"allow its group by sysctl net.ipv4.ping_group_range, or give it the capability CAP_NET_RAW")

// echoRequests is how many requests are sent before a host is found silent: one or two lost packets say nothing.
const echoRequests = 3

// echo sends echo requests to an address and returns how long the first answer took; zero where none came within the
// limit. It tries the way that needs no privilege first.
func echo(ctx context.Context, to netip.Addr, limit time.Duration) (time.Duration, error) {
	for _, privileged := range []bool{false, true} {
		latency, err := echoBy(ctx, to, limit, privileged)
		if !errors.Is(err, os.ErrPermission) {
			return latency, err
		}
	}
	return 0, errNoPing
}

func echoBy(ctx context.Context, to netip.Addr, limit time.Duration, privileged bool) (time.Duration, error) {
	pinger := probing.New(to.String())
	pinger.SetIPAddr(&net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()})
	pinger.SetPrivileged(privileged)
	pinger.SetLogger(probing.NoopLogger{}) // its own writes to standard error
	pinger.Count, pinger.Interval, pinger.Timeout = echoRequests, limit/echoRequests, limit
	var latency time.Duration
	pinger.OnRecv = func(answer *probing.Packet) {
		if latency == 0 {
			latency = max(answer.Rtt, 1)
		}
		pinger.Stop()
	}
	err := pinger.RunWithContext(ctx)
	if latency > 0 {
		return latency, nil
	}
	return 0, err
}
