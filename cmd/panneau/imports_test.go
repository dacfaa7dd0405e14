package main_test

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/panneau-ecole/panneau/"

// area is a folder with everything below it that is no area of its own, and what it may import of ours besides itself.
type area struct {
	dir string
	may []string
	why string
}

// areas is the layout: arrows point down only, and siblings do not know each other.
func areas() []area {
	core := []string{"bot", "bot/calendar"}
	fenced := append(slices.Clone(core), "notifiers/fence")
	const adapter = "an adapter knows its vendor and the core, so that a vendor's change touches one folder"
	const judge = "an emulator that knows the code it judges would repeat its mistakes"
	return []area{
		{"bot/calendar", nil, "the calendar is pure and stands at the very bottom"},
		{"bot", []string{"bot/calendar"}, "the rules depend on no technology; what they need stands behind their own interfaces"},
		{"bot/store", core, "the store keeps what bot declares and knows no other part"},
		{"bot/trace", core, "a trace is played on what bot declares, with a store and words that are given to it"},
		{"bot/statuspage", core, "the page shows what bot declares; its words are given to it"},
		{"bot/statuspage/browsertest", nil, "a browser looks at any page; it knows none"},
		{"locales", core, "texts are made from facts alone"},
		{"checks", core, "a check looks at its target and tells what it saw; it knows no catalogue"},
		{"checks/catalogue", append(core, "checks"), "the catalogue is data for checks"},
		{"notifiers/fence", core, "what every request passes before it leaves knows none of the adapters"},
		{"notifiers/console", core, adapter},
		{"notifiers/discord", fenced, adapter},
		{"notifiers/slack", fenced, adapter},
		{"notifiers/telegram", fenced, adapter},
		{"notifiers/emulator", nil, judge},
		{"notifiers/emulator/discord", []string{"notifiers/emulator"}, judge},
		{"notifiers/emulator/slack", []string{"notifiers/emulator"}, judge},
		{"notifiers/emulator/telegram", []string{"notifiers/emulator"}, judge},
		{"notifiers/emulator/view", []string{"notifiers/emulator"}, "what chats show is drawn from what the emulators kept"},
		{"notifiers/notifiertest", append(core, "notifiers/emulator"), "the contract knows no adapter that it is a contract for"},
		{
			"notifiers", append(core,
				"notifiers/console", "notifiers/discord", "notifiers/slack", "notifiers/telegram",
				"notifiers/emulator", "notifiers/emulator/discord"),
			"it is the one place that knows every adapter, and, in its tests, their judges",
		},
		{
			"cmd/panneau/config", append(core, "checks", "checks/catalogue"),
			"a configuration is read and judged before anything is built from it",
		},
		{
			"cmd/panneau", append(core,
				"bot/store", "bot/statuspage", "bot/trace", "locales", "checks", "checks/catalogue", "notifiers", "cmd/panneau/config",
				"notifiers/emulator", "notifiers/emulator/discord", "notifiers/emulator/slack", "notifiers/emulator/telegram",
				"notifiers/emulator/view"),
			"the wiring asks notifiers.New for adapters; it never names one",
		},
	}
}

// vendor is a package of somebody else's with the areas that may import it. A path stands for everything below it.
type vendor struct {
	path string
	in   []string
	why  string
}

