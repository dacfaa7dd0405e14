package checks

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Pattern is a text to look for in a page. Letter case, accents, HTML entities, the kind of spaces, quotation marks and
// dashes do not matter, neither in the page nor in the pattern.
type Pattern struct {
	// Text is what must appear, as a person reads it.
	Text string
	// Regexp is used instead of Text: https://github.com/google/re2/wiki/Syntax, one line, unanchored.
	Regexp string
	// Source looks in the page's source. Otherwise only what a person reads counts, title included.
	Source bool
}

// String is the pattern as it was written.
func (p Pattern) String() string {
	if p.Regexp != "" {
		return p.Regexp
	}
	return p.Text
}

// maxPattern bounds a pattern, in bytes.
const maxPattern = 500

// matcher is a pattern ready for use.
type matcher struct {
	pattern Pattern
	matches func(text string) bool
}

func (m matcher) match(p page) bool {
	if m.pattern.Source {
		return m.matches(p.source())
	}
	return m.matches(p.read())
}

func (p Pattern) compile() (matcher, error) {
	if p.Regexp == "" {
		needle := fold(p.Text)
		return matcher{p, func(text string) bool { return strings.Contains(text, needle) }}, nil
	}
	expression, err := foldRegexp(p.Regexp)
	if err != nil {
		return matcher{}, fmt.Errorf("read pattern %q: %w", p.Regexp, err)
	}
	return matcher{p, expression.MatchString}, nil
}

// Patterns keeps what patterns are compiled to, so that the checks that share some share that as well: a regular
// expression takes several kilobytes, and every page is compared with all signatures. It is safe for concurrent use, and
// grows with the number of different patterns. Nil keeps nothing.
type Patterns struct {
	mu    sync.Mutex
	known map[Pattern]matcher
}

// NewPatterns makes patterns to put into an [Env].
func NewPatterns() *Patterns { return &Patterns{known: make(map[Pattern]matcher)} }

func (k *Patterns) compile(p Pattern) (matcher, error) {
	if k == nil {
		return p.compile()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if m, known := k.known[p]; known {
		return m, nil
	}
	m, err := p.compile()
	if err == nil {
		k.known[p] = m
	}
	return m, err
}

func (k *Patterns) compileAll(patterns []Pattern) ([]matcher, error) {
	list := make([]matcher, len(patterns))
	for i, p := range patterns {
		m, err := k.compile(p)
		if err != nil {
			return nil, err
		}
		list[i] = m
	}
	return list, nil
}

// foldRegexp makes an expression that finds in folded text what the written one means.
func foldRegexp(written string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(written, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, err
	}
	foldTree(tree)
	return regexp.Compile(tree.String())
}

// longestRange is the widest range of a class, in characters, that is taken for a list of letters. Wider ones, such as
// those of [^a], are not: adding the plain letters behind their accented ones would undo the negation.
const longestRange = 8

func foldTree(tree *syntax.Regexp) {
	switch tree.Op {
	case syntax.OpLiteral:
		tree.Rune = foldLiteral(tree.Rune)
	case syntax.OpCharClass:
		tree.Rune = foldClass(tree.Rune)
	}
	for _, sub := range tree.Sub {
		foldTree(sub)
	}
}

// foldLiteral keeps the spaces at both ends, which matter between two parts of an expression.
func foldLiteral(literal []rune) []rune {
	var folded []rune
	for _, r := range literal {
		if unicode.IsSpace(r) {
			folded = append(folded, ' ')
			continue
		}
		folded = append(folded, []rune(fold(string(r)))...)
	}
	return folded
}

// foldClass adds to the pairs of a class the plain letters that its accented ones become.
func foldClass(pairs []rune) []rune {
	folded := slices.Clone(pairs)
	for i := 0; i+1 < len(pairs); i += 2 {
		for r := pairs[i]; r <= pairs[i+1] && pairs[i+1]-pairs[i] < longestRange; r++ {
			if plain := []rune(fold(string(r))); r > unicode.MaxASCII && len(plain) == 1 {
				folded = append(folded, plain[0], plain[0])
			}
		}
	}
	return folded
}

func validatePatterns(field string, patterns []Pattern) []FieldError {
	var list []FieldError
	for i, p := range patterns {
		list = append(list, p.validate(entry(field, i))...)
	}
	return list
}

func (p Pattern) validate(field string) []FieldError {
	switch {
	case p.Text != "" && p.Regexp != "":
		return []FieldError{{field, "le motif a un texte et une expression", "gardez l’un des deux"}}
	case len(p.String()) > maxPattern:
		return []FieldError{{field, "le motif est trop long", fmt.Sprintf("au plus %d octets", maxPattern)}}
	case p.Regexp == "" && fold(p.Text) == "":
		return []FieldError{{field, "le motif est vide", "écrivez le texte à chercher, tel qu’on le lit à l’écran"}}
	case p.Regexp == "":
		return nil
	}
	expression, err := foldRegexp(p.Regexp)
	switch {
	case err != nil:
		return []FieldError{{field, "l’expression n’est pas valable", "voyez https://github.com/google/re2/wiki/Syntax"}}
	case expression.MatchString(""):
		return []FieldError{{field, "l’expression convient à toute page", "exigez au moins un mot"}}
	}
	return nil
}
