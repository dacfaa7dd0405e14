package bot_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
)

// deskWords keeps what a desk answers, without a language.
type deskWords struct {
	plainWords

	answer   *bot.Answer
	overview *bot.Overview
	help     *bot.Help
	welcome  *bot.Welcome
	langs    []string // in which it was asked for
}

func (w *deskWords) Languages() []string { return []string{"fr", "fr-x-simple", "en", "ar"} }
func (w *deskWords) Choose(asker string, chat []string) []string {
	w.langs = chat
	if asker != "" {
		w.langs = []string{asker}
	}
	if len(w.langs) == 0 {
		w.langs = []string{"fr"}
	}
	return w.langs
}

func (w *deskWords) Answer(lang string, a bot.Answer) (bot.Message, error) {
	w.answer = &a
	return bot.Message{Lang: lang, Title: string(a.Kind)}, nil
}

func (w *deskWords) Overview(lang string, o bot.Overview) (bot.Message, error) {
	w.overview = &o
	return bot.Message{Lang: lang, Title: "overview"}, nil
}

func (w *deskWords) Playbook(lang string, p bot.Playbook) (bot.Message, error) {
	w.overview = &p.Overview
	return bot.Message{Lang: lang, Title: "playbook"}, nil
}

func (w *deskWords) Help(lang string, h bot.Help) (bot.Message, error) {
	w.help = &h
	return bot.Message{Lang: lang, Title: "help"}, nil
}

func (w *deskWords) Welcome(lang string, g bot.Welcome) (bot.Message, error) {
	w.welcome = &g
	return bot.Message{Lang: lang, Title: "welcome"}, nil
}

func (w *deskWords) Form(lang string, f bot.Form) (bot.Form, error) {
	f.Lang, f.Title = lang, string(f.Action)
	return f, nil
}

func (w *deskWords) Button(_ string, a bot.Action) (string, error) { return string(a), nil }

func (w *deskWords) Trial(lang string, n bot.Notice) (bot.Message, error) {
	return bot.Message{Lang: lang, Title: "trial of " + n.Platform.Name}, nil
}

// doorChat is a chat whose administrators are known.
type doorChat struct {
	*fakeChat

	admins []string
	err    error
}

func (c *doorChat) Administers(_ context.Context, _ bot.Address, person string) (bool, error) {
	return slices.Contains(c.admins, person), c.err
}

// counter is a desk with what it stands on.
type counter struct {
	*bot.Desk

	words *deskWords
	chat  *doorChat
	woken int
}

// deskPlatforms are a platform of the whole country, those of two académies, and one for teachers.
func deskPlatforms() []bot.Platform {
	return []bot.Platform{
		{ID: "pronote", Name: "Pronote"},
		{ID: "enthdf", Name: "ENT Hauts-de-France", Areas: []string{"Lille", "Amiens"}},
		{ID: "educ", Name: "L’Éduc de Normandie", Areas: []string{"Normandie"}},
		{ID: "pix", Name: "Pix", Readers: []bot.Audience{bot.Teachers}},
	}
}

// newCounter opens a desk where chats may subscribe themselves and « prof » administers every one.
func newCounter(t testing.TB) *counter {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return counterOn(s)
}

func counterOn(s bot.Store) *counter {
	c := &counter{words: &deskWords{}, chat: &doorChat{fakeChat: newFakeChat(), admins: []string{"prof"}}}
	c.chat.per = 0
	platforms := deskPlatforms()
	c.Desk = &bot.Desk{
		Account: "tg", Chat: bot.Telegram, Prefix: "/", Open: true, Store: s, Renderer: c.words, Notifier: c.chat,
		Board: &bot.Board{
			Store: s, Platforms: platforms, Vantages: 1, Offline: func() bool { return false },
			Planner: &bot.Planner{Store: s, Web: bot.NewWeb(platforms)},
		},
		Turnstile: &bot.Turnstile{},
		Stranger: bot.Destination{
			Audience: bot.Families, Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"},
		},
		Woken: func() { c.woken++ }, Trouble: func(bot.Trouble) {}, Logger: slog.New(slog.DiscardHandler),
	}
	return c
}

// group is the chat in which the tests speak.
func group() bot.Address { return bot.Address{Channel: "-1"} }

// types gives a command as the chat's administrator types it, and returns the title of the answer.
func (c *counter) types(t testing.TB, text string) string {
	t.Helper()
	return c.asks(t, bot.Request{From: group(), Person: "prof"}, text)
}

func (c *counter) asks(t testing.TB, r bot.Request, text string) string {
	t.Helper()
	c.Turnstile = &bot.Turnstile{}
	r.Command, r.Args, _ = strings.Cut(text, " ")
	m, err := c.Command(t.Context(), r)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m.Title
}

// holds is what the chat's destination is in the store.
func (c *counter) holds(t testing.TB) (d bot.Destination) {
	t.Helper()
	err := c.Store.View(t.Context(), func(tx bot.Tx) (err error) {
		d, err = tx.DestinationAt(c.Account, group())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (c *counter) put(t testing.TB, d bot.Destination) {
	t.Helper()
	if err := c.Store.Update(t.Context(), func(tx bot.Tx) error { return tx.PutDestination(d) }); err != nil {
		t.Fatal(err)
	}
}
