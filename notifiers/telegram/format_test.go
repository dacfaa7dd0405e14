package telegram_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/telegram"
)

// recorded returns an account that keeps the forms that it sends.
func recorded(t *testing.T) (*telegram.Notifier, *[]url.Values) {
	t.Helper()
	var forms []url.Values
	return through(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		forms = append(forms, form)
		return answering(http.StatusOK, nil, `{"ok":true,"result":{"message_id":7,"chat":{"id":`+channel+`}}}`)(&http.Request{
			Body: http.NoBody,
		})
	})), &forms
}

func TestPayloads(t *testing.T) {
	for name, m := range map[string]bot.Message{
		"bulletin": bulletin(), "resolved": resolved(), "back": back(), "overview": overview(), "nasty": nasty(),
		"right-to-left": rightToLeft(), "long": long(),
	} {
		t.Run(name, func(t *testing.T) {
			n, forms := recorded(t)
			c := open(t)
			for _, account := range []bot.Notifier{n, c} {
				if _, err := account.Post(t.Context(), posting(m)); err != nil {
					t.Fatal(err)
				}
			}
			var payloads, texts strings.Builder
			for _, form := range *forms {
				payloads.WriteString(form.Get("text") + "\n<!-- -->\n")
			}
			for _, shown := range c.Shown(channel) {
				texts.WriteString(shown.Text + "\n---\n")
			}
			golden(t, name+".html", payloads.String())
			golden(t, name+".txt", texts.String())
			c.faultless(t)
		})
	}
}

func TestParameters(t *testing.T) {
	n, forms := recorded(t)
	p := posting(bot.Message{Title: "Titre"})
	p.Silent, p.To.Thread = true, "42"
	p.ReplyTo = bot.Receipt{Channel: channel, IDs: []string{"5", "6"}}
	if _, err := n.Post(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.ReplyTo.Channel = basic // a reply to another chat's message would quote that message there
	if _, err := n.Post(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Edit(t.Context(), bot.Receipt{Channel: channel, IDs: []string{"7"}}, p); err != nil {
		t.Fatal(err)
	}
	common := url.Values{
		"chat_id": {channel}, "text": {"<b>Titre</b>"}, "parse_mode": {"HTML"},
		"link_preview_options": {`{"is_disabled":true}`},
	}
	with := func(more url.Values) url.Values {
		maps.Copy(more, common)
		return more
	}
	want := []url.Values{
		with(url.Values{
			"message_thread_id": {"42"}, "disable_notification": {"true"},
			"reply_parameters": {`{"allow_sending_without_reply":true,"message_id":5}`},
		}),
		with(url.Values{"message_thread_id": {"42"}, "disable_notification": {"true"}}),
		with(url.Values{"message_id": {"7"}}),
	}
	if diff := cmp.Diff(want, *forms); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingTypedBecomesMarkup(t *testing.T) {
	c := open(t)
	m := nasty()
	if _, err := c.Post(t.Context(), posting(m)); err != nil {
		t.Fatal(err)
	}
	shown := strings.ReplaceAll(c.Shown(channel)[0].Text, "\u2060", "")
	for _, text := range []string{
		m.Title, m.Summary, m.Facts[0].Label, m.Facts[0].Value, m.Sections[0].Heading, m.Sections[0].Text[0],
		"• " + m.Sections[0].Items[0], m.Links[0].Text, m.Links[1].Text + " javascript:alert(1)",
		"https://exemple.fr/sans-texte", m.Footer,
	} {
		if !strings.Contains(shown, text) {
			t.Errorf("a reader does not see %q in\n%s", text, shown)
		}
	}
	if names := c.Mentions(channel); len(names) > 0 {
		t.Errorf("%q are told of it", names)
	}
	c.faultless(t)
}

func TestDividedMessageLosesNothing(t *testing.T) {
	c := open(t)
	m := long()
	p := posting(m)
	p.To.Thread = c.OpenTopic(channel)
	r, err := c.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	shown := c.Shown(channel)
	if len(r.IDs) < 2 || len(shown) != len(r.IDs) {
		t.Fatalf("%d messages for %d parts, want the same number, more than one", len(shown), len(r.IDs))
	}
	var all string
	for i, one := range shown {
		if one.ID != r.IDs[i] || one.Thread != p.To.Thread || one.Audible != (i == 0) {
			t.Errorf("part %d is %+v, want message %s in topic %s, audible only when first", i, one, r.IDs[i], p.To.Thread)
		}
		if n := len(utf16.Encode([]rune(one.Text))); n > 4096 {
			t.Errorf("part %d has %d units", i, n)
		}
		all += one.Text + "\n"
	}
	for _, s := range m.Sections {
		if !strings.Contains(all, s.Heading) {
			t.Errorf("the heading %s is not shown", s.Heading)
		}
	}
	if n := strings.Count(all, "Rien à signaler & tout va bien."); n != 30*12 {
		t.Errorf("%d sentences are shown, want %d", n, 30*12)
	}
	c.faultless(t)
}

// The limit counts what is read, in UTF-16 units: markup and the names of entities do not count, faces count twice.
func TestLimitIsCountedAsTelegramDoes(t *testing.T) {
	for name, test := range map[string]struct {
		title string
		parts int
	}{
		"at the limit":            {strings.Repeat("é", 4096), 1},
		"over the limit":          {strings.Repeat("é", 4097), 2},
		"entities at the limit":   {strings.Repeat("&", 4096), 1},
		"faces at the limit":      {strings.Repeat("😀", 2048), 1},
		"faces over the limit":    {strings.Repeat("😀", 2049), 2},
		"mentions over the limit": {strings.Repeat("@aa ", 1024), 2}, // each holds a character that disarms it
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			r, err := c.Post(t.Context(), posting(bot.Message{Lang: "fr", Title: test.title}))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.IDs) != test.parts {
				t.Errorf("%d parts, want %d", len(r.IDs), test.parts)
			}
			c.faultless(t)
		})
	}
}

func TestEmptyMessageIsRejectedUnsent(t *testing.T) {
	c := open(t)
	for _, m := range []bot.Message{{}, {Title: " ", Footer: "\n"}} {
		_, err := c.Post(t.Context(), posting(m))
		wantKind(t, err, bot.KindRejected)
	}
	if n := len(c.Requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

func FuzzPost(f *testing.F) {
	f.Add("Pronote", "Il est 8 h", "x")
	f.Add("<b>@everyone &amp;", strings.Repeat("é&", 3000), "\u200f\x00")
	f.Add("@a@b@c", "</b>", "https://exemple.fr/\">")
	f.Add("", "", "\n")
	c := unlimited()
	f.Fuzz(func(t *testing.T, title, text, item string) {
		m := bot.Message{
			Lang: "ar", Title: title, Summary: text, Sections: []bot.Section{{Items: []string{item, text}}},
			Links: []bot.Link{{Text: title, URL: item}}, Footer: item,
		}
		n := through(t, roundTripper(c.roundTrip))
		if _, err := n.Post(t.Context(), posting(m)); err != nil {
			wantKind(t, err, bot.KindRejected)
			return
		}
		if names := c.Mentions(channel); len(names) > 0 {
			t.Errorf("%q are told of %q, %q, %q", names, title, text, item)
		}
	})
}
