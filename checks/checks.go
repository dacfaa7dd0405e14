package checks

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// Kind is what a check does: "http".
type Kind string

// The kinds.
const (
	HTTP Kind = "http" // asks for a page, or for several in a row, as a browser does
	TLS  Kind = "tls"  // makes a secure connection and looks at the certificate
	TCP  Kind = "tcp"  // connects, and reads a greeting where one is expected
	DNS  Kind = "dns"  // asks name servers
	ICMP Kind = "icmp" // sends echo requests (ping)
)

// kind is how the checks of one kind are validated and made.
type kind struct {
	uses     []string // the keys that it knows, of those that not every kind does
	validate func(Spec) []FieldError
	build    func(Spec, Env) (runner, error)
}

// runner makes one run of a check. The verdict's time, and its latency where the runner leaves it out, are filled in.
type runner func(ctx context.Context) bot.Verdict

// kinds is the one list of all kinds.
func kinds() map[Kind]kind {
	return map[Kind]kind{
		HTTP: {httpKeys(), validateHTTP, newHTTP},
		TLS:  {nil, validateTLS, newTLS},
		TCP:  {[]string{"must_contain", "must_not_contain"}, validateTCP, newTCP},
		DNS:  {[]string{"record", "answers", "resolvers"}, validateDNS, newDNS},
		ICMP: {nil, validateICMP, newICMP},
	}
}

// Kinds lists the kinds of check that exist, in alphabetical order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds())) }

// Env is what all checks of a process share.
type Env struct {
	// UserAgent says who asks and how to reach them; see [UserAgent]. It is required.
	UserAgent string
	// Logger is told of the address refusals and, at debug level, of every run. Nil: nothing is logged.
	Logger *slog.Logger
	// Dialer opens the connections and, by its Resolver, finds the addresses. Its Control functions are not used. The
	// zero value uses the system's resolver and routes.
	Dialer net.Dialer
	// Dial opens the connections of http, tls and tcp checks and of the guard's addresses instead of Dialer, for a network
	// that is not the machine's. Addresses does not apply to it. Nil: Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Resolvers are the name servers, "IP:port", that a dns check asks where its spec names none. Nil: the system's.
	Resolvers []string
	// Roots are the certificate authorities to trust. Nil: the system's.
	Roots *x509.CertPool
	// Addresses says where a check may connect to. The zero value: public addresses only.
	Addresses Addresses
	// Patterns are what the checks look for, compiled once for all. Nil: each check compiles its own.
	Patterns *Patterns
	// Manners space the checks of one site and keep off those that turn us away. Nil: every run is made at once.
	Manners *Manners
}

// UserAgent is the name under which Panneau asks for pages: « Panneau/1.0 (+contact) ». The contact is a public URL or
// an e-mail address at which a platform's owner reaches whoever runs this Panneau.
func UserAgent(version, contact string) string {
	return fmt.Sprintf("Panneau/%s (+%s)", version, contact)
}

// New makes the check that the spec describes. It does no I/O. The error joins one [FieldError] for each thing that is
// wrong with the spec; [Problems] takes it apart again.
func New(spec Spec, env Env) (bot.Checker, error) {
	spec = spec.withDefaults()
	if err := errors.Join(spec.Validate(), env.admits(spec)); err != nil {
		return nil, fmt.Errorf("check %s: %w", spec.ID, err)
	}
	if env.UserAgent == "" {
		return nil, fmt.Errorf("check %s: no User-Agent: checks must say who asks", spec.ID)
	}
	if env.Logger == nil {
		env.Logger = slog.New(slog.DiscardHandler)
	}
	run, err := kinds()[spec.Kind].build(spec, env)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", spec.ID, err)
	}
	return env.Manners.around(spec, newChecker(spec, run, env.Logger)), nil
}
