package checks

import (
	"cmp"
	"net/http"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// Spec describes one check. The zero value of every field but ID and URL stands for a good default.
type Spec struct {
	ID bot.CheckID // "pronote/accueil"
	// URL is what to look at, without user name: https://host/page, tls://host:port, tcp://host:port, dns://name or
	// icmp://host.
	URL string
	// Kind is what to do. Empty: what URL begins with.
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
	// MustContain must all appear in the page, or in a tcp server's greeting, MustNotContain must not.
	MustContain, MustNotContain []Pattern
	// Steps are the pages to ask for after this one, as long as all goes well. A failure among them means that people
	// cannot log in.
	Steps []Step
	// Record is the type of DNS record to ask for. Empty: A, or AAAA with the family IPv6.
	Record string
	// Answers are what name servers may answer: one of them must be among the records. Empty: any answer is good.
	Answers []string
	// Resolvers are the name servers to ask, "IP" or "IP:port", all of which must find the name. Empty: the system's,
	// one of which must.
	Resolvers []string
	// Family is over which of the two internets to go.
	Family Family
	// Signatures are the known pages that mean something else than what their status says; the first that matches
	// decides.
	Signatures []Signature
	// Limits bound a run; each zero limit stands for its default.
	Limits Limits
	// SlowAfter is how long a run may last, for each page that it asks for, before a good answer counts as slow. Zero:
	// 5 s.
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
	// Connect is for name, connection and TLS together, anew for each redirect and step; for the answer of a name
	// server; for that to an echo request. Default 10 s.
	Connect time.Duration
	// Headers is from the request to the end of the answer's headers, anew for each redirect and step; for a tcp
	// server's greeting. Default 20 s.
	Headers time.Duration
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
	kind, _ := KindOf(s.URL)
	s.Kind = cmp.Or(s.Kind, kind, HTTP)
	if s.Kind == HTTP {
		s.Method = cmp.Or(s.Method, http.MethodGet)
		s.MaxRedirects = cmp.Or(s.MaxRedirects, defaultRedirects)
	}
	s.SlowAfter = cmp.Or(s.SlowAfter, defaultSlowAfter)
	s.Limits.Connect = cmp.Or(s.Limits.Connect, defaultConnect)
	s.Limits.Headers = cmp.Or(s.Limits.Headers, defaultHeaders)
	s.Limits.Total = cmp.Or(s.Limits.Total, defaultTotal)
	s.Limits.Body = cmp.Or(s.Limits.Body, defaultBody)
	return s
}
