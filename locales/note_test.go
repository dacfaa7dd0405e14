package locales

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/panneau-ecole/panneau/bot"
	"github.com/panneau-ecole/panneau/bot/calendar"
)

// noteOf is a note on the Tuesday on which so many platforms failed.
func noteOf(t testing.TB, kind bot.NoteKind, hour, minute int) bot.Note {
	return bot.Note{
		Kind: kind, Now: school(t, hour, minute), Place: bot.Place{Location: location(t, "Europe/Paris"), Name: "Paris"},
		PageURL: "https://panneau.example.org/",
	}
}

func trouble(name string, c bot.Condition, since, now time.Time) bot.PlatformView {
	return bot.PlatformView{
		Platform: bot.Platform{ID: bot.PlatformID(strings.ToLower(name)), Name: name}, Condition: c, Since: since, CheckedAt: now.Add(-40 * time.Second),
	}
}

// notes are all that a note can say, under headings.
func notes(t testing.TB) map[string]bot.Note {
	yesterday := time.Date(2021, time.April, 5, 17, 5, 0, 0, location(t, "Europe/Paris"))
	morning := noteOf(t, bot.NoteMorning, 7, 15)
	morning.Troubles = []bot.PlatformView{trouble("Pronote", bot.Unreachable, yesterday, morning.Now)}
	two := morning
	two.Troubles = append(two.Troubles, trouble("ENT Hauts-de-France", bot.Slowed, yesterday.Add(time.Hour), morning.Now))

	evening := noteOf(t, bot.NoteEvening, 18, 30)
	evening.Over = []bot.Episode{
		{Platform: bot.Platform{Name: "Pronote"}, Worst: bot.Unreachable, Since: school(t, 8, 5), Over: school(t, 9, 50)},
		{Platform: bot.Platform{Name: "ÉduConnect"}, Worst: bot.LoginImpossible, Since: yesterday.Add(10 * time.Hour), Over: school(t, 3, 50)},
	}
	broken := evening
	broken.Troubles = []bot.PlatformView{trouble("Lumni", bot.Slowed, school(t, 17, 0), evening.Now)}
	both := broken
	both.Troubles = append(both.Troubles, trouble("Pronote", bot.Unreachable, school(t, 18, 0), evening.Now))
	quiet := noteOf(t, bot.NoteEvening, 18, 30)
	frozen := evening
	frozen.Noted = []bot.PlatformView{trouble("ENT Hauts-de-France", bot.Suspended, school(t, 18, 0), evening.Now)}
	blind := quiet
	blind.Noted = []bot.PlatformView{trouble("Pronote", bot.Unverifiable, school(t, 17, 0), evening.Now)}
	ahead := quiet
	ahead.Days = []bot.CriticalDay{
		{Date: calendar.On(2021, time.April, 7), Label: "Brevet blanc des classes de troisième"},
		{Date: calendar.On(2021, time.April, 26)},
	}

	week := noteOf(t, bot.NoteWeekly, 17, 0)
	week.Now = time.Date(2021, time.April, 9, 17, 0, 0, 0, location(t, "Europe/Paris"))
	week.Week = bot.Week{First: calendar.On(2021, time.April, 5), Last: calendar.On(2021, time.April, 9), Until: week.Now.Add(-time.Hour)}
	full, before := bot.Attendance{Of: 36, Hours: 36}, bot.Attendance{Of: 44, Hours: 44}
	bad, worse := full, before
	bad.Down, worse.Down = 105, 13
	week.Week.Lines = []bot.WeekLine{
		{Platform: bot.Platform{Name: "Pronote"}, Now: bad, Before: worse, Incidents: 1},
		{Platform: bot.Platform{Name: "ÉduConnect"}, Now: bad, Before: before, Incidents: 2},
		{Platform: bot.Platform{Name: "Cned"}, Now: bot.Attendance{Of: 36, Hours: 30, Down: 1}, Before: bot.Attendance{Of: 44, Hours: 3}, Incidents: 0},
		{Platform: bot.Platform{Name: "Lumni"}, Now: full, Before: before, Incidents: 0},
		{Platform: bot.Platform{Name: "Pix"}, Now: full, Before: bot.Attendance{Of: 44}, Incidents: 0},
		{Platform: bot.Platform{Name: "Parcoursup"}, Now: bot.Attendance{Of: 36, Hours: 8}, Before: before, Incidents: 0},
	}
	far := week
	far.Place = bot.Place{Location: location(t, "Indian/Reunion"), Name: "La Réunion"}
	return map[string]bot.Note{
		"1 morning": morning, "2 morning, two": two, "3 evening, all over": evening, "4 evening, one": broken,
		"5 evening, two": both, "6 evening, nothing": quiet, "7 evening, frozen": frozen, "8 evening, not verified": blind,
		"9 evening, days ahead": ahead, "week": week, "week, La Réunion": far,
	}
}

// readNotes reads what chats get at fixed times, and what /status says of days to note.
func readNotes(g *reader) {
	t := g.t
	all := notes(t)
	for _, heading := range slices.Sorted(maps.Keys(all)) {
		m, err := g.r.Note(g.lang, all[heading])
		g.add(heading, m, err)
	}
	o := bot.Overview{
		Now: school(t, 8, 0), Place: bot.Place{Location: location(t, "Europe/Paris"), Name: "Paris"},
		Days: []bot.CriticalDay{{Date: calendar.On(2021, time.April, 6)}, {Date: calendar.On(2021, time.April, 7), Label: "Brevet blanc"}},
	}
	m, err := g.r.Overview(g.lang, o)
	g.add("status on a critical day", m, err)
}

// TestNotes holds the notes against the rules for French and for families, and the simple ones to their golden file.
func TestNotes(t *testing.T) {
	for _, lang := range []string{"fr", "fr-x-simple"} {
		g := newReader(t)
		g.lang = lang
		readNotes(g)
		for _, fault := range append(Lint(g.b.String()), Jargon(g.b.String())...) {
			t.Errorf("%s: %v", lang, fault)
		}
		if lang != "fr" {
			g.compareIn(lang, "notes")
		}
	}
}

// TestAWeekIsNeverRoundedUp: what was not reachable all the time is not called 100 %.
func TestAWeekIsNeverRoundedUp(t *testing.T) {
	w := &writer{catalogue: renderer(t).texts["fr"]}
	for share, want := range map[float64]string{
		1: "100", 0.99999: "99,9", 0.999: "99,9", 0.9514: "95,1", 0.5: "50", 0: "0",
		bot.Attendance{Of: 44, Hours: 44, Down: 1}.Share(): "99,9",
	} {
		if got := string(w.percent(share)); got != want {
			t.Errorf("%v is %s %%, want %s", share, got, want)
		}
	}
}

func TestANoteOfNoKindIsAnError(t *testing.T) {
	if _, err := renderer(t).Note("fr", noteOf(t, "", 8, 0)); err == nil {
		t.Error("rendered")
	}
}
