package bot_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot"
)

// atDesk runs a test on a Tuesday at noon in Paris, with operators and a watch at work.
func atDesk(t *testing.T, test func(s *stage, desk *bot.Desk, at func(day, hour, minute int) time.Time)) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		stop := s.plan()
		test(s, s.office(), at)
		stop()
	})
}

// again stops the program and starts it anew.
func (s *stage) again(stop func()) func() {
	stop()
	s.restart()
	return s.herald()
}

// TestAMaintenanceFromAChat: it is announced, begins, excuses what fails, ends, and excuses nothing any more, over stops of
// the program, as one of the configuration.
func TestAMaintenanceFromAChat(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		stop := s.plan()
		desk := s.office()
		s.order(desk, "7", "maintenance ENT 26/11 10h 12h « Mise à jour. »", "upkeep_planned")
		s.order(desk, "8", "maintenance ENT 26/11 10h-12h", "upkeep_said")
		until(at(25, 9, 59))
		s.wantShown("-1") // too far ahead
		stop = s.again(stop)
		until(at(25, 10, 1))
		s.wantShown("-1", "bulletin maintenance r2")
		if said := s.said(1); len(said) != 1 || said[0].Text != "Mise à jour." || said[0].Author != "" {
			t.Errorf("said %+v", said)
		}
		stop = s.again(stop)
		until(at(26, 10, 1))
		s.wantShown("-1", "bulletin maintenance r3")
		s.see("ddddd")
		s.wantShown("-1", "bulletin maintenance r3")
		s.order(desk, "8", "maintenance ENT 26/11 10h 13h", "upkeep_moved")
		until(at(26, 12, 30))
		s.wantShown("-1", "bulletin maintenance r4")
		s.see("dd")
		until(at(26, 13, 1))
		s.wantShown("-1", "bulletin maintenance r5")
		s.see("d") // it takes longer than was said: that is an outage
		s.wantShown("-1", "bulletin maintenance r5", "bulletin down r1")
		stop()
		want := []string{
			"claire: maintenance ent nº 1, du 26/11/2026 10:00 au 26/11/2026 12:00 : Mise à jour.",
			"karim: maintenance ent nº 1, du 26/11/2026 10:00 au 26/11/2026 13:00 (fin déplacée)",
		}
		if diff := cmp.Diff(want, s.deeds()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAMaintenanceFromAChatIsGivenUp: the message that announced it says so. Planned again, it is announced again.
func TestAMaintenanceFromAChatIsGivenUp(t *testing.T) {
	atDesk(t, func(s *stage, desk *bot.Desk, at func(int, int, int) time.Time) {
		s.order(desk, "7", "maintenance ENT demain 10h 11h", "upkeep_planned")
		until(at(24, 12, 2))
		s.wantShown("-1", "bulletin maintenance r1")
		s.order(desk, "8", "maintenance annuler nº 1", "upkeep_cancelled")
		s.order(desk, "7", "maintenance annuler 1", "upkeep_unknown")
		until(at(24, 12, 4))
		s.wantShown("-1", "bulletin maintenance r2")
		if open, cancelled := s.announcements(1); open || !cancelled {
			t.Errorf("open %v, cancelled %v", open, cancelled)
		}
		s.order(desk, "7", "maintenance ENT demain 10h 11h", "upkeep_planned")
		s.order(desk, "7", "maintenance annuler 1", "upkeep_unknown") // delivered late: the new one has another number
		until(at(24, 12, 6))
		s.wantShown("-1", "bulletin maintenance r2", "bulletin maintenance r1")
		until(at(25, 11, 1))
		s.order(desk, "7", "maintenance annuler 2", "upkeep_unknown") // over
		s.wantShown("-1", "bulletin maintenance r2", "bulletin maintenance r3")
	})
}

// TestMaintenancesAreListed: those of the configuration beside those from chats.
func TestMaintenancesAreListed(t *testing.T) {
	announcedOn(t, func(s *stage, at func(int, int, int) time.Time) {
		s.plan(bot.Period{From: at(24, 11, 0), To: at(24, 13, 0)}, bot.Period{From: at(20, 11, 0), To: at(20, 13, 0)})()
		desk := s.office()
		words := &listing{}
		desk.Renderer = words
		s.order(desk, "7", "maintenance ENT demain 18h 20h", "upkeep_planned")
		s.order(desk, "7", "maintenance", "upkeeps")
		want := []bot.Upkeep{
			{Platform: "ent", From: at(24, 11, 0), To: at(24, 13, 0)},
			{ID: 1, Platform: "ent", From: at(25, 18, 0), To: at(25, 20, 0), Who: "claire"},
		}
		if diff := cmp.Diff(want, words.last.Upkeeps); diff != "" {
			t.Error(diff)
		}
		overview, err := desk.Board.Overview(s.t.Context(), nil, bot.Families, desk.Stranger.Place)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(overview.Platforms[0].Platform.Maintenances); n != 3 || len(s.platforms[0].Maintenances) != 2 {
			t.Errorf("the page knows of %d maintenances", n)
		}
	})
}

// listing keeps what an operator was answered last.
type listing struct {
	plainWords

	last bot.Brief
}

func (l *listing) Brief(b bot.Brief) (bot.Message, error) {
	l.last = b
	return l.plainWords.Brief(b)
}

func TestMaintenancesRefused(t *testing.T) {
	atDesk(t, func(s *stage, desk *bot.Desk, _ func(int, int, int) time.Time) {
		s.order(desk, "7", "maintenance", "upkeep_none")
		for typed, want := range map[string]string{
			"Ecole demain 18h 20h":                 "no_platform",
			"ENT":                                  "upkeep_when",
			"ENT ce soir":                          "upkeep_when",
			"ENT demain 18h":                       "upkeep_when",
			"ENT 26/11 18h 25/11 20h":              "upkeep_when",
			"ENT 20/11 18h 20h":                    "upkeep_past",
			"ENT aujourd'hui 11h 13h":              "upkeep_past",
			"ENT 25/2/2027 18h 20h":                "upkeep_far",
			"ENT demain 18h 3/12 18h":              "upkeep_far",
			"ENT demain 18h 20h http://exemple.fr": "bad_link",
			"ENT demain 18h 20h " + fmt.Sprintf("%0401d", 0): "too_long",
			"annuler":     "upkeep_unknown",
			"annuler ENT": "upkeep_unknown",
			"annuler 7":   "upkeep_unknown",
		} {
			if want == "too_long" {
				want = string(bot.BriefTooLong)
			}
			s.order(desk, "7", "maintenance "+typed, want)
		}
		for day := 1; day <= 20; day++ {
			s.order(desk, "7", fmt.Sprintf("maintenance ENT %d/12 18h 20h", day), "upkeep_planned")
		}
		s.order(desk, "8", "maintenance ENT 21/12 18h 20h", "upkeep_full")
		s.order(desk, "8", "maintenance annuler 20", "upkeep_cancelled")
		s.order(desk, "8", "maintenance ENT 21/12 18h 20h", "upkeep_planned")
		s.order(desk, "9", "maintenance ENT 22/12 18h 20h", "reserved") // no operator
		if n := len(s.deeds()); n != 22 {
			t.Errorf("%d deeds, want one for each change", n)
		}
	})
}

// TestManyPlanTheSameAtOnce: one of them plans it, the others hear that it is planned.
func TestManyPlanTheSameAtOnce(t *testing.T) {
	atDesk(t, func(s *stage, desk *bot.Desk, _ func(int, int, int) time.Time) {
		answers := make(chan string)
		for n := range 6 {
			person := []string{"7", "8"}[n%2]
			go func() {
				m, err := desk.Command(s.t.Context(), bot.Request{
					From: bot.Address{Channel: person}, Private: true, Person: person, Command: "maintenance", Args: "ENT demain 18h 20h",
				})
				if err != nil {
					s.t.Error(err)
				}
				answers <- m.Title
			}()
		}
		count := make(map[string]int)
		for range 6 {
			count[<-answers]++
		}
		if diff := cmp.Diff(map[string]int{"upkeep_planned": 1, "upkeep_said": 5}, count); diff != "" {
			t.Error(diff)
		}
		if n := len(s.deeds()); n != 1 {
			t.Errorf("%d deeds", n)
		}
	})
}
