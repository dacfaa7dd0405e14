package bot_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// office is the desk of a stage, with two operators.
func (s *stage) office() *bot.Desk {
	clock, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		s.t.Fatal(err)
	}
	return &bot.Desk{
		Account: "tg", Chat: bot.Telegram, Prefix: "/", Operators: bot.Operators{"7": "claire", "8": "karim"},
		Store: s.store, Renderer: plainWords{}, Notifier: s.chat, Turnstile: &bot.Turnstile{},
		Board:    &bot.Board{Store: s.store, Platforms: s.platforms, Offline: func() bool { return false }},
		Stranger: bot.Destination{Audience: bot.Families, Place: bot.Place{Location: clock, Name: "Paris"}, Languages: []string{"fr"}},
		Woken:    s.speaker.Wake, Changed: s.speaker.Wake, Logger: slog.New(slog.NewTextHandler(s.t.Output(), nil)),
	}
}

// order gives a command in private and wants an answer of a kind.
func (s *stage) order(d *bot.Desk, person, typed, want string) {
	s.t.Helper()
	s.bring(d, "", person, typed, want)
}

// bring is order for a command that the chat platform brings under an id.
func (s *stage) bring(d *bot.Desk, id, person, typed, want string) {
	s.t.Helper()
	word, args, _ := strings.Cut(typed, " ")
	m, err := d.Command(s.t.Context(), bot.Request{
		ID: id, From: bot.Address{Channel: person}, Private: true, Person: person, Command: word, Args: args,
	})
	if err != nil || m.Title != want {
		s.t.Errorf("%s: %q, %v, want %q", typed, m.Title, err, want)
	}
	time.Sleep(10 * time.Second) // nobody types faster
	synctest.Wait()
}

