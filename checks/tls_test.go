package checks

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// serveTLSOnly takes secure connections and asks for nothing, as a mail server would, and returns the address.
func serveTLSOnly(t testing.TB, certificate tls.Certificate) string {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	return listen(t, func(conn net.Conn) {
		_ = tls.Server(conn, config).Handshake()
		conn.Close()
	})
}

func TestCertificates(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	env := local()
	env.Roots = ca.pool()
	ending := func(after time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(after).Truncate(time.Second)
		}
	}
	other := func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"autre.exemple.fr"} }
	for _, test := range []struct {
		name        string
		certificate tls.Certificate
		outcome     bot.Outcome
		reason      bot.Reason
		detail      string
		expiry      time.Duration
	}{
		{"good", ca.issue(t, nil), bot.Up, bot.ReasonNone, "", time.Hour},
		{"soon expiring", ca.issue(t, ending(10*time.Minute)), bot.Up, bot.ReasonNone, "", 10 * time.Minute},
		{"authority ends first", ca.issue(t, ending(40*24*time.Hour)), bot.Up, bot.ReasonNone, "", 24 * time.Hour},
		{"expired", ca.issue(t, ending(-time.Minute)), bot.Down, bot.ReasonTLSExpired, "certificate valid from", -time.Minute},
		{"wrong name", ca.issue(t, other), bot.Down, bot.ReasonTLSHost, "certificate is for autre.exemple.fr", time.Hour},
		{"unknown authority", stranger.issue(t, nil), bot.Down, bot.ReasonTLS, "issuer is unknown and not sent along", time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := serveTLSOnly(t, test.certificate)
			v := check(t, Spec{URL: "tls://" + address}, env)
			want(t, v, test.outcome, test.reason, test.detail)
			e := v.Evidence
			if late := time.Until(e.TLSExpiry) - test.expiry; late > time.Minute || late < -time.Minute {
				t.Errorf("the certificate ends in %s, want %s", time.Until(e.TLSExpiry), test.expiry)
			}
			if e.TLSHost != address || e.Address != address || e.URL != "tls://"+address || e.Latency <= 0 {
				t.Errorf("evidence is %+v", e)
			}
		})
	}
}

func TestTLSFailsBeforeTheCertificate(t *testing.T) {
	silent := func(conn net.Conn) { readRequest(conn); readRequest(conn) }
	banner := func(conn net.Conn) { conn.Write([]byte("220 smtp.exemple.fr ESMTP\r\n")); readRequest(conn) }
	closed := func(conn net.Conn) { readRequest(conn); conn.Close() }
	for _, test := range []struct {
		name, address string
		reason        bot.Reason
		detail        string
	}{
		{"refused", freePort(t), bot.ReasonRefused, "refused"},
		{"no TLS", listen(t, banner), bot.ReasonTLS, "does not speak TLS"},
		{"closed", listen(t, closed), bot.ReasonReset, ""},
		{"silent", listen(t, silent), bot.ReasonTimeoutConnect, "time limit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := check(t, Spec{URL: "tls://" + test.address, Limits: hasty()}, local())
			want(t, v, bot.Down, test.reason, test.detail)
			if v.Evidence.Address != test.address || !v.Evidence.TLSExpiry.IsZero() {
				t.Errorf("evidence is %+v", v.Evidence)
			}
		})
	}
}

func TestTLSNameOfTheCertificate(t *testing.T) {
	ca := newAuthority(t)
	env := local()
	env.Roots, env.Dialer.Resolver = ca.pool(), nameServer(t)
	_, port, _ := net.SplitHostPort(serveTLSOnly(t, ca.issue(t, nil)))
	want(t, check(t, Spec{URL: "tls://ent.exemple.fr:" + port}, env), bot.Up, bot.ReasonNone, "")
	want(t, check(t, Spec{URL: "tls://absent.exemple.fr:" + port}, env), bot.Down, bot.ReasonDNS, "no such name")
}

// TestFirstCertificateToEndIsKept: the way through a portal has several certificates, and each can end it.
func TestFirstCertificateToEndIsKept(t *testing.T) {
	ca := newAuthority(t)
	env := local()
	env.Roots = ca.pool()
	soon := ca.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(30 * time.Minute).Truncate(time.Second) })
	last := serveTLS(t, ca.issue(t, nil), answer(200, nil, ""))
	portal := serveTLS(t, soon, redirect(last))
	first := serveTLS(t, ca.issue(t, nil), redirect(portal))
	v := check(t, Spec{URL: first}, env)
	want(t, v, bot.Up, bot.ReasonNone, "")
	if left := time.Until(v.Evidence.TLSExpiry); "https://"+v.Evidence.TLSHost != portal || left > 31*time.Minute {
		t.Errorf("the certificate is that of %s, ending in %s; want that of %s", v.Evidence.TLSHost, left, portal)
	}
}
