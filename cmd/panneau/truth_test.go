package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// company puts one chat of each platform on the scene and starts the program.
func company(s *town) map[bot.ChatPlatform]*place {
	places := make(map[bot.ChatPlatform]*place)
	for _, m := range s.media {
		id := chatIDs(m.platform, 1)[0]
		m.Open(id)
		places[m.platform] = &place{medium: m, channel: id}
		s.chats = append(s.chats, chat{account: string(m.platform), channel: id, audience: "families", follows: []string{"ent"}})
	}
	s.start()
	return places
}

// wantSights demands what a chat shows, in the short form of the fault tables.
func wantSights(t *testing.T, p *place, want string) {
	t.Helper()
	var list []sight
	for _, m := range p.Shown(p.channel) {
		if x, ok := look(m); ok {
			list = append(list, x)
		}
	}
	if got := words(list); got != want {
		t.Errorf("%s shows %s, want %s", p.platform, got, want)
	}
}

// long skips a test that takes minutes of simulated days, unless it is asked for: by .ci/soak, or by the variable below.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("PANNEAU_TEST_LONG") == "" {
		t.Skip("takes minutes: .ci/soak and .ci/soak faults run it")
	}
}

// TestR3_DeletedMessageIsPostedAgainOnce: quietly where the platform can, and not a second time.
func TestR3_DeletedMessageIsPostedAgainOnce(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		for _, want := range []string{"again", "no more"} {
			for _, p := range places {
				p.eraseAll()
			}
			s.see("ent", map[string]string{"again": "qqq", "no more": "ddd"}[want])
			time.Sleep(time.Minute)
			for platform, p := range places {
				switch {
				case want == "no more":
					wantSights(t, p, "nothing")
				case platform == bot.Slack:
					wantSights(t, p, "🔊 full")
				default:
					wantSights(t, p, "🔇 full")
				}
			}
		}
		if told := s.said.take(); len(told) != 3 {
			t.Errorf("the operator was told %q", told)
		}
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		for _, p := range places {
			if list := p.Shown(p.channel); len(list) != 1 || !list[0].Audible {
				t.Errorf("%s: nobody is told that it is back: %v", p.platform, list)
			}
		}
	})
}

// TestR3_KickedOrArchived: the chat sleeps, the operator hears of it once, and it wakes by itself with what is true by
// then.
func TestR3_KickedOrArchived(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		for platform, p := range places {
			if server, ok := p.Chat.(*slack.Server); ok {
				server.Archive(p.channel)
			} else {
				places[platform].Kick(p.channel)
			}
		}
		time.Sleep(time.Minute)
		s.see("ent", "qqqddd")
		s.restart()
		s.see("ent", "uu")
		time.Sleep(2 * time.Hour)
		if told := strings.Join(s.said.take(), "\n"); strings.Count(told, "n’est plus accessible") != 3 {
			t.Errorf("the operator was told:\n%s", told)
		}
		for _, p := range places {
			if server, ok := p.Chat.(*slack.Server); ok {
				server.Unarchive(p.channel)
			} else {
				p.Invite(p.channel)
			}
		}
		time.Sleep(time.Minute)
		for _, p := range places {
			wantSights(t, p, "🔊 back +1, 🔊 back")
		}
	})
}

// TestR3_ReinvitedWhileNobodyListened: the platform told nobody, and the chat is found again all the same.
func TestR3_ReinvitedWhileNobodyListened(t *testing.T) {
	long(t)
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		for _, p := range places {
			p.Kick(p.channel)
		}
		time.Sleep(time.Minute)
		s.halt()
		for _, p := range places {
			p.Invite(p.channel)
		}
		time.Sleep(25 * time.Hour) // Telegram keeps what happened for a day
		s.start()
		s.see("ent", "uu")
		time.Sleep(25 * time.Hour)
		for _, p := range places {
			wantSights(t, p, "🔊 back +1, 🔊 back")
		}
	})
}

// TestR3_Migration: a group that becomes a supergroup is followed, and stays the same destination when the operator
// writes its new id into the configuration.
func TestR3_Migration(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		p := company(s)[bot.Telegram]
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		server, _ := p.Chat.(*telegram.Server)
		p.channel = server.Migrate(p.channel)
		s.see("ent", "qqq")
		time.Sleep(time.Minute)
		wantSights(t, p, "🔇 full")
		s.halt()
		s.chats[0].channel = p.channel
		s.start()
		time.Sleep(time.Minute)
		wantSights(t, p, "🔇 full")
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		wantSights(t, p, "🔇 back +1, 🔊 back")
	})
}

