package catalogue

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// shipped is the catalogue, read once.
var shipped = sync.OnceValues(Load)

func load(t testing.TB) *Catalogue {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ids(entries []Entry) []bot.PlatformID {
	var list []bot.PlatformID
	for _, e := range entries {
		list = append(list, e.ID)
	}
	return list
}

func TestEmbeddedCatalogue(t *testing.T) {
	c := load(t)
	env := checks.Env{UserAgent: "Panneau/test (+https://exemple.fr)"}
	for _, e := range c.Platforms {
		for _, check := range e.Checks {
			if _, err := checks.New(check.Spec, env); err != nil {
				t.Error(err)
			}
			if !strings.HasPrefix(check.URL, "https://") || check.Schedule != DefaultSchedule || len(check.Signatures) == 0 {
				t.Errorf("%s is not as the catalogue's checks are: %+v", check.ID, check)
			}
			if strings.HasPrefix(check.Name, "connexion") != (check.Function == checks.FunctionLogin) {
				t.Errorf("%s: name and function do not agree", check.ID)
			}
		}
		if e.Confidence == Stated || len(e.Sources) == 0 || e.CheckedOn == "" || e.Public == "" || e.Login == "" || e.Publisher == "" {
			t.Errorf("%s is incomplete", e.ID)
		}
	}
}

func TestDefaultPlatforms(t *testing.T) {
	want := []bot.PlatformID{"educonnect", "apps", "tchap", "pronote", "ecoledirecte"}
	if diff := cmp.Diff(want, ids(load(t).Default())); diff != "" {
		t.Error(diff)
	}
	for _, e := range load(t).Default() {
		if !e.Sure() || len(e.Areas) > 0 {
			t.Errorf("%s is not sure enough to be watched by default", e.ID)
		}
	}
}

func TestOnlyConfirmedAddressesArePrinted(t *testing.T) {
	for _, e := range load(t).Platforms {
		if e.URL != "" && e.Confidence != Confirmed {
			t.Errorf("%s has confidence %s and prints %s", e.ID, e.Confidence, e.URL)
		}
	}
}

func TestOnDemandPlatforms(t *testing.T) {
	var list []bot.PlatformID
	for _, e := range load(t).Platforms {
		if e.OnDemand {
			list = append(list, e.ID)
		}
	}
	if diff := cmp.Diff([]bot.PlatformID{"cned-ecole", "cned-college", "cned-lycee"}, list); diff != "" {
		t.Error(diff)
	}
}

func TestStaffPlatformsAreNotForFamilies(t *testing.T) {
	c := load(t)
	for _, id := range []bot.PlatformID{"tchap", "apps", "apps-nuage", "apps-codimd", "visio-agents"} {
		if e, found := c.Find(id); !found || e.Concerns(bot.Families) || !e.Concerns(bot.Staff) {
			t.Errorf("%s concerns families", id)
		}
	}
}

func TestDependencies(t *testing.T) {
	c := load(t)
	atrium, _ := c.Find("atrium")
	hdf, _ := c.Find("enthdf")
	want := []bot.Dependency{{On: "educonnect", Readers: []bot.Audience{bot.Families}}}
	if diff := cmp.Diff(want, hdf.DependsOn); diff != "" || len(atrium.DependsOn) != 0 {
		t.Errorf("atrium depends on %v, enthdf:\n%s", atrium.DependsOn, diff)
	}
	if _, found := c.Find("inconnue"); found {
		t.Error("an unknown platform was found")
	}
}

func TestEverySourceIsListed(t *testing.T) {
	spelled := Sources()
	if len(spelled["R1"]) < 20 || spelled["repère"] != "" {
		t.Errorf("the sources are not read: %q", spelled)
	}
	listed := func(id bot.PlatformID, marks []string) {
		if len(marks) == 0 {
			t.Errorf("%s names no source", id)
		}
		for _, mark := range marks {
			if spelled[mark] == "" {
				t.Errorf("%s: source %s is not in SOURCES.md", id, mark)
			}
		}
	}
	for _, e := range load(t).Platforms {
		listed(e.ID, e.Sources)
	}
	for _, n := range load(t).Nodes {
		listed(n.ID, n.Sources)
	}
	for _, s := range load(t).Signatures {
		_, after, found := strings.Cut(s.Source, "(")
		if mark, _, _ := strings.Cut(after, ")"); found && spelled[mark] == "" {
			t.Errorf("signature %s: source %s is not in SOURCES.md", s.ID, mark)
		}
	}
}

func TestOwnPlatforms(t *testing.T) {
	c := load(t)
	own, err := Parse("panneau.yaml", []byte(`
platforms:
  - id: intranet
    name: Intranet
    url: https://intranet.exemple.fr
    areas: [Lille]
    depends_on: [enthdf]
    checks:
      - url: https://intranet.exemple.fr/etat
        schedule: "*/5 7-19 * * 1-5"
        must_contain: [Bienvenue, {regexp: "v\\d+", source: true}]
        limits: {total: 8s}
        slow_after: 2s
  - {id: pronote, name: Pronote, checks: [{name: accueil, url: "https://0590001a.index-education.net/pronote/"}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	more, err := c.With(own...)
	if err != nil {
		t.Fatal(err)
	}
	if len(more.Platforms) != len(c.Platforms)+1 || len(more.Nodes) != len(c.Nodes) {
		t.Errorf("%d platforms and %d nodes, want one platform more than %d", len(more.Platforms), len(more.Nodes), len(c.Platforms))
	}
	intranet, _ := more.Find("intranet")
	check := intranet.Checks[0]
	if check.ID != "intranet/controle-1" || check.Schedule != "*/5 7-19 * * 1-5" || !check.MustContain[1].Source || len(check.Signatures) == 0 {
		t.Errorf("the check is %+v", check)
	}
	pronote, _ := more.Find("pronote")
	if len(pronote.Checks) != 1 || pronote.Checks[0].ID != "pronote/accueil" || pronote.Checks[0].Signatures[0].ID != "pronote-sessions" {
		t.Errorf("the replaced platform is %+v", pronote)
	}
}
