package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

func TestLoadFillsInDefaults(t *testing.T) {
	c, err := load(t, "accounts: {ecran: {platform: console}}")
	if err != nil {
		t.Fatal(err)
	}
	if c.DataDir != "/etc/panneau/panneau-data" || c.Database.SQLite != "/etc/panneau/panneau-data/panneau.db" {
		t.Errorf("data in %q and %q", c.DataDir, c.Database.SQLite)
	}
	if diff := cmp.Diff(HTTP{Listen: "127.0.0.1:8080"}, c.HTTP); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Log{Level: slog.LevelInfo, Format: "text"}, c.Log); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(checks.DefaultReferences(), c.Watch.Guard); diff != "" {
		t.Error(diff)
	}
	if c.Watch.Vantage != "local" {
		t.Errorf("watch is %+v", c.Watch)
	}
}

func TestLoadReadsEverySection(t *testing.T) {
	c, err := load(t, `
data_dir: data
database: {postgres: {env: DATABASE_URL}}
http: {listen: ":0", public_url: https://panneau.exemple.fr/ecole/}
log: {level: debug, format: json}
watch:
  contact: https://exemple.fr/panneau
  vantage: lille-2
  schedule: "*/2 7-20 * * 1-5"
  timezone: Indian/Reunion
  guard: {addresses: ["192.0.2.1:443"], names: []}
`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Database.Postgres.Reveal(), "postgres://panneau:"+forTests+"@127.0.0.1:5432/panneau"; got != want || c.Database.SQLite != "" {
		t.Errorf("the database is %q and %q", got, c.Database.SQLite)
	}
	if diff := cmp.Diff(HTTP{Listen: ":0", PublicURL: "https://panneau.exemple.fr/ecole"}, c.HTTP); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Log{Level: slog.LevelDebug, Format: "json"}, c.Log); diff != "" {
		t.Error(diff)
	}
	w := c.Watch
	if c.DataDir != "/etc/panneau/data" || w.Contact != "https://exemple.fr/panneau" || w.Vantage != "lille-2" {
		t.Errorf("got %s and %+v", c.DataDir, w)
	}
	if len(w.Guard.Addresses) != 1 || len(w.Guard.Names) != 0 {
		t.Errorf("the guard has %+v", w.Guard)
	}
}

func TestLoadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "1: le fichier est vide",
		"# rien\n":                        "1: le fichier est vide",
		"panneau":                         "1: un bloc de clés est attendu ici",
		"- panneau":                       "1: un bloc de clés est attendu ici",
		"log: {}\n---\nlog: {}":           "3: le fichier contient plusieurs documents YAML",
		"log:\n\tlevel: info":             "2: ce n’est pas du YAML correct",
		"log:\n  level: \"info":           "2: ce n’est pas du YAML correct",
		"\n\nlog: [":                      "3: ce n’est pas du YAML correct",
		"log:\n  level:\n":                "2: log.level : valeur vide",
		"log: info":                       "1: log : un bloc de clés est attendu ici",
		"log: {level: info}\nlog: {}":     "2: log : cette clé est déjà donnée à la ligne 1",
		"<<: {log: {}}":                   "1: << : clé inconnue « << »",
		"http: {listen: localhost}":       "1: http.listen : adresse et port attendus",
		"http: {listen: \":65536\"}":      "1: http.listen : adresse et port attendus",
		"http: {public_url: panneau.fr}":  "1: http.public_url : adresse incorrecte",
		"http: {public_url: \"ftp://a\"}": "1: http.public_url : adresse incorrecte",
		"http: {public_url: 'http://93.184.216.34'}":                        "1: http.public_url : adresse sans chiffrement",
		"watch: {timezone: Local}":                                          "1: watch.timezone : fuseau horaire inconnu",
		"watch: {schedule: '@every 1s'}":                                    "1: watch.schedule : horaire trop fréquent",
		"watch: {guard: {addresses: ['afnic.fr:443']}}":                     "1: watch.guard.addresses[1] : ce n’est pas une adresse IP",
		"watch: {contact: Jeanne <j@exemple.fr>}":                           "1: watch.contact : contact incorrect",
		"database: {postgres: {env: TELEGRAM_TOKEN}}":                       "1: database.postgres : l’adresse de la base",
		"accounts: {a: {platform: slack, token: {env: MULTILINE}}}":         "1: accounts.a.token : le secret est vide, ou contient",
		"accounts: {a: {platform: discord, token: {file: /etc}}}":           "1: accounts.a.token : le fichier du secret ne peut pas être lu",
		"accounts: {a: {platform: discord, token: {}}}":                     "1: accounts.a.token : un secret vient soit",
		"accounts: {a: {platform: console, token: {env: SLACK_APP_TOKEN}}}": "1: accounts.a.token : cette clé n’a pas de sens",
	} {
		if got := refusal(t, text); !strings.HasPrefix(got, want) {
			t.Errorf("%s:\ngot  %s\nwant %s…", text, got, want)
		}
	}
}

