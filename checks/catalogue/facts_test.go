package catalogue

import (
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/publicsuffix"

	"github.com/panneau-ecole/panneau/bot"
)

// fact is a row of testdata/platforms.tsv, which says where it comes from.
type fact struct {
	hosts, areas []string
	confidence   Confidence
}

func facts(t *testing.T) map[bot.PlatformID]fact {
	t.Helper()
	text, err := os.ReadFile("testdata/platforms.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[bot.PlatformID]fact)
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || cells[0] == "id" {
			continue
		}
		if len(cells) != 4 {
			t.Fatalf("%q has %d cells", line, len(cells))
		}
		f := fact{hosts: strings.Fields(cells[1]), confidence: Confidence(cells[3])}
		if cells[2] != "national" {
			f.areas = strings.Split(cells[2], ", ")
		}
		rows[bot.PlatformID(cells[0])] = f
	}
	return rows
}

// addresses lists every address that an entry asks for or prints.
func addresses(e Entry) []string {
	var list []string
	if e.URL != "" {
		list = append(list, e.URL)
	}
	for _, check := range e.Checks {
		list = append(list, check.URL)
	}
	return list
}

func TestCatalogueSaysWhatTheFactsSay(t *testing.T) {
	rows := facts(t)
	if len(rows) != 71 {
		t.Fatalf("%d facts, want the 71 of the survey", len(rows))
	}
	c := load(t)
	for id := range rows {
		if _, found := c.Find(id); !found {
			t.Errorf("%s is missing", id)
		}
	}
	for _, e := range c.Platforms {
		f, known := rows[e.ID]
		if !known {
			t.Errorf("%s is not in the survey", e.ID)
			continue
		}
		if e.Confidence != f.confidence {
			t.Errorf("%s has confidence %s, the survey %s", e.ID, e.Confidence, f.confidence)
		}
		if diff := cmp.Diff(f.areas, e.Areas); diff != "" {
			t.Errorf("%s: académies (-survey +catalogue):\n%s", e.ID, diff)
		}
		for _, address := range addresses(e) {
			if u, err := url.Parse(address); err != nil || !slices.Contains(f.hosts, u.Host) {
				t.Errorf("%s: %s is not on one of the hosts %q", e.ID, address, f.hosts)
			}
		}
	}
}

