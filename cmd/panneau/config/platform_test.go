package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks"
)

// watched returns the platforms of a configuration by id.
func watched(t *testing.T, text string) map[bot.PlatformID]Platform {
	t.Helper()
	c, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[bot.PlatformID]Platform{}
	for _, p := range c.Platforms {
		byID[p.ID] = p
	}
	return byID
}

// interval is the time between two runs on the morning of a school day.
func interval(c Check) time.Duration {
	first := c.Schedule.Next(time.Date(2026, time.November, 23, 8, 0, 0, 0, time.UTC))
	return c.Schedule.Next(first).Sub(first)
}

func TestLoadChoosesPlatforms(t *testing.T) {
	known, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	var followed, mentioned bot.PlatformID
	for _, e := range known.Platforms {
		if !e.Default && len(e.Checks) > 0 {
			followed, mentioned = mentioned, e.ID
		}
	}
	first := known.Default()[0].ID
	got := watched(t, `
accounts: {ecran: {platform: console}}
destinations: [{account: ecran, zone: a, follows: [`+string(followed)+`]}]
platforms:
  `+string(mentioned)+`: {enabled: true}
  `+string(first)+`: {enabled: false}
`)
	if want := len(known.Default()) + 1; len(got) != want {
		t.Errorf("got %d platforms, want %d: the recommended ones, less one and plus two", len(got), want)
	}
	for id, want := range map[bot.PlatformID]bool{followed: true, mentioned: true, first: false} {
		if _, on := got[id]; on != want {
			t.Errorf("%s: watched %v, want %v", id, on, want)
		}
	}
}

func TestLoadChangesAPlatformOfTheCatalogue(t *testing.T) {
	known, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	before, _ := known.Find("educonnect")
	got := watched(t, `
platforms:
  educonnect: {url: "https://exemple.fr/educonnect", schedule: "@every 5m", readers: [families]}
  pronote:
    checks:
      - {name: college, url: "https://0590000a.index-education.net/pronote/", schedule: "@every 2m"}
      - {url: "https://0590001b.index-education.net/pronote/"}
`)
	p := got["educonnect"]
	want := before.Platform
	want.URL, want.Readers, want.Ahead = "https://exemple.fr/educonnect", []bot.Audience{bot.Families}, 24*time.Hour
	if diff := cmp.Diff(want, p.Platform); diff != "" {
		t.Error(diff)
	}
	if len(p.Checks) != len(before.Checks) || p.Checks[0].URL != before.Checks[0].URL || interval(p.Checks[0]) != 5*time.Minute {
		t.Errorf("the checks of educonnect are %+v", p.Checks)
	}
	checks := got["pronote"].Checks
	if len(checks) != 2 || checks[0].ID != "pronote/college" || interval(checks[0]) != 2*time.Minute || interval(checks[1]) != time.Minute {
		t.Fatalf("the checks of pronote are %+v", checks)
	}
	if len(checks[0].Signatures) == 0 {
		t.Error("the catalogue's signatures are not tried on the file's own checks")
	}
}

