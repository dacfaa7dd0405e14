package checks

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// The ways in which a redirect leads nowhere.
var (
	errTooManyRedirects = errors.New("too many redirects")
	errRedirectLoop     = errors.New("redirect loop")
	errRedirectTarget   = errors.New("redirect to something that is not a web address")
)

// trail is the way that one run took from page to page and redirect to redirect, in addresses that are fit for
// evidence.
type trail struct {
	limit      int            // redirects followed in a row; negative: none
	headers    []string       // names of the spec's own headers
	home       string         // the host asked first
	left       []string       // the other hosts, in their order
	way        []string       // every address, those after the first with their sign in front
	now        string         // the address asked last
	steps      int            // pages asked for
	redirects  int            // followed, over all steps
	seen       map[string]int // in this step, by full URL
	downgraded bool           // a redirect left https for http
}

// mayReturn is how often a redirect may come back to an address that was asked before: once or twice is how sites set a
// cookie.
const mayReturn = 2

func newTrail(limit int, headers map[string]string) *trail {
	return &trail{limit: limit, headers: slices.Collect(maps.Keys(headers))}
}

// start begins a step.
func (t *trail) start(u *url.URL) {
	t.steps++
	t.seen = map[string]int{u.String(): 1}
	t.home = cmp.Or(t.home, u.Host)
	t.reach(u, " | ")
}

// reach adds an address to the way.
func (t *trail) reach(u *url.URL, sign string) {
	t.now = presentable(u)
	if len(t.way) == 0 {
		sign = ""
	}
	t.way = append(t.way, sign+t.now)
	if u.Host != t.home && !slices.Contains(t.left, u.Host) {
		t.left = append(t.left, u.Host)
	}
}

// follow decides on each redirect; it is a CheckRedirect function of http.Client.
func (t *trail) follow(next *http.Request, via []*http.Request) error {
	if t.limit < 0 {
		return http.ErrUseLastResponse
	}
	u := next.URL
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errRedirectTarget
	}
	u.User = nil
	t.seen[u.String()]++
	switch {
	case t.seen[u.String()] > mayReturn+1:
		return errRedirectLoop
	case len(via) > t.limit:
		return errTooManyRedirects
	}
	t.keepToOneself(next)
	t.redirects++
	t.reach(u, " > ")
	t.downgraded = t.downgraded || u.Scheme == "http" && via[len(via)-1].URL.Scheme == "https"
	return nil
}

// keepToOneself takes out of a request what its host has no business to see: the address that led to it, and the
// headers that the operator meant for the first host.
func (t *trail) keepToOneself(next *http.Request) {
	next.Header.Del("Referer")
	if next.URL.Host == t.home {
		return
	}
	for _, name := range t.headers {
		if http.CanonicalHeaderKey(name) != "Accept-Language" && http.CanonicalHeaderKey(name) != "Accept" {
			next.Header.Del(name)
		}
	}
}

// last is the address asked last.
func (t *trail) last() string { return t.now }

// note adds to a detail where the way left the first host, and the way itself: « > » is a redirect, « | » a step.
func (t *trail) note(detail string) string {
	var parts []string
	if detail != "" {
		parts = append(parts, detail)
	}
	if t.downgraded {
		parts = append(parts, "a redirect leaves https for http")
	}
	if len(t.left) > 0 {
		parts = append(parts, fmt.Sprintf("leaves %s for %s", t.home, strings.Join(t.left, ", ")))
	}
	way := strings.Join(t.way, "")
	switch {
	case t.steps > 1:
		parts = append(parts, fmt.Sprintf("%d steps, %d redirects: %s", t.steps, t.redirects, way))
	case t.redirects > 0:
		parts = append(parts, fmt.Sprintf("%d redirects: %s", t.redirects, way))
	}
	return strings.Join(parts, "; ")
}

// longestPath is how much of an address's path is kept, in bytes.
const longestPath = 120

// tokenLike matches what may be a token, or a word.
var tokenLike = regexp.MustCompile(`^[A-Za-z0-9_.~%=-]*[0-9][A-Za-z0-9_.~%=-]*$`)

// presentable is an address without what may be somebody's: user name, query, fragment, session parameters in the path
// (;jsessionid=…) and path segments that look like a token.
func presentable(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, s := range segments {
		s, _, _ = strings.Cut(s, ";")
		if len(s) >= 20 && tokenLike.MatchString(s) {
			s = "…"
		}
		segments[i] = s
	}
	path := strings.Join(segments, "/")
	if len(path) > longestPath {
		path = path[:longestPath]
	}
	return fmt.Sprintf("%s://%s%s", u.Scheme, u.Host, path)
}
