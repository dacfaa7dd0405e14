package statuspage

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/statuspage/htmltest"
	"github.com/panneau-ecole/panneau/locales"
)

// phrases are the phrases of a language as they are typed.
func phrases(t *testing.T, tag string) map[string]string {
	t.Helper()
	data, err := templateFiles.ReadFile("words/" + tag + ".html")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	starts := regexp.MustCompile(`(?m)^\{\{define "w\.([^"]+)"\}\}`).FindAllStringSubmatchIndex(string(data), -1)
	for i, at := range starts {
		end := len(data)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		list[string(data[at[2]:at[3]])] = string(data[at[1]:end])
	}
	return list
}

// placeholders are the values that a phrase shows or looks at.
func placeholders(phrase string) []string {
	found := regexp.MustCompile(`\.[A-Z]\w*|\{\{\.\}\}`).FindAllString(phrase, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// TestLanguagesHaveTheSameWords: the page is written in every language of the notices, each with all phrases and the same
// placeholders in them, and with nothing that no page says.
func TestLanguagesHaveTheSameWords(t *testing.T) {
	var tags []string
	for _, l := range languages() {
		tags = append(tags, l.tag)
	}
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(words.Languages(), func(tag string) bool { return tag == "fr-x-simple" })
	if diff := cmp.Diff(want, tags); diff != "" {
		t.Errorf("languages of the notices and of the page (-notices +page):\n%s", diff)
	}
	french := phrases(t, "fr")
	for _, tag := range tags {
		own := phrases(t, tag)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(french)), slices.Sorted(maps.Keys(own))); diff != "" {
			t.Errorf("%s has other phrases (-fr +%s):\n%s", tag, tag, diff)
		}
		for name, phrase := range own {
			if diff := cmp.Diff(placeholders(french[name]), placeholders(phrase)); diff != "" {
				t.Errorf("%s, %s: other placeholders (-fr +%s):\n%s", tag, name, tag, diff)
			}
			text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(phrase), "{{end}}"))
			if text == "" && !slices.Contains([]string{"dir", "foreign", "draft"}, name) {
				t.Errorf("%s, %s: empty", tag, name)
			}
		}
	}
	label := configure(t, nil).Label
	for _, condition := range append(bot.Conditions(), bot.NotYetKnown) {
		for _, tag := range tags {
			if label(tag, condition) == "" {
				t.Errorf("%q has no name in %s", condition, tag)
			}
		}
	}
}

