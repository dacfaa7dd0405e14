package statuspage

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/panneau-ecole/panneau/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	offline := func(s *source) *source { s.overview.Offline = true; return s }
	empty := &source{overview: bot.Overview{Now: morning(t).overview.Now, Place: morning(t).overview.Place}}
	tests := []struct {
		name   string
		source *source
		path   string
		status int
	}{
		{"morning.html", morning(t), "/", http.StatusOK},
		{"lille.html", morning(t), "/?academie=lille&public=familles", http.StatusOK},
		{"platform.html", morning(t), "/plateformes/pronote", http.StatusOK},
		{"badge.svg", morning(t), "/plateformes/pronote.svg", http.StatusOK},
		{"morning.atom", morning(t), "/incidents.atom", http.StatusOK},
		{"morning.rss", morning(t), "/incidents.rss", http.StatusOK},
		{"morning.ics", morning(t), "/maintenances.ics", http.StatusOK},
		{"evidence.json", morning(t), "/incidents/12.json", http.StatusOK},
		{"said-open.html", quoted(t), "/incidents/12", http.StatusOK},
		{"said-ended.html", quoted(t), "/incidents/8", http.StatusOK},
		{"said-stated.html", quoted(t), "/incidents/9", http.StatusOK},
		{"said.json", quoted(t), "/incidents/12.json", http.StatusOK},
		{"said.atom", quoted(t), "/incidents.atom", http.StatusOK},
		{"incident-old.html", morning(t), "/incidents/3", http.StatusOK},
		{"serene.html", serene(t), "/", http.StatusOK},
		{"offline.html", offline(morning(t)), "/", http.StatusOK},
		{"empty.html", empty, "/", http.StatusOK},
		{"incident-open.html", morning(t), "/incidents/12", http.StatusOK},
		{"incident-better.html", morning(t), "/incidents/9", http.StatusOK},
		{"incident-ended.html", morning(t), "/incidents/8", http.StatusOK},
		{"missing.html", morning(t), "/incidents/7", http.StatusNotFound},
		{"absent.html", &source{err: errDatabase}, "/", http.StatusServiceUnavailable},
		{"absent.json", &source{err: errDatabase}, "/api/v1/status.json", http.StatusServiceUnavailable},
		{"blind.html", blind(t), "/", http.StatusOK},
		{"morning.json", morning(t), "/api/v1/status.json", http.StatusOK},
		{"offline.json", offline(morning(t)), "/api/v1/status.json", http.StatusOK},
		{"empty.json", empty, "/api/v1/status.json", http.StatusOK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := get(t, newPage(t, test.source), test.path)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			// The style sheet and the script have files of their own; their places say that they arrived whole.
			body := strings.Replace(w.Body.String(), "<style>"+style+"</style>", "<style>…</style>", 1)
			body = strings.Replace(body, "<script>"+script+"</script>", "<script>…</script>", 1)
			golden(t, test.name, []byte(body))
		})
	}
}

// TestAPIDescription holds the answers against the published description.
func TestAPIDescription(t *testing.T) {
	document, err := libopenapi.NewDocument([]byte(openAPI))
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, problems := v.ValidateDocument(); !ok {
		t.Fatalf("the description itself: %v", problems)
	}
	offline := morning(t)
	offline.overview.Offline = true
	for _, test := range []struct {
		name   string
		source *source
		path   string
	}{
		{"morning", morning(t), "/api/v1/status.json"}, {"offline", offline, "/api/v1/status.json"},
		{"crowd", crowd(t), "/api/v1/status.json"}, {"empty", &source{}, "/api/v1/status.json"},
		{"filtered", morning(t), "/api/v1/status.json?academie=lille&public=familles"},
		{"history", morning(t), "/api/v1/history/pronote.json"},
		{"history of an académie", morning(t), "/api/v1/history/pronote.json?academie=la-reunion"},
		{"no history", morning(t), "/api/v1/history/pix.json"},
		{"evidence", morning(t), "/incidents/12.json"}, {"said", quoted(t), "/incidents/12.json"}, {"old evidence", morning(t), "/incidents/3.json"},
		{"unread", &source{err: errDatabase}, "/incidents/3.json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := get(t, newPage(t, test.source), test.path)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://panneau.example"+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ok, problems := v.ValidateHttpResponse(r, w.Result()); !ok {
				for _, problem := range problems {
					t.Errorf("%s: %+v", problem.Message, problem.SchemaValidationErrors)
				}
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Error("programs of other sites may not read it")
			}
		})
	}
	if got := get(t, newPage(t, morning(t)), "/api/v1/openapi.yaml"); got.Body.String() != openAPI {
		t.Error("the description is not served as it is")
	}
}

// TestTypography looks at what people read, in every golden page: no plain space where French wants none that breaks,
// no straight apostrophe.
func TestTypography(t *testing.T) {
	pages, err := filepath.Glob("testdata/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(content), "<body>")
		text := textOf(body)
		for _, wrong := range []string{" :", " ;", " !", " ?", " »", "« ", "'", "...", "00 h", " h 0"} {
			if i := strings.Index(text, wrong); i >= 0 {
				t.Errorf("%s: %q in %q", page, wrong, text[max(0, i-30):min(len(text), i+30)])
			}
		}
	}
}
