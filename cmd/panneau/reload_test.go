package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// amend changes the process's configuration file, as an editor does.
func (p *process) amend(change func(string) string) {
	p.scene.t.Helper()
	file := filepath.Join(p.dir, "panneau.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		p.scene.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(change(string(text))), 0o600); err != nil {
		p.scene.t.Fatal(err)
	}
}

func replacing(old, with string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, with, 1) }
}

// page is the address of the public page.
func (p *process) page() string {
	p.scene.t.Helper()
	found := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(p.output.String())
	if found == "" {
		p.scene.t.Fatalf("no address in %q", p.output.String())
	}
	return found
}

// TestR11_BadReloadKeepsTheOldConfiguration gives a running program wrong configurations, which change nothing, and then
// a right one, in the middle of an outage: nobody who calls the page meanwhile is turned away, and nothing is told twice.
func TestR11_BadReloadKeepsTheOldConfiguration(t *testing.T) {
	t.Parallel()
	s := newScene(t, crowd{telegram: 3, slack: 1, discord: 1})
	p := s.process("")
	f := fleet{scene: s, replicas: []*process{p}}
	p.start()
	p.ready()
	f.await("the page's address", func() bool { return strings.Contains(p.output.String(), "http://127.0.0.1:") })
	read := visitors(t, p.page())
	for i, wrong := range []struct{ old, with, word string }{
		{"audience: families", "audience: parents", "valeur inconnue « parents »"},
		{"data_dir: ", "data_dir: /nowhere", "data_dir ou database a changé"},
		{"contact: panneau@exemple.fr", "contact: [", "Remède"},
	} {
		p.amend(replacing(wrong.old, wrong.with))
		before := len(p.log.String())
		p.signal(syscall.SIGHUP)
		f.await("the old configuration to be kept", func() bool { return strings.Count(p.output.String(), "reste en service") == i+1 })
		if said := p.log.String()[before:]; !strings.Contains(plain(said), wrong.word) {
			t.Errorf("of %q it says %q", wrong.with, said)
		}
		p.amend(replacing(wrong.with, wrong.old))
	}
	s.change(bot.ActPost)
	f.await("everybody to be told", func() bool { return s.watch(bot.ActPost).look() })

	fresh := "-1009"
	s.open(bot.Telegram, fresh)
	p.amend(func(text string) string {
		return text + "  - {account: telegram, channel: \"" + fresh + "\", audience: families, zone: Lille, quiet: none, follows: [ent-demo]}\n"
	})
	p.signal(syscall.SIGHUP)
	f.await("the new configuration", func() bool {
		return strings.Contains(plain(p.output.String()), "nouvelle configuration est en service")
	})
	f.await("the new chat to be told", func() bool { return s.watch(bot.ActPost).look() })
	s.change(bot.ActRing)
	f.await("everybody to be told of the end", func() bool { return s.watch(bot.ActRing).look() })
	for _, on := range platforms() {
		if n := s.tooMany(on, bot.ActRing); n != 0 {
			t.Errorf("%d messages too many on %s", n, on)
		}
	}
	read()
	p.stop()
	if !strings.Contains(p.output.String(), "Panneau est arrêté.") {
		t.Errorf("it ended with: %s", p.tail())
	}
}

// visitors read a page again and again until the returned function is called, on new connections: each time it must be
// there.
func visitors(t *testing.T, url string) (stop func()) {
	done := make(chan struct{})
	var reading sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	reading.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
			answer, err := client.Get(url)
			if err != nil {
				t.Errorf("read the page: %v", err)
				return
			}
			_, err = io.Copy(io.Discard, answer.Body)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("read the page: %s, %v", answer.Status, err)
			}
			_ = answer.Body.Close()
		}
	})
	return sync.OnceFunc(func() { close(done); reading.Wait() })
}
