package calendar_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

const header = "description;population;start_date;end_date;location;zones;annee_scolaire\n"

// corse2026 is made up for these tests, in the ministry's form.
const corse2026 = header +
	"Vacances de la Toussaint;-;2026-10-16T22:00:00+00:00;2026-11-01T23:00:00+00:00;Corse;Corse;2026-2027\n" +
	"Vacances de Noël;-;2026-12-18T23:00:00+00:00;2027-01-03T23:00:00+00:00;Corse;Corse;2026-2027\n" +
	"Début des Vacances d'Été;-;2027-07-02T22:00:00+00:00;2027-07-02T22:00:00+00:00;Corse;Corse;2026-2027\n"

func parse(t testing.TB, text string) []calendar.Period {
	t.Helper()
	periods, err := calendar.Parse("export.csv", []byte(text), "test")
	if err != nil {
		t.Fatal(err)
	}
	return periods
}

// lines shows periods as a person can compare them.
func lines(periods []calendar.Period) []string {
	var list []string
	for _, p := range periods {
		list = append(list, strings.Join([]string{p.Zone, p.Year, p.Name, p.Start.String(), p.Return.String()}, " "))
	}
	return list
}

func TestMergeAddsWhatWasMissing(t *testing.T) {
	today := date(t, "2026-11-26")
	before := embedded(t)
	after, report := before.Merge(parse(t, corse2026))
	if s := schoolsOf(t, before, "corse"); s.Day(date(t, "2026-12-21"), 0).Kind != calendar.Unknown {
		t.Error("a merge changed the almanac that it began with")
	}
	s := schoolsOf(t, after, "corse")
	if until, _ := s.KnownUntil(today); until != date(t, "2027-07-03") {
		t.Errorf("Corse is known until %v", until)
	}
	if day := s.Day(date(t, "2026-12-21"), 0); day.Kind != calendar.Holiday || day.Name != "Vacances de Noël" {
		t.Errorf("Monday before Christmas is %+v", day)
	}
	if len(report.Changes) != 3 || report.Changes[0].Before.Name != "" || report.Kept != nil || report.Suspect != nil {
		t.Errorf("the report is %+v", report)
	}
	if len(after.Years(s.Zone())) != len(before.Years(s.Zone()))+1 {
		t.Errorf("years %v", after.Years(s.Zone()))
	}
}

func TestMergeKeepsWhatIsGood(t *testing.T) {
	older := header +
		// The beginning of a summer alone, where its end is known already.
		"Début des Vacances d'Été;-;2026-07-03T22:00:00+00:00;2026-07-03T22:00:00+00:00;Lille;Zone B;2025-2026\n" +
		// A date that moved.
		"Vacances de Noël;-;2025-12-18T23:00:00+00:00;2026-01-04T23:00:00+00:00;Lille;Zone B;2025-2026\n" +
		// A period that cannot be true.
		"Vacances d'Hiver;-;2026-02-13T23:00:00+00:00;2026-04-04T22:00:00+00:00;Lille;Zone B;2025-2026\n"
	before := embedded(t)
	after, report := before.Merge(parse(t, older))
	b, err := calendar.Find("b")
	if err != nil {
		t.Fatal(err)
	}
	want := lines(before.Periods(b, "2025-2026"))
	for i := range want {
		want[i] = strings.Replace(want[i], "Noël 2025-12-20", "Noël 2025-12-19", 1)
	}
	if diff := cmp.Diff(want, lines(after.Periods(b, "2025-2026"))); diff != "" {
		t.Error(diff)
	}
	if len(report.Changes) != 1 || report.Changes[0].Before.Start != date(t, "2025-12-20") {
		t.Errorf("changes %+v", report.Changes)
	}
	if got := lines(report.Kept); len(got) != 3 { // Toussaint, printemps, Ascension
		t.Errorf("kept %v", got)
	}
	if got := lines(report.Suspect); len(got) != 1 || !strings.Contains(got[0], "Hiver") {
		t.Errorf("suspect %v", got)
	}
	if a, _ := calendar.Find("a"); !slices.Equal(before.Periods(a, "2026-2027"), after.Periods(a, "2026-2027")) {
		t.Error("another zone changed")
	}
}

