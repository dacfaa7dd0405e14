package statuspage

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/panneau-ecole/panneau/bot"
)

// without is a morning of a page without a public address.
func without(t *testing.T) *source {
	s := morning(t)
	s.overview.PageURL = ""
	return s
}

// TestAtom holds the feeds against what RFC 4287 demands (sections 4.1.1, 4.1.2, 4.2.6, 3.3).
func TestAtom(t *testing.T) {
	for name, s := range map[string]*source{"morning": morning(t), "nothing": serene(t), "no address": without(t)} {
		for _, path := range []string{"/incidents.atom", "/incidents.atom?academie=lille&public=familles", "/plateformes/pronote.atom"} {
			w := get(t, newPage(t, s), path)
			if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/atom+xml") {
				t.Fatalf("%s, %s: status %d", name, path, w.Code)
			}
			checkAtom(t, name+" "+path, w.Body.Bytes())
		}
	}
}

func checkAtom(t *testing.T, name string, body []byte) {
	t.Helper()
	var feed atomFeed
	decoder := xml.NewDecoder(strings.NewReader(string(body)))
	if err := decoder.Decode(&feed); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if feed.XMLName.Space != "http://www.w3.org/2005/Atom" || feed.Title == "" || feed.Author == "" {
		t.Errorf("%s: not an Atom feed with a title and an author", name)
	}
	identities := map[string]bool{}
	identity := func(id string) {
		if u, err := url.Parse(id); err != nil || !u.IsAbs() || identities[id] {
			t.Errorf("%s: the id %q is no absolute IRI, or stands twice", name, id)
		}
		identities[id] = true
	}
	identity(feed.ID)
	date := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return at
	}
	last := date(feed.Updated)
	if len(feed.Links) != 2 || feed.Links[0].Rel != "self" {
		t.Errorf("%s: links %v", name, feed.Links)
	}
	for _, e := range feed.Entries {
		identity(e.ID)
		if e.Title == "" || e.Summary == "" || e.Link.Rel != "alternate" || e.Link.Href == "" {
			t.Errorf("%s: an entry lacks something: %+v", name, e)
		}
		if at := date(e.Updated); at.After(last) || date(e.Published).After(at) {
			t.Errorf("%s: %s is out of order", name, e.ID)
		}
		if strings.Contains(e.Summary, "hier") || strings.Contains(e.Summary, "{") || !strings.Contains(e.Summary, "2027") {
			t.Errorf("%s: the summary will not be true tomorrow: %q", name, e.Summary)
		}
	}
}

// TestRSS holds the feeds against what RSS 2.0 demands.
func TestRSS(t *testing.T) {
	for name, s := range map[string]*source{"morning": morning(t), "nothing": serene(t), "no address": without(t)} {
		for _, path := range []string{"/incidents.rss", "/plateformes/pronote.rss"} {
			w := get(t, newPage(t, s), path)
			var feed rssFeed
			if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			c := feed.Channel
			if feed.Version != "2.0" || c.Title == "" || c.Link == "" || c.Description == "" {
				t.Errorf("%s %s: the channel lacks something: %+v", name, path, c)
			}
			for _, item := range c.Items {
				if _, err := time.Parse(time.RFC1123Z, item.Published); err != nil || item.Title == "" || item.GUID.Text == "" {
					t.Errorf("%s %s: %+v %v", name, path, item, err)
				}
				if item.GUID.Permanent != strings.HasPrefix(item.GUID.Text, "https://") {
					t.Errorf("%s: the identity %+v", name, item.GUID)
				}
			}
		}
	}
}

// TestCalendar holds the maintenances against RFC 5545.
func TestCalendar(t *testing.T) {
	s := morning(t)
	s.overview.Platforms[6].Platform.Name = `Un nom; avec, des \ signes et des accents é à è ê î ô û ç, plus long que ce qu’une ligne tient`
	body := get(t, newPage(t, s), "/maintenances.ics").Body.String()
	if !strings.HasSuffix(body, "\r\n") || strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\n") {
		t.Error("lines do not all end in CR LF")
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%d bytes in a line, or half a character: %q", len(line), line)
		}
	}
	unfolded := strings.ReplaceAll(body, "\r\n ", "")
	if !strings.Contains(unfolded, `SUMMARY:Un nom\; avec\, des \\ signes`) {
		t.Error("the name is not escaped: " + unfolded)
	}
	events := strings.Count(body, "BEGIN:VEVENT")
	if events < 2 || events != strings.Count(body, "END:VEVENT") {
		t.Errorf("%d events", events)
	}
	for _, field := range []string{"UID:", "DTSTAMP:", "DTSTART:2", "DTEND:2"} {
		if n := strings.Count(body, "\r\n"+field); n != events {
			t.Errorf("%d times %s in %d events", n, field, events)
		}
	}
	if s := get(t, newPage(t, &source{}), "/maintenances.ics"); !strings.Contains(s.Body.String(), "VERSION:2.0") {
		t.Error("no calendar without maintenances")
	}
}

func TestBadge(t *testing.T) {
	s := morning(t)
	s.overview.Platforms[1].Platform.Name = `<script>"&'`
	w := get(t, newPage(t, s), "/plateformes/pronote.svg")
	var svg struct {
		XMLName xml.Name
		Title   string   `xml:"title"`
		Texts   []string `xml:"text"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &svg); err != nil {
		t.Fatal(err)
	}
	if svg.XMLName.Space != "http://www.w3.org/2000/svg" || len(svg.Texts) != 2 || svg.Texts[0] != `<script>"&'` || svg.Texts[1] != "inaccessible" {
		t.Errorf("%+v", svg)
	}
	stale := newPage(t, morning(t))
	if body := get(t, stale, "/plateformes/tchap.svg").Body.String(); !strings.Contains(body, "Dernier état connu") {
		t.Error("a badge claims what is not known any more: " + body)
	}
	for condition := range map[bot.Condition]bool{bot.Normal: true, bot.Slowed: true, bot.Unreachable: true, bot.Closed: true, bot.Unverifiable: true} {
		if !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(badgeColour(tone(condition))) {
			t.Errorf("%s has no colour", condition)
		}
	}
}

// TestOtherSitesMayRead: what programs read, they may read from a page of any site, with If-None-Match.
func TestOtherSitesMayRead(t *testing.T) {
	page := newPage(t, morning(t))
	for _, path := range []string{
		"/api/v1/status.json", "/api/v1/openapi.yaml", "/api/v1/history/pronote.json", "/incidents/12.json",
		"/incidents.atom", "/incidents.rss", "/maintenances.ics", "/plateformes/pronote.svg",
	} {
		w := get(t, page, path)
		if w.Code != http.StatusOK || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Etag") == "" {
			t.Errorf("%s: status %d, %v", path, w.Code, w.Header())
		}
		asked := httptest.NewRecorder()
		page.ServeHTTP(asked, httptest.NewRequestWithContext(t.Context(), http.MethodOptions, path, nil))
		if asked.Code != http.StatusNoContent || asked.Header().Get("Access-Control-Allow-Headers") != "If-None-Match" {
			t.Errorf("%s: preflight %d", path, asked.Code)
		}
	}
	if w := get(t, page, "/"); w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error("the page itself is for people")
	}
}
