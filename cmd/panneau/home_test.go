package main

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/checks/catalogue"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// guest is a person with the app's page and its windows before them.
type guest struct {
	*slack.Server
	t    *testing.T
	name string
}

// visit opens the app's page and returns what stands there.
func (g guest) visit() slack.Page {
	g.t.Helper()
	g.OpenHome(g.name, "home")
	time.Sleep(2 * time.Second)
	p, found := g.Home(g.name)
	if !found {
		g.t.Fatalf("%s sees no page", g.name)
	}
	return p
}

func (g guest) button(p slack.Page, label string) emulator.Button {
	g.t.Helper()
	i := slices.IndexFunc(p.Buttons, func(b emulator.Button) bool { return visible(b.Label) == label })
	if i < 0 {
		g.t.Fatalf("no button « %s » among %v", label, p.Buttons)
	}
	return p.Buttons[i]
}

// window is what the person has open.
func (g guest) window() slack.Page {
	g.t.Helper()
	time.Sleep(2 * time.Second)
	w, found := g.Modal(g.name)
	if !found {
		g.t.Fatalf("%s has no window", g.name)
	}
	return w
}

func (g guest) send(filled map[string][]string) slack.Page {
	g.t.Helper()
	if err := g.Submit(g.name, filled); err != nil {
		g.t.Fatal(err)
	}
	return g.window()
}

func (g guest) wantText(p slack.Page, words ...string) {
	g.t.Helper()
	for _, word := range words {
		if !strings.Contains(visible(p.Text), word) {
			g.t.Errorf("%s does not read %q in %q", g.name, word, p.Text)
		}
	}
}

const (
	labelChange    = "Modifier…"
	labelSubscribe = "M’abonner…"
)

// TestHomeOnSlack tells a person what is the matter now, and lets them subscribe their own conversation.
func TestHomeOnSlack(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		l := lounges(s)[bot.Slack]
		s.start()
		g := guest{l.Chat.(*slack.Server), t, alice}
		s.see("ent", "u")
		calm := g.visit()
		g.wantText(calm, "ENT", "/panneau status", "/panneau que_faire")
		if strings.Contains(calm.Text, "/panneau reglages") {
			t.Errorf("what not everybody may is shown: %s", calm.Text)
		}
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		g.wantText(g.visit(), "ENT : inaccessible, depuis 8 h (vérifié il y a 1 minute)")
		g.PressHome(g.name, g.button(g.visit(), labelTodo))
		g.wantText(g.window(), "Que faire")
		g.Dismiss(g.name)
		if n := mentions(s, alice); len(n) > 0 {
			t.Errorf("of who only looked is kept: %v", n)
		}
		g.PressHome(g.name, g.button(g.visit(), labelSubscribe))
		if w := g.window(); !slices.Contains(w.Fields, "Plateformes") {
			t.Errorf("the window is %+v", w)
		}
		g.wantText(g.send(map[string][]string{"Académie ou zone": {"Lille"}}), "C’est fait", "Lille")
		if d, known := at(s, bot.Slack, "D0ALICE"); !known || d.Wishes.Zone != "Lille" {
			t.Errorf("known %v: %+v", known, d)
		}
		g.Dismiss(g.name)
		g.PressHome(g.name, g.button(g.visit(), labelChange))
		g.window()
		g.wantText(g.send(map[string][]string{"Public": {"Enseignants"}, "Sans sonnerie": {"21 h - 6 h"}}), "C’est noté", "enseignants", "21 h")
		l.faultless()
	})
}

