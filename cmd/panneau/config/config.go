// Package config reads the configuration of Panneau: one YAML file, checked as a whole.
//
// [Load] is all or nothing. It reports everything that is wrong at once, in French, each problem on one line with its
// place in the file and a remedy, and returns a [Config] only when there is nothing to report. It keeps no state and
// changes nothing, so that a program that reloads keeps what it had when the new file is refused.
//
// Keys are English, messages are French: docs/adr/0002-configuration.md says why.
package config

import (
	_ "embed"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// Config is a configuration in which everything is checked and resolved.
type Config struct {
	DataDir      string // folder for what Panneau keeps
	Database     Database
	HTTP         HTTP
	Log          Log
	Watch        Watch
	Accounts     []Account
	Platforms    []Platform
	Destinations []Destination
	Workarounds  []bot.Workaround // the operator's own first
	CriticalDays []bot.CriticalDay
	SecondAbove  int       // how many chats an operator may address alone; 0 for any number
	TextsDir     string    // folder of the operator's own texts; empty for none
	Warnings     []Problem // what is unwise but does not keep the configuration from being used
}

// Options is what Load needs from around it. Every field but Rehearsal and Languages is required.
type Options struct {
	Getenv    func(name string) string           // os.Getenv
	Open      func(name string) (fs.File, error) // opens a file of the machine, by a path of the machine
	Catalogue *catalogue.Catalogue               // the platforms that need no description
	Rehearsal bool                               // nothing is sent: secrets are not looked for, and are empty in the Config
	Languages []string                           // that notices exist in, the default first; nil for French only
}

// Database is where the ledger is kept: exactly one of SQLite and Postgres is set.
type Database struct {
	SQLite   string        // path of the file
	Postgres Secret        // URL, which holds a password
	Backup   cron.Schedule // when a SQLite file is backed up
}

// Is reports whether two configurations mean the same database.
func (d Database) Is(other Database) bool {
	return d.SQLite == other.SQLite && d.Postgres.Reveal() == other.Postgres.Reveal()
}

// HTTP is the public page.
type HTTP struct {
	Listen    string // host:port
	PublicURL string // how the page is reached from outside, without a final slash; empty where it is not
	Metrics   string // host:port for a Prometheus server, never public; empty for none
}

// Log is how Panneau reports on itself.
type Log struct {
	Level  slog.Level
	Format string // "text" or "json"
}

// Watch is what all checks have in common.
type Watch struct {
	Contact string            // e-mail or page of the operator, for the User-Agent; empty where none is given
	Vantage string            // the name of the place where the checks run
	Others  []string          // the names of the other places
	Guard   checks.References // what tells whether our own network works; empty when the guard is switched off
}

//go:embed default.yaml
var defaultFile []byte

// Load reads a configuration file. When something is wrong with its content the error is an [*Error].
func Load(path string, o Options) (*Config, error) {
	data, err := readConfig(path, o)
	if err != nil {
		return nil, err
	}
	return parse(path, data, o, (*builder).config)
}

// LoadStorage reads of a configuration file only where the data is and how to log: DataDir, Database and Log. The rest
// is not judged, so that somebody who looks after the data needs none of the tokens. No path stands for [Default].
func LoadStorage(path string, o Options) (*Config, error) {
	if path == "" {
		return parse("default.yaml", defaultFile, o, (*builder).storage)
	}
	data, err := readConfig(path, o)
	if err != nil {
		return nil, err
	}
	return parse(path, data, o, (*builder).storage)
}

// LoadVantage reads of a configuration file what another place needs that checks too: DataDir, Database, Log, Watch and
// Platforms. The rest is not judged, so that no token need be there.
func LoadVantage(path string, o Options) (*Config, error) {
	data, err := readConfig(path, o)
	if err != nil {
		return nil, err
	}
	return parse(path, data, o, (*builder).vantage)
}

func readConfig(path string, o Options) ([]byte, error) {
	data, _, err := o.read(path, longestFile)
	if err != nil {
		return nil, &Error{Problems: []Problem{{
			File: path, Line: 1, Text: "le fichier de configuration " + whyUnreadable(err), Remedy: "vérifiez son chemin et le droit de lecture de Panneau",
		}}}
	}
	return data, nil
}

// Default is the configuration without a file: the notices about the platforms that the catalogue recommends on the
// terminal, the page on 127.0.0.1:8080, and SQLite in the data folder.
func Default(o Options) (*Config, error) {
	return parse("default.yaml", defaultFile, o, (*builder).config)
}

// parse reads the content of a file.
func parse(path string, data []byte, o Options, build func(*builder, file) *Config) (*Config, error) {
	if len(o.Languages) == 0 {
		o.Languages = []string{"fr"}
	}
	r := newReport(path)
	var f file
	if root := r.tree(data); root != nil {
		decoder{r}.decode(root, "", reflect.ValueOf(&f).Elem())
	}
	b := &builder{report: r, Options: o, folder: filepath.Dir(path), territories: map[string]territory{}}
	c := build(b, f)
	if err := r.err(); err != nil {
		return nil, err
	}
	c.Warnings = sorted(r.warnings)
	return c, nil
}

// tree parses the YAML. A file that is not YAML has one problem, where the parser stopped.
func (r *report) tree(data []byte) ast.Node {
	parsed, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	var roots []ast.Node
	for _, document := range parsed.Docs {
		if document.Body != nil {
			roots = append(roots, document.Body)
		}
	}
	switch len(roots) {
	case 0:
		r.add("", "le fichier est vide", "partez de docs/panneau.example.yaml")
		return nil
	case 1:
		return roots[0]
	default:
		r.mark("", firstLine(roots[1]))
		r.add("", "le fichier contient plusieurs documents YAML", "supprimez la ligne --- et réunissez-les")
		return nil
	}
}

// syntax reports a file that is not YAML. The parser's own words are left out: they may quote the file.
func (r *report) syntax(err error) {
	p := Problem{File: r.file, Line: 1, Text: "ce n’est pas du YAML correct",
		Remedy: "vérifiez près de cette ligne le retrait (des espaces, pas de tabulations), les deux-points, les guillemets et les crochets"}
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		p.Line = max(located.GetToken().Position.Line, 1)
	}
	r.problems = append(r.problems, p)
}
