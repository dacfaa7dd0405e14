package bot_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// BenchmarkChecks runs a thousand and five thousand checks at 10 s, with their state in SQLite, against servers in
// another process, and measures whether their ticks are kept and what they cost. Each cost stands beside that of a bare
// loop of net/http requests on new connections to the same servers, measured right before and right after. Run it once:
// .ci/bench checks.
func BenchmarkChecks(b *testing.B) {
	for _, load := range []load{
		{name: "http-1000", n: 1000, ratio: 2},
		{name: "http-5000", n: 5000, ratio: 2},
		{name: "https-1000", n: 1000, secure: true, ratio: 1.25},
		{name: "https-5000", n: 5000, secure: true, ratio: 1.25},
		{name: "hanging-1000", n: 1000, hanging: 10},
	} {
		b.Run(load.name, load.measure)
	}
}

const (
	loadEvery  = 10 * time.Second
	loadLimit  = 5 * time.Second
	loadWindow = 2 * loadEvery
)

// load is a number of checks, and what they may cost at most.
type load struct {
	name    string
	n       int
	secure  bool
	hanging int     // percent of the targets
	ratio   float64 // to the bare loop's CPU; zero: not compared
}

func (l load) measure(b *testing.B) {
	targets := startTargets(b)
	defer debug.SetGCPercent(debug.SetGCPercent(bot.GCPercent))
	roots := x509.NewCertPool()
	authority, err := x509.ParseCertificate(targets.Root)
	if err != nil {
		b.Fatal(err)
	}
	roots.AddCert(authority)
	urls := targets.HTTP
	if l.secure {
		urls = targets.HTTPS
	}
	before := bareLoop(b, urls, roots)
	rounds, clocks := l.rounds(b, urls, roots)
	runtime.GC()
	debug.FreeOSMemory()
	memory := watchMemory()
	begun, rig := time.Now(), newRig(b, rounds, localGuard(b), bot.DefaultBurst())
	time.Sleep(loadEvery + 2*time.Second)
	from, spent, served := time.Now(), cpu(b), targets.cpu(b)
	time.Sleep(loadWindow)
	spent, served = cpu(b)-spent, targets.cpu(b)-served
	to := time.Now()
	time.Sleep(loadEvery / 2)
	rig.stop()
	most := memory()
	after := bareLoop(b, urls, roots)
	b.Logf("%s: processors kept busy, of %d: %.2f by the checks, %.2f by the targets", l.name, runtime.NumCPU(),
		float64(spent)/float64(to.Sub(from)), float64(served)/float64(to.Sub(from)))
	l.report(b, clocks, moments{begun, from, to}, spent, min(before, after), most)
	if l.hanging == 0 {
		atMost(b, "outages told where there was none", float64(len(rig.ledger.opened)), 0)
	}
}

// rounds makes the checks; of those that hang every tenth, for example.
func (l load) rounds(b *testing.B, urls []string, roots *x509.CertPool) ([]bot.Round, []*clocked) {
	b.Helper()
	env := checks.Env{
		UserAgent: checks.UserAgent("bench", "https://exemple.fr/contact"), Roots: roots,
		Addresses: checks.Addresses{AllowPrivate: true}, Patterns: checks.NewPatterns(),
	}
	var rounds []bot.Round
	var clocks []*clocked
	for i := range l.n {
		id := bot.CheckID(fmt.Sprint("essai/", i))
		path := fmt.Sprint("/", i)
		if l.hangs(i) {
			path = "/hang"
		}
		checker, err := checks.New(checks.Spec{
			ID: id, URL: urls[i%len(urls)] + path,
			MustContain: []checks.Pattern{{Text: "Se connecter"}},
			Signatures: []checks.Signature{
				{ID: "quota", Reason: bot.ReasonQuotaPage, All: []checks.Pattern{{Text: "trop de connexions"}}},
				{ID: "maintenance", Reason: bot.ReasonMaintenance, All: []checks.Pattern{{Text: "en maintenance"}}},
			},
			Limits: checks.Limits{Connect: loadLimit, Headers: loadLimit, Total: loadLimit},
		}, env)
		if err != nil {
			b.Fatal(err)
		}
		c := &clocked{Checker: checker}
		clocks = append(clocks, c)
		rounds = append(rounds, bot.Round{
			Check: id, Platform: bot.PlatformID(id), Checker: c, Schedule: cron.Every(loadEvery), Limit: time.Minute,
		})
	}
	return rounds, clocks
}

