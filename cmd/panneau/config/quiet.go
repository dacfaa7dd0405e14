package config

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// quietEntry is when a destination is not to be rung: a block, or the word none.
type quietEntry struct {
	From     identifier `yaml:"from"` // 20:00
	To       identifier `yaml:"to"`
	Weekends bool       `yaml:"weekends"`
	Holidays bool       `yaml:"holidays"`
	Urgent   []string   `yaml:"urgent"`
}

// never is the word for no quiet hours. It stands in From where the file has it instead of a block.
const never = "none"

func (q *quietEntry) fromNode(d decoder, n ast.Node, path string) {
	if _, block := n.(ast.MapNode); block {
		d.block(n, path, reflect.ValueOf(q).Elem())
		return
	}
	if word(n) != never {
		d.add(path, "des heures de silence ou le mot none sont attendus", `écrivez {from: "20:00", to: "7:00"}, ou none pour sonner à toute heure`)
	}
	q.From = never
}

// silence reads when a destination is not to be rung. Whatever is not given is as the ministry set it for software of
// schools, and for a terminal, which rings nobody, nothing is.
func (b *builder) silence(path string, e quietEntry, zone string, platform bot.ChatPlatform) bot.Silence {
	if e.From == never && !b.has(path+".from") || platform == bot.Console && !b.has(path) {
		return bot.Silence{}
	}
	s := bot.Silence{Zone: zone, Hours: calendar.DefaultQuietHours(), Urgent: b.urgent(path+".urgent", e.Urgent)}
	s.Hours.From = b.clock(path+".from", e.From, s.Hours.From)
	s.Hours.To = b.clock(path+".to", e.To, s.Hours.To)
	if b.has(path + ".weekends") {
		s.Hours.Weekends = e.Weekends
	}
	if b.has(path + ".holidays") {
		s.Hours.Holidays = e.Holidays
	}
	return s
}

// clock reads a time of day.
func (b *builder) clock(path string, text identifier, otherwise calendar.Clock) calendar.Clock {
	if text == "" {
		return otherwise
	}
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		b.add(path, "heure incorrecte "+quote(string(text)), `écrivez par exemple "20:00" ou "7:30"`)
		return otherwise
	}
	return calendar.Hour(at.Hour(), at.Minute())
}

// urgent reads the conditions that are told aloud in silence.
func (b *builder) urgent(path string, words []string) []bot.Condition {
	if len(words) == 0 {
		b.refuseEmpty(path)
	}
	outages := slices.DeleteFunc(bot.Conditions(), func(c bot.Condition) bool { return !c.Outage() })
	var list []bot.Condition
	for i, word := range words {
		list = append(list, bot.Condition(b.oneOf(path+"["+strconv.Itoa(i+1)+"]", word, texts(outages))))
	}
	return list
}
