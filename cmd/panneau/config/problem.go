package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a configuration, in French, with what to do about it.
type Problem struct {
	File   string // as it was given to Load
	Line   int    // from 1; of the nearest block around a key that is missing
	Path   string // the key: "accounts.telegram-parents.token", "destinations[2].zone" (entries count from 1)
	Text   string // what is wrong, never a secret's value
	Remedy string // what to write instead
}

// String puts the problem on one line that editors can follow: « panneau.yaml:12: accounts.x.token : … Remède : … ».
func (p Problem) String() string {
	path := ""
	if p.Path != "" {
		path = p.Path + " : "
	}
	remedy := p.Remedy
	if !strings.HasSuffix(remedy, "?") {
		remedy += "."
	}
	return fmt.Sprintf("%s:%d: %s%s. Remède : %s", p.File, p.Line, path, p.Text, remedy)
}

// Error is everything that is wrong with a configuration.
type Error struct {
	Problems []Problem // sorted by line
}

// Error lists the problems, one a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// newReport begins the report about a file.
func newReport(file string) *report {
	return &report{file: file, lines: map[string]int{}, broken: map[string]bool{}}
}

// report gathers problems and knows on which line each key stands.
type report struct {
	file     string
	lines    map[string]int
	broken   map[string]bool // keys with a problem of their own
	problems []Problem
	warnings []Problem
}

// mark remembers where a key stands.
func (r *report) mark(path string, line int) { r.lines[path] = line }

// has reports whether the file sets a key.
func (r *report) has(path string) bool { return r.lines[path] > 0 }

// add notes a problem with a key. The first one is enough: what follows about the same key follows from it.
func (r *report) add(path, text, remedy string) {
	if r.broken[path] {
		return
	}
	r.broken[path] = true
	r.problems = append(r.problems, Problem{File: r.file, Line: r.line(path), Path: path, Text: text, Remedy: remedy})
}

// brokenBelow reports whether something inside a block or list has a problem: what is wrong with the whole then mostly
// follows from it.
func (r *report) brokenBelow(path string) bool {
	for broken := range r.broken {
		if rest, inside := strings.CutPrefix(broken, path); inside && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "[")) {
			return true
		}
	}
	return false
}

// warn notes what does not keep the configuration from being used.
func (r *report) warn(path, text, remedy string) {
	r.warnings = append(r.warnings, Problem{File: r.file, Line: r.line(path), Path: path, Text: text, Remedy: remedy})
}

// require notes that a key is missing. One that is there without a value is noted already, and so is a block that
// could not be read at all.
func (r *report) require(path, remedy string) {
	if !r.has(path) && !r.broken[around(path)] {
		r.add(path, "clé manquante", remedy)
	}
}

// line finds where a key stands, or the nearest block around it that is there.
func (r *report) line(path string) int {
	for path != "" {
		if line := r.lines[path]; line > 0 {
			return line
		}
		path = around(path)
	}
	return max(r.lines[""], 1)
}

// around is the block or list that a key stands in.
func around(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// err returns the problems as an error, or nil when there are none.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return &Error{Problems: sorted(r.problems)}
}

func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(problems)
}

// longestQuote is the longest word, in characters, that a problem repeats. Every token that the chat platforms hand
// out is longer, so that one that strayed into a wrong key is not shown.
const longestQuote = 32

// quote repeats a word of the file between guillemets, unless it could be a secret or would break the line.
func quote(word string) string {
	if !quotable(word) {
		return "« … »"
	}
	return "« " + word + " »"
}

func quotable(word string) bool {
	unsafe := func(r rune) bool { return r == ':' || r == '»' || !unicode.IsPrint(r) }
	return word != "" && utf8.ValidString(word) && utf8.RuneCountInString(word) <= longestQuote &&
		!strings.ContainsFunc(word, unsafe)
}
