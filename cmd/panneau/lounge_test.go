package main

import (
	"database/sql"
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

// The people of these tests: Léa and Tom administer the chats, Alice does not.
const (
	alice = "U0ALICE"
	lea   = "U0LEA"
	tom   = "U0TOM"
)

// lounge is a chat in which people talk to the bot. No operator has configured it.
type lounge struct {
	*medium
	t       *testing.T
	channel string
}

// lounges opens a chat on each platform, on accounts where chats may subscribe themselves.
func lounges(s *town) map[bot.ChatPlatform]*lounge {
	all := make(map[bot.ChatPlatform]*lounge)
	for _, p := range platforms() {
		s.accounts[string(p)] = strings.TrimSuffix(s.accounts[string(p)], "}") + ", open: true}"
		l := &lounge{medium: s.medium(p), t: s.t, channel: map[bot.ChatPlatform]string{
			bot.Telegram: "-1001234567890", bot.Slack: "C0SALON42", bot.Discord: "1000000000000000042",
		}[p]}
		l.Open(l.channel)
		l.appoint(lea, true)
		l.appoint(tom, true)
		all[p] = l
	}
	return all
}

// appoint makes somebody an administrator of the chat, or an ordinary member.
func (l *lounge) appoint(who string, admin bool) {
	switch chat := l.Chat.(type) {
	case *telegram.Server:
		status := map[bool]telegram.Status{true: telegram.Administrator, false: telegram.Ordinary}[admin]
		chat.Appoint(l.channel, who, status)
	case *slack.Server:
		chat.Know(who, slack.User{Admin: admin})
	case *discord.Server:
		chat.Appoint(l.channel, who, map[bool]int64{true: discord.ManageGuild}[admin])
	}
}

// typed is a command as people type it there.
func (l *lounge) typed(command, args string) string {
	text := map[bot.ChatPlatform]string{
		bot.Telegram: "/" + command + "@" + telegram.Username, bot.Slack: "/panneau " + command, bot.Discord: "/" + command,
	}[l.platform]
	return strings.TrimSpace(text + " " + args)
}

// answerTime is how long anybody waits for an answer. https://docs.discord.com/developers/interactions/receiving-and-responding
const answerTime = 3 * time.Second

// ask gives a command and returns what the bot answers, in the asker's eyes, within three seconds. Nobody else is
// disturbed: only the asker sees it, or it makes no sound.
func (l *lounge) ask(who, command, args string) string {
	l.t.Helper()
	time.Sleep(15 * time.Second) // nobody types faster for long; twenty messages a minute in a group
	before := len(l.Shown(l.channel))
	began := time.Now()
	l.Say(l.channel, who, l.typed(command, args))
	for ; time.Since(began) < answerTime; time.Sleep(50 * time.Millisecond) {
		for _, m := range l.Shown(l.channel)[before:] {
			if !m.Bot || m.Audible && m.ReplyTo == "" && l.platform == bot.Telegram { // a notice is on its way, too
				continue
			}
			if m.Audible || l.platform != bot.Telegram && m.Ephemeral != who {
				l.t.Errorf("%s: %q of %s is answered for everybody: %+v", l.platform, command, who, m)
			}
			return visible(plain(m.Text))
		}
	}
	l.t.Errorf("%s: %q of %s is not answered in time", l.platform, command+" "+args, who)
	return ""
}

// want asks and looks for words in the answer.
func (l *lounge) want(who, command, args string, words ...string) {
	l.t.Helper()
	answer := l.ask(who, command, args)
	for _, word := range words {
		if !strings.Contains(answer, word) {
			l.t.Errorf("%s: %q of %s has no %q in its answer: %s", l.platform, command+" "+args, who, word, answer)
		}
	}
}

// public lists what everybody sees of the bot.
func (l *lounge) public() []emulator.Shown {
	return slices.DeleteFunc(l.Shown(l.channel), func(m emulator.Shown) bool { return !m.Bot || m.Ephemeral != "" || m.ReplyTo != "" })
}

// here is the destination of the chat; false where it has none.
func (l *lounge) here(s *town) (d bot.Destination, known bool) {
	return at(s, l.platform, l.channel)
}

func at(s *town, p bot.ChatPlatform, channel string) (d bot.Destination, known bool) {
	s.t.Helper()
	err := s.life.store.View(s.t.Context(), func(tx bot.Tx) error {
		all, err := tx.Destinations()
		for _, one := range all {
			if one.Account == bot.AccountID(p) && one.Address.Channel == channel {
				d, known = one, true
			}
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return d, known
}

// mentions counts, by table, the rows of the database that hold a text.
func mentions(s *town, text string) map[string]int {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	found := make(map[string]int)
	for _, table := range column(s, db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		for _, name := range column(s, db, `SELECT name FROM pragma_table_info('`+table+`')`) {
			for range column(s, db, `SELECT '' FROM `+table+` WHERE instr(CAST(`+name+` AS TEXT), '`+text+`') > 0`) {
				found[table]++
			}
		}
	}
	return found
}

func column(s *town, db *sql.DB, query string) (values []string) {
	s.t.Helper()
	rows, err := db.QueryContext(s.t.Context(), query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			s.t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return values
}

// faultless fails the test for every request that the vendor's description finds something wrong with, and for every
// person that the bot rang.
func (l *lounge) faultless() {
	l.t.Helper()
	for _, r := range l.Requests() {
		if r.Problem != "" {
			l.t.Errorf("%s %s: %s", l.platform, r.Method, r.Problem)
		}
	}
	switch chat := l.Chat.(type) {
	case *telegram.Server:
		if list := chat.Mentions(l.channel); len(list) > 0 {
			l.t.Errorf("telegram: %q were mentioned", list)
		}
	case *slack.Server:
		if n := chat.Pings(); n > 0 {
			l.t.Errorf("slack: %d people were pinged", n)
		}
	case *discord.Server:
		if n := chat.Pings(l.channel); n > 0 {
			l.t.Errorf("discord: %d people were pinged", n)
		}
	}
}
