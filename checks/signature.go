package checks

import (
	"fmt"
	"slices"

	"github.com/panneau-ecole/panneau/bot"
)

// Signature recognises a page that means something else than what its status says: a quota page that comes with 200,
// a block that is about us. It is matched on every status.
type Signature struct {
	ID     string     // the name that evidence gives: "quota-session"
	Reason bot.Reason // what such a page means
	// All must appear, every one of them. The first stands in the evidence.
	All []Pattern
	// Statuses restricts the signature to answers with one of these statuses. Empty: any.
	Statuses []int
	// MaxLength is how long the page may be, in characters that a person reads: pages that turn people away are
	// short, pages that merely talk of it (news, help) are not. Zero: any length.
	MaxLength int
}

// SignatureReasons lists what a signature may mean.
func SignatureReasons() []bot.Reason {
	return []bot.Reason{
		bot.ReasonQuotaPage, bot.ReasonMaintenance, bot.ReasonClosed, bot.ReasonBlockedUs, bot.ReasonServerError,
	}
}

// outcome is what a page with this meaning says of the platform.
func (s Signature) outcome() bot.Outcome {
	if s.Reason == bot.ReasonBlockedUs {
		return bot.Unknown
	}
	return bot.Down
}

// Validate reports everything that is wrong with the signature at once: nil or joined errors, each a [FieldError].
func (s Signature) Validate() error { return joined(s.validate("signature")) }

func (s Signature) validate(field string) []FieldError {
	var list []FieldError
	if s.ID == "" {
		list = append(list, FieldError{field + ".id", "la signature n’a pas de nom", "donnez-lui un nom court"})
	}
	if !slices.Contains(SignatureReasons(), s.Reason) {
		list = append(list, FieldError{field + ".reason", "sens inconnu", fmt.Sprintf("choisissez parmi : %s", join(SignatureReasons()))})
	}
	if len(s.All) == 0 {
		list = append(list, FieldError{field + ".all", "la signature ne cherche rien", "donnez au moins un texte"})
	}
	if s.MaxLength < 0 {
		list = append(list, FieldError{field + ".max_length", "longueur négative", "donnez un nombre de caractères, ou 0"})
	}
	return append(list, validatePatterns(field+".all", s.All)...)
}

// Recogniser finds out which of several signatures a page bears.
type Recogniser struct {
	signatures []Signature
	matchers   [][]matcher
}

// NewRecogniser prepares signatures, in the order in which they are tried.
func NewRecogniser(signatures []Signature) (*Recogniser, error) {
	return newRecogniser(signatures, nil)
}

func newRecogniser(signatures []Signature, known *Patterns) (*Recogniser, error) {
	r := &Recogniser{signatures: signatures, matchers: make([][]matcher, 0, len(signatures))}
	for _, s := range signatures {
		matchers, err := known.compileAll(s.All)
		if err != nil {
			return nil, fmt.Errorf("signature %s: %w", s.ID, err)
		}
		r.matchers = append(r.matchers, matchers)
	}
	return r, nil
}

// Recognise returns the first signature that an answer bears. The body is decompressed; contentType is the answer's
// own word for what it is.
func (r *Recogniser) Recognise(status int, contentType string, body []byte) (Signature, bool) {
	return r.recognise(status, newPage(body, contentType))
}

func (r *Recogniser) recognise(status int, p page) (Signature, bool) {
	for i, s := range r.signatures {
		if s.fits(status, p) && matchesAll(r.matchers[i], p) {
			return s, true
		}
	}
	return Signature{}, false
}

func (s Signature) fits(status int, p page) bool {
	if len(s.Statuses) > 0 && !slices.Contains(s.Statuses, status) {
		return false
	}
	return s.MaxLength == 0 || p.length() <= s.MaxLength
}

func matchesAll(matchers []matcher, p page) bool {
	for _, m := range matchers {
		if !m.match(p) {
			return false
		}
	}
	return len(matchers) > 0
}
