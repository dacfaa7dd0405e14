package main

import (
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
	"github.com/panneau-ecole/panneau/notifiers/emulator/telegram"
)

// TestTheLifeOfAChat: chats that subscribed themselves are added, renamed, moved, closed and opened again. No operator
// does anything about it.
func TestTheLifeOfAChat(t *testing.T) {
	p := newProps(t)
	for name, test := range map[string]struct {
		on   bot.ChatPlatform
		live func(s *town, l *lounge)
	}{
		"telegram/added":          {bot.Telegram, added},
		"slack/added":             {bot.Slack, added},
		"discord/added":           {bot.Discord, added},
		"telegram/kicked":         {bot.Telegram, func(s *town, l *lounge) { sleeps(s, l, l.Kick, l.Invite) }},
		"slack/kicked":            {bot.Slack, func(s *town, l *lounge) { sleeps(s, l, l.Kick, l.Invite) }},
		"discord/kicked":          {bot.Discord, func(s *town, l *lounge) { sleeps(s, l, l.Kick, l.Invite) }},
		"telegram/forbidden":      {bot.Telegram, func(s *town, l *lounge) { sleepsWhenTold(s, l, l.Forbid, l.Allow) }},
		"discord/forbidden":       {bot.Discord, func(s *town, l *lounge) { sleeps(s, l, l.Forbid, l.Allow) }},
		"slack/archived":          {bot.Slack, archived},
		"telegram/renamed":        {bot.Telegram, renamed},
		"slack/renamed":           {bot.Slack, renamed},
		"telegram/administrator":  {bot.Telegram, promoted},
		"telegram/supergroup":     {bot.Telegram, supergroup},
		"telegram/topic":          {bot.Telegram, topic},
		"discord/channel deleted": {bot.Discord, deleted},
		"slack/channel deleted":   {bot.Slack, deleted},
		"telegram/group deleted":  {bot.Telegram, deleted},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, p, func(s *town) {
				l := lounges(s)[test.on]
				s.start()
				s.see("ent", "u")
				test.live(s, l)
				l.faultless()
			})
		})
	}
}

// outage breaks the platform and returns what the chat is told aloud about it, within a minute.
func (l *lounge) outage(s *town) string {
	l.t.Helper()
	before := len(l.public())
	s.see("ent", "ddd")
	time.Sleep(time.Minute)
	if list := l.public(); len(list) > before {
		return visible(plain(list[len(list)-1].Text))
	}
	return ""
}

// subscribed has Léa subscribe the chat.
func (l *lounge) subscribed() {
	l.t.Helper()
	l.want(lea, "abonner", "Lille", "C'est fait")
}

// asleep reports whether the chat's destination sleeps.
func (l *lounge) asleep(s *town) bool {
	l.t.Helper()
	d, known := l.here(s)
	if !known {
		l.t.Errorf("%s: the destination is gone", l.platform)
	}
	return !d.Asleep.Since.IsZero()
}

// added: a chat that the bot is added to is greeted, with the command that subscribes it, and works from then on.
func added(s *town, l *lounge) {
	l.channel = map[bot.ChatPlatform]string{
		bot.Telegram: "-1009876543210", bot.Slack: "C0NOUVEAU", bot.Discord: "1000000000000000077",
	}[l.platform]
	if l.platform == bot.Telegram {
		l.Open(l.channel)
		l.Kick(l.channel)
	}
	l.Invite(l.channel)
	l.appoint(lea, true)
	time.Sleep(time.Minute)
	list := l.public()
	if len(list) != 1 || !strings.Contains(visible(plain(list[0].Text)), l.command("abonner")) {
		s.t.Fatalf("%s: greeted with %s", l.platform, texts(list))
	}
	if l.platform != bot.Slack && list[0].Audible {
		s.t.Errorf("%s: the greeting rings", l.platform)
	}
	l.subscribed()
	if told := l.outage(s); !strings.Contains(told, "ne répond pas") {
		s.t.Errorf("%s: told %q", l.platform, told)
	}
}

// sleeps: a chat that lets the bot no longer in is left alone, and told what goes on when it lets it in again.
func sleeps(s *town, l *lounge, out, in func(string)) {
	l.subscribed()
	before, _ := l.here(s)
	out(l.channel)
	time.Sleep(time.Minute)
	if !l.asleep(s) {
		s.t.Errorf("%s: awake although the bot is out", l.platform)
	}
	comesBack(s, l, before, in)
}

// sleepsWhenTold is sleeps where the platform says it only when the bot writes.
func sleepsWhenTold(s *town, l *lounge, out, in func(string)) {
	l.subscribed()
	before, _ := l.here(s)
	out(l.channel)
	comesBack(s, l, before, in)
}

func comesBack(s *town, l *lounge, before bot.Destination, in func(string)) {
	if told := l.outage(s); told != "" {
		s.t.Errorf("%s: told %q although the bot is out", l.platform, told)
	}
	if !l.asleep(s) {
		s.t.Errorf("%s: awake although the bot is out", l.platform)
	}
	posts := len(l.Requests())
	time.Sleep(10 * time.Minute)
	if n := len(l.Requests()) - posts; n > 20 { // polls, and hardly anything else
		s.t.Errorf("%s: %d requests for a chat that is closed", l.platform, n)
	}
	in(l.channel)
	time.Sleep(time.Minute)
	after, _ := l.here(s)
	if !after.Asleep.Since.IsZero() || after.Wishes.Zone != before.Wishes.Zone || len(after.Follows) != len(before.Follows) {
		s.t.Errorf("%s: back as %+v, was %+v", l.platform, after, before)
	}
	told := texts(l.public())
	if !strings.Contains(visible(plain(told)), "ne répond pas") {
		s.t.Errorf("%s: not told of the outage that goes on: %s", l.platform, told)
	}
}

