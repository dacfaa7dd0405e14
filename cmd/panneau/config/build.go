package config

import (
	"cmp"
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
	"github.com/panneau-ecole/panneau/checks/catalogue"
)

// builder turns what the file says into what the program needs, and reports what makes no sense.
type builder struct {
	*report
	Options
	folder      string                      // of the file: relative paths start there
	territories map[string]territory        // by the word in the file: thousands of destinations share one
	everything  map[string][]bot.PlatformID // what « all » stands for, by audience and académies: shared as well
}

func (b *builder) config(f file) *Config {
	c := b.vantage(f)
	c.HTTP = b.http(f.HTTP)
	c.Accounts = b.accounts(f.Accounts)
	b.commonRhythm(f.Rhythm)
	c.Destinations = b.destinations(f.Destinations, f.Rhythm, c)
	b.refuseCrowds(c)
	c.SecondAbove = b.secondAbove(f.Circulars)
	c.CriticalDays = b.criticalDays(f.CriticalDays, c.Platforms)
	if f.TextsDir != "" {
		c.TextsDir = b.resolve(f.TextsDir)
	}
	c.Workarounds = b.workarounds(f.Workarounds, c.Platforms)
	return c
}

// aloneAtMost is how many chats an operator may address alone where the file does not say: what a mistake costs up to
// there, one person can mend by hand.
const aloneAtMost = 50

func (b *builder) secondAbove(e circularsEntry) int {
	const key = "circulars.second_above"
	switch {
	case !b.has(key):
		return aloneAtMost
	case e.SecondAbove < 0:
		b.add(key, "un nombre négatif de conversations n’a pas de sens", "écrivez un nombre, ou 0 pour qu’une personne suffise toujours")
	}
	return e.SecondAbove
}

// vantage builds what concerns the data and the checks.
func (b *builder) vantage(f file) *Config {
	c := b.storage(f)
	c.Watch = b.watch(f.Watch)
	c.Watch.Others = b.others(f.Watch.Vantages, c)
	c.Platforms = b.platforms(f, b.rhythm(f.Watch))
	b.quorums(c)
	return c
}

// storage builds what concerns the data alone.
func (b *builder) storage(f file) *Config {
	c := &Config{DataDir: b.dataDir(f.DataDir), Log: b.log(f.Log)}
	c.Database = b.database(f.Database, c.DataDir)
	c.Database.Backup = b.schedule("database.backup", cmp.Or(f.Database.Backup.Schedule, backupSchedule), b.location("", ""))
	return c
}

// backupSchedule is once a day, at an hour at which no school works, and which every day has exactly once.
const backupSchedule = "40 3 * * *"

// dataDir is the folder that is given, or the one that systemd prepared (StateDirectory=), or one beside the file.
func (b *builder) dataDir(given string) string {
	if given == "" {
		given, _, _ = strings.Cut(b.Getenv("STATE_DIRECTORY"), ":")
	}
	if given == "" {
		given = "panneau-data"
	}
	return b.resolve(given)
}

func (b *builder) database(e databaseEntry, dataDir string) Database {
	if b.has("database.sqlite") && b.has("database.postgres") {
		b.add("database", "deux bases de données à la fois", "gardez sqlite ou postgres")
	}
	if b.has("database.postgres") {
		return Database{Postgres: b.postgres("database.postgres", e.Postgres)}
	}
	if e.SQLite != "" {
		return Database{SQLite: b.resolve(e.SQLite)}
	}
	return Database{SQLite: filepath.Join(dataDir, "panneau.db")}
}

func (b *builder) postgres(path string, ref secretRef) Secret {
	address := b.secret(path, ref)
	if address.IsZero() {
		return address
	}
	u, err := url.Parse(address.Reveal())
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		b.add(path, "l’adresse de la base n’a pas la forme attendue", "écrivez dans ce secret postgres://utilisateur:motdepasse@serveur:5432/base")
	}
	return address
}

func (b *builder) http(e httpEntry) HTTP {
	if e.Listen == "" {
		e.Listen = "127.0.0.1:8080"
	}
	h := HTTP{Listen: b.endpoint("http.listen", e.Listen, 0), PublicURL: b.baseURL("http.public_url", e.PublicURL)}
	if e.Metrics != "" {
		h.Metrics = b.endpoint("http.metrics", e.Metrics, 0)
	}
	return h
}