func TestLoadAddsAPlatform(t *testing.T) {
	got := watched(t, `
watch: {schedule: "0 7 * * *", timezone: Indian/Reunion}
platforms:
  portail: {name: Portail, checks: [{url: "https://portail.exemple.fr"}]}
  intranet:
    name: Intranet du collège
    aliases: [intra]
    areas: [La Réunion]
    depends_on: [educonnect, {on: portail, readers: [families]}]
    on_demand: true
    timezone: Europe/Paris
    checks:
      - name: connexion
        url: http://192.168.1.2/login
        function: login
        accept: [200, 401]
        headers: {Accept-Language: fr}
        must_contain: [Bienvenue, {regexp: "Ident(ité|ifiant)", source: true}]
        must_not_contain: [{text: en travaux}]
        limits: {connect: 5s, total: 20s, body: 100000}
        slow_after: 2s
        max_redirects: -1
        allow_private: true
`)["intranet"]
	want := bot.Platform{
		ID: "intranet", Name: "Intranet du collège", Aliases: []string{"intra"}, Areas: []string{"La Réunion"}, OnDemand: true,
		Ahead:     24 * time.Hour,
		DependsOn: []bot.Dependency{{On: "educonnect"}, {On: "portail", Readers: []bot.Audience{bot.Families}}},
	}
	if diff := cmp.Diff(want, got.Platform); diff != "" {
		t.Error(diff)
	}
	if len(got.Checks) != 1 {
		t.Fatalf("got %d checks", len(got.Checks))
	}
	spec := got.Checks[0].Spec
	spec.Signatures = nil
	if diff := cmp.Diff(checks.Spec{
		ID: "intranet/connexion", URL: "http://192.168.1.2/login", Function: checks.FunctionLogin, Accept: []int{200, 401},
		Headers:        map[string]string{"Accept-Language": "fr"},
		MustContain:    []checks.Pattern{{Text: "Bienvenue"}, {Regexp: "Ident(ité|ifiant)", Source: true}},
		MustNotContain: []checks.Pattern{{Text: "en travaux"}},
		Limits:         checks.Limits{Connect: 5 * time.Second, Total: 20 * time.Second, Body: 100000},
		SlowAfter:      2 * time.Second, MaxRedirects: -1, AllowPrivate: true,
	}, spec); diff != "" {
		t.Error(diff)
	}
	next := got.Checks[0].Schedule.Next(time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC))
	if want := time.Date(2026, time.November, 23, 6, 0, 0, 0, time.UTC); !next.Equal(want) {
		t.Errorf("the check is due at %v, want 7 h in Paris", next)
	}
	if _, err := checks.New(got.Checks[0].Spec, checks.Env{UserAgent: "test"}); err != nil {
		t.Errorf("the check cannot be made: %v", err)
	}
}

func TestLoadReadsEveryKindOfCheck(t *testing.T) {
	got := watched(t, `
platforms:
  intranet:
    name: Intranet du collège
    checks:
      - name: chemin
        url: https://intranet.exemple.fr/
        family: ipv6
        steps:
          - {follow: Se connecter, must_contain: [Identifiant], must_not_contain: [indisponible]}
          - {name: portail, follow: {regexp: "/cas/login", source: true}, accept: [200, 401]}
          - url: https://portail.exemple.fr/
            must_contain:
              - {regexp: "type=.?password", source: true}
      - {name: nom, url: "dns:intranet.exemple.fr", record: AAAA, answers: ["2001:db8::1"], resolvers: [9.9.9.9]}
      - {name: certificat, kind: tls, url: "tls://intranet.exemple.fr"}
      - {name: courriel, url: "tcp://imap.exemple.fr:143", must_contain: ["* OK"]}
      - {name: ping, url: "icmp://intranet.exemple.fr"}
`)["intranet"]
	want := []checks.Spec{
		{
			ID: "intranet/chemin", URL: "https://intranet.exemple.fr/", Family: checks.IPv6, Steps: []checks.Step{
				{
					Follow: checks.Pattern{Text: "Se connecter"}, MustContain: []checks.Pattern{{Text: "Identifiant"}},
					MustNotContain: []checks.Pattern{{Text: "indisponible"}},
				},
				{Name: "portail", Follow: checks.Pattern{Regexp: "/cas/login", Source: true}, Accept: []int{200, 401}},
				{URL: "https://portail.exemple.fr/", MustContain: []checks.Pattern{{Regexp: "type=.?password", Source: true}}},
			},
		},
		{
			ID: "intranet/nom", URL: "dns:intranet.exemple.fr", Record: "AAAA", Answers: []string{"2001:db8::1"},
			Resolvers: []string{"9.9.9.9"},
		},
		{ID: "intranet/certificat", Kind: checks.TLS, URL: "tls://intranet.exemple.fr"},
		{ID: "intranet/courriel", URL: "tcp://imap.exemple.fr:143", MustContain: []checks.Pattern{{Text: "* OK"}}},
		{ID: "intranet/ping", URL: "icmp://intranet.exemple.fr"},
	}
	for i, c := range got.Checks {
		c.Signatures = nil
		if diff := cmp.Diff(want[i], c.Spec); diff != "" {
			t.Error(diff)
		}
		if _, err := checks.New(got.Checks[i].Spec, checks.Env{UserAgent: "test"}); err != nil {
			t.Errorf("the check cannot be made: %v", err)
		}
	}
	if len(got.Checks) != len(want) {
		t.Errorf("got %d checks", len(got.Checks))
	}
}