func TestMergePrefersTheMinistryToThePress(t *testing.T) {
	// The ministry's own calendar for the whole of a year that was known from the press only.
	text := header +
		"Vacances 1ère période;-;2026-04-10T22:00:00+00:00;2026-04-26T22:00:00+00:00;Nouvelle Calédonie;Nouvelle Calédonie;2026\n" +
		"Début des Vacances d'Été;-;2026-12-17T23:00:00+00:00;2026-12-17T23:00:00+00:00;Nouvelle Calédonie;Nouvelle Calédonie;2026\n"
	after, report := embedded(t).Merge(parse(t, text))
	zone, _ := calendar.Find("nouvelle-caledonie")
	want := []string{
		"nouvelle-caledonie 2026 Vacances 1ère période 2026-04-11 2026-04-27",
		"nouvelle-caledonie 2026 Début des Vacances d'Été 2026-12-18 2026-12-18",
	}
	if diff := cmp.Diff(want, lines(after.Periods(zone, "2026"))); diff != "" {
		t.Error(diff)
	}
	if report.Kept != nil {
		t.Errorf("kept %v", lines(report.Kept))
	}
}

func TestMergeFollowsAChangeOfName(t *testing.T) {
	text := header + "Vacances de Pâques;-;2027-04-23T22:00:00+00:00;2027-05-09T22:00:00+00:00;Lille;Zone B;2026-2027\n"
	after, report := embedded(t).Merge(parse(t, text))
	s := schoolsOf(t, after, "b")
	if old, fresh := s.Day(date(t, "2027-04-20"), 0), s.Day(date(t, "2027-05-05"), 0); old.Kind != calendar.SchoolDay || fresh.Kind != calendar.Holiday {
		t.Errorf("what was « printemps » is %+v, « Pâques » is %+v", old, fresh)
	}
	// The bridge of Ascension, on 7 May, lies within the new holidays.
	want := []string{
		"b 2026-2027 Vacances de Printemps 2027-04-17 2027-05-03",
		"b 2026-2027 Pont de l'Ascension 2027-05-07 2027-05-07",
	}
	if diff := cmp.Diff(want, lines(report.Dropped)); diff != "" {
		t.Error(diff)
	}
}

func TestMergeByDegree(t *testing.T) {
	// A calendar for écoles alone leaves the other levels what they had.
	text := header + "Vacances de Noël;Premier degré;2026-12-11T23:00:00+00:00;2027-01-11T23:00:00+00:00;Polynésie;Polynésie;2026-2027\n"
	after, _ := embedded(t).Merge(parse(t, text))
	s := schoolsOf(t, after, "polynesie")
	monday := date(t, "2027-01-11")
	if école, lycée := s.Day(monday, calendar.École), s.Day(monday, calendar.Lycée); école.Kind != calendar.Holiday || lycée.Kind != calendar.SchoolDay {
		t.Errorf("écoles %+v, lycées %+v", école, lycée)
	}
}

func TestFormatIsReadAgain(t *testing.T) {
	almanac := embedded(t)
	for _, zone := range calendar.Zones() {
		for _, year := range almanac.Years(zone) {
			periods := almanac.Periods(zone, year)
			for i := range periods {
				periods[i].Source, periods[i].Origin = "test", calendar.Official
			}
			text, err := calendar.Format(periods)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(periods, parse(t, string(text))); diff != "" {
				t.Errorf("%s %s:\n%s", zone.ID, year, diff)
			}
		}
	}
}

