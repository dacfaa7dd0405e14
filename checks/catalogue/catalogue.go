// Package catalogue knows the platforms that French schools use: what they are called, which pages tell whether they
// work, which need each other, and what their unusual pages mean. It carries its data with it (data/*.yaml, sources in
// SOURCES.md) and refuses data that does not hold together.
//
// No address was tried when the data was collected. Whatever is doubtful says so ([Entry.Suspect]); only addresses of
// confidence A may be printed in a notice.
package catalogue

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

//go:embed data/*.yaml
var data embed.FS

// The files that hold no platforms.
const (
	signaturesFile = "data/signatures.yaml"
	nodesFile      = "data/nodes.yaml"
	workaroundFile = "data/workarounds.yaml"
)

// Catalogue is a set of platforms, of what they have in common, and of page signatures. It does not change once made
// and is safe for concurrent use.
type Catalogue struct {
	Platforms  []Entry // in the order to show
	Nodes      []Node
	Signatures []Signature

	Workarounds Workarounds
}

// Entry is one platform with how it is checked and how well that is known. It depends on others only where a source says
// that people log in through them.
type Entry struct {
	bot.Platform
	Publisher string // who runs it, and the software
	Public    string // whom it is for, in French
	Login     string // what logging in depends on, in French; empty where that is not known
	Checks    []Check
	// StandsOn lists the nodes that it shares with other platforms.
	StandsOn   []bot.PlatformID
	Confidence Confidence
	Sources    []string // entries of SOURCES.md; for an operator's own platform, empty
	CheckedOn  string   // the day when the entry was last compared with its sources, "2026-11-23"
	Suspect    string   // why the entry may be wrong, in French; empty where nothing says so
	Default    bool     // whether a fresh installation watches it
}

// Sure reports whether an entry is known well enough to be watched without anybody naming it: its host is confirmed,
// nothing speaks against it, it is not one that its owner opens only at times, and there is something to look at.
func (e Entry) Sure() bool {
	return e.Confidence == Confirmed && e.Suspect == "" && !e.OnDemand && len(e.Checks) > 0
}

// Check is one check of a platform and when it is due.
type Check struct {
	checks.Spec
	Name     string // "accueil", the last part of the spec's ID
	Schedule string // five cron fields, or "@every 1m"
}

// Confidence is how well the host names of an entry are known.
type Confidence string

// The grades. They cover the host; zone, audience and publisher lean on general knowledge in all of them.
const (
	Confirmed Confidence = "A" // code or a page of 2025-2026, or an official source
	Dated     Confidence = "B" // older or partial sources
	Presumed  Confidence = "C" // general knowledge
	Stated    Confidence = ""  // an operator's own entry: they know
)

// Signature is a page signature with its origin. Without platforms it is tried on all of them.
type Signature struct {
	checks.Signature
	Platforms []bot.PlatformID
	Source    string // where the words were seen, in French
	Date      string // when, as far as known: "2021-04-06", "2020", empty
}

// Load reads the embedded catalogue.
func Load() (*Catalogue, error) {
	files, err := fs.Glob(data, "data/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the catalogue: %w", err)
	}
	var entries []Entry
	for _, file := range files {
		if file == signaturesFile || file == nodesFile || file == workaroundFile {
			continue
		}
		list, err := read(file, Parse)
		if err != nil {
			return nil, err
		}
		entries = append(entries, list...)
	}
	signatures, err := read(signaturesFile, parseSignatures)
	if err != nil {
		return nil, err
	}
	nodes, err := read(nodesFile, parseNodes)
	if err != nil {
		return nil, err
	}
	c, err := assemble(entries, nodes, signatures)
	if err != nil {
		return nil, err
	}
	c.Workarounds, err = readWorkarounds(c)
	return c, err
}

func read[T any](file string, parse func(string, []byte) ([]T, error)) ([]T, error) {
	content, err := data.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	return parse(file, content)
}

// With returns the catalogue with more platforms, an operator's own ones. An entry with the ID of one that is there
// replaces it. The signatures apply to them too.
func (c *Catalogue) With(own ...Entry) (*Catalogue, error) {
	entries := slices.Clone(c.Platforms)
	var list []checks.FieldError
	for i, e := range own {
		if slices.ContainsFunc(own[:i], func(o Entry) bool { return o.ID == e.ID }) {
			list = append(list, problem(e, "id", "cet identifiant est pris deux fois", "choisissez-en un autre"))
		}
		if at := slices.IndexFunc(entries, func(o Entry) bool { return o.ID == e.ID }); at >= 0 {
			entries[at] = e
			continue
		}
		entries = append(entries, e)
	}
	if len(list) > 0 {
		return nil, joined(list)
	}
	together, err := assemble(entries, c.Nodes, c.Signatures)
	if err != nil {
		return nil, err
	}
	together.Workarounds = c.Workarounds
	return together, nil
}

// assemble puts a catalogue together, or says everything that keeps it from holding together.
func assemble(entries []Entry, nodes []Node, signatures []Signature) (*Catalogue, error) {
	err := errors.Join(validate(entries, nodes), validateNodes(nodes, entries), validateSignatures(signatures, entries))
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	c := &Catalogue{Nodes: nodes, Signatures: signatures}
	for _, e := range entries {
		e.Checks = slices.Clone(e.Checks)
		all := c.SignaturesOf(e.ID)
		for i := range e.Checks {
			e.Checks[i].Signatures = all
		}
		c.Platforms = append(c.Platforms, e)
	}
	return c, nil
}

// SignaturesOf lists the signatures to try on a platform's pages: its own ones first, they know better. The checks of
// the catalogue carry them already; with an empty ID it lists those that fit any page.
func (c *Catalogue) SignaturesOf(id bot.PlatformID) []checks.Signature {
	var own, common []checks.Signature
	for _, s := range c.Signatures {
		switch {
		case len(s.Platforms) == 0:
			common = append(common, s.Signature)
		case slices.Contains(s.Platforms, id):
			own = append(own, s.Signature)
		}
	}
	return append(own, common...)
}

// Find returns the platform with an ID.
func (c *Catalogue) Find(id bot.PlatformID) (Entry, bool) {
	at := slices.IndexFunc(c.Platforms, func(e Entry) bool { return e.ID == id })
	if at < 0 {
		return Entry{}, false
	}
	return c.Platforms[at], true
}

// Default lists the platforms that a fresh installation watches: the national ones whose address is confirmed. Which
// ENT are of interest only the operator knows, and nobody else's are asked every minute for nothing.
func (c *Catalogue) Default() []Entry {
	var list []Entry
	for _, e := range c.Platforms {
		if e.Default {
			list = append(list, e)
		}
	}
	return list
}
