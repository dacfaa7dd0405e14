package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// officeWords are the words of a desk that operators speak to.
type officeWords struct{ plainWords }

// Brief is « circular_preview 1234 », with what else tells one answer from another.
func (officeWords) Brief(b bot.Brief) (bot.Message, error) {
	title := fmt.Sprintf("%s %s%s", b.Kind, b.Draft.Code, b.Word)
	for _, m := range b.Mutes {
		title += fmt.Sprintf("%q until %s", m.Account, m.Until.UTC().Format("15:04"))
	}
	if b.Number > 0 {
		title = fmt.Sprintf("%s %d", b.Kind, b.Number)
	}
	return bot.Message{Title: strings.TrimSpace(title), Footer: fmt.Sprint(b.Draft.To)}, nil
}

// Answer is its kind.
func (officeWords) Answer(_ string, a bot.Answer) (bot.Message, error) {
	return bot.Message{Title: string(a.Kind)}, nil
}

// operated runs a test with chats of several kinds and two operators, from whom another has to confirm above two chats.
func operated(t *testing.T, test func(s *stage, ask func(who, command, args string) string)) {
	teachers, retired, asleep := follower("-2"), follower("-3"), follower("-4")
	teachers.Audience, retired.Follows = bot.Teachers, nil
	teachers.Silence.Zone = "Lille"
	list := []bot.Destination{follower("-1"), teachers, retired, asleep}
	onStageOf(t, []bot.Platform{{ID: "ent", Name: "ENT"}}, list, func(s *stage) {
		err := s.store.Update(s.t.Context(), func(tx bot.Tx) error {
			_, err := tx.PutToSleep("tg", bot.Address{Channel: "-4"}, bot.Sleep{Since: time.Now(), Until: time.Now().Add(1000 * time.Hour)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		test(s, s.counter(1))
	})
}

// counter is a desk with two operators, who can address so many chats alone.
func (s *stage) counter(alone int) (ask func(who, command, args string) string) {
	return func(who, command, args string) string {
		s.t.Helper()
		desk := &bot.Desk{ // as after a start: it remembers nothing
			Account: "tg", Prefix: "/", Operators: bot.Operators{"1": "claire", "2": "karim"}, Store: s.store, SecondAbove: alone,
			Board: &bot.Board{Store: s.store, Platforms: s.platforms}, Renderer: officeWords{}, Notifier: s.chat, Turnstile: &bot.Turnstile{},
			Stranger: bot.Destination{Audience: bot.Families, Place: bot.Place{Location: time.UTC, Name: "Paris"}, Languages: []string{"fr"}},
			Woken:    func() { s.speaker.Wake() }, Changed: func() { s.speaker.Wake() }, Trouble: func(bot.Trouble) {},
			Logger: slog.New(slog.DiscardHandler),
		}
		m, err := desk.Command(s.t.Context(), bot.Request{From: bot.Address{Channel: "p" + who}, Private: true, Command: command, Args: args, Person: who})
		if err != nil {
			s.t.Errorf("%s %s: %v", command, args, err)
		}
		return m.Title
	}
}

// code is the code in an answer that shows a draft.
func code(answer string) string { return answer[strings.LastIndex(answer, " ")+1:] }

func (s *stage) journal() (list []string) {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		deeds, _, err := tx.OperatorDeeds(time.Time{}, 100)
		for _, d := range deeds {
			list = append(list, d.Who+": "+d.What)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

func TestACircularLives(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		preview := ask("1", "annonce", "familles pendant 2h : L’ENT ferme à 18:00.")
		if !strings.HasPrefix(preview, "circular_preview ") {
			t.Fatalf("answered %q", preview)
		}
		time.Sleep(time.Minute)
		s.wantShown("-1") // nothing leaves before it is confirmed
		if got := ask("2", "annonce", "confirmer "+code(preview)); got != "circular_sent 1" {
			t.Fatalf("answered %q", got)
		}
		if got := ask("1", "annonce", "confirmer "+code(preview)); got != "circular_no_draft "+code(preview) {
			t.Errorf("confirmed twice: %q", got)
		}
		time.Sleep(time.Minute)
		s.wantShown("-1", "circular: L’ENT ferme à 18:00.")
		for _, other := range []string{"-2", "-3", "-4"} {
			s.wantShown(other)
		}
		correction := ask("1", "annonce", "corriger 1 : L’ENT ferme à 19 h.")
		s.wantShown("-1", "circular: L’ENT ferme à 18:00.")
		ask("1", "annonce", "confirmer "+code(correction))
		time.Sleep(time.Minute)
		s.wantShown("-1", "circular: L’ENT ferme à 19 h.")
		stop := s.herald()
		time.Sleep(2 * time.Hour)
		s.wantShown("-1", "circular: L’ENT ferme à 19 h., over")
		stop()
		if got := ask("1", "annonce", "corriger 1 : Trop tard."); got != "circular_none 1 : Trop tard." {
			t.Errorf("what is over is corrected: %q", got)
		}
		want := []string{
			"karim: annonce 1, 1 destinations : L’ENT ferme à 18:00.", "claire: annonce corriger 1 : L’ENT ferme à 19 h.",
		}
		if diff := cmp.Diff(want, s.journal()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestACircularEndsEarly(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "familles : Exercice.")))
		time.Sleep(time.Minute)
		for _, want := range []string{"circular_ended 1", "circular_none 1"} {
			if got := ask("2", "annonce", "finir 1"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		time.Sleep(time.Minute)
		s.wantShown("-1", "circular: Exercice., over")
	})
}

// TestManyChatsTakeTwoOperators has another operator confirm what reaches many, and both try at once.
func TestManyChatsTakeTwoOperators(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		preview := ask("1", "annonce", "tous : Exercice.")
		if !strings.HasPrefix(preview, "circular_second ") {
			t.Fatalf("answered %q", preview)
		}
		if got := ask("1", "annonce", "confirmer "+code(preview)); !strings.HasPrefix(got, "circular_other") {
			t.Errorf("alone: %q", got)
		}
		if got := ask("2", "annonce", "voir "+code(preview)); got != preview {
			t.Errorf("the other one is shown %q", got)
		}
		answers := make([]string, 8)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = ask("2", "annonce", "confirmer "+code(preview)) })
		}
		all.Wait()
		slices.Sort(answers)
		want := append(slices.Repeat([]string{"circular_no_draft " + code(preview)}, 7), "circular_sent 1")
		if diff := cmp.Diff(want, answers); diff != "" {
			t.Error(diff)
		}
		time.Sleep(time.Minute)
		s.wantShown("-1", "circular: Exercice.")
		s.wantShown("-2", "circular: Exercice.")
	})
}