// TestR4_OneCorrectMessageAfterADayOfSilence: a chat platform is out for a day, in which much changes. What was over by
// then is not told, also where it gave no answer at all and may have delivered: who heard of it hears what is true now.
func TestR4_OneCorrectMessageAfterADayOfSilence(t *testing.T) {
	long(t)
	for name, fault := range silences() {
		t.Run(name, func(t *testing.T) {
			play(t, newProps(t), func(s *town) {
				places := company(s)
				s.see("ent", "u")
				s.fallSilent(places, fault)
				for range 3 {
					s.see("ent", "dddqqq")
					time.Sleep(4 * time.Hour)
					s.see("ent", "uu") // over before anything was said
					time.Sleep(2 * time.Hour)
				}
				s.see("ent", "qqqddd")
				time.Sleep(6 * time.Hour)
				s.restart()
				s.speakAgain(places)
				for _, p := range places {
					wantSights(t, p, "🔊 down")
				}
				s.see("ent", "uu")
				time.Sleep(time.Minute)
				for _, p := range places {
					wantSights(t, p, "🔊 back +1, 🔊 back")
				}
			})
		})
	}
}

// silences are how a chat platform can be out.
func silences() map[string]emulator.Fault {
	return map[string]emulator.Fault{
		"503": {Kind: emulator.Answer, Status: 503}, "hangs": {Kind: emulator.Hang}, "cut": {Kind: emulator.CutBefore},
	}
}

// fallSilent breaks the chat platforms until speakAgain, which waits until all is told.
func (s *town) fallSilent(places map[bot.ChatPlatform]*place, fault emulator.Fault) {
	fault.Times = -1
	for _, p := range places {
		p.Inject(fault)
	}
}

func (s *town) speakAgain(places map[bot.ChatPlatform]*place) {
	for _, p := range places {
		p.Heal()
	}
	time.Sleep(7 * time.Minute)
}

// TestR4_TheEndIsToldThoughTheNextOutageWasNot: who was told that it is down is told that it is back, also when another
// outage came and went that nobody could be told of. Of that one nothing is said, but where it may have been.
func TestR4_TheEndIsToldThoughTheNextOutageWasNot(t *testing.T) {
	for name, fault := range silences() {
		if raced && name != "cut" { // enough for races
			continue
		}
		t.Run(name, func(t *testing.T) {
			play(t, newProps(t), func(s *town) {
				places := company(s)
				s.see("ent", "uddd")
				time.Sleep(time.Minute)
				s.fallSilent(places, fault)
				s.see("ent", "uu")
				time.Sleep(45 * time.Minute)
				s.see("ent", "ddd")
				time.Sleep(45 * time.Minute)
				s.see("ent", "uu")
				s.speakAgain(places)
				for _, p := range places {
					want := "🔊 back +1, 🔊 back"
					if p.platform == bot.Telegram && name != "503" {
						// Nobody can tell whether the second « down » had arrived.
						want += ", 🔊 back (plain)"
					}
					wantSights(t, p, want)
				}
			})
		})
	}
}

// TestChangedSubscriptions: who was told that it is down is told that it is back, whatever the configuration says by then;
// who was told nothing and follows nothing more is left in peace; who begins to follow is told at once.
func TestChangedSubscriptions(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		m := s.media[0]
		ids := chatIDs(m.platform, 5)
		var places []*place
		for i, id := range ids {
			m.Open(id)
			places = append(places, &place{medium: m, channel: id})
			if i < 4 {
				s.chats = append(s.chats, chat{account: "telegram", channel: id, audience: "families", follows: []string{"ent"}})
			}
		}
		s.platforms = append(s.platforms, "other")
		m.Inject(emulator.Fault{Kind: emulator.Answer, Status: 503, Times: -1, Channel: ids[3]})
		s.start()
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		s.halt()
		m.Heal()
		s.chats[0].follows = []string{"other"}                                                                                      // unsubscribed
		s.chats[1].audience = "staff"                                                                                               // moved to another audience
		s.chats = append(s.chats[:2:2], chat{account: "telegram", channel: ids[4], audience: "families", follows: []string{"ent"}}) // 2 and 3 taken out
		s.start()
		time.Sleep(10 * time.Minute)
		for i, want := range []string{"🔊 down", "🔊 down", "🔊 down", "nothing", "🔊 down"} {
			wantSights(t, places[i], want)
		}
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		for i, want := range []string{"🔊 back +1, 🔊 back", "🔊 back +1, 🔊 back", "🔊 back +1, 🔊 back", "nothing", "🔊 back +1, 🔊 back"} {
			wantSights(t, places[i], want)
		}
	})
}

