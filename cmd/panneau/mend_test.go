package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

const (
	labelRetry   = "Réessayer maintenant"
	labelForget  = "Oublier ce salon"
	labelSure    = "Oui, oublier"
	labelSuspend = "Suspendre les vérifications"
)

// team are the people who come into the operators' chat of a platform: two operators, and somebody else.
func team(p bot.ChatPlatform) (claire, karim, camille string) {
	switch p {
	case bot.Telegram:
		return "7000001", "7000002", "7000009"
	case bot.Slack:
		return "U0CLAIRE", "U0KARIM", "U0CAMILLE"
	default:
		return "80351110224678912", "80351110224678913", "80351110224678914"
	}
}

// staffed gives an account operators and a chat where they are told of troubles, before the town starts.
func staffed(s *town, p bot.ChatPlatform) (claire, karim, camille hand) {
	m := s.medium(p)
	office := &place{medium: m, channel: map[bot.ChatPlatform]string{
		bot.Telegram: "-9009", bot.Slack: "C0OFFICE9", bot.Discord: "1000000000000000009",
	}[p]}
	m.Open(office.channel)
	one, two, other := team(p)
	s.accounts[string(p)] = fmt.Sprintf("%s, operators: {claire: %q, karim: %q}, operator_channel: %q}",
		strings.TrimSuffix(s.accounts[string(p)], "}"), one, two, office.channel)
	if server, ok := m.Chat.(*telegram.Server); ok {
		server.Open(one)
	}
	return hand{office, s.t, one}, hand{office, s.t, two}, hand{office, s.t, other}
}

// shutters closes a chat to the bot without telling it so, until it is healed.
func shutters(p bot.ChatPlatform, channel string) emulator.Fault {
	f := emulator.Fault{Kind: emulator.Answer, Channel: channel, Times: -1, Status: 403}
	switch p {
	case bot.Telegram:
		f.Body = `{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked from the supergroup chat"}`
	case bot.Slack:
		f.Status, f.Body = 200, `{"ok":false,"error":"is_archived"}`
	default:
		f.Body = `{"code":50001,"message":"Missing Access"}`
	}
	return f
}

// letters are the texts that an operators' chat shows everybody.
func lettersIn(p *place) (list []string) {
	for _, m := range public(p) {
		list = append(list, visible(m.Text))
	}
	return list
}

