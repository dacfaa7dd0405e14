package locales

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// reader collects rendered texts under headings, for a person to read through.
type reader struct {
	t    *testing.T
	r    *Renderer
	lang string
	b    strings.Builder
}

func newReader(t *testing.T) *reader { return &reader{t: t, r: renderer(t), lang: "fr"} }

// scene is a group of texts to be read together.
type scene struct {
	name string
	read func(g *reader)
}

// scenes lists everything that a chat can show, in the order in which it is read.
func scenes() []scene {
	var list []scene
	for _, audience := range bot.Audiences() {
		for _, step := range []bot.Step{bot.StepOpened, bot.StepWorse, bot.StepBetter, bot.StepUnknown, bot.StepResolved} {
			list = append(list, scene{fmt.Sprintf("%s-%s", audience, step), func(g *reader) { readBulletins(g, audience, step) }})
		}
		list = append(list, scene{string(audience) + "-detail", func(g *reader) { readDetails(g, audience) }})
	}
	return append(list,
		scene{"rings", readRings}, scene{"late", readLate}, scene{"affected", readAffected}, scene{"beside", readBeside},
		scene{"announcements", readAnnouncements}, scene{"circulars", readCirculars}, scene{"notes", readNotes}, scene{"offers", readOffers},
		scene{"reasons", readReasons}, scene{"revisions", readRevisions}, scene{"times", readTimes}, scene{"clock", readClock},
		scene{"places", readPlaces}, scene{"names", readNames}, scene{"overview-boards", readOverviewBoards},
		scene{"overview-split", readOverviewSplit}, scene{"overview-unanswerable", readOverviewUnanswerable},
		scene{"playbooks", readPlaybooks}, scene{"pictures", readPictures}, scene{"help", readHelp}, scene{"welcome", readWelcome},
		scene{"answers", readAnswers}, scene{"trial", readTrial}, scene{"said", readSaid}, scene{"buttons", readButtons},
		scene{"forms", readForms},
	)
}

// TestFrench holds the French texts to the golden files, one for each scene.
func TestFrench(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			g := newReader(t)
			s.read(g)
			g.compare(s.name)
		})
	}
}

// embedded reads the texts once: they never change.
var embedded = sync.OnceValues(New)

func renderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (g *reader) add(heading string, m bot.Message, err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatalf("%s: %v", heading, err)
	}
	fmt.Fprintf(&g.b, "=== %s (%s)\n%s\n", heading, m.Tone, layOut(m))
}

func (g *reader) notice(heading string, n bot.Notice) {
	g.t.Helper()
	m, err := g.r.Notice(g.lang, n)
	g.add(heading, m, err)
}

func (g *reader) overview(heading string, o bot.Overview) {
	g.t.Helper()
	m, err := g.r.Overview(g.lang, o)
	g.add(heading, m, err)
}

// compare holds what was collected against the golden file.
func (g *reader) compare(name string) {
	g.t.Helper()
	g.compareIn("fr", name)
}

func (g *reader) compareIn(lang, name string) {
	g.t.Helper()
	path := filepath.Join("testdata", "golden", lang, name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			g.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(g.b.String()), 0o644); err != nil {
			g.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		g.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), g.b.String()); diff != "" {
		g.t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// layOut is a message as a plain text.
func layOut(m bot.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", m.Title, m.Summary)
	for _, f := range m.Facts {
		fmt.Fprintf(&b, "| %s | %s\n", f.Label, f.Value)
	}
	for _, s := range m.Sections {
		if s.Heading != "" {
			fmt.Fprintf(&b, "# %s\n", s.Heading)
		}
		for _, text := range s.Text {
			fmt.Fprintln(&b, text)
		}
		for _, item := range s.Items {
			fmt.Fprintf(&b, "- %s\n", item)
		}
	}
	for _, l := range m.Links {
		fmt.Fprintf(&b, "→ %s <%s>\n", l.Text, l.URL)
	}
	if m.Footer != "" {
		fmt.Fprintf(&b, "-- %s\n", m.Footer)
	}
	if m.Picture != nil {
		fmt.Fprintf(&b, "[image] %s\n", m.Picture.Alt)
	}
	return b.String()
}

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// school is the Tuesday on which so many platforms failed.
func school(t testing.TB, hour, minute int) time.Time {
	return time.Date(2021, time.April, 6, hour, minute, 0, 0, location(t, "Europe/Paris"))
}

// pronote is a bulletin about a platform that everybody knows, opened at 8:05 and rendered at 8:06.
func pronote(t testing.TB) bot.Notice {
	return bot.Notice{
		Purpose:  bot.PurposeBulletin,
		Platform: bot.Platform{ID: "pronote", Name: "Pronote", URL: "https://demo.index-education.net/pronote/"},
		Incident: bot.Incident{
			ID: 1, Platform: "pronote", Condition: bot.Unreachable, Worst: bot.Unreachable, Revision: 1,
			Since: school(t, 8, 5), OpenedAt: school(t, 8, 6), ChangedAt: school(t, 8, 6),
			Reason: bot.ReasonTimeoutHeaders,
			Evidence: bot.Evidence{
				URL: "https://demo.index-education.net/pronote/", Address: "192.0.2.10:443", Latency: 10 * time.Second,
				Detail: "context deadline exceeded",
			},
		},
		CheckedAt: school(t, 8, 6), Now: school(t, 8, 6), Every: time.Minute, Vantages: 1,
		Place:   bot.Place{Location: location(t, "Europe/Paris"), Name: "Paris"},
		PageURL: "https://panneau.example.org/incidents/1",
	}
}

// in puts the notice into a condition, with a reason that brings it about.
func in(n bot.Notice, c bot.Condition) bot.Notice {
	n.Incident.Condition, n.Incident.Worst = c, c
	n.Incident.Evidence.Status = 200
	switch c {
	case bot.Slowed:
		n.Incident.Reason, n.Incident.Evidence.Latency = bot.ReasonSlow, 6340*time.Millisecond
	case bot.Partial:
		n.Incident.Reason, n.Incident.Evidence.Status = bot.ReasonServerError, 503
	case bot.LoginImpossible:
		n.Incident.Reason = bot.ReasonLoginPath
	case bot.Saturated:
		n.Incident.Reason = bot.ReasonQuotaPage
	case bot.Unreachable:
		n.Incident.Evidence.Status = 0
	case bot.Maintenance:
		n.Incident.Reason = bot.ReasonMaintenance
	case bot.Closed:
		n.Incident.Reason = bot.ReasonClosed
	case bot.Unverifiable:
		n.Incident.Reason, n.Incident.Evidence.Status = bot.ReasonBlockedUs, 403
	default:
		n.Incident.Reason = bot.ReasonNone
	}
	return n
}

// after moves the notice to a later revision.
func after(n bot.Notice, before bot.Condition, at time.Time) bot.Notice {
	n.Incident.Before, n.Incident.ChangedAt = before, at
	n.Incident.Revision++
	n.CheckedAt, n.Now = at, at
	return n
}

// over resolves the incident a minute before the notice is rendered.
func over(n bot.Notice, at time.Time) bot.Notice {
	n = after(n, n.Incident.Condition, at.Add(time.Minute))
	n.Incident.ResolvedAt, n.Incident.Condition, n.Incident.Reason = at, bot.Normal, bot.ReasonNone
	return n
}
