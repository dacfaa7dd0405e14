package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLayoutOfTheTopLevel keeps the first thing that a newcomer sees as short as it is.
func TestLayoutOfTheTopLevel(t *testing.T) {
	fixed := []string{
		"cmd", "bot", "notifiers", "checks", "locales", "docs",
		"go.mod", "go.sum", "README.md", "Dockerfile", "LICENSE",
	}
	root := moduleRoot(t)
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	ignored := ignoredPatterns(t, root)
	for _, entry := range entries {
		name := entry.Name()
		matches := func(pattern string) bool { ok, _ := path.Match(pattern, name); return ok }
		if strings.HasPrefix(name, ".") || slices.Contains(fixed, name) || slices.ContainsFunc(ignored, matches) {
			continue
		}
		t.Errorf("%s stands at the top level, where only %s belong: find its folder", name, strings.Join(fixed, ", "))
	}
}

// ignoredPatterns reads what git ignores at the top level: what a build or a run leaves there.
func ignoredPatterns(t *testing.T, root string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for line := range strings.Lines(string(data)) {
		patterns = append(patterns, strings.Trim(strings.TrimSpace(line), "/"))
	}
	return patterns
}

// source is a Go file of the project.
type source struct {
	name string // from the module's root, with slashes
	set  *token.FileSet
	ast  *ast.File
}

func (s source) dir() string { return path.Dir(s.name) }

// test reports whether the file serves tests only: by its name, or by that of its package (storetest).
func (s source) test() bool {
	return strings.HasSuffix(s.name, "_test.go") || strings.HasSuffix(s.dir(), "test")
}

func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.set.Position(n.Pos()).Line)
}

// sources parses every Go file of the module. It reads them itself, because a test that asked the go command would
// still pass from the test cache after a file has changed.
func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	root := moduleRoot(t)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && name != root
		if entry.IsDir() && (hidden || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		list = append(list, parse(t, filepath.ToSlash(relative), string(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func parse(t *testing.T, name, text string) source {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{name: name, set: set, ast: file}
}

// moduleRoot finds the folder with go.mod, from the test's own folder upwards.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}