// vendors lists every dependency: one that is missing here needs its line in docs/adr/0006-dependencies.md first.
func vendors() []vendor {
	const sql = "only the store speaks SQL"
	const chat = "a vendor's library is known to its own adapter only"
	const judges = "only emulators and tests judge by a description of an API"
	const socket = "only chat platforms speak WebSocket"
	return []vendor{
		{"database/sql", []string{"bot/store"}, sql},
		{"modernc.org/sqlite", []string{"bot/store"}, sql},
		{"github.com/jackc/pgx/v5", []string{"bot/store"}, sql},
		{"github.com/pressly/goose/v3", []string{"bot/store"}, sql},
		{"github.com/bwmarrin/discordgo", []string{"notifiers/discord"}, chat},
		{"github.com/slack-go/slack", []string{"notifiers/slack"}, chat},
		{"github.com/go-telegram-bot-api/telegram-bot-api/v5", []string{"notifiers/telegram"}, chat},
		{
			"github.com/gorilla/websocket",
			[]string{"notifiers/discord", "notifiers/slack", "notifiers/emulator/discord", "notifiers/emulator/slack"}, socket,
		},
		{"github.com/robfig/cron/v3", []string{"bot", "bot/trace", "cmd/panneau"}, "the core owns the schedules, and the configuration reads them"},
		{"github.com/goccy/go-yaml", []string{"cmd/panneau/config", "checks/catalogue", "locales"}, "YAML is for what people write by hand"},
		{"github.com/nicksnyder/go-i18n/v2", []string{"locales"}, "words live in locales"},
		{"github.com/spf13/cobra", []string{"cmd/panneau"}, "only the command line knows its flags"},
		{"github.com/gofrs/flock", []string{"cmd/panneau"}, "only the start of the program claims the data folder"},
		{"github.com/prometheus/client_golang", []string{"cmd/panneau"}, "measuring is wiring: the parts report through their own interfaces"},
		{"github.com/prometheus-community/pro-bing", []string{"checks"}, "only checks touch the network of others"},
		{"github.com/miekg/dns", []string{"checks"}, "only checks touch the network of others"},
		{"github.com/pb33f/libopenapi", []string{"notifiers/emulator"}, judges},
		{"github.com/pb33f/libopenapi-validator", []string{"notifiers/emulator"}, judges},
		{"github.com/pb33f/jsonschema/v6", []string{"notifiers/emulator"}, judges},
		{"golang.org/x/image", []string{"locales"}, "pictures are words for whoever would rather look: they are drawn where words are written"},
		{"golang.org/x", everywhere(), "the extended standard library"},
	}
}

func everywhere() []string { return []string{"bot", "checks", "cmd", "locales", "notifiers"} }

func TestImports(t *testing.T) {
	for _, problem := range importProblems(sources(t)) {
		t.Error(problem)
	}
}

// TestImportsHaveTheirReason holds the record of dependencies and the list above together.
func TestImportsHaveTheirReason(t *testing.T) {
	record, err := os.ReadFile(filepath.Join(moduleRoot(t), "docs", "adr", "0006-dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	paths := inTests()
	for _, v := range vendors() {
		paths = append(paths, v.path)
	}
	for _, p := range paths {
		if p != "database/sql" && !strings.Contains(string(record), "| "+p) {
			t.Errorf("docs/adr/0006-dependencies.md has no line for %s", p)
		}
	}
}

func TestImportsCatchesViolations(t *testing.T) {
	cases := map[string]struct{ name, imports string }{
		"the core knows an adapter":         {"bot/a.go", module + "notifiers/slack"},
		"the calendar knows the core":       {"bot/calendar/a.go", module + "bot"},
		"an adapter knows another":          {"notifiers/slack/a.go", module + "notifiers/discord"},
		"an adapter's test knows another":   {"notifiers/slack/a_test.go", module + "notifiers/discord"},
		"an emulator knows its adapter":     {"notifiers/emulator/slack/a_test.go", module + "notifiers/slack"},
		"an adapter is its own judge":       {"notifiers/slack/a.go", module + "notifiers/emulator/slack"},
		"checks know the catalogue":         {"checks/a.go", module + "checks/catalogue"},
		"the wiring names an adapter":       {"cmd/panneau/a.go", module + "notifiers/telegram"},
		"SQL outside the store":             {"bot/a.go", "database/sql"},
		"a driver outside the store":        {"cmd/panneau/a.go", "modernc.org/sqlite"},
		"a vendor's library elsewhere":      {"notifiers/slack/a.go", "github.com/bwmarrin/discordgo"},
		"a part of a vendor's library":      {"notifiers/discord/a.go", "github.com/slack-go/slack/socketmode"},
		"a dependency without its reason":   {"bot/a.go", "github.com/someone/leftpad"},
		"a contract outside of tests":       {"notifiers/a.go", module + "notifiers/notifiertest"},
		"a folder without its place":        {"notifiers/matrix/a.go", "fmt"},
		"a package that only tests may use": {"bot/a.go", "github.com/google/go-cmp/cmp"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			src := parse(t, c.name, fmt.Sprintf("package a\nimport _ %q\n", c.imports))
			if got := importProblems([]source{src}); len(got) != 1 {
				t.Errorf("got %d problems, want 1: %q", len(got), got)
			}
		})
	}
}

// importProblems says which imports break the layout, each with the reason of the rule.
func importProblems(files []source) []string {
	var problems []string
	for _, file := range files {
		here, ok := areaOf(file.dir())
		if !ok {
			problems = append(problems, fmt.Sprintf("%s: %q has no place in the layout (areas, in this test)", file.name, file.dir()))
			continue
		}
		for _, spec := range file.ast.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if why := refuse(here, file, imported); why != "" {
				problems = append(problems, fmt.Sprintf("%s imports %s: %s", file.at(spec), imported, why))
			}
		}
	}
	return problems
}

