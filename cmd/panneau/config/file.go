package config

import (
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// file is the shape of the configuration file. Its yaml tags are the keys that docs/fr/configuration.md documents.
type file struct {
	DataDir      string                 `yaml:"data_dir"`
	Database     databaseEntry          `yaml:"database"`
	HTTP         httpEntry              `yaml:"http"`
	Log          logEntry               `yaml:"log"`
	Watch        watchEntry             `yaml:"watch"`
	Accounts     map[name]accountEntry  `yaml:"accounts"`
	Destinations []destinationEntry     `yaml:"destinations"`
	Platforms    map[name]platformEntry `yaml:"platforms"`
	Workarounds  workaroundsEntry       `yaml:"workarounds"`
	Rhythm       rhythmEntry            `yaml:"rhythm"`
	CriticalDays []criticalDayEntry     `yaml:"critical_days"`
	Circulars    circularsEntry         `yaml:"circulars"`
	TextsDir     string                 `yaml:"texts_dir"`
}

type circularsEntry struct {
	SecondAbove int `yaml:"second_above"`
}

type databaseEntry struct {
	SQLite   string      `yaml:"sqlite"`
	Postgres secretRef   `yaml:"postgres"`
	Backup   backupEntry `yaml:"backup"`
}

type backupEntry struct {
	Schedule string `yaml:"schedule"`
}

type httpEntry struct {
	Listen    string `yaml:"listen"`
	PublicURL string `yaml:"public_url"`
	Metrics   string `yaml:"metrics"`
}

type logEntry struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

type watchEntry struct {
	Contact  string     `yaml:"contact"`
	Vantage  string     `yaml:"vantage"`
	Vantages []string   `yaml:"vantages"`
	Schedule string     `yaml:"schedule"`
	Timezone string     `yaml:"timezone"`
	Guard    guardEntry `yaml:"guard"`

	Announce time.Duration `yaml:"announce"`
}

type guardEntry struct {
	Addresses []string `yaml:"addresses"`
	Names     []string `yaml:"names"`
}

type accountEntry struct {
	Platform string    `yaml:"platform"`
	Token    secretRef `yaml:"token"`
	AppToken secretRef `yaml:"app_token"`
	Command  string    `yaml:"command"`
	APIURL   string    `yaml:"api_url"`
	Admins   []string  `yaml:"admins"`
	Open     bool      `yaml:"open"`

	OperatorChannel identifier          `yaml:"operator_channel"`
	Operators       map[name]identifier `yaml:"operators"`
}

type destinationEntry struct {
	Account   string      `yaml:"account"`
	Channel   identifier  `yaml:"channel"`
	Thread    identifier  `yaml:"thread"`
	Audience  string      `yaml:"audience"`
	Zone      string      `yaml:"zone"`
	Languages []string    `yaml:"languages"`
	Follows   choice      `yaml:"follows"`
	Quiet     quietEntry  `yaml:"quiet"`
	Rhythm    rhythmEntry `yaml:"rhythm"`
}

// platformEntry changes a platform of the catalogue, or describes another one with the catalogue's own keys.
type platformEntry struct {
	Enabled   bool                       `yaml:"enabled"` // counts where it is given; a platform that is mentioned is on
	Name      string                     `yaml:"name"`
	Aliases   []string                   `yaml:"aliases"`
	URL       string                     `yaml:"url"`
	Areas     []string                   `yaml:"areas"`
	Readers   []bot.Audience             `yaml:"readers"`
	DependsOn []catalogue.DependencyYAML `yaml:"depends_on"`
	OnDemand  bool                       `yaml:"on_demand"`
	Open      []periodEntry              `yaml:"open"`
	Maintain  []periodEntry              `yaml:"maintenance"`
	Suspend   []periodEntry              `yaml:"suspended"`
	Announce  time.Duration              `yaml:"announce"` // counts where it is given
	Quorum    int                        `yaml:"quorum"`
	Schedule  string                     `yaml:"schedule"`
	Timezone  string                     `yaml:"timezone"`
	Checks    []catalogue.CheckYAML      `yaml:"checks"`
}

// patternEntry is a pattern in its long form.
type patternEntry struct {
	Text   string `yaml:"text"`
	Regexp string `yaml:"regexp"`
	Source bool   `yaml:"source"`
}

// dependencyEntry is a dependency in its long form.
type dependencyEntry struct {
	On      bot.PlatformID `yaml:"on"`
	Readers []bot.Audience `yaml:"readers"`
}

// name is a key that the operator chooses.
type name string

// identifier is what a chat platform calls a channel or thread by: a text, or a number of any length, which is kept
// digit by digit.
type identifier string

func (i *identifier) fromNode(d decoder, n ast.Node, path string) {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode:
		*i = identifier(strings.TrimSpace(word(n)))
	default:
		d.add(path, "identifiant attendu", "recopiez l’identifiant donné par la plateforme, texte ou nombre")
	}
}

// everything is the word for all platforms.
const everything = "all"

// choice is a list of platforms, or the word for all of them, which leaves it empty.
type choice []string

func (c *choice) fromNode(d decoder, n ast.Node, path string) {
	if _, list := n.(*ast.SequenceNode); list {
		d.list(n, path, reflect.ValueOf((*[]string)(c)).Elem())
		return
	}
	if word(n) != everything {
		d.add(path, "une liste de plateformes ou le mot all est attendu", "écrivez all, ou des identifiants entre crochets : [pronote, educonnect]")
	}
}

// secretRef says where a secret is found: nothing secret stands in the file itself.
type secretRef struct {
	Env  string `yaml:"env"`
	File string `yaml:"file"`
}

// howToRefer is the remedy for a secret that is not referred to as it should be.
const howToRefer = "écrivez {env: NOM_DE_VARIABLE} ou {file: /chemin/du/fichier}"

func (s *secretRef) fromNode(d decoder, n ast.Node, path string) {
	if _, ok := n.(ast.MapNode); !ok {
		d.add(path, "un secret ne s’écrit pas dans ce fichier", howToRefer+", et renouvelez ce secret si le fichier a été partagé")
		return
	}
	for _, p := range d.pairs(n, path) {
		switch p.key {
		case "env":
			d.decode(p.value, p.path, reflect.ValueOf(&s.Env).Elem())
		case "file":
			d.decode(p.value, p.path, reflect.ValueOf(&s.File).Elem())
		default:
			// The key is not repeated: someone may have put the secret itself between the braces.
			d.add(path, "référence de secret incorrecte", howToRefer)
			return
		}
	}
	if both := d.has(path+".env") && d.has(path+".file"); both || !d.has(path+".env") && !d.has(path+".file") {
		d.add(path, "un secret vient soit d’une variable, soit d’un fichier", howToRefer)
		*s = secretRef{}
	}
}
