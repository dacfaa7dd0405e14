package checks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTargets(t *testing.T) {
	for address, want := range map[string]string{
		"tls://ent.exemple.fr":               "tls://ent.exemple.fr:443",
		"tls://ENT.exemple.fr.:8443/":        "tls://ent.exemple.fr:8443",
		"tls://[2606:4700:4700::1111]":       "tls://[2606:4700:4700::1111]:443",
		"tcp://1.1.1.1:53":                   "tcp://1.1.1.1:53",
		"tcp:ent.exemple.fr:993":             "tcp://ent.exemple.fr:993",
		"dns:ent.exemple.fr":                 "dns://ent.exemple.fr",
		"dns://_dmarc.exemple.fr":            "dns://_dmarc.exemple.fr",
		"dns://collège.exemple.fr":           "dns://xn--collge-6ua.exemple.fr",
		"icmp://[2606:4700:4700:0::1]":       "icmp://[2606:4700:4700::1]",
		"icmp:localhost":                     "icmp://localhost",
		"tcp://ent.exemple.fr":               "",
		"tcp://ent.exemple.fr:0":             "",
		"tcp://ent.exemple.fr:70000":         "",
		"tcp://:25":                          "",
		"tls://moi:s3cret@exemple.fr":        "",
		"tls://exemple.fr/page":              "",
		"tls://exemple.fr?x":                 "",
		"icmp://ent.exemple.fr:7":            "",
		"dns://ent.exemple.fr:53":            "",
		"dns://9.9.9.9":                      "",
		"dns://ent..exemple.fr":              "",
		"dns://-ent.exemple.fr":              "",
		"icmp://ent exemple.fr":              "",
		"dns://" + strings.Repeat("a.", 200): "",
		"tls://":                             "",
	} {
		kind, _ := KindOf(address)
		got := ""
		if err := (Spec{ID: "x", URL: address}).Validate(); err == nil {
			ports := map[Kind]string{TLS: "443", TCP: "0"}
			target, wrong := readTarget(Spec{URL: address, Kind: kind}, ports[kind])
			if wrong != nil {
				t.Errorf("%s: %v", address, wrong)
			}
			got = target.String()
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("a problem repeats a secret: %v", err)
		}
		if got != want {
			t.Errorf("%s is read as %q, want %q", address, got, want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for address, want := range map[string]Kind{
		"https://a": HTTP, "HTTP://a": HTTP, "tls://a": TLS, "tcp://a:1": TCP, "dns:a": DNS, "icmp://a": ICMP,
		"pronote": "", "ent.exemple.fr:443": "", "ftp://a": "", "dns": "", "": "",
	} {
		if got, known := KindOf(address); got != want || known != (want != "") {
			t.Errorf("%q is of kind %q (%v)", address, got, known)
		}
	}
}

// TestProblemsOfEachKind reads what operators are told of mistakes with the newer keys.
func TestProblemsOfEachKind(t *testing.T) {
	many := make([]string, 9)
	for i := range many {
		many[i] = "9.9.9.9"
	}
	specs := []Spec{
		{URL: "tls://", Family: "ipv5", Accept: []int{200}, Method: "GET"},
		{URL: "tcp://ent.exemple.fr", MustContain: []Pattern{{}}, Headers: map[string]string{"a": "b"}, Steps: []Step{{URL: "https://a.fr"}}},
		{URL: "https://ent.exemple.fr", Kind: TLS, MaxRedirects: 3},
		{URL: "ent.exemple.fr", Kind: DNS},
		{URL: "dns://9.9.9.9", Record: "PTR", Answers: []string{" "}, Resolvers: []string{"dns.quad9.net"}},
		{URL: "dns://ent.exemple.fr", Resolvers: many},
		{URL: "icmp://ent.exemple.fr:1", Record: "A"},
		{
			URL: "https://ent.exemple.fr", Method: "HEAD", Resolvers: many[:1], Answers: many[:1], Steps: []Step{
				{}, {URL: "https://a.fr", Follow: Pattern{Text: "a"}}, {URL: "tls://a.fr"}, {Follow: Pattern{Regexp: "("}},
				{URL: "https://a.fr", Name: strings.Repeat("x", 61), Accept: []int{1}, MustContain: []Pattern{{}}}, {URL: "https://moi:s3cret@a.fr"},
			},
		},
	}
	var b strings.Builder
	for _, spec := range specs {
		spec.ID = "x"
		b.WriteString("--- " + spec.URL + "\n")
		for _, p := range Problems(spec.Validate()) {
			b.WriteString(p.Error() + "\n")
		}
	}
	golden(t, "problems-kinds.txt", b.String())
}

func FuzzTarget(f *testing.F) {
	f.Add("tls://ent.exemple.fr", "", "", "", "", "", "", "")
	f.Add("dns:ent.exemple.fr", "dns", "mx", "10 a", "9.9.9.9", "", "", "ipv6")
	f.Add("https://ent.exemple.fr", "", "", "", "", "https://a.fr", "", "")
	f.Add("icmp://[::1%25lo]", "icmp", "", "", "", "", "Se connecter", "ipv4")
	f.Add("tcp://é:1", "tcp", "A", "\x00", "[::1]:53", "//x", "\xff", "ipv7")
	f.Fuzz(func(t *testing.T, address, kind, record, expected, server, page, follow, family string) {
		spec := Spec{ID: "x", URL: address, Kind: Kind(kind), Record: record, Family: Family(family)}
		if expected != "" {
			spec.Answers = []string{expected}
		}
		if server != "" {
			spec.Resolvers = []string{server}
		}
		if page+follow != "" {
			spec.Steps = []Step{{URL: page, Follow: Pattern{Text: follow}}}
		}
		err := spec.Validate()
		for _, p := range Problems(err) {
			if p.Field == "" || p.Problem == "" || p.Remedy == "" {
				t.Errorf("incomplete problem: %+v", p)
			}
		}
		if _, made := New(spec, local()); (made == nil) != (err == nil) {
			t.Errorf("New says %v, Validate says %v", made, err)
		}
		spec = spec.withDefaults()
		ports := map[Kind]string{TLS: "443", TCP: "0"}
		if err != nil || spec.Kind == HTTP {
			return
		}
		first, _ := readTarget(spec, ports[spec.Kind])
		spec.URL = first.String()
		again, wrong := readTarget(spec, ports[spec.Kind])
		if diff := cmp.Diff(first, again, cmp.AllowUnexported(target{})); diff != "" || wrong != nil {
			t.Errorf("%q is not read again as it is written: %v %s", spec.URL, wrong, diff)
		}
	})
}