func (l load) hangs(i int) bool { return l.hanging > 0 && i%(100/l.hanging) == 0 }

// moments are when the patrol began, and between which times its ticks are counted.
type moments struct{ begun, from, to time.Time }

// report says what became of the ticks of the targets that do not hang, and what they cost.
func (l load) report(b *testing.B, clocks []*clocked, m moments, spent, bare time.Duration, most memory) {
	b.Helper()
	var late, first sample
	due, done, runs := 0, 0, 0
	for i, c := range clocks {
		runs += len(c.between(m.from, m.to))
		if l.hangs(i) {
			continue
		}
		first = append(first, c.first(m.to).Sub(m.begun))
		schedule := bot.Spread(cron.Every(loadEvery), fmt.Sprint("essai/", i))
		for at := schedule.Next(m.from); at.Before(m.to); at = schedule.Next(at) {
			due++
			if found := c.between(at, at.Add(loadEvery/2)); len(found) > 0 {
				done++
				late = append(late, found[0].Sub(at))
			}
		}
	}
	perRun := spent / time.Duration(max(runs, 1))
	b.Logf("%s: %d of %d ticks (%.2f %%), late p50 %.0f p99 %.0f max %.0f ms, all checked once after %.1f s", l.name, done, due,
		100*float64(done)/float64(due), ms(late.quantile(0.5)), ms(late.quantile(0.99)), ms(late.quantile(1)), first.quantile(1).Seconds())
	b.Logf("%s: CPU per 1000 checks %.0f ms, bare loop %.0f ms, ratio %.2f; most memory: %d MB resident, %d MB of heap and stacks",
		l.name, 1000*ms(perRun), 1000*ms(bare), float64(perRun)/float64(bare), most.resident>>20, most.inUse>>20)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(late.quantile(0.99)), "p99-late-ms")
	b.ReportMetric(float64(perRun)/float64(bare), "cpu-ratio")
	b.ReportMetric(float64(most.resident>>20), "MB")
	atMost(b, "ticks left out, share", 1-float64(done)/float64(due), 0.001)
	atMost(b, "lateness p99, ms", ms(late.quantile(0.99)), 150)
	atMost(b, "all checked once, s", first.quantile(1).Seconds(), (loadEvery + time.Second).Seconds())
	if l.ratio > 0 {
		atMost(b, "CPU, ratio to the bare loop", float64(perRun)/float64(bare), l.ratio)
		atMost(b, "resident memory, MB", float64(most.resident>>20), 100)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// bareLoop is the CPU time of one request of a loop that does nothing but ask, on a new connection each, and read.
func bareLoop(b *testing.B, urls []string, roots *x509.CertPool) time.Duration {
	b.Helper()
	const n = 2000
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}}
	spent := cpu(b)
	for i := range n {
		response, err := client.Get(urls[i%len(urls)] + "/")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			b.Fatal(err)
		}
		response.Body.Close()
	}
	return (cpu(b) - spent) / n
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memory is an amount of memory of this process, in bytes.
type memory struct{ resident, inUse uint64 }

// watchMemory looks at the memory of this process twice a second until the function that it returns is called, which
// returns the most of it.
func watchMemory() func() memory {
	var most memory
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most.inUse = max(most.inUse, stats.HeapInuse+stats.StackInuse)
			most.resident = max(most.resident, resident())
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
		}
	})
	return func() memory {
		close(stop)
		watching.Wait()
		return most
	}
}

// resident is the resident memory of this process as Linux counts it.
func resident() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes uint64
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); err == nil {
			return kilobytes << 10
		}
	}
	return 0
}
