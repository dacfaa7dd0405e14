package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"

	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/cmd/panneau/config"
	"github.com/panneau-ecole/panneau/locales"
)

// reading is a configuration without a fault, and the texts that it asks for.
type reading struct {
	config *config.Config
	words  *locales.Renderer
}

// read reads the configuration file, or the embedded configuration where there is none.
func (m Main) read(file string) (reading, error) {
	words, err := locales.New()
	if err != nil {
		return reading{}, fmt.Errorf("load the texts: %w", err)
	}
	c, err := m.load(file, words)
	if err != nil {
		return reading{}, err
	}
	if words, err = ownTexts(c, words); err != nil {
		return reading{}, err
	}
	return reading{c, words}, m.warnCalendar(c)
}

// house is what stays while the configuration changes: the folder, the database and the open addresses.
type house struct {
	Main
	file    string
	replica string
	db      *store.Store
	doors   doors
}

// live runs an app until ctx ends, or until somebody asks for the configuration to be read again and it has no fault:
// then it returns the app that goes on. A wrong configuration changes nothing.
func (h *house) live(ctx context.Context, a *app) (next *app, err error) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- h.attended(running, a, h.db) }()
	for {
		select {
		case err := <-ended:
			return nil, err
		case <-h.Reload:
		}
		if next, err = h.renew(ctx, a.config); err != nil {
			h.doors.shut(a.config) // what was opened for it
			h.complain(err)
			a.say("terminal.kept", nil)
			continue
		}
		stop()
		if err := <-ended; err != nil {
			return nil, errors.Join(err, next.close())
		}
		h.doors.shut(next.config)
		next.say("terminal.reloaded", map[string]any{"Count": len(next.config.Platforms)})
		return next, nil
	}
}

// renew reads the configuration again and makes what runs with it.
func (h *house) renew(ctx context.Context, old *config.Config) (*app, error) {
	r, err := h.read(h.file)
	if err != nil {
		return nil, err
	}
	if r.config.DataDir != old.DataDir || !r.config.Database.Is(old.Database) {
		return nil, h.explain(r.words, "terminal.restart", map[string]any{"File": h.file})
	}
	return h.build(ctx, r)
}

// build makes what runs with a configuration. Nothing of it runs yet.
func (h *house) build(ctx context.Context, r reading) (*app, error) {
	page, err := h.doors.lend(r.config.HTTP.Listen, func() (net.Listener, error) { return h.listen(ctx, r.config, h.file, r.words) })
	if err != nil {
		return nil, err
	}
	a, err := newApp(h.Main, r.config, r.words, h.between(h.db), page, h.replica)
	if err != nil {
		return nil, errors.Join(err, page.Close())
	}
	if r.config.HTTP.Metrics == "" {
		return a, nil
	}
	a.measured, err = h.doors.lend(r.config.HTTP.Metrics, func() (net.Listener, error) {
		return h.listenAt(ctx, r.config.HTTP.Metrics, h.file, r.words)
	})
	if err != nil {
		return nil, errors.Join(err, page.Close())
	}
	return a, nil
}

// close closes the addresses of an app that never ran.
func (a *app) close() error {
	err := a.listener.Close()
	if a.measured != nil {
		err = errors.Join(err, a.measured.Close())
	}
	return err
}

// doors are the addresses that are listened at, as the configuration writes them. They stay open while the app behind
// them is replaced: whoever calls meanwhile waits for a moment and is answered.
type doors map[string]net.Listener

// lend returns a listener at an address for one app, which may close it; open opens the address where it is not open yet.
func (d doors) lend(address string, open func() (net.Listener, error)) (net.Listener, error) {
	if d[address] == nil {
		fresh, err := open()
		if err != nil {
			return nil, err
		}
		d[address] = fresh
	}
	socket, ok := d[address].(*net.TCPListener)
	if !ok {
		return nil, fmt.Errorf("lend the address %s: not TCP", address)
	}
	file, err := socket.File()
	if err != nil {
		return nil, fmt.Errorf("lend the address %s: %w", address, err)
	}
	lent, err := net.FileListener(file)
	return lent, errors.Join(err, file.Close())
}

// shut closes the addresses that a configuration does not name.
func (d doors) shut(c *config.Config) {
	maps.DeleteFunc(d, func(address string, open net.Listener) bool {
		unused := address != c.HTTP.Listen && address != cmp.Or(c.HTTP.Metrics, c.HTTP.Listen)
		if unused {
			_ = open.Close() // nobody is behind it any more
		}
		return unused
	})
}

// close closes all addresses.
func (d doors) close() {
	for _, open := range d {
		_ = open.Close()
	}
}