func TestLoadWarns(t *testing.T) {
	c, err := load(t, `
watch: {guard: {addresses: [], names: []}}
accounts:
  a: {platform: discord, token: {file: open}}
  b: {platform: slack, token: {file: /run/secrets/slack}}
`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range c.Warnings {
		got = append(got, w.Path)
	}
	if diff := cmp.Diff([]string{"destinations", "watch.contact", "watch.guard", "accounts.a.token"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadSaysWhyAFileCannotBeRead(t *testing.T) {
	o := machine(t, map[string]*fstest.MapFile{"/etc/big.yaml": {Data: make([]byte, longestFile+1)}}, nil)
	for path, want := range map[string]string{
		"/etc/none.yaml": "/etc/none.yaml:1: le fichier de configuration n’existe pas",
		"/etc":           "/etc:1: le fichier de configuration ne peut pas être lu",
		"/etc/big.yaml":  "/etc/big.yaml:1: le fichier de configuration est trop long",
	} {
		if c, err := Load(path, o); c != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s…", err, want)
		}
	}
	o.Open = func(string) (fs.File, error) { return nil, fs.ErrPermission }
	if _, err := Load("/etc/panneau.yaml", o); err == nil || !strings.Contains(err.Error(), "accès refusé") {
		t.Errorf("got %v", err)
	}
}

func TestDefault(t *testing.T) {
	o := machine(t, nil, map[string]string{"STATE_DIRECTORY": "/var/lib/panneau:/var/lib/other"})
	c, err := Default(o)
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.SQLite != "/var/lib/panneau/panneau.db" || c.HTTP.Listen != "127.0.0.1:8080" {
		t.Errorf("got %+v and %+v", c.Database, c.HTTP)
	}
	if len(c.Accounts) != 1 || c.Accounts[0].Platform != bot.Console || len(c.Destinations) != 1 {
		t.Fatalf("got %+v and %+v", c.Accounts, c.Destinations)
	}
	if d := c.Destinations[0]; d.Address.Channel != "terminal" || d.Audience != bot.Families {
		t.Errorf("got %+v", d)
	}
	var want []bot.PlatformID
	for _, e := range o.Catalogue.Default() {
		if e.Concerns(bot.Families) {
			want = append(want, e.ID)
		}
	}
	if diff := cmp.Diff(want, c.Destinations[0].Follows); diff != "" {
		t.Errorf("the terminal follows (-recommended +got):\n%s", diff)
	}
	if got, want := len(c.Platforms), len(o.Catalogue.Default()); got != want || want == 0 {
		t.Errorf("got %d platforms, want the %d recommended ones", got, want)
	}
}

// TestFailedLoadLeavesNothing proves that a reload can keep what it has: a refused file yields no part of itself.
func TestFailedLoadLeavesNothing(t *testing.T) {
	c, err := load(t, "log: {level: debug}\naccounts: {ecran: {platform: console, token: {env: TELEGRAM_TOKEN}}}")
	if _, ok := errors.AsType[*Error](err); c != nil || !ok {
		t.Errorf("got %+v with %v", c, err)
	}
}
