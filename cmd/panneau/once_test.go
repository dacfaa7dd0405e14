package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/store"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
	"github.com/panneau-ecole/panneau/notifiers/emulator/discord"
	"github.com/panneau-ecole/panneau/notifiers/emulator/slack"
)

// fatal is a store whose process is killed by the transaction that carries a request out, once it is committed: whoever
// wrote it never learns so, and nothing is written or read any more.
type fatal struct {
	*store.Store
	dead   atomic.Bool
	struck chan struct{} // closed when that has happened
	buried chan struct{} // closed once nobody can do anything with it any more
}

// doom makes the next request that is carried out the last thing that the life does.
func (s *town) doom() *fatal {
	m := s.life.store
	m.mu.Lock()
	defer m.mu.Unlock()
	f := &fatal{Store: m.Store.(*store.Store), struck: make(chan struct{}), buried: make(chan struct{})}
	m.Store = f
	return f
}

// Update implements bot.Store.
func (f *fatal) Update(ctx context.Context, do func(bot.Tx) error) error {
	if f.dead.Load() {
		return errDead
	}
	carried := false
	err := f.Store.Update(ctx, func(tx bot.Tx) error {
		carried = false
		return do(carrying{tx, &carried})
	})
	if err != nil || !carried || !f.dead.CompareAndSwap(false, true) {
		return err
	}
	close(f.struck)
	<-f.buried
	return errDead
}

// View implements bot.Store.
func (f *fatal) View(ctx context.Context, do func(bot.Tx) error) error {
	if f.dead.Load() {
		return errDead
	}
	return f.Store.View(ctx, do)
}

// carrying notices that a request is carried out.
type carrying struct {
	bot.Tx
	carried *bool
}

func (c carrying) CarryOut(account bot.AccountID, request string, now time.Time) error {
	err := c.Tx.CarryOut(account, request, now)
	*c.carried = err == nil
	return err
}

// repeat is a command that is carried out by a process which is killed before it can say so.
type repeat struct {
	before  [][2]string // commands that are given before, with their arguments
	command string
	args    string         // {code} stands for that of the last draft
	count   map[string]int // how many rows there are after it, by query
}

func repeats() map[string]repeat {
	subscribed := [2]string{"abonner", "Lille"}
	stated := [2]string{"incident", "ouvrir ent en partie La messagerie est suspendue."}
	deed := func(what string) string { return `SELECT '' FROM audit WHERE what LIKE '` + what + `%'` }
	return map[string]repeat{
		"abonner": {
			command: "abonner", args: "Lille",
			count: map[string]int{deed("abonner"): 1, `SELECT '' FROM destinations WHERE wishes <> ''`: 1},
		},
		"stop": {
			before: [][2]string{subscribed}, command: "stop",
			count: map[string]int{deed("stop"): 1, `SELECT '' FROM destinations WHERE wishes <> ''`: 0},
		},
		"incident": {
			command: stated[0], args: stated[1],
			count: map[string]int{deed("incident ouvrir"): 1, `SELECT '' FROM incidents`: 1, `SELECT '' FROM statements`: 1},
		},
		"declaration": {
			before: [][2]string{stated}, command: "declaration", args: "ent le ministère : « La cause est un incendie. »",
			count: map[string]int{deed("declaration"): 1, `SELECT '' FROM statements`: 2, `SELECT '' FROM incidents WHERE revision = 3`: 1},
		},
		"suspendre": {
			command: "suspendre", args: "ent 2 h", count: map[string]int{deed("suspendre"): 1, `SELECT '' FROM halts`: 1},
		},
		"silence": {
			command: "silence", args: "2h", count: map[string]int{deed("silence"): 1, `SELECT '' FROM mutes`: 1},
		},
		"annonce": {
			before:  [][2]string{subscribed, {"annonce", "familles : Exercice ce soir"}},
			command: "annonce", args: "confirmer {code}",
			count: map[string]int{deed("annonce"): 1, `SELECT '' FROM incidents`: 1, `SELECT '' FROM deliveries`: 1},
		},
	}
}

// TestACommandActsOnceOverAKill kills the process between the commit of a command and its answer. The chat platform, which
// was told nothing, brings the command again to the next process: it is done once, and answered.
func TestACommandActsOnceOverAKill(t *testing.T) {
	p := newProps(t)
	for name, r := range repeats() {
		if raced && name != "incident" { // enough for races
			continue
		}
		for _, on := range platforms() {
			t.Run(name+"/"+string(on), func(t *testing.T) { play(t, p, func(s *town) { r.play(s, lounges(s)[on]) }) })
		}
	}
}

func (r repeat) play(s *town, l *lounge) {
	who := l.operated(s)
	s.start()
	s.see("ent", "u")
	for _, b := range r.before {
		l.Say(l.channel, who, l.typed(b[0], b[1]))
		time.Sleep(15 * time.Second)
	}
	end := s.doom()
	if l.platform == bot.Slack {
		l.Inject(emulator.Fault{Method: "ack", Times: -1}) // what is acknowledged does not come again
	}
	l.Say(l.channel, who, r.text(s, l, who))
	select {
	case <-end.struck:
	case <-time.After(time.Minute):
		s.t.Fatal("nothing was carried out")
	}
	s.life.stop()
	close(end.buried)
	s.crash()
	l.Heal()
	s.start()
	if guild, ok := l.Chat.(*discord.Server); ok {
		guild.Repeat()
	}
	time.Sleep(2 * time.Minute)
	for query, want := range r.count {
		if n := s.rows(query); n != want {
			s.t.Errorf("%s: %d rows, want %d: %s", l.platform, n, want, query)
		}
	}
	if n := s.rows(`SELECT '' FROM requests`); n != len(r.before)-r.drafts()+1 {
		s.t.Errorf("%s: %d requests are known", l.platform, n)
	}
	// Discord takes no answer after three seconds.
	if said := l.said(who); l.platform != bot.Discord && strings.Count(said, "C'est déjà fait") != 1 {
		s.t.Errorf("%s: said %s", l.platform, said)
	}
}

// drafts counts the commands before that change nothing: they only propose.
func (r repeat) drafts() int {
	n := 0
	for _, b := range r.before {
		if b[0] == "annonce" {
			n++
		}
	}
	return n
}

// text is the command as it is typed there. Slack brings only what is said to the app again, no slash commands.
func (r repeat) text(s *town, l *lounge, who string) string {
	args := r.args
	if strings.Contains(args, "{code}") {
		codes := regexp.MustCompile(`confirmer (\d+)`).FindAllStringSubmatch(l.said(who), -1)
		if len(codes) == 0 {
			s.t.Fatalf("%s: nothing is to be confirmed: %s", l.platform, l.said(who))
		}
		args = strings.ReplaceAll(args, "{code}", codes[len(codes)-1][1])
	}
	if _, ok := l.Chat.(*slack.Server); ok {
		return "@Panneau " + r.command + " " + args
	}
	return l.typed(r.command, args)
}

// said is everything that the bot has said where a person reads it.
func (l *lounge) said(who string) string {
	var b strings.Builder
	for _, channel := range []string{l.channel, who} {
		for _, m := range l.Shown(channel) {
			if m.Bot {
				fmt.Fprintln(&b, plain(m.Text))
			}
		}
	}
	return b.String()
}

// rows counts the rows of the database that a query of one text gives.
func (s *town) rows(query string) int {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	return len(column(s, db, query))
}
