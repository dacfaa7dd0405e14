package checks

import (
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// check makes the check and runs it once.
func check(t testing.TB, spec Spec, env Env) bot.Verdict {
	t.Helper()
	if spec.ID == "" {
		spec.ID = "essai/accueil"
	}
	checker, err := New(spec, env)
	if err != nil {
		t.Fatal(err)
	}
	return checker.Check(context.Background())
}

// want compares what a verdict claims, and a part of its detail.
func want(t testing.TB, v bot.Verdict, outcome bot.Outcome, reason bot.Reason, detail string) {
	t.Helper()
	if v.Outcome != outcome || v.Reason != reason || !strings.Contains(v.Evidence.Detail, detail) {
		t.Errorf("verdict is %s/%s (%s), want %s/%s (%s)", v.Outcome, v.Reason, v.Evidence.Detail, outcome, reason, detail)
	}
}

// answer is a handler that gives one answer.
func answer(status int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestGoodPageIsUp(t *testing.T) {
	before := time.Now()
	v := check(t, Spec{URL: serve(t, answer(200, nil, "Bienvenue"))}, local())
	want(t, v, bot.Up, bot.ReasonNone, "")
	if v.Evidence.Status != 200 || v.Evidence.Latency <= 0 || v.At.Before(before) || v.Evidence.Address == "" {
		t.Errorf("incomplete evidence: %+v", v)
	}
}

func TestStatusDecides(t *testing.T) {
	for _, test := range []struct {
		status  int
		accept  []int
		outcome bot.Outcome
		reason  bot.Reason
	}{
		{204, nil, bot.Up, bot.ReasonNone},
		{401, []int{200, 401}, bot.Up, bot.ReasonNone},
		{200, []int{401}, bot.Down, bot.ReasonHTTPStatus},
		{304, nil, bot.Down, bot.ReasonRedirect},
		{403, nil, bot.Unknown, bot.ReasonBlockedUs},
		{404, nil, bot.Down, bot.ReasonHTTPStatus},
		{429, nil, bot.Unknown, bot.ReasonBlockedUs},
		{500, nil, bot.Down, bot.ReasonServerError},
		{503, nil, bot.Down, bot.ReasonServerError},
		{521, nil, bot.Down, bot.ReasonServerError},
	} {
		t.Run(fmt.Sprint(test.status, test.accept), func(t *testing.T) {
			v := check(t, Spec{URL: serve(t, answer(test.status, nil, "")), Accept: test.accept}, local())
			want(t, v, test.outcome, test.reason, "")
			if v.Evidence.Status != test.status {
				t.Errorf("evidence has status %d", v.Evidence.Status)
			}
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	v := check(t, Spec{URL: serve(t, answer(503, http.Header{"Retry-After": {"120"}}, ""))}, local())
	want(t, v, bot.Down, bot.ReasonServerError, "status 503 Service Unavailable")
	if v.Evidence.RetryIn != 2*time.Minute {
		t.Errorf("retry in %s, want 2m", v.Evidence.RetryIn)
	}
}

func TestRetryIn(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"120":                           2 * time.Minute,
		"-5":                            0,
		"99999999999":                   24 * time.Hour,
		"99999999999999999999999999":    0,
		"Mon, 23 Nov 2026 08:00:30 GMT": 30 * time.Second,
		"Sun, 22 Nov 2026 08:00:30 GMT": 0,
		"Mon, 23 Nov 2099 08:00:30 GMT": 24 * time.Hour,
		"bientôt":                       0,
	} {
		if got := retryIn(header, now); got != want {
			t.Errorf("%q gives %s, want %s", header, got, want)
		}
	}
}

func TestTextsDecide(t *testing.T) {
	page := `<title>Mon&nbsp;ENT</title><p>Bienvenue à l&rsquo;ÉCOLE</p><script>var e = "Erreur"</script>`
	url := serve(t, answer(200, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, page))
	for _, test := range []struct {
		name          string
		must, mustNot []Pattern
		reason        bot.Reason
	}{
		{"all there", []Pattern{{Text: "mon ent"}, {Text: "l'école"}}, []Pattern{{Text: "erreur"}}, bot.ReasonNone},
		{"one missing", []Pattern{{Text: "mon ent"}, {Text: "Pronote"}}, nil, bot.ReasonBodyMissing},
		{"one forbidden", nil, []Pattern{{Regexp: `bienvenue .*(école|collège)`}}, bot.ReasonBodyForbidden},
		{"in the source", nil, []Pattern{{Text: `var e = "erreur"`, Source: true}}, bot.ReasonBodyForbidden},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := check(t, Spec{URL: url, MustContain: test.must, MustNotContain: test.mustNot}, local())
			if v.Reason != test.reason {
				t.Errorf("reason is %q, want %q", v.Reason, test.reason)
			}
			if test.reason != "" && v.Evidence.Matched == "" {
				t.Error("the evidence does not say which text decided")
			}
		})
	}
}

func quota() Signature {
	return Signature{
		ID: "quota-session", Reason: bot.ReasonQuotaPage, MaxLength: 500,
		All: []Pattern{{Text: "nous avons limité le temps des sessions"}},
	}
}

func TestSignatureDecidesOnAnyStatus(t *testing.T) {
	body := "<p>Nous avons limité le temps des&nbsp;sessions et instauré une logique de quota.</p>"
	for _, status := range []int{200, 403, 404, 503} {
		spec := Spec{URL: serve(t, answer(status, nil, body)), Signatures: []Signature{quota()}, Function: FunctionLogin}
		v := check(t, spec, local())
		want(t, v, bot.Down, bot.ReasonQuotaPage, "")
		if v.Evidence.Signature != "quota-session" || v.Evidence.Matched != quota().All[0].Text {
			t.Errorf("evidence does not name the signature: %+v", v.Evidence)
		}
	}
}

func TestSignatureAboutUsClaimsNothing(t *testing.T) {
	banned := Signature{ID: "suspendue", Reason: bot.ReasonBlockedUs, All: []Pattern{{Text: "votre adresse IP est suspendue"}}}
	url := serve(t, answer(200, nil, "Votre adresse IP est suspendue."))
	want(t, check(t, Spec{URL: url, Signatures: []Signature{banned}}, local()), bot.Unknown, bot.ReasonBlockedUs, "")
}

func TestFailureOfALoginStep(t *testing.T) {
	v := check(t, Spec{URL: serve(t, answer(502, nil, "")), Function: FunctionLogin}, local())
	want(t, v, bot.Down, bot.ReasonLoginPath, "server_error: status 502")
	blocked := check(t, Spec{URL: serve(t, answer(403, nil, "")), Function: FunctionLogin}, local())
	want(t, blocked, bot.Unknown, bot.ReasonBlockedUs, "status 403")
}

func TestLateAnswerIsSlow(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { time.Sleep(30 * time.Millisecond) })
	want(t, check(t, Spec{URL: url, SlowAfter: 20 * time.Millisecond}, local()), bot.Slow, bot.ReasonSlow, "")
}

func TestRequestSaysWhoAsks(t *testing.T) {
	var got http.Header
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	check(t, Spec{URL: url, Headers: map[string]string{"X-Essai": "oui"}}, local())
	want := http.Header{
		"Accept":          {"text/html,application/xhtml+xml,*/*;q=0.8"},
		"Accept-Encoding": {"gzip"},
		"Accept-Language": {"fr"},
		"Connection":      {"close"},
		"User-Agent":      {"Panneau/test (+https://exemple.fr/contact)"},
		"X-Essai":         {"oui"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryRunStartsAfresh(t *testing.T) {
	ports, cookies := make(map[string]bool), 0
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		ports[r.RemoteAddr] = true
		cookies += len(r.Cookies())
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s3cret"})
	})
	checker, err := New(Spec{ID: "essai/accueil", URL: url}, local())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		checker.Check(t.Context())
	}
	if len(ports) != 3 || cookies != 0 {
		t.Errorf("3 runs used %d connections and sent %d cookies", len(ports), cookies)
	}
}

func TestDecompressedBodyIsBounded(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<17)
		for range 8 {
			if _, err := z.Write(zeros); err != nil {
				return
			}
		}
		z.Close()
	})
	v := check(t, Spec{URL: url, Limits: Limits{Body: 1 << 16}}, local())
	want(t, v, bot.Unknown, bot.ReasonBodyTooLarge, "over the size limit")
}

func TestSignatureAtTheHeadOfATooLargePageDecides(t *testing.T) {
	body := "Nous avons limité le temps des sessions." + strings.Repeat(" ", 5000)
	v := check(t, Spec{URL: serve(t, answer(200, nil, body)), Limits: Limits{Body: 1000}, Signatures: []Signature{quota()}}, local())
	want(t, v, bot.Down, bot.ReasonQuotaPage, "")
}

func TestStatusOfABrokenErrorPageDecides(t *testing.T) {
	url := serve(t, answer(502, http.Header{"Content-Length": {"1000"}}, "Bad Gatew"))
	want(t, check(t, Spec{URL: url}, local()), bot.Down, bot.ReasonServerError, "status 502")
}