// TestRevokedTokenStopsItsAccountAlone: and the operator hears of it once; with a new token everything owed is told as it
// is then.
func TestRevokedTokenStopsItsAccountAlone(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "uddd")
		time.Sleep(time.Minute)
		broken := places[bot.Telegram]
		broken.Inject(emulator.Fault{Kind: emulator.Answer, Status: 401, Times: -1})
		broken.Forget()
		s.see("ent", "qqq")
		time.Sleep(3 * time.Hour)
		s.see("ent", "ddd")
		time.Sleep(3 * time.Hour)
		if n := len(broken.Requests()); n > 5 {
			t.Errorf("%d requests with a revoked token", n)
		}
		if told := s.said.take(); len(told) != 1 {
			t.Errorf("the operator was told %q", told)
		}
		wantSights(t, broken, "🔊 down")
		wantSights(t, places[bot.Slack], "🔊 down +2")
		s.halt()
		broken.Heal()
		s.start()
		s.see("ent", "uu")
		time.Sleep(time.Minute)
		for _, p := range places {
			if p != broken {
				wantSights(t, p, "🔊 back +3, 🔊 back")
			}
		}
		if list := broken.Shown(broken.channel); len(list) != 2 || !list[1].Audible {
			t.Errorf("the account with the new token shows %v", list)
		}
	})
}

// TestR12_AnyTextIsDeliveredWhole: names and texts that look like markup, mentions, commands or links, in any script, on
// every real adapter through the whole line. Long texts are shown by each adapter's contract (notifiertest: « a text of
// 12,000 characters arrives whole », « a text that grows and shrinks »).
func TestR12_AnyTextIsDeliveredWhole(t *testing.T) {
	names := []string{
		`<b>&_*@everyone`, `@here <!channel> <@U1> <#C1>`, "**gras** __x__ ~~y~~ ||z|| `c`", "مدرسة العربية", "👩‍🏫 École 🇫🇷",
		strings.Repeat("Très long nom d’établissement ", 4),
	}
	for i, name := range names {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			play(t, newProps(t), func(s *town) {
				s.name = name
				places := company(s)
				s.see("ent", "uddd")
				time.Sleep(time.Minute)
				s.see("ent", "uu")
				time.Sleep(time.Minute)
				for _, p := range places {
					wantWhole(t, p, name)
				}
			})
		})
	}
}

// wantWhole demands that the living message and the ring show the name as it is, and that nobody was mentioned.
func wantWhole(t *testing.T, p *place, name string) {
	t.Helper()
	var all strings.Builder
	for _, m := range p.Shown(p.channel) {
		all.WriteString(m.Text + "\n")
	}
	if n := strings.Count(visible(all.String()), visible(name)); n < 4 {
		t.Errorf("%s shows the name %d times:\n%s", p.platform, n, all.String())
	}
	switch server := p.Chat.(type) {
	case *slack.Server:
		if server.Pings() > 0 {
			t.Error("somebody was mentioned")
		}
	case *telegram.Server:
		if list := server.Mentions(p.channel); len(list) > 0 {
			t.Errorf("%q were mentioned", list)
		}
	}
	for _, r := range p.Requests() {
		if r.Problem != "" {
			t.Errorf("%s %s: %s", p.platform, r.Method, r.Problem)
		}
	}
}

// visible leaves out what has no form of its own, and differences of white space.
func visible(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// TestR8_FlappingIsBounded: a platform that comes and goes all the time stays one incident with one living message, and
// rings only when what the reader was last told aloud is no longer true.
func TestR8_FlappingIsBounded(t *testing.T) {
	long(t)
	play(t, newProps(t), func(s *town) {
		places := company(s)
		s.see("ent", "u")
		for range 10 {
			s.see("ent", "dudu") // not even settled
			time.Sleep(time.Minute)
		}
		for _, p := range places {
			wantSights(t, p, "nothing")
		}
		for range 20 {
			s.see("ent", "dddudududdduddu")
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Minute)
		for _, p := range places {
			if n := len(slices.DeleteFunc(p.Shown(p.channel), func(m emulator.Shown) bool { return !m.Bot })); n > 3 {
				t.Errorf("%s shows %d messages", p.platform, n)
			}
		}
	})
}
