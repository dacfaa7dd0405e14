package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
	"github.com/panneau-ecole/panneau/bot/statuspage"
)

// stopLimit is how long the page's last answers may take when the program stops.
const stopLimit = 3 * time.Second

// newPage wires the public page.
func (a *app) newPage() (*statuspage.Page, error) {
	known, err := almanac(a.config)
	if _, wrong := errors.AsType[*calendar.FileError](err); wrong { // the operator was told (warnCalendar)
		known, err = calendar.Embedded()
	}
	if err != nil {
		return nil, err
	}
	return statuspage.New(statuspage.Config{
		Source: pageSource{a.board}, Label: a.label, Renderer: a.words, Almanac: known, Chat: a.chat, Logger: a.log,
	}), nil
}

// chat is the kind of chat that an account speaks on; empty for one that is configured no more.
func (a *app) chat(id bot.AccountID) bot.ChatPlatform {
	for _, account := range a.config.Accounts {
		if account.ID == id {
			return account.Platform
		}
	}
	return ""
}

// label names a condition for the page.
func (a *app) label(lang string, c bot.Condition) string {
	text, err := a.words.Condition(lang, c)
	if err != nil {
		a.log.Error("name a condition", "condition", c, "err", err)
		return string(c)
	}
	return text
}

// pageSource gives the page its facts; dossiers and hours are the board's own.
type pageSource struct{ *bot.Board }

// lastIncidents is how many incidents the page knows besides those that go on.
const lastIncidents = 50

func (p pageSource) Overview(ctx context.Context) (bot.Overview, error) {
	place, err := paris()
	if err != nil {
		return bot.Overview{}, err
	}
	return p.Board.Overview(ctx, nil, bot.Families, place)
}

func (p pageSource) Incidents(ctx context.Context) ([]bot.Incident, error) {
	return p.Board.Incidents(ctx, lastIncidents)
}

func (a *app) servePage(ctx context.Context) error {
	server := statuspage.Server(a.listener.Addr().String(), a.page)
	var callers callers
	server.ConnState = callers.note
	stop := context.AfterFunc(ctx, func() { _ = a.listener.Close() }) // it has no other error than that it is closed
	defer stop()
	if err := server.Serve(a.listener); ctx.Err() == nil {
		return fmt.Errorf("serve the page: %w", err)
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	callers.wait()
	if err := server.Shutdown(limited); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop the page: %w", err)
	}
	return nil
}

// hearing is how long whoever has connected may take to be answered before the server shuts down. One that says nothing
// holds the end up for so long.
const hearing = time.Second / 2

// callers are the connections of a server that are to be answered. A server that is shutting down hangs up on those that it
// has accepted and not heard yet; so nobody is let in any more, those who are in are answered, and then it shuts down. The
// zero value is ready.
type callers struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

// note is [http.Server.ConnState].
func (c *callers) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[net.Conn]bool)
	}
	if state == http.StateNew || state == http.StateActive {
		c.open[conn] = true
	} else {
		delete(c.open, conn)
	}
}

func (c *callers) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// wait returns when everybody is answered, or too late.
func (c *callers) wait() {
	for end := time.Now().Add(hearing); c.count() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
}
