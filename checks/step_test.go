package checks

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// school is an ENT and the portal that people log in through, on two hosts. Each page can be replaced, to break it.
type school struct {
	ent, portal string // URLs
	mu          sync.Mutex
	broken      map[string]http.HandlerFunc // by host ("ent", "portal") and path
	requests    []string
}

func newSchool(t *testing.T) *school {
	t.Helper()
	s := &school{broken: make(map[string]http.HandlerFunc)}
	pages := map[string]string{
		"ent /":           `<h1>Mon ENT</h1><a href="#">Se connecter</a> <A class=b HREF='/choix?next=%2F'><img alt="Se&nbsp;connecter"></A>`,
		"ent /choix":      `<p>Choisissez votre profil</p><a title="Parents" href="/sso">→</a>`,
		"portal /form":    `<form method=post action=/login><input name=user><INPUT TYPE='password' name=pw></form>`,
		"portal /logout":  `<p>À bientôt</p>`,
		"portal /entree":  ``,
		"ent /sso":        ``,
		"portal /travaux": `<p>indisponible</p>`,
	}
	serveAs := func(host string) string {
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			s.requests = append(s.requests, fmt.Sprintf("%s %s %s", r.Method, host, r.URL.Path))
			handler := s.broken[host+" "+r.URL.Path]
			s.mu.Unlock()
			text, known := pages[host+" "+r.URL.Path]
			switch {
			case handler != nil:
				handler(w, r)
			case r.URL.Path == "/sso": // sets a cookie, and leads to the portal on the other host
				http.SetCookie(w, &http.Cookie{Name: "etat", Value: "s3cret", Path: "/"})
				http.Redirect(w, r, s.portal+"/entree?ticket=s3cret", http.StatusFound)
			case r.URL.Path == "/entree":
				http.SetCookie(w, &http.Cookie{Name: "session", Value: "s3cret", Path: "/"})
				http.Redirect(w, r, "/form", http.StatusSeeOther)
			case host == "portal" && r.URL.Path == "/form" && !hasCookie(r, "session"):
				http.Error(w, "cookies", http.StatusBadRequest)
			case !known:
				http.NotFound(w, r)
			default:
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				fmt.Fprint(w, text)
			}
		})
	}
	s.ent, s.portal = serveAs("ent"), serveAs("portal")
	return s
}

func hasCookie(r *http.Request, name string) bool {
	_, err := r.Cookie(name)
	return err == nil
}

func (s *school) spec() Spec {
	return Spec{
		URL: s.ent + "/", MustContain: []Pattern{{Text: "Mon ENT"}},
		Steps: []Step{
			{Follow: Pattern{Text: "se connecter"}, MustContain: []Pattern{{Text: "Choisissez votre profil"}}},
			{
				Name: "portail", Follow: Pattern{Text: "parents"}, MustContain: []Pattern{{Regexp: `type=.?password`, Source: true}},
				MustNotContain: []Pattern{{Text: "indisponible"}},
			},
		},
	}
}

func TestWayToTheForm(t *testing.T) {
	s := newSchool(t)
	v := check(t, s.spec(), local())
	host := func(address string) string { return strings.TrimPrefix(address, "http://") }
	want(t, v, bot.Up, bot.ReasonNone, fmt.Sprintf("leaves %s for %s; 3 steps, 2 redirects: %[3]s/ | %[3]s/choix | %[3]s/sso > %[4]s/entree > %[4]s/form",
		host(s.ent), host(s.portal), s.ent, s.portal))
	if v.Evidence.URL != s.portal+"/form" || v.Evidence.Step != "" || v.Evidence.Status != 200 {
		t.Errorf("evidence is %+v", v.Evidence)
	}
	assertClean(t, v)
	if diff := cmp.Diff([]string{"GET ent /", "GET ent /choix", "GET ent /sso", "GET portal /entree", "GET portal /form"}, s.requests); diff != "" {
		t.Error(diff)
	}
	s.requests = nil
	check(t, s.spec(), local())
	for _, request := range s.requests {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("a check sent %s", request)
		}
	}
}

