package bot_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// BenchmarkDetect measures how long it takes from the break of a target to the commit of its incident, and from the
// repair to that of its end, on real sockets. Beside it, in the same minutes and with the same schedule, the rule that
// other programs have: as many verdicts in a row, at the full interval. Run it once: .ci/bench detect.
func BenchmarkDetect(b *testing.B) {
	b.Run("kinds", detectKinds)
	for _, n := range []int{60, 1000} {
		b.Run(fmt.Sprintf("hanging-%d", n), func(b *testing.B) { detectHanging(b, n) })
	}
}

const (
	detectEvery  = 10 * time.Second
	detectTrials = 40
	detectLimit  = 5 * time.Second
)

// breakage is a way to break.
type breakage string

const (
	refuses  breakage = "refused"
	answers5 breakage = "503"
	resets   breakage = "reset"
	unnamed  breakage = "dns"
	hangs    breakage = "hang"
)

// breakable is a target of its own port and name that can be broken and repaired.
type breakable struct {
	how     breakage
	name    string // "t17.essai.test."
	address string
	broken  atomic.Bool
	serve   func(address string) *http.Server
	server  *http.Server
}

// breakables starts n targets; they share one name server.
func breakables(b *testing.B, n int, how func(i int) breakage) ([]*breakable, *net.Resolver) {
	b.Helper()
	list := make([]*breakable, n)
	byName := make(map[string]*breakable)
	for i := range list {
		t := &breakable{how: how(i), name: fmt.Sprintf("t%d.essai.test.", i)}
		t.serve = func(address string) *http.Server {
			listener, err := net.Listen("tcp4", address)
			if err != nil {
				b.Fatal(err)
			}
			t.address = listener.Addr().String()
			server := &http.Server{Handler: t, ReadHeaderTimeout: time.Minute}
			go server.Serve(listener)
			return server
		}
		t.server = t.serve("127.0.0.1:0")
		b.Cleanup(func() { t.server.Close() })
		list[i], byName[t.name] = t, t
	}
	return list, nameServer(b, byName)
}

// ServeHTTP answers as the state of the target says.
func (t *breakable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if t.broken.Load() {
		switch t.how {
		case answers5:
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case resets:
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
			return
		case hangs:
			<-r.Context().Done()
			return
		}
	}
	fmt.Fprintln(w, "<html><title>Mon ENT</title>Se connecter</html>")
}

// turn breaks the target or repairs it.
func (t *breakable) turn(broken bool) {
	t.broken.Store(broken)
	switch {
	case t.how == refuses && broken:
		t.server.Close()
	case t.how == refuses:
		t.server = t.serve(t.address)
	}
}

// nameServer resolves the names of the targets on loopback.
func nameServer(b *testing.B, targets map[string]*breakable) *net.Resolver {
	b.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer, ok := resolve(buffer[:n], targets); ok {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", conn.LocalAddr().String())
	}}
}

// resolve answers a question: NXDOMAIN for a name that is broken or unknown.
func resolve(question []byte, targets map[string]*breakable) ([]byte, bool) {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	q := m.Questions[0]
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	t := targets[strings.ToLower(q.Name.String())]
	switch {
	case t == nil || t.how == unnamed && t.broken.Load():
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
		}}
	}
	packed, err := m.Pack()
	return packed, err == nil
}