// archived: like a kick, by an archive.
func archived(s *town, l *lounge) {
	workspace := l.Chat.(*slack.Server)
	sleeps(s, l, workspace.Archive, workspace.Unarchive)
}

// renamed: nothing happens, and notices go on.
func renamed(s *town, l *lounge) {
	l.subscribed()
	before := len(l.Shown(l.channel))
	switch chat := l.Chat.(type) {
	case *telegram.Server:
		chat.Rename(l.channel, "Parents de 4e B")
	case *slack.Server:
		chat.Rename(l.channel, "parents-4b")
	}
	time.Sleep(time.Minute)
	if shown := l.Shown(l.channel); len(shown) != before {
		s.t.Errorf("%s: says something about it: %s", l.platform, texts(shown))
	}
	if told := l.outage(s); !strings.Contains(told, "ne répond pas") {
		s.t.Errorf("%s: told %q", l.platform, told)
	}
}

// promoted: the bot is made and unmade administrator. Nobody is greeted a second time.
func promoted(s *town, l *lounge) {
	l.subscribed()
	group := l.Chat.(*telegram.Server)
	before := len(l.Shown(l.channel))
	group.Promote(l.channel)
	time.Sleep(time.Minute)
	group.Demote(l.channel)
	time.Sleep(time.Minute)
	if shown := l.Shown(l.channel); len(shown) != before || l.asleep(s) {
		s.t.Errorf("says %s, asleep %v", texts(shown), l.asleep(s))
	}
	if told := l.outage(s); !strings.Contains(told, "ne répond pas") {
		s.t.Errorf("told %q", told)
	}
}

// supergroup: a basic group gets another id. What it follows, how it is written to and what it did move along.
func supergroup(s *town, l *lounge) {
	group := l.Chat.(*telegram.Server)
	l.channel = "-4242424242"
	group.Open(l.channel)
	l.appoint(lea, true)
	l.subscribed()
	l.want(lea, "reglages", "public enseignants", "C'est noté")
	if told := l.outage(s); !strings.Contains(told, "ne répond pas") {
		s.t.Fatalf("told %q before", told)
	}
	before, _ := l.here(s)
	old := l.channel
	l.channel = group.Migrate(old)
	time.Sleep(time.Minute)
	after, known := l.here(s)
	if !known || after.ID != before.ID || after.Audience != bot.Teachers || after.Wishes.Zone != "Lille" || len(after.Follows) != len(before.Follows) {
		s.t.Fatalf("after it moved: %+v, was %+v", after, before)
	}
	if n := len(l.deeds(s)); n != 2 {
		s.t.Errorf("%d deeds moved along, want 2", n)
	}
	s.see("ent", "uu")
	time.Sleep(2 * time.Minute)
	if told := texts(l.public()); !strings.Contains(visible(plain(told)), "de nouveau accessible") {
		s.t.Errorf("the end is told with %s", told)
	}
	s.restart() // wishes are spelled out again
	if after, known = l.here(s); !known || len(after.Follows) != len(before.Follows) {
		s.t.Errorf("after a restart: %+v", after)
	}
	l.want(lea, "reglages", "public familles", "C'est noté", "familles")
	l.want(lea, "stop", "", "Tout est effacé")
	for _, id := range []string{strings.TrimPrefix(l.channel, "-"), strings.TrimPrefix(old, "-")} {
		if found := mentions(s, id); len(found) > 0 {
			s.t.Errorf("%s is still in %v", id, found)
		}
	}
}

// topic: what is subscribed from a topic is posted there. When the topic is deleted, the destination sleeps until somebody
// gives it another place.
func topic(s *town, l *lounge) {
	forum := l.Chat.(*telegram.Server)
	thread := forum.OpenTopic(l.channel)
	forum.Tell(telegram.Utterance{Channel: l.channel, Thread: thread, User: lea, Text: l.typed("abonner", "Lille")})
	time.Sleep(15 * time.Second)
	if d, known := l.here(s); !known || d.Address.Thread != thread {
		s.t.Fatalf("subscribed as %+v", d)
	}
	if told := l.outage(s); !strings.Contains(told, "ne répond pas") || l.public()[len(l.public())-1].Thread != thread {
		s.t.Errorf("told %q", told)
	}
	s.see("ent", "uu")
	time.Sleep(2 * time.Hour)
	forum.DeleteTopic(l.channel, thread)
	if told := l.outage(s); told != "" || !l.asleep(s) {
		s.t.Errorf("told %q, asleep %v after the topic was deleted", told, l.asleep(s))
	}
	l.want(lea, "reglages", "sujet général", "C'est noté")
	time.Sleep(time.Minute)
	if told := texts(l.public()); l.asleep(s) || !strings.Contains(visible(plain(told)), "ne répond pas") {
		s.t.Errorf("asleep %v, and told %s", l.asleep(s), told)
	}
}

// deleted: the chat is gone for good. It sleeps, and nothing is tried all the time.
func deleted(s *town, l *lounge) {
	l.subscribed()
	l.Remove(l.channel)
	time.Sleep(time.Minute)
	if told := l.outage(s); told != "" || !l.asleep(s) {
		s.t.Errorf("%s: told %q, asleep %v", l.platform, told, l.asleep(s))
	}
}
