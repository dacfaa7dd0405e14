package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// affliction is what befalls a chat. Faults of the network and of the servers are injected; the others are done to the
// chat as people do them.
type affliction struct {
	name  string
	fault emulator.Fault
	where func(p *place)          // what kind of place it befalls; nil for any
	do    func(s *town, p *place) // nil: inject the fault
	undo  func(s *town, p *place) // nil with do: it is for good
	brief bool                    // tried once only: it means what another one means
	dead  bool                    // nothing can be told there afterwards
	wide  bool                    // edits of all chats share the limit that it is about
	stops bool                    // the whole account falls silent until the next start
}

// place is the chat under test.
type place struct {
	*medium
	channel string
	thread  string // a topic in it; empty for none
	before  string // its id before it moved
}

// acts lists what may fail, with the verdicts before the affliction and those that make it happen.
func acts() []struct{ name, before, then string } {
	return []struct{ name, before, then string }{{"post", "u", "ddd"}, {"edit", "uddd", "qqq"}, {"ring", "uddd", "uu"}}
}

const (
	lasting  = time.Hour        // how long an affliction lasts that is not over at once
	recovery = 20 * time.Minute // how long the line has to recover
)

// TestFaultTable writes down, for everything that can befall a chat and everything that may be under way, what its
// readers end up seeing. Read the tables as a parent, and as an operator.
func TestFaultTable(t *testing.T) {
	long(t)
	p := newProps(t)
	for _, platform := range []bot.ChatPlatform{bot.Telegram, bot.Slack, bot.Discord} {
		t.Run(string(platform), func(t *testing.T) { faultTable(t, p, platform) })
	}
}

func faultTable(t *testing.T, p *props, platform bot.ChatPlatform) {
	table := cells(platform)
	file := filepath.Join("testdata", "faults", string(platform)+".txt")
	every := 1
	if os.Getenv("PANNEAU_TEST_LONG") == "" && !*update {
		every = 8
	}
	t.Run("cells", func(t *testing.T) {
		for i, c := range table {
			if i%every != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/%s", c.act, c.name, c.lasts), func(t *testing.T) {
				t.Parallel()
				c.run(t, p, platform)
			})
		}
	})
	if *update {
		write(t, file, table)
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(string(golden), legend), "\n")
	if len(lines) != len(table)+1 {
		t.Fatalf("%s has %d lines, want %d (-update writes it anew)", file, len(lines)-1, len(table))
	}
	for i, c := range table {
		if i%every == 0 && c.row != lines[i] {
			t.Errorf("%s (-update writes it anew):\n- %s\n+ %s", file, lines[i], c.row)
		}
	}
}

// cells are the entries of a platform's table.
func cells(platform bot.ChatPlatform) []*cell {
	var list []*cell
	for _, a := range afflictions(platform) {
		for _, act := range acts() {
			for _, lasts := range a.durations() {
				list = append(list, &cell{affliction: a, act: act.name, before: act.before, then: act.then, lasts: lasts})
			}
		}
	}
	return list
}

// write writes a table.
func write(t *testing.T, file string, table []*cell) {
	t.Helper()
	var b strings.Builder
	b.WriteString(legend)
	for _, c := range table {
		b.WriteString(c.row + "\n")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// legend heads each table.
const legend = `# What readers end up seeing, whatever befalls. Written by go test -run FaultTable ./cmd/panneau -update.
#
# Each line: what was under way | what befell it, and for how long | when the chat showed the truth, counted from the
# decision or, if that is later, from the end of the trouble | requests about the chat until then | what the chat shows
# (« back », « full », « down »; 🔊 it rang, 🔇 it did not; +n: edited n times) | when the chat beside it showed the truth | what the operator was told |
# what the chat shows twenty minutes after all is well again.
`

// durations is for how long an affliction is tried.
func (a affliction) durations() []string {
	switch {
	case a.do != nil && a.undo != nil:
		return []string{"1 h"}
	case a.do != nil:
		return []string{"for good"}
	case a.fault.Kind == emulator.Throttle, a.stops:
		return []string{"once"}
	case a.brief:
		return []string{"once"}
	default:
		return []string{"once", "1 h"}
	}
}

// span is how long the chat is looked at.
func (c *cell) span() time.Duration {
	if c.lasts == "1 h" {
		return lasting + recovery
	}
	return c.fault.Wait + recovery
}

// cell is one entry of the table.
type cell struct {
	affliction
	act, before, then string
	lasts             string
	scene             *town
	at                *place
	beside            string
	begun             time.Time
	truth             time.Time // the chat shows the truth since then
	neighbour         time.Time
	requests          int
	row               string
}

func (c *cell) run(t *testing.T, p *props, platform bot.ChatPlatform) {
	play(t, p, func(s *town) {
		c.scene = s
		c.set(platform)
		s.start()
		s.see("ent", c.before)
		time.Sleep(time.Minute)
		s.said.take()
		c.strike()
		c.begun = time.Now()
		go s.see("ent", c.then)
		c.watch()
		shows, told := c.shown(c.at.channel), s.said.take()
		if c.act != "ring" {
			s.see("ent", "uu")
		}
		time.Sleep(recovery)
		end := c.shown(c.at.channel)
		c.judge(end)
		c.row = c.line(shows, told, end)
	})
}

// set puts two chats of one account on the scene.
func (c *cell) set(platform bot.ChatPlatform) {
	s := c.scene
	for name := range s.accounts {
		if name != string(platform) {
			delete(s.accounts, name)
		}
	}
	ids := chatIDs(platform, 2)
	c.at, c.beside = &place{medium: s.medium(platform), channel: ids[0]}, ids[1]
	for _, id := range ids {
		c.at.Open(id)
		s.chats = append(s.chats, chat{account: string(platform), channel: id, audience: "families", follows: []string{"ent"}})
	}
	if c.where != nil {
		c.where(c.at)
		s.chats[0].channel, s.chats[0].thread = c.at.channel, c.at.thread
	}
}

// chatIDs names n chats of a platform: on Telegram basic groups.
func chatIDs(platform bot.ChatPlatform, n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, map[bot.ChatPlatform]string{
			bot.Telegram: fmt.Sprintf("-%d", 1001+i), bot.Slack: fmt.Sprintf("C0CHAT%03d", i), bot.Discord: fmt.Sprintf("%d", 2000000000000000000+i),
		}[platform])
	}
	return ids
}