// detectRounds makes a check of each target.
func detectRounds(b *testing.B, targets []*breakable, names *net.Resolver) ([]bot.Round, []*clocked) {
	b.Helper()
	env := checks.Env{
		UserAgent: checks.UserAgent("bench", "https://exemple.fr/contact"), Dialer: net.Dialer{Resolver: names},
		Addresses: checks.Addresses{AllowPrivate: true},
	}
	var rounds []bot.Round
	var clocks []*clocked
	for i, t := range targets {
		_, port, _ := net.SplitHostPort(t.address)
		id := bot.CheckID(fmt.Sprint("essai/", i))
		checker, err := checks.New(checks.Spec{
			ID: id, URL: "http://" + strings.TrimSuffix(t.name, ".") + ":" + port,
			Limits: checks.Limits{Connect: detectLimit, Headers: detectLimit, Total: detectLimit},
		}, env)
		if err != nil {
			b.Fatal(err)
		}
		c := &clocked{Checker: checker}
		clocks = append(clocks, c)
		rounds = append(rounds, bot.Round{
			Check: id, Platform: bot.PlatformID(id), Checker: c, Schedule: cron.Every(detectEvery), Limit: time.Minute,
		})
	}
	return rounds, clocks
}

// localGuard is the real guard with two references on loopback.
func localGuard(b *testing.B) bot.Guard {
	b.Helper()
	var references checks.References
	for range 2 {
		server := httptest.NewServer(http.NotFoundHandler())
		b.Cleanup(server.Close)
		references.Addresses = append(references.Addresses, server.Listener.Addr().String())
	}
	return checks.NewGuard(references, checks.Env{Addresses: checks.Addresses{AllowPrivate: true}})
}

// rule is what decides in one half of the trials.
type rule struct {
	name         string
	burst        bot.Burst
	decide, back map[breakage]sample
	steady       float64 // requests per check and interval before anything breaks
	extra        float64 // requests per outage beyond the schedule's, until its end was decided
}

// detectKinds breaks and repairs many targets of each kind under both rules at once.
func detectKinds(b *testing.B) {
	kinds := []breakage{refuses, answers5, resets, unnamed}
	ours := &rule{name: "burst", burst: bot.DefaultBurst()}
	other := &rule{name: "in a row"}
	begun := time.Now()
	var both sync.WaitGroup
	for _, r := range []*rule{ours, other} {
		targets, names := breakables(b, detectTrials*len(kinds), func(i int) breakage { return kinds[i%len(kinds)] })
		rounds, clocks := detectRounds(b, targets, names)
		rig := newRig(b, rounds, localGuard(b), r.burst)
		both.Go(func() {
			r.observe(b, rig, targets, clocks, begun)
			rig.stop()
		})
	}
	both.Wait()
	b.Logf("%-8s %28s   %28s   %7s", "break to decision", "burst: mean median p95 max", "in a row: mean median max", "medians")
	for _, kind := range kinds {
		o, t := ours.decide[kind], other.decide[kind]
		ratio := float64(o.quantile(0.5)) / float64(t.quantile(0.5))
		b.Logf("%-8s %6.2f %6.2f %6.2f %6.2f s   %6.2f %6.2f %6.2f s   %.3f   back: %.2f (%.2f) s", kind,
			o.mean().Seconds(), o.quantile(0.5).Seconds(), o.quantile(0.95).Seconds(), o.quantile(1).Seconds(),
			t.mean().Seconds(), t.quantile(0.5).Seconds(), t.quantile(1).Seconds(), ratio,
			ours.back[kind].mean().Seconds(), other.back[kind].mean().Seconds())
		b.ReportMetric(o.mean().Seconds(), string(kind)+"-s")
		b.ReportMetric(ratio, string(kind)+"-ratio")
		atMost(b, string(kind)+": break to decision, mean s", o.mean().Seconds(), 8)
		atMost(b, string(kind)+": medians", ratio, 1.0/3)
		atMost(b, string(kind)+": repair to all-clear, mean s", ours.back[kind].mean().Seconds(), 6.5)
	}
	b.Logf("requests per check and interval while all is well: %.3f, in a row: %.3f; more for an outage: %.1f, in a row: %.1f",
		ours.steady, other.steady, ours.extra, other.extra)
	atMost(b, "steady requests, ratio", ours.steady/other.steady, 1.02)
}

