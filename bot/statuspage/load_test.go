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

// TestReadersDoNotWaitForARendering: while a document is rendered anew, the others get the one before.
func TestReadersDoNotWaitForARendering(t *testing.T) {
	first := (*shelf)(nil).after()
	old := &document{}
	first.put("/", false, func() *document { return old })
	second := first.after()
	rendering, finish := make(chan struct{}), make(chan struct{})
	var maker sync.WaitGroup
	maker.Go(func() {
		second.put("/", false, func() *document { close(rendering); <-finish; return &document{etag: "new"} })
	})
	<-rendering
	never := func() *document { t.Error("rendered twice"); return nil }
	if got := second.put("/", false, never); got != old {
		t.Errorf("a reader got %v", got)
	}
	close(finish)
	maker.Wait()
	if got := second.put("/", false, never); got.etag != "new" || second.find("/") != got {
		t.Errorf("afterwards a reader got %v", got)
	}
	third := second.after()
	if third.before.Load() != second || second.before.Load() != nil {
		t.Error("old shelves pile up")
	}
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

// bare writes what was answered once.
func bare(answer *httptest.ResponseRecorder) http.Handler {
	header, body := answer.Result().Header, answer.Body.Bytes()
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		_, _ = w.Write(body)
	})
}

// BenchmarkSnapshot measures what the facts of 71 platforms cost each time they are read and shown.
func BenchmarkSnapshot(b *testing.B) {
	s := crowd(b)
	page := newPage(b, s)
	b.ReportAllocs()
	for b.Loop() {
		s.change(func(s *source) { s.overview.Platforms[0].Vantages++ })
		page.Changed()
		get(b, page, "/")
	}
}
