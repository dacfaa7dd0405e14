package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// TestPeopleAndCommands has people go through every command on every platform, in the words of a chat.
func TestPeopleAndCommands(t *testing.T) {
	p := newProps(t)
	for name, visit := range map[string]func(s *town, l *lounge){
		"refusals": refusals, "everybody": everybody, "settings": settings, "subscription": subscription, "erasure": erasure,
		"two at once": twoAtOnce, "languages": languages, "twice": twice, "too many": tooMany, "strange words": strangeWords,
	} {
		for _, on := range platforms() {
			t.Run(name+"/"+string(on), func(t *testing.T) {
				play(t, p, func(s *town) {
					l := lounges(s)[on]
					s.start()
					s.see("ent", "u")
					visit(s, l)
					l.faultless()
				})
			})
		}
	}
}

// refusals: who does not administer the chat is neither offered the commands of administrators nor obeyed; who was one and
// no longer is, is not either.
func refusals(s *town, l *lounge) {
	l.appoint(alice, false)
	l.want(alice, "aide", "", "status")
	if strings.Contains(l.ask(alice, "aide", ""), "abonner") {
		s.t.Errorf("%s: who may not give it is shown a command", l.platform)
	}
	menus := func(who string) string {
		switch chat := l.Chat.(type) {
		case *telegram.Server:
			return strings.Join(chat.MenuOf(l.channel, who, "fr"), "\n")
		case *discord.Server:
			return strings.Join(chat.Menu(l.channel, who), "\n")
		}
		return ""
	}
	for _, c := range commandsOf(bot.ForAdmins) {
		shown := "/" + c.Name + " –"
		if l.platform != bot.Slack && (strings.Contains(menus(alice), shown) || l.platform == bot.Telegram && !strings.Contains(menus(lea), shown)) {
			s.t.Errorf("%s: %s is in the menu of alice, or not in that of léa", l.platform, c.Name)
		}
		if chat, ok := l.Chat.(*discord.Server); ok { // whoever manages the server lets her, which the bot does not take for a right
			chat.Permit(l.channel, alice, c.Name)
		}
		l.want(alice, c.Name, "", "Commande réservée")
	}
	if _, known := l.here(s); known {
		s.t.Errorf("%s: a refused command has made a destination", l.platform)
	}
	if chat, ok := l.Chat.(*discord.Server); ok {
		chat.Permit(l.channel, lea, "abonner")
	}
	l.appoint(lea, false)
	l.want(lea, "abonner", "Lille", "Commande réservée")
	l.appoint(lea, true)
	if l.platform == bot.Discord { // which tells the rights with the command
		return
	}
	method := map[bot.ChatPlatform]string{bot.Telegram: "getChatMember", bot.Slack: "users.info"}[l.platform]
	l.Inject(emulator.Fault{Method: method, Kind: emulator.Answer, Status: 502, Times: -1})
	l.want(lea, "abonner", "Lille", "Vérification impossible")
	l.Heal()
}

// everybody: what anybody may ask.
func everybody(s *town, l *lounge) {
	l.want(alice, "status", "", "ENT")
	l.want(alice, "status", "ent", "ENT")
	l.want(alice, "que_faire", "", "ENT")
	l.want(alice, "plateformes", "", "Plateformes vérifiées", "ENT")
	l.want(alice, "plateformes", "Lille", "Lille")
	l.want(alice, "confidentialite", "", "Panneau garde le moins possible", l.command("stop"))
	l.want(alice, "mesdonnees", "", "Rien n'est gardé")
	l.want(lea, "aide", "", l.command("abonner"))
	if chat, ok := l.Chat.(*discord.Server); ok {
		if got := chat.Offered(l.channel, lea, "abonner", "lil"); !slices.Contains(got, "Lille") {
			s.t.Errorf("offered %q", got)
		}
		if got := chat.Offered(l.channel, alice, "status", ""); len(got) == 0 || len(got) > 25 {
			s.t.Errorf("offered %d platforms", len(got))
		}
	}
	if found := mentions(s, l.channel); len(found) > 0 {
		s.t.Errorf("%s: who only asks is written down in %v", l.platform, found)
	}
}

