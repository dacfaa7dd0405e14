package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

// TestMovableFeasts takes Easter from almanacs: the earliest and the latest one possible are among them.
func TestMovableFeasts(t *testing.T) {
	s := schools(t, "a")
	for _, text := range []string{
		"1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2021-04-04", "2024-03-31", "2026-04-05", "2027-03-28",
		"2028-04-16", "2038-04-25", "2049-04-18", "2076-04-19",
	} {
		easter := date(t, text)
		for after, want := range map[calendar.Date]string{1: "Lundi de Pâques", 39: "Ascension", 50: "Lundi de Pentecôte"} {
			f, ok := s.Festival(easter + after)
			year, month, day := (easter + after).Civil()
			labour := year == 2008 && month == time.May && day == 1
			if !ok || f.Name != want && !labour {
				t.Errorf("%v, %d days after Easter, is %q", easter+after, after, f.Name)
			}
		}
	}
}

// TestFestivalsOf2027 lists what a territory has besides the eleven days that all have.
func TestFestivalsOf2027(t *testing.T) {
	want := map[string]string{
		"a": "", "b": "", "c": "", "saint-pierre-et-miquelon": "",
		"Strasbourg": "03-26 12-26", "Moselle": "03-26 12-26", "Nancy-Metz": "",
		"corse": "09-08? 12-08?", "guadeloupe": "03-26 05-27", "saint-martin": "05-28", "saint-barthelemy": "10-09",
		"martinique": "03-26 05-22", "guyane": "06-10", "la-reunion": "12-20", "mayotte": "04-27",
		"nouvelle-caledonie": "09-24", "polynesie": "03-05? 03-26 11-20?", "Gambier": "03-05? 03-26 11-20?",
		"wallis-et-futuna": "04-28 06-29 07-29",
	}
	almanac, got := embedded(t), map[string]string{}
	everywhere := map[calendar.Date]bool{}
	first, last := date(t, "2027-01-01"), date(t, "2027-12-31")
	mainland := schoolsOf(t, almanac, "a")
	for d := first; d <= last; d++ {
		if _, ok := mainland.Festival(d); ok {
			everywhere[d] = true
		}
	}
	if len(everywhere) != 11 {
		t.Errorf("%d public holidays everywhere, want 11", len(everywhere))
	}
	for zone := range want {
		s := schoolsOf(t, almanac, zone)
		var days []string
		for d := first; d <= last; d++ {
			f, ok := s.Festival(d)
			if !ok && everywhere[d] {
				t.Errorf("%s has no public holiday on %v", zone, d)
			}
			if ok && !everywhere[d] {
				days = append(days, d.String()[5:]+map[bool]string{true: "?"}[f.ToConfirm])
			}
		}
		got[zone] = strings.Join(days, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
