package checks

import (
	"cmp"
	"net/http"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Spec describes one check. The zero value of every field but ID and URL stands for a good default.
type Spec struct {
	ID  bot.CheckID // "pronote/accueil"
	URL string      // what to ask for; http or https, without user name
	// Kind is what to do. Empty: HTTP.
	Kind Kind
	// Function is what the target is for. With [FunctionLogin] a failure means that people cannot log in, not that the
	// platform cannot be reached.
	Function Function
	// Method is GET or HEAD. Empty: GET.
	Method string
	// Headers are sent with every request of a run. Names that would identify a person or that the check itself sets
	// are refused.
	Headers map[string]string
	// Accept lists the statuses that count as an answer. Empty: 200 to 299.
	Accept []int
	// MustContain must all appear in the page, MustNotContain must not.
	MustContain, MustNotContain []Pattern
	// Signatures are the known pages that mean something else than what their status says; the first that matches
	// decides.
	Signatures []Signature
	// Limits bound a run; each zero limit stands for its default.
	Limits Limits
	// SlowAfter is how long a whole run may last before a good answer counts as slow. Zero: 5 s.
	SlowAfter time.Duration
	// MaxRedirects is how many redirects in a row are followed. Zero: 10, as many as browsers' libraries follow.
	// Negative: none, the redirect itself is the answer.
	MaxRedirects int
	// AllowPrivate lets this check connect to addresses that are not public.
	AllowPrivate bool
}

// Function is what a target is for.
type Function string

// FunctionLogin marks the target as a step of the way in: a login page, a portal, a list of schools.
const FunctionLogin Function = "login"

// Limits bound one run of a check.
type Limits struct {
	Connect time.Duration // name, connection and TLS together, anew for each redirect; default 10 s
	Headers time.Duration // from the request to the end of the answer's headers, anew for each redirect; default 20 s
	Total   time.Duration // the whole run; default 30 s
	Body    int64         // size of the page after decompression, in bytes; default 2 MiB
}

// The defaults are chosen, not measured: families give up on a page long before 30 s, and a page that answers after
// more than 5 s is one that they would call slow. Start pages weigh some hundred kilobytes at most.
const (
	defaultConnect   = 10 * time.Second
	defaultHeaders   = 20 * time.Second
	defaultTotal     = 30 * time.Second
	defaultBody      = 2 << 20
	defaultSlowAfter = 5 * time.Second
	defaultRedirects = 10
)

// withDefaults fills in what the spec leaves open.
func (s Spec) withDefaults() Spec {
	s.Kind = cmp.Or(s.Kind, HTTP)
	s.Method = cmp.Or(s.Method, http.MethodGet)
	s.SlowAfter = cmp.Or(s.SlowAfter, defaultSlowAfter)
	s.MaxRedirects = cmp.Or(s.MaxRedirects, defaultRedirects)
	s.Limits.Connect = cmp.Or(s.Limits.Connect, defaultConnect)
	s.Limits.Headers = cmp.Or(s.Limits.Headers, defaultHeaders)
	s.Limits.Total = cmp.Or(s.Limits.Total, defaultTotal)
	s.Limits.Body = cmp.Or(s.Limits.Body, defaultBody)
	return s
}
