package checks

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/panneau-ecole/panneau/bot"
)

// resolver starts a name server on loopback, by UDP and TCP, and returns its address. A nil answer is silence.
func resolver(t testing.TB, answer func(question dns.Question, network string) *dns.Msg) string {
	t.Helper()
	packets, stream := bothPorts(t)
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, query *dns.Msg) {
		reply := answer(query.Question[0], w.LocalAddr().Network())
		if reply == nil {
			return
		}
		rcode, truncated := reply.Rcode, reply.Truncated
		if len(reply.Question) == 0 {
			reply.Question = query.Question
		}
		reply.MsgHdr = query.MsgHdr
		reply.Response, reply.RecursionAvailable, reply.Rcode, reply.Truncated = true, true, rcode, truncated
		_ = w.WriteMsg(reply)
	})
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: stream, Handler: handler}} {
		started, ended := make(chan struct{}), make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() {
			defer close(ended)
			_ = server.ActivateAndServe()
		}()
		<-started
		t.Cleanup(func() { _ = server.Shutdown(); <-ended })
	}
	return packets.LocalAddr().String()
}

// bothPorts listens on the same port by UDP and TCP.
func bothPorts(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		stream, err := net.Listen("tcp4", packets.LocalAddr().String())
		if err == nil {
			return packets, stream
		}
		packets.Close()
	}
	t.Fatal("no port is free by both UDP and TCP")
	return nil, nil
}

// zone answers from lines of a zone file; other names do not exist. The root is known to every resolver.
func zone(t testing.TB, lines ...string) func(dns.Question, string) *dns.Msg {
	t.Helper()
	var records []dns.RR
	for _, line := range append(lines, ". 3600 IN NS a.root-servers.net.") {
		record, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record)
	}
	return func(question dns.Question, _ string) *dns.Msg {
		reply := new(dns.Msg)
		name, known := question.Name, false
		for _, record := range records { // aliases stand before what they lead to
			if !strings.EqualFold(record.Header().Name, name) {
				continue
			}
			known = true
			alias, ok := record.(*dns.CNAME)
			if ok {
				name = alias.Target
			}
			if ok || record.Header().Rrtype == question.Qtype {
				reply.Answer = append(reply.Answer, record)
			}
		}
		if !known {
			reply.Rcode = dns.RcodeNameError
		}
		return reply
	}
}

// only answers about the root, and about everything else as it is told.
func only(rcode int) func(dns.Question, string) *dns.Msg {
	return func(question dns.Question, _ string) *dns.Msg {
		if question.Name == "." {
			return new(dns.Msg)
		}
		return &dns.Msg{MsgHdr: dns.MsgHdr{Rcode: rcode}}
	}
}

func silence(dns.Question, string) *dns.Msg { return nil }

const entA = "ent.exemple.fr. 60 IN A 9.9.9.9"

