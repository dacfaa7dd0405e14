package checks

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// hasty limits keep the tests of time-outs short.
func hasty() Limits {
	return Limits{Connect: 150 * time.Millisecond, Headers: 150 * time.Millisecond, Total: time.Second}
}

func TestRefused(t *testing.T) {
	address := freePort(t)
	v := check(t, Spec{URL: "http://" + address}, local())
	want(t, v, bot.Down, bot.ReasonRefused, "connection refused")
	if v.Evidence.Address != address {
		t.Errorf("address is %q, want %q", v.Evidence.Address, address)
	}
}

func TestUnreachable(t *testing.T) {
	// A TCP connection to the broadcast address fails in the kernel without a packet being sent.
	want(t, check(t, Spec{URL: "http://255.255.255.255"}, local()), bot.Down, bot.ReasonUnreachable, "no route")
}

func TestReset(t *testing.T) {
	reset := func(conn net.Conn) {
		readRequest(conn)
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	want(t, check(t, Spec{URL: "http://" + listen(t, reset)}, local()), bot.Down, bot.ReasonReset, "reset (phase: headers)")
	want(t, check(t, Spec{URL: "https://" + listen(t, reset)}, local()), bot.Down, bot.ReasonReset, "reset (phase: connection)")
}

func TestAbortedStream(t *testing.T) {
	ca := newAuthority(t)
	env := local()
	env.Roots = ca.pool()
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	want(t, check(t, Spec{URL: serveTLS(t, ca.issue(t, nil), abort)}, env), bot.Down, bot.ReasonReset, "")
}

func TestClosedWithoutAnswer(t *testing.T) {
	address := listen(t, func(conn net.Conn) {
		readRequest(conn)
		conn.Close()
	})
	want(t, check(t, Spec{URL: "http://" + address}, local()), bot.Down, bot.ReasonReset, "closed too early (phase: headers)")
}

func TestHalfABody(t *testing.T) {
	url := serve(t, answer(200, http.Header{"Content-Length": {"1000"}}, "Bienv"))
	v := check(t, Spec{URL: url}, local())
	want(t, v, bot.Down, bot.ReasonReset, "phase: body")
	if v.Evidence.Status != 200 {
		t.Errorf("status is %d, want 200", v.Evidence.Status)
	}
}

func TestUnreadableCompression(t *testing.T) {
	url := serve(t, answer(200, http.Header{"Content-Encoding": {"gzip"}}, "this is not gzip, whatever it says"))
	want(t, check(t, Spec{URL: url}, local()), bot.Down, bot.ReasonReset, "cannot be read to its end")
}

func TestNotHTTP(t *testing.T) {
	address := listen(t, func(conn net.Conn) {
		readRequest(conn)
		fmt.Fprint(conn, "220 smtp.exemple.fr ESMTP\r\nSet-Cookie: s3cret\r\n\r\n")
		conn.Close()
	})
	v := check(t, Spec{URL: "http://" + address}, local())
	want(t, v, bot.Down, bot.ReasonReset, "not valid HTTP")
}

func TestTimeouts(t *testing.T) {
	silent := func(conn net.Conn) { readRequest(conn); readRequest(conn) }
	headersOnly := func(conn net.Conn) {
		readRequest(conn)
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBienv")
		readRequest(conn)
	}
	dripping := func(conn net.Conn) {
		readRequest(conn)
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nX-A: b\r\n")
		readRequest(conn)
	}
	for _, test := range []struct {
		name, url string
		reason    bot.Reason
	}{
		{"TCP never connects", "http://" + crowded(t), bot.ReasonTimeoutConnect},
		{"TLS never answers", "https://" + listen(t, silent), bot.ReasonTimeoutConnect},
		{"no headers", "http://" + listen(t, silent), bot.ReasonTimeoutHeaders},
		{"headers never end", "http://" + listen(t, dripping), bot.ReasonTimeoutHeaders},
		{"body never ends", "http://" + listen(t, headersOnly), bot.ReasonTimeoutBody},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limits := hasty()
			if test.reason == bot.ReasonTimeoutBody {
				limits.Total = 150 * time.Millisecond
			}
			v := check(t, Spec{URL: test.url, Limits: limits}, local())
			want(t, v, bot.Down, test.reason, "time limit reached")
			if v.Evidence.Address == "" {
				t.Error("the evidence has no address")
			}
		})
	}
}

