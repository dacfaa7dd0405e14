package checks

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/icmp"

	"github.com/panneau-ecole/panneau/bot"
)

// canPing asks the system itself whether this process may send echo requests.
func canPing() bool {
	for _, network := range []string{"udp4", "ip4:icmp"} {
		if conn, err := icmp.ListenPacket(network, "0.0.0.0"); err == nil {
			conn.Close()
			return true
		}
	}
	return false
}

func TestPing(t *testing.T) {
	v := check(t, Spec{URL: "icmp://127.0.0.1"}, local())
	if !canPing() {
		want(t, v, bot.Unknown, bot.ReasonNotPermitted, "net.ipv4.ping_group_range")
		want(t, v, bot.Unknown, bot.ReasonNotPermitted, "CAP_NET_RAW")
		t.Log("echo requests are refused")
		return
	}
	want(t, v, bot.Up, bot.ReasonNone, "")
	if v.Evidence.Address != "127.0.0.1" || v.Evidence.URL != "icmp://127.0.0.1" || v.Evidence.Latency <= 0 || v.Evidence.Latency > time.Second {
		t.Errorf("evidence is %+v", v.Evidence)
	}
	env := local()
	env.Dialer.Resolver = nameServer(t)
	want(t, check(t, Spec{URL: "icmp:ent.exemple.fr"}, env), bot.Up, bot.ReasonNone, "")
	want(t, check(t, Spec{URL: "icmp://absent.exemple.fr"}, env), bot.Down, bot.ReasonDNS, "no such name")
	if hasIPv6(t) {
		want(t, check(t, Spec{URL: "icmp://[::1]"}, local()), bot.Up, bot.ReasonNone, "")
	}
}

// TestPingWithoutPrivilege runs TestPing again as a user who may do nothing, where this process may become one.
func TestPingWithoutPrivilege(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("only root on Linux can give its privileges up")
	}
	const nobody = 65534
	self := exec.Command("/proc/self/exe", "-test.run", "^TestPing$", "-test.v", "-test.count", "1")
	self.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	self.Dir = "/"
	output, err := self.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: TestPing") {
		t.Errorf("%v:\n%s", err, output)
	}
	groups, err := os.ReadFile("/proc/sys/net/ipv4/ping_group_range")
	if err != nil {
		t.Fatal(err)
	}
	if closed := strings.Fields(string(groups)); closed[0] > closed[1] && !strings.Contains(string(output), "echo requests are refused") {
		t.Errorf("nobody may ping with the groups %s:\n%s", closed, output)
	}
}

// hasIPv6 reports whether this machine's loopback has IPv6.
func hasIPv6(t testing.TB) bool {
	t.Helper()
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		return false
	}
	listener.Close()
	return true
}

func TestPingVerdicts(t *testing.T) {
	for _, test := range []struct {
		name    string
		latency time.Duration
		err     error
		outcome bot.Outcome
		reason  bot.Reason
		detail  string
	}{
		{"answer", 7 * time.Millisecond, nil, bot.Up, bot.ReasonNone, ""},
		{"late answer", 6 * time.Second, nil, bot.Slow, bot.ReasonSlow, ""},
		{"silence", 0, nil, bot.Down, bot.ReasonNoEcho, "no answer"},
		{"refused by the system", 0, errNoPing, bot.Unknown, bot.ReasonNotPermitted, "ping_group_range"},
		{"no route", 0, &net.OpError{Op: "write", Err: os.NewSyscallError("sendto", syscall.EHOSTUNREACH)}, bot.Down, bot.ReasonUnreachable, "no route"},
		{"no buffers", 0, &net.OpError{Op: "write", Err: os.NewSyscallError("sendto", syscall.ENOBUFS)}, bot.Unknown, bot.ReasonOwnNetwork, "could not connect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := Spec{ID: "x", URL: "icmp://127.0.0.1"}.withDefaults()
			c := icmpCheck{target{ICMP, "127.0.0.1", ""}, spec.Limits, local().connector(spec), func(context.Context, netip.Addr, time.Duration) (time.Duration, error) {
				return test.latency, test.err
			}}
			checker := newChecker(spec, c.run, quiet())
			v := checker.Check(t.Context())
			want(t, v, test.outcome, test.reason, test.detail)
			if test.latency > 0 && v.Evidence.Latency != test.latency {
				t.Errorf("latency is %s", v.Evidence.Latency)
			}
		})
	}
}

// TestPingOfAProhibitedAddress names a trap of pro-bing: it repeats a request that the system prohibits for ever. The
// test runs itself again in a network of its own, to prohibit an address there.
func TestPingOfAProhibitedAddress(t *testing.T) {
	ip, err := exec.LookPath("ip")
	if runtime.GOOS != "linux" || os.Getuid() != 0 || err != nil {
		t.Skip("only root on Linux, with iproute2, can prohibit an address")
	}
	if os.Getenv("PANNEAU_TEST_PROHIBIT") == "" {
		self := exec.Command("/proc/self/exe", "-test.run", "^TestPingOfAProhibitedAddress$", "-test.v", "-test.timeout", "20s")
		self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		self.Env = append(os.Environ(), "PANNEAU_TEST_PROHIBIT=1")
		output, err := self.CombinedOutput()
		if errors.Is(err, os.ErrPermission) {
			t.Skip("this system gives no network of its own")
		}
		if err != nil || !strings.Contains(string(output), "--- PASS") {
			t.Errorf("%v:\n%s", err, output)
		}
		return
	}
	for _, arguments := range [][]string{{"link", "set", "lo", "up"}, {"route", "add", "prohibit", "203.0.113.7/32"}} {
		if output, err := exec.Command(ip, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	want(t, check(t, Spec{URL: "icmp://203.0.113.7"}, local()), bot.Unknown, bot.ReasonOwnNetwork, "permission denied")
}

func TestPingThatIsStopped(t *testing.T) {
	if !canPing() {
		t.Skip("echo requests are refused")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := echo(ctx, netip.MustParseAddr("192.0.2.1"), time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
