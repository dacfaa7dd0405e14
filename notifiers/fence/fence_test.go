package fence_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/fence"
)

// TestTransport sends as the chat platforms are spoken to: over TLS, by both versions of HTTP.
func TestTransport(t *testing.T) {
	for _, test := range []struct {
		name          string
		http2, reused bool
		size          int
	}{
		{"HTTP/1.1, first on its connection", false, false, 100},
		{"HTTP/1.1", false, true, 100},
		{"HTTP/1.1, longer than a buffer", false, true, 1 << 20},
		{"HTTP/2, first on its connection", true, false, 100},
		{"HTTP/2", true, true, 100},
		{"HTTP/2, longer than a window", true, true, 1 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			var whole atomic.Int32 // requests that a server could carry out
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if _, err := io.Copy(io.Discard, r.Body); err == nil {
					whole.Add(1)
				}
				if got := r.ProtoMajor == 2; got != test.http2 {
					t.Errorf("the request came by %s", r.Proto)
				}
			}))
			server.EnableHTTP2 = test.http2
			server.StartTLS()
			client := server.Client()
			client.Transport = fence.Transport{Next: client.Transport}
			send := func(ctx context.Context) error {
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(strings.Repeat("x", test.size)))
				if err != nil {
					t.Fatal(err)
				}
				answer, err := client.Do(request)
				if err != nil {
					return err
				}
				return answer.Body.Close()
			}
			want := int32(0)
			if test.reused {
				want++
				if err := send(bot.Fenced(t.Context(), func() bool { return true })); err != nil {
					t.Fatalf("while the right to speak is held: %v", err)
				}
			}
			if err := send(bot.Fenced(t.Context(), func() bool { return false })); err == nil {
				t.Error("a request was answered after the right to speak was lost")
			}
			server.Close() // once its handlers have ended
			if got := whole.Load(); got != want {
				t.Errorf("%d requests arrived whole, want %d", got, want)
			}
		})
	}
}