func TestLoadRefusesAPlatform(t *testing.T) {
	for entry, want := range map[string]string{
		"pronotte: {enabled: false}":                                                      "pronotte : plateforme inconnue du catalogue « pronotte ». Remède : vouliez-vous dire « pronote »",
		"intranet: {url: 'https://a.fr'}":                                                 "intranet : plateforme inconnue du catalogue « intranet ». Remède : donnez-lui un nom",
		"intranet: {name: I, checks: []}":                                                 "intranet.checks : aucun contrôle",
		"educonnect: {enabled: oui}":                                                      "educonnect.enabled : oui ou non attendu",
		"educonnect: {schedule: '@every 1s'}":                                             "educonnect.schedule : horaire trop fréquent",
		"educonnect: {timezone: Paris}":                                                   "educonnect.timezone : fuseau horaire inconnu « Paris »",
		"educonnect: {areas: [lille]}":                                                    "educonnect.areas[1] : valeur inconnue « lille ». Remède : vouliez-vous dire « Lille »",
		"educonnect: {depends_on: [pronot]}":                                              "educonnect.depends_on[1] : valeur inconnue « pronot ». Remède : vouliez-vous dire « pronote »",
		"educonnect: {depends_on: [{on: pronot}]}":                                        "educonnect.depends_on[1] : valeur inconnue « pronot »",
		"educonnect: {depends_on: [{readers: [staff]}]}":                                  "educonnect.depends_on[1] : clé manquante : on",
		"educonnect: {depends_on: [{on: pronote, readers: [parents]}]}":                   "educonnect.depends_on[1].readers[1] : public inconnu",
		"educonnect: {readers: [parents]}":                                                "educonnect.readers[1] : public inconnu",
		"educonnect: {checks: []}":                                                        "educonnect.checks : aucun contrôle",
		"educonnect: {checks: [{}]}":                                                      "educonnect.checks[1].url : l’adresse manque",
		"educonnect: {url: 'https://a.fr/?x'}":                                            "educonnect.url : ce n’est pas une adresse à montrer",
		"educonnect: {checks: [{url: 'https://a.fr', schedule: 'x'}]}":                    "educonnect.checks[1].schedule : horaire incorrect",
		"educonnect: {checks: [{url: 'https://a.fr', kind: smtp}]}":                       "educonnect.checks[1].kind : genre de contrôle inconnu",
		"educonnect: {checks: [{url: 'https://a.fr', limits: {total: 20}}]}":              "educonnect.checks[1].limits.total : durée attendue",
		"educonnect: {checks: [{url: 'https://a.fr', limits: {total: 1h}}]}":              "educonnect.checks[1].limits.total : durée hors limites",
		"educonnect: {checks: [{url: 'https://a.fr', must_contain: [404]}]}":              "educonnect.checks[1].must_contain[1] : texte attendu",
		"educonnect: {checks: [{url: 'https://a.fr', must_contain: [{regex: a}]}]}":       "educonnect.checks[1].must_contain[1].regex : clé inconnue « regex ». Remède : vouliez-vous dire « regexp »",
		"educonnect: {checks: [{url: 'https://a.fr', must_contain: [{regexp: '('}]}]}":    "educonnect.checks[1].must_contain[1] : l’expression n’est pas valable",
		"educonnect: {checks: [{url: 'https://a.fr', headers: {Cookie: a}}]}":             "educonnect.checks[1].headers.Cookie : cet en-tête n’est pas permis",
		"educonnect: {checks: [{ulr: 'https://a.fr'}]}":                                   "educonnect.checks[1].ulr : clé inconnue « ulr ». Remède : vouliez-vous dire « url »",
		"educonnect: {depends_on: [educonnect]}":                                          "educonnect.depends_on : la plateforme dépend d’elle-même",
		"educonnect: {checks: [{url: 'https://a.fr', steps: [{}]}]}":                      "educonnect.checks[1].steps[1] : l’étape ne mène nulle part",
		"educonnect: {checks: [{url: 'https://a.fr', steps: [{url: 'tcp://a.fr'}]}]}":     "educonnect.checks[1].steps[1].url : l’adresse doit commencer par https://",
		"educonnect: {checks: [{url: 'https://a.fr', steps: [{folow: a}]}]}":              "educonnect.checks[1].steps[1].folow : clé inconnue « folow ». Remède : vouliez-vous dire « follow »",
		"educonnect: {checks: [{url: 'https://a.fr', steps: [{follow: {regexp: '('}}]}]}": "educonnect.checks[1].steps[1].follow : l’expression n’est pas valable",
		"educonnect: {checks: [{url: 'https://a.fr', steps: {follow: a}}]}":               "educonnect.checks[1].steps : une liste est attendue",
		"educonnect: {checks: [{url: 'tcp://a.fr'}]}":                                     "educonnect.checks[1].url : le port manque",
		"educonnect: {checks: [{url: 'tls://a.fr', kind: dns}]}":                          "educonnect.checks[1].url : l’adresse doit commencer par dns://",
		"educonnect: {checks: [{url: 'icmp://a.fr', accept: [200]}]}":                     "educonnect.checks[1].accept : cette clé ne sert à rien pour un contrôle icmp. Remède : retirez-la",
		"educonnect: {checks: [{url: 'dns://a.fr', record: PTR}]}":                        "educonnect.checks[1].record : type d’enregistrement inconnu",
		"educonnect: {checks: [{url: 'dns://a.fr', resolvers: [ns.a.fr]}]}":               "educonnect.checks[1].resolvers[1] : ce n’est pas l’adresse IP",
		"educonnect: {checks: [{url: 'https://a.fr', family: v6}]}":                       "educonnect.checks[1].family : famille d’adresses inconnue",
	} {
		got := refusal(t, "platforms:\n  "+entry+"\n")
		if _, path, _ := strings.Cut(got, ": platforms."); !strings.HasPrefix(path, want) {
			t.Errorf("%s:\ngot  %s\nwant %s…", entry, got, want)
		}
	}
}

// TestLoadLooksAtEveryPlatform proves that one platform that is wrong hides nothing that is wrong with another.
func TestLoadLooksAtEveryPlatform(t *testing.T) {
	_, err := load(t, `accounts: {ecran: {platform: console}}
destinations: [{account: ecran, zone: a, follows: [intranet]}]
platforms:
  educonnect: {depends_on: [educonnect]}
  intranet: {name: Intranet, checks: [{url: "https://intranet.exemple.fr", schedule: "@every 1s"}]}`)
	if err == nil {
		t.Fatal("accepted")
	}
	var got []string
	for line := range strings.Lines(err.Error()) {
		got = append(got, strings.Split(line, " : ")[0])
	}
	want := []string{
		"/etc/panneau/panneau.yaml:4: platforms.educonnect.depends_on",
		"/etc/panneau/panneau.yaml:5: platforms.intranet.checks[1].schedule",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadRefusesToFollowWhatIsOff(t *testing.T) {
	got := refusal(t, `platforms: {pronote: {enabled: false}}
accounts: {ecran: {platform: console}}
destinations: [{account: ecran, zone: a, follows: [educonnect, pronote]}]`)
	if want := "3: destinations[1].follows[2] : la plateforme pronote est désactivée"; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s…", got, want)
	}
}