// observe breaks each target once and repairs it, at moments that are spread evenly over its interval.
func (r *rule) observe(b *testing.B, rig *rig, targets []*breakable, clocks []*clocked, begun time.Time) {
	const breakAfter, repairAfter, end = 22 * time.Second, 70 * time.Second, 105 * time.Second
	r.decide, r.back = map[breakage]sample{}, map[breakage]sample{}
	broke, mended := make([]time.Time, len(targets)), make([]time.Time, len(targets))
	var turning sync.WaitGroup
	for i, t := range targets {
		group := (i / 4 * 7919) % detectTrials // kinds alternate; neighbours break at distant moments
		share := time.Duration((float64(group) + 0.5) / detectTrials * float64(detectEvery))
		ticks := bot.Spread(cron.Every(detectEvery), fmt.Sprint("essai/", i))
		turning.Go(func() {
			time.Sleep(time.Until(ticks.Next(begun.Add(breakAfter)).Add(share)))
			broke[i] = time.Now()
			t.turn(true)
			time.Sleep(time.Until(ticks.Next(begun.Add(repairAfter)).Add(share)))
			mended[i] = time.Now()
			t.turn(false)
		})
	}
	turning.Wait()
	time.Sleep(time.Until(begun.Add(end + detectEvery)))
	var before int
	var during float64
	for i, t := range targets {
		opened, ended := rig.ledger.times(bot.PlatformID(fmt.Sprint("essai/", i)))
		if opened.Before(broke[i]) || !ended.After(mended[i]) {
			b.Errorf("%s, %s, target %d: broken %v, opened %v, mended %v, ended %v", r.name, t.how, i, broke[i], opened, mended[i], ended)
			continue
		}
		r.decide[t.how] = append(r.decide[t.how], opened.Sub(broke[i]))
		r.back[t.how] = append(r.back[t.how], ended.Sub(mended[i]))
		before += len(clocks[i].between(begun.Add(breakAfter-20*time.Second), begun.Add(breakAfter)))
		during += float64(len(clocks[i].between(broke[i], ended))) - float64(ended.Sub(broke[i]))/float64(detectEvery)
	}
	r.steady, r.extra = float64(before)/float64(2*len(targets)), during/float64(len(targets))
}

// detectHanging lets many targets hang at the same moment.
func detectHanging(b *testing.B, n int) {
	targets, names := breakables(b, n, func(int) breakage { return hangs })
	rounds, clocks := detectRounds(b, targets, names)
	rig := newRig(b, rounds, localGuard(b), bot.DefaultBurst())
	defer rig.stop()
	time.Sleep(25 * time.Second)
	broke := time.Now()
	for _, t := range targets {
		t.turn(true)
	}
	time.Sleep(30 * time.Second)
	var decide sample
	requests := 0
	for i := range targets {
		opened, _ := rig.ledger.times(bot.PlatformID(fmt.Sprint("essai/", i)))
		if opened.Before(broke) {
			b.Errorf("target %d: not decided after 30 s", i)
			continue
		}
		decide = append(decide, opened.Sub(broke))
		requests += len(clocks[i].between(broke, opened))
	}
	b.Logf("%d hang together, limit %v: mean %.2f, median %.2f, p95 %.2f, max %.2f s; %.1f requests each until the decision",
		n, detectLimit, decide.mean().Seconds(), decide.quantile(0.5).Seconds(), decide.quantile(0.95).Seconds(),
		decide.quantile(1).Seconds(), float64(requests)/float64(n))
	b.ReportMetric(decide.mean().Seconds(), "mean-s")
	b.ReportMetric(decide.quantile(1).Seconds(), "max-s")
	atMost(b, "break to decision, mean s", decide.mean().Seconds(), 13.5)
}

// atMost fails the benchmark when a goal is missed.
func atMost(b *testing.B, what string, got, goal float64) {
	b.Helper()
	if !(got <= goal) {
		b.Errorf("%s: %.3f, the goal is at most %.3f", what, got, goal)
	}
}