// TestFormsOnSlack are for those who administer at the moment of sending, say what they do not understand, and take nothing
// twice.
func TestFormsOnSlack(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		l := lounges(s)[bot.Slack]
		s.start()
		g := guest{l.Chat.(*slack.Server), t, lea}
		ask := func(command, label string) emulator.Button {
			t.Helper()
			l.ask(lea, command, "")
			return hand{&place{medium: l.medium, channel: l.channel}, t, lea}.button(label)
		}
		l.Press(l.channel, lea, ask("abonner", labelSubscribe))
		g.window()
		g.wantText(g.send(map[string][]string{"Académie ou zone": {"Lille"}}), "C’est fait")
		change := ask("reglages", labelChange)
		l.Press(l.channel, lea, change)
		g.window()
		w := g.send(map[string][]string{"Sans sonnerie": {"25 h"}, "Public": {"Enseignants"}})
		if d, _ := l.here(s); visible(w.Wrong["Sans sonnerie"]) != "Je ne comprends pas « 25 h ». Rien ne change." || d.Audience != bot.Families {
			t.Errorf("beside the fields stands %q; readers are %s", w.Wrong, d.Audience)
		}
		g.wantText(g.send(map[string][]string{"Sans sonnerie": {"jamais"}, "Public": {"Enseignants"}}), "C’est noté", "enseignants")
		done, _ := l.here(s)
		if done.Audience != bot.Teachers || done.Silence.Zone != "" {
			t.Errorf("it holds %+v", done)
		}
		g.Resend()
		time.Sleep(5 * time.Second)
		g.Dismiss(lea)

		l.Press(l.channel, lea, change) // Léa opens it, and does not administer any more when she sends it
		g.window()
		l.appoint(lea, false)
		g.wantText(g.send(map[string][]string{"Public": {"Familles"}}), "Commande réservée")
		if now, _ := l.here(s); now.Audience != bot.Teachers {
			t.Errorf("it holds %+v", now)
		}
		g.Dismiss(lea)
		before := len(l.Shown(l.channel))
		l.Press(l.channel, lea, change)
		time.Sleep(5 * time.Second)
		shown := l.Shown(l.channel)
		if _, found := g.Modal(lea); found || len(shown) != before+1 || !strings.Contains(visible(shown[before].Text), "Commande réservée") {
			t.Errorf("window %v, shown %+v", found, shown[before:])
		}
		l.faultless()

		l.appoint(lea, true) // Slack is slow to say so: the trigger is not good any more, and it is said how it is typed
		l.Inject(emulator.Fault{Method: "users.info", Kind: emulator.Delay, Wait: 4 * time.Second})
		l.Press(l.channel, lea, change)
		time.Sleep(10 * time.Second)
		shown = l.Shown(l.channel)
		if _, found := g.Modal(lea); found || !strings.Contains(visible(shown[len(shown)-1].Text), "/panneau reglages silence") {
			t.Errorf("window %v, shown %+v", found, shown[len(shown)-1])
		}
	})
}

// TestEveryPlatformCanBeChosen in a form, whatever it is called: those of the whole catalogue, one by one and as many as a form
// takes at once.
func TestEveryPlatformCanBeChosen(t *testing.T) {
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []bot.Platform
	for _, e := range known.Platforms {
		platforms = append(platforms, e.Platform)
	}
	place, err := paris()
	if err != nil {
		t.Fatal(err)
	}
	db, seal, from := emptyStore(t), &bot.Seal{}, bot.Address{Channel: "D0ALICE"}
	if err := seal.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	desk := &bot.Desk{
		Account: "slack", Chat: bot.Slack, Prefix: "/panneau ", Open: true, Forms: true, Whispers: true, Store: db, Seal: seal,
		Renderer: chatWriter(t).Renderer, Stranger: stranger(place), Woken: func() {}, Logger: slog.New(slog.DiscardHandler),
		Board: &bot.Board{
			Store: db, Platforms: platforms, Vantages: 1, Offline: func() bool { return false },
			Planner: &bot.Planner{Store: db, Web: bot.NewWeb(platforms)},
		},
	}
	choose := func(chosen ...bot.Platform) {
		t.Helper()
		desk.Turnstile = &bot.Turnstile{}
		page, err := desk.Home(t.Context(), bot.Request{From: from, Private: true, Person: alice})
		if err != nil {
			t.Fatal(err)
		}
		press := bot.Press{From: from, Private: true, Person: alice, Data: page.Buttons[1].Data}
		opened, err := desk.Press(t.Context(), press)
		if err != nil || opened.Form == nil {
			t.Fatal(opened, err)
		}
		filled := map[string][]string{"zone": {"Clermont-Ferrand"}}
		var want []bot.PlatformID
		for _, p := range chosen {
			i := slices.IndexFunc(opened.Form.Fields[1].Choices, func(c bot.Choice) bool { return c.Label == p.Name })
			filled["plateformes"] = append(filled["plateformes"], opened.Form.Fields[1].Choices[i].Value)
			want = append(want, p.ID)
		}
		press.Data = opened.Form.Data
		sent, err := desk.Submit(t.Context(), bot.Submission{Press: press, Filled: filled})
		if err != nil || len(sent.Wrong) > 0 {
			t.Errorf("%v: %+v, %v", filled, sent, err)
		}
		put(t, db, func(tx bot.Tx) error {
			d, err := tx.DestinationAt("slack", from)
			if err != nil || d.Wishes.All || !slices.Equal(d.Wishes.Platforms, want) {
				t.Errorf("%v are chosen, %+v are followed, %v", want, d.Wishes, err)
			}
			_, err = tx.EraseChat("slack", from.Channel)
			return err
		})
	}
	for _, p := range platforms {
		choose(p)
	}
	longest := slices.SortedFunc(slices.Values(platforms), func(a, b bot.Platform) int { return len(b.ID) - len(a.ID) })
	choose(longest[:5]...)
}
