package main

import (
	"bytes"
	"flag"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/locales"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/view"
)

var shots = flag.String("shots", "", "folder in which to keep pictures of the chats and of the demonstration")

// educonnect is an incident that touches everything a notice can hold: names, times, advice, workarounds and links.
func educonnect(t *testing.T, audience bot.Audience, languages ...string) bot.Task {
	t.Helper()
	place, err := paris()
	if err != nil {
		t.Fatal(err)
	}
	since := time.Date(2021, time.April, 6, 8, 5, 0, 0, place.Location)
	return bot.Task{
		Delivery: bot.Delivery{Flight: bot.Flight{Act: bot.ActPost, Purpose: bot.PurposeBulletin}},
		Destination: bot.Destination{
			ID: "parents", Audience: audience, Place: place, Languages: languages,
			Follows: []bot.PlatformID{"educonnect", "ent", "pronote"},
		},
		Incident: bot.Incident{
			ID: 1, Platform: "educonnect", Revision: 1, Condition: bot.LoginImpossible, Worst: bot.LoginImpossible, Since: since,
			OpenedAt: since.Add(time.Minute), ChangedAt: since.Add(time.Minute), Reason: bot.ReasonLoginPath,
			Evidence: bot.Evidence{
				URL: "https://educonnect.example/idp", Address: "192.0.2.10:443", Status: 503, Latency: 2340 * time.Millisecond,
			},
		},
		CheckedAt: since.Add(7 * time.Minute),
	}
}

// chatWriter writes with the texts of Panneau.
func chatWriter(t *testing.T) bot.Writer {
	t.Helper()
	words, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	return bot.Writer{
		Renderer: words, Vantages: 3, PageURL: "https://panneau.example.org", Every: map[bot.PlatformID]time.Duration{"educonnect": time.Minute},
		Web: bot.NewWeb([]bot.Platform{
			{ID: "educonnect", Name: "ÉduConnect", URL: "https://educonnect.education.gouv.fr/"},
			{ID: "ent", Name: "Mon ENT Occitanie", DependsOn: []bot.Dependency{{On: "educonnect"}}},
			{ID: "pronote", Name: "Pronote", DependsOn: []bot.Dependency{{On: "ent"}}},
		}),
	}
}

// tell posts a task through a real adapter and returns what the chat shows.
func tell(t *testing.T, b *booth, w bot.Writer, task bot.Task) []emulator.Shown {
	t.Helper()
	task.Destination.Address = bot.Address{Channel: b.channels[0]}
	posting, err := w.Write(t.Context(), task, task.CheckedAt)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := b.notifier.Post(t.Context(), posting)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.notifier.Edit(t.Context(), receipt, posting); err != nil {
		t.Errorf("edit: %v", err)
	}
	for _, r := range b.chat.Requests() {
		if r.Problem != "" {
			t.Errorf("%s: %s", r.Method, r.Problem)
		}
	}
	return b.chat.Shown(b.channels[0])
}

// TestArabicAndFrenchOnEveryChat has a notice in Arabic, which nobody has reviewed, reach a chat of each platform through
// its real library: the Arabic first, the French beneath, every isolate whole, no link twice.
func TestArabicAndFrenchOnEveryChat(t *testing.T) {
	for _, platform := range platforms() {
		for _, audience := range bot.Audiences() {
			t.Run(string(platform)+"/"+string(audience), func(t *testing.T) {
				b := newBooth(t, part{platform: platform, chats: 1}, loopback)
				shown := tell(t, b, chatWriter(t), educonnect(t, audience, "ar"))
				if len(shown) != 1 {
					t.Fatalf("%d messages, want both languages in one", len(shown))
				}
				text := shown[0].Text
				arabic, french := strings.Index(text, "تسجيل الدخول إلى"), strings.Index(text, "La connexion à ÉduConnect est impossible depuis 8\u00a0h\u00a005.")
				if arabic < 0 || french < arabic {
					t.Errorf("Arabic at %d, French at %d:\n%s", arabic, french, text)
				}
				for _, once := range []string{"192.0.2.10:443", "https://educonnect.example/idp"} {
					if n := strings.Count(text, once); audience == bot.Staff && n != 1 {
						t.Errorf("%s stands %d times in\n%s", once, n, text)
					}
				}
				for _, address := range []string{"https://educonnect.education.gouv.fr/", "https://panneau.example.org/incidents/1"} {
					if n := strings.Count(shown[0].Raw, address); n != 1 {
						t.Errorf("%d links to %s", n, address)
					}
				}
				if n := strings.Count(text, "\u2068ÉduConnect\u2069"); n != 3 {
					t.Errorf("the name is isolated %d times, want in the title, the sentence and the link:\n%s", n, text)
				}
				for _, want := range []string{"\u2068Mon ENT Occitanie\u2069", "\u206808:05\u2069", "\u206808:12\u2069"} {
					if !strings.Contains(text, want) {
						t.Errorf("no %q in\n%s", want, text)
					}
				}
				checkDirections(t, text)
				if strings.Contains(text[french:], "\u200f") {
					t.Errorf("the French runs from right to left: %q", text[french:])
				}
			})
		}
	}
}