func (b *builder) log(e logEntry) Log {
	l := Log{Format: "text"}
	if e.Format != "" {
		l.Format = b.oneOf("log.format", e.Format, []string{"text", "json"})
	}
	if e.Level == "" {
		return l
	}
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	l.Level = levels[b.oneOf("log.level", e.Level, []string{"debug", "info", "warn", "error"})]
	return l
}

func (b *builder) watch(e watchEntry) Watch {
	if e.Vantage == "" {
		e.Vantage = "local"
	}
	if !named(e.Vantage) {
		b.add("watch.vantage", "nom de lieu incorrect", howToName)
	}
	return Watch{
		Contact: b.contact("watch.contact", e.Contact),
		Vantage: e.Vantage,
		Guard:   b.guard(e.Guard),
	}
}

// announceAhead is the day before, at the hour at which the maintenance begins.
const announceAhead = 24 * time.Hour

// rhythm is the schedule of every check that has no other, and how long ahead a maintenance is announced.
func (b *builder) rhythm(e watchEntry) rhythm {
	r := rhythm{spec: cmp.Or(e.Schedule, catalogue.DefaultSchedule), clock: b.location("watch.timezone", e.Timezone)}
	r.ahead = b.ahead("watch.announce", e.Announce, announceAhead)
	if b.schedule("watch", r.spec, r.clock) == nil {
		r.spec = catalogue.DefaultSchedule
	}
	return r
}

// ahead reads how long ahead a maintenance is announced; the default where the file says nothing.
func (b *builder) ahead(path string, given, other time.Duration) time.Duration {
	const most = 30 * 24 * time.Hour
	if !b.has(path) {
		return other
	}
	if given < 0 || given > most {
		b.add(path, "durée hors limites", "écrivez de 0s (ne pas annoncer) à 720h, par exemple 24h")
	}
	return given
}

// guard reads the references; each list that is not given is the default one. Both empty switch the guard off.
func (b *builder) guard(e guardEntry) checks.References {
	r := checks.DefaultReferences()
	if b.has("watch.guard.addresses") {
		r.Addresses = e.Addresses
	}
	if b.has("watch.guard.names") {
		r.Names = e.Names
	}
	b.adopt("watch.guard", r.Validate())
	if len(r.Addresses)+len(r.Names) == 0 {
		b.warn("watch.guard", "aucune référence : une panne de votre propre accès passe pour une panne des plateformes",
			"supprimez ce bloc pour reprendre les références de Panneau")
	}
	return r
}

// adopt takes the problems that a package found with its own part of a block over.
func (b *builder) adopt(block string, err error) {
	for _, e := range checks.Problems(err) {
		if path := block + "." + e.Field; !b.brokenBelow(path) {
			b.add(path, e.Problem, e.Remedy)
		}
	}
}

// location loads a clock; that of Paris when none is given.
func (b *builder) location(path, name string) *time.Location {
	if name == "" {
		name = "Europe/Paris"
	}
	location, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		b.add(path, "fuseau horaire inconnu "+quote(name), "écrivez un nom comme Europe/Paris ou Indian/Reunion")
		return time.UTC
	}
	return location
}

// schedule reads the schedule of a block.
func (b *builder) schedule(block, spec string, location *time.Location) cron.Schedule {
	s, err := ParseSchedule(spec, location)
	if e, bad := errors.AsType[scheduleError](err); bad {
		b.add(block+".schedule", e.text, e.remedy)
	}
	return s
}

// oneOf checks a word against the ones that are known; it returns nothing for any other.
func (b *builder) oneOf(path, word string, known []string) string {
	if slices.Contains(known, word) {
		return word
	}
	if word != "" {
		b.add(path, "valeur inconnue "+quote(word), meant(word, known))
	}
	return ""
}

// texts turns the words of a closed list into plain strings.
func texts[T ~string](list []T) []string {
	plain := make([]string, len(list))
	for i, word := range list {
		plain[i] = string(word)
	}
	return plain
}
