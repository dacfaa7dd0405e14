package calendar

import (
	"bytes"
	"encoding/csv"
	"time"
)

// Format writes periods as the ministry's CSV, so that [Parse] reads them again.
func Format(periods []Period) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	rows := [][]string{{"description", "population", "start_date", "end_date", "location", "zones", "annee_scolaire"}}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return nil, err
	}
	moment := func(d Date) string { return d.At(0, paris).UTC().Format("2006-01-02T15:04:05+00:00") }
	for _, p := range periods {
		zone, err := Find(p.Zone)
		if err != nil {
			return nil, err
		}
		who := populationOf(p)
		title := zone.Title
		if islands := guadeloupeIslands(); islands[p.Zone] != "" {
			title, who = "Guadeloupe", islands[p.Zone]
		}
		rows = append(rows, []string{p.Name, who, moment(p.Start), moment(p.Return), zone.Académies[0], title, p.Year})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// guadeloupeIslands says how the ministry names the islands of the académie of Guadeloupe.
func guadeloupeIslands() map[string]string {
	return map[string]string{"guadeloupe": "Guadeloupe", "saint-martin": "Saint-Martin", "saint-barthelemy": "Saint-Barthélemy"}
}

func populationOf(p Period) string {
	switch p.Levels.orAll() {
	case École:
		return "Élèves du premier degré"
	case Collège | Lycée:
		return "Élèves du second degré"
	case École | Collège:
		return "Premier degré et collèges"
	case École | Lycée:
		return "Premier degré et lycées"
	case Collège:
		return "Élèves des collèges"
	case Lycée:
		return "Élèves des lycées"
	default:
		return "-"
	}
}