// refuse returns why a file of an area must not import a package; empty when it may.
func refuse(here area, file source, imported string) string {
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return refuseOurs(here, file, ours)
	}
	return refuseVendor(here, file, imported)
}

func refuseOurs(here area, file source, imported string) string {
	there, ok := areaOf(imported)
	switch {
	case !ok:
		return "it has no place in the layout"
	case strings.HasSuffix(imported, "test") && !file.test():
		return "it serves tests only"
	case there.dir == here.dir || slices.Contains(here.may, there.dir):
		return ""
	case file.test() && !sibling(here, there):
		return "" // a test is a caller: it may put real parts together
	default:
		return here.why
	}
}

// sibling reports whether two areas must not even meet in a test: two adapters, or an emulator and any adapter.
func sibling(here, there area) bool {
	under := func(a area) bool { return strings.HasPrefix(a.dir, "notifiers/") }
	own := there.dir == "notifiers/emulator/"+path.Base(here.dir)
	shared := slices.Contains([]string{"notifiers/emulator", "notifiers/fence", "notifiers/notifiertest"}, there.dir)
	return under(here) && under(there) && !own && !shared
}

func refuseVendor(here area, file source, imported string) string {
	if file.test() && slices.ContainsFunc(inTests(), func(p string) bool { return within(imported, p) }) {
		return ""
	}
	for _, v := range vendors() {
		if within(imported, v.path) {
			return v.refuse(here, file)
		}
	}
	if !strings.Contains(strings.Split(imported, "/")[0], ".") {
		return "" // the standard library
	}
	return "it is not among the dependencies; give it its line in docs/adr/0006-dependencies.md, and in vendors of this test"
}

// inTests lists what tests everywhere may use.
func inTests() []string {
	return []string{
		"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "go.uber.org/goleak",
		"github.com/pb33f/libopenapi", "github.com/pb33f/libopenapi-validator", "github.com/gorilla/websocket",
	}
}

func (v vendor) refuse(here area, file source) string {
	allowed := func(dir string) bool {
		own := "notifiers/emulator/" + path.Base(dir) // an emulator is tested with the library that it must satisfy
		return within(here.dir, dir) || file.test() && (here.dir == own || within(here.dir, "cmd"))
	}
	if slices.ContainsFunc(v.in, allowed) {
		return ""
	}
	return fmt.Sprintf("%s; it belongs to %s", v.why, strings.Join(v.in, ", "))
}

// areaOf finds the area that a folder belongs to: the one with the longest path.
func areaOf(dir string) (area, bool) {
	var found []area
	for _, a := range areas() {
		if within(dir, a.dir) && (a.dir != "notifiers" || dir == "notifiers") {
			found = append(found, a)
		}
	}
	if len(found) == 0 {
		return area{}, false
	}
	return slices.MaxFunc(found, func(a, b area) int { return cmp.Compare(len(a.dir), len(b.dir)) }), true
}

// within reports whether a slash-separated path is another one or lies below it.
func within(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
