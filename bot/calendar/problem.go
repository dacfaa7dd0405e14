package calendar

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a file, in French, with what to do about it.
type Problem struct {
	Line   int    // from 1
	Field  string // the column: "start_date"; empty where the whole line or file is meant
	Text   string
	Remedy string
}

// FileError is everything that is wrong with a file.
type FileError struct {
	File     string
	Problems []Problem
}

// mostProblems is how many problems of a file are told: a wrong separator makes one of every line.
const mostProblems = 20

// Error lists the problems, one a line, in a form that editors can follow.
func (e *FileError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i == mostProblems {
			fmt.Fprintf(&b, "\n%s : et %d autres", e.File, len(e.Problems)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d: ", e.File, p.Line)
		if p.Field != "" {
			fmt.Fprintf(&b, "%s : ", p.Field)
		}
		fmt.Fprintf(&b, "%s. Remède : %s.", p.Text, p.Remedy)
	}
	return b.String()
}

// quote repeats a word of the file, unless it would break the line.
func quote(word string) string {
	const longest = 60
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(word) || utf8.RuneCountInString(word) > longest || strings.ContainsFunc(word, odd) {
		return "« … »"
	}
	return "« " + word + " »"
}
