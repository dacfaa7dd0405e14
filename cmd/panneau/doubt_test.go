package main

import (
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/notifiers/emulator"
)

// TestTheEndIsToldThoughItsTellerWasKilled: a « down » may have arrived, and the program is killed while it tells that all
// is well again.
func TestTheEndIsToldThoughItsTellerWasKilled(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		p := company(s)[bot.Telegram]
		s.see("ent", "u")
		p.Inject(emulator.Fault{Kind: emulator.Hang, Times: -1})
		s.see("ent", "ddd")
		time.Sleep(time.Minute)
		s.see("ent", "uu")
		for range 600 {
			if s.rows("SELECT destination FROM deliveries WHERE flight_purpose = 'back'") > 0 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		s.crash()
		p.Heal()
		s.start()
		time.Sleep(7 * time.Minute)
		wantSights(t, p, "🔊 back (plain)")
	})
}

// TestTheEndIsToldThoughALaterAttemptSurelyFailed: a « down » arrived and was not answered, and what failed after it takes
// nothing back.
func TestTheEndIsToldThoughALaterAttemptSurelyFailed(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"503": {Kind: emulator.Answer, Status: 503}, "429": {Kind: emulator.Throttle, Wait: time.Hour},
		"400": {Kind: emulator.Answer, Status: 400}, "401": {Kind: emulator.Answer, Status: 401}, "403": {Kind: emulator.Answer, Status: 403},
	} {
		if raced && name != "429" { // enough for races
			continue
		}
		t.Run(name, func(t *testing.T) {
			play(t, newProps(t), func(s *town) {
				places := company(s)
				s.see("ent", "u")
				for _, p := range places {
					p.Inject(emulator.Fault{Kind: emulator.CutAfter})
				}
				s.fallSilent(places, fault)
				s.see("ent", "ddd")
				time.Sleep(10 * time.Minute)
				s.see("ent", "uu")
				s.speakAgain(places)
				s.restart()
				time.Sleep(2 * time.Hour)
				for _, p := range places {
					want := "🔊 back +1, 🔊 back"
					switch {
					case p.platform == bot.Telegram: // where what arrived cannot be looked for
						want = "🔊 down, 🔊 back (plain)"
					case p.platform == bot.Discord && name == "400": // what is rejected twice is not rung
						want = "🔊 back (plain) +1"
					}
					wantSights(t, p, want)
				}
			})
		})
	}
}

// TestWhatArrivedIsFoundHoweverLateItCanBeLookedFor: the answer is lost, the chat is closed to us for two hours in which
// attempts fail without a word, and the message still stands there.
func TestWhatArrivedIsFoundHoweverLateItCanBeLookedFor(t *testing.T) {
	play(t, newProps(t), func(s *town) {
		p := company(s)[bot.Discord]
		s.see("ent", "u")
		p.Inject(emulator.Fault{Kind: emulator.CutAfter})
		p.Inject(emulator.Fault{Kind: emulator.Hang, Times: 4})
		s.see("ent", "ddd")
		p.Kick(p.channel)
		time.Sleep(2 * time.Hour)
		p.Invite(p.channel)
		time.Sleep(10 * time.Minute)
		wantSights(t, p, "🔊 down")
	})
}
