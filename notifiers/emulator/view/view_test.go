package view_test

import (
	"bytes"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot/statuspage/htmltest"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/view"
)

// draw draws one message as each chat platform keeps it.
func draw(t *testing.T, platform string, m emulator.Shown) string {
	t.Helper()
	var b strings.Builder
	err := view.Page(&b, "Vue", []view.Row{{Heading: "fr", Chats: []view.Chat{{Platform: platform, Name: "parents", Shown: []emulator.Shown{m}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range htmltest.Problems([]byte(b.String())) {
		t.Errorf("%s: %s", platform, problem)
	}
	return b.String()
}

func TestPage(t *testing.T) {
	for _, c := range []struct{ platform, raw, want string }{
		{
			"telegram", `{"text":"🔴 Titre\nsuite lien","entities":[{"type":"bold","offset":0,"length":8},{"type":"text_link","offset":15,"length":4,"url":"https://a.fr/"}]}`,
			`<div class="line" dir="auto"><b>🔴 Titre</b></div><div class="line" dir="auto">suite <a href="https://a.fr/">lien</a></div>`,
		},
		{
			"slack", `{"blocks":[{"type":"header","text":{"type":"plain_text","text":"A &amp; B"}},{"type":"divider"}]}`,
			`<div class="header"><div class="line" dir="auto"><b>A &amp; B</b></div></div><hr>`,
		},
		{
			"slack", `{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[` +
				`{"type":"text","text":"un","style":{"bold":true}},{"type":"link","url":"https://a.fr/","text":"lien"}]}]}]}]}`,
			`<div class="list"><div class="line" dir="auto"><b>un</b><a href="https://a.fr/">lien</a></div></div>`,
		},
		{
			"discord", `{"content":"a\\*b","embeds":[{"title":"T","color":12986408,"fields":[{"name":"\u200b","value":"- [x\\.y](https://a.fr/)"}],"footer":{"text":"pied"}}]}`,
			`<div class="embed"><svg class="edge" aria-hidden="true"><rect width="4" height="100%" fill="#c62828"/></svg><div class="header"><div class="line" dir="auto"><b>T</b></div></div>` +
				`<div class="text"><div class="line" dir="auto">•` + "\u00a0" + `<a href="https://a.fr/">x.y</a></div></div>` +
				`<div class="small"><div class="line" dir="auto">pied</div></div></div>`,
		},
	} {
		if got := draw(t, c.platform, emulator.Shown{Bot: true, Raw: c.raw}); !strings.Contains(got, c.want) {
			t.Errorf("%s: no\n%s\nin\n%s", c.platform, c.want, got)
		}
	}
	var dot bytes.Buffer
	if err := png.Encode(&dot, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	shown := emulator.Shown{Bot: true, Raw: `{"text":"légende"}`, Picture: &emulator.Picture{Alt: "90 jours", Data: dot.Bytes()}}
	want := regexp.MustCompile(`<img class="picture" src="data:image/png;base64,[A-Za-z0-9+/=]+" alt="90 jours" width="3" height="2"><div class="text"><div class="line" dir="auto">légende`)
	if got := draw(t, "telegram", shown); !want.MatchString(got) {
		t.Errorf("no picture above its text in\n%s", got)
	}
	if got := draw(t, "telegram", emulator.Shown{Text: "<b>/status</b>"}); !strings.Contains(got, "&lt;b&gt;/status&lt;/b&gt;") {
		t.Errorf("what a person wrote is not shown as it is:\n%s", got)
	}
}

func TestPageNamesWhatItCannotRead(t *testing.T) {
	for _, platform := range []string{"telegram", "slack", "discord", "fax"} {
		rows := []view.Row{{Chats: []view.Chat{{Platform: platform, Name: "parents", Shown: []emulator.Shown{{ID: "7", Bot: true, Raw: "{"}}}}}}
		if err := view.Page(&strings.Builder{}, "", rows); err == nil || !strings.Contains(err.Error(), "message 7 of parents") {
			t.Errorf("%s: got %v", platform, err)
		}
	}
}
