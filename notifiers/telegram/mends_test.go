package telegram_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	emulated "github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// Telegram drops the entities of a message after the hundredth without a word: a link must not be among them.
func TestLinksSurviveManyHeadings(t *testing.T) {
	m := bot.Message{Lang: "fr", Title: "État", Links: []bot.Link{{Text: "Page publique", URL: "https://panneau.example/"}}}
	for i := range 120 {
		m.Sections = append(m.Sections, bot.Section{Heading: fmt.Sprint("Service ", i), Text: []string{"Bien."}})
	}
	c := open(t)
	if _, err := c.Post(t.Context(), posting(m)); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(c.Shown(channel), func(s emulator.Shown) bool { return strings.Contains(s.Raw, "panneau.example") }) {
		t.Error("the address of the link is lost")
	}
}

// A page on a private network may have a host without a dot, which Telegram does not link.
func TestAddressesThatTelegramDoesNotLinkAreWrittenOut(t *testing.T) {
	for _, address := range []string{"http://panneau/incidents/1", "http://localhost:8080/", "javascript:alert(1)"} {
		c := open(t)
		m := bot.Message{Lang: "fr", Title: "Titre", Links: []bot.Link{{Text: "Page", URL: address}}}
		if _, err := c.Post(t.Context(), posting(m)); err != nil {
			t.Fatal(err)
		}
		if shown := c.Shown(channel)[0]; !strings.Contains(shown.Raw, address) {
			t.Errorf("%s is shown as %s", address, shown.Raw)
		}
	}
}

func TestTextThatIsNotUTF8IsPosted(t *testing.T) {
	c := open(t)
	m := bot.Message{Title: "a\xffb", Links: []bot.Link{{Text: "l\xff", URL: "https://exemple.fr/\xff"}}}
	if _, err := c.Post(t.Context(), posting(m)); err != nil {
		t.Fatal(err)
	}
	c.faultless(t)
}

func TestAConflictIsLoggedOnce(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		stop, _ := listen(t, c, &desk{})
		defer stop()
		for range 4 {
			time.Sleep(20 * time.Second)
			r, err := http.NewRequest(http.MethodGet, "http://memory/bot"+emulated.Token+"/getUpdates", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.roundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
		}
		time.Sleep(time.Minute)
		if n := strings.Count(c.log.String(), "another process uses this token"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, c.log.String())
		}
	})
}

func TestARefusedTokenEndsAtOnceWhileTheMenuWaits(t *testing.T) {
	simulate(t, menu(), func(t *testing.T, c *chat) {
		c.Inject(emulator.Fault{Kind: emulator.Throttle, Wait: time.Hour, Method: "getMyCommands"})
		_, result := listen(t, c, &desk{})
		time.Sleep(time.Minute)
		begun := time.Now()
		c.Revoke()
		wantKind(t, <-result, bot.KindUnauthorised)
		if took := time.Since(begun); took > time.Second {
			t.Errorf("ended only after %v", took)
		}
	})
}

// longDesk answers with a text of several messages.
type longDesk struct{ desk }

func (d *longDesk) Command(context.Context, bot.Request) (bot.Message, error) { return long(), nil }

// An answer of which a later part is refused for a while is completed, not begun anew.
func TestARefusedPartOfAnAnswerIsNotRepeated(t *testing.T) {
	simulate(t, nil, func(t *testing.T, c *chat) {
		whole, err := c.Post(t.Context(), posting(long()))
		if err != nil {
			t.Fatal(err)
		}
		sent := 0
		place(t, c, "http://telegram.invalid", &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/sendMessage") {
				if sent++; sent == 2 {
					return answering(429, nil, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}`)(r)
				}
			}
			return c.roundTrip(r)
		})}, nil)
		stop, _ := listen(t, c, &longDesk{})
		defer stop()
		c.Say(person, "Zoé", "/status")
		time.Sleep(20 * time.Second)
		if got, want := len(c.Shown(person))-1, len(whole.IDs); got != want {
			t.Errorf("%d messages answer, want %d", got, want)
		}
	})
}