func TestAddressesAreOfPublicHosts(t *testing.T) {
	for _, e := range load(t).Platforms {
		for _, address := range addresses(e) {
			u, err := url.Parse(address)
			if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Port() != "" {
				t.Errorf("%s: %s is not a plain https address", e.ID, address)
				continue
			}
			if _, err := netip.ParseAddr(u.Hostname()); err == nil {
				t.Errorf("%s: %s names no host", e.ID, address)
			}
			if _, listed := publicsuffix.PublicSuffix(u.Hostname()); !listed {
				t.Errorf("%s: %s is not below a public suffix", e.ID, address)
			}
		}
		for _, check := range e.Checks {
			if check.AllowPrivate || len(check.Headers) > 0 {
				t.Errorf("%s asks for more than a public page", check.ID)
			}
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	owner := make(map[string]bot.PlatformID)
	for _, e := range load(t).Platforms {
		for _, name := range append([]string{string(e.ID), e.Name}, e.Aliases...) {
			name = bot.Fold(name)
			if name == "" || owner[name] != "" && owner[name] != e.ID {
				t.Errorf("%s and %s are both called %q", owner[name], e.ID, name)
			}
			owner[name] = e.ID
		}
	}
}

func TestOnlySureEntriesAreOnByThemselves(t *testing.T) {
	for _, e := range load(t).Platforms {
		if e.Default && (len(e.Areas) > 0 || !e.Sure()) {
			t.Errorf("%s is on by default", e.ID)
		}
		if e.Sure() && (e.Confidence != Confirmed || e.Suspect != "" || e.OnDemand || len(e.Checks) == 0) {
			t.Errorf("%s is taken for sure", e.ID)
		}
		day, err := time.Parse(time.DateOnly, e.CheckedOn)
		if err != nil || day.Before(time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s was last looked at on %q", e.ID, e.CheckedOn)
		}
	}
}

// TestDoubtsAreMarked holds the flag to what the survey doubts: addresses that move, hosts with a rival, an offer that
// was to end, classes that open on decision.
func TestDoubtsAreMarked(t *testing.T) {
	c := load(t)
	for _, id := range []bot.PlatformID{
		"educ-normandie", "ariane57", "la-vie-scolaire", "moncollege94", "monlycee", "cned-ecole", "cned-college", "cned-lycee",
	} {
		if e, _ := c.Find(id); e.Suspect == "" || e.Sure() || e.Default {
			t.Errorf("%s is not marked as doubtful", id)
		}
	}
}

func TestEduConnectConcernsFamiliesOnly(t *testing.T) {
	c := load(t)
	if n := len(c.Downstream("educonnect", bot.Families)); n < 15 {
		t.Errorf("%d platforms need ÉduConnect for families", n)
	}
	for _, reader := range []bot.Audience{bot.Teachers, bot.Staff} {
		if list := c.Downstream("educonnect", reader); len(list) > 0 {
			t.Errorf("%s need ÉduConnect for %v", reader, ids(list))
		}
	}
	if len(c.Downstream("educonnect", "")) != len(c.Downstream("educonnect", bot.Families)) {
		t.Error("without an audience something else depends on ÉduConnect")
	}
}

func TestUpstreamGoesAllTheWay(t *testing.T) {
	own, err := Parse("x.yaml", []byte(`
platforms:
  - {id: college, name: Pronote du collège, depends_on: [enthdf, {on: apps, readers: [teachers]}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := load(t).With(own...)
	if err != nil {
		t.Fatal(err)
	}
	for reader, want := range map[bot.Audience][]bot.PlatformID{
		bot.Families: {"enthdf", "educonnect"}, bot.Teachers: {"enthdf", "apps"}, "": {"enthdf", "apps", "educonnect"},
	} {
		if diff := cmp.Diff(want, ids(c.Upstream("college", reader))); diff != "" {
			t.Errorf("%s:\n%s", reader, diff)
		}
	}
	if got := ids(c.Downstream("educonnect", bot.Families)); got[len(got)-1] != "college" {
		t.Errorf("what hangs on ÉduConnect is %v", got)
	}
}

func TestNodes(t *testing.T) {
	c := load(t)
	for _, e := range c.Platforms {
		for _, n := range c.Nodes {
			below := slices.ContainsFunc(addresses(e), func(address string) bool {
				u, err := url.Parse(address)
				return err == nil && slices.ContainsFunc(n.Hosts, func(h string) bool { return strings.HasSuffix("."+u.Host, "."+h) })
			})
			if below && !slices.Contains(e.StandsOn, n.ID) {
				t.Errorf("%s is on the hosts of %s and does not stand on it", e.ID, n.ID)
			}
		}
	}
	for _, n := range c.Nodes {
		canary, _ := c.Find(n.Canary)
		if n.Canary != "" && (len(canary.Checks) == 0 || !slices.Contains(canary.StandsOn, n.ID)) {
			t.Errorf("%s cannot be seen through %s", n.ID, n.Canary)
		}
		if n.Kind == Hosting && len(n.Hosts) == 0 || len(c.Members(n.ID)) == 0 {
			t.Errorf("%s has no hosts or no members", n.ID)
		}
	}
	hdf, _ := c.Find("enthdf")
	if list := c.NodesOf(hdf); len(list) != 1 || list[0].Kind != Vendor {
		t.Errorf("enthdf stands on %+v", list)
	}
}

func TestNodesAreValidated(t *testing.T) {
	nodes, err := parseNodes("x.yaml", []byte(`nodes: [{id: pronote, kind: hosting, name: N}, {id: b, kind: cloud, name: N, canary: inconnue}]`))
	if err != nil {
		t.Fatal(err)
	}
	err = validateNodes(nodes, load(t).Platforms)
	for _, part := range []string{`"pronote": the ID is taken`, `unknown kind "cloud"`, `unknown platform "inconnue"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error is %v, want %s", err, part)
		}
	}
}

func TestSearch(t *testing.T) {
	c := load(t)
	for words, want := range map[string][]bot.PlatformID{
		"ÉDUCONNECT":       {"educonnect"},
		"educonect":        {"educonnect"},
		"lille":            {"enthdf"},
		"oise college":     {"moncollege95"},
		"cned":             {"cned-ecole", "cned-college", "cned-lycee"},
		"Nancy Metz 1er":   {"ariane57"},
		"wilappa":          {"wilapa"},
		"monlycee.net psn": {"monlycee"},
	} {
		found, _ := c.Search(words)
		if diff := cmp.Diff(want, ids(found)); diff != "" {
			t.Errorf("%s:\n%s", words, diff)
		}
	}
	if found, sure := c.Search(""); len(found) != len(c.Platforms) || !sure {
		t.Errorf("without words %d are found", len(found))
	}
	if found, sure := c.Search("zzzzzzzzz"); sure || len(found) == 0 || len(found) > 3 {
		t.Errorf("for nonsense %v are offered, sure: %v", ids(found), sure)
	}
	if found, sure := c.Search("cretil"); sure || !slices.Contains(ids(found), "ent77") {
		t.Errorf("a typing error in an académie finds %v, sure: %v", ids(found), sure)
	}
}
