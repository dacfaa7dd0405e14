package discord_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/notifiers/discord"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/discord"
)

func TestGatewayOverTLS(t *testing.T) {
	for _, through := range []string{"", "a proxy"} {
		t.Run("through "+through, func(t *testing.T) {
			t.Parallel()
			s := emulated.New(emulated.Options{Token: token})
			s.Open(channel)
			web := httptest.NewUnstartedServer(s)
			web.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
			web.StartTLS()
			t.Cleanup(web.Close)
			client := web.Client()
			var tunnels atomic.Int32
			if through != "" {
				client.Transport.(*http.Transport).Proxy = http.ProxyURL(proxy(t, &tunnels))
			}
			n, err := discord.New(discord.Config{Token: token, APIURL: web.URL, HTTPClient: client, Menu: menu()})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			result := make(chan error, 1)
			go func() { result <- n.Listen(ctx, &answerer{}) }()
			s.Say(channel, "alice", "/status")
			for deadline := time.Now().Add(5 * time.Second); len(s.Shown(channel)) == 0 && time.Now().Before(deadline); {
				time.Sleep(5 * time.Millisecond)
			}
			if shown := s.Shown(channel); len(shown) != 1 || !shown[0].Bot {
				t.Errorf("shown: %+v", shown)
			}
			stop()
			if err := <-result; err != nil {
				t.Error(err)
			}
			if through != "" && tunnels.Load() < 2 {
				t.Errorf("%d tunnels, want one for the API and one for the gateway", tunnels.Load())
			}
		})
	}
}

// proxy starts an HTTP proxy that opens tunnels for whoever has the password.
func proxy(t *testing.T, tunnels *atomic.Int32) *url.URL {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || !strings.HasPrefix(r.Header.Get("Proxy-Authorization"), "Basic ") {
			http.Error(w, "no", http.StatusProxyAuthRequired)
			return
		}
		far, err := net.Dial("tcp", r.Host)
		if err != nil {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		tunnels.Add(1)
		w.WriteHeader(http.StatusOK)
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		go func() {
			defer far.Close()
			io.Copy(far, near)
		}()
		defer near.Close()
		io.Copy(near, far)
	}))
	t.Cleanup(web.Close)
	u, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("panneau", "secret")
	return u
}

func TestGatewayWithoutTLSIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := emulated.New(emulated.Options{Token: token})
		n, err := discord.New(discord.Config{Token: token, APIURL: "http://discord.example", HTTPClient: memory(t, s)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(background(), 5*time.Minute)
		defer stop()
		if err := n.Listen(ctx, &answerer{}); err != nil {
			t.Error(err)
		}
		if s.Identifies() != 0 {
			t.Error("the token was sent over an open line")
		}
	})
}
