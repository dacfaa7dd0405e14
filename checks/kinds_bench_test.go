package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/panneau-ecole/panneau/bot"
)

// floor is the least that can be done to learn the same: one use of the bare library.
type floor func(ctx context.Context) error

// BenchmarkKinds runs each kind of check and its floor in turn, on the same machine in the same seconds. « x-floor » is
// how many times longer a check takes, the checks' own work included: limits, cookies, evidence, texts, the verdict.
func BenchmarkKinds(b *testing.B) {
	ca := newAuthority(b)
	env := local()
	env.Roots = ca.pool()
	certificate := ca.issue(b, nil)
	page := answer(http.StatusOK, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, startPage()+`<a href="/form">Se connecter</a>`)
	web, secureWeb := serve(b, page), serveTLS(b, certificate, page)
	secure := serveTLSOnly(b, certificate)
	mute := listen(b, func(conn net.Conn) { readRequest(conn) })
	names := resolver(b, zone(b, entA))
	for _, kind := range []struct {
		name  string
		spec  Spec
		floor floor
	}{
		{"http", Spec{URL: web}, fetch(nil, web)},
		{"https", Spec{URL: secureWeb}, fetch(env.Roots, secureWeb)},
		{"http-3-steps", Spec{URL: web, Steps: []Step{{Follow: Pattern{Text: "se connecter"}}, {URL: web}}}, fetch(nil, web, web+"/form", web)},
		{"tls", Spec{URL: "tls://" + secure}, func(ctx context.Context) error {
			return hangUp((&tls.Dialer{Config: &tls.Config{RootCAs: env.Roots}}).DialContext(ctx, "tcp", secure))
		}},
		{"tcp", Spec{URL: "tcp://" + mute}, func(ctx context.Context) error {
			return hangUp(new(net.Dialer).DialContext(ctx, "tcp", mute))
		}},
		{"dns", Spec{URL: "dns://ent.exemple.fr", Resolvers: []string{names}}, func(context.Context) error {
			_, err := dns.Exchange(new(dns.Msg).SetQuestion("ent.exemple.fr.", dns.TypeA), names)
			return err
		}},
	} {
		b.Run(kind.name, func(b *testing.B) { compare(b, kind.spec, env, kind.floor) })
	}
}

// BenchmarkPing compares a ping with a TCP connection: both wait for one packet there and one back.
func BenchmarkPing(b *testing.B) {
	if !canPing() {
		b.Skip("echo requests are refused")
	}
	address := listen(b, func(net.Conn) {})
	compare(b, Spec{URL: "icmp://127.0.0.1"}, local(), func(ctx context.Context) error {
		return hangUp(new(net.Dialer).DialContext(ctx, "tcp", address))
	})
}

func hangUp(conn net.Conn, err error) error {
	if err != nil {
		return err
	}
	return conn.Close()
}

// fetch asks for pages on new connections and throws them away.
func fetch(roots *x509.CertPool, addresses ...string) floor {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots},
	}}
	return func(ctx context.Context) error {
		for _, address := range addresses {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
			if err != nil {
				return err
			}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// compare runs a floor and a check in turn.
func compare(b *testing.B, spec Spec, env Env, bare floor) {
	spec.ID = bot.CheckID(strings.ReplaceAll(b.Name(), "/", "-"))
	checker, err := New(spec, env)
	if err != nil {
		b.Fatal(err)
	}
	var least, whole time.Duration
	for b.Loop() {
		start := time.Now()
		if err := bare(b.Context()); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if v := checker.Check(b.Context()); v.Outcome != bot.Up {
			b.Fatalf("%+v", v)
		}
		least += middle.Sub(start)
		whole += time.Since(middle)
	}
	n := time.Duration(b.N)
	b.ReportMetric(float64(least/n), "ns-floor")
	b.ReportMetric(float64(whole/n), "ns-check")
	b.ReportMetric(float64(whole)/float64(least), "x-floor")
	b.ReportMetric(0, "ns/op") // of both together: it says nothing
}