// checkDirections checks that every line with Arabic in it runs from right to left, whatever letter comes first, and that
// isolates pair on each line.
func checkDirections(t *testing.T, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		arabic := strings.ContainsFunc(line, func(r rune) bool { return '\u0600' <= r && r <= '\u06ff' })
		first := strings.IndexFunc(line, unicode.IsLetter)
		if marked := strings.LastIndex(line[:max(first, 0)], "\u200f") >= 0; arabic && !marked {
			t.Errorf("no right-to-left mark before the first letter of %q", line)
		}
	}
	for _, f := range locales.LintAny(text) {
		t.Error(f)
	}
}

// TestEveryLanguageFits has the longest notice, with all the workarounds that one can hold, reach each chat in two languages
// that nobody has reviewed, with French beneath: three texts in one message.
func TestEveryLanguageFits(t *testing.T) {
	w := chatWriter(t)
	w.Planner = &bot.Planner{Store: emptyStore(t), Web: w.Web}
	for _, id := range []string{"franceconnect", "carnet", "matin-reserve", "travail-courriel"} {
		w.Planner.Workarounds = append(w.Planner.Workarounds, bot.Workaround{ID: id, Failing: []bot.PlatformID{"educonnect"}})
	}
	languages := slices.DeleteFunc(w.Renderer.(*locales.Renderer).Languages(), func(lang string) bool { return strings.HasPrefix(lang, "fr") })
	for _, platform := range platforms() {
		t.Run(string(platform), func(t *testing.T) {
			for i, lang := range languages {
				for _, second := range languages[i+1:] {
					b := newBooth(t, part{platform: platform, chats: 1}, loopback)
					shown := tell(t, b, w, educonnect(t, bot.Staff, lang, second))
					if len(shown) != 1 || !strings.Contains(shown[0].Text, "Voyez avec la collectivité si l’accès") {
						t.Errorf("%s and %s: %d messages", lang, second, len(shown))
					}
				}
			}
		})
	}
}

// TestViews draws the same incident as each chat shows it, in French, simplified French and Arabic. With -shots the page
// is kept, and with PANNEAU_TEST_CHROMIUM a picture of it.
func TestViews(t *testing.T) {
	var rows []view.Row
	w := chatWriter(t)
	for _, lang := range []string{"fr", "fr-x-simple", "ar"} {
		row := view.Row{Heading: lang}
		for _, platform := range platforms() {
			b := newBooth(t, part{platform: platform, chats: 1}, loopback)
			shown := tell(t, b, w, educonnect(t, bot.Families, lang))
			row.Chats = append(row.Chats, view.Chat{Platform: string(platform), Name: string(platform), Shown: shown})
		}
		rows = append(rows, row)
	}
	var page bytes.Buffer
	if err := view.Page(&page, "Un incident, trois messageries", rows); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		`href="https://educonnect.education.gouv.fr/"`: 9, `href="https://panneau.example.org/incidents/1"`: 9,
		"Si vous êtes déjà dans votre compte, n’en sortez pas.": 6, "Ne changez pas de mot de passe.": 3, "<b>🔴 ÉduConnect\u00a0: connexion impossible</b>": 9,
	} {
		if n := strings.Count(page.String(), text); n != want {
			t.Errorf("%q stands %d times on the page, want %d", text, n, want)
		}
	}
	if *shots != "" {
		photograph(t, page.Bytes())
	}
}

