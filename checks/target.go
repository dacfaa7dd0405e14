package checks

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// schemes maps what an address begins with to the kind of check that it is for.
func schemes() map[string]Kind {
	return map[string]Kind{"http": HTTP, "https": HTTP, "tls": TLS, "tcp": TCP, "dns": DNS, "icmp": ICMP}
}

// KindOf reads from the beginning of an address ("tls://…", "dns:…") what kind of check it asks for.
func KindOf(address string) (Kind, bool) {
	scheme, _, found := strings.Cut(address, ":")
	if !found {
		return "", false
	}
	kind, known := schemes()[strings.ToLower(scheme)]
	return kind, known
}

// target is a server, and a port where the kind has ports.
type target struct {
	kind       Kind
	host, port string
}

// String is the target in the one notation for it.
func (t target) String() string {
	switch {
	case t.port == "" && strings.Contains(t.host, ":"):
		return fmt.Sprintf("%s://[%s]", t.kind, t.host)
	case t.port == "":
		return fmt.Sprintf("%s://%s", t.kind, t.host)
	}
	return fmt.Sprintf("%s://%s", t.kind, t.address())
}

// address is "host:port".
func (t target) address() string { return net.JoinHostPort(t.host, t.port) }

// readTarget reads « tcp://host:port », « icmp://host » or, as some people write, « icmp:host ». The error is for the
// operator and never repeats the address.
func readTarget(s Spec, defaultPort string) (target, *FieldError) {
	example := fmt.Sprintf("écrivez par exemple %s", target{s.Kind, "ent.exemple.fr", defaultPort})
	wrong := func(problem string) (target, *FieldError) {
		return target{}, &FieldError{"url", problem, example}
	}
	u, err := url.Parse(s.URL)
	switch {
	case s.URL == "":
		return wrong("l’adresse manque")
	case err != nil:
		return wrong("ce n’est pas une adresse")
	case u.Scheme != string(s.Kind):
		return wrong(fmt.Sprintf("l’adresse doit commencer par %s://", s.Kind))
	}
	if u.Opaque != "" {
		if u, err = url.Parse("//" + u.Opaque); err != nil {
			return wrong("ce n’est pas une adresse")
		}
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return wrong("l’adresse contient autre chose qu’un serveur et un port")
	}
	host, err := plainHost(u.Hostname())
	if err != nil {
		return wrong("le nom du serveur n’est pas valable")
	}
	return withPort(target{s.Kind, host, u.Port()}, defaultPort, wrong)
}

// withPort settles the port: kinds without ports have an empty default, those that need one have "0" as default.
func withPort(t target, defaultPort string, wrong func(string) (target, *FieldError)) (target, *FieldError) {
	switch {
	case defaultPort == "" && t.port != "":
		return wrong("l’adresse a un port, et ce genre de contrôle n’en a pas")
	case defaultPort == "":
		return t, nil
	case t.port == "":
		t.port = defaultPort
	}
	if number, err := strconv.ParseUint(t.port, 10, 16); err != nil || number == 0 {
		return wrong("le port manque ou n’est pas valable")
	}
	return t, nil
}

// hostName is a name of DNS, or one of a local network.
var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$`)

// plainHost is a host as name servers know it: an address as it is, a name in lower case and ASCII.
func plainHost(host string) (string, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.String(), nil
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if strings.ContainsFunc(host, func(r rune) bool { return r > 127 }) {
		var err error
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return "", err
		}
	}
	if len(host) > 253 || !hostName.MatchString(host) {
		return "", fmt.Errorf("not a host name")
	}
	return host, nil
}

// given lists the keys that the spec sets, of those that not every kind knows.
func (s Spec) given() []string {
	var list []string
	for _, key := range []struct {
		name string
		set  bool
	}{
		{"method", s.Method != ""},
		{"headers", len(s.Headers) > 0},
		{"accept", len(s.Accept) > 0},
		{"must_contain", len(s.MustContain) > 0},
		{"must_not_contain", len(s.MustNotContain) > 0},
		{"max_redirects", s.MaxRedirects != 0},
		{"steps", len(s.Steps) > 0},
		{"record", s.Record != ""},
		{"answers", len(s.Answers) > 0},
		{"resolvers", len(s.Resolvers) > 0},
	} {
		if key.set {
			list = append(list, key.name)
		}
	}
	return list
}

// strange reports the keys that mean nothing for the spec's kind.
func (s Spec) strange(uses []string) []FieldError {
	var list []FieldError
	for _, key := range s.given() {
		if !slices.Contains(uses, key) {
			list = append(list, FieldError{key, fmt.Sprintf("cette clé ne sert à rien pour un contrôle %s", s.Kind), "retirez-la"})
		}
	}
	return list
}
