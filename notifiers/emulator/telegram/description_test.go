package telegram_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

func TestDescription(t *testing.T) {
	d := describe()
	if len(d.Methods) != 180 || len(d.Types) != 359 {
		t.Errorf("%d methods and %d types, want those of Bot API 10.1", len(d.Methods), len(d.Types))
	}
	for kind, values := range map[string][2]string{ // one that conforms, one that does not
		"Integer":              {`1`, `1.5`},
		"Boolean":              {`true`, `"true"`},
		"Array of String":      {`["a"]`, `[1]`},
		"User":                 {`{"id":1,"is_bot":true,"first_name":"a"}`, `{"id":1,"is_bot":true}`},
		"LinkPreviewOptions":   {`{"is_disabled":true}`, `{"disabled":true}`},
		"BotCommandScope":      {`{"type":"default"}`, `{"type":1}`},
		"ReplyParameters":      {`{"message_id":1}`, `{"message_id":"1"}`},
		"Array of BotCommand":  {`[{"command":"a","description":"b"}]`, `[{"command":"a"}]`},
		"InlineKeyboardMarkup": {`{"inline_keyboard":[[{"text":"a"}]]}`, `{"inline_keyboard":[{"text":"a"}]}`},
	} {
		if problem := d.Conforms(kind, []byte(values[0])); problem != "" {
			t.Errorf("%s %s: %s", kind, values[0], problem)
		}
		if d.Conforms(kind, []byte(values[1])) == "" {
			t.Errorf("%s: %s is taken", kind, values[1])
		}
	}
}

func TestRequestsAreHeldAgainstTheDescription(t *testing.T) {
	for want, params := range map[string]tgbotapi.Params{
		"unknown parameter disable_web_page_preview":        {"disable_web_page_preview": "true"},
		"null given for entities":                           {"entities": "null"},
		"disable_notification: not a boolean":               {"disable_notification": "yes"},
		"message_thread_id: not an integer":                 {"message_thread_id": "topic"},
		"link_preview_options: unknown field disabled":      {"link_preview_options": `{"disabled":true}`},
		"link_preview_options: not JSON":                    {"link_preview_options": `disabled`},
		"reply_parameters: message_id: not of type Integer": {"reply_parameters": `{"message_id":"1"}`},
		"required parameter missing: text":                  {"text": ""},
	} {
		c := unlimited(t, parents)
		_, err := c.api.MakeRequest("sendMessage", message(parents, "x", params))
		if got := c.problems(); !slices.Contains(got, "sendMessage: "+want) {
			t.Errorf("%v: problems %q, want %q (%v)", params, got, want, err)
		}
	}
	c := unlimited(t)
	c.refuse("sendMessages", nil, "Not Found: method not found")
	if len(c.problems()) != 1 {
		t.Errorf("an unknown method: %q", c.problems())
	}
	c.Open(parents)
	c.refuse("sendMessage", message(parents, "x", tgbotapi.Params{"link_preview_options": "{"}),
		"Bad Request: can't parse link preview options JSON object")
}

func TestRefusalsAreOfTheirCode(t *testing.T) {
	for _, r := range telegram.Refusals() {
		if code := r.Code(); !slices.Contains([]int{400, 401, 403, 404}, code) {
			t.Errorf("%q has the code %d", r, code)
		}
	}
}

// TestParametersInOtherForms checks that the query and a JSON object do as well, which Telegram takes too.
func TestParametersInOtherForms(t *testing.T) {
	c := telegram.New(telegram.Options{Unlimited: true, Description: describe()})
	c.Open(parents)
	server := httptest.NewServer(c)
	defer server.Close()
	address := server.URL + "/bot" + telegram.Token + "/sendMessage"
	body := `{"chat_id":` + parents + `,"text":"objet","link_preview_options":{"is_disabled":true},"disable_notification":true}`
	for _, send := range []func() (*http.Response, error){
		func() (*http.Response, error) { return http.Get(address + "?chat_id=" + parents + "&text=question") },
		func() (*http.Response, error) { return http.Post(address, "application/json", strings.NewReader(body)) },
		func() (*http.Response, error) { return http.Post(address, "application/json", strings.NewReader("{")) },
	} {
		answer, err := send()
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	shown := c.Shown(parents)
	if len(shown) != 2 || shown[0].Text != "question" || shown[1].Text != "objet" || shown[1].Audible {
		t.Errorf("shown %+v", shown)
	}
	for i, r := range c.Requests() {
		if valid := i < 2; (r.Problem == "") != valid {
			t.Errorf("request %d: problem %q", i, r.Problem)
		}
	}
}
