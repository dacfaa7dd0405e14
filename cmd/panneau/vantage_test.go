package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot/store/storetest"
)

// facing is the site as one place meets it.
type facing struct {
	*httptest.Server
	broken atomic.Bool
}

func newFacing(t *testing.T) *facing {
	t.Helper()
	f := &facing{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if f.broken.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, "Bienvenue")
	}))
	t.Cleanup(f.Close)
	return f
}

// places are programs that share a database, each with its own way to the site.
type places struct {
	t        *testing.T
	database string
	page     string
	running  sync.WaitGroup
	said     map[string]*output
}

// run starts the program at a place, and returns what stops it.
func (p *places) run(name, database string, site *facing, args ...string) (stop func()) {
	p.t.Helper()
	dir := p.t.TempDir()
	content := fmt.Sprintf(`
data_dir: %s
http: {listen: %q}
database: {postgres: {env: DATABASE}}
watch:
  schedule: "@every 10s"
  vantage: paris
  vantages: [lyon, lille]
  guard: {addresses: [%q], names: []}
platforms:
  pronote: {enabled: false}
  educonnect: {enabled: false}
  ecoledirecte: {enabled: false}
  apps: {enabled: false}
  tchap: {enabled: false}
  ent-demo: {name: ENT de démonstration, checks: [{name: accueil, url: %q, allow_private: true}]}
accounts: {terminal: {platform: console, token: {env: NOT_NEEDED}}}
`, dir, p.page, site.Listener.Addr(), site.URL)
	if args[0] == "run" {
		content = strings.Replace(content, ", token: {env: NOT_NEEDED}", "", 1) +
			"destinations: [{account: terminal, channel: terminal, audience: families, zone: Lille, follows: [ent-demo]}]\n"
	}
	file := filepath.Join(dir, "panneau.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
	said := &output{}
	p.said[name] = said
	getenv := func(key string) string { return map[string]string{"DATABASE": database}[key] }
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan struct{})
	p.running.Go(func() {
		defer close(done)
		m := Main{Args: append(args, "-c", file), Getenv: getenv, Stdout: said, Stderr: said}
		if code := m.Run(ctx); code != exitOK {
			p.t.Errorf("%s ended with %d:\n%s", name, code, said)
		}
	})
	return func() { cancel(); <-done }
}

// platformState is what the page says of the platform.
type platformState struct {
	Condition string
	Vantages  int
	Split     *struct {
		Condition string
		Count, Of int
	}
}

// await asks the page until it says what is wanted.
func (p *places) await(what string, is func(platformState) bool) platformState {
	p.t.Helper()
	var answer struct{ Platforms []platformState }
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		response, err := http.Get("http://" + p.page + "/api/v1/status.json")
		if err != nil {
			continue // it does not listen yet
		}
		answer.Platforms = nil
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		if err == nil && len(answer.Platforms) == 1 && is(answer.Platforms[0]) {
			return answer.Platforms[0]
		}
	}
	p.t.Fatalf("%s: the page says %+v\nparis:\n%s\nlyon:\n%s", what, answer, p.said["paris"], p.said["lyon"])
	return platformState{}
}

// role makes the role that docs/fr/lieux.md describes, and returns the database's address for it.
func (p *places) role() string {
	p.t.Helper()
	data, err := os.ReadFile("../../docs/fr/lieux.md")
	if err != nil {
		p.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```sql\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		p.t.Fatal("docs/fr/lieux.md has no SQL")
	}
	role, password := "panneau_lieu_"+strings.ToLower(rand.Text()), rand.Text()
	admin, err := sql.Open("pgx", p.database)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP OWNED BY "+role+"; DROP ROLE "+role); err != nil {
			p.t.Error(err)
		}
		if err := admin.Close(); err != nil {
			p.t.Error(err)
		}
	})
	text = strings.NewReplacer("panneau_lieu", role, "à changer", password).Replace(text)
	if _, err := admin.ExecContext(p.t.Context(), text); err != nil {
		p.t.Fatalf("the SQL of docs/fr/lieux.md: %v", err)
	}
	address, err := url.Parse(p.database)
	if err != nil {
		p.t.Fatal(err)
	}
	address.User = url.UserPassword(role, password)
	return address.String()
}

// TestThreePlaces runs three programs on a real database, two of them with the documented role: what one of three meets
// is shown, with its numbers, and not announced; what two meet is announced; a place that stops does not count.
func TestThreePlaces(t *testing.T) {
	t.Parallel()
	page, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	p := &places{t: t, database: storetest.Postgres(t), page: page, said: make(map[string]*output)}
	paris, lyon, lille := newFacing(t), newFacing(t), newFacing(t)
	stopParis := p.run("paris", p.database, paris, "run")
	p.await("the first check", func(s platformState) bool { return s.Condition == "normal" })
	limited := p.role()
	stopLyon := p.run("lyon", limited, lyon, "vantage", "--name", "lyon")
	stopLille := p.run("lille", limited, lille, "vantage", "--name", "lille")
	p.await("three places", func(s platformState) bool { return s.Vantages == 3 && s.Split == nil })

	lyon.broken.Store(true)
	got := p.await("a disagreement", func(s platformState) bool { return s.Split != nil })
	if got.Condition != "normal" || got.Split.Condition != "down" || got.Split.Count != 1 || got.Split.Of != 3 {
		t.Errorf("while one place meets an error: %+v, %+v", got, got.Split)
	}
	if said := p.said["paris"].String(); strings.Contains(said, "inaccessible") {
		t.Errorf("it was announced:\n%s", said)
	}

	lille.broken.Store(true)
	p.await("an outage that two places see", func(s platformState) bool { return s.Condition == "down" })
	if got := p.await("its numbers", func(s platformState) bool { return s.Split != nil }); got.Split.Count != 2 {
		t.Errorf("while two places meet an error: %+v", got.Split)
	}
	stopLyon()
	lille.broken.Store(false)
	p.await("the end", func(s platformState) bool { return s.Condition == "normal" })
	p.await("two places that agree", func(s platformState) bool { return s.Vantages == 2 && s.Split == nil })
	stopLille()
	stopParis()
	p.running.Wait()
	said := p.said["paris"].String()
	for _, want := range []string{"inaccessible", "Le lieu lyon ne donne plus signe de vie"} {
		if !strings.Contains(said, want) {
			t.Errorf("the operator did not read %q:\n%s", want, said)
		}
	}
}