func TestFormsOfTheExport(t *testing.T) {
	want := lines(parse(t, corse2026))
	const row = `{"description": "Vacances de Noël", "population": null, "start_date": "2026-12-18T23:00:00+00:00",
 "end_date": "2027-01-03T23:00:00+00:00", "location": "Corse", "zones": "Corse", "annee_scolaire": "2026-2027"}`
	forms := map[string]struct {
		text string
		want []string
	}{
		"byte order mark": {"\ufeff" + corse2026, want},
		"commas":          {strings.ReplaceAll(corse2026, ";", ","), want},
		"line ends":       {strings.ReplaceAll(corse2026, "\n", "\r\n"), want},
		"other columns":   {"zones;annee_scolaire;x;end_date;start_date;population;description\nCorse;2026-2027;;2027-01-04;2026-12-19;;Vacances de Noël\n", want[1:2]},
		"JSON":            {"[" + row + "," + row + "]", want[1:2]},
		"records":         {`{"total_count": 1, "links": [{"a": 1}], "results": [` + row + `]}`, want[1:2]},
		"teachers": {corse2026 +
			"Vacances d'Été;Enseignants;2027-07-02T22:00:00+00:00;2027-08-31T22:00:00+00:00;Corse;Corse;2026-2027\n", want},
	}
	for name, form := range forms {
		if diff := cmp.Diff(form.want, lines(parse(t, form.text))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestEachFaultIsNamed(t *testing.T) {
	row := func(from, to string) string { return strings.Replace(corse2026, from, to, 1) }
	const again = "téléchargez à nouveau l’export CSV ou JSON du jeu de données fr-en-calendrier-scolaire."
	cases := map[string]string{
		"":                                   "export.csv:1: fichier vide. Remède : " + again,
		"\xff;\xfe":                          "export.csv:1: texte qui n’est pas en UTF-8. Remède : " + again,
		"<html>;</html>":                     "export.csv:1: description : colonne manquante. Remède : " + again,
		header:                               "export.csv:1: aucune période de vacances. Remède : " + again,
		header + "a;b\n":                     "export.csv:2: ligne illisible (guillemets ou nombre de colonnes). Remède : " + again,
		"[{]":                                "export.csv:1: JSON illisible. Remède : " + again,
		"[\n{\n\"description\": \"Été\"\n}]": "export.csv:4: start_date : fiche 1 : texte manquant. Remède : " + again,
		"{}":                                 "export.csv:1: results : liste manquante. Remède : " + again,
		row("Corse;Corse", "Nice;Zone D"):    "export.csv:2: zones : zone inconnue « Zone D ». Remède : écrivez « Zone A », « Corse », « Réunion ».",
		row(";-;", ";Parents;"):              "export.csv:2: population : population inconnue « Parents ». Remède : écrivez « - » ou « Élèves ».",
		row(";-;", ";Saint-Martin;"):         "export.csv:2: population : population « Saint-Martin » hors de la zone. Remède : écrivez « - » ou « Élèves ».",
		row("2026-10-16T22", "2026-10-16T12"): "export.csv:2: start_date : date inconnue « 2026-10-16T12:00:00+00:00 ». Remède : écrivez minuit à Paris, " +
			"comme 2026-12-18T23:00:00+00:00, ou le jour, comme 2026-12-19.",
		row("2027-01-03T23", "2026-12-01T23"): "export.csv:3: end_date : reprise avant le départ. Remède : corrigez l’une des deux dates.",
		row("2027-01-03T23", "2027-06-01T22"): "export.csv:3: end_date : période de 165 jours. Remède : corrigez l’une des deux dates.",
		row("Corse;2026-2027", "Corse;2025-2026"): "export.csv:2: annee_scolaire : année « 2025-2026 » qui ne contient pas le 2026-10-17. " +
			"Remède : écrivez par exemple 2026-2027, ou 2026 pour la Nouvelle-Calédonie et Wallis-et-Futuna.",
		row("Vacances de la Toussaint", " "): "export.csv:2: description : nom de période vide ou illisible. Remède : " + again,
		corse2026 + "Vacances de Noël;-;2026-12-19T23:00:00+00:00;2027-01-03T23:00:00+00:00;Corse;Corse;2026-2027\n": "export.csv:5: corse, 2026-2027, " +
			"« Vacances de Noël » : deux dates différentes, ligne 3 et ligne 5. Remède : gardez celle que publie le ministère.",
	}
	for text, want := range cases {
		_, err := calendar.Parse("export.csv", []byte(text), "test")
		var wrong *calendar.FileError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	many := header + strings.Repeat("x;-;1;1;x;Corse;2026-2027\n", 3) + strings.Join(manyRows(40), "")
	if _, err := calendar.Parse("export.csv", []byte(many), "test"); err == nil || !strings.HasSuffix(err.Error(), "export.csv : et 21 autres") {
		t.Errorf("many problems: %v", err)
	}
}

// manyRows are distinct rows of a zone that does not exist.
func manyRows(n int) []string {
	var rows []string
	for i := range n {
		rows = append(rows, "x;-;2026-12-19;2026-12-20;x;Zone "+strings.Repeat("Z", i+1)+";2026-2027\n")
	}
	return rows
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(corse2026))
	f.Add([]byte(`[{"description":"Pont","population":"Élèves","start_date":"2027-05-07","end_date":"2027-05-07","zones":"Zone A","annee_scolaire":"2026-2027"}]`))
	f.Add([]byte(`{"results":[{"description":"Vacances d'Été","population":"Saint Martin","start_date":"2027-07-03","end_date":"2027-09-01","zones":"Guadeloupe","annee_scolaire":"2026-2027"}]}`))
	f.Add([]byte(header + "Grandes Vacances;Premier degré;2027-07-02;2027-07-02;x;Polynésie;2026-2027\n"))
	base, err := calendar.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		periods, err := calendar.Parse("export", data, "test")
		if err != nil {
			var wrong *calendar.FileError
			if !errors.As(err, &wrong) || len(wrong.Problems) == 0 || strings.Count(err.Error(), "Remède") == 0 {
				t.Fatalf("an error without a remedy: %v", err)
			}
			return
		}
		text, err := calendar.Format(periods)
		if err != nil {
			t.Fatal(err)
		}
		again, err := calendar.Parse("saved", text, "test")
		if diff := cmp.Diff(periods, again); err != nil || diff != "" {
			t.Fatalf("what was saved is read as something else (%v):\n%s", err, diff)
		}
		merged, _ := base.Merge(periods)
		twice, report := merged.Merge(periods)
		if len(report.Changes) != 0 {
			t.Fatalf("the same import again changes %+v", report.Changes)
		}
		for _, p := range periods {
			s := schoolsOf(t, twice, p.Zone)
			at := (p.Start + 1).At(600, s.Clock())
			if end, _ := s.Quiet(calendar.DefaultQuietHours()).Until(at); end.Before(at) {
				t.Fatalf("the silence of %v ends at %v", at, end)
			}
			if day := s.Day(p.Start, p.Levels); day.Hours.Empty() == day.School() {
				t.Fatalf("%v is %+v", p.Start, day)
			}
		}
	})
}

// TestComplementIsNoCopy holds the second data file to its purpose: what the ministry's file does not have.
func TestComplementIsNoCopy(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("data", "complement.csv"))
	if err != nil {
		t.Fatal(err)
	}
	official := map[string]bool{}
	for _, row := range officialRows(t) {
		official[row.String()] = true
	}
	for _, row := range normalisedRows(t) {
		start := row.start.Format("2006-01-02") + "," + row.end.Format("2006-01-02")
		key := row.zone + "," + row.year + "," + row.name + "," + row.population + "," + start
		if inComplement := strings.Contains(string(text), key); inComplement == official[row.String()] {
			t.Errorf("%v: in the ministry's file %v, in the complement %v", row, official[row.String()], inComplement)
		}
	}
}
