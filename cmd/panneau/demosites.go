package main

import (
	"context"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// streets is the network of a demonstration: the sites of all platforms in memory, which show what the story says.
type streets struct {
	network *emulator.Network
	fronts  map[string]front // by host and path
	hosts   map[string]bot.PlatformID
	over    chan struct{} // closed at the end of the story: no time passes after it

	mu      sync.Mutex
	pages   map[bot.PlatformID]string
	offline bool
}

// front is one address that a check asks for.
type front struct {
	platform bot.PlatformID
	login    bool
	texts    []string // that the normal page must show
}

// uplink is the reference outside of all platforms.
const uplink = "192.0.2.1:443"

// newStreets builds the sites of the platforms, and turns their checks to them: without TLS. Left lists the checks that
// cannot be played, which are taken out.
func newStreets(platforms []config.Platform) (s *streets, left []bot.CheckID) {
	s = &streets{
		network: emulator.NewNetwork(), fronts: map[string]front{}, hosts: map[string]bot.PlatformID{}, pages: map[bot.PlatformID]string{},
		over: make(chan struct{}),
	}
	for i := range platforms {
		p := &platforms[i]
		var played []config.Check
		for _, c := range p.Checks {
			u, err := url.Parse(c.URL)
			if err != nil || (u.Scheme != "https" && u.Scheme != "http") || len(c.Steps) > 0 || !literal(c.MustContain) {
				left = append(left, c.ID)
				continue
			}
			f := front{platform: p.ID, login: c.Function == checks.FunctionLogin}
			for _, text := range c.MustContain {
				f.texts = append(f.texts, text.Text)
			}
			s.fronts[u.Host+strings.TrimSuffix(u.Path, "/")], s.hosts[u.Hostname()] = f, p.ID
			u.Scheme = "http"
			c.URL = u.String()
			played = append(played, c)
		}
		p.Checks = played
	}
	return s, left
}

// literal reports whether a page can be made on which all patterns are.
func literal(patterns []checks.Pattern) bool {
	for _, p := range patterns {
		if p.Regexp != "" || p.Source {
			return false
		}
	}
	return true
}

// apply makes an event happen.
func (s *streets) apply(e config.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.Page == "offline" || e.Page == "online":
		s.offline = e.Page == "offline"
	case e.Platform != "":
		s.pages[e.Platform] = e.Page
	}
}

func (s *streets) look(p bot.PlatformID) (page string, offline bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pages[p], s.offline
}

// leave ends what goes on at the sites, also what would take a while.
func (s *streets) leave() error {
	close(s.over)
	return s.network.Close()
}

// dial is [checks.Env.Dial]: sites have IPv4 addresses only.
func (s *streets) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	page, offline := s.look(s.hosts[host])
	switch {
	case offline:
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ENETUNREACH}
	case network == "tcp6":
		return nil, &net.AddrError{Err: "no suitable address found", Addr: host}
	case address != uplink && s.hosts[host] == "":
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	case page == "down":
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.over:
			return nil, net.ErrClosed
		}
	}
	conn, err := s.network.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return visitedSite{conn}, nil
}

// visitedSite is a connection to a site, whose address is one of those that documents use (RFC 5737).
type visitedSite struct{ net.Conn }

// RemoteAddr implements net.Conn.
func (visitedSite) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 443}
}

// ServeHTTP shows a site as the story has it.
func (s *streets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, known := s.fronts[r.Host+strings.TrimSuffix(r.URL.Path, "/")]
	if !known {
		http.NotFound(w, r)
		return
	}
	page, _ := s.look(f.platform)
	switch {
	case page == "error" || page == "login" && f.login:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case page == "white":
		return
	case page == "quota": // the words of the page of 6 April 2021, as TF1 quotes it (tf1.fr 82111559)
		fmt.Fprint(w, "<p>…nous avons limité le temps des sessions et instauré une logique de quota. […] Revenez et essayez "+
			"à nouveau d’ici quelques minutes.</p>")
		return
	case page == "slow":
		select {
		case <-time.After(slowness):
		case <-r.Context().Done(): // nobody waits for the page any more
			return
		case <-s.over:
			return
		}
	}
	fmt.Fprintf(w, "<title>%s</title><p>Page d’accueil</p>", html.EscapeString(string(f.platform)))
	for _, text := range f.texts {
		fmt.Fprintf(w, "<p>%s</p>", html.EscapeString(text))
	}
}

// slowness is how long a slow page takes: more than the 5 s after which families call a page slow.
const slowness = 8 * time.Second