// crowded is a loopback address whose queue of connections is full: another one is neither taken nor refused.
func crowded(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 4 {
		conn, err := net.DialTimeout("tcp4", address, 100*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatal("the queue does not fill up")
	return ""
}

func TestDNSFailures(t *testing.T) {
	env := local()
	env.Dialer.Resolver = nameServer(t)
	for host, detail := range map[string]string{
		"absent.exemple.fr": "no such name", "casse.exemple.fr": "resolver failed", "muet.exemple.fr": "resolver did not answer",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			v := check(t, Spec{URL: "http://" + host, Limits: hasty()}, env)
			want(t, v, bot.Down, bot.ReasonDNS, detail)
		})
	}
}

func TestTLSFailures(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	expired := ca.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute).Truncate(time.Second) })
	early := ca.issue(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })
	other := ca.issue(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"autre.exemple.fr"} })
	plain := serve(t, answer(200, nil, ""))
	env := local()
	env.Roots = ca.pool()
	for _, test := range []struct {
		name   string
		url    string
		reason bot.Reason
		detail string
	}{
		{"expired", serveTLS(t, expired, answer(200, nil, "")), bot.ReasonTLSExpired, "certificate valid from"},
		{"not yet valid", serveTLS(t, early, answer(200, nil, "")), bot.ReasonTLSExpired, "certificate valid from"},
		{"other host", serveTLS(t, other, answer(200, nil, "")), bot.ReasonTLSHost, "certificate is for autre.exemple.fr"},
		{"unknown authority", serveTLS(t, stranger.issue(t, nil), answer(200, nil, "")), bot.ReasonTLS, "issuer is unknown and not sent along: Autorité d'essai"},
		{"self-signed", serveTLS(t, selfSigned(t), answer(200, nil, "")), bot.ReasonTLS, "signed by itself"},
		{"http on an https port", strings.Replace(plain, "http://", "https://", 1), bot.ReasonTLS, "answers http"},
		{"no TLS", "https://" + listen(t, func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH_9.9\r\n"); readRequest(c) }), bot.ReasonTLS, "does not speak TLS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := check(t, Spec{URL: test.url}, env)
			want(t, v, bot.Down, test.reason, test.detail)
			if test.name == "expired" && !v.Evidence.TLSExpiry.Equal(mustParse(t, expired).NotAfter) {
				t.Errorf("expiry is %s, want %s", v.Evidence.TLSExpiry, mustParse(t, expired).NotAfter)
			}
		})
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(3), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func mustParse(t *testing.T, c tls.Certificate) *x509.Certificate {
	t.Helper()
	certificate, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func TestOldProtocolIsRefused(t *testing.T) {
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	address := listen(t, func(conn net.Conn) { _ = tls.Server(conn, config).Handshake() })
	env := local()
	env.Roots = ca.pool()
	want(t, check(t, Spec{URL: "https://" + address}, env), bot.Down, bot.ReasonTLS, "handshake")
}

func TestGoodCertificateIsKept(t *testing.T) {
	ca := newAuthority(t)
	certificate := ca.issue(t, nil)
	env := local()
	env.Roots, env.Dialer.Resolver = ca.pool(), nameServer(t)
	url := serveTLS(t, certificate, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) })
	url = strings.Replace(url, "127.0.0.1", "ent.exemple.fr", 1)
	v := check(t, Spec{URL: url, MustContain: []Pattern{{Text: "HTTP/2.0"}}}, env)
	want(t, v, bot.Up, bot.ReasonNone, "")
	if !v.Evidence.TLSExpiry.Equal(mustParse(t, certificate).NotAfter) {
		t.Errorf("expiry is %s", v.Evidence.TLSExpiry)
	}
}

func TestEndOfContextIsNotAnOutage(t *testing.T) {
	arrived := make(chan struct{})
	address := listen(t, func(conn net.Conn) {
		readRequest(conn)
		close(arrived)
		readRequest(conn)
	})
	checker, err := New(Spec{ID: "essai/accueil", URL: "http://" + address}, local())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	want(t, checker.Check(ctx), bot.Unknown, bot.ReasonCancelled, "stopped")
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	want(t, checker.Check(late), bot.Unknown, bot.ReasonCancelled, "stopped")
}

func TestOwnTroubleIsNotAnOutage(t *testing.T) {
	ctx, p := startProgress(t.Context(), hasty())
	defer p.stop()
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.EADDRNOTAVAIL, syscall.EPERM} {
		err := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", errno)}
		if f := classify(ctx, ctx, p, err); f.outcome != bot.Unknown || f.reason != bot.ReasonOwnNetwork {
			t.Errorf("%s is %s/%s", errno, f.outcome, f.reason)
		}
	}
}