func TestADraftExpires(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		preview := ask("1", "annonce", "familles : Exercice.")
		time.Sleep(10 * time.Minute)
		if got := ask("1", "annonce", "confirmer "+code(preview)); got != "circular_no_draft "+code(preview) {
			t.Errorf("answered %q", got)
		}
		time.Sleep(time.Minute)
		s.wantShown("-1")
		if list := s.journal(); len(list) > 0 {
			t.Errorf("the journal has %q", list)
		}
	})
}

func TestCircularsThatAreRefused(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		for args, want := range map[string]string{
			"":                                     "circulars",
			"Exercice.":                            "unclear Exercice.",
			": Exercice.":                          "circular_whom",
			"urgent : Exercice.":                   "circular_whom",
			"famille xyz : Exercice.":              "circular_whom famille xyz",
			"tous jusqu’à jeudi : Exercice.":       "circular_when jeudi",
			"tous pendant 15 jours : Exercice.":    "circular_when 15 jours",
			"tous pendant 0h : Exercice.":          "circular_when 0h",
			"personnel : Exercice.":                "circular_nobody",
			"familles Lille : Exercice.":           "circular_nobody",
			"tous : " + strings.Repeat("Oh ", 300): "long",
			"confirmer 1234":                       "circular_no_draft 1234",
			"voir 1234":                            "circular_no_draft 1234",
			"finir douze":                          "circular_none douze",
			"finir 12":                             "circular_none 12",
		} {
			if got := ask("1", "annonce", args); got != want {
				t.Errorf("%q is answered %q, want %q", args, got, want)
			}
		}
		for _, args := range []string{"enseignants Lille : Exercice.", "ENT, enseignants jusqu’à 18h : Exercice.", "profs jusqu’à demain 8h30 : Exercice."} {
			if got := ask("1", "annonce", args); !strings.HasPrefix(got, "circular_preview") {
				t.Errorf("%q is answered %q", args, got)
			}
		}
	})
}

