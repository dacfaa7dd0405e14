package checks

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// FieldError is one thing that is wrong with a spec. Problem and Remedy are French, for the operator who wrote it, and
// have no full stop at the end. They never repeat what may be a secret.
type FieldError struct {
	Field   string // the key as it stands in YAML: "url", "limits.total", "must_contain[1]" (entries count from 1)
	Problem string
	Remedy  string
}

// Error puts the problem and its remedy on one line.
func (e FieldError) Error() string {
	return fmt.Sprintf("%s : %s. Remède : %s.", e.Field, e.Problem, e.Remedy)
}

// Problems takes the error of [New], [Spec.Validate] or another joined error apart into the field errors in it, in
// order.
func Problems(err error) []FieldError {
	var list []FieldError
	switch e := err.(type) { //nolint:errorlint // this is the walk through the tree that errors.As makes for one error
	case FieldError:
		return []FieldError{e}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			list = append(list, Problems(inner)...)
		}
	case interface{ Unwrap() error }:
		return Problems(e.Unwrap())
	}
	return list
}

// Validate reports everything that is wrong with the spec at once: nil or joined errors, each a [FieldError].
func (s Spec) Validate() error {
	s = s.withDefaults()
	var list []FieldError
	if s.ID == "" {
		list = append(list, FieldError{"id", "le contrôle n’a pas d’identifiant", "donnez-lui un nom, par exemple « accueil »"})
	}
	if s.Function != "" && s.Function != FunctionLogin {
		list = append(list, FieldError{"function", "fonction inconnue", "écrivez « login » ou retirez la ligne"})
	}
	if s.Family != "" && s.Family != IPv4 && s.Family != IPv6 {
		list = append(list, FieldError{"family", "famille d’adresses inconnue", "écrivez ipv4 ou ipv6, ou retirez la ligne"})
	}
	list = append(list, s.validateLimits()...)
	if k, known := kinds()[s.Kind]; known {
		list = append(list, k.validate(s)...)
		list = append(list, s.strange(k.uses)...)
	} else {
		list = append(list, FieldError{"kind", "genre de contrôle inconnu", fmt.Sprintf("choisissez parmi : %s", join(Kinds()))})
	}
	return joined(list)
}

func joined(list []FieldError) error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errors.Join(errs...)
}

func join[S ~string](words []S) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}

// maxTotal bounds what a run may last. It is under a minute, so that a caller who allows a run that long never cuts off
// one that was about to find a time-out: a run that is cut off claims nothing.
const maxTotal = 50 * time.Second

// maxBody bounds the memory that a page may cost.
const maxBody = 32 << 20

func (s Spec) validateLimits() []FieldError {
	var list []FieldError
	for _, limit := range []struct {
		field string
		value time.Duration
	}{
		{"limits.connect", s.Limits.Connect}, {"limits.headers", s.Limits.Headers}, {"limits.total", s.Limits.Total},
		{"slow_after", s.SlowAfter},
	} {
		if limit.value < time.Millisecond || limit.value > maxTotal {
			list = append(list, FieldError{limit.field, "durée hors limites", "choisissez entre 1ms et 50s, par exemple 10s"})
		}
	}
	if s.Limits.Body < 1 || s.Limits.Body > maxBody {
		list = append(list, FieldError{"limits.body", "taille hors limites", "choisissez entre 1 et 33554432 octets"})
	}
	return list
}

// maxRedirects is far above what any login chain needs.
const maxRedirects = 30

func validateHTTP(s Spec) []FieldError {
	list := validateURL(s.URL)
	if s.Method != http.MethodGet && s.Method != http.MethodHead {
		list = append(list, FieldError{"method", "seules les méthodes GET et HEAD sont permises", "écrivez GET"})
	}
	if s.Method == http.MethodHead && len(s.MustContain)+len(s.MustNotContain) > 0 {
		list = append(list, FieldError{"method", "une réponse à HEAD n’a pas de texte à vérifier", "écrivez GET"})
	}
	if s.Method == http.MethodHead && len(s.Steps) > 0 {
		list = append(list, FieldError{"method", "une réponse à HEAD n’a pas de lien à suivre", "écrivez GET"})
	}
	list = append(list, validateAccept(s.Accept)...)
	if s.MaxRedirects > maxRedirects {
		list = append(list, FieldError{"max_redirects", "trop de redirections", "choisissez au plus 30, ou -1 pour n’en suivre aucune"})
	}
	list = append(list, validateHeaders(s.Headers)...)
	list = append(list, validatePatterns("must_contain", s.MustContain)...)
	list = append(list, validatePatterns("must_not_contain", s.MustNotContain)...)
	list = append(list, s.validateSteps()...)
	for i, signature := range s.Signatures {
		list = append(list, signature.validate(entry("signatures", i))...)
	}
	return list
}

func validateAccept(statuses []int) []FieldError {
	var list []FieldError
	for i, status := range statuses {
		if status < 200 || status > 599 {
			list = append(list, FieldError{entry("accept", i), "ce n’est pas un statut HTTP final", "choisissez entre 200 et 599"})
		}
	}
	return list
}

func entry(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i+1) }

// validateURL never repeats the URL: it may hold a password.
func validateURL(raw string) []FieldError {
	const remedy = "écrivez une adresse complète, par exemple https://ent.exemple.fr/"
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return []FieldError{{"url", "l’adresse manque", remedy}}
	case err != nil || u.Opaque != "":
		return []FieldError{{"url", "ce n’est pas une adresse web", remedy}}
	case u.Scheme != "http" && u.Scheme != "https":
		return []FieldError{{"url", "l’adresse doit commencer par https:// ou http://", remedy}}
	case u.Hostname() == "":
		return []FieldError{{"url", "l’adresse n’a pas de nom de serveur", remedy}}
	case u.User != nil:
		return []FieldError{{"url", "l’adresse contient un nom d’utilisateur", "retirez ce qui précède « @ » : un contrôle ne se connecte jamais à un compte"}}
	}
	return nil
}

// ownHeaders are those that the check sets itself, or that would make a run somebody's.
func ownHeaders() []string {
	return []string{
		"Accept-Encoding", "Authorization", "Connection", "Content-Length", "Cookie", "Host", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
	}
}

func validateHeaders(headers map[string]string) []FieldError {
	var list []FieldError
	for name, value := range headers {
		field := "headers." + name
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			list = append(list, FieldError{"headers", "un nom d’en-tête n’est pas valable", "utilisez des lettres, des chiffres et « - »"})
		case slices.Contains(ownHeaders(), http.CanonicalHeaderKey(name)):
			list = append(list, FieldError{field, "cet en-tête n’est pas permis", "retirez-le : un contrôle se présente sous son nom et sans compte"})
		case !httpguts.ValidHeaderFieldValue(value):
			list = append(list, FieldError{field, "la valeur n’est pas valable", "écrivez-la sur une ligne, sans caractère de contrôle"})
		}
	}
	slices.SortFunc(list, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
	return list
}