// command is a command as the bot writes it there.
func (l *lounge) command(name string) string {
	if l.platform == bot.Slack {
		return "/panneau " + name
	}
	return "/" + name
}

// settings: each one, as it is understood, kept and shown.
func settings(s *town, l *lounge) {
	l.want(lea, "abonner", "Lille", "C'est fait", "ENT")
	for _, test := range []struct {
		command, args, want string
		is                  func(d bot.Destination) any
		kept                any
	}{
		{"reglages", "zone Toulouse", "Toulouse", func(d bot.Destination) any { return d.Wishes.Zone }, "Toulouse"},
		{"reglages", "public enseignants", "enseignants", func(d bot.Destination) any { return d.Audience }, bot.Teachers},
		{"reglages", "silence 20 h - 7 h", "20 h", func(d bot.Destination) any { return int(d.Silence.Hours.From) / 60 }, 20},
		{"reglages", "week-ends oui", "C'est noté", func(d bot.Destination) any { return d.Silence.Hours.Weekends }, false},
		{"reglages", "vacances oui", "C'est noté", func(d bot.Destination) any { return d.Silence.Hours.Holidays }, false},
		{"reglages", "vacances non", "C'est noté", func(d bot.Destination) any { return d.Silence.Hours.Holidays }, true},
		{"reglages", "silence jamais", "C'est noté", func(d bot.Destination) any { return d.Silence.Zone }, ""},
		{"reglages", "sujet général", "C'est noté", func(d bot.Destination) any { return d.Address.Thread }, ""},
		{"reglages", "langues français, anglais", "English", func(d bot.Destination) any { return strings.Join(d.Languages, " ") }, "fr en"},
		{"langue", "français", "français", func(d bot.Destination) any { return strings.Join(d.Languages, " ") }, "fr"},
		{"simple", "oui", "français simple", func(d bot.Destination) any { return strings.Join(d.Languages, " ") }, "fr-x-simple"},
		{"simple", "non", "français", func(d bot.Destination) any { return strings.Join(d.Languages, " ") }, "fr"},
	} {
		l.want(lea, test.command, test.args, test.want)
		d, known := l.here(s)
		if !known || test.is(d) != test.kept {
			s.t.Errorf("%s: after %s %s: %v, want %v", l.platform, test.command, test.args, test.is(d), test.kept)
		}
	}
	before, _ := l.here(s)
	l.want(lea, "reglages", "", "Réglages de cette conversation", "enseignants")
	l.want(lea, "reglages", "musique forte", "Je ne comprends pas « musique forte »")
	l.want(lea, "reglages", "silence 25 h - 7 h", "Je ne comprends pas")
	l.want(lea, "langue", "", "Langues possibles", "العربية")
	l.want(lea, "langue", "klingon", "Langues possibles")
	if after, _ := l.here(s); fmt.Sprint(*after.Wishes, after.Languages, after.Silence) != fmt.Sprint(*before.Wishes, before.Languages, before.Silence) {
		s.t.Errorf("%s: what is not understood changes %+v to %+v", l.platform, before, after)
	}
}

