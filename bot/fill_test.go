package bot_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// formCounter is a desk of a chat platform that has forms, with its own data of buttons.
func formCounter(t *testing.T) *counter {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := counterOn(s)
	c.Chat, c.Forms, c.Whispers, c.Seal = bot.Slack, true, true, &bot.Seal{}
	if err := c.Seal.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return c
}

// opens asks for a form with the button of an action.
func (c *counter) opens(t *testing.T, who string, action bot.Action) bot.Reply {
	t.Helper()
	c.Turnstile = &bot.Turnstile{}
	r, err := c.Press(t.Context(), bot.Press{From: group(), Person: who, Data: bot.SealedFor(c.Seal, c.Account, action, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sends fills a form in.
func (c *counter) sends(t *testing.T, who, data string, filled map[string][]string) bot.Reply {
	t.Helper()
	c.Turnstile = &bot.Turnstile{}
	r, err := c.Submit(t.Context(), bot.Submission{Press: bot.Press{From: group(), Person: who, Data: data}, Filled: filled})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *counter) wantUnchanged(t *testing.T, before bot.Destination) {
	t.Helper()
	if now := c.holds(t); !reflect.DeepEqual(before, now) {
		t.Errorf("%+v has become %+v", before, now)
	}
}

// TestFormsShowWhatHolds and what they show is understood when it is sent back as it is.
func TestFormsShowWhatHolds(t *testing.T) {
	c := formCounter(t)
	if f := c.opens(t, "prof", bot.ActionSettings).Form; len(f.Fields) != 3 { // no clock, no hours
		t.Errorf("before the académie is known: %+v", f.Fields)
	}
	c.types(t, "abonner Lille")
	c.types(t, "reglages public équipe; silence 21 h 30 - 6 h; week-ends oui\nlangues arabe, français")
	want := map[string]string{
		"zone": "Lille", "public": "équipe", "langues": "العربية, français", "silence": "21 h 30 - 6 h", "week_ends": "oui", "vacances": "non",
	}
	form := c.opens(t, "prof", bot.ActionSettings).Form
	filled := map[string][]string{}
	for _, f := range form.Fields {
		if got := strings.Join(f.Value, ", "); got != want[f.Name] || !f.Needed {
			t.Errorf("%s stands at %q, want %q", f.Name, got, want[f.Name])
		}
		for _, value := range f.Value {
			known := slices.ContainsFunc(f.Choices, func(c bot.Choice) bool { return c.Value == value })
			if len(f.Choices) > 0 && !known {
				t.Errorf("%s: %q is no choice", f.Name, value)
			}
		}
		filled[f.Name] = f.Value
	}
	before := c.holds(t)
	if r := c.sends(t, "prof", form.Data, filled); r.Message.Title != "changed" || len(r.Wrong) > 0 {
		t.Errorf("answered %+v", r)
	}
	c.wantUnchanged(t, before)
}

// TestEveryChoiceIsUnderstood takes each choice of each field.
func TestEveryChoiceIsUnderstood(t *testing.T) {
	c := formCounter(t)
	c.types(t, "abonner Lille")
	for action, kind := range map[bot.Action]string{bot.ActionSettings: "changed", bot.ActionSubscribe: "subscribed"} {
		form := c.opens(t, "prof", action).Form
		for _, f := range form.Fields {
			for _, choice := range f.Choices {
				r := c.sends(t, "prof", form.Data, map[string][]string{f.Name: {choice.Value}})
				if r.Message.Title != kind || len(r.Wrong) > 0 {
					t.Errorf("%s: %s: %+v", f.Name, choice.Value, r)
				}
			}
		}
	}
}

func TestFormsGiveTheCommand(t *testing.T) {
	c := formCounter(t)
	subscribe := c.opens(t, "prof", bot.ActionSubscribe)
	if subscribe.Message.Title != "where" || len(subscribe.Form.Fields) != 2 {
		t.Fatalf("the form is %+v", subscribe)
	}
	r := c.sends(t, "prof", subscribe.Form.Data, map[string][]string{"zone": {"Lille"}, "plateformes": {"pix", "pronote"}})
	if got := c.holds(t); r.Message.Title != "subscribed" || got.Wishes.Zone != "Lille" || !slices.Equal(got.Follows, []bot.PlatformID{"pix", "pronote"}) {
		t.Errorf("%s: %+v", r.Message.Title, got)
	}
	settings := c.opens(t, "prof", bot.ActionSettings).Form
	c.types(t, "reglages week-ends oui") // by somebody else, meanwhile
	r = c.sends(t, "prof", settings.Data, map[string][]string{"public": {"enseignants"}, "silence": {"jamais"}})
	if got := c.holds(t); r.Message.Title != "changed" || got.Audience != bot.Teachers || spoken(got.Silence) != "never" {
		t.Errorf("%s: %+v", r.Message.Title, got)
	}
	c.sends(t, "prof", settings.Data, map[string][]string{"silence": {"20 h - 7 h"}, "zone": {"Zone A"}})
	if got := c.holds(t); got.Wishes.Zone != "zone-a" || got.Silence.Zone != "zone-a" {
		t.Errorf("got %+v", got)
	}
}

// TestWrongFieldsChangeNothing and are named, all of them.
func TestWrongFieldsChangeNothing(t *testing.T) {
	c := formCounter(t)
	c.types(t, "abonner Lille")
	before := c.holds(t)
	form := c.opens(t, "prof", bot.ActionSettings).Form
	r := c.sends(t, "prof", form.Data, map[string][]string{
		"public": {"enseignants"}, "silence": {"25 h"}, "zone": {"Atlantide"}, "vacances": {"oui; public équipe"},
	})
	var names []string
	for name := range r.Wrong {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"silence", "vacances", "zone"}) || r.Message.Title != "unclear" {
		t.Errorf("wrong are %v: %+v", names, r)
	}
	c.wantUnchanged(t, before)
	subscribe := c.opens(t, "prof", bot.ActionSubscribe).Form
	if r := c.sends(t, "prof", subscribe.Data, map[string][]string{"plateformes": {"xyzzy"}}); len(r.Wrong) != 1 || r.Message.Title != "which" {
		t.Errorf("got %+v", r)
	}
}

// TestFormsAreForThoseWhoMay at the moment of sending, whoever opened them; made-up data does nothing.
func TestFormsAreForThoseWhoMay(t *testing.T) {
	c := formCounter(t)
	if r := c.opens(t, "parent", bot.ActionSettings); r.Form != nil || r.Message.Title != "denied" {
		t.Errorf("a parent gets %+v", r)
	}
	c.types(t, "abonner Lille")
	before := c.holds(t)
	form := c.opens(t, "prof", bot.ActionSettings).Form
	filled := map[string][]string{"public": {"enseignants"}}
	if r := c.sends(t, "parent", form.Data, filled); r.Message.Title != "denied" {
		t.Errorf("a parent is answered %+v", r)
	}
	c.chat.admins = nil
	if r := c.sends(t, "prof", form.Data, filled); r.Message.Title != "denied" {
		t.Errorf("who does not administer any more is answered %+v", r)
	}
	c.chat.err = errors.New("no answer")
	if r := c.sends(t, "prof", form.Data, filled); r.Message.Title != "unverified" {
		t.Errorf("unverified: %+v", r)
	}
	c.chat.admins, c.chat.err = []string{"prof"}, nil
	for _, data := range []string{
		"", "settings", "settings-", "subscribe" + strings.TrimPrefix(form.Data, "settings"),
		bot.SealedFor(c.Seal, c.Account, bot.ActionSettings, 0),
	} {
		if r := c.sends(t, "prof", data, filled); r.Message.Title != "expired" {
			t.Errorf("%q is answered %+v", data, r)
		}
	}
	elsewhere := bot.Submission{Press: bot.Press{From: bot.Address{Channel: "-2"}, Person: "prof", Data: form.Data}, Filled: filled}
	if r, err := c.Submit(t.Context(), elsewhere); err != nil || r.Message.Title != "expired" {
		t.Errorf("in another chat: %+v, %v", r, err)
	}
	c.wantUnchanged(t, before)
	c.put(t, bot.Destination{
		ID: before.ID, Account: c.Account, Address: group(), Audience: bot.Families, Place: before.Place, Languages: []string{"fr"},
		Follows: []bot.PlatformID{"pronote"},
	})
	if r := c.opens(t, "prof", bot.ActionSettings); r.Form != nil || r.Message.Title != "configured" {
		t.Errorf("of the configuration: %+v", r)
	}
	if r := c.sends(t, "prof", form.Data, filled); r.Message.Title != "configured" {
		t.Errorf("of the configuration: %+v", r)
	}
}

// TestFormsThatComeTooOften stay as they are filled in.
func TestFormsThatComeTooOften(t *testing.T) {
	c := formCounter(t)
	c.types(t, "abonner Lille")
	form := c.opens(t, "prof", bot.ActionSettings).Form
	c.Turnstile = &bot.Turnstile{}
	var last bot.Reply
	for range 20 {
		r, err := c.Submit(t.Context(), bot.Submission{
			Press: bot.Press{From: group(), Person: "prof", Data: form.Data}, Filled: map[string][]string{"silence": {"25 h"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		last = r
	}
	if _, said := last.Wrong["zone"]; !said || last.Message.Title != "busy" {
		t.Errorf("answered %+v", last)
	}
}

// TestFormsAreOfferedWhereThereAreSome and nowhere else.
func TestFormsAreOfferedWhereThereAreSome(t *testing.T) {
	for _, forms := range []bool{true, false} {
		c := formCounter(t)
		c.Forms = forms
		count := func(text string) int {
			t.Helper()
			c.Turnstile = &bot.Turnstile{}
			command, args, _ := strings.Cut(text, " ")
			m, err := c.Command(t.Context(), bot.Request{From: group(), Person: "prof", Command: command, Args: args})
			if err != nil {
				t.Fatal(err)
			}
			return len(m.Buttons)
		}
		want := map[bool]int{true: 1}[forms]
		if n := count("abonner"); n != want {
			t.Errorf("abonner: %d buttons, want %d", n, want)
		}
		if n := count("reglages"); n != want {
			t.Errorf("reglages: %d buttons, want %d", n, want)
		}
	}
}

// TestHomeTellsWhatStatusTells in the person's own conversation, with what everybody may ask for; who opens it without end
// is not answered, and nothing of them is kept.
func TestHomeTellsWhatStatusTells(t *testing.T) {
	c := formCounter(t)
	at := bot.Address{Channel: "D0PARENT"}
	visit := func() bot.Message {
		t.Helper()
		m, err := c.Home(t.Context(), bot.Request{From: at, Private: true, Person: "parent", Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := visit()
	if m.Title != "overview" || m.Lang != "en" || len(c.words.overview.Platforms) != 4 || len(m.Buttons) != 2 {
		t.Errorf("the page is %+v of %+v", m, c.words.overview)
	}
	for _, call := range c.words.help.Calls {
		i := slices.IndexFunc(bot.Commands(), func(k bot.Command) bool { return k.Name == call.Command })
		if bot.Commands()[i].For != bot.ForEveryone {
			t.Errorf("%s is shown to everybody", call.Command)
		}
	}
	todo, err := c.Press(t.Context(), bot.Press{From: at, Private: true, Person: "parent", Data: m.Buttons[0].Data})
	if err != nil || todo.Message.Title != "playbook" {
		t.Errorf("what to do: %+v, %v", todo, err)
	}
	form, err := c.Press(t.Context(), bot.Press{From: at, Private: true, Person: "parent", Data: m.Buttons[1].Data})
	if err != nil || form.Form == nil {
		t.Fatalf("the form: %+v, %v", form, err)
	}
	r, err := c.Submit(t.Context(), bot.Submission{
		Press:  bot.Press{From: at, Private: true, Person: "parent", Data: form.Form.Data},
		Filled: map[string][]string{"zone": {"Lille"}, "plateformes": {"pix"}},
	})
	if err != nil || r.Message.Title != "subscribed" {
		t.Errorf("sent: %+v, %v", r, err)
	}
	if visit(); len(c.words.overview.Platforms) != 1 {
		t.Errorf("not what the person follows: %+v", c.words.overview)
	}
	for range 20 {
		m = visit()
	}
	if m.Title != "" {
		t.Errorf("after twenty times: %+v", m)
	}
}
