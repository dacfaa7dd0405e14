package checks

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
)

func TestRedirectsAreFollowed(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/cas/login?service=s3cret", http.StatusFound)
		case "/cas/login":
			http.Redirect(w, r, "/accueil;jsessionid=s3cret", http.StatusSeeOther)
		}
	})
	v := check(t, Spec{URL: address + "/?ticket=s3cret"}, local())
	want(t, v, bot.Up, bot.ReasonNone, fmt.Sprintf("2 redirects: %[1]s/ > %[1]s/cas/login > %[1]s/accueil", address))
	if v.Evidence.URL != address+"/accueil" {
		t.Errorf("the address asked last is %q", v.Evidence.URL)
	}
}

func TestRedirectsThatLeadNowhere(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/endless":
			http.Redirect(w, r, "/endless?"+r.URL.RawQuery+"x", http.StatusFound)
		case "/mail":
			w.Header().Set("Location", "mailto:s3cret@exemple.fr")
			w.WriteHeader(http.StatusFound)
		case "/unreadable":
			w.Header().Set("Location", "http://[s3cret")
			w.WriteHeader(http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		}
	}
	for path, detail := range map[string]string{
		"/loop": "redirect loop", "/endless": "too many redirects", "/mail": "not a web address",
		"/unreadable": "not a web address", "/nowhere": "leads nowhere",
	} {
		t.Run(path, func(t *testing.T) {
			v := check(t, Spec{URL: serve(t, handler) + path}, local())
			want(t, v, bot.Down, bot.ReasonRedirect, detail)
			assertClean(t, v)
		})
	}
}

func TestRedirectToItselfToSetACookieIsNoLoop(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("vu"); err != nil {
			http.SetCookie(w, &http.Cookie{Name: "vu", Value: "1"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}
	})
	want(t, check(t, Spec{URL: address}, local()), bot.Up, bot.ReasonNone, "1 redirects")
}

func TestRedirectsCanBeTheAnswer(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ailleurs", http.StatusFound) })
	want(t, check(t, Spec{URL: address, MaxRedirects: -1, Accept: []int{302}}, local()), bot.Up, bot.ReasonNone, "")
}

func TestDowngradeIsNoted(t *testing.T) {
	ca := newAuthority(t)
	plain := serve(t, answer(200, nil, ""))
	env := local()
	env.Roots = ca.pool()
	address := serveTLS(t, ca.issue(t, nil), func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain, http.StatusFound)
	})
	want(t, check(t, Spec{URL: address}, env), bot.Up, bot.ReasonNone, "leaves https for http")
}

func TestHeadersStayWithTheirHost(t *testing.T) {
	var got http.Header
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, http.StatusFound) })
	check(t, Spec{URL: address + "?q=s3cret", Headers: map[string]string{"X-Acces": "s3cret"}}, local())
	if got == nil || strings.Contains(fmt.Sprint(got), "s3cret") {
		t.Errorf("the other host received %v", got)
	}
}

func TestEvidenceHoldsNoSecrets(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s3cret"})
		http.Error(w, "s3cret", http.StatusInternalServerError)
	})
	refused := "http://" + freePort(t)
	broken := listen(t, func(conn net.Conn) {
		readRequest(conn)
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nSet-Cookie s3cret\r\n\r\n")
		conn.Close()
	})
	for _, target := range []string{address, refused, "http://" + broken, "http://absent.invalid."} {
		env := local()
		env.Dialer.Resolver = nameServer(t)
		v := check(t, Spec{URL: target + "/page;jsessionid=s3cret?token=s3cret#s3cret"}, env)
		if !v.Outcome.Bad() {
			t.Errorf("%s: verdict is %s", target, v.Outcome)
		}
		assertClean(t, v)
	}
}

// assertClean fails when a secret of the tests shows in a verdict or in its explanation.
func assertClean(t *testing.T, v bot.Verdict) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), Explain(v)} {
		if strings.Contains(shown, "s3cret") {
			t.Errorf("a secret shows: %s", shown)
		}
	}
}

func TestPresentable(t *testing.T) {
	for raw, want := range map[string]string{
		"https://moi:mot@ent.exemple.fr/a?b=c#d":                             "https://ent.exemple.fr/a",
		"https://ent.exemple.fr/a;jsessionid=ABC/b":                          "https://ent.exemple.fr/a/b",
		"https://ent.exemple.fr/reset/eyJhbGciOiJIUzI1NiJ9.e30.x1":           "https://ent.exemple.fr/reset/…",
		"https://ent.exemple.fr/communaute-educative/accueil":                "https://ent.exemple.fr/communaute-educative/accueil",
		"https://ent.exemple.fr/" + strings.Repeat("long-chemin/", 20) + "x": "https://ent.exemple.fr/" + strings.Repeat("long-chemin/", 9) + "long-chemin",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := presentable(u); got != want {
			t.Errorf("%s becomes %s, want %s", raw, got, want)
		}
	}
}