// subscription: an outage reaches a chat that subscribed itself, and no longer one that took it back.
func subscription(s *town, l *lounge) {
	l.want(lea, "abonner", "", "Dans quelle académie ?", l.command("abonner"))
	l.want(lea, "abonner", "Lille, licorne", "Je ne sais pas ce que désigne « licorne »")
	if _, known := l.here(s); known {
		s.t.Errorf("%s: an unfinished subscription is kept", l.platform)
	}
	l.want(lea, "abonner", "ent Lille", "C'est fait", "ENT")
	if d, _ := l.here(s); !slices.Equal(d.Follows, []bot.PlatformID{"ent"}) {
		s.t.Errorf("%s: follows %v", l.platform, d.Follows)
	}
	seen := len(l.public())
	time.Sleep(15 * time.Second)
	l.Say(l.channel, lea, l.typed("test", ""))
	time.Sleep(answerTime)
	list := l.public()
	silent := l.platform == bot.Slack || !list[len(list)-1].Audible // Slack has no silent messages
	if len(list) != seen+1 || !silent || !strings.Contains(visible(plain(list[seen].Text)), "Ceci est un essai") {
		s.t.Errorf("%s: the example is %s", l.platform, texts(list[seen:]))
	}
	s.see("ent", "ddd")
	time.Sleep(10 * time.Second)
	if list := l.public(); len(list) != seen+2 || !list[seen+1].Audible || !strings.Contains(visible(plain(list[seen+1].Text)), "ne répond pas") {
		s.t.Errorf("%s: the outage is told with %s", l.platform, texts(list[seen:]))
	}
	s.see("ent", "uu")
	time.Sleep(2 * time.Minute)
	l.want(lea, "desabonner", "ent", "Panneau n'annonce plus ici", "ENT")
	l.want(lea, "desabonner", "ent", "Aucune annonce ici")
	seen = len(l.public())
	s.see("ent", "ddd")
	time.Sleep(10 * time.Second)
	if list := l.public(); len(list) != seen {
		s.t.Errorf("%s: told although it follows nothing: %+v", l.platform, list[seen:])
	}
	s.see("ent", "uu")
	time.Sleep(time.Hour)
}

// erasure: « stop » leaves nothing of the chat in any table, and it is told nothing more.
func erasure(s *town, l *lounge) {
	l.want(lea, "stop", "", "Rien n'est gardé")
	l.want(lea, "abonner", "Lille", "C'est fait")
	s.see("ent", "ddd")
	time.Sleep(time.Minute)
	l.want(lea, "mesdonnees", "", "Ce qui est gardé", "1 difficulté annoncée", "1 changement", l.channel)
	kept := mentions(s, l.channel)
	for _, table := range []string{"destinations", "subscriptions", "deliveries", "audit"} {
		if kept[table] == 0 {
			s.t.Errorf("%s: nothing in %s before, so that the test proves nothing", l.platform, table)
		}
	}
	l.want(lea, "stop", "", "Tout est effacé", l.command("abonner"))
	if found := mentions(s, l.channel); len(found) > 0 {
		s.t.Errorf("%s: the chat is still in %v", l.platform, found)
	}
	seen := len(l.public())
	s.see("ent", "qqq")
	s.see("ent", "uu")
	time.Sleep(time.Hour)
	if list := l.public(); len(list) != seen {
		s.t.Errorf("%s: told after it was erased: %+v", l.platform, list[seen:])
	}
	l.want(lea, "mesdonnees", "", "Rien n'est gardé")
}

// twoAtOnce: what two administrators change at the same moment holds, both of it.
func twoAtOnce(s *town, l *lounge) {
	l.want(lea, "abonner", "Lille ent", "C'est fait")
	time.Sleep(time.Minute)
	seen := len(l.Shown(l.channel))
	l.Say(l.channel, lea, l.typed("reglages", "public enseignants"))
	l.Say(l.channel, tom, l.typed("langue", "anglais"))
	l.Say(l.channel, tom, l.typed("abonner", "pronote"))
	l.Say(l.channel, lea, l.typed("reglages", "zone Toulouse"))
	time.Sleep(15 * time.Second) // Telegram lets few messages a second into a group
	answers := 0
	for _, m := range l.Shown(l.channel)[seen:] {
		if m.Bot {
			answers++
		}
	}
	d, _ := l.here(s)
	if answers != 4 || d.Audience != bot.Teachers || !slices.Equal(d.Languages, []string{"en"}) || d.Wishes.Zone != "Toulouse" ||
		!slices.Contains(d.Follows, "pronote") || !slices.Contains(d.Follows, "ent") {
		s.t.Errorf("%s: %d answers; after both: %+v with %+v", l.platform, answers, d, d.Wishes)
	}
}

