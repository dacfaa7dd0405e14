package slack_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

func TestBlocks(t *testing.T) {
	words := func(n int) string { return strings.Repeat("a", n) }
	header := func(n int) string { return `{"type":"header","text":{"type":"plain_text","text":"` + words(n) + `"}}` }
	section := func(n int) string {
		return `{"type":"section","text":{"type":"mrkdwn","text":"` + words(n) + `"}}`
	}
	rich := func(inner string) string {
		return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + inner + `]}]}`
	}
	many := func(block string, n int) string { return strings.TrimSuffix(strings.Repeat(block+",", n), ",") }
	field := `{"type":"plain_text","text":"a"}`
	for blocks, code := range map[string]string{
		header(150):                    "",
		header(151):                    "invalid_blocks",
		header(0):                      "invalid_blocks",
		section(3000):                  "",
		section(3001):                  "invalid_blocks",
		many(`{"type":"divider"}`, 50): "",
		many(`{"type":"divider"}`, 51): "invalid_blocks",
		many(section(2600), 5):         "",
		many(section(2601), 5):         "msg_blocks_too_long",
		`{"type":"header","text":{"type":"mrkdwn","text":"a"}}`: "invalid_blocks",
		`{"type":"section"}`: "invalid_blocks",
		`{"type":"section","fields":[` + many(field, 10) + `]}`:                                    "",
		`{"type":"section","fields":[` + many(field, 11) + `]}`:                                    "invalid_blocks",
		`{"type":"context","elements":[` + many(field, 10) + `]}`:                                  "",
		`{"type":"context","elements":[` + many(field, 11) + `]}`:                                  "invalid_blocks",
		`{"type":"context","elements":[]}`:                                                         "invalid_blocks",
		`{"type":"divider","text":"a"}`:                                                            "invalid_blocks",
		`{"type":"poster"}`:                                                                        "invalid_blocks",
		`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`:                      "invalid_blocks",
		`{"type":"divider","block_id":"` + words(256) + `"}`:                                       "invalid_blocks",
		rich(`{"type":"text","text":"a","style":{"bold":true}}`):                                   "",
		rich(`{"type":"text","text":""}`):                                                          "invalid_blocks",
		rich(`{"type":"link","url":"https://exemple.fr"}`):                                         "",
		rich(`{"type":"link","url":"exemple.fr"}`):                                                 "invalid_blocks",
		rich(`{"type":"shout","text":"a"}`):                                                        "invalid_blocks",
		rich(``):                                                                                   "invalid_blocks",
		`{"type":"rich_text","elements":[{"type":"rich_text_list","style":"star","elements":[]}]}`: "invalid_blocks",
	} {
		w := open(t, slack.Options{Unlimited: true})
		answer := w.call(t, "chat.postMessage", url.Values{
			"channel": {channel}, "text": {"a"}, "blocks": {"[" + blocks + "]"},
		})
		if got, _ := answer["error"].(string); got != code {
			t.Errorf("%.90s: %v, want %q", blocks, answer, code)
		}
		if code == "invalid_blocks" && !strings.Contains(fmt.Sprint(answer["errors"]), "json-pointer:/blocks") {
			t.Errorf("%.90s: %v names no place", blocks, answer)
		}
	}
}

func TestWhatIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"a *b* _c_ ~d~ `e`":        "a b c d e",
		"2*3*4 snake_case_name":    "2*3*4 snake_case_name",
		"&lt;b&gt; &amp;amp;":      "<b> &amp;",
		"<https://exemple.fr|ici>": "ici",
		"<https://exemple.fr>":     "https://exemple.fr",
		"<!channel> <@U0ADMIN>":    "@channel @U0ADMIN",
		"&gt; cité":                "cité",
		":smile:":                  "😀",
		"8 h 05 : l’ENT « Zoë »":   "8 h 05 : l’ENT « Zoë »",
	} {
		if got := slack.Visible(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestPings(t *testing.T) {
	for form, want := range map[string]int{
		`text=<!channel>+<@U0ADMIN>`:     2,
		`text=@everyone`:                 0,
		`text=@everyone&link_names=true`: 1,
		`text=@everyone&parse=full`:      1,
		`text=a&blocks=[{"type":"section","text":{"type":"mrkdwn","text":"<!here>"}}]`:                                                    1,
		`text=a&blocks=[{"type":"section","text":{"type":"plain_text","text":"<!here>"}}]`:                                                0,
		`text=a&blocks=[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"broadcast","range":"here"}]}]}]`: 1,
	} {
		w := open(t, slack.Options{Unlimited: true})
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		values.Set("channel", channel)
		w.call(t, "chat.postMessage", values)
		if got := w.Pings(); got != want {
			t.Errorf("%s pings %d times, want %d", form, got, want)
		}
	}
}
