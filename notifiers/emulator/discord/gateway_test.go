package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// serve serves the emulator in memory and returns how to connect to it.
func serve(t *testing.T, s *Server) *emulator.Network {
	t.Helper()
	network := emulator.NewNetwork()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- network.Serve(ctx, s) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return network
}

// elsewhere sends discordgo's requests to the emulator.
type elsewhere struct{ next http.RoundTripper }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	u := *r.URL
	u.Scheme, u.Host = "http", "discord.example"
	r = r.Clone(r.Context())
	r.URL, r.Host = &u, u.Host
	return e.next.RoundTrip(r)
}

// library returns the real library, as it is, on the emulator.
func library(t *testing.T, s *Server) *discordgo.Session {
	t.Helper()
	p := serve(t, s)
	transport := &http.Transport{DialContext: p.Dial}
	t.Cleanup(transport.CloseIdleConnections)
	g, err := discordgo.New("Bot " + token)
	if err != nil {
		t.Fatal(err)
	}
	g.Client = &http.Client{Transport: elsewhere{transport}}
	g.Dialer = &websocket.Dialer{NetDialContext: p.Dial}
	g.Identify.Intents = discordgo.IntentsGuilds
	g.LogLevel = discordgo.LogError - 1
	return g
}

// follow records the events that a session gets.
func follow(g *discordgo.Session) func() string {
	var mu sync.Mutex
	var kinds []string
	g.SyncEvents = true
	g.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		mu.Lock()
		defer mu.Unlock()
		kinds = append(kinds, e.Type)
	})
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(kinds, " ")
	}
}

// cut ends a session without Session.Close, which sleeps with its locks held: time would stand still in a bubble.
func cut(s *Server) {
	s.mu.Lock()
	s.revoked = true
	s.mu.Unlock()
	s.Disconnect(0)
	time.Sleep(5 * time.Second)
}

func TestLibraryConnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		g := library(t, s)
		events := follow(g)
		if err := g.Open(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute) // heartbeats keep it alive
		s.Kick(room)
		s.Invite(room)
		s.Forbid(room)
		s.Remove(room)
		time.Sleep(time.Second)
		want := "READY GUILD_CREATE GUILD_DELETE GUILD_CREATE CHANNEL_UPDATE CHANNEL_DELETE"
		if got := events(); got != want {
			t.Errorf("events %s, want %s", got, want)
		}
		if s.Connected() != 1 || s.Identifies() != 1 {
			t.Errorf("%d connections, %d identifies", s.Connected(), s.Identifies())
		}
		g.ShouldReconnectOnError = false
		cut(s)
	})
}

func TestLibraryResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		g := library(t, s)
		events := follow(g)
		if err := g.Open(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s.Disconnect(4000)
		s.Forbid(room) // while nobody is connected
		time.Sleep(10 * time.Second)
		want := "READY GUILD_CREATE CHANNEL_UPDATE RESUMED"
		if got := events(); got != want {
			t.Errorf("events %s, want %s", got, want)
		}
		g.ShouldReconnectOnError = false
		cut(s)
	})
}

// raw is a gateway connection without the library.
type raw struct {
	t  *testing.T
	ws *websocket.Conn
}

func connect(t *testing.T, s *Server) raw {
	t.Helper()
	p := serve(t, s)
	ws, _, err := (&websocket.Dialer{NetDialContext: p.Dial}).Dial("ws://discord.example/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return raw{t, ws}
}

func (r raw) send(text string) {
	r.t.Helper()
	if err := r.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		r.t.Fatal(err)
	}
}

// next returns the operation of the next packet, or the close code.
func (r raw) next() int {
	r.t.Helper()
	_, data, err := r.ws.ReadMessage()
	if e, ok := errors.AsType[*websocket.CloseError](err); ok {
		return e.Code
	}
	var p packet
	if err := json.Unmarshal(data, &p); err != nil {
		r.t.Fatal(err)
	}
	return p.Op
}

const identify = `{"op":2,"d":{"token":"` + token + `","intents":1,"properties":{}}}`

func TestGatewayRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		send []string
		want []int // after HELLO
	}{
		"no JSON":            {[]string{"{"}, []int{4002}},
		"unknown operation":  {[]string{`{"op":99}`}, []int{4001}},
		"not identified":     {[]string{`{"op":3,"d":{}}`}, []int{4003}},
		"wrong token":        {[]string{`{"op":2,"d":{"token":"x","intents":1}}`}, []int{4004}},
		"privileged intents": {[]string{`{"op":2,"d":{"token":"` + token + `","intents":32768}}`}, []int{4014}},
		"invalid intents":    {[]string{`{"op":2,"d":{"token":"` + token + `","intents":1073741824}}`}, []int{4013}},
		"twice":              {[]string{identify, identify}, []int{0, 0, 4005}},
		"unknown session":    {[]string{`{"op":6,"d":{"token":"` + token + `","session_id":"x","seq":1}}`}, []int{9}},
		"heartbeat":          {[]string{`{"op":1,"d":null}`}, []int{11}},
		"silence":            {nil, []int{4009}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := connect(t, open(t, Options{}))
				if op := r.next(); op != opHello {
					t.Fatalf("first operation %d", op)
				}
				for _, text := range c.send {
					r.send(text)
				}
				for _, want := range c.want {
					if got := r.next(); got != want {
						t.Errorf("got %d, want %d", got, want)
					}
				}
			})
		})
	}
}

func TestGatewayLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		r := connect(t, s)
		r.next()
		r.send(identify)
		r.next()
		r.next()
		other := connect(t, s)
		other.next()
		other.send(identify)
		if op := other.next(); op != opInvalidSession {
			t.Errorf("operation %d after two identifies within 5 seconds, want 9", op)
		}
		got := 0
		for range gatewayN { // the identify counts too
			r.send(`{"op":1,"d":null}`)
			got = r.next()
		}
		if got != closeRateLimited {
			t.Errorf("got %d after too many packets, want %d", got, closeRateLimited)
		}
	})
}