// said lists what is said about the newest incident.
func (s *stage) said(id bot.IncidentID) (list []bot.Statement) {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx bot.Tx) (err error) {
		list, err = tx.Statements(id, 99)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// deeds lists what operators did, oldest first.
func (s *stage) deeds() []string {
	s.t.Helper()
	var list []string
	err := s.store.View(s.t.Context(), func(tx bot.Tx) error {
		deeds, _, err := tx.OperatorDeeds(time.Time{}, 99)
		for _, d := range deeds {
			list = append([]string{d.Who + ": " + d.What}, list...)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// TestAnIncidentByHand: good verdicts do not end what no check sees; a worse one is told as it is seen, and what is stated
// comes back after it; only an operator ends it.
func TestAnIncidentByHand(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		desk := s.office()
		s.see("uuu")
		s.order(desk, "7", "incident ouvrir ENT en partie « La messagerie est suspendue. »", "opened")
		s.wantShown("-1", "bulletin partial r2")
		s.see("uuuuuu")
		s.wantShown("-1", "bulletin partial r2")
		s.see("ddd")
		s.wantShown("-1", "bulletin down r3", "worse down r3")
		s.order(desk, "8", "incident clore ENT", "still_seen")
		s.wantShown("-1", "bulletin down r4", "worse down r3")
		s.order(desk, "7", "incident modifier ENT lent", "seen_worse")
		s.see("uuu")
		s.wantShown("-1", "bulletin slow r6", "worse down r3")
		s.see("uuu")
		s.restart() // what is stated is written
		desk = s.office()
		s.see("uuu")
		s.wantShown("-1", "bulletin slow r6", "worse down r3")
		s.order(desk, "7", "incident clore ENT", "closed")
		s.wantShown("-1", "bulletin normal r7", "worse down r3", "back normal r7")
		s.order(desk, "7", "incident clore #1", "over")
		s.see("uuu")
		s.wantShown("-1", "bulletin normal r7", "worse down r3", "back normal r7")
		want := []string{
			"claire: incident ouvrir ent partial #1", "karim: incident clore ent #1", "claire: incident modifier ent slow #1",
			"claire: incident clore ent slow #1",
		}
		if diff := cmp.Diff(want, s.deeds()); diff != "" {
			t.Error(diff)
		}
		s.see("ddd") // and what checks see afterwards, soon, is the same incident, without anybody's word
		s.wantShown("-1", "bulletin down r8", "worse down r3", "back normal r7", "again down r8")
		s.order(desk, "7", "incident clore ENT", "seen")
		s.see("uuu")
		s.wantShown("-1", "bulletin unstable r9", "worse down r3", "back normal r7", "again down r8")
	})
}

// TestVerdictsFollowAnOperatorsWords: the judge does not know of a statement, and still writes what it sees next.
func TestVerdictsFollowAnOperatorsWords(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		desk := s.office()
		s.see("uddd")
		s.wantShown("-1", "bulletin down r1")
		s.order(desk, "7", "declaration ENT Le ministère : « La cause est connue. » https://www.education.gouv.fr/avis", "published")
		s.order(desk, "7", "declaration ENT Le ministère : « La cause est connue. » https://www.education.gouv.fr/avis", "said")
		s.wantShown("-1", "bulletin down r2")
		s.see("uuu")
		s.wantShown("-1", "bulletin normal r3", "back normal r3")
		s.order(desk, "8", "corriger ent Lille n’a rien eu.", "published")
		s.wantShown("-1", "bulletin normal r4", "back normal r3")
		said := s.said(1)
		if len(said) != 2 || said[0].Author != "le ministère" || said[0].Host() != "education.gouv.fr" || said[0].Text != "La cause est connue." ||
			said[1].Kind != bot.StatementCorrection || said[1].Revision != 4 {
			t.Errorf("said: %+v", said)
		}
		if diff := cmp.Diff([]string{"claire: declaration #1", "karim: corriger #1"}, s.deeds()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestOperatorsAtOnce: each of many statements made at the same moment is kept once, and shown.
func TestOperatorsAtOnce(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		var all sync.WaitGroup
		for n := range 6 {
			desk, person := s.office(), []string{"7", "8"}[n%2]
			all.Go(func() {
				_, err := desk.Command(s.t.Context(), bot.Request{
					From: bot.Address{Channel: person}, Private: true, Person: person, Command: "declaration",
					Args: fmt.Sprintf("ent le maire : « %d »", n/2),
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		time.Sleep(10 * time.Second)
		if said := s.said(1); len(said) != 3 || len(s.deeds()) != 3 {
			t.Errorf("%d statements and %d deeds, want 3: %+v", len(said), len(s.deeds()), said)
		}
		s.wantShown("-1", "bulletin down r4")
	})
}

func TestNobodyElseSpeaks(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		desk := s.office()
		for _, typed := range []string{"incident clore ent", "declaration ent moi : « rien »", "corriger ent rien", "journal"} {
			word, args, _ := strings.Cut(typed, " ")
			for _, r := range []bot.Request{
				{From: bot.Address{Channel: "9"}, Private: true, Person: "9"}, {From: bot.Address{Channel: "-1"}, Person: "claire", Rights: bot.RightsAdmin},
				{From: bot.Address{Channel: "7"}, Person: "", Rights: bot.RightsAdmin},
			} {
				r.Command, r.Args = word, args
				if m, err := desk.Command(s.t.Context(), r); err != nil || m.Title != "reserved" {
					t.Errorf("%s by %q: %q, %v", typed, r.Person, m.Title, err)
				}
			}
		}
		desk.Operators = nil // where there are none, there are no such words
		if m, err := desk.Command(s.t.Context(), bot.Request{Private: true, Person: "7", Command: "journal"}); err != nil || m.Title != "help" {
			t.Errorf("without operators: %q, %v", m.Title, err)
		}
		s.wantShown("-1", "bulletin down r1")
		if deeds := s.deeds(); len(deeds) > 0 {
			t.Errorf("deeds: %q", deeds)
		}
	})
}

// TestAnOperatorInAGroup is answered in private.
func TestAnOperatorInAGroup(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		m, err := s.office().Command(s.t.Context(), bot.Request{From: bot.Address{Channel: "-1"}, Person: "7", Command: "journal"})
		if err != nil || m.Title != "" {
			t.Errorf("said in the group: %q, %v", m.Title, err)
		}
		s.wantShown("-1")
		s.wantShown("7", "journal")
	})
}

// TestWhatIsNotPublished: what is not understood changes nothing, and says so.
func TestWhatIsNotPublished(t *testing.T) {
	onStage(t, []string{"-1"}, func(s *stage) {
		s.see("uddd")
		desk := s.office()
		for typed, want := range map[string]string{
			"declaration ent":                                                    "no_author",
			"declaration ent la cause est connue":                                "no_author",
			"declaration ent le ministère :":                                     "no_text",
			"declaration ent le ministère : «  »":                                "no_text",
			"declaration xyzzy le ministère : « oui »":                           "no_platform",
			"declaration #99 le ministère : « oui »":                             "no_incident",
			"declaration ent le ministère : « oui » http://a.fr/":                "bad_link",
			"declaration ent le ministère : « oui » https://10.0.0.1/":           "bad_link",
			"declaration ent le ministère : « oui » https://u:p@a.fr/":           "bad_link",
			"declaration ent le ministère : « oui » https://a.fr:8443/":          "bad_link",
			"declaration ent le ministère : « oui » https://a.fr/ https://b.fr/": "bad_link",
			"declaration ent le ministère (25 h) : « oui »":                      "future",
			"declaration ent le ministère (23 h 59) : « oui »":                   "future",
			"declaration ent le ministère : " + strings.Repeat("a", 401):         "long",
			"declaration ent " + strings.Repeat("a", 81) + " : « oui »":          "no_author",
			"incident": "unclear", "incident danser ent": "unclear", "incident ouvrir xyzzy lent": "no_platform",
			"incident ouvrir ent inacessible": "no_condition", "incident ouvrir ent inaccessible": "open", "incident modifier ent": "no_condition",
			"incident clore ent": "seen", "corriger ent": "no_text", "corriger ent voir https://a.fr/": "bad_link", "journal quinze": "unclear",
		} {
			s.order(desk, "7", typed, want)
		}
		s.wantShown("-1", "bulletin down r1")
		if deeds := s.deeds(); len(deeds) > 0 {
			t.Errorf("deeds: %q", deeds)
		}
	})
}
