package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const forTests = "8123456:AAF-a_token_for_tests"

// holder keeps secrets where printers find them: exported, unexported, behind a pointer, in a list and a map.
type holder struct {
	Shown  Secret
	inside Secret
	Far    *Secret
	List   []Secret
	ByName map[string]Secret
}

func newHolder() holder {
	s := NewSecret(forTests)
	return holder{s, s, &s, []Secret{s}, map[string]Secret{"a": s}}
}

func TestSecretNeverShows(t *testing.T) {
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "secret", NewSecret(forTests), "holder", newHolder())
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "secret", NewSecret(forTests), "holder", newHolder())
	shown := map[string]string{"slog": logged.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s", "%x", "%d", "%T", "%10.3v"} {
		shown[verb] = fmt.Sprintf(verb, NewSecret(forTests))
		shown["holder "+verb] = fmt.Sprintf(verb+" "+verb, newHolder(), &holder{inside: NewSecret(forTests)})
	}
	shown["json"] = encoded(t, json.Marshal)
	shown["yaml"] = encoded(t, yaml.Marshal)
	shown["xml"] = encoded(t, func(any) ([]byte, error) { return xml.Marshal(NewSecret(forTests)) })
	for how, text := range shown {
		for _, form := range []string{forTests, fmt.Sprintf("%x", forTests), "AAF"} {
			if strings.Contains(text, form) {
				t.Errorf("%s shows the secret: %s", how, text)
			}
		}
	}
	for _, how := range []string{"slog", "%v", "%#v", "%q", "holder %v", "json", "yaml", "xml"} {
		if !strings.Contains(shown[how], hidden) {
			t.Errorf("%s has no placeholder: %s", how, shown[how])
		}
	}
}

func encoded(t *testing.T, marshal func(any) ([]byte, error)) string {
	t.Helper()
	text, err := marshal(newHolder())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSecretIsRevealedOnRequest(t *testing.T) {
	if got := NewSecret(forTests).Reveal(); got != forTests {
		t.Errorf("got %q, want %q", got, forTests)
	}
	if s := (Secret{}); s.Reveal() != "" || s.String() != "" || !s.IsZero() || !NewSecret("").IsZero() {
		t.Error("the empty secret is not empty")
	}
	if !NewSecret("a").Equal(NewSecret("a")) || NewSecret("a").Equal(NewSecret("b")) || NewSecret("a").Equal(Secret{}) {
		t.Error("secrets are not compared by value")
	}
}