// TestACircularSurvives stops the speaker before anything has left, twice in the middle, and starts it again.
func TestACircularSurvives(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		s.chat.failWith(func(bot.Op, bot.Posting) error {
			return &bot.DeliveryError{Kind: bot.KindTransient, Err: context.Canceled}
		})
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "familles : Exercice.")))
		time.Sleep(time.Second)
		s.restart()
		s.wantShown("-1")
		s.chat.failWith(nil)
		time.Sleep(10 * time.Minute)
		s.restart()
		time.Sleep(10 * time.Minute)
		s.wantShown("-1", "circular: Exercice.")
	})
}

// TestCircularsKeepQuietHours publishes at night, urgently and not.
func TestCircularsKeepQuietHours(t *testing.T) {
	inSilence(t, everyNight("Lille"), "2026-11-24T22:00:00+01:00", func(s *stage) {
		ask := s.counter(0)
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "familles pendant 1h : Perdu dans la nuit.")))
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "familles : Exercice demain.")))
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "urgent familles : École fermée demain.")))
		stop := s.herald()
		time.Sleep(2 * time.Hour)
		s.wantShown("-1", "circular: École fermée demain.")
		time.Sleep(8 * time.Hour)
		s.wantShown("-1", "circular: École fermée demain.", "circular: Exercice demain.")
		stop()
	})
}

// TestAMuteKeepsChatsStill has an outage begin, get worse and another thing be published during an exercise.
func TestAMuteKeepsChatsStill(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		s.see("uddd")
		s.wantShown("-1", "bulletin down r1")
		if got := ask("1", "silence", "2h"); !strings.HasPrefix(got, `mutes "tg" until 02:0`) {
			t.Errorf("answered %q", got)
		}
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "familles : Exercice.")))
		s.see("uu")
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin normal r2") // kept true without a sound
		s.restart()
		time.Sleep(time.Hour)
		s.wantShown("-1", "bulletin normal r2")
		ask("1", "annonce", "confirmer "+code(ask("1", "annonce", "urgent familles : Sortez.")))
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin normal r2", "circular: Sortez.")
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := s.chat.lines("-1"); !slices.Contains(got, "circular: Exercice.") {
			t.Errorf("after the mute -1 shows %q", got)
		}
	})
}

func TestAMuteIsEnded(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		for args, want := range map[string]string{
			"":                 "unmuted",
			"longtemps":        "mute_when longtemps",
			"25h":              "mute_when 25h",
			"2h s’il te plaît": "mute_when 2h s’il te plaît",
			"partout":          "mute_when",
		} {
			if got := ask("1", "silence", args); got != want {
				t.Errorf("%q is answered %q, want %q", args, got, want)
			}
		}
		ask("1", "silence", "partout 24h")
		s.see("uddd")
		time.Sleep(time.Minute)
		s.wantShown("-1")
		if got := ask("2", "silence", "partout fin"); got != "unmuted" {
			t.Errorf("answered %q", got)
		}
		time.Sleep(time.Minute)
		s.wantShown("-1", "bulletin down r1")
		if got, want := s.journal(), 2; len(got) != want {
			t.Errorf("the journal has %q", got)
		}
	})
}

func TestOthersPublishNothing(t *testing.T) {
	operated(t, func(s *stage, ask func(who, command, args string) string) {
		for command, args := range map[string]string{"annonce": "familles : Bonjour.", "silence": "2h"} {
			if got := ask("3", command, args); got != string(bot.AnswerReserved) {
				t.Errorf("%s is answered %q", command, got)
			}
		}
		if list := s.journal(); len(list) > 0 {
			t.Errorf("the journal has %q", list)
		}
	})
}