// photograph keeps the page and its picture.
func photograph(t *testing.T, page []byte) {
	t.Helper()
	folder, err := filepath.Abs(*shots)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "chats.html")
	if err := os.WriteFile(file, page, 0o644); err != nil {
		t.Fatal(err)
	}
	binary := os.Getenv("PANNEAU_TEST_CHROMIUM")
	if binary == "" {
		t.Skip("PANNEAU_TEST_CHROMIUM does not name a Chromium binary")
	}
	address := url.URL{Scheme: "file", Path: file}
	command := exec.CommandContext(t.Context(), binary, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+t.TempDir(), "--window-size=1320,2600", "--screenshot="+filepath.Join(folder, "chats.png"), address.String())
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

func emptyStore(t *testing.T) *store.Store {
	t.Helper()
	db, err := store.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "panneau.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestThePlainFormHasBothLanguages checks what is sent where a chat platform rejected the full text.
func TestThePlainFormHasBothLanguages(t *testing.T) {
	task := educonnect(t, bot.Families, "ar")
	task.Delivery.Plain = true
	posting, err := chatWriter(t).Write(t.Context(), task, task.CheckedAt)
	if err != nil {
		t.Fatal(err)
	}
	m := posting.Message
	if m.Lang != "ar" || m.Title == "" || len(m.Facts)+len(m.Sections)+len(m.Links) > 0 || len(m.Also) != 1 {
		t.Fatalf("got %+v", m)
	}
	if also := m.Also[0]; also.Lang != "fr" || also.Summary == "" || len(also.Facts)+len(also.Sections) > 0 {
		t.Errorf("beneath: %+v", also)
	}
}

// TestAnswersAreInTheLanguagesOfTheChat asks for the state in an Arabic chat: everybody sees both languages, and who asks
// alone gets their own where Panneau has it, but not against what their private chat is set to.
func TestAnswersAreInTheLanguagesOfTheChat(t *testing.T) {
	db := emptyStore(t)
	owe(t, db, time.Now().Add(-time.Minute))
	chat := educonnect(t, bot.Families, "ar").Destination
	chat.Account, chat.Address, chat.Follows = "tg", bot.Address{Channel: "-2"}, []bot.PlatformID{"ent"}
	if err := db.Update(t.Context(), func(tx bot.Tx) error { return tx.PutDestination(chat) }); err != nil {
		t.Fatal(err)
	}
	platforms := []bot.Platform{{ID: "ent", Name: "Mon ENT Occitanie", URL: "https://ent.example/"}}
	w := chatWriter(t)
	desk := bot.Desk{
		Account: "tg", Chat: bot.Telegram, Prefix: "/", Store: db, Renderer: w.Renderer, Stranger: stranger(chat.Place), Turnstile: &bot.Turnstile{},
		Board: &bot.Board{
			Store: db, Platforms: platforms, Vantages: 1, Offline: func() bool { return false },
			Planner: &bot.Planner{Store: db, Web: bot.NewWeb(platforms)},
		},
	}
	for _, command := range []string{"status", "que_faire", "aide"} {
		for asker, want := range map[string]string{"": "ar fr", "ar": "ar fr", "fr": "fr", "en-GB": "en fr", "pt-BR": "pt fr", "tlh": "ar fr"} {
			m, err := desk.Command(t.Context(), bot.Request{From: chat.Address, Command: command, Lang: asker, Person: command + asker})
			if err != nil {
				t.Fatalf("%s in %q: %v", command, asker, err)
			}
			got := m.Lang
			for _, other := range m.Also {
				got += " " + other.Lang
				if len(other.Links) > 0 {
					t.Errorf("%s in %q: links twice: %v", command, asker, other.Links)
				}
			}
			private, err := desk.Command(t.Context(), bot.Request{From: chat.Address, Private: true, Command: command, Lang: asker, Person: command + asker})
			if err != nil || private.Lang != "ar" {
				t.Errorf("%s in %q, in private, is answered in %q, %v", command, asker, private.Lang, err)
			}
			if got != want {
				t.Errorf("%s in %q is answered in %q, want %q", command, asker, got, want)
			}
		}
	}
}
