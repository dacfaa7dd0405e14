package statuspage

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// What BenchmarkPage demands, and how it measures.
const (
	leastRatio  = 0.8 // of the requests a second that a bare handler answers
	mostGrowth  = 4 << 20
	clients     = 16
	rounds      = 8 // of each handler, in turns
	roundLength = 750 * time.Millisecond
	changeEvery = 250 * time.Millisecond
)

// BenchmarkPage measures the page and the JSON of 71 platforms over loopback connections while an incident changes four
// times a second, in turns with a net/http handler that does nothing but write the same bytes. It fails under 0.8 of
// what that one answers, or where memory grows.
func BenchmarkPage(b *testing.B) {
	for _, path := range []string{homePath, statusPath} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				compare(b, path)
			}
		})
	}
}

func compare(b *testing.B, path string) {
	s := crowd(b)
	page := newPage(b, s)
	first := get(b, page, path, "Accept-Encoding", "gzip")
	ours, floor := serve(b, page), serve(b, bare(first))
	stop := keepChanging(s, page)
	defer stop()
	load(b, ours, path)
	load(b, floor, path)
	before := heap()
	var page2, bare2 tally
	for range rounds {
		page2.add(load(b, ours, path))
		bare2.add(load(b, floor, path))
	}
	grown := heap() - before
	ratio := page2.rate() / bare2.rate()
	b.ReportMetric(page2.rate(), "req/s")
	b.ReportMetric(ratio, "of-bare")
	b.ReportMetric(float64(page2.p99().Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(bare2.p99().Microseconds())/1000, "bare-p99-ms")
	b.ReportMetric(float64(grown)/(1<<20), "grown-MB")
	if ratio < leastRatio {
		b.Errorf("%s: %.2f of what a bare handler answers, want %.1f", path, ratio, leastRatio)
	}
	if grown > mostGrowth {
		b.Errorf("%s: %d bytes more after %d requests", path, grown, len(page2.took))
	}
}

// keepChanging lets an incident change again and again until the returned function is called.
func keepChanging(s *source, page *Page) (stop func()) {
	done := make(chan struct{})
	var changing sync.WaitGroup
	changing.Go(func() {
		ticker := time.NewTicker(changeEvery)
		defer ticker.Stop()
		for worse := false; ; worse = !worse {
			select {
			case <-done:
				return
			case <-ticker.C:
			}
			s.change(func(s *source) {
				s.incidents[0].Revision++
				s.incidents[0].Condition = map[bool]bot.Condition{true: bot.Unreachable, false: bot.Partial}[worse]
				s.overview.Platforms[0].Condition = s.incidents[0].Condition
			})
			page.Changed()
		}
	})
	return func() { close(done); changing.Wait() }
}

func serve(b *testing.B, h http.Handler) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := Server(listener.Addr().String(), h)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close(); <-served })
	return "http://" + server.Addr
}

// tally is what a load came to.
type tally struct {
	took   []time.Duration
	length time.Duration
}

func (t *tally) add(other tally) {
	t.took, t.length = append(t.took, other.took...), t.length+other.length
}

func (t *tally) rate() float64 { return float64(len(t.took)) / t.length.Seconds() }

func (t *tally) p99() time.Duration {
	slices.Sort(t.took)
	return t.took[len(t.took)*99/100]
}

// load asks for a path with several clients at once for the length of a round.
func load(b *testing.B, server, path string) tally {
	b.Helper()
	var mu sync.Mutex
	var sum tally
	var group sync.WaitGroup
	start := time.Now()
	for range clients {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			defer client.CloseIdleConnections()
			var took []time.Duration
			for time.Since(start) < roundLength {
				begun := time.Now()
				if err := fetch(b, client, server+path); err != nil {
					b.Error(err)
					return
				}
				took = append(took, time.Since(begun))
			}
			mu.Lock()
			defer mu.Unlock()
			sum.took = append(sum.took, took...)
		})
	}
	group.Wait()
	sum.length = time.Since(start)
	return sum
}

func fetch(b *testing.B, client *http.Client, address string) error {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// BenchmarkHandler measures the same without a network: one answer of the page, of a filtered one, and of a bare
// handler.
func BenchmarkHandler(b *testing.B) {
	page := newPage(b, crowd(b))
	first := get(b, page, "/", "Accept-Encoding", "gzip")
	b.Run("page", func(b *testing.B) { ask(b, page, "/") })
	b.Run("filtered", func(b *testing.B) { ask(b, page, "/?academie=lille&public=familles") })
	b.Run("missing", func(b *testing.B) { ask(b, page, "/?academie=atlantide") })
	b.Run("bare", func(b *testing.B) { ask(b, bare(first), "/") })
}

// nobody takes an answer and keeps nothing.
type nobody struct{ header http.Header }

func (n nobody) Header() http.Header         { return n.header }
func (n nobody) Write(b []byte) (int, error) { return len(b), nil }
func (n nobody) WriteHeader(int)             {}

func ask(b *testing.B, h http.Handler, path string) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, strings.NewReader(""))
		r.Header.Set("Accept-Encoding", "gzip")
		for pb.Next() {
			h.ServeHTTP(nobody{http.Header{}}, r)
		}
	})
}
