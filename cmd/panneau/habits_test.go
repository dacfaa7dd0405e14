package main_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestHabits(t *testing.T) {
	for _, problem := range habitProblems(sources(t)) {
		t.Error(problem)
	}
}

func TestHabitsCatchesViolations(t *testing.T) {
	bad := map[string]string{
		"init":                     "func init() {}",
		"environment":              `import "os"; func f() string { return os.Getenv("HOME") }`,
		"renamed import":           `import system "os"; func f() { system.Exit(1) }`,
		"fatal":                    `import "log"; func f() { log.Fatal("no") }`,
		"default logger":           `import "log/slog"; func f() { slog.Info("hello") }`,
		"counter":                  "var n int",
		"made map":                 "var m = make(map[string]int)",
		"pointer":                  "var p = &struct{}{}",
		"lock":                     `import "sync"; var mu sync.Mutex`,
		"exported table":           `var Names = []string{"a"}`,
		"table that is written":    `var names = []string{"a"}; func f() { names[0] = "b" }`,
		"table that is replaced":   `var names = []string{"a"}; func f() { names = nil }`,
		"table that is handed out": `var names = [1]string{"a"}; func f() *[1]string { return &names }`,
	}
	for name, text := range bad {
		t.Run(name, func(t *testing.T) {
			if got := habitProblems([]source{parse(t, "bot/a.go", "package a\n"+text)}); len(got) != 1 {
				t.Errorf("got %d problems, want 1: %q", len(got), got)
			}
		})
	}
	good := map[string]string{
		"sentinel":       `import "errors"; var ErrGone = errors.New("gone")`,
		"assertion":      "type t struct{}; var _ any = t{}",
		"table":          `var names = [...]string{"a"}; func f() string { return names[0] }`,
		"regexp":         `import "regexp"; var word = regexp.MustCompile("a")`,
		"embedded":       "import _ \"embed\"\n//go:embed a.txt\nvar text string",
		"injected":       `import "log/slog"; func f(log *slog.Logger) { log.Info("hello") }`,
		"method init":    "type t struct{}; func (t) init() {}",
		"constant":       "const n = 1",
		"local variable": "func f() { var n int; n++ }",
	}
	for name, text := range good {
		t.Run(name, func(t *testing.T) {
			if got := habitProblems([]source{parse(t, "bot/a.go", "package a\n"+text)}); len(got) != 0 {
				t.Errorf("got problems, want none: %q", got)
			}
		})
	}
}

// habitProblems says where code outside of tests does what this project does not do, with the reason of each habit.
func habitProblems(files []source) []string {
	var problems []string
	for _, file := range files {
		if file.test() {
			continue
		}
		problems = append(problems, calls(file)...)
		for _, decl := range file.ast.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Name.Name == "init" && decl.Recv == nil {
					problems = append(problems, file.at(decl)+" declares init: what happens at a start is written in main, in order")
				}
			case *ast.GenDecl:
				if decl.Tok == token.VAR {
					problems = append(problems, variables(file, decl, files)...)
				}
			}
		}
	}
	return problems
}

// calls finds uses of what only main may touch.
func calls(file source) []string {
	const surroundings = "only main knows the environment and ends the process: what a part needs is given to it"
	const logging = "a logger is given to whoever logs"
	forbidden := map[string]string{
		"os.Getenv": surroundings, "os.LookupEnv": surroundings, "os.Environ": surroundings, "os.Exit": surroundings,
		"log.Fatal": surroundings, "log.Fatalf": surroundings, "log.Fatalln": surroundings,
		"log.Print": logging, "log.Printf": logging, "log.Println": logging,
		"log/slog.Debug": logging, "log/slog.Info": logging, "log/slog.Warn": logging, "log/slog.Error": logging,
		"log/slog.Default": logging, "log/slog.SetDefault": logging,
	}
	imports := importNames(file)
	var problems []string
	ast.Inspect(file.ast, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		base, ok := selector.X.(*ast.Ident)
		if !ok {
			return true
		}
		name := imports[base.Name] + "." + selector.Sel.Name
		if why := forbidden[name]; why != "" && !(why == surroundings && within(file.dir(), "cmd")) {
			problems = append(problems, fmt.Sprintf("%s uses %s: %s", file.at(selector), name, why))
		}
		return true
	})
	return problems
}

// importNames maps the names that a file gives to packages to their paths.
func importNames(file source) map[string]string {
	names := make(map[string]string)
	for _, spec := range file.ast.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		name := imported[strings.LastIndex(imported, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

// variables finds package-level variables that could change while the program runs.
func variables(file source, decl *ast.GenDecl, files []source) []string {
	const why = "state belongs to a value that somebody made and passes on; constants, sentinel errors, embedded files, " +
		"regular expressions, templates and unexported tables that nothing writes to are fine"
	if embedded(decl.Doc) {
		return nil
	}
	var problems []string
	for _, spec := range decl.Specs {
		spec := spec.(*ast.ValueSpec)
		for i, name := range spec.Names {
			unchanging := i < len(spec.Values) && constant(name, spec.Values[i]) && !written(name.Name, file.dir(), files)
			if name.Name == "_" || embedded(spec.Doc) || unchanging {
				continue
			}
			problems = append(problems, fmt.Sprintf("%s declares the variable %s for the whole package: %s", file.at(name), name.Name, why))
		}
	}
	return problems
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// constant reports whether a variable is one in name only: its value cannot change, or nobody outside can change it.
func constant(name *ast.Ident, value ast.Expr) bool {
	switch value := value.(type) {
	case *ast.CompositeLit:
		return !name.IsExported()
	case *ast.CallExpr:
		selector, ok := value.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		makers := map[string]bool{"MustCompile": true, "NewReplacer": true, "Must": true}
		sentinel := strings.HasPrefix(strings.ToLower(name.Name), "err") && (selector.Sel.Name == "New" || selector.Sel.Name == "Errorf")
		return sentinel || makers[selector.Sel.Name]
	}
	return false
}

// written reports whether any file of the package assigns to the variable, or to a part of it, or takes its address.
// A local variable of the same name counts as well: it should have another.
func written(name, dir string, files []source) bool {
	found := false
	note := func(e ast.Expr) { found = found || root(e) == name }
	for _, file := range files {
		if file.dir() != dir || file.test() {
			continue
		}
		ast.Inspect(file.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					note(left)
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					note(n.X)
				}
			}
			return true
		})
	}
	return found
}

// root returns the variable that an expression like names[i].text is a part of.
func root(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	}
	return ""
}
