package main

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// TestStatusOfOnePlatformHasItsLastDays asks an Arabic chat's bot for one platform: the answer has the school days of the
// last month, each hard one in words, and one picture however many languages there are.
func TestStatusOfOnePlatformHasItsLastDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, time.November, 27, 12, 0, 0, 0, time.UTC))) // a Friday with class before and after
		statusOfOnePlatform(t)
	})
}

func statusOfOnePlatform(t *testing.T) {
	db := emptyStore(t)
	chat := educonnect(t, bot.Families, "ar").Destination
	chat.Account, chat.Address, chat.Follows = "tg", bot.Address{Channel: "-2"}, []bot.PlatformID{"ent", "pronote"}
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	platforms := []bot.Platform{{ID: "ent", Name: "Mon ENT Occitanie"}, {ID: "pronote", Name: "Pronote"}}
	desk := bot.Desk{
		Account: "tg", Chat: bot.Telegram, Prefix: "/", Store: db, Renderer: chatWriter(t).Renderer, Stranger: stranger(chat.Place),
		Turnstile: &bot.Turnstile{},
		Board: &bot.Board{
			Store: db, Platforms: platforms, Vantages: 1, Offline: func() bool { return false }, Quiet: bot.NewQuiet(almanac),
			Planner: &bot.Planner{Store: db, Web: bot.NewWeb(platforms)},
		},
	}
	ask := func(args string) bot.Message {
		t.Helper()
		m, err := desk.Command(t.Context(), bot.Request{From: chat.Address, Command: "status", Args: args})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	put(t, db, func(tx bot.Tx) error { return tx.PutDestination(chat) })
	if m := ask("pronote"); m.Picture != nil {
		t.Error("a picture of nothing")
	}
	hard := lastMonth(t, db, almanac)
	if m := ask("pronote"); m.Picture == nil || len(m.Also) != 1 || m.Also[0].Picture != nil {
		t.Fatalf("the answer has the picture %v, and %d languages beneath", m.Picture, len(m.Also))
	} else {
		data, err := m.Picture.Draw()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			t.Error(err)
		}
		last := m.Also[0].Sections[len(m.Also[0].Sections)-1]
		if len(last.Items) != 1 || !strings.Contains(last.Items[0], "1\u00a0h\u00a030") || !strings.Contains(strings.Join(last.Text, " "), "1\u00a0jour") {
			t.Errorf("hard on %v, and the answer says %q", hard, last)
		}
		parts, err := m.Divide(func(m bot.Message) bool { return len(m.Sections) < 2 && len(m.Also) == 0 })
		if err != nil || len(parts) < 2 || parts[0].Picture == nil || parts[1].Picture != nil {
			t.Errorf("divided into %d, the picture is not with the first alone: %v", len(parts), err)
		}
	}
	for _, other := range []string{"", "ent"} {
		if m := ask(other); m.Picture != nil {
			t.Errorf("a picture for %q", other)
		}
	}
}

// lastMonth writes good hours of Pronote since a month ago, with an hour and a half of outage on the last school day of
// them, which it returns.
func lastMonth(t *testing.T, db bot.Store, almanac *calendar.Almanac) calendar.Date {
	t.Helper()
	zone, err := calendar.Find("a")
	if err != nil {
		t.Fatal(err)
	}
	schools, err := almanac.Schools(zone)
	if err != nil {
		t.Fatal(err)
	}
	day := calendar.DateOf(time.Now().In(schools.Clock())) - 1
	for day > 0 && !schools.Day(day, calendar.AllLevels).School() {
		day--
	}
	broken := day.At(calendar.Hour(9, 0), schools.Clock())
	var hours []bot.Hour
	for at := time.Now().Add(-40 * 24 * time.Hour).Truncate(time.Hour); at.Before(time.Now()); at = at.Add(time.Hour) {
		h := bot.Hour{Platform: "pronote", Check: "pronote/a", Vantage: "ici", Start: at, Up: 60}
		switch {
		case at.Equal(broken):
			h.Up, h.Down = 0, 60
		case at.Equal(broken.Add(time.Hour)):
			h.Up, h.Down = 30, 30
		}
		hours = append(hours, h)
	}
	put(t, db, func(tx bot.Tx) error { return tx.PutHours(hours) })
	return day
}

func put(t *testing.T, db bot.Store, write func(bot.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), write); err != nil {
		t.Fatal(err)
	}
}