// operatorsDid lists who did what, oldest first.
func operatorsDid(s *town) (list []string) {
	s.t.Helper()
	err := s.life.store.View(s.t.Context(), func(tx bot.Tx) error {
		deeds, _, err := tx.OperatorDeeds(time.Time{}, 100)
		for _, d := range slices.Backward(deeds) {
			list = append(list, fmt.Sprintf("%s %s: %s", d.Account, d.Who, d.What))
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return list
}

// payload holds the newest message of an operators' chat that has buttons to a golden file, as the platform keeps it.
func payload(h hand, name string) {
	h.t.Helper()
	var raw string
	for _, m := range public(h.place) {
		if slices.ContainsFunc(h.Buttons(h.channel), func(b emulator.Button) bool { return b.Message == m.ID }) {
			raw = m.Raw
		}
	}
	raw = regexp.MustCompile(`-[0-9a-z]+-[A-Za-z0-9_-]{16}"`).ReplaceAllString(raw, `-1-signature"`)
	file := filepath.Join("testdata", "mend", name+"-"+string(h.platform)+".json")
	if *update {
		if err := os.WriteFile(file, []byte(raw+"\n"), 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.TrimSpace(string(want)), raw); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestOperatorsHaveAChatTriedAgain from their chat: in vain, which is told again, and then two at once.
func TestOperatorsHaveAChatTriedAgain(t *testing.T) {
	p := newProps(t)
	for _, on := range platforms() {
		t.Run(string(on), func(t *testing.T) {
			play(t, p, func(s *town) {
				claire, karim, camille := staffed(s, on)
				chat := company(s)[on]
				s.see("ent", "uddd")
				time.Sleep(time.Minute)
				chat.Inject(shutters(on, chat.channel))
				s.see("ent", "qqq")
				time.Sleep(time.Minute)
				payload(claire, "asleep")
				retry := claire.button(labelRetry)
				if list := claire.Buttons(claire.channel); len(list) != 1 {
					t.Errorf("beneath a letter about a chat of the configuration: %v", list)
				}
				wantIn(t, camille, camille.press(retry), "Commande réservée")
				wantIn(t, claire, claire.press(retry), "Nouvel essai", "un nouveau message vous le dit")
				time.Sleep(time.Minute)
				list := lettersIn(claire.place)
				if len(list) != 2 {
					t.Fatalf("the operators' chat shows %q", list)
				}
				wantIn(t, claire, list[0], "Nouvel essai demandé par claire à 8 h")
				wantIn(t, claire, list[1], "n’est plus accessible", "rendez au robot l’accès à cette conversation. Si elle n’a plus lieu d’être, retirez-la")
				wantIn(t, karim, karim.press(retry), "C’est déjà réglé")
				chat.Heal()
				atOnce(t, claire, karim)
				time.Sleep(time.Minute)
				wantSights(t, chat, "🔊 full +1")
				if list := claire.Buttons(claire.channel); len(list) != 0 {
					t.Errorf("still to be pressed: %v", list)
				}
				did := operatorsDid(s)
				want := fmt.Sprintf("%s claire: conversation reessayer %s/%s", on, on, chat.channel)
				if len(did) != 2 || did[0] != want {
					t.Errorf("the journal is %q, want twice %q", did, want)
				}
				wantValid(t, claire.place)
			})
		})
	}
}

// atOnce makes two operators press the same button at the same time: one has it done, the other hears that it is done.
func atOnce(t *testing.T, one, other hand) {
	t.Helper()
	retry := one.button(labelRetry)
	one.Press(one.channel, one.name, retry)
	other.Press(other.channel, other.name, retry)
	time.Sleep(5 * time.Second)
	var answers []string
	for _, h := range []hand{one, other} {
		if seen := h.seen(); len(seen) > 0 {
			answers = append(answers, visible(seen[len(seen)-1]))
		}
	}
	slices.SortFunc(answers, func(a, b string) int {
		return cmp.Compare(strings.Index(b, "Nouvel essai"), strings.Index(a, "Nouvel essai"))
	})
	late := regexp.MustCompile("Déjà fait|C’est déjà réglé")
	if len(answers) != 2 || !strings.Contains(answers[0], "Nouvel essai") || !late.MatchString(answers[1]) {
		t.Errorf("two at once are answered %q", answers)
	}
}

// TestOperatorsHaveAChatForgotten that subscribed itself, and are asked back once.
func TestOperatorsHaveAChatForgotten(t *testing.T) {
	p := newProps(t)
	for _, on := range platforms() {
		t.Run(string(on), func(t *testing.T) {
			play(t, p, func(s *town) {
				l := lounges(s)[on]
				claire, karim, camille := staffed(s, on)
				s.start()
				s.see("ent", "u")
				l.want(lea, "abonner", "ent Lille", "C'est fait")
				l.Inject(shutters(on, l.channel))
				s.see("ent", "ddd")
				time.Sleep(time.Minute)
				payload(claire, "asleep-own")
				forget := claire.button(labelForget)
				wantIn(t, camille, camille.press(forget), "Commande réservée")
				asked := claire
				wantIn(t, claire, claire.follow(claire.press(forget)), "Oublier ce salon ?", "Rien n’est encore effacé")
				if on == bot.Telegram { // where the question stands in the private conversation
					asked.place = &place{medium: claire.medium, channel: claire.private()}
				}
				if _, known := l.here(s); !known {
					t.Error("it is forgotten before that is confirmed")
				}
				sure := asked.button(labelSure)
				wantIn(t, claire, asked.press(sure), "C’est oublié")
				wantIn(t, claire, asked.press(sure), "C’est déjà réglé")
				wantIn(t, karim, karim.press(forget), "C’est déjà réglé")
				if d, known := l.here(s); known {
					t.Errorf("still kept: %+v", d)
				}
				time.Sleep(time.Minute)
				list := lettersIn(claire.place)
				if len(list) != 1 || strings.Contains(list[0], l.channel) {
					t.Errorf("the operators' chat shows %q", list)
				}
				wantIn(t, claire, strings.Join(list, "\n"), "Conversation oubliée à 8 h", "claire")
				want := []string{fmt.Sprintf("%s claire: conversation oublier (compte %s)", on, on)}
				if diff := gocmp.Diff(want, operatorsDid(s)); diff != "" {
					t.Error(diff)
				}
				for _, table := range []string{"destinations", "deliveries", "subscriptions", "audit", "notes"} {
					if n := mentions(s, l.channel)[table]; n > 0 {
						t.Errorf("%d rows of %s tell of it", n, table)
					}
				}
				wantValid(t, claire.place)
			})
		})
	}
}

// TestOperatorsHaveChecksStopped where a platform refuses them; a second press changes nothing, and one that comes late is
// answered.
func TestOperatorsHaveChecksStopped(t *testing.T) {
	p := newProps(t)
	for _, on := range platforms() {
		t.Run(string(on), func(t *testing.T) {
			play(t, p, func(s *town) {
				claire, karim, camille := staffed(s, on)
				s.start()
				s.see("ent", "ub")
				time.Sleep(time.Minute)
				payload(claire, "blocked")
				suspend := claire.button(labelSuspend)
				wantIn(t, camille, camille.press(suspend), "Commande réservée")
				answer := claire.press(suspend)
				wantIn(t, claire, answer, "ENT n’est plus vérifié", "mercredi 2 septembre", "suspendre ent fin")
				time.Sleep(time.Hour)
				if again := karim.press(suspend); again != answer {
					t.Errorf("pressed again: %q, before: %q", again, answer)
				}
				claire.Repeat()
				time.Sleep(5 * time.Second)
				if did := operatorsDid(s); len(did) != 1 || !strings.HasPrefix(did[0], string(on)+" claire: suspendre ent jusqu’au 02/09 08:0") {
					t.Errorf("the journal is %q", did)
				}
				time.Sleep(24 * time.Hour)
				s.see("ent", "uu")
				time.Sleep(time.Minute)
				wantIn(t, claire, strings.Join(lettersIn(claire.place), "\n"), "C’est réglé depuis")
				wantIn(t, karim, karim.press(suspend), "C’est déjà réglé")
				if list := claire.Buttons(claire.channel); len(list) != 0 {
					t.Errorf("still to be pressed: %v", list)
				}
				wantValid(t, claire.place)
			})
		})
	}
}

// TestALetterWithoutOperatorsHasNoButtons: there would be nobody to press them.
func TestALetterWithoutOperatorsHasNoButtons(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		claire, _, _ := staffed(s, bot.Slack)
		s.accounts["slack"] = regexp.MustCompile(` operators: \{[^}]*\},`).ReplaceAllString(s.accounts["slack"], "")
		s.start()
		s.see("ent", "ub")
		time.Sleep(time.Minute)
		wantIn(t, claire, strings.Join(lettersIn(claire.place), "\n"), "Vérifications refusées")
		if list := claire.Buttons(claire.channel); len(list) != 0 {
			t.Errorf("nobody can press %v", list)
		}
	})
}
