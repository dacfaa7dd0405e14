package calendar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

func date(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDates(t *testing.T) {
	for _, text := range []string{"1969-12-31", "1970-01-01", "2024-02-29", "2026-11-26", "2100-12-31"} {
		d := date(t, text)
		at, _ := time.Parse(time.DateOnly, text)
		if d.String() != text || d.Weekday() != at.Weekday() || calendar.DateOf(at.Add(23*time.Hour)) != d {
			t.Errorf("%s became %v, a %v", text, d, d.Weekday())
		}
	}
}

func TestDaysByHand(t *testing.T) {
	const (
		school, free, weekend, holiday, public, unknown = calendar.SchoolDay, calendar.FreeDay, calendar.Weekend,
			calendar.Holiday, calendar.PublicHoliday, calendar.Unknown
		all, école, collège, lycée = calendar.AllLevels, calendar.École, calendar.Collège, calendar.Lycée
	)
	cases := []struct {
		zone, day string
		level     calendar.Level
		kind      calendar.Kind
		name      string
	}{
		// The first day of distance teaching was a school day; so is a day of today.
		{"Lille", "2021-04-05", all, public, "Lundi de Pâques"},
		{"Lille", "2021-04-06", all, school, ""},
		{"a", "2026-11-23", all, school, ""},

		// Holidays: the day of departure, the last day off, the day of return.
		{"Paris", "2027-02-05", all, school, ""},
		{"Paris", "2027-02-06", all, holiday, "Vacances d'Hiver"},
		{"Paris", "2027-02-21", all, holiday, "Vacances d'Hiver"},
		{"Paris", "2027-02-22", all, school, ""},
		{"Lyon", "2021-07-06", all, school, ""}, // « mardi 6 juillet après la classe »
		{"Lyon", "2021-07-07", all, holiday, "Vacances d'Été"},
		{"saint-pierre-et-miquelon", "2024-12-20", all, school, ""},
		{"saint-pierre-et-miquelon", "2024-12-21", all, holiday, "Vacances de Noël"},
		{"corse", "2010-10-25", all, holiday, "Vacances de la Toussaint"}, // these years give the first day off

		// The three ways of writing Ascension.
		{"b", "2019-05-29", collège, school, ""},
		{"b", "2019-05-30", all, public, "Ascension"},
		{"b", "2019-05-31", all, holiday, "Pont de l'Ascension"},
		{"b", "2026-05-14", all, public, "Ascension"},
		{"b", "2026-05-15", all, holiday, "Pont de l'Ascension"},
		{"b", "2026-05-18", all, school, ""},
		{"b", "2027-05-06", all, public, "Ascension"},
		{"b", "2027-05-07", all, holiday, "Pont de l'Ascension"},
		{"b", "2027-05-08", all, public, "Victoire de 1945"},
		{"b", "2027-05-10", all, school, ""},
		{"b", "2027-05-17", all, public, "Lundi de Pentecôte"},

		// Alsace and Moselle.
		{"Strasbourg", "2027-03-26", all, public, "Vendredi saint"},
		{"Moselle", "2027-03-26", all, public, "Vendredi saint"},
		{"Nancy-Metz", "2027-03-26", all, school, ""},
		{"b", "2027-03-26", all, school, ""},
		{"Strasbourg", "2026-12-26", all, public, "Saint-Étienne"},
		{"b", "2026-12-26", all, holiday, "Vacances de Noël"},

		// La Réunion has its long holidays in January.
		{"la-reunion", "2026-12-18", all, school, ""},
		{"la-reunion", "2026-12-19", all, holiday, "Vacances d'Été austral"},
		{"la-reunion", "2026-12-20", all, public, "Abolition de l’esclavage"},
		{"la-reunion", "2027-01-31", all, holiday, "Vacances d'Été austral"},
		{"la-reunion", "2027-02-01", all, school, ""},
		{"la-reunion", "2026-08-17", all, holiday, "Vacances d'Hiver austral"},
		{"la-reunion", "2026-08-18", all, school, ""},
		{"la-reunion", "2027-03-16", all, school, ""}, // a Tuesday of departure
		{"la-reunion", "2027-03-30", all, school, ""},

		// Polynésie by degree.
		{"polynesie", "2020-07-03", école, holiday, "Grandes Vacances"},
		{"polynesie", "2020-07-03", lycée, school, ""},
		{"polynesie", "2020-07-03", all, school, ""},
		{"polynesie", "2020-08-11", école, holiday, "Grandes Vacances"},
		{"polynesie", "2020-08-11", collège, school, ""},
		{"polynesie", "2021-05-25", collège, holiday, "Vacances de Mai"},
		{"polynesie", "2021-05-25", lycée, school, ""},
		{"polynesie", "2026-06-16", all, unknown, "Vacances de Mai"}, // the row runs for six weeks
		{"polynesie", "2026-07-10", all, holiday, "Grandes Vacances"},
		{"polynesie", "2026-11-20", all, unknown, "Matari’i"}, // not verified: not asserted
		{"polynesie", "2024-11-20", all, school, ""},
		{"polynesie", "2025-08-13", école, school, ""}, // a Wednesday of return: écoles have class on Wednesdays there
		{"polynesie", "2025-08-12", école, holiday, "Grandes Vacances"},
		{"Marquises", "2026-11-19", all, school, ""},

		// The islands of the académie of Guadeloupe.
		{"guadeloupe", "2026-05-27", all, public, "Abolition de l’esclavage"},
		{"saint-martin", "2026-05-27", all, school, ""},
		{"saint-martin", "2026-05-28", all, public, "Abolition de l’esclavage"},
		{"guadeloupe", "2026-05-28", all, school, ""},
		{"saint-martin", "2026-05-29", all, holiday, "Semaine en mai"},
		{"saint-barthelemy", "2025-10-09", all, public, "Abolition de l’esclavage"},
		{"saint-barthelemy", "2026-03-12", all, school, ""},
		{"saint-martin", "2026-03-12", all, holiday, "Mi-carême"},

		// Nouméa has its school year from February to December.
		{"nouvelle-caledonie", "2026-11-26", all, school, ""},
		{"nouvelle-caledonie", "2026-09-24", all, public, "Fête de la citoyenneté"},
		{"nouvelle-caledonie", "2025-04-20", all, holiday, "Vacances 1ère période"}, // a return on a Sunday
		{"nouvelle-caledonie", "2027-01-05", all, holiday, "Vacances d'Été"},

		// 29 February.
		{"a", "2024-02-29", all, holiday, "Vacances d'Hiver"},
		{"b", "2028-02-29", all, school, ""},
		{"c", "2028-02-29", all, school, ""},
		{"c", "2028-02-28", all, school, ""},

		// The week by level.
		{"b", "2026-11-25", école, free, ""},
		{"b", "2026-11-25", collège, school, ""},
		{"b", "2026-11-28", all, weekend, ""},

		// What nobody knows is unknown, and weekends are known all the same.
		{"martinique", "2026-11-26", all, unknown, ""},
		{"martinique", "2026-11-28", all, weekend, ""},
		{"martinique", "2026-11-11", all, public, "Armistice de 1918"},
		{"martinique", "2026-07-20", all, holiday, "Vacances d'Été"},
		{"corse", "2026-12-08", all, unknown, "Immaculée Conception"},
		{"corse", "2023-12-08", all, holiday, "Journée banalisée"},
		{"a", "2027-09-02", all, school, ""},
		{"a", "2027-09-03", all, unknown, ""},
		{"a", "1990-06-01", all, unknown, ""},
	}
	almanac := embedded(t)
	for _, c := range cases {
		day := schoolsOf(t, almanac, c.zone).Day(date(t, c.day), c.level)
		if day.Kind != c.kind || day.Name != c.name {
			t.Errorf("%s in %s (levels %b): got kind %d %q, want %d %q", c.day, c.zone, c.level, day.Kind, day.Name, c.kind, c.name)
		}
		if day.Hours.Empty() == day.School() {
			t.Errorf("%s in %s: hours %v do not fit kind %d", c.day, c.zone, day.Hours, day.Kind)
		}
	}
}

func TestWhatIsNotCertainIsMarked(t *testing.T) {
	for zone, days := range map[string]map[string]bool{
		"nouvelle-caledonie": {"2026-10-12": true, "2025-10-13": false}, // known from the press, and from the ministry
		"martinique":         {"2026-07-20": true, "2026-04-01": false}, // no return published
		"a":                  {"2027-07-20": true, "2026-12-21": false}, // deduced from B and C
		"c":                  {"2027-07-20": false},
		"polynesie":          {"2026-05-26": true, "2026-06-29": true},
	} {
		s := schools(t, zone)
		for text, want := range days {
			if got := s.Day(date(t, text), calendar.AllLevels).ToConfirm; got != want {
				t.Errorf("%s in %s: ToConfirm is %v, want %v", text, zone, got, want)
			}
		}
	}
}

// TestPresumedReturns: where a summer's end is not published, class is supposed to begin on the earliest day on which it
// began in other years.
func TestPresumedReturns(t *testing.T) {
	almanac := embedded(t)
	got := map[string]string{}
	for _, zone := range calendar.Zones() {
		s := schoolsOf(t, almanac, zone.ID)
		for _, year := range almanac.Years(zone) {
			for _, p := range almanac.Periods(zone, year) {
				if p.Open() {
					got[zone.ID+" "+p.Start.String()] = s.Presumed(p).String()
				}
			}
		}
	}
	want := map[string]string{
		"b 2028-07-04": "2028-09-01", "c 2028-07-04": "2028-09-01",
		"corse 2025-07-05": "2025-09-01", "corse 2026-07-04": "2026-09-01",
		"guadeloupe 2026-07-04": "2026-09-01", "saint-martin 2026-07-04": "2026-09-01", "saint-barthelemy 2026-07-04": "2026-09-01",
		"martinique 2026-07-04": "2026-09-01", "guyane 2026-07-04": "2026-09-01",
		"saint-pierre-et-miquelon 2025-07-03": "2025-09-01", "la-reunion 2027-07-03": "2027-08-16",
		"nouvelle-caledonie 2025-12-20": "2026-02-12", "nouvelle-caledonie 2026-12-19": "2027-02-12",
		"wallis-et-futuna 2025-12-20": "2026-02-10",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestKnownUntil is the list of what the embedded data knows, as of its collection.
func TestKnownUntil(t *testing.T) {
	today := date(t, "2026-11-26")
	almanac := embedded(t)
	got := map[string]string{}
	for _, zone := range calendar.Zones() {
		s := schoolsOf(t, almanac, zone.ID)
		until, ok := s.KnownUntil(today)
		if !ok {
			t.Errorf("nothing is known of %s", zone.ID)
		}
		got[zone.ID] = until.String()
		if s.Expiring(today) != (until < today+60) {
			t.Errorf("%s is known until %v, yet Expiring is %v", zone.ID, until, s.Expiring(today))
		}
	}
	want := map[string]string{
		"a": "2027-09-02", "b": "2028-07-04", "c": "2028-07-04", "polynesie": "2027-08-24", "la-reunion": "2027-07-03",
		"nouvelle-caledonie": "2026-12-19", "mayotte": "2026-08-24",
		"corse": "2026-07-04", "guadeloupe": "2026-07-04", "saint-martin": "2026-07-04", "saint-barthelemy": "2026-07-04",
		"martinique": "2026-07-04", "guyane": "2026-07-04",
		"saint-pierre-et-miquelon": "2025-07-03", "wallis-et-futuna": "2025-12-20",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s := schoolsOf(t, almanac, "a"); s.Expiring(date(t, "2027-07-04")) || !s.Expiring(date(t, "2027-07-05")) {
		t.Error("zone A ends on 2 September 2027: the warning begins less than 60 days before")
	}
}

func TestWeeksOfASchool(t *testing.T) {
	s := schools(t, "b")
	wednesday, saturday, departure := date(t, "2026-11-25"), date(t, "2026-11-28"), date(t, "2026-12-19")
	morning := calendar.Hours{From: calendar.Hour(8, 0), To: calendar.Hour(12, 0)}
	week := calendar.DefaultWeek(calendar.École)
	week[time.Wednesday] = morning
	if got := s.With(calendar.École, week).Day(wednesday, calendar.École); got.Kind != calendar.SchoolDay || got.Hours != morning {
		t.Errorf("an école with class on Wednesdays has %+v", got)
	}
	week = calendar.DefaultWeek(calendar.Lycée)
	week[time.Saturday] = morning
	saturdays := s.With(calendar.Lycée, week)
	for _, d := range []calendar.Date{saturday, departure} {
		if got := saturdays.Day(d, calendar.Lycée); got.Kind != calendar.SchoolDay {
			t.Errorf("a lycée with class on Saturdays has %+v on %v", got, d)
		}
	}
	if got := s.Day(departure, calendar.Lycée); got.Kind != calendar.Holiday {
		t.Errorf("without class on Saturdays, the day of departure is %+v", got)
	}
	if got := saturdays.Day(departure+7, calendar.Lycée); got.Kind != calendar.Holiday {
		t.Errorf("a Saturday of the holidays is %+v", got)
	}
	if got := s.Day(wednesday, calendar.Lycée).Hours; got != morning {
		t.Errorf("a lycée's Wednesday is %v", got)
	}
}

func TestFirstMornings(t *testing.T) {
	for zone, days := range map[string]map[string]bool{
		"a": {
			"2026-11-02": true, "2026-11-03": false, "2026-09-01": true, "2027-05-10": false, // after a bridge
			"2021-04-06": false, "2021-04-26": true, "2026-11-12": false, "2027-05-18": false,
		},
		"la-reunion":         {"2027-02-01": true, "2027-02-02": false, "2027-03-30": true},
		"nouvelle-caledonie": {"2026-10-26": true},
	} {
		s := schools(t, zone)
		for text, want := range days {
			if got := s.FirstMorning(date(t, text), calendar.AllLevels); got != want {
				t.Errorf("%s in %s: first morning is %v, want %v", text, zone, got, want)
			}
		}
	}
}

func TestNextOpening(t *testing.T) {
	cases := []struct {
		zone  string
		level calendar.Level
		at    string
		want  string
	}{
		{"b", calendar.Collège, "2026-11-26T07:15:00+01:00", "2026-11-26T08:00:00+01:00"},
		{"b", calendar.Collège, "2026-11-26T10:00:00+01:00", "2026-11-26T10:00:00+01:00"},
		{"b", calendar.École, "2026-11-26T16:30:00+01:00", "2026-11-27T08:30:00+01:00"},
		{"b", calendar.École, "2026-11-24T20:00:00+01:00", "2026-11-26T08:30:00+01:00"}, // past Wednesday
		{"b", calendar.Lycée, "2026-11-27T18:00:00+01:00", "2026-11-30T08:00:00+01:00"}, // past the weekend
		{"b", calendar.Lycée, "2027-07-02T18:00:00+02:00", "2027-09-02T08:00:00+02:00"},
		{"nouvelle-caledonie", calendar.Collège, "2026-11-25T20:00:00Z", "2026-11-26T08:00:00+11:00"},
	}
	for _, c := range cases {
		s := schools(t, c.zone)
		at, want := moment(t, c.at), moment(t, c.want)
		if got, ok := s.NextOpening(at, c.level); !ok || !got.Equal(want) {
			t.Errorf("%s, %s: class begins at %v, want %v", c.zone, c.at, got, want)
		}
	}
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFind(t *testing.T) {
	for word, want := range map[string]string{
		"Zone A": "a Europe/Paris", "STRASBOURG": "b Europe/Paris", "Moselle": "b Europe/Paris",
		"Réunion": "la-reunion Indian/Reunion", "Polynésie française": "polynesie Pacific/Tahiti",
		"îles Marquises": "polynesie Pacific/Marquesas", "Gambier": "polynesie Pacific/Gambier",
		"Saint-Barthélémy": "saint-barthelemy America/St_Barthelemy", "saint martin": "saint-martin America/Marigot",
	} {
		zone, err := calendar.Find(word)
		if got := zone.ID + " " + zone.Timezone; err != nil || got != want {
			t.Errorf("%q is %s (%v), want %s", word, got, err, want)
		}
	}
	if _, err := calendar.Find("zone"); err == nil {
		t.Error("« zone » alone is no zone")
	}
}