func TestDNSAnswers(t *testing.T) {
	many := make([]string, 0, 100)
	for i := range 100 {
		many = append(many, "beaucoup.exemple.fr. 60 IN A "+netip.AddrFrom4([4]byte{9, 9, 9, byte(i)}).String())
	}
	server := resolver(t, truncating(zone(t, append(many,
		"alias.exemple.fr. 60 IN CNAME ent.exemple.fr.", entA, "ent.exemple.fr. 60 IN AAAA 2620:FE:0::00fe",
		"exemple.fr. 60 IN MX 10 Mail.exemple.fr.", `exemple.fr. 60 IN TXT "v=spf1 " "-all"`, "exemple.fr. 60 IN NS ns.exemple.fr.",
	)...)))
	for _, test := range []struct {
		spec    Spec
		outcome bot.Outcome
		reason  bot.Reason
		detail  string
	}{
		{Spec{URL: "dns://ent.exemple.fr"}, bot.Up, "", "A: " + server + " 9.9.9.9"},
		{Spec{URL: "dns:ENT.exemple.fr."}, bot.Up, "", "9.9.9.9"},
		{Spec{URL: "dns://ent.exemple.fr", Family: IPv6}, bot.Up, "", "AAAA: " + server + " 2620:fe::fe"},
		{Spec{URL: "dns://ent.exemple.fr", Record: "aaaa", Answers: []string{"2620:fe:0:0::fe"}}, bot.Up, "", "2620:fe::fe"},
		{Spec{URL: "dns://alias.exemple.fr", Answers: []string{"9.9.9.9"}}, bot.Up, "", " 9.9.9.9"},
		{Spec{URL: "dns://exemple.fr", Record: "MX", Answers: []string{"10  mail.exemple.fr"}}, bot.Up, "", "10 mail.exemple.fr"},
		{Spec{URL: "dns://exemple.fr", Record: "TXT", Answers: []string{"v=spf1 -all"}}, bot.Up, "", "v=spf1 -all"},
		{Spec{URL: "dns://exemple.fr", Record: "NS", Answers: []string{"autre.exemple.fr", "ns.exemple.fr."}}, bot.Up, "", "ns.exemple.fr"},
		{Spec{URL: "dns://beaucoup.exemple.fr", Answers: []string{"9.9.9.77"}}, bot.Up, "", "9.9.9.0, 9.9.9.1, 9.9.9.10, 9.9.9.11 and 96 more"},
		{Spec{URL: "dns://exemple.fr"}, bot.Down, bot.ReasonDNS, "no such record"},
		{Spec{URL: "dns://absent.exemple.fr"}, bot.Down, bot.ReasonDNS, "NXDOMAIN"},
		{Spec{URL: "dns://ent.exemple.fr", Answers: []string{"1.1.1.1"}}, bot.Down, bot.ReasonDNSAnswer, "another answer than expected (9.9.9.9)"},
		{Spec{URL: "dns://absent.exemple.fr", Function: FunctionLogin}, bot.Down, bot.ReasonLoginPath, "dns: A: "},
	} {
		t.Run(test.spec.URL+test.spec.Record, func(t *testing.T) {
			test.spec.Resolvers = []string{server}
			v := check(t, test.spec, local())
			want(t, v, test.outcome, test.reason, test.detail)
			if v.Evidence.Address != server || !strings.HasPrefix(v.Evidence.URL, "dns://") || strings.HasSuffix(v.Evidence.URL, ".") {
				t.Errorf("evidence is %+v", v.Evidence)
			}
			if test.reason == bot.ReasonDNSAnswer && v.Evidence.Matched != "1.1.1.1" {
				t.Errorf("expected is %q", v.Evidence.Matched)
			}
		})
	}
}

// truncating answers by UDP only what fits, as servers do.
func truncating(answer func(dns.Question, string) *dns.Msg) func(dns.Question, string) *dns.Msg {
	return func(question dns.Question, network string) *dns.Msg {
		reply := answer(question, network)
		if network == "udp" && reply.Len() > udpSize {
			return &dns.Msg{MsgHdr: dns.MsgHdr{Truncated: true}}
		}
		return reply
	}
}

// slack limits are short for a time-out, and long for an answer on loopback.
func slack() Limits { return Limits{Connect: 1200 * time.Millisecond} }

func TestDNSFailuresAreToldApart(t *testing.T) {
	closed, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, test := range []struct {
		name, server string
		outcome      bot.Outcome
		reason       bot.Reason
		detail       string
	}{
		{"servfail", resolver(t, only(dns.RcodeServerFailure)), bot.Down, bot.ReasonDNS, "SERVFAIL"},
		{"refused", resolver(t, only(dns.RcodeRefused)), bot.Unknown, bot.ReasonOwnNetwork, "refuses to answer: REFUSED"},
		{"late", resolver(t, func(question dns.Question, _ string) *dns.Msg {
			if question.Name == "." {
				return new(dns.Msg)
			}
			return nil
		}), bot.Down, bot.ReasonDNS, "no answer about this name within the limit"},
		{"silent", resolver(t, silence), bot.Unknown, bot.ReasonOwnNetwork, "does not answer any question"},
		{"nobody there", closed.LocalAddr().String(), bot.Unknown, bot.ReasonOwnNetwork, "cannot be asked: connection refused"},
		{"another question", resolver(t, func(dns.Question, string) *dns.Msg {
			return &dns.Msg{Question: []dns.Question{{Name: "autre.exemple.fr.", Qtype: dns.TypeA, Qclass: dns.ClassINET}}}
		}), bot.Unknown, bot.ReasonOwnNetwork, "cannot be asked: the answer is to another question"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := check(t, Spec{URL: "dns://ent.exemple.fr", Resolvers: []string{test.server}, Limits: slack()}, local())
			want(t, v, test.outcome, test.reason, test.server+" "+test.detail)
		})
	}
}

