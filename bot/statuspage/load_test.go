package statuspage

import (
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

// TestManyReaders lets readers, a writer and the race detector meet.
func TestManyReaders(t *testing.T) {
	s := morning(t)
	page := newPage(t, s)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 50 {
				for _, path := range []string{"/", "/incidents/12", "/api/v1/status.json"} {
					if w := get(t, page, path, "Accept-Encoding", "gzip"); w.Code != http.StatusOK {
						t.Errorf("%s: status %d", path, w.Code)
					}
				}
			}
		})
	}
	for i := range 100 {
		s.change(func(s *source) {
			platforms := append([]bot.PlatformView(nil), s.overview.Platforms...)
			platforms[0].Vantages = i
			s.overview.Platforms = platforms
		})
		page.Changed()
	}
	readers.Wait()
}

// TestServer speaks to the page over a real connection.
func TestServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := Server(listener.Addr().String(), newPage(t, morning(t)))
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	client := &http.Client{Transport: &http.Transport{}}
	for _, test := range []struct {
		method string
		header int // bytes
		want   int
	}{
		{http.MethodGet, 100, http.StatusOK},
		{http.MethodHead, 100, http.StatusOK},
		{http.MethodPost, 100, http.StatusMethodNotAllowed},
		{http.MethodGet, 16 << 10, http.StatusRequestHeaderFieldsTooLarge},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, "http://"+server.Addr+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", strings.Repeat("x", test.header))
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != test.want {
			t.Errorf("%s with %d bytes of head: status %d, want %d", test.method, test.header, answer.StatusCode, test.want)
		}
	}
	client.CloseIdleConnections()
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout == 0 || server.WriteTimeout == 0 || server.IdleTimeout == 0 {
		t.Error("a time-out is not set")
	}
}

// BenchmarkPage measures the page against a handler that does nothing but write the same bytes, both without a
// network.
func BenchmarkPage(b *testing.B) {
	page := newPage(b, crowd(b))
	first := get(b, page, "/", "Accept-Encoding", "gzip")
	b.Run("page", func(b *testing.B) { ask(b, page) })
	b.Run("bare", func(b *testing.B) { ask(b, bare(first)) })
}

// BenchmarkServer measures the same over loopback connections.
func BenchmarkServer(b *testing.B) {
	page := newPage(b, crowd(b))
	first := get(b, page, "/", "Accept-Encoding", "gzip")
	b.Run("page", func(b *testing.B) { askServer(b, page) })
	b.Run("bare", func(b *testing.B) { askServer(b, bare(first)) })
}

// bare writes what was answered once.
func bare(answer *httptest.ResponseRecorder) http.Handler {
	header, body := answer.Result().Header, answer.Body.Bytes()
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		_, _ = w.Write(body)
	})
}

// nobody takes an answer and keeps nothing.
type nobody struct{ header http.Header }

func (n nobody) Header() http.Header         { return n.header }
func (n nobody) Write(b []byte) (int, error) { return len(b), nil }
func (n nobody) WriteHeader(int)             {}

func ask(b *testing.B, h http.Handler) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		for pb.Next() {
			h.ServeHTTP(nobody{http.Header{}}, r)
		}
	})
}

func askServer(b *testing.B, h http.Handler) {
	server := httptest.NewServer(h)
	defer server.Close()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
		defer client.CloseIdleConnections()
		for pb.Next() {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+"/", nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Accept-Encoding", "gzip")
			answer, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	})
}

// BenchmarkSnapshot measures what the facts of 71 platforms cost each time they are read and shown.
func BenchmarkSnapshot(b *testing.B) {
	page := newPage(b, crowd(b))
	b.ReportAllocs()
	for b.Loop() {
		page.Changed()
		get(b, page, "/")
	}
}