func (c *cell) strike() {
	if c.do != nil {
		c.do(c.scene, c.at)
		time.Sleep(time.Second) // the listeners hear of it
		return
	}
	f := c.fault
	f.Channel = c.at.channel
	if c.lasts == "1 h" {
		f.Times = -1
	}
	c.at.Inject(f)
}

func (c *cell) relieve() {
	if c.do == nil {
		c.at.Heal()
	} else if c.undo != nil {
		c.undo(c.scene, c.at)
	}
}

// watch looks on, and notes since when each chat shows the truth.
func (c *cell) watch() {
	relieved := c.lasts != "1 h"
	for elapsed := time.Duration(0); elapsed < c.span(); elapsed = time.Since(c.begun) {
		time.Sleep(step(elapsed))
		if !relieved && time.Since(c.begun) >= lasting {
			c.relieve()
			relieved = true
		}
		c.note(c.at.channel, &c.truth)
		c.note(c.beside, &c.neighbour)
	}
	c.requests = c.asked()
}

// step is how finely it looks: at first, and again after the end of the trouble.
func step(elapsed time.Duration) time.Duration {
	switch {
	case elapsed < 16*time.Second:
		return time.Second
	case elapsed < lasting-15*time.Second:
		return 15 * time.Second
	case elapsed < lasting+time.Minute:
		return 2 * time.Second
	default:
		return 15 * time.Second
	}
}

// note keeps the time since when a chat shows the truth.
func (c *cell) note(channel string, since *time.Time) {
	if !c.true(c.shown(channel)) {
		*since = time.Time{}
	} else if since.IsZero() {
		*since = time.Now()
	}
}

// wanted is what the living message has to say, and how many messages ring when nothing goes wrong.
func (c *cell) wanted() (word string, rings int) {
	switch c.act {
	case "post":
		return "down", 1
	case "edit":
		return "full", 1
	default:
		return "back", 2
	}
}

// true reports whether a chat shows what is true: the living message, and the ring where there is one.
func (c *cell) true(list []sight) bool {
	word, rings := c.wanted()
	said := 0
	for _, one := range list {
		if one.word == word {
			said++
		}
	}
	return said >= rings
}

// asked counts the requests about the chat since the trouble began.
func (c *cell) asked() int {
	n := 0
	for _, r := range c.at.Requests() {
		if (r.Channel == c.at.channel || r.Channel == c.at.before && r.Channel != "") && !r.At.Before(c.begun) {
			n++
		}
	}
	return n
}

// judge demands what must be true whatever befell: nobody who was told that it is down is not told that it is back.
func (c *cell) judge(end []sight) {
	if c.dead || c.stops {
		return
	}
	for _, x := range end {
		if x.word == "back" {
			return
		}
	}
	if len(end) > 0 && !c.asleep() {
		c.scene.t.Errorf("told « down » and never « back »: %v", end)
	}
}

// asleep reports whether the chat is left alone for a while.
func (c *cell) asleep() bool {
	asleep := false
	err := c.scene.life.store.View(c.scene.t.Context(), func(tx bot.Tx) error {
		d, err := tx.DestinationAt(bot.AccountID(c.at.platform), bot.Address{Channel: c.at.channel, Thread: c.at.thread})
		asleep = !d.Asleep.Since.IsZero()
		return err
	})
	if err != nil {
		c.scene.t.Error(err)
	}
	return asleep
}

func (c *cell) line(shows []sight, told []string, end []sight) string {
	when, near := lag(c.begun, c.truth), lag(c.begun, c.neighbour)
	if c.lasts == "1 h" {
		// The last attempt before the end of the trouble decides: the next one is at most five minutes later.
		if !c.neighbour.IsZero() && c.neighbour.Sub(c.begun) <= time.Minute {
			near = "< 1 min" // limits that the two share
		}
		if when = lag(c.begun.Add(lasting), c.truth); !c.truth.IsZero() && c.truth.Sub(c.begun) <= lasting+6*time.Minute {
			when = "< 6 min"
		}
	}
	name := c.name + ", " + c.lasts
	operator := "–"
	if c.stops || c.wide && c.act == "edit" { // it depends on who is asked first
		near = "–"
	}
	if len(told) > 0 {
		operator = strings.Join(told, " / ")
	}
	return fmt.Sprintf("%s | %-38s | %-11s | %-6s | %-44s | %-8s | %s | %s", c.act, name, when,
		about(c.requests), words(shows), near, operator, words(end))
}