// deeds is what was done in the chat by commands.
func (l *lounge) deeds(s *town) (list []bot.Deed) {
	err := s.life.store.View(s.t.Context(), func(tx bot.Tx) (err error) {
		list, err = tx.Deeds(bot.AccountID(l.platform), l.channel)
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return list
}

// twice: a command that the platform brings again acts once.
func twice(s *town, l *lounge) {
	time.Sleep(time.Minute)
	seen := len(l.Shown(l.channel))
	switch chat := l.Chat.(type) {
	case *telegram.Server: // the answer to the poll gets lost on its way
		chat.Inject(emulator.Fault{Method: "getUpdates", Kind: emulator.CutBody, Times: 2})
		time.Sleep(time.Minute)
		chat.Say(l.channel, lea, l.typed("abonner", "Lille"))
	case *slack.Server: // the acknowledgement gets lost; Slack repeats events, and never slash commands
		chat.Inject(emulator.Fault{Method: "ack"})
		chat.Say(l.channel, lea, "@Panneau abonner Lille")
	case *discord.Server: // the connection was resumed
		chat.Say(l.channel, lea, l.typed("abonner", "Lille"))
		chat.Repeat()
	}
	time.Sleep(2 * time.Minute)
	answers := slices.DeleteFunc(l.Shown(l.channel)[seen:], func(m emulator.Shown) bool { return !m.Bot })
	if deeds := l.deeds(s); len(answers) != 1 || len(deeds) != 1 {
		s.t.Errorf("%s: %d answers and %d deeds of one command: %+v", l.platform, len(answers), len(deeds), answers)
	}
}

// tooMany: who asks too often is told so, in a friendly way, and where everybody reads it only once.
func tooMany(s *town, l *lounge) {
	time.Sleep(2 * time.Minute)
	seen := len(l.Shown(l.channel))
	for range 14 {
		l.Say(l.channel, alice, l.typed("confidentialite", ""))
	}
	time.Sleep(time.Minute)
	busy := 0
	for _, m := range l.Shown(l.channel)[seen:] {
		if m.Bot && strings.Contains(plain(m.Text), "Beaucoup de demandes") {
			busy++
		}
	}
	if want := map[bool]int{true: 1, false: 4}[l.platform == bot.Telegram]; busy != want {
		s.t.Errorf("%s: told %d times that there are too many requests, want %d", l.platform, busy, want)
	}
	l.want(lea, "confidentialite", "", "Confidentialité") // who asks as often as people do is answered
	l.want(alice, "confidentialite", "", "Confidentialité")
}

// languages: who alone reads an answer has it in their own language, and a chat that reads along in that of the chat.
func languages(s *town, l *lounge) {
	switch chat := l.Chat.(type) {
	case *slack.Server:
		chat.Know(lea, slack.User{Admin: true, Locale: "es-ES"})
	case *discord.Server:
		chat.Speaks(lea, "es-ES")
	}
	done := map[bool]string{true: "C'est fait", false: "Hecho"}[l.platform == bot.Telegram]
	l.want(lea, "abonner", "Lille", done)
	if d, _ := l.here(s); len(d.Languages) > 0 && !slices.Equal(d.Languages, []string{"fr"}) {
		s.t.Errorf("%s: the asker's language became the chat's: %q", l.platform, d.Languages)
	}
	time.Sleep(15 * time.Second)
	l.Say(l.channel, lea, l.typed("test", ""))
	time.Sleep(answerTime)
	if list := l.public(); len(list) != 1 || !strings.Contains(visible(plain(list[0].Text)), "Ceci est un essai") {
		s.t.Errorf("%s: the example for everybody is %s", l.platform, texts(list))
	}
}

// strangeWords: words that are no commands are answered with the nearest; what people type is neither kept nor logged, and
// rings nobody.
func strangeWords(s *town, l *lounge) {
	const secret = "cornichon"
	if l.platform != bot.Discord { // where only commands of the menu exist
		l.want(alice, "statu", "", "ENT")
		l.want(lea, "abonnner", "Lille", "abonner")
		if _, known := l.here(s); known {
			s.t.Errorf("%s: a mistyped command that changes something was carried out", l.platform)
		}
		l.want(alice, secret, "", secret)
	}
	l.want(lea, "abonner", "Lille, "+secret+" @everyone <!channel> @zoe", secret)
	l.want(lea, "reglages", secret+" @here", secret)
	l.want(alice, "status", secret, secret)
	if found := mentions(s, secret); len(found) > 0 {
		s.t.Errorf("%s: what people typed is kept in %v", l.platform, found)
	}
}