func TestWayToTheFormBreaks(t *testing.T) {
	for _, test := range []struct {
		name, page string
		handler    http.HandlerFunc
		outcome    bot.Outcome
		reason     bot.Reason
		step       string
		detail     string
	}{
		{"first page", "ent /", answer(502, nil, ""), bot.Down, bot.ReasonServerError, "Mon ENT", "step 1 of 3: status 502"},
		{"link gone", "ent /", answer(200, nil, "Mon ENT"), bot.Down, bot.ReasonLoginPath, "se connecter", "step 2 of 3: body_missing: no such link"},
		{"link to a script", "ent /", answer(200, nil, `Mon ENT <a href="javascript:go()">Se connecter</a>`), bot.Down, bot.ReasonLoginPath, "se connecter", "not a web address"},
		{"second page", "ent /choix", answer(503, nil, ""), bot.Down, bot.ReasonLoginPath, "se connecter", "step 2 of 3: server_error: status 503"},
		{"portal fails", "portal /form", answer(500, nil, ""), bot.Down, bot.ReasonLoginPath, "portail", "step 3 of 3: server_error: status 500"},
		{"no form", "portal /form", answer(200, nil, "<p>Bonjour</p>"), bot.Down, bot.ReasonLoginPath, "portail", "body_missing"},
		{"out of service", "portal /form", answer(200, nil, `<input type="password"> Service indisponible`), bot.Down, bot.ReasonLoginPath, "portail", "body_forbidden"},
		{"loop", "portal /entree", redirect("/entree"), bot.Down, bot.ReasonLoginPath, "portail", "redirect: redirect loop"},
		{"cut", "portal /form", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, bot.Down, bot.ReasonLoginPath, "portail", "reset: connection"},
		{"blocked", "portal /form", answer(403, nil, ""), bot.Unknown, bot.ReasonBlockedUs, "portail", "step 3 of 3: status 403"},
		{"full", "portal /form", answer(200, nil, "Nous avons limité le temps des sessions"), bot.Down, bot.ReasonQuotaPage, "portail", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSchool(t)
			s.broken[test.page] = test.handler
			spec := s.spec()
			spec.Signatures = []Signature{quota()}
			v := check(t, spec, local())
			want(t, v, test.outcome, test.reason, test.detail)
			if test.step == "Mon ENT" {
				test.step = s.ent + "/"
			}
			if v.Evidence.Step != test.step {
				t.Errorf("the step is %q, want %q", v.Evidence.Step, test.step)
			}
			assertClean(t, v)
		})
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func TestStepWithAURLAndItsOwnExpectations(t *testing.T) {
	s := newSchool(t)
	s.broken["portal /form"] = answer(401, nil, "Identifiez-vous")
	spec := Spec{URL: s.ent, Steps: []Step{{URL: s.portal + "/form", Accept: []int{401}}}}
	want(t, check(t, spec, local()), bot.Up, bot.ReasonNone, "2 steps, 0 redirects")
	spec.Steps[0].Accept = nil
	v := check(t, spec, local())
	want(t, v, bot.Down, bot.ReasonLoginPath, "step 2 of 2: http_status: status 401")
	if v.Evidence.Step != s.portal+"/form" {
		t.Errorf("the step is %q", v.Evidence.Step)
	}
}

func TestStepInsideIsNotTaken(t *testing.T) {
	s := newSchool(t)
	outside := strings.Replace(s.ent, "127.0.0.1", "127.0.0.2", 1)
	s.broken["ent /"] = answer(200, nil, fmt.Sprintf(`<a href="%s/choix">Mon ENT, se connecter</a>`, outside))
	env := local()
	env.Addresses = Addresses{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	want(t, check(t, s.spec(), env), bot.Unknown, bot.ReasonOwnNetwork, "step 2 of 3: address 127.0.0.2 is not public")
}

func TestStepsKeepHeadersAtHome(t *testing.T) {
	s := newSchool(t)
	var got http.Header
	s.broken["portal /form"] = func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }
	spec := Spec{URL: s.ent, Headers: map[string]string{"X-Acces": "s3cret"}, Steps: []Step{{URL: s.portal + "/form"}}}
	want(t, check(t, spec, local()), bot.Up, bot.ReasonNone, "")
	if got == nil || got.Get("X-Acces") != "" || got.Get("User-Agent") != local().UserAgent {
		t.Errorf("the portal received %v", got)
	}
}

func TestHangingStepEndsWithItsLimit(t *testing.T) {
	s := newSchool(t)
	s.broken["portal /form"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	spec := s.spec()
	spec.Limits = hasty()
	want(t, check(t, spec, local()), bot.Down, bot.ReasonLoginPath, "step 3 of 3: timeout_headers: time limit reached")
}

func TestLinks(t *testing.T) {
	var got []link
	for l := range links([]byte(`<base href="/socle/"><base href="/autre/"><a name=x>rien</a><a href="a?b&amp;c" href=z>Un <b>deux</b></a> hors
<a href=d aria-label="Trois"><svg/></a><a href=e>ouvert <a href=f><img alt=Quatre>`)) {
		l.text = strings.Join(strings.Fields(l.text), " ")
		got = append(got, l)
	}
	want := []link{
		{"/socle/", "a?b&c", "Un deux"}, {"/socle/", "d", "Trois"}, {"/socle/", "e", "ouvert"}, {"/socle/", "f", "Quatre"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(link{})); diff != "" {
		t.Error(diff)
	}
}

func TestFindLink(t *testing.T) {
	at, _ := url.Parse("https://ent.exemple.fr/a/b?c=d")
	for source, want := range map[string]string{
		`<a href="x">Se connecter</a>`:                                          "https://ent.exemple.fr/a/x",
		`<base href="https://autre.exemple.fr/z/"><a href="x">Se connecter</a>`: "https://autre.exemple.fr/z/x",
		`<a href="//cas.exemple.fr?s=1#haut">Se&nbsp;CONNECTER à l’ENT</a>`:     "https://cas.exemple.fr?s=1",
		`<a href="mailto:a@b.fr">Se connecter</a><a href="y">se connecter</a>`:  "https://ent.exemple.fr/a/y",
		`<a href="https://moi:s3cret@ent.exemple.fr/">Se connecter</a>`:         "https://ent.exemple.fr/",
		`<p>Se connecter</p>`:                                                            "",
		`<a href="http://[">Se connecter</a>`:                                            "",
		`<script>document.write('<a href="x">Se connecter</a>')</script>`:                "",
		"<a href='x'>Se\n  <span>con</span>necter</a>":                                   "https://ent.exemple.fr/a/x",
		`<a href="x" title="Se connecter"><i class=icon></i></a>`:                        "https://ent.exemple.fr/a/x",
		`<a href="un">Inscription</a><a href="deux">Se connecter</a><a href="x">Non</a>`: "https://ent.exemple.fr/a/deux",
	} {
		m, err := Step{Follow: Pattern{Text: "se connecter"}}.compile(nil)
		if err != nil {
			t.Fatal(err)
		}
		found, _ := m.findLink(newPage([]byte(source), "text/html"), at)
		got := ""
		if found != nil {
			got = found.String()
		}
		if got != want {
			t.Errorf("%s leads to %q, want %q", source, got, want)
		}
	}
	byAddress, err := Step{Follow: Pattern{Regexp: "/cas/login", Source: true}}.compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := byAddress.findLink(newPage([]byte(`<a href="/CAS/login?x">→</a>`), ""), at); found == nil {
		t.Error("a link is not found by its address")
	}
}

func FuzzFindLink(f *testing.F) {
	f.Add(`<base href=//b><a href="x">Se connecter</a>`, "se connecter")
	f.Add("<a href='javascript:x'><a href=\"http://a:b@c\x00/\">b", "b")
	at, _ := url.Parse("https://ent.exemple.fr/a")
	f.Fuzz(func(t *testing.T, source, text string) {
		step := Step{Follow: Pattern{Text: text}}
		if step.validate() != nil {
			return
		}
		m, err := step.compile(nil)
		if err != nil {
			t.Fatal(err)
		}
		found, seen := m.findLink(newPage([]byte(source), "text/html"), at)
		if found == nil {
			return
		}
		if !seen || found.Host == "" || found.User != nil || found.Scheme != "http" && found.Scheme != "https" {
			t.Errorf("%q leads to %q", source, found)
		}
	})
}

// TestStepsAreTakenFromWholePages: « not modified » has no link to follow.
func TestStepsAreTakenFromWholePages(t *testing.T) {
	s := newSchool(t)
	s.broken["ent /"] = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `Mon ENT <a href="/choix">Se connecter</a>`)
	}
	spec := s.spec()
	spec.ID = "essai/chemin"
	checker, err := New(spec, local())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		want(t, checker.Check(t.Context()), bot.Up, bot.ReasonNone, "3 steps")
	}
}
