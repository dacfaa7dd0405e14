package main

import (
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
)

// until sleeps to the next moment at which the clock of Paris shows an hour and minute.
func until(t *testing.T, hour, minute int) {
	t.Helper()
	place, err := paris()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(place.Location)
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, place.Location)
	if at.Before(now) {
		at = at.AddDate(0, 0, 1)
	}
	time.Sleep(time.Until(at))
}

// aMorning is a silence that ends before the simulated machines have much to do.
const aMorning = `{from: "8:10", to: "9:30"}`

// TestR5_QuietHoursAreCaughtUp: the whole program between the three chats. Nights, weekends and holidays: TestSchoolYear.
func TestR5_QuietHoursAreCaughtUp(t *testing.T) {
	p := newProps(t)
	for name, test := range map[string]func(t *testing.T, s *town, places map[bot.ChatPlatform]*place){
		"still broken at the end": func(t *testing.T, s *town, places map[bot.ChatPlatform]*place) {
			until(t, 8, 20)
			s.see("ent", "uddd")
			until(t, 9, 29)
			wantAll(t, places, "nothing")
			until(t, 9, 31)
			wantAll(t, places, "🔊 down")
			for _, p := range places {
				if list := p.Shown(p.channel); !strings.Contains(visible(list[len(list)-1].Text), "8 h 20") {
					t.Errorf("%s does not say since when: %v", p.platform, list)
				}
			}
			s.see("ent", "uu")
			time.Sleep(time.Minute)
			wantAll(t, places, "🔊 back +1, 🔊 back")
		},
		"over before the end": func(t *testing.T, s *town, places map[bot.ChatPlatform]*place) {
			until(t, 8, 20)
			s.see("ent", "uddd")
			until(t, 8, 40)
			s.see("ent", "qqq")
			until(t, 9, 0)
			s.see("ent", "uu")
			until(t, 9, 35)
			wantAll(t, places, "nothing")
		},
		"told before, over in silence": func(t *testing.T, s *town, places map[bot.ChatPlatform]*place) {
			until(t, 8, 5)
			s.see("ent", "uddd")
			until(t, 8, 20)
			s.see("ent", "uu")
			time.Sleep(time.Minute)
			wantAll(t, places, "🔊 back +1")
			s.crash()
			s.start()
			until(t, 9, 29)
			wantAll(t, places, "🔊 back +1")
			until(t, 9, 31)
			wantAll(t, places, "🔊 back +1, 🔊 back")
		},
		"told before, over, and broken again": func(t *testing.T, s *town, places map[bot.ChatPlatform]*place) {
			until(t, 8, 5)
			s.see("ent", "uddd")
			until(t, 8, 20)
			s.see("ent", "uu")
			until(t, 9, 15)
			s.see("ent", "ddd")
			until(t, 9, 31)
			wantAll(t, places, "🔊 back +1, 🔊 down")
			s.see("ent", "uu")
			time.Sleep(time.Minute)
			wantAll(t, places, "🔊 back +1 × 2, 🔊 back")
		},
		"urgent": func(t *testing.T, s *town, places map[bot.ChatPlatform]*place) {
			until(t, 8, 20)
			s.see("ent", "uqqq")
			time.Sleep(time.Minute)
			wantAll(t, places, "nothing")
			s.see("ent", "ddd")
			time.Sleep(time.Minute)
			wantAll(t, places, "🔊 down")
			s.see("ent", "uu")
			time.Sleep(time.Minute)
			wantAll(t, places, "🔊 back +1")
			until(t, 9, 31)
			wantAll(t, places, "🔊 back +1, 🔊 back")
		},
		"quiet hours taken away": func(t *testing.T, s *town, places map[bot.ChatPlatform]*place) {
			until(t, 8, 20)
			s.see("ent", "uddd")
			time.Sleep(time.Minute)
			s.halt()
			s.quiet = "none"
			s.start()
			time.Sleep(time.Minute)
			wantAll(t, places, "🔊 down")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, p, func(s *town) {
				s.quiet = aMorning
				if name == "urgent" {
					s.quiet = `{from: "8:10", to: "9:30", urgent: [down]}`
				}
				places := company(s)
				s.said.take()
				test(t, s, places)
				if told := s.said.take(); len(told) > 0 {
					t.Errorf("the operator was told %q", told)
				}
			})
		})
	}
}

func wantAll(t *testing.T, places map[bot.ChatPlatform]*place, want string) {
	t.Helper()
	for _, p := range places {
		wantSights(t, p, want)
	}
}