// TestEveryPhraseIsSaid: a phrase that no template and no code says is one to translate for nothing.
func TestEveryPhraseIsSaid(t *testing.T) {
	var said strings.Builder
	for _, name := range []string{"badge", "home", "incident", "layout", "other", "parts", "platform"} {
		data, err := templateFiles.ReadFile("templates/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		said.Write(data)
	}
	// What the code says, by the names that it gives to say.
	code := strings.Fields(`name draft months time date at since of lasts point known title.filtered title.open title.ended title.missing
		title.absent incidents.all planned planned.title history.zones feed feed.about feed.open feed.ended readonly nobody
		public.families public.teachers public.staff`)
	for name := range phrases(t, "fr") {
		if !strings.Contains(said.String(), `"w.`+name+`"`) && !slices.Contains(code, name) {
			t.Errorf("nobody says w.%s", name)
		}
	}
}

// TestEveryLanguage holds every kind of page, in every language, to the HTML standard, to its language and its direction,
// to the weight of the first view, and to leading on in the same language.
func TestEveryLanguage(t *testing.T) {
	page, calm, stormy := newPage(t, quoted(t)), newPage(t, ordinary(t)), newPage(t, storm(t))
	absent := newPage(t, &source{err: errDatabase})
	tags := map[string]bool{}
	for _, l := range page.languages[1:] {
		query := "?lang=" + l.tag
		for _, path := range []string{"/", "/incidents", "/plateformes/pronote", "/incidents/12", "/incidents/8", "/incidents/9", "/nulle-part"} {
			w := get(t, page, path+query)
			checkLanguage(t, l, path, w.Body.String())
			if tags[w.Header().Get("Etag")] {
				t.Errorf("%s in %s has the tag of another page", path, l.tag)
			}
			tags[w.Header().Get("Etag")] = true
		}
		checkLanguage(t, l, "/", get(t, absent, "/"+query).Body.String())
		for name, p := range map[string]*Page{"an ordinary day": calm, "everything at once": stormy} {
			w := get(t, p, "/"+query)
			t.Logf("%s, %s: %d bytes", l.tag, name, w.Body.Len())
			if w.Code != http.StatusOK || w.Body.Len() > firstView {
				t.Errorf("%s, %s: status %d, %d bytes", l.tag, name, w.Code, w.Body.Len())
			}
		}
	}
}

func checkLanguage(t *testing.T, l language, path, body string) {
	t.Helper()
	for _, problem := range htmltest.Problems([]byte(body)) {
		t.Errorf("%s in %s: %s", path, l.tag, problem)
	}
	root := `<html lang="` + l.tag + `">`
	if l.tag == "ar" {
		root = `<html lang="ar" dir="rtl">`
	}
	if !strings.Contains(body, root) || !strings.Contains(body, l.draft()) {
		t.Errorf("%s in %s: the root is not %s, or no word of the machine that translated it", path, l.tag, root)
	}
	if strings.Contains(body, "ZgotmplZ") || strings.Contains(body, "<no value>") || strings.Contains(body, "(draft)") {
		t.Errorf("%s in %s: a value is missing", path, l.tag)
	}
	_, main, _ := strings.Cut(body, "<main")
	for _, link := range regexp.MustCompile(`href="(/[^"]*)"`).FindAllStringSubmatch(main, -1) {
		if !strings.Contains(link[1], "lang="+l.tag) && !regexp.MustCompile(`\.(json|yaml)$`).MatchString(link[1]) {
			t.Errorf("%s in %s: %s leads to French", path, l.tag, link[1])
		}
	}
}

// TestLanguageLinks: each language is a link away, and its page names the others for machines.
func TestLanguageLinks(t *testing.T) {
	page := newPage(t, morning(t))
	body := get(t, page, "/?academie=lille&lang=ar").Body.String()
	for _, want := range []string{
		`<link rel="canonical" href="https://panneau.example/?academie=lille&amp;lang=ar">`,
		`<link rel="alternate" hreflang="fr" href="https://panneau.example/?academie=lille">`,
		`<link rel="alternate" hreflang="ar" href="https://panneau.example/?academie=lille&amp;lang=ar">`,
		`<a href="/?academie=lille&amp;lang=uk" lang="uk" hreflang="uk">Українська</a>`, `<a href="/?academie=lille" lang="fr" hreflang="fr">Français</a>`,
		`<b>العربية</b>`, `<input type="hidden" name="lang" value="ar">`, `<a href="/plateformes/pronote?lang=ar" lang="fr">Pronote</a>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if french := get(t, page, "/").Body.String(); strings.Contains(french, `class="draft"`) || strings.Contains(french, `name="lang"`) {
		t.Error("the French page speaks of a translation")
	}
	if get(t, page, "/?lang=fr").Body.String() != get(t, page, "/").Body.String() {
		t.Error("French by name is another page than French")
	}
	one := get(t, page, "/api/v1/status.json?lang=ar").Body.String()
	if one != get(t, page, "/api/v1/status.json").Body.String() {
		t.Error("programs get another answer in another language")
	}
}

// TestQuotesStayFrench: what somebody said is marked as French within a sentence of another language.
func TestQuotesStayFrench(t *testing.T) {
	page := newPage(t, quoted(t))
	for path, want := range map[string]string{
		"/incidents/12?lang=ar": `<span lang="fr">La cause est un incendie chez l&#39;hébergeur.</span>`,
		"/incidents/12?lang=en": `<span lang="fr">Nos serveurs n&#39;ont &lt;rien&gt; &amp; tout va bien.</span>`,
		"/incidents/8?lang=ru":  `<span lang="fr">ÉduConnect est resté ouvert à La Réunion.</span>`,
	} {
		if body := get(t, page, path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s: %s is missing", path, want)
		}
	}
}

// TestMomentsInEveryLanguage writes down how times read; somebody who speaks the language reads them.
func TestMomentsInEveryLanguage(t *testing.T) {
	location := paris(t)
	now := time.Date(2027, 4, 6, 9, 12, 0, 0, location)
	var lines strings.Builder
	for _, l := range languages() {
		c := clock{lang: l, now: now, location: location}
		fmt.Fprintf(&lines, "%s\n", l.tag)
		for _, at := range []time.Time{now.Add(-time.Hour), now.AddDate(0, 0, -1), now.AddDate(0, 0, -5), now.AddDate(-1, 0, 0)} {
			m := c.moment(at)
			fmt.Fprintf(&lines, "  %s | %s | %s\n", m.At, m.Since, m.Of)
		}
		for _, d := range []time.Duration{0, 12 * time.Minute, time.Hour, 95 * time.Minute, 24 * time.Hour, 51 * time.Hour, 500 * time.Hour} {
			fmt.Fprintf(&lines, "  %s\n", l.length(d))
		}
	}
	golden(t, "moments.txt", []byte(lines.String()))
}
