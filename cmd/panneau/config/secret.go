package config

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// hidden stands for a secret wherever one would be shown.
const hidden = "[secret]"

// Secret is a value that must never be seen: a token, or an address with a password in it. However it is printed,
// logged or encoded, only a placeholder shows; [Secret.Reveal] alone gives the value. The zero value is an empty secret.
type Secret struct {
	// A function and not a string: fmt and other printers that reach a Secret in an unexported field call none of its
	// methods but print what they find by reflection.
	reveal func() string
}

// NewSecret wraps a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return value }}
}

// Reveal returns the value, for the one place that hands it to its owner.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal reports whether both secrets hold the same value, in a time that does not tell how much of it they share.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns a placeholder, or nothing for an empty secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return hidden
}

// Format writes the placeholder, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, s.String()) }

// MarshalText writes the placeholder: JSON, YAML and XML encoders use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue gives the placeholder to a logger.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
