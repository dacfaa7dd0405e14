package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/panneau-ecole/panneau/bot"
)

// variants are other ways to type the same: signs and spaces that keyboards put in their place, accents that are left
// out or typed apart, capitals.
func variants(typed string) map[string]string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(typed))
	return map[string]string{
		"curly apostrophes": strings.ReplaceAll(typed, "'", "’"),
		"no-break spaces":   strings.ReplaceAll(typed, " ", "\u00a0"),
		"narrow spaces":     strings.ReplaceAll(typed, " ", "\u202f"),
		"two spaces":        strings.ReplaceAll(typed, " ", "  "),
		"accents apart":     norm.NFD.String(typed),
		"no accents":        norm.NFC.String(plain),
		"capitals":          strings.ToUpper(typed),
	}
}

// sameText reports whether a text is one that variants are made of: what people type in French, on one line.
func sameText(typed string) bool {
	return norm.NFC.IsNormalString(typed) && strings.IndexFunc(typed, func(r rune) bool {
		return !unicode.Is(unicode.Latin, r) && !strings.ContainsRune("0123456789 ',;:.!?-", r) || unicode.ToLower(unicode.ToUpper(r)) != r && unicode.IsLower(r)
	}) < 0
}

// result is what came of a command, without what is said back as it was typed.
func result(t *testing.T, c *counter, command, args string) (title string, said bot.Answer, kept *bot.Destination) {
	t.Helper()
	c.Turnstile, c.words.answer, c.words.help, c.words.overview = &bot.Turnstile{}, nil, nil, nil
	c.types(t, "stop")
	c.types(t, "abonner Lille")
	c.words.answer = nil
	m, err := c.Command(t.Context(), bot.Request{From: group(), Person: "prof", Command: strings.ToLower(command), Args: args})
	if err != nil {
		t.Fatalf("%q %q: %v", command, args, err)
	}
	if c.words.answer != nil {
		said = *c.words.answer
		bounded(t, said.Word, said.Typed)
		said.Word, said.Kept = "", bot.Kept{}
	}
	if c.words.help != nil {
		bounded(t, c.words.help.Asked)
	}
	if c.words.overview != nil {
		bounded(t, c.words.overview.Asked)
	}
	err = c.Store.View(t.Context(), func(tx bot.Tx) error {
		d, err := tx.DestinationAt(c.Account, group())
		if err == nil {
			kept = &d
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m.Title, said, kept
}

// oneChat is a ledger of one chat in memory: a fuzzer has no time for a disk. What the desk calls besides is a nil pointer.
type oneChat struct {
	bot.Tx

	chat  *bot.Destination
	deeds []bot.Deed
}

func (s *oneChat) View(_ context.Context, f func(bot.Tx) error) error   { return f(s) }
func (s *oneChat) Update(_ context.Context, f func(bot.Tx) error) error { return f(s) }

func (s *oneChat) DestinationAt(bot.AccountID, bot.Address) (bot.Destination, error) {
	if s.chat == nil {
		return bot.Destination{}, bot.ErrNotFound
	}
	return *s.chat, nil
}

func (s *oneChat) PutDestination(d bot.Destination) error {
	s.chat = &d
	return nil
}

func (s *oneChat) Wake(bot.AccountID, string, time.Time) (int, error) { return 0, nil }

func (s *oneChat) EraseChat(bot.AccountID, string) (int, error) {
	erased := 0
	if s.chat != nil {
		erased = 1
	}
	s.chat, s.deeds = nil, nil
	return erased, nil
}

func (s *oneChat) Keep(d bot.Deed) error {
	s.deeds = append(s.deeds, d)
	return nil
}

func (s *oneChat) ChatsMade(bot.AccountID) (int, error)            { return 0, nil }
func (s *oneChat) Deeds(bot.AccountID, string) ([]bot.Deed, error) { return s.deeds, nil }
func (s *oneChat) Deliveries(bot.AccountID, string) (int, error)   { return 0, nil }
func (s *oneChat) Standings() ([]bot.Standing, error)              { return nil, nil }
func (s *oneChat) PresentViews() ([]bot.View, error)               { return nil, nil }
func (s *oneChat) OpenIncidents() ([]bot.Incident, error)          { return nil, nil }
func (s *oneChat) Announcements() ([]bot.Incident, error)          { return nil, nil }
func (s *oneChat) Upkeeps(time.Time) ([]bot.Upkeep, error)         { return nil, nil }
func (s *oneChat) DropUnfollowed() error                           { return nil }
func (s *oneChat) EndSilence(time.Time) error                      { return nil }

// bounded holds what an answer says back to a few lines of a chat.
func bounded(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if n := len([]rune(text)); n > 250 {
			t.Errorf("%d characters are said back: %.100q…", n, text)
		}
	}
}

// FuzzCommand types anything to a desk. It never fails, its answers are bounded, and the same words mean the same however
// a keyboard writes them.
func FuzzCommand(f *testing.F) {
	for _, seed := range [][2]string{
		{"s'abonner", "académie d'Aix-Marseille et l'Éduc de Normandie"}, {"réglages", "silence de 20 h à 7 h"},
		{"réglages", "académie Lille"}, {"réglages", "heures calmes : 21h30-6h45"}, {"réglages", "public équipe"},
		{"langue", "français et العربية"}, {"langue", "français simple, anglais"}, {"mes", "données"}, {"vie", "privée"},
		{"que", "faire ? Pronote"}, {"désabonner", "Pronotte ; ENT Hauts-de-France"}, {"plateformes", "l'éduc"},
		{"abonner", "🙂👩\u200d🏫 Lille"}, {"abonner", "\u202eelliL"}, {"\u2067stop\u2069", ""}, {"", ""}, {"test", "\x00\xff\xfe"},
		{"abonner", strings.Repeat("Pronote, ", 1200)}, {strings.Repeat("é", 10_000), strings.Repeat("'", 10_000)},
		{"reglages", "silence " + strings.Repeat("2", 10_000)}, {"langue", strings.Repeat("et ", 4000)},
		{"reglages", "sujet ici"}, {"simple", "oui"}, {"stop", "maintenant"}, {"journal", "7"}, {"status", "Pronote\u00a0?"},
	} {
		f.Add(seed[0], seed[1])
	}
	c := counterOn(&oneChat{})
	f.Fuzz(func(t *testing.T, command, args string) {
		title, said, kept := result(t, c, command, args)
		if !sameText(command) || !sameText(args) || len(command)+len(args) > 100 { // what is longer is cut, at different places
			return
		}
		commands := variants(command)
		for name, other := range variants(args) {
			again, saidAgain, keptAgain := result(t, c, commands[name], other)
			if again != title {
				t.Errorf("%s: %q %q is %s, %q %q is %s", name, command, args, title, commands[name], other, again)
			}
			if diff := cmp.Diff(said, saidAgain); diff != "" {
				t.Errorf("%s of %q %q: %s", name, command, args, diff)
			}
			if diff := cmp.Diff(kept, keptAgain, cmp.Comparer(func(a, b bot.Place) bool { return a.Name == b.Name })); diff != "" {
				t.Errorf("%s of %q %q: %s", name, command, args, diff)
			}
		}
	})
}
