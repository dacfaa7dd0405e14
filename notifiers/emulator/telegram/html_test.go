package telegram_test

import (
	"strings"
	"testing"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"github.com/google/go-cmp/cmp"
)

func TestMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"<b>a</b>":                          `{"text":"a","entities":[{"type":"bold","offset":0,"length":1}]}`,
		" \n <i>a</i> b \n":                 `{"text":"a b","entities":[{"type":"italic","offset":0,"length":1}]}`,
		"é😀<b>x</b>":                        `{"text":"é😀x","entities":[{"type":"bold","offset":3,"length":1}]}`,
		"&lt;b&gt; &amp;amp; &quot; &#233;": `{"text":"\u003cb\u003e \u0026amp; \" é"}`,
		"&eacute; &nbsp; a & b":             `{"text":"\u0026eacute; \u0026nbsp; a \u0026 b"}`,
		"&lt x":                             `{"text":"\u003c x"}`, // the semicolon may be missing
		"<b></b>a":                          `{"text":"a"}`,
		"<B>a</b>":                          `{"text":"a","entities":[{"type":"bold","offset":0,"length":1}]}`,
		"a\u202eb\r\x01c":                   `{"text":"ab c"}`,
		`<a href="https://a.fr/?x=1&amp;y">t</a>`: `{"text":"t","entities":[{"type":"text_link","offset":0,"length":1,"url":"https://a.fr/?x=1\u0026y"}]}`,
		`<a href="http://intranet/">t</a>`:        `{"text":"t"}`, // a host without a dot is no link
		`<a href="javascript:x">t</a>`:            `{"text":"t"}`,
		`<span class="tg-spoiler">t</span>`:       `{"text":"t","entities":[{"type":"spoiler","offset":0,"length":1}]}`,
		"dis @zoe_martin et a@b.fr":               `{"text":"dis @zoe_martin et a@b.fr","entities":[{"type":"mention","offset":4,"length":11}]}`,
		"@\u2060zoe_martin":                       `{"text":"@` + "\u2060" + `zoe_martin"}`,
	} {
		c := unlimited(t, parents)
		c.say(parents, in)
		if got := c.Shown(parents)[0].Raw; got != want {
			t.Errorf("%q is kept as\n%s, want\n%s", in, got, want)
		}
	}
}

func TestMarkupThatIsRefused(t *testing.T) {
	c := unlimited(t, parents)
	for in, want := range map[string]string{
		"a <c>":                 `Unsupported start tag "c" at byte offset 2`,
		"1 < 2":                 `Unsupported start tag "" at byte offset 2`,
		"1 < 2 >":               `Unsupported start tag "" at byte offset 2`,
		"<br/>":                 `Unsupported start tag "br/" at byte offset 0`,
		"<b>a":                  `Can't find end tag corresponding to start tag "b"`,
		"a</b>":                 `Unexpected end tag at byte offset 1`,
		"<b>a</i>":              `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`,
		"<b>a</b":               `Unclosed end tag at byte offset 4`,
		"<span>a</span>":        `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		`<a href="x>a</a>`:      `Unclosed start tag at byte offset 0`,
		`<a ="x">a</a>`:         `Empty attribute name in the tag "a" at byte offset 0`,
		`<a href>a</a>`:         `Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0`,
		"<b" + "" + "><i>a</b>": `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
	} {
		c.refuse("sendMessage", message(parents, in), "Bad Request: can't parse entities: "+want)
	}
	if len(c.Shown(parents)) > 0 || len(c.problems()) == 0 {
		t.Errorf("shown %q, problems %q", c.texts(parents), c.problems())
	}
}

func TestLengths(t *testing.T) {
	c := unlimited(t, parents)
	const empty, long = "Bad Request: message text is empty", "Bad Request: message is too long"
	c.say(parents, "<b>"+strings.Repeat("&amp;", 4096)+"</b>")
	c.refuse("sendMessage", message(parents, strings.Repeat("a", 4097)), long)
	c.say(parents, strings.Repeat("😀", 2048))
	c.refuse("sendMessage", message(parents, strings.Repeat("😀", 2048)+"a"), long)
	for _, text := range []string{"", " \n ", "<b> </b>", "\u200b\u2060"} {
		c.refuse("sendMessage", message(parents, text), empty)
	}
	c.refuse("sendMessage", message(parents, "\xff"), "Bad Request: strings must be encoded in UTF-8")
	c.refuse("sendMessage", message(parents, "x", tgbotapi.Params{"parse_mode": "Mark"}), "Bad Request: unsupported parse_mode")
	cut := strings.Repeat(`<a href="https://exemple.fr/`+strings.Repeat("x", 400)+`">l</a>`, 100)
	if _, err := c.api.MakeRequest("sendMessage", message(parents, cut)); err == nil || !strings.Contains(err.Error(), "can't parse") {
		t.Errorf("44,000 bytes of markup, which are cut off in a tag: %v", err)
	}
}

// TestFormattedPartsBeyondTheHundredth checks what Telegram does without a word: further ones are lost.
func TestFormattedPartsBeyondTheHundredth(t *testing.T) {
	c := unlimited(t, parents)
	c.say(parents, strings.Repeat(`<a href="https://a.fr">a</a> `, 101))
	if n := strings.Count(c.Shown(parents)[0].Raw, "text_link"); n != 100 {
		t.Errorf("%d links are kept, want 100", n)
	}
}

func TestMentions(t *testing.T) {
	c := unlimited(t, parents)
	c.say(parents, "@zoe_martin, (@lea_b) mail@exemple.fr @\u2060tous")
	c.Say(parents, "Léa", "@PanneauBot bonjour")
	if diff := cmp.Diff([]string{"@zoe_martin", "@lea_b"}, c.Mentions(parents)); diff != "" {
		t.Error(diff)
	}
}

func FuzzMarkup(f *testing.F) {
	f.Add("<b>a</b> & <a href=\"x\">")
	f.Add("&#x41;&#;<span class='tg-spoiler'>\xff")
	f.Fuzz(func(t *testing.T, text string) {
		c := unlimited(t, parents)
		if _, err := c.api.MakeRequest("sendMessage", message(parents, text)); err == nil && len(c.Shown(parents)) != 1 {
			t.Errorf("%q is taken and not shown", text)
		}
	})
}
