package catalogue

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// platformsFile is a file of platforms.
type platformsFile struct {
	CheckedOn string         `yaml:"checked_on"` // of the entries that say nothing else
	Platforms []PlatformYAML `yaml:"platforms"`
}

// signatureFile is a file of signatures.
type signatureFile struct {
	Signatures []signatureYAML `yaml:"signatures"`
}

type signatureYAML struct {
	ID        string           `yaml:"id"`
	Reason    bot.Reason       `yaml:"reason"`
	All       []PatternYAML    `yaml:"all"`
	Statuses  []int            `yaml:"statuses"`
	MaxLength int              `yaml:"max_length"`
	Platforms []bot.PlatformID `yaml:"platforms"`
	Source    string           `yaml:"source"`
	Date      string           `yaml:"date"`
}

// Parse reads a file of platforms: a mapping with the key platforms, a list of [PlatformYAML], and checked_on. Unknown
// keys and wrong types are refused with file and line. Everything else that is wrong is reported at once, each a
// [checks.FieldError] whose field begins with the platform's ID.
func Parse(file string, content []byte) ([]Entry, error) {
	var written platformsFile
	if err := decode(file, content, &written); err != nil {
		return nil, err
	}
	var entries []Entry
	var errs []error
	for _, y := range written.Platforms {
		y.CheckedOn = cmp.Or(y.CheckedOn, written.CheckedOn)
		entry, err := y.Entry()
		entries = append(entries, entry)
		for _, p := range checks.Problems(err) {
			errs = append(errs, problem(entry, p.Field, p.Problem, p.Remedy))
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%s: %w", file, errors.Join(errs...))
	}
	return entries, nil
}

func parseSignatures(file string, content []byte) ([]Signature, error) {
	var written signatureFile
	if err := decode(file, content, &written); err != nil {
		return nil, err
	}
	var list []Signature
	for _, y := range written.Signatures {
		list = append(list, Signature{
			Signature: checks.Signature{
				ID: y.ID, Reason: y.Reason, All: patterns(y.All), Statuses: y.Statuses, MaxLength: y.MaxLength,
			},
			Platforms: y.Platforms, Source: y.Source, Date: y.Date,
		})
	}
	return list, nil
}

// decode reads one YAML document and nothing after it.
func decode(file string, content []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(content), yaml.Strict())
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return positioned(file, err)
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: un seul document YAML est attendu", file)
	}
	return nil
}

// positioned puts file and line in front of what the YAML reader found.
func positioned(file string, err error) error {
	var found yaml.Error
	if errors.As(err, &found) && found.GetToken() != nil {
		return fmt.Errorf("%s:%d: %s", file, found.GetToken().Position.Line, found.GetMessage())
	}
	return fmt.Errorf("%s: %w", file, err)
}

// nodeFile is a file of nodes.
type nodeFile struct {
	Nodes []nodeYAML `yaml:"nodes"`
}

type nodeYAML struct {
	ID      bot.PlatformID `yaml:"id"`
	Kind    NodeKind       `yaml:"kind"`
	Name    string         `yaml:"name"`
	Hosts   []string       `yaml:"hosts"`
	Canary  bot.PlatformID `yaml:"canary"`
	Sources []string       `yaml:"sources"`
	Note    string         `yaml:"note"`
}

func parseNodes(file string, content []byte) ([]Node, error) {
	var written nodeFile
	if err := decode(file, content, &written); err != nil {
		return nil, err
	}
	var list []Node
	for _, y := range written.Nodes {
		list = append(list, Node(y))
	}
	return list, nil
}