func TestDNSResolversDisagree(t *testing.T) {
	good, bad := resolver(t, zone(t, entA)), resolver(t, zone(t))
	other, broken := resolver(t, zone(t, "ent.exemple.fr. 60 IN A 1.1.1.1")), resolver(t, only(dns.RcodeServerFailure))
	mute := resolver(t, only(dns.RcodeRefused))
	for _, test := range []struct {
		name    string
		servers []string
		answers []string
		outcome bot.Outcome
		reason  bot.Reason
	}{
		{"all find it", []string{good, other}, nil, bot.Up, ""},
		{"one has another answer", []string{good, other}, []string{"9.9.9.9"}, bot.Unknown, bot.ReasonDNSDiffers},
		{"one does not find it", []string{good, bad}, nil, bot.Unknown, bot.ReasonDNSDiffers},
		{"one fails", []string{broken, good}, nil, bot.Unknown, bot.ReasonDNSDiffers},
		{"one has no voice", []string{mute, good}, nil, bot.Up, ""},
		{"none finds it", []string{bad, broken, mute}, nil, bot.Down, bot.ReasonDNS},
		{"not found, or elsewhere", []string{bad, other}, []string{"9.9.9.9"}, bot.Down, bot.ReasonDNS},
		{"elsewhere", []string{other, other}, []string{"9.9.9.9"}, bot.Down, bot.ReasonDNSAnswer},
		{"none has a voice", []string{mute, mute}, nil, bot.Unknown, bot.ReasonOwnNetwork},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := check(t, Spec{URL: "dns://ent.exemple.fr", Resolvers: test.servers, Answers: test.answers}, local())
			want(t, v, test.outcome, test.reason, "")
			for _, server := range test.servers {
				if !strings.Contains(v.Evidence.Detail, server+" ") {
					t.Errorf("the detail does not tell of %s: %s", server, v.Evidence.Detail)
				}
			}
		})
	}
	// Of the system's own resolvers one is enough, as for every program.
	env := local()
	env.Resolvers = []string{bad, good}
	want(t, check(t, Spec{URL: "dns://ent.exemple.fr"}, env), bot.Up, "", "NXDOMAIN")
}

func TestLostQuestionsAreAskedAgain(t *testing.T) {
	var asked atomic.Int32
	whole := zone(t, entA)
	server := resolver(t, func(question dns.Question, network string) *dns.Msg {
		if asked.Add(1) < questions {
			return nil
		}
		return whole(question, network)
	})
	v := check(t, Spec{URL: "dns://ent.exemple.fr", Resolvers: []string{server}, Limits: slack()}, local())
	want(t, v, bot.Up, "", "9.9.9.9")
	if n := asked.Load(); n != questions {
		t.Errorf("asked %d times", n)
	}
}

func TestNameThatLeadsInsideSaysNothing(t *testing.T) {
	server := resolver(t, zone(t, "ent.exemple.fr. 60 IN A 10.1.2.3", "mixte.exemple.fr. 60 IN A 10.1.2.3", "mixte.exemple.fr. 60 IN A 9.9.9.9"))
	env := local()
	env.Addresses = Addresses{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	spec := Spec{URL: "dns://ent.exemple.fr", Resolvers: []string{server}}
	want(t, check(t, spec, env), bot.Unknown, bot.ReasonOwnNetwork, "10.1.2.3 is not public")
	spec.Answers = []string{"10.1.2.3"}
	want(t, check(t, spec, env), bot.Up, "", "10.1.2.3")
	want(t, check(t, Spec{URL: "dns://mixte.exemple.fr", Resolvers: []string{server}}, env), bot.Up, "", "")
}

func TestSystemResolversMayStandInside(t *testing.T) {
	env := Env{UserAgent: "test", Resolvers: []string{resolver(t, zone(t, entA))}}
	want(t, check(t, Spec{URL: "dns://ent.exemple.fr"}, env), bot.Up, "", "9.9.9.9")
}

func TestDNSRunThatIsStopped(t *testing.T) {
	checker, err := New(Spec{ID: "x", URL: "dns://ent.exemple.fr", Resolvers: []string{resolver(t, silence)}}, local())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	want(t, checker.Check(ctx), bot.Unknown, bot.ReasonCancelled, "stopped")
}

func TestCanonical(t *testing.T) {
	for written, want := range map[string]string{
		" 10   Mail.Exemple.FR. ": "10 mail.exemple.fr", "2001:DB8:0:0::1": "2001:db8::1", "9.9.9.9": "9.9.9.9", ".": "",
	} {
		if got := canonical(written); got != want {
			t.Errorf("%q becomes %q, want %q", written, got, want)
		}
	}
}
