package locales

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// arabic has the few texts that an enumeration and a call for help need.
const arabic = `
list.more: "{{.Head}}، {{.Next}}"
list.and: "{{.Head}} و{{.Last}}"
help.call: "{{.Typed}}: {{.Does}}"
command.status.does: "الحالة"
time.minute: "{{.Hour}}:{{.Minute}}"
`

func TestInsertionsAreIsolatedFromRightToLeftText(t *testing.T) {
	r, err := load(fstest.MapFS{"texts/ar.yaml": {Data: []byte(arabic)}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.newWriter("ar", bot.Families, bot.Place{Location: time.UTC}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	names := w.names([]bot.Platform{{Name: "L'Éduc : a"}, {Name: "\u2067Pronote\u2069"}})
	if got, want := w.seal(w.list("list.and", names)), "\u2068L'Éduc : a\u2069 و\u2068Pronote\u2069"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.call(bot.Call{Command: "status", Typed: "/status"})[0], "\u2068/status\u2069: الحالة"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.seal(w.time(time.Date(2021, 4, 6, 8, 5, 0, 0, time.UTC))), "\u20688:05\u2069"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if w.err != nil {
		t.Error(w.err)
	}
}

func TestNoTraceOfGuards(t *testing.T) {
	r := renderer(t)
	n := pronote(t)
	n.Platform.Name = "Pro\ufdd0no\ufdd1te\u2068"
	m, err := r.Notice("fr", n)
	if err != nil {
		t.Fatal(err)
	}
	if text := layOut(m); strings.ContainsAny(text, "\ufdd0\ufdd1\u2068\u2069") || !strings.Contains(text, "Pronote est") {
		t.Errorf("got %q", text)
	}
}
