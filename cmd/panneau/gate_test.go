package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

const (
	// trip is a round trip to a chat platform, half of it each way: what a machine in France sees of Telegram.
	trip = 100 * time.Millisecond
	// latest is how long after its connection was cut off a platform may still carry out what it received.
	latest = 1500 * time.Millisecond
)

// gate stands before an emulated chat platform as the network does. What it has received of a process that dies is
// carried out all the same, later, or never, as chance has it.
type gate struct {
	chat http.Handler

	mu   sync.Mutex
	here int // requests that are neither answered nor given up
	trap *trap
	log  []passage
	news int // requests carried out so far
}

// passage is a request that posts or edits.
type passage struct {
	from int // the process that sent it
	act  bot.Act
	at   time.Time
}

// trap kills a process when its n-th request of a kind arrives: before it is carried out, or before it is answered.
type trap struct {
	step string
	act  bot.Act
	n    int
	kill func()
}

// arm sets a trap, or none.
func (g *gate) arm(t *trap) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trap = t
}

// from is the gate as one process sees it.
func (g *gate) from(process int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		act := actOf(r)
		if act == bot.ActNone {
			g.chat.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it never arrived whole
		}
		g.pass(w, r, body, passage{from: process, act: act, at: time.Now()})
	})
}

// actOf is what a request to any of the platforms does.
func actOf(r *http.Request) bot.Act {
	path := r.URL.Path
	switch {
	case strings.HasSuffix(path, "/sendMessage"), strings.HasSuffix(path, "/chat.postMessage"),
		r.Method == http.MethodPost && strings.HasSuffix(path, "/messages"):
		return bot.ActPost
	case strings.HasSuffix(path, "/editMessageText"), strings.HasSuffix(path, "/chat.update"),
		r.Method == http.MethodPatch && strings.Contains(path, "/messages/"):
		return bot.ActEdit
	}
	return bot.ActNone
}

func (g *gate) pass(w http.ResponseWriter, r *http.Request, body []byte, p passage) {
	caught := g.note(p)
	defer func() {
		g.mu.Lock()
		g.here--
		g.mu.Unlock()
	}()
	time.Sleep(trip / 2)
	if caught != nil && caught.step == received {
		caught.kill()
	}
	if r.Context().Err() != nil && !survives() {
		return
	}
	request := r.Clone(context.WithoutCancel(r.Context()))
	request.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	g.chat.ServeHTTP(answer, request)
	g.mu.Lock()
	g.news++
	g.mu.Unlock()
	if caught != nil && caught.step == carriedOut {
		caught.kill()
	}
	time.Sleep(trip / 2)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // who asked may be dead
}

// survives decides what becomes of a request whose sender is gone, and waits until then.
func survives() bool {
	switch rand.IntN(3) {
	case 0:
		return false
	case 1:
		time.Sleep(rand.N(latest))
	}
	return true
}

// note keeps a request and returns the trap that it springs.
func (g *gate) note(p passage) *trap {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.log = append(g.log, p)
	g.here++
	if g.trap == nil || g.trap.act != p.act {
		return nil
	}
	if g.trap.n--; g.trap.n > 0 {
		return nil
	}
	caught := g.trap
	g.trap = nil
	return caught
}

// passages lists the requests since a time.
func (g *gate) passages(since time.Time) []passage {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []passage
	for _, p := range g.log {
		if !p.at.Before(since) {
			list = append(list, p)
		}
	}
	return list
}

// carriedOutSoFar counts the requests after which the channels may show something else.
func (g *gate) carriedOutSoFar() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.news
}

// empty waits until nothing is on its way, at most a little longer than anything can be.
func (g *gate) empty() {
	for range 200 {
		g.mu.Lock()
		here := g.here
		g.mu.Unlock()
		if here == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
