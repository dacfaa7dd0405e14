package openapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/notifiers/emulator/discord/openapi"
)

func TestMistakesAreFound(t *testing.T) {
	d, err := openapi.Read("/channels/{channel_id}/messages")
	if err != nil {
		t.Fatal(err)
	}
	for body, valid := range map[string]bool{
		`{"content":"bonjour"}`:                              true,
		`{"content":5}`:                                      false,
		`{"embeds":[{"fields":[{"name":"x"}]}]}`:             false,
		`{"nonce":"12345678901234567890123456"}`:             false,
		`{"message_reference":{"channel_id":"1"}}`:           false,
		`{"embeds":[{"fields":[{"name":"x","value":"y"}]}]}`: true,
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/v10/channels/42/messages", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bot x.y.z")
		if err := d.Inspect(r, []byte(body)); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %t", body, err, valid)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v10/channels/42/nothing", nil)
	if d.Inspect(r, nil) == nil {
		t.Error("an unknown path is accepted")
	}
	if !d.Has("POST /channels/{channel_id}/messages") || d.Has("PUT /channels/{channel_id}/messages") {
		t.Error("operations are not as described")
	}
	for body, valid := range map[string]bool{`[]`: true, `[{"id":1}]`: false} {
		r := httptest.NewRequest(http.MethodGet, "/api/v10/channels/42/messages", nil)
		answer := &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)),
		}
		if err := d.Answer(r, answer); (err == nil) != valid {
			t.Errorf("answer %s: %v, want valid %t", body, err, valid)
		}
	}
}
