package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// TestTheFiguresOfAWeek: school hours only, at the worst check, beside the week before, up to what is summed up.
func TestTheFiguresOfAWeek(t *testing.T) {
	inRhythm(t, bot.Rhythm{Zone: "Lille", Weekly: "0 17 * * 5"}, bot.Silence{}, "2026-11-27T17:00:00+01:00", func(s *stage) {
		var hours []bot.Hour
		for at := moment(t, "2026-11-16T00:00:00+01:00"); at.Before(time.Now().Add(-time.Hour)); at = at.Add(time.Hour) {
			hours = append(hours, bot.Hour{Platform: "ent", Check: "ent/a", Vantage: "ici", Start: at, Up: 60})
		}
		outage := moment(t, "2026-11-24T08:00:00+01:00")
		hours = append(hours,
			bot.Hour{Platform: "ent", Check: "ent/b", Vantage: "ici", Start: outage, Up: 30, Down: 30},
			bot.Hour{Platform: "ent", Check: "ent/b", Vantage: "ici", Start: outage.Add(-5 * time.Hour), Down: 60}, // in the night
		)
		task := bot.NoteTask{NoteKey: bot.NoteKey{Kind: bot.NoteWeekly}, At: time.Now()}
		err := s.store.Update(s.t.Context(), func(tx bot.Tx) error {
			if err := tx.PutHours(hours); err != nil {
				return err
			}
			list, err := tx.Destinations()
			task.To, task.Destination = list[0], list[0].ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		reporter := bot.Reporter{Store: s.store, Web: bot.NewWeb(s.platforms), Quiet: s.quiet}
		n, silent, worth, err := reporter.Note(s.t.Context(), task, time.Now())
		if err != nil || !silent || !worth {
			t.Fatalf("silent %v, worth %v: %v", silent, worth, err)
		}
		want := bot.Week{
			First: calendar.On(2026, time.November, 23), Last: calendar.On(2026, time.November, 27), Until: moment(t, "2026-11-27T16:00:00+01:00"),
			Lines: []bot.WeekLine{{
				Platform: s.platforms[0],
				Now:      bot.Attendance{Of: 3*10 + 4 + 8, Hours: 3*10 + 4 + 8, Down: 30}, // Wednesday ends at 12 h, the report at 16 h
				Before:   bot.Attendance{Of: 4*10 + 4, Hours: 4*10 + 4},
				Days: []bot.DaySeen{
					{Date: calendar.On(2026, time.November, 23), Seen: bot.Attendance{Of: 10, Hours: 10}},
					{Date: calendar.On(2026, time.November, 24), Seen: bot.Attendance{Of: 10, Hours: 10, Down: 30}},
					{Date: calendar.On(2026, time.November, 25), Seen: bot.Attendance{Of: 4, Hours: 4}},
					{Date: calendar.On(2026, time.November, 26), Seen: bot.Attendance{Of: 10, Hours: 10}},
					{Date: calendar.On(2026, time.November, 27), Seen: bot.Attendance{Of: 8, Hours: 8}},
				},
			}},
		}
		if diff := cmp.Diff(want, n.Week, cmpopts.EquateApproxTime(0)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestACalendarThatEndsIsToldInSteps: 60, 30 and 7 days ahead, and weekly afterwards, once each across restarts.
func TestACalendarThatEndsIsToldInSteps(t *testing.T) {
	almanac, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	inRhythm(t, bot.Rhythm{Zone: "Lille"}, bot.Silence{}, "2028-04-20T12:00:00+02:00", func(s *stage) {
		zone, err := calendar.Find("b")
		if err != nil {
			t.Fatal(err)
		}
		schools, err := almanac.Schools(zone)
		if err != nil {
			t.Fatal(err)
		}
		until, _ := schools.KnownUntil(calendar.DateOf(time.Now()))
		var days []int
		watch := bot.CalendarWatch{Store: s.store, Schools: []*calendar.Schools{schools}, Trouble: func(trouble bot.Trouble) {
			if trouble.Over { // as it is while the calendar lasts
				return
			}
			days = append(days, int(until-calendar.DateOf(time.Now().In(schools.Clock()))))
		}}
		for range 100 { // days, each with a restart
			s.holdFor(24*time.Hour, watch.Run)
		}
		if diff := cmp.Diff([]int{59, 30, 7, -1, -8, -15, -22}, days); diff != "" {
			t.Error(diff)
		}
	})
}
